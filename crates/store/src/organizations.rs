//! Organizations: spaces that belong together.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::OrgId;

use crate::error::Result;
use crate::metadata::Metadata;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, folded, params};

const TABLE: &str = "organizations";
const COLUMNS: &str = "id, name, suspended, metadata, created_at, updated_at";

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name, unique whatever its case.
    pub name: String,
    /// Whether only administrators may change something in it.
    pub suspended: bool,
    /// Labels and annotations.
    pub metadata: Metadata,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Adds an organization.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `organizations_name_folded` when the name is taken.
pub async fn insert(tx: &mut Tx, organization: &Organization) -> Result<()> {
    tx.execute(
        "INSERT INTO organizations
            (id, name, name_folded, suspended, metadata, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            organization.id,
            &organization.name,
            folded(&organization.name),
            organization.suspended,
            Json(&organization.metadata),
            organization.created_at,
            organization.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Replaces everything but id and creation time. Returns whether the organization exists.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `organizations_name_folded` when the new name is
/// taken.
pub async fn update(tx: &mut Tx, organization: &Organization) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE organizations
            SET name = $2, name_folded = $3, suspended = $4, metadata = $5, updated_at = $6
            WHERE id = $1",
            params![
                organization.id,
                &organization.name,
                folded(&organization.name),
                organization.suspended,
                Json(&organization.metadata),
                organization.updated_at,
            ],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes an organization without spaces, with the memberships in it. Returns whether it existed.
///
/// # Errors
/// [`Error::Reference`](crate::Error::Reference) while it has spaces.
pub async fn delete(tx: &mut Tx, id: OrgId) -> Result<bool> {
    let memberships = "DELETE FROM memberships WHERE organization_id = $1";
    tx.execute(memberships, params![id]).await?;
    let deleted = tx
        .execute("DELETE FROM organizations WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The organization with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: OrgId) -> Result<Option<Organization>> {
    let sql = format!("SELECT {COLUMNS} FROM organizations WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The organization with this id, such that no other transaction changes it before this one ends.
/// Whoever decides a change by what there was before begins with this. Writing the row does that on
/// both databases.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &mut Tx, id: OrgId) -> Result<Option<Organization>> {
    let sql = format!(
        "UPDATE organizations SET updated_at = updated_at WHERE id = $1 RETURNING {COLUMNS}"
    );
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The organization with this name; case is ignored.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Organization>> {
    let sql = format!("SELECT {COLUMNS} FROM organizations WHERE name_folded = $1");
    tx.find(TABLE, &sql, params![folded(name)], decode).await
}

/// Every organization, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Organization>> {
    let sql = format!("SELECT {COLUMNS} FROM organizations ORDER BY created_at, id");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Organization, Unreadable> {
    let Json(metadata) = row.take("metadata")?;
    Ok(Organization {
        id: row.take("id")?,
        name: row.take("name")?,
        suspended: row.take("suspended")?,
        metadata,
        created_at: row.take("created_at")?,
        updated_at: row.take("updated_at")?,
    })
}
