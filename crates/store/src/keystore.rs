//! The keystore: certificates that are trusted, and key pairs, by alias.

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "keystore_entries";
const COLUMNS: &str = "alias, chain, sealed_key, created_by, created_at, modified_by, modified_at";

/// An entry of the keystore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, unique.
    pub alias: String,
    /// Its certificate in DER, and behind it those that lead to an authority.
    pub chain: Vec<u8>,
    /// The private key of a key pair, PKCS #8 sealed for the context `keystore/<alias>`.
    pub sealed_key: Option<Vec<u8>>,
    /// Who added it.
    pub created_by: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub modified_by: String,
    /// When it was changed last.
    pub modified_at: Timestamp,
}

/// Adds an entry.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `keystore_entries_alias` when the alias is taken.
pub async fn insert(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let sql =
        format!("INSERT INTO keystore_entries ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    let values = params![
        &entry.alias,
        &entry.chain,
        entry.sealed_key.as_ref(),
        &entry.created_by,
        entry.created_at,
        &entry.modified_by,
        entry.modified_at,
    ];
    tx.execute(&sql, values).await?;
    Ok(())
}

/// Deletes an entry. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, alias: &str) -> Result<bool> {
    let sql = "DELETE FROM keystore_entries WHERE alias = $1";
    let deleted = tx.execute(sql, params![alias]).await?;
    Ok(deleted == 1)
}

/// The entry with this alias.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, alias: &str) -> Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM keystore_entries WHERE alias = $1");
    tx.find(TABLE, &sql, params![alias], decode).await
}

/// Every entry, by alias.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM keystore_entries ORDER BY alias");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Entry, Unreadable> {
    Ok(Entry {
        alias: row.take("alias")?,
        chain: row.take("chain")?,
        sealed_key: row.take("sealed_key")?,
        created_by: row.take("created_by")?,
        created_at: row.take("created_at")?,
        modified_by: row.take("modified_by")?,
        modified_at: row.take("modified_at")?,
    })
}
