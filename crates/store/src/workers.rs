//! Which servers live: each says so now and then.

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

/// A server, as the states of flows name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its name.
    pub name: String,
    /// When it last said that it lives.
    pub seen_at: Timestamp,
}

/// Notes that a worker lives.
///
/// # Errors
/// Those of the database.
pub async fn seen(tx: &mut Tx, name: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO workers (name, seen_at) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
        params![name, now],
    )
    .await?;
    Ok(())
}

/// Every worker that was seen, by name. Those that were killed are among them until they are purged:
/// compare `seen_at`.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Worker>> {
    let sql = "SELECT name, seen_at FROM workers ORDER BY name";
    tx.list("workers", sql, params![], |row| {
        Ok(Worker {
            name: row.take("name")?,
            seen_at: row.take("seen_at")?,
        })
    })
    .await
}

/// Forgets workers that were not seen since an instant, with what they said about flows, and says how
/// many there were.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM flow_statuses WHERE worker IN (
            SELECT name FROM workers WHERE seen_at < $1)",
        params![before],
    )
    .await?;
    tx.execute("DELETE FROM workers WHERE seen_at < $1", params![before])
        .await
}
