//! The message log: one record for each message that a flow processed.

mod search;
mod steps;

use std::sync::Arc;

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::flows::LogLevel;
use crate::payloads;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, Value, indexed, params, words};

pub use search::{
    Compare, Condition, Order, OrderBy, PAYLOADS_SEARCHED, Search, Subject, TextTest, TimeSubject,
    count, search,
};
pub use steps::{Model, ModelNode, Step};

const TABLE: &str = "messages";
const COLUMNS: &str = "id, correlation_id, predecessor_id, flow_id, flow_name, status, \
    custom_status, application_id, message_type, sender, receiver, started_at, ended_at, identity, \
    error, error_step, intermediate_error, log_level, worker, custom_headers, attributes, changed_at";
/// Rows deleted by one call of [`purge`].
const PURGE_BATCH: i64 = 5_000;

words! {
    /// How a message stands.
    pub enum MessageStatus {
        /// Under way.
        Processing = "PROCESSING",
        /// Ended well.
        Completed = "COMPLETED",
        /// Ended with an error.
        Failed = "FAILED",
        /// Ended at an escalation end event.
        Escalated = "ESCALATED",
        /// Interrupted, because the server or the flow was stopped.
        Abandoned = "ABANDONED",
    }
}

/// A message record.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Common to messages that belong together. Its first 500 characters are kept.
    pub correlation_id: String,
    /// The message that was sent again as this one.
    pub predecessor: Option<MessageId>,
    /// Id of the flow. Its first 500 characters are kept.
    pub flow_id: String,
    /// Name of the flow when the message was processed.
    pub flow_name: String,
    /// How it stands.
    pub status: MessageStatus,
    /// A status the flow set.
    pub custom_status: Option<String>,
    /// An id of the sender's application. Its first 500 characters are kept.
    pub application_id: Option<String>,
    /// A type of the sender's application.
    pub message_type: Option<String>,
    /// Sender the flow named.
    pub sender: Option<String>,
    /// Receiver the flow named.
    pub receiver: Option<String>,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The client that sent it.
    pub identity: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// The step at which it went wrong.
    pub error_step: Option<String>,
    /// Whether an error occurred on the way, even if it was handled.
    pub intermediate_error: bool,
    /// How much was kept.
    pub log_level: LogLevel,
    /// The worker that processed it.
    pub worker: String,
    /// Properties the flow added for searching.
    pub custom_headers: Vec<(String, String)>,
    /// What adapters told about it.
    pub attributes: Vec<Attribute>,
    /// What its steps are called; without steps there is none.
    pub model: Option<Arc<Model>>,
    /// The steps that were kept; [`list`] and [`search`] leave them empty.
    pub steps: Vec<Step>,
}

/// Something an adapter told about a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Which adapter.
    pub adapter: String,
    /// What it is about.
    pub name: String,
    /// What it is.
    pub value: String,
}

impl Message {
    /// When the record last changed: the end, or the start while it runs.
    #[must_use]
    pub fn changed_at(&self) -> Timestamp {
        self.ended_at.unwrap_or(self.started_at)
    }

    /// What a step is called.
    #[must_use]
    pub fn node(&self, step: &Step) -> ModelNode {
        match &self.model {
            Some(model) => model.node(step),
            None => steps::unknown().node(step),
        }
    }
}

/// Which messages [`list`] returns. The default is the newest of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this flow, by id, or by name while it is deployed.
    pub flow: Option<String>,
    /// With this status.
    pub status: Option<MessageStatus>,
    /// With this status of the flow's own; without one it is the status.
    pub custom_status: Option<String>,
    /// With this correlation id.
    pub correlation: Option<String>,
    /// With this application id.
    pub application_id: Option<String>,
    /// With this message type.
    pub message_type: Option<String>,
    /// With this sender.
    pub sender: Option<String>,
    /// With this receiver.
    pub receiver: Option<String>,
    /// With a custom header of this name, and of this value if there is one.
    pub header: Option<(String, Option<String>)>,
    /// With this text in what is kept of its content.
    pub payload: Option<String>,
    /// Sent again as the message with this id.
    pub predecessor: Option<String>,
    /// Started at this instant or later.
    pub since: Option<Timestamp>,
    /// Started before this instant.
    pub until: Option<Timestamp>,
    /// After this message in the list, which is older.
    pub before: Option<Cursor>,
    /// At most this many; 0 means [`Filter::PAGE`], and more than [`Filter::PAGE_MAX`] is cut.
    pub limit: u32,
}

impl Filter {
    /// How many messages are returned when the filter does not say.
    pub const PAGE: u32 = 100;
    /// How many messages are returned at most: a page, and one more that tells whether it is the last.
    pub const PAGE_MAX: u32 = 1_001;

    /// The same as a search, newest first.
    fn search(&self) -> Search {
        let equal = |subject, text: &Option<String>| {
            let text = text.clone()?;
            Some(Condition::Text(subject, TextTest::Is(Compare::Equal), text))
        };
        let time = |compare, at: Option<Timestamp>| {
            Some(Condition::Time(TimeSubject::Started, compare, at?))
        };
        let status = self.status.map(|status| status.as_str().to_owned());
        let header = |(name, value): &(String, Option<String>)| Condition::Header {
            name: name.clone(),
            value: value.clone(),
        };
        let conditions = [
            equal(Subject::Flow, &self.flow),
            equal(Subject::Status, &status),
            equal(Subject::CustomStatus, &self.custom_status),
            equal(Subject::Correlation, &self.correlation),
            equal(Subject::ApplicationId, &self.application_id),
            equal(Subject::MessageType, &self.message_type),
            equal(Subject::Sender, &self.sender),
            equal(Subject::Receiver, &self.receiver),
            equal(Subject::Predecessor, &self.predecessor),
            self.header.as_ref().map(header),
            self.payload.clone().map(Condition::Payload),
            time(Compare::GreaterOrEqual, self.since),
            time(Compare::Less, self.until),
        ];
        Search {
            condition: Condition::And(conditions.into_iter().flatten().collect()),
            after: self.before.clone(),
            limit: match self.limit {
                0 => Self::PAGE,
                limit => limit,
            },
            ..Search::default()
        }
    }
}

/// A position in the list of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Start of the last message seen.
    pub started_at: Timestamp,
    /// Id of the last message seen.
    pub id: MessageId,
}

/// Adds records, each replacing an earlier one with the same id. Of several with one id in
/// `messages`, the last counts.
///
/// # Errors
/// Those of the database.
pub async fn append(tx: &mut Tx, messages: &[Message]) -> Result<()> {
    add_models(tx, messages).await?;
    tx.execute_each(UPSERT, messages.iter().map(encode).collect())
        .await?;
    let headers: Vec<_> = messages.iter().flat_map(header_rows).collect();
    if headers.is_empty() {
        return Ok(());
    }
    tx.execute_each(
        "INSERT INTO message_headers (header_name, header_value, message_at, message_id)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (header_name, header_value, message_at, message_id) DO NOTHING",
        headers,
    )
    .await
}

/// Adds the models that steps of these messages refer to, where they are new.
async fn add_models(tx: &mut Tx, messages: &[Message]) -> Result<()> {
    let mut models: Vec<&Arc<Model>> = messages
        .iter()
        .filter(|message| !message.steps.is_empty())
        .filter_map(|message| message.model.as_ref())
        .collect();
    models.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    models.dedup_by(|one, other| one.id == other.id);
    if models.is_empty() {
        return Ok(());
    }
    let row = |model: &&Arc<Model>| params![&model.id, indexed(&model.flow), Json(&model.nodes)];
    tx.execute_each(
        "INSERT INTO message_models (id, flow_id, nodes) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO NOTHING",
        models.iter().map(row).collect(),
    )
    .await
}

/// The custom headers of a message, to be found by. What no index could hold is cut.
fn header_rows(message: &Message) -> impl Iterator<Item = Vec<Value>> {
    let row = |(name, value): &(String, String)| {
        params![
            header_name(name),
            indexed(value),
            message.started_at,
            &message.id
        ]
    };
    message.custom_headers.iter().map(row)
}

/// Most characters of a custom header's name.
const HEADER_NAME: usize = 100;

/// As much of the name of a custom header as is kept to be found by.
fn header_name(name: &str) -> &str {
    let end = name.char_indices().nth(HEADER_NAME);
    end.map_or(name, |(end, _)| &name[..end])
}

const UPSERT: &str = "INSERT INTO messages (id, correlation_id, predecessor_id, flow_id, flow_name,
        status, custom_status, application_id, message_type, sender, receiver, started_at, ended_at,
        changed_at, identity, error, error_step, intermediate_error, log_level, worker,
        custom_headers, attributes, model_id, steps, step_notes)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20, $21, $22, $23, $24, $25)
    ON CONFLICT (id) DO UPDATE SET
        correlation_id = excluded.correlation_id, predecessor_id = excluded.predecessor_id,
        flow_id = excluded.flow_id, flow_name = excluded.flow_name, status = excluded.status,
        custom_status = excluded.custom_status, application_id = excluded.application_id,
        message_type = excluded.message_type, sender = excluded.sender,
        receiver = excluded.receiver, started_at = excluded.started_at,
        ended_at = excluded.ended_at, changed_at = excluded.changed_at,
        identity = excluded.identity, error = excluded.error, error_step = excluded.error_step,
        intermediate_error = excluded.intermediate_error, log_level = excluded.log_level,
        worker = excluded.worker, custom_headers = excluded.custom_headers,
        attributes = excluded.attributes, model_id = excluded.model_id, steps = excluded.steps,
        step_notes = excluded.step_notes";

fn encode(message: &Message) -> Vec<Value> {
    let correlation = Some(indexed(&message.correlation_id));
    let (steps, notes) = steps::encode(&message.steps, message.started_at);
    let model = message
        .model
        .as_ref()
        .filter(|_| !message.steps.is_empty())
        .map(|model| model.id.as_str());
    params![
        &message.id,
        correlation.filter(|correlation| *correlation != message.id.as_str()),
        message.predecessor.as_ref(),
        indexed(&message.flow_id),
        &message.flow_name,
        message.status,
        message.custom_status.as_deref().map(indexed),
        message.application_id.as_deref().map(indexed),
        message.message_type.as_deref().map(indexed),
        message.sender.as_deref().map(indexed),
        message.receiver.as_deref().map(indexed),
        message.started_at,
        message.ended_at,
        message.changed_at(),
        message.identity.as_deref(),
        message.error.as_deref(),
        message.error_step.as_deref(),
        message.intermediate_error,
        message.log_level,
        &message.worker,
        Some(Json(&message.custom_headers)).filter(|headers| !headers.0.is_empty()),
        Some(Json(&message.attributes)).filter(|attributes| !attributes.0.is_empty()),
        model,
        steps,
        notes,
    ]
}

/// The message with this id, with its steps.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: &MessageId) -> Result<Option<Message>> {
    let sql = format!("SELECT {COLUMNS}, model_id, steps, step_notes FROM messages WHERE id = $1");
    let found = tx.find(TABLE, &sql, params![id], |row| {
        let mut message = decode(row)?;
        let bytes: Option<Vec<u8>> = row.take("steps")?;
        let notes = row.take("step_notes")?;
        message.steps = steps::decode(bytes.as_deref(), notes, message.started_at);
        Ok((message, row.take::<Option<String>>("model_id")?))
    });
    let Some((mut message, model)) = found.await? else {
        return Ok(None);
    };
    if let Some(model) = model {
        message.model = find_model(tx, model).await?.map(Arc::new);
    }
    Ok(Some(message))
}

async fn find_model(tx: &mut Tx, id: String) -> Result<Option<Model>> {
    tx.find(
        "message_models",
        "SELECT id, flow_id, nodes FROM message_models WHERE id = $1",
        params![id],
        |row| {
            let Json(nodes) = row.take("nodes")?;
            Ok(Model {
                id: row.take("id")?,
                flow: row.take("flow_id")?,
                nodes,
            })
        },
    )
    .await
}

/// Messages without their steps, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Message>> {
    search(tx, &filter.search()).await
}

/// Marks what `worker` left open as abandoned; called when it starts again, or is known to be gone.
/// Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn abandon_open(tx: &mut Tx, worker: &str) -> Result<u64> {
    let now = tx.now();
    tx.execute(
        "UPDATE messages SET status = $2, ended_at = $3, changed_at = $3
        WHERE status = $4 AND status <> 'COMPLETED' AND worker = $1",
        params![
            worker,
            MessageStatus::Abandoned,
            now,
            MessageStatus::Processing,
        ],
    )
    .await
}

/// Deletes a message that has ended and everything kept of it. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: &MessageId) -> Result<bool> {
    tx.execute(
        "DELETE FROM message_headers WHERE message_id = $1 AND message_at =
            (SELECT started_at FROM messages WHERE id = $1 AND status <> $2)",
        params![id, MessageStatus::Processing],
    )
    .await?;
    let deleted = tx
        .execute(
            "DELETE FROM messages WHERE id = $1 AND status <> $2",
            params![id, MessageStatus::Processing],
        )
        .await?;
    if deleted == 1 {
        payloads::delete_of(tx, id).await?;
    }
    Ok(deleted == 1)
}

/// Deletes messages started before `before`, some thousands at a time so that others are not kept
/// waiting, with their custom headers and what their steps are called. Returns how many rows; call it
/// in new transactions until that is 0.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let headers = tx
        .execute(
            "DELETE FROM message_headers WHERE (message_at, message_id) IN
                (SELECT message_at, message_id FROM message_headers WHERE message_at < $1
                ORDER BY message_at, message_id LIMIT $2)",
            params![before, PURGE_BATCH],
        )
        .await?;
    let messages = tx
        .execute(
            "DELETE FROM messages WHERE id IN
                (SELECT id FROM messages WHERE started_at < $1 ORDER BY started_at, id LIMIT $2)",
            params![before, PURGE_BATCH],
        )
        .await?;
    let mut models = 0;
    if messages > 0 {
        models = tx
            .execute(
                "DELETE FROM message_models WHERE NOT EXISTS
                    (SELECT 1 FROM messages WHERE messages.flow_id = message_models.flow_id)",
                params![],
            )
            .await?;
    }
    Ok(headers + messages + models)
}

fn decode(row: &mut Row) -> Result<Message, Unreadable> {
    let id: MessageId = row.take("id")?;
    let correlation: Option<String> = row.take("correlation_id")?;
    Ok(Message {
        correlation_id: correlation.unwrap_or_else(|| id.as_str().to_owned()),
        id,
        predecessor: row.take("predecessor_id")?,
        flow_id: row.take("flow_id")?,
        flow_name: row.take("flow_name")?,
        status: row.take("status")?,
        custom_status: row.take("custom_status")?,
        application_id: row.take("application_id")?,
        message_type: row.take("message_type")?,
        sender: row.take("sender")?,
        receiver: row.take("receiver")?,
        started_at: row.take("started_at")?,
        ended_at: row.take("ended_at")?,
        identity: row.take("identity")?,
        error: row.take("error")?,
        error_step: row.take("error_step")?,
        intermediate_error: row.take("intermediate_error")?,
        log_level: row.take("log_level")?,
        worker: row.take("worker")?,
        custom_headers: list_of(row, "custom_headers")?,
        attributes: list_of(row, "attributes")?,
        model: None,
        steps: Vec::new(),
    })
}

fn list_of<T: DeserializeOwned>(row: &mut Row, column: &str) -> Result<Vec<T>, Unreadable> {
    let list: Option<Json<Vec<T>>> = row.take(column)?;
    Ok(list.map_or_else(Vec::new, |Json(list)| list))
}

#[cfg(test)]
mod tests;
