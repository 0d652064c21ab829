//! Custom headers and adapter attributes of messages.

use async_trait::async_trait;
use lockgate_odata::{
    Call, Comparison, EntitySet, EntityType, Filter, Key, List, Navigation, Operation, Property,
    Query, Result, Row, Value,
};
use lockgate_operations::Operations;
use lockgate_store::messages::{Condition, Message, Search};

use super::message_of;
use crate::failure::of_operations;
use crate::roles::MONITORING_READ;

static HEADER: EntityType = EntityType::new(
    "MessageProcessingLogCustomHeaderProperty",
    &[
        Property::text("Id").key(),
        Property::text("Name"),
        Property::text("Value"),
    ],
)
.navigations(&[Navigation::one("Log", "MessageProcessingLogs")]);

static ATTRIBUTE: EntityType = EntityType::new(
    "MessageProcessingLogAdapterAttribute",
    &[
        Property::text("Id").key(),
        Property::text("AdapterId"),
        Property::text("AdapterMessageId"),
        Property::text("Name"),
        Property::text("Value"),
    ],
)
.navigations(&[Navigation::one(
    "MessageProcessingLog",
    "MessageProcessingLogs",
)]);

/// How many messages are looked at for what belongs to any: the newest.
const WINDOW: u32 = 1_000;

/// `MessageProcessingLogCustomHeaderProperties`
#[derive(Debug)]
pub(in crate::sets) struct CustomHeaders(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for CustomHeaders {
    fn name(&self) -> &'static str {
        "MessageProcessingLogCustomHeaderProperties"
    }

    fn entity(&self) -> &'static EntityType {
        &HEADER
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, call: &Call, query: &Query) -> Result<List> {
        if call.parent().is_some() {
            let message = self.0.message(message_of(call.parent())?).await;
            return Ok(List::All(header_rows(&message.map_err(of_operations)?)));
        }
        let search = Search {
            condition: header(query.filter.as_ref()),
            limit: WINDOW,
            ..Search::default()
        };
        let found = self.0.search_messages(&search).await;
        let found = found.map_err(of_operations)?;
        Ok(List::All(found.iter().flat_map(header_rows).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let message = self.0.message(message(key.text("Id"))).await;
        let rows = header_rows(&message.map_err(of_operations)?);
        Ok(with_id(rows, key))
    }
}

/// The messages that have a header which the filter asks for by its name.
fn header(filter: Option<&Filter>) -> Condition {
    let conjuncts = filter.map(Filter::conjuncts).unwrap_or_default();
    let equal = |name: &str| {
        let mut texts = conjuncts.iter().filter_map(|one| match one.comparison()? {
            ([path], Comparison::Equal, Value::Text(text)) if path == name => Some(text.clone()),
            _ => None,
        });
        texts.next()
    };
    match equal("Name") {
        Some(name) => Condition::Header {
            name,
            value: equal("Value"),
        },
        None => Condition::default(),
    }
}

/// `MessageProcessingLogAdapterAttributes`
#[derive(Debug)]
pub(in crate::sets) struct AdapterAttributes(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for AdapterAttributes {
    fn name(&self) -> &'static str {
        "MessageProcessingLogAdapterAttributes"
    }

    fn entity(&self) -> &'static EntityType {
        &ATTRIBUTE
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        if call.parent().is_some() {
            let message = self.0.message(message_of(call.parent())?).await;
            return Ok(List::All(attribute_rows(&message.map_err(of_operations)?)));
        }
        let newest = Search {
            limit: WINDOW,
            ..Search::default()
        };
        let found = self.0.search_messages(&newest).await;
        let found = found.map_err(of_operations)?;
        Ok(List::All(found.iter().flat_map(attribute_rows).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let message = self.0.message(message(key.text("Id"))).await;
        let rows = attribute_rows(&message.map_err(of_operations)?);
        Ok(with_id(rows, key))
    }
}

fn with_id(rows: Vec<Row>, key: &Key) -> Option<Row> {
    rows.into_iter()
        .find(|row| row.text("Id") == key.text("Id"))
}

/// The custom headers of a message.
pub(super) fn header_rows(message: &Message) -> Vec<Row> {
    let row = |(number, (name, value)): (usize, &(String, String))| {
        Row::new()
            .with("Id", id(message, number))
            .with("Name", name.as_str())
            .with("Value", value.as_str())
    };
    message.custom_headers.iter().enumerate().map(row).collect()
}

/// What adapters told about a message.
pub(super) fn attribute_rows(message: &Message) -> Vec<Row> {
    let all = message.attributes.iter().enumerate();
    all.map(|(number, attribute)| {
        Row::new()
            .with("Id", id(message, number))
            .with("AdapterId", attribute.adapter.as_str())
            .with("Name", attribute.name.as_str())
            .with("Value", attribute.value.as_str())
    })
    .collect()
}

/// The id of what belongs to a message: the message's, and a number.
fn id(message: &Message, number: usize) -> String {
    format!("{}.{number}", message.id)
}

/// The message that something with this id belongs to.
pub(super) fn message(id: &str) -> &str {
    id.rsplit_once('.').map_or(id, |(message, _)| message)
}
