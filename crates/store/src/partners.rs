//! The partner directory: what flows are told about the partners of a tenant.
//!
//! A partner is there while it has an entry: a parameter, a name or a user.

pub mod names;
pub mod parameters;
pub mod users;

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params, words};

/// Who wrote an entry, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who created it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub modified_by: String,
    /// When.
    pub modified_at: Timestamp,
}

impl Stamp {
    /// That of an entry that `by` creates at `at`.
    #[must_use]
    pub fn new(by: &str, at: Timestamp) -> Self {
        Self {
            created_by: by.to_owned(),
            created_at: at,
            modified_by: by.to_owned(),
            modified_at: at,
        }
    }

    fn take(row: &mut Row) -> Result<Self, Unreadable> {
        Ok(Self {
            created_by: row.take("created_by")?,
            created_at: row.take("created_at")?,
            modified_by: row.take("modified_by")?,
            modified_at: row.take("modified_at")?,
        })
    }
}

words! {
    /// What an entry is.
    pub enum EntryKind {
        /// A parameter that is text.
        Text = "text",
        /// A parameter that is bytes.
        Binary = "binary",
        /// A parameter that is a user and a password.
        Credential = "credential",
        /// Another name of the partner.
        Name = "name",
        /// A user who may send in the name of the partner.
        User = "user",
    }
}

/// The ids of all partners.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<String>> {
    let sql = "SELECT pid FROM partner_parameters UNION SELECT pid FROM partner_names
        UNION SELECT pid FROM partner_users ORDER BY pid";
    tx.list("partner_parameters", sql, params![], |row| row.take("pid"))
        .await
}

/// How many entries all partners have.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx) -> Result<u64> {
    let sql = "SELECT (SELECT COUNT(*) FROM partner_parameters)
        + (SELECT COUNT(*) FROM partner_names) + (SELECT COUNT(*) FROM partner_users) AS entries";
    let entries: i64 = tx
        .one("partner_parameters", sql, params![], |row| {
            row.take("entries")
        })
        .await?;
    Ok(entries.unsigned_abs())
}

/// Deletes the entries of these kinds that a partner has. Returns how many it had.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, pid: &str, kinds: &[EntryKind]) -> Result<u64> {
    let mut deleted = 0;
    for kind in kinds {
        deleted += match kind {
            EntryKind::Name => {
                let sql = "DELETE FROM partner_names WHERE pid = $1";
                tx.execute(sql, params![pid]).await?
            }
            EntryKind::User => {
                let sql = "DELETE FROM partner_users WHERE pid = $1";
                tx.execute(sql, params![pid]).await?
            }
            EntryKind::Text | EntryKind::Binary | EntryKind::Credential => {
                let sql = "DELETE FROM partner_parameters WHERE kind = $1 AND pid = $2";
                tx.execute(sql, params![*kind, pid]).await?
            }
        };
    }
    Ok(deleted)
}
