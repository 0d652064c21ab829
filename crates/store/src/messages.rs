//! The message log: one record for each message that a flow processed.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::flows::LogLevel;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, Value, indexed, params, words};

const TABLE: &str = "messages";
const COLUMNS: &str = "id, correlation_id, flow_id, flow_name, status, custom_status, \
    application_id, message_type, sender, receiver, started_at, ended_at, identity, error, \
    error_step, intermediate_error, log_level, worker, custom_headers";
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
    /// What each step did; [`list`] leaves it empty.
    pub steps: Vec<Step>,
}

/// One executed step of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Position in the order of execution.
    pub seq: u32,
    /// Id of the step in the flow.
    pub step_id: String,
    /// Its name.
    pub name: String,
    /// What kind of step it is.
    pub kind: String,
    /// The branch it ran in; empty for the main one.
    pub branch: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What went wrong.
    pub error: Option<String>,
    /// Headers, properties and an excerpt of the body, when traced.
    pub detail: Option<serde_json::Value>,
}

/// Which messages [`list`] returns. The default is the newest of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this flow.
    pub flow: Option<String>,
    /// With this status.
    pub status: Option<MessageStatus>,
    /// With this correlation id.
    pub correlation: Option<String>,
    /// With this application id.
    pub application_id: Option<String>,
    /// With this sender.
    pub sender: Option<String>,
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
    tx.execute_each(UPSERT, messages.iter().map(encode).collect())
        .await
}

const UPSERT: &str = "INSERT INTO messages (id, correlation_id, flow_id, flow_name, status,
        custom_status, application_id, message_type, sender, receiver, started_at, ended_at,
        identity, error, error_step, intermediate_error, log_level, worker, custom_headers, steps)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20)
    ON CONFLICT (id) DO UPDATE SET
        correlation_id = excluded.correlation_id, flow_id = excluded.flow_id,
        flow_name = excluded.flow_name, status = excluded.status,
        custom_status = excluded.custom_status, application_id = excluded.application_id,
        message_type = excluded.message_type, sender = excluded.sender,
        receiver = excluded.receiver, started_at = excluded.started_at,
        ended_at = excluded.ended_at, identity = excluded.identity, error = excluded.error,
        error_step = excluded.error_step, intermediate_error = excluded.intermediate_error,
        log_level = excluded.log_level, worker = excluded.worker,
        custom_headers = excluded.custom_headers, steps = excluded.steps";

fn encode(message: &Message) -> Vec<Value> {
    let correlation = Some(indexed(&message.correlation_id));
    params![
        &message.id,
        correlation.filter(|correlation| *correlation != message.id.as_str()),
        indexed(&message.flow_id),
        &message.flow_name,
        message.status,
        message.custom_status.as_deref(),
        message.application_id.as_deref().map(indexed),
        message.message_type.as_deref(),
        message.sender.as_deref(),
        message.receiver.as_deref(),
        message.started_at,
        message.ended_at,
        message.identity.as_deref(),
        message.error.as_deref(),
        message.error_step.as_deref(),
        message.intermediate_error,
        message.log_level,
        &message.worker,
        Some(Json(&message.custom_headers)).filter(|headers| !headers.0.is_empty()),
        Some(Json(&message.steps)).filter(|steps| !steps.0.is_empty()),
    ]
}

/// The message with this id, with its steps.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: &MessageId) -> Result<Option<Message>> {
    let sql = format!("SELECT {COLUMNS}, steps FROM messages WHERE id = $1");
    tx.find(TABLE, &sql, params![id], |row| {
        let mut message = decode(row)?;
        message.steps = list_of(row, "steps")?;
        Ok(message)
    })
    .await
}

/// Messages without their steps, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Message>> {
    let (sql, params) = query(filter);
    tx.list(TABLE, &sql, params, decode).await
}

/// The statement for a filter. Conditions that are not asked for are left out, so that each
/// combination can use its index.
fn query(filter: &Filter) -> (String, Vec<Value>) {
    let mut conditions = Vec::new();
    let mut params = Vec::new();
    let mut require = |condition: &str, value: Value| {
        params.push(value);
        conditions.push(format!("{condition} ${}", params.len()));
    };
    if let Some(flow) = &filter.flow {
        require("flow_id =", indexed(flow).into());
    }
    match filter.status {
        // Nearly all are completed: the order of time finds them as fast as an index would.
        Some(status @ MessageStatus::Completed) => require("status =", status.into()),
        Some(status) => require("status <> 'COMPLETED' AND status =", status.into()),
        None => {}
    }
    if let Some(application_id) = &filter.application_id {
        require("application_id =", indexed(application_id).into());
    }
    if let Some(sender) = &filter.sender {
        require("sender =", sender.into());
    }
    if let Some(since) = filter.since {
        require("started_at >=", since.into());
    }
    if let Some(until) = filter.until {
        require("started_at <", until.into());
    }
    if let Some(cursor) = &filter.before {
        params.extend(params![cursor.started_at, &cursor.id]);
        let (at, id) = (params.len() - 1, params.len());
        conditions.push(format!("(started_at, id) < (${at}, ${id})"));
    }
    let mut sql = match &filter.correlation {
        None => select(&conditions),
        Some(correlation) => {
            params.push(indexed(correlation).into());
            let number = params.len();
            let with = |condition: String| select(&[&conditions[..], &[condition]].concat());
            // The message that the others are correlated with carries its id only once.
            let named = with(format!("correlation_id = ${number}"));
            let own = with(format!("id = ${number} AND correlation_id IS NULL"));
            format!("{named} UNION ALL {own}")
        }
    };
    let limit = match filter.limit {
        0 => Filter::PAGE,
        limit => limit.min(Filter::PAGE_MAX),
    };
    params.push(limit.into());
    let order = format!(" ORDER BY started_at DESC, id DESC LIMIT ${}", params.len());
    sql.push_str(&order);
    (sql, params)
}

fn select(conditions: &[String]) -> String {
    let mut sql = format!("SELECT {COLUMNS} FROM messages");
    if !conditions.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&conditions.join(" AND "));
    }
    sql
}

/// Marks what `worker` left open as abandoned; called when it starts again, or is known to be gone.
/// Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn abandon_open(tx: &mut Tx, worker: &str) -> Result<u64> {
    let now = tx.now();
    tx.execute(
        "UPDATE messages SET status = $2, ended_at = $3
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

/// Deletes messages started before `before`, some thousands at a time so that others are not kept
/// waiting. Returns how many; call it in new transactions until that is 0.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM messages WHERE id IN
            (SELECT id FROM messages WHERE started_at < $1 ORDER BY started_at, id LIMIT $2)",
        params![before, PURGE_BATCH],
    )
    .await
}

fn decode(row: &mut Row) -> Result<Message, Unreadable> {
    let id: MessageId = row.take("id")?;
    let correlation: Option<String> = row.take("correlation_id")?;
    Ok(Message {
        correlation_id: correlation.unwrap_or_else(|| id.as_str().to_owned()),
        id,
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
        steps: Vec::new(),
    })
}

fn list_of<T: DeserializeOwned>(row: &mut Row, column: &str) -> Result<Vec<T>, Unreadable> {
    let list: Option<Json<Vec<T>>> = row.take(column)?;
    Ok(list.map_or_else(Vec::new, |Json(list)| list))
}

#[cfg(test)]
mod tests;
