//! Custom roles. The predefined ones live in [`lockgate_core::role`] and are not stored.

use lockgate_core::clock::Timestamp;
use lockgate_core::role::RoleName;

use crate::error::Result;
use crate::instances;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "roles";

/// A custom role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Adds a role.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `roles_name` when it exists.
pub async fn insert(tx: &mut Tx, role: &Role) -> Result<()> {
    tx.execute(
        "INSERT INTO roles (name, description, created_at) VALUES ($1, $2, $3)",
        params![&role.name, &role.description, role.created_at],
    )
    .await?;
    Ok(())
}

/// Changes the description. Returns whether the role exists.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &mut Tx, role: &Role) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE roles SET description = $2 WHERE name = $1",
            params![&role.name, &role.description],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes a role. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, name: &RoleName) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM roles WHERE name = $1", params![name])
        .await?;
    Ok(deleted == 1)
}

/// The role with this name.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, name: &RoleName) -> Result<Option<Role>> {
    let sql = "SELECT name, description, created_at FROM roles WHERE name = $1";
    tx.find(TABLE, sql, params![name], decode).await
}

/// Every custom role, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Role>> {
    let sql = "SELECT name, description, created_at FROM roles ORDER BY name";
    tx.list(TABLE, sql, params![], decode).await
}

/// The names of the service instances that hold the role.
///
/// # Errors
/// Those of the database.
pub async fn used_by(tx: &mut Tx, name: &RoleName) -> Result<Vec<String>> {
    let mut instances = instances::list(tx).await?;
    instances.retain(|instance| instance.parameters.roles.contains(name));
    Ok(instances
        .into_iter()
        .map(|instance| instance.name)
        .collect())
}

fn decode(row: &mut Row) -> Result<Role, Unreadable> {
    Ok(Role {
        name: row.take("name")?,
        description: row.take("description")?,
        created_at: row.take("created_at")?,
    })
}
