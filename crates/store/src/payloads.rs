//! What is kept of the content of messages: traces, attachments, what a flow stores, and what came in.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, Value, params, words};

const TABLE: &str = "message_payloads";
const HEAD: &str =
    "id, message_id, kind, step_seq, step_id, parent_id, name, kept_at, media_type, size";
/// Rows deleted by one call of [`purge`].
const PURGE_BATCH: i64 = 1_000;
/// Rows returned by one call of [`list`].
const LIST_MAX: i64 = 10_000;

words! {
    /// Why a content is kept.
    pub enum PayloadKind {
        /// The message as it came in, to be sent again.
        Inbound = "inbound",
        /// The message before a step.
        Before = "before",
        /// The message after a step.
        After = "after",
        /// An attachment of the record.
        Attachment = "attachment",
        /// What the flow stored.
        Stored = "stored",
        /// An attachment of what the flow stored.
        StoredAttachment = "stored-attachment",
    }
}

impl PayloadKind {
    /// Whether it is part of a trace.
    #[must_use]
    pub const fn is_traced(self) -> bool {
        matches!(self, Self::Before | Self::After)
    }
}

/// What is known of a kept content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadHead {
    /// Its number, given by [`append`].
    pub id: i64,
    /// The message it belongs to.
    pub message: MessageId,
    /// Why it is kept.
    pub kind: PayloadKind,
    /// The step of the message.
    pub step_seq: Option<u32>,
    /// The model element: of the step, or of the process that the message entered.
    pub step_id: Option<String>,
    /// What it is an attachment of.
    pub parent: Option<i64>,
    /// The name of an attachment.
    pub name: Option<String>,
    /// When it was taken.
    pub kept_at: Timestamp,
    /// Media type.
    pub media_type: Option<String>,
    /// How many bytes there were. Fewer were kept if they were too many.
    pub size: u64,
}

/// A kept content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// What is known of it.
    pub head: PayloadHead,
    /// Headers, without what is secret.
    pub headers: Vec<(String, String)>,
    /// Exchange properties, without what is secret.
    pub properties: Vec<(String, String)>,
    /// As much of the content as was kept.
    pub body: Vec<u8>,
}

impl Payload {
    /// Whether there was more than was kept.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.head.size > self.body.len() as u64
    }
}

/// Adds contents under new numbers, in their order; those they have are ignored. Returns the first.
///
/// # Errors
/// Those of the database.
pub async fn append(tx: &mut Tx, payloads: &[Payload]) -> Result<i64> {
    if payloads.is_empty() {
        return Ok(0);
    }
    let more = i64::try_from(payloads.len()).unwrap_or(i64::MAX);
    let last: i64 = tx
        .one(
            "counters",
            "INSERT INTO counters (name, value) VALUES ('message_payload', $1)
            ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
            RETURNING name, value",
            params![more],
            |row| row.take("value"),
        )
        .await?;
    let first = last - more + 1;
    let rows = (first..).zip(payloads).map(|(id, one)| encode(id, one));
    tx.execute_each(
        "INSERT INTO message_payloads (id, message_id, kind, step_seq, step_id, parent_id, name,
            kept_at, media_type, size, headers, properties, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        rows.collect(),
    )
    .await?;
    Ok(first)
}

fn encode(id: i64, payload: &Payload) -> Vec<Value> {
    let pairs = |pairs| Some(Json(pairs)).filter(|Json(pairs): &Json<&Vec<_>>| !pairs.is_empty());
    let head = &payload.head;
    params![
        id,
        &head.message,
        head.kind,
        head.step_seq,
        head.step_id.as_deref(),
        head.parent,
        head.name.as_deref(),
        head.kept_at,
        head.media_type.as_deref(),
        i64::try_from(head.size).unwrap_or(i64::MAX),
        pairs(&payload.headers),
        pairs(&payload.properties),
        &payload.body,
    ]
}

/// What is kept of a message, without the contents, in the order in which it was kept. At most ten
/// thousand.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, message: &MessageId) -> Result<Vec<PayloadHead>> {
    let sql = format!(
        "SELECT {HEAD} FROM message_payloads WHERE message_id = $1 ORDER BY id LIMIT {LIST_MAX}"
    );
    tx.list(TABLE, &sql, params![message], decode_head).await
}

/// A kept content.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: i64) -> Result<Option<Payload>> {
    let sql =
        format!("SELECT {HEAD}, headers, properties, body FROM message_payloads WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The kept content of a message with this kind, the newest if there are several.
///
/// # Errors
/// Those of the database.
pub async fn find_kind(
    tx: &mut Tx,
    message: &MessageId,
    kind: PayloadKind,
) -> Result<Option<Payload>> {
    let sql = format!(
        "SELECT {HEAD}, headers, properties, body FROM message_payloads
        WHERE message_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1"
    );
    tx.find(TABLE, &sql, params![message, kind], decode).await
}

/// Deletes everything kept of a message.
///
/// # Errors
/// Those of the database.
pub(crate) async fn delete_of(tx: &mut Tx, message: &MessageId) -> Result<()> {
    tx.execute(
        "DELETE FROM message_payloads WHERE message_id = $1",
        params![message],
    )
    .await?;
    Ok(())
}

/// Deletes contents of a kind that were kept before `before`, some at a time. Returns how many; call
/// it in new transactions until that is 0.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, kind: PayloadKind, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM message_payloads WHERE id IN
            (SELECT id FROM message_payloads WHERE kind = $1 AND kept_at < $2
            ORDER BY kept_at, id LIMIT $3)",
        params![kind, before, PURGE_BATCH],
    )
    .await
}

fn decode(row: &mut Row) -> Result<Payload, Unreadable> {
    let headers: Option<Json<_>> = row.take("headers")?;
    let properties: Option<Json<_>> = row.take("properties")?;
    Ok(Payload {
        head: decode_head(row)?,
        headers: headers.map(|Json(headers)| headers).unwrap_or_default(),
        properties: properties.map(|Json(all)| all).unwrap_or_default(),
        body: row.take("body")?,
    })
}

fn decode_head(row: &mut Row) -> Result<PayloadHead, Unreadable> {
    let size: i64 = row.take("size")?;
    Ok(PayloadHead {
        id: row.take("id")?,
        message: row.take("message_id")?,
        kind: row.take("kind")?,
        step_seq: row.take("step_seq")?,
        step_id: row.take("step_id")?,
        parent: row.take("parent_id")?,
        name: row.take("name")?,
        kept_at: row.take("kept_at")?,
        media_type: row.take("media_type")?,
        size: u64::try_from(size).unwrap_or(0),
    })
}
