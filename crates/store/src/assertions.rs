//! Assertions of trusted issuers that were exchanged for a token: each is good once.

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

/// Uses the assertion with this digest, which would be accepted until `expires_at`. Returns `false`
/// when it was used before: of several exchanges, one succeeds. Forgets those that nobody would
/// accept at `now` any more.
///
/// # Errors
/// Those of the database.
pub async fn redeem(
    tx: &mut Tx,
    digest: [u8; 32],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool> {
    let sql = "DELETE FROM assertions WHERE expires_at <= $1";
    tx.execute(sql, params![now]).await?;
    let inserted = tx
        .execute(
            "INSERT INTO assertions (digest, expires_at) VALUES ($1, $2)
            ON CONFLICT (digest) DO NOTHING",
            params![&digest, expires_at],
        )
        .await?;
    Ok(inserted == 1)
}
