//! The audit log: who changed what, and which requests at surfaces were refused.
//!
//! A change is recorded in its own transaction, so that there is neither a change without an event
//! nor an event without a change.

use std::net::IpAddr;

use lockgate_core::audit::{Action, Actor, Event, Outcome, Target};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::ids::CorrelationId;
use lockgate_core::limits;
use uuid::Uuid;

use crate::error::Result;
use crate::query::Conditions;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, Value, indexed, params};

const TABLE: &str = "audit";
const COLUMNS: &str = "id, at, who, who_name, source, correlation_id, action, target_kind, \
    target_id, target_name, key_id, thumbprint, status, reason, detail";
/// Rows deleted by one call of [`purge`].
const PURGE_BATCH: i64 = 5_000;

/// Which events [`list`] returns. The default is the newest of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// By somebody of this name.
    pub who: Option<String>,
    /// Whose action starts with this: `key` or `key.create`.
    pub action: Option<String>,
    /// About a thing with this id or name, or with this service key or certificate.
    pub target: Option<String>,
    /// Of this request.
    pub correlation: Option<CorrelationId>,
    /// Only what was refused, or only what was done.
    pub refused: Option<bool>,
    /// At this instant or later.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// After the event with this time and id in the list, which is older.
    pub before: Option<(Timestamp, Uuid)>,
    /// At most this many; 0 means [`Filter::PAGE`], and more than [`Filter::PAGE_MAX`] is cut.
    pub limit: u32,
}

impl Filter {
    /// How many events are returned when the filter does not say.
    pub const PAGE: u32 = 100;
    /// How many events are returned at most: a page, and one more that tells whether it is the last.
    pub const PAGE_MAX: u32 = 1_001;

    /// How many events are returned at most with this filter.
    #[must_use]
    pub fn limit(&self) -> u32 {
        match self.limit {
            0 => Self::PAGE,
            limit => limit.min(Self::PAGE_MAX),
        }
    }
}

/// Records that `actor` did `action` to `target` in this transaction. `detail` is one line without
/// secrets; its first [`limits::LOG_VALUE_CHARS`] characters are kept.
///
/// # Errors
/// Those of the database.
pub async fn record(
    tx: &mut Tx,
    actor: &Actor,
    action: Action,
    target: &Target,
    detail: &str,
) -> Result<()> {
    let at = tx.now();
    let event = Event {
        id: event_id(tx.next_event(), at, actor, action, target),
        at,
        actor: actor.clone(),
        action: action.to_owned(),
        target_kind: target.kind.to_owned(),
        target_id: target.id.clone(),
        target_name: target.name.clone(),
        key: target.key,
        thumbprint: target.thumbprint,
        outcome: Outcome::Done,
        detail: detail.to_owned(),
    };
    append(tx, &[event]).await
}

/// An id that no other event has: the number counts in this process, the rest tells processes
/// apart. Events of one instant are in the order in which they were recorded.
fn event_id(number: u64, at: Timestamp, actor: &Actor, action: &str, target: &Target) -> Uuid {
    let facts = format!("{at:?} {actor:?} {action} {target:?}");
    let digest = sha256(facts.as_bytes());
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&number.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&digest[..10]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Adds events. One that is there already is left as it is.
///
/// # Errors
/// Those of the database.
pub async fn append(tx: &mut Tx, events: &[Event]) -> Result<()> {
    let sql = format!(
        "INSERT INTO audit ({COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (at, id) DO NOTHING"
    );
    tx.execute_each(&sql, events.iter().map(encode).collect())
        .await
}

/// Events, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Event>> {
    let mut conditions = Conditions::default();
    if let Some(who) = &filter.who {
        conditions.require("who_name = ?", indexed(who));
    }
    if let Some(action) = &filter.action {
        conditions.require("substr(action, 1, length(?)) = ?", action.as_str());
    }
    if let Some(target) = &filter.target {
        let about = "(target_id = ? OR target_name = ? OR key_id = ? OR thumbprint = ?)";
        conditions.require(about, indexed(target));
    }
    if let Some(correlation) = filter.correlation {
        conditions.require("correlation_id = ?", correlation);
    }
    match filter.refused {
        Some(true) => conditions.add("status IS NOT NULL"),
        Some(false) => conditions.add("status IS NULL"),
        None => {}
    }
    if let Some(since) = filter.since {
        conditions.require("at >= ?", since);
    }
    if let Some(until) = filter.until {
        conditions.require("at < ?", until);
    }
    if let Some((at, id)) = filter.before {
        conditions.after("at, id", at, id);
    }
    let select = format!("SELECT {COLUMNS} FROM audit");
    let (sql, params) = conditions.newest(&select, ["at", "id"], filter.limit());
    tx.list(TABLE, &sql, params, decode).await
}

/// Deletes events before `before`, some thousands at a time so that others are not kept waiting.
/// Returns how many; call it in new transactions until that is 0.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM audit WHERE (at, id) IN
            (SELECT at, id FROM audit WHERE at < $1 ORDER BY at, id LIMIT $2)",
        params![before, PURGE_BATCH],
    )
    .await
}

fn encode(event: &Event) -> Vec<Value> {
    let (status, reason) = match &event.outcome {
        Outcome::Done => (None, None),
        Outcome::Refused { status, reason } => (Some(*status), Some(reason.as_str())),
    };
    params![
        event.id,
        event.at,
        Json(&event.actor.who),
        indexed(event.actor.who.name()),
        event.actor.source,
        event.actor.correlation,
        indexed(&event.action),
        indexed(&event.target_kind),
        indexed(&event.target_id),
        indexed(&event.target_name),
        event.key,
        event.thumbprint,
        status,
        reason,
        line(&event.detail),
    ]
}

/// One line of bounded length.
fn line(text: &str) -> String {
    let kept = text.chars().take(limits::LOG_VALUE_CHARS);
    kept.map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn decode(row: &mut Row) -> Result<Event, Unreadable> {
    let Json(who) = row.take("who")?;
    let status: Option<u16> = row.take("status")?;
    let source: Option<IpAddr> = row.take("source")?;
    let outcome = match status {
        None => Outcome::Done,
        Some(status) => Outcome::Refused {
            status,
            reason: row.take("reason")?,
        },
    };
    Ok(Event {
        id: row.take("id")?,
        at: row.take("at")?,
        actor: Actor {
            who,
            source,
            correlation: row.take("correlation_id")?,
        },
        action: row.take("action")?,
        target_kind: row.take("target_kind")?,
        target_id: row.take("target_id")?,
        target_name: row.take("target_name")?,
        key: row.take("key_id")?,
        thumbprint: row.take("thumbprint")?,
        outcome,
        detail: row.take("detail")?,
    })
}
