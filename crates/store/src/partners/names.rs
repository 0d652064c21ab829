//! Other names of partners: an agency calls a partner so in a scheme.

use super::Stamp;
use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "partner_names";
const COLUMNS: &str = "id, agency, scheme, pid, created_by, created_at, modified_by, modified_at";

/// Another name of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Who calls the partner so.
    pub agency: String,
    /// In which way of naming.
    pub scheme: String,
    /// The name, unique in the scheme of the agency.
    pub id: String,
    /// The partner, which has one name in the scheme of the agency.
    pub pid: String,
    /// Who wrote it.
    pub stamp: Stamp,
}

/// Adds a name.
///
/// # Errors
/// [`crate::Error::Conflict`] when the name is taken, or the partner has one in the scheme.
pub async fn insert(tx: &mut Tx, name: &Name) -> Result<()> {
    let sql = "INSERT INTO partner_names
            (agency, scheme, id, pid, created_by, created_at, modified_by, modified_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = params![
        &name.agency,
        &name.scheme,
        &name.id,
        &name.pid,
        &name.stamp.created_by,
        name.stamp.created_at,
        &name.stamp.modified_by,
        name.stamp.modified_at,
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

/// Gives a name to another partner. Returns whether it existed; who created it stays.
///
/// # Errors
/// [`crate::Error::Conflict`] when the partner has a name in the scheme.
pub async fn update(tx: &mut Tx, name: &Name) -> Result<bool> {
    let sql = "UPDATE partner_names SET pid = $4, modified_by = $5, modified_at = $6
        WHERE agency = $1 AND scheme = $2 AND id = $3";
    let values = params![
        &name.agency,
        &name.scheme,
        &name.id,
        &name.pid,
        &name.stamp.modified_by,
        name.stamp.modified_at,
    ];
    Ok(tx.execute(sql, values).await? == 1)
}

/// Deletes a name. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, agency: &str, scheme: &str, id: &str) -> Result<bool> {
    let sql = "DELETE FROM partner_names WHERE agency = $1 AND scheme = $2 AND id = $3";
    Ok(tx.execute(sql, params![agency, scheme, id]).await? == 1)
}

/// A name.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, agency: &str, scheme: &str, id: &str) -> Result<Option<Name>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM partner_names WHERE agency = $1 AND scheme = $2 AND id = $3"
    );
    tx.find(TABLE, &sql, params![agency, scheme, id], decode)
        .await
}

/// Every name, by agency, scheme and id.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Name>> {
    let sql = format!("SELECT {COLUMNS} FROM partner_names ORDER BY agency, scheme, id");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Name, Unreadable> {
    Ok(Name {
        agency: row.take("agency")?,
        scheme: row.take("scheme")?,
        id: row.take("id")?,
        pid: row.take("pid")?,
        stamp: Stamp::take(row)?,
    })
}
