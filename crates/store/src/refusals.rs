//! Requests that were refused, with the reason that their sender is not told.

use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{CorrelationId, KeyId};
use uuid::Uuid;

use crate::error::Result;
use crate::query::Conditions;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "refusals";
const COLUMNS: &str = "id, refused_at, source, method, path, status, reason, detail, client_id, \
    key_id, thumbprint, flow_id";
/// Rows deleted by one call of [`purge`].
const PURGE_BATCH: i64 = 5_000;

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the sender was told to quote.
    pub id: CorrelationId,
    /// When.
    pub at: Timestamp,
    /// Address it came from.
    pub source: String,
    /// HTTP method.
    pub method: String,
    /// Path, escaped and cut.
    pub path: String,
    /// Status that was answered.
    pub status: u16,
    /// Code of the reason.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// The OAuth client, when it was recognised.
    pub client_id: Option<String>,
    /// The service key, when it was recognised.
    pub key_id: Option<KeyId>,
    /// The certificate that was presented.
    pub thumbprint: Option<Thumbprint>,
    /// The flow, when the address has one.
    pub flow: Option<String>,
}

/// Which refusals [`list`] returns. The default is the newest of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// With this id.
    pub id: Option<CorrelationId>,
    /// Of this OAuth client; `anonymous` stands for callers that were not recognised.
    pub who: Option<String>,
    /// Of the flow with this id, or with this service key or certificate.
    pub about: Option<String>,
    /// At this instant or later.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// After the refusal with this time and id in the list, which is older.
    pub before: Option<(Timestamp, Uuid)>,
    /// At most this many; more than [`Filter::PAGE_MAX`] is cut.
    pub limit: u32,
}

impl Filter {
    /// How many refusals are returned at most: a page, and one more that tells whether it is the last.
    pub const PAGE_MAX: u32 = 1_001;
}

/// Adds refusals. One that is there already is left as it is.
///
/// # Errors
/// Those of the database.
pub async fn append(tx: &mut Tx, refusals: &[Refusal]) -> Result<()> {
    let rows = refusals.iter().map(|refusal| {
        params![
            refusal.id,
            refusal.at,
            &refusal.source,
            &refusal.method,
            &refusal.path,
            refusal.status,
            &refusal.reason,
            &refusal.detail,
            refusal.client_id.as_deref(),
            refusal.key_id,
            refusal.thumbprint,
            refusal.flow.as_deref(),
        ]
    });
    tx.execute_each(
        "INSERT INTO refusals
            (id, refused_at, source, method, path, status, reason, detail, client_id, key_id,
            thumbprint, flow_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (id) DO NOTHING",
        rows.collect(),
    )
    .await
}

/// The refusal with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: CorrelationId) -> Result<Option<Refusal>> {
    let sql = format!("SELECT {COLUMNS} FROM refusals WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// Refusals, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Refusal>> {
    let mut conditions = Conditions::default();
    if let Some(id) = filter.id {
        conditions.require("id = ?", id);
    }
    if let Some(who) = &filter.who {
        conditions.require("COALESCE(client_id, 'anonymous') = ?", who);
    }
    if let Some(about) = &filter.about {
        conditions.require("(flow_id = ? OR key_id = ? OR thumbprint = ?)", about);
    }
    if let Some(since) = filter.since {
        conditions.require("refused_at >= ?", since);
    }
    if let Some(until) = filter.until {
        conditions.require("refused_at < ?", until);
    }
    if let Some((at, id)) = filter.before {
        conditions.after("refused_at, id", at, id);
    }
    let select = format!("SELECT {COLUMNS} FROM refusals");
    let limit = filter.limit.min(Filter::PAGE_MAX);
    let (sql, params) = conditions.newest(&select, ["refused_at", "id"], limit);
    tx.list(TABLE, &sql, params, decode).await
}

/// Deletes refusals before `before`, some thousands at a time so that others are not kept waiting.
/// Returns how many; call it in new transactions until that is 0.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM refusals WHERE id IN
            (SELECT id FROM refusals WHERE refused_at < $1 ORDER BY refused_at, id LIMIT $2)",
        params![before, PURGE_BATCH],
    )
    .await
}

fn decode(row: &mut Row) -> Result<Refusal, Unreadable> {
    Ok(Refusal {
        id: row.take("id")?,
        at: row.take("refused_at")?,
        source: row.take("source")?,
        method: row.take("method")?,
        path: row.take("path")?,
        status: row.take("status")?,
        reason: row.take("reason")?,
        detail: row.take("detail")?,
        client_id: row.take("client_id")?,
        key_id: row.take("key_id")?,
        thumbprint: row.take("thumbprint")?,
        flow: row.take("flow_id")?,
    })
}
