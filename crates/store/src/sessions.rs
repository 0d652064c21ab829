//! Logins of people: each a chain of refresh tokens, of which the newest is good.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, SessionId};

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, params};

const TABLE: &str = "sessions";
const COLUMNS: &str = "id, account_id, client_id, grant_type, scopes, refresh, created_at, \
    refreshed_at, expires_at";

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id; access tokens carry it.
    pub id: SessionId,
    /// Who is logged in.
    pub account: AccountId,
    /// With which public client.
    pub client_id: String,
    /// By which grant it began.
    pub grant_type: String,
    /// What its tokens may do.
    pub scopes: Vec<String>,
    /// Digest of the refresh token that is good now; `None` when there is none.
    pub refresh: Option<[u8; 32]>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last refreshed.
    pub refreshed_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Adds a session.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `sessions_id` when the id is taken.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<()> {
    tx.execute(
        "INSERT INTO sessions (id, account_id, client_id, grant_type, scopes, refresh, created_at,
            refreshed_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            session.id,
            session.account,
            &session.client_id,
            &session.grant_type,
            Json(&session.scopes),
            session.refresh.as_ref(),
            session.created_at,
            session.refreshed_at,
            session.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The session with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: SessionId) -> Result<Option<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// Replaces the refresh token, and moves the end of the session to `expires_at`. Returns `false`, and
/// changes nothing, unless `from` was the good one: of several requests with one refresh token, one
/// succeeds.
///
/// # Errors
/// Those of the database.
pub async fn rotate(
    tx: &mut Tx,
    id: SessionId,
    from: [u8; 32],
    to: [u8; 32],
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE sessions SET refresh = $3, refreshed_at = $4, expires_at = $5
            WHERE id = $1 AND refresh = $2",
            params![id, &from, &to, at, expires_at],
        )
        .await?;
    Ok(updated == 1)
}

/// Ends a session. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: SessionId) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM sessions WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// Every session of an account, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list_of(tx: &mut Tx, account: AccountId) -> Result<Vec<Session>> {
    let sql =
        format!("SELECT {COLUMNS} FROM sessions WHERE account_id = $1 ORDER BY created_at, id");
    tx.list(TABLE, &sql, params![account], decode).await
}

/// Ends every session of an account, and voids the codes that were handed out for it.
///
/// # Errors
/// Those of the database.
pub async fn end_all(tx: &mut Tx, account: AccountId) -> Result<()> {
    for owned in [
        "DELETE FROM sessions WHERE account_id = $1",
        "DELETE FROM codes WHERE account_id = $1",
    ] {
        tx.execute(owned, params![account]).await?;
    }
    Ok(())
}

/// Forgets sessions that ended before `before`. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM sessions WHERE expires_at < $1";
    tx.execute(sql, params![before]).await
}

fn decode(row: &mut Row) -> Result<Session, Unreadable> {
    let Json(scopes) = row.take("scopes")?;
    Ok(Session {
        id: row.take("id")?,
        account: row.take("account_id")?,
        client_id: row.take("client_id")?,
        grant_type: row.take("grant_type")?,
        scopes,
        refresh: row.take("refresh")?,
        created_at: row.take("created_at")?,
        refreshed_at: row.take("refreshed_at")?,
        expires_at: row.take("expires_at")?,
    })
}
