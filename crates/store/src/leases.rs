//! Leases: at most one owner at a time, among all workers, until a moment it knows.

use std::time::Duration;

use lockgate_core::clock::Timestamp;

use crate::driver::Dialect;
use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

/// Proof of having acquired a lease. A later owner of the same lease has a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

/// Takes the lease `name` for `ttl`, unless somebody holds it. The same owner asking twice is
/// refused too: its first holder may still be at work.
///
/// # Errors
/// Those of the database.
pub async fn acquire(tx: &mut Tx, name: &str, owner: &str, ttl: Duration) -> Result<Option<Fence>> {
    let now = database_now(tx).await?;
    tx.find(
        "leases",
        "INSERT INTO leases (name, owner, fence, expires_at) VALUES ($1, $2, 1, $4)
        ON CONFLICT (name) DO UPDATE
        SET owner = excluded.owner, fence = leases.fence + 1, expires_at = excluded.expires_at
        WHERE leases.expires_at <= $3
        RETURNING name, fence",
        params![name, owner, now, now.plus(ttl)],
        |row| row.take("fence").map(Fence),
    )
    .await
}

/// Extends the lease to `ttl` from now. Returns `false` when it expired or was taken over: then the
/// work it guards must stop.
///
/// # Errors
/// Those of the database.
pub async fn renew(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    fence: Fence,
    ttl: Duration,
) -> Result<bool> {
    let now = database_now(tx).await?;
    let renewed = tx
        .execute(
            "UPDATE leases SET expires_at = $5
            WHERE name = $1 AND owner = $2 AND fence = $3 AND expires_at > $4",
            params![name, owner, fence.0, now, now.plus(ttl)],
        )
        .await?;
    Ok(renewed == 1)
}

/// Gives the lease back, so that others need not wait for its end. Returns whether it was held.
///
/// # Errors
/// Those of the database.
pub async fn release(tx: &mut Tx, name: &str, owner: &str, fence: Fence) -> Result<bool> {
    let now = database_now(tx).await?;
    let released = tx
        .execute(
            "UPDATE leases SET expires_at = $4
            WHERE name = $1 AND owner = $2 AND fence = $3 AND expires_at > $4",
            params![name, owner, fence.0, now],
        )
        .await?;
    Ok(released == 1)
}

/// Ends the leases of the process that had the SQLite file before us: the file lock proves that it
/// is gone. On PostgreSQL other processes may be alive, and leases end by time.
pub(crate) async fn forget_former_process(tx: &mut Tx) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        let now = tx.now();
        tx.execute("UPDATE leases SET expires_at = $1", params![now])
            .await?;
    }
    Ok(())
}

/// The time by the one clock that all workers share: PostgreSQL's, or that of the only process.
async fn database_now(tx: &mut Tx) -> Result<Timestamp> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(tx.now());
    }
    let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS now";
    tx.one("leases", sql, params![], |row| row.take("now"))
        .await
}
