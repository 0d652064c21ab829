//! Authorities whose client certificates are accepted; those with a key issue some themselves.

use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params, words};

const TABLE: &str = "authorities";
const COLUMNS: &str = "thumbprint, name, certificate, sealed_key, state, created_at";

words! {
    /// What an authority is good for.
    pub enum State {
        /// Its certificates are accepted, and new ones are issued by it.
        Issuing = "issuing",
        /// Its certificates are accepted.
        Trusted = "trusted",
    }
}

/// An authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// SHA-256 of its certificate.
    pub thumbprint: Thumbprint,
    /// Its name for operators, unique.
    pub name: String,
    /// Its certificate in DER.
    pub certificate: Vec<u8>,
    /// Its private key, PKCS#8 sealed for the context `authority/<thumbprint>`; `None` when others
    /// have it.
    pub sealed_key: Option<Vec<u8>>,
    /// What it is good for.
    pub state: State,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Adds an authority.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `authorities_thumbprint` when it is there,
/// `authorities_name` when the name is taken.
pub async fn insert(tx: &mut Tx, authority: &Authority) -> Result<()> {
    tx.execute(
        "INSERT INTO authorities (thumbprint, name, certificate, sealed_key, state, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            authority.thumbprint,
            &authority.name,
            &authority.certificate,
            authority.sealed_key.as_ref(),
            authority.state,
            authority.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// Moves an authority from one state to another. Returns `false`, and changes nothing, unless it
/// was in state `from`.
///
/// # Errors
/// Those of the database.
pub async fn set_state(
    tx: &mut Tx,
    thumbprint: Thumbprint,
    from: State,
    to: State,
) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE authorities SET state = $3 WHERE thumbprint = $1 AND state = $2",
            params![thumbprint, from, to],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes an authority. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, thumbprint: Thumbprint) -> Result<bool> {
    let sql = "DELETE FROM authorities WHERE thumbprint = $1";
    let deleted = tx.execute(sql, params![thumbprint]).await?;
    Ok(deleted == 1)
}

/// The authority with exactly this name.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Authority>> {
    let sql = format!("SELECT {COLUMNS} FROM authorities WHERE name = $1");
    tx.find(TABLE, &sql, params![name], decode).await
}

/// Every authority, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Authority>> {
    let sql = format!("SELECT {COLUMNS} FROM authorities ORDER BY created_at, thumbprint");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Authority, Unreadable> {
    Ok(Authority {
        thumbprint: row.take("thumbprint")?,
        name: row.take("name")?,
        certificate: row.take("certificate")?,
        sealed_key: row.take("sealed_key")?,
        state: row.take("state")?,
        created_at: row.take("created_at")?,
    })
}
