//! Tokens that were revoked before they expired.

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

/// Revokes the token with this `jti`, which would have expired at `expires_at`. Revoking it again
/// changes nothing.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut Tx, jti: &str, expires_at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO revocations (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING",
        params![jti, expires_at],
    )
    .await?;
    Ok(())
}

/// Every revoked token that would still be valid at `now`.
///
/// # Errors
/// Those of the database.
pub async fn list_live(tx: &mut Tx, now: Timestamp) -> Result<Vec<(String, Timestamp)>> {
    tx.list(
        "revocations",
        "SELECT jti, expires_at FROM revocations WHERE expires_at > $1 ORDER BY jti",
        params![now],
        |row| Ok((row.take("jti")?, row.take("expires_at")?)),
    )
    .await
}

/// Forgets tokens that have expired by `now`. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM revocations WHERE expires_at <= $1",
        params![now],
    )
    .await
}
