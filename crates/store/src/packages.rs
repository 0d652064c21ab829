//! Packages: what artifacts are edited and transported in.

use std::collections::BTreeMap;

use lockgate_core::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, params};

const TABLE: &str = "packages";
const COLUMNS: &str =
    "id, resource_id, name, about, tags, created_by, created_at, modified_by, modified_at";

/// A package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Technical id.
    pub id: String,
    /// Opaque id that is made once and never changes.
    pub resource_id: String,
    /// Name for people.
    pub name: String,
    /// What is said about it.
    pub about: About,
    /// Values of custom tags by name.
    pub tags: BTreeMap<String, String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub modified_by: String,
    /// When it was last changed.
    pub modified_at: Timestamp,
}

/// What is said about a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// What it is for, as HTML.
    pub description: String,
    /// What it is for, in one line.
    pub short_text: String,
    /// Version.
    pub version: String,
    /// Who supplies it.
    pub vendor: String,
    /// Whether its artifacts can be configured and deployed, but neither read nor changed.
    pub read_only: bool,
    /// Where it can run.
    pub supported_platform: String,
    /// Products it is for.
    pub products: String,
    /// Key words.
    pub keywords: String,
    /// Countries it is for.
    pub countries: String,
    /// Industries it is for.
    pub industries: String,
    /// Lines of business it is for.
    pub line_of_business: String,
}

/// Adds a package.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `packages_id`.
pub async fn insert(tx: &mut Tx, package: &Package) -> Result<()> {
    tx.execute(
        "INSERT INTO packages (id, resource_id, name, about, tags, created_by, created_at,
            modified_by, modified_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            &package.id,
            &package.resource_id,
            &package.name,
            Json(&package.about),
            Json(&package.tags),
            &package.created_by,
            package.created_at,
            &package.modified_by,
            package.modified_at,
        ],
    )
    .await?;
    Ok(())
}

/// Writes everything but its ids and who made it when. Returns whether the package exists.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &mut Tx, package: &Package) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE packages SET name = $2, about = $3, tags = $4, modified_by = $5,
                modified_at = $6
            WHERE id = $1",
            params![
                &package.id,
                &package.name,
                Json(&package.about),
                Json(&package.tags),
                &package.modified_by,
                package.modified_at,
            ],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes a package. Returns whether it existed.
///
/// # Errors
/// [`Error::Reference`](crate::Error::Reference) while it has artifacts.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM packages WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The package with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Package>> {
    let sql = format!("SELECT {COLUMNS} FROM packages WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// Every package, by id.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Package>> {
    let sql = format!("SELECT {COLUMNS} FROM packages ORDER BY id");
    tx.list(TABLE, &sql, params![], decode).await
}

/// How many packages there are.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS packages FROM packages";
    tx.one(TABLE, sql, params![], |row| row.take("packages"))
        .await
}

fn decode(row: &mut Row) -> Result<Package, Unreadable> {
    let Json(about) = row.take("about")?;
    let Json(tags) = row.take("tags")?;
    Ok(Package {
        id: row.take("id")?,
        resource_id: row.take("resource_id")?,
        name: row.take("name")?,
        about,
        tags,
        created_by: row.take("created_by")?,
        created_at: row.take("created_at")?,
        modified_by: row.take("modified_by")?,
        modified_at: row.take("modified_at")?,
    })
}
