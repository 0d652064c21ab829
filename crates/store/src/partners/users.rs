//! Users who may send in the name of a partner.

use super::Stamp;
use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "partner_users";
const COLUMNS: &str = "name, pid, created_by, created_at, modified_by, modified_at";

/// A user who may send in the name of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who, unique.
    pub name: String,
    /// The partner.
    pub pid: String,
    /// Who wrote it.
    pub stamp: Stamp,
}

/// Adds a user.
///
/// # Errors
/// [`crate::Error::Conflict`] when the user stands for a partner already.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<()> {
    let sql = "INSERT INTO partner_users
            (name, pid, created_by, created_at, modified_by, modified_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values = params![
        &user.name,
        &user.pid,
        &user.stamp.created_by,
        user.stamp.created_at,
        &user.stamp.modified_by,
        user.stamp.modified_at,
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

/// Lets a user stand for another partner. Returns whether it existed; who created it stays.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &mut Tx, user: &User) -> Result<bool> {
    let sql = "UPDATE partner_users SET pid = $2, modified_by = $3, modified_at = $4
        WHERE name = $1";
    let values = params![
        &user.name,
        &user.pid,
        &user.stamp.modified_by,
        user.stamp.modified_at,
    ];
    Ok(tx.execute(sql, values).await? == 1)
}

/// Deletes a user. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<bool> {
    let sql = "DELETE FROM partner_users WHERE name = $1";
    Ok(tx.execute(sql, params![name]).await? == 1)
}

/// A user.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM partner_users WHERE name = $1");
    tx.find(TABLE, &sql, params![name], decode).await
}

/// Every user, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<User>> {
    let sql = format!("SELECT {COLUMNS} FROM partner_users ORDER BY name");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<User, Unreadable> {
    Ok(User {
        name: row.take("name")?,
        pid: row.take("pid")?,
        stamp: Stamp::take(row)?,
    })
}
