//! Data stores: messages that flows keep under an id until they fetch or delete them, or until their
//! time is over.
//!
//! An entry whose time is over is gone for everybody at once; [`purge`] only frees its space.

mod content;
mod summary;

use std::time::Duration;

use lockgate_core::clock::Timestamp;

pub use self::content::{Content, Plain, Unopened};
pub use self::summary::{DataStore, Filter, count, delete_store, heads, stores};
use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, indexed, params};
use crate::variables::Scope;

const TABLE: &str = "data_store_entries";
const HEAD: &str = "id, flow_id, store, message_id, sealed, size, created_at, due_at, expires_at";
/// Rows deleted by one call of [`purge`].
const PURGE_BATCH: i64 = 1_000;

/// What identifies an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntryKey {
    /// Who sees the store.
    pub scope: Scope,
    /// The store's name.
    pub store: String,
    /// The entry's id, unique in the store.
    pub id: String,
}

/// What is known of an entry besides its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryHead {
    /// What identifies it.
    pub key: EntryKey,
    /// The message that wrote it.
    pub message: String,
    /// Whether its content is sealed.
    pub sealed: bool,
    /// Bytes of its content before sealing.
    pub size: u64,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it should have been fetched.
    pub due_at: Timestamp,
    /// When it is gone.
    pub expires_at: Timestamp,
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is known of it.
    pub head: EntryHead,
    /// Its content.
    pub content: Content,
}

/// An entry to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What identifies it.
    pub key: EntryKey,
    /// The message that writes it.
    pub message: String,
    /// Its content.
    pub content: Content,
    /// Bytes of its content before sealing.
    pub size: u64,
    /// After which time it should have been fetched.
    pub due_after: Duration,
    /// After which time it is gone.
    pub expires_after: Duration,
}

/// Writes an entry. Returns whether it did: one with this id that is there already stays unless
/// `replace` is set.
///
/// # Errors
/// Those of the database.
pub async fn put(tx: &mut Tx, entry: NewEntry, replace: bool) -> Result<bool> {
    let now = tx.now();
    let unless_there = match replace {
        true => "",
        false => " WHERE data_store_entries.expires_at <= $9",
    };
    let sql = format!(
        "INSERT INTO data_store_entries (flow_id, store, id, message_id, sealed, headers, body, size,
            created_at, due_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (flow_id, store, id) DO UPDATE SET
            message_id = excluded.message_id, sealed = excluded.sealed,
            headers = excluded.headers, body = excluded.body, size = excluded.size,
            created_at = excluded.created_at, due_at = excluded.due_at,
            expires_at = excluded.expires_at{unless_there}"
    );
    let NewEntry { key, content, .. } = entry;
    let values = params![
        key.scope.flow_id(),
        key.store,
        key.id,
        indexed(&entry.message),
        content.sealed,
        content.headers,
        content.body,
        i64::try_from(entry.size).unwrap_or(i64::MAX),
        now,
        now.plus(entry.due_after),
        now.plus(entry.expires_after),
    ];
    Ok(tx.execute(&sql, values).await? == 1)
}

/// An entry with its content.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut Tx, key: &EntryKey) -> Result<Option<Entry>> {
    let now = tx.now();
    let sql = format!(
        "SELECT {HEAD}, headers, body FROM data_store_entries
        WHERE flow_id = $1 AND store = $2 AND id = $3 AND expires_at > $4"
    );
    let values = params![key.scope.flow_id(), &key.store, &key.id, now];
    tx.find(TABLE, &sql, values, decode).await
}

/// What is known of an entry.
///
/// # Errors
/// Those of the database.
pub async fn head(tx: &mut Tx, key: &EntryKey) -> Result<Option<EntryHead>> {
    let now = tx.now();
    let sql = format!(
        "SELECT {HEAD} FROM data_store_entries
        WHERE flow_id = $1 AND store = $2 AND id = $3 AND expires_at > $4"
    );
    let values = params![key.scope.flow_id(), &key.store, &key.id, now];
    tx.find(TABLE, &sql, values, decode_head).await
}

/// The entries of a store that were written first, with their contents. `None` when these together
/// have more than `bytes`.
///
/// # Errors
/// Those of the database.
pub async fn oldest(
    tx: &mut Tx,
    scope: &Scope,
    store: &str,
    limit: u32,
    bytes: u64,
) -> Result<Option<Vec<Entry>>> {
    let now = tx.now();
    let from = "FROM data_store_entries WHERE flow_id = $1 AND store = $2 AND expires_at > $3
        ORDER BY created_at, id LIMIT $4";
    let values = || params![scope.flow_id(), store, now, limit];
    // Asked before anything is read: contents are large.
    let sql = format!("SELECT id, size {from}");
    let sizes: Vec<u64> = tx
        .list(TABLE, &sql, values(), |row| row.take("size"))
        .await?;
    if sizes.into_iter().fold(0, u64::saturating_add) > bytes {
        return Ok(None);
    }
    let sql = format!("SELECT {HEAD}, headers, body {from}");
    tx.list(TABLE, &sql, values(), decode).await.map(Some)
}

/// Deletes an entry. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, key: &EntryKey) -> Result<bool> {
    let now = tx.now();
    let deleted = tx
        .execute(
            "DELETE FROM data_store_entries
            WHERE flow_id = $1 AND store = $2 AND id = $3 AND expires_at > $4",
            params![key.scope.flow_id(), &key.store, &key.id, now],
        )
        .await?;
    Ok(deleted == 1)
}

/// Deletes entries that were fetched, unless others were written under their ids since.
///
/// # Errors
/// Those of the database.
pub async fn delete_fetched(tx: &mut Tx, fetched: &[(EntryKey, Timestamp)]) -> Result<()> {
    let rows = fetched
        .iter()
        .map(|(key, created_at)| params![key.scope.flow_id(), &key.store, &key.id, *created_at]);
    tx.execute_each(
        "DELETE FROM data_store_entries
        WHERE flow_id = $1 AND store = $2 AND id = $3 AND created_at = $4",
        rows.collect(),
    )
    .await
}

/// Deletes entries whose time was over at `now`, at most so many that other writers do not wait long.
/// Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM data_store_entries WHERE (flow_id, store, id) IN (
            SELECT flow_id, store, id FROM data_store_entries WHERE expires_at <= $1
            ORDER BY expires_at LIMIT $2)",
        params![now, PURGE_BATCH],
    )
    .await
}

fn decode(row: &mut Row) -> Result<Entry, Unreadable> {
    let head = decode_head(row)?;
    let content = Content {
        sealed: head.sealed,
        headers: row.take("headers")?,
        body: row.take("body")?,
    };
    Ok(Entry { head, content })
}

fn decode_head(row: &mut Row) -> Result<EntryHead, Unreadable> {
    Ok(EntryHead {
        key: EntryKey {
            scope: Scope::of_flow_id(row.take("flow_id")?),
            store: row.take("store")?,
            id: row.take("id")?,
        },
        message: row.take("message_id")?,
        sealed: row.take("sealed")?,
        size: row.take("size")?,
        created_at: row.take("created_at")?,
        due_at: row.take("due_at")?,
        expires_at: row.take("expires_at")?,
    })
}
