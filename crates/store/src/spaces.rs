//! Spaces: where service instances live.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{OrgId, SpaceId};

use crate::error::Result;
use crate::metadata::Metadata;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, folded, params};

const TABLE: &str = "spaces";
const COLUMNS: &str = "id, organization_id, name, metadata, created_at, updated_at";

/// A space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// Its id.
    pub id: SpaceId,
    /// The organization it belongs to.
    pub organization: OrgId,
    /// Its name, unique in the organization whatever its case.
    pub name: String,
    /// Labels and annotations.
    pub metadata: Metadata,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Adds a space.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `spaces_organization_id_name_folded` when the
/// organization has a space of this name; [`Error::Reference`](crate::Error::Reference) when there
/// is no such organization.
pub async fn insert(tx: &mut Tx, space: &Space) -> Result<()> {
    tx.execute(
        "INSERT INTO spaces
            (id, organization_id, name, name_folded, metadata, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            space.id,
            space.organization,
            &space.name,
            folded(&space.name),
            Json(&space.metadata),
            space.created_at,
            space.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Replaces everything but id, organization and creation time. Returns whether the space exists.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `spaces_organization_id_name_folded` when the new
/// name is taken.
pub async fn update(tx: &mut Tx, space: &Space) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE spaces SET name = $2, name_folded = $3, metadata = $4, updated_at = $5
            WHERE id = $1",
            params![
                space.id,
                &space.name,
                folded(&space.name),
                Json(&space.metadata),
                space.updated_at,
            ],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes a space without instances, with the memberships in it. Returns whether it existed.
///
/// # Errors
/// [`Error::Reference`](crate::Error::Reference) while it has instances.
pub async fn delete(tx: &mut Tx, id: SpaceId) -> Result<bool> {
    tx.execute("DELETE FROM memberships WHERE space_id = $1", params![id])
        .await?;
    let deleted = tx
        .execute("DELETE FROM spaces WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The space with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: SpaceId) -> Result<Option<Space>> {
    let sql = format!("SELECT {COLUMNS} FROM spaces WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The space of an organization with this name; case is ignored.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name(tx: &mut Tx, organization: OrgId, name: &str) -> Result<Option<Space>> {
    let sql =
        format!("SELECT {COLUMNS} FROM spaces WHERE organization_id = $1 AND name_folded = $2");
    tx.find(TABLE, &sql, params![organization, folded(name)], decode)
        .await
}

/// Every space, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Space>> {
    let sql = format!("SELECT {COLUMNS} FROM spaces ORDER BY created_at, id");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Space, Unreadable> {
    let Json(metadata) = row.take("metadata")?;
    Ok(Space {
        id: row.take("id")?,
        organization: row.take("organization_id")?,
        name: row.take("name")?,
        metadata,
        created_at: row.take("created_at")?,
        updated_at: row.take("updated_at")?,
    })
}
