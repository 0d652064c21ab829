//! Authorization codes. A used one stays until it expires, so that its second use is noticed.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, SessionId};

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, params};

const TABLE: &str = "codes";

/// An authorization code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Keyed hash of the code.
    pub digest: [u8; 32],
    /// Who allowed it.
    pub account: AccountId,
    /// The client it was given to.
    pub client_id: String,
    /// Where it was sent; who redeems it has to name the same.
    pub redirect_uri: String,
    /// The PKCE challenge, S256.
    pub challenge: String,
    /// What the tokens may do.
    pub scopes: Vec<String>,
    /// The session that its redemption began.
    pub session: Option<SessionId>,
    /// Not good from this instant on.
    pub expires_at: Timestamp,
}

/// Adds a code.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `codes_digest` when it exists.
pub async fn insert(tx: &mut Tx, code: &Code) -> Result<()> {
    tx.execute(
        "INSERT INTO codes (digest, account_id, client_id, redirect_uri, challenge, scopes,
            session_id, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            &code.digest,
            code.account,
            &code.client_id,
            &code.redirect_uri,
            &code.challenge,
            Json(&code.scopes),
            code.session,
            code.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The code with this digest, used or not.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, digest: [u8; 32]) -> Result<Option<Code>> {
    let sql = "SELECT digest, account_id, client_id, redirect_uri, challenge, scopes, session_id,
            expires_at
        FROM codes WHERE digest = $1";
    tx.find(TABLE, sql, params![&digest], decode).await
}

/// Uses the code for `session`. Returns `false`, and changes nothing, when it was used before: of
/// several redemptions, one succeeds.
///
/// # Errors
/// Those of the database.
pub async fn redeem(tx: &mut Tx, digest: [u8; 32], session: SessionId) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE codes SET session_id = $2 WHERE digest = $1 AND session_id IS NULL",
            params![&digest, session],
        )
        .await?;
    Ok(updated == 1)
}

/// Forgets codes that expired before `before`. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM codes WHERE expires_at < $1";
    tx.execute(sql, params![before]).await
}

fn decode(row: &mut Row) -> Result<Code, Unreadable> {
    let Json(scopes) = row.take("scopes")?;
    Ok(Code {
        digest: row.take("digest")?,
        account: row.take("account_id")?,
        client_id: row.take("client_id")?,
        redirect_uri: row.take("redirect_uri")?,
        challenge: row.take("challenge")?,
        scopes,
        session: row.take("session_id")?,
        expires_at: row.take("expires_at")?,
    })
}
