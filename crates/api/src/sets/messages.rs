//! The message log.

pub(super) mod attached;
pub(super) mod contents;
pub(super) mod details;
mod filter;
pub(super) mod runs;

use std::collections::HashMap;

use async_trait::async_trait;
use lockgate_design::Workspace;
use lockgate_odata::{
    Call, ComplexType, EntitySet, EntityType, Error, Expanded, Key, List, Navigation, Operation,
    Parent, Property, Query, Result, Row,
};
use lockgate_operations::{Error as OperationsError, Operations};
use lockgate_store::artifacts::ArtifactKind;
use lockgate_store::messages::{Condition, Message, Search};

use crate::failure::of_operations;
use crate::roles::MONITORING_READ;
use filter::Split;

static ARTIFACT: ComplexType = ComplexType {
    name: "IntegrationArtifact",
    properties: &[
        Property::text("Id"),
        Property::text("Name"),
        Property::text("Type"),
        Property::text("PackageId"),
        Property::text("PackageName"),
    ],
};

static MESSAGE: EntityType = EntityType::new(
    "MessageProcessingLog",
    &[
        Property::text("MessageGuid").key(),
        Property::text("CorrelationId"),
        Property::text("ApplicationMessageId"),
        Property::text("ApplicationMessageType"),
        Property::time("LogStart"),
        Property::time("LogEnd"),
        Property::text("Sender"),
        Property::text("Receiver"),
        Property::text("IntegrationFlowName"),
        Property::text("Status"),
        Property::text("AlternateWebLink"),
        Property::complex("IntegrationArtifact", &ARTIFACT).required(),
        Property::text("LogLevel"),
        Property::text("CustomStatus"),
        Property::text("ArchivingStatus"),
        Property::boolean("ArchivingSenderChannelMessages"),
        Property::boolean("ArchivingReceiverChannelMessages"),
        Property::boolean("ArchivingLogAttachments"),
        Property::boolean("ArchivingPersistedMessages"),
        Property::text("TransactionId"),
        Property::text("PreviousComponentName"),
        Property::text("LocalComponentName"),
        Property::text("OriginComponentName"),
        Property::text("PredecessorMessageGuid"),
        Property::int64("LastChangeTime"),
    ],
)
.navigations(&[
    Navigation::many(
        "CustomHeaderProperties",
        "MessageProcessingLogCustomHeaderProperties",
    ),
    Navigation::many("MessageStoreEntries", "MessageStoreEntries"),
    Navigation::one("ErrorInformation", "MessageProcessingLogErrorInformations"),
    Navigation::many("AdapterAttributes", "MessageProcessingLogAdapterAttributes"),
    Navigation::many("Attachments", "MessageProcessingLogAttachments"),
    Navigation::many("Runs", "MessageProcessingLogRuns"),
]);

/// How many messages, of those that the rest of a filter lets through, are looked at for a condition
/// that the store cannot judge.
const WINDOW: u32 = 1_000;

/// `MessageProcessingLogs`
#[derive(Debug)]
pub(super) struct Messages {
    pub(super) operations: Operations,
    pub(super) workspace: Workspace,
}

#[async_trait]
impl EntitySet for Messages {
    fn name(&self) -> &'static str {
        "MessageProcessingLogs"
    }

    fn entity(&self) -> &'static EntityType {
        &MESSAGE
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, call: &Call, query: &Query) -> Result<List> {
        let Split {
            mut condition,
            rest,
        } = filter::split(query.filter.as_ref());
        if let Some(header) = header_parameter(call)? {
            condition = Condition::And(vec![condition, header]);
        }
        let order = filter::order(&query.order);
        if !rest.is_empty() {
            let search = Search {
                condition,
                order,
                limit: WINDOW,
                ..Search::default()
            };
            let rows = self.rows(self.found(&search).await?).await?;
            let fits = |row: &Row| rest.iter().all(|one| one.matches(row, &MESSAGE));
            return Ok(List::All(rows.into_iter().filter(fits).collect()));
        }
        let total = match query.wants_total || query.limit() == 0 {
            true => {
                let counted = self.operations.count_messages(&condition).await;
                Some(counted.map_err(of_operations)?)
            }
            false => None,
        };
        let wanted = usize::try_from(query.limit()).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        if wanted > 0 {
            // One more than wanted says whether there are more.
            let limit = u32::try_from(query.limit() + 1).unwrap_or(u32::MAX);
            let search = Search {
                condition,
                order,
                skip: query.offset(),
                limit,
                ..Search::default()
            };
            found = self.found(&search).await?;
        }
        let more = found.len() > wanted;
        found.truncate(wanted);
        Ok(List::Page {
            rows: self.rows(found).await?,
            total,
            more,
        })
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let id = match call.parent().filter(|_| key.is_empty()) {
            Some(parent) => message_of(Some(parent))?.to_owned(),
            None => key.text("MessageGuid").to_owned(),
        };
        match self.operations.message(&id).await {
            Ok(message) => Ok(self.rows(vec![message]).await?.pop()),
            Err(OperationsError::NoMessage(_)) => Ok(None),
            Err(error) => Err(of_operations(error)),
        }
    }
}

impl Messages {
    async fn found(&self, search: &Search) -> Result<Vec<Message>> {
        let found = self.operations.search_messages(search).await;
        found.map_err(of_operations)
    }

    /// Messages as rows, with the packages that their flows are in now.
    async fn rows(&self, messages: Vec<Message>) -> Result<Vec<Row>> {
        let mut packages: HashMap<String, Option<(String, String)>> = HashMap::new();
        let mut rows = Vec::with_capacity(messages.len());
        for message in messages {
            if !packages.contains_key(&message.flow_id) {
                let package = self.package(&message.flow_id).await;
                packages.insert(message.flow_id.clone(), package);
            }
            let package = packages.get(&message.flow_id).cloned().flatten();
            rows.push(row(message, package.unwrap_or_default()));
        }
        Ok(rows)
    }

    /// The id and the name of the package that a flow is in; flows that were deployed without one are
    /// in none.
    async fn package(&self, flow: &str) -> Option<(String, String)> {
        let kind = ArtifactKind::Flow;
        let artifact = self.workspace.artifact(kind, flow, "active").await.ok()?;
        let package = self.workspace.package(&artifact.package).await.ok()?;
        Some((package.id, package.name))
    }
}

fn row(message: Message, (package, package_name): (String, String)) -> Row {
    let changed = message.changed_at();
    let status = message.status.as_str();
    let id = message.id.to_string();
    let headers = attached::header_rows(&message);
    let attributes = attached::attribute_rows(&message);
    let artifact = Row::new()
        .with("Id", message.flow_id.as_str())
        .with("Name", message.flow_name)
        .with("Type", "INTEGRATION_FLOW")
        .with("PackageId", package)
        .with("PackageName", package_name);
    Row::new()
        .with("MessageGuid", id)
        .with("CorrelationId", message.correlation_id)
        .with("ApplicationMessageId", message.application_id)
        .with("ApplicationMessageType", message.message_type)
        .with("LogStart", message.started_at)
        .with("LogEnd", changed)
        .with("Sender", message.sender)
        .with("Receiver", message.receiver)
        .with("IntegrationFlowName", message.flow_id)
        .with("Status", status)
        .with("IntegrationArtifact", artifact)
        .with("LogLevel", message.log_level.as_str())
        .with(
            "CustomStatus",
            message.custom_status.unwrap_or_else(|| status.to_owned()),
        )
        .with("LocalComponentName", message.worker)
        .with(
            "PredecessorMessageGuid",
            message.predecessor.map(|id| id.to_string()),
        )
        .with("LastChangeTime", changed.millis())
        .with_expanded("CustomHeaderProperties", Expanded::Many(headers))
        .with_expanded("AdapterAttributes", Expanded::Many(attributes))
}

/// `filterCustomHeaderProperties='name' eq 'value'`
fn header_parameter(call: &Call) -> Result<Option<Condition>> {
    let mut parameters = call.parameters();
    let sent = parameters.find(|(name, _)| *name == "filterCustomHeaderProperties");
    let Some((_, text)) = sent else {
        return Ok(None);
    };
    let wrong = || {
        let form = "filterCustomHeaderProperties has the form 'name' eq 'value'.";
        Error::bad_request(form)
    };
    let (name, rest) = quoted(text.trim()).ok_or_else(wrong)?;
    let rest = rest.trim_start().strip_prefix("eq ").ok_or_else(wrong)?;
    let (value, rest) = quoted(rest.trim_start()).ok_or_else(wrong)?;
    match rest.trim().is_empty() {
        true => Ok(Some(Condition::Header {
            name,
            value: Some(value),
        })),
        false => Err(wrong()),
    }
}

/// A text in quotes at the beginning, in which a quote is doubled, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let end = rest.find('\'')?;
        inner.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                inner.push('\'');
                rest = more;
            }
            None => return Some((inner, rest)),
        }
    }
}

/// The id of the message that a navigation began at, through whatever lies between.
fn message_of(parent: Option<&Parent>) -> Result<&str> {
    let parent = parent.ok_or_else(Error::not_implemented)?;
    if parent.key.is_empty() {
        return message_of(parent.parent.as_deref());
    }
    let key = match parent.set {
        "MessageProcessingLogs" => parent.key.text("MessageGuid"),
        "MessageProcessingLogRuns" => parent.key.text("Id"),
        "MessageProcessingLogRunSteps" => parent.key.text("RunId"),
        "MessageProcessingLogCustomHeaderProperties" | "MessageProcessingLogAdapterAttributes" => {
            attached::message(parent.key.text("Id"))
        }
        _ => return message_of(parent.parent.as_deref()),
    };
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_are_doubled() {
        for (text, expected) in [
            ("'a' eq 'b'", Some(("a", " eq 'b'"))),
            ("'it''s'", Some(("it's", ""))),
            ("''", Some(("", ""))),
            ("''''", Some(("'", ""))),
            ("'open", None),
            ("a", None),
            ("", None),
        ] {
            let found = quoted(text);
            let found = found.as_ref().map(|(inner, rest)| (inner.as_str(), *rest));
            assert_eq!(found, expected, "{text}");
        }
    }
}
