//! Service instances: each is one OAuth client with its roles.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{InstanceId, SpaceId};
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Plan;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::metadata::Metadata;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, params};

const TABLE: &str = "instances";
const COLUMNS: &str = "id, space_id, name, plan, parameters, tags, metadata, tokens_not_before, \
    created_at, updated_at";

/// A service instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// The space it lives in; `None` for those that a broker's platform keeps in its own.
    pub space: Option<SpaceId>,
    /// Its name, unique in its space. Outside of spaces names may repeat.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// What was asked for when it was made or updated, with defaults filled in.
    pub parameters: Parameters,
    /// Tags that its platform gave it.
    pub tags: Vec<String>,
    /// Labels and annotations.
    pub metadata: Metadata,
    /// Tokens issued before this instant are refused.
    pub tokens_not_before: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The parameters of a service instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// Roles it holds.
    pub roles: Vec<RoleName>,
    /// Grants it may use, such as `client_credentials`.
    pub grant_types: Vec<String>,
    /// Where an authorization code may be sent.
    pub redirect_uris: Vec<String>,
    /// Life of its tokens in seconds.
    pub token_validity: u32,
}

/// Adds an instance.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `instances_space_id_name` when the name is taken in
/// the space; [`Error::Reference`](crate::Error::Reference) when there is no such space.
pub async fn insert(tx: &mut Tx, instance: &Instance) -> Result<()> {
    tx.execute(
        "INSERT INTO instances (id, space_id, name, plan, parameters, tags, metadata,
            tokens_not_before, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            instance.id,
            instance.space,
            &instance.name,
            instance.plan,
            Json(&instance.parameters),
            Json(&instance.tags),
            Json(&instance.metadata),
            instance.tokens_not_before,
            instance.created_at,
            instance.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Replaces everything but id, space, plan and creation time. Returns whether the instance exists.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `instances_space_id_name` when the new name is taken.
pub async fn update(tx: &mut Tx, instance: &Instance) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE instances SET name = $2, parameters = $3, tags = $4, metadata = $5,
                tokens_not_before = $6, updated_at = $7
            WHERE id = $1",
            params![
                instance.id,
                &instance.name,
                Json(&instance.parameters),
                Json(&instance.tags),
                Json(&instance.metadata),
                instance.tokens_not_before,
                instance.updated_at,
            ],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes an instance without keys, with its booking if a platform has one. Returns whether it
/// existed.
///
/// # Errors
/// [`Error::Reference`](crate::Error::Reference) while it has keys.
pub async fn delete(tx: &mut Tx, id: InstanceId) -> Result<bool> {
    let booking = "DELETE FROM broker_instances WHERE instance_id = $1";
    tx.execute(booking, params![id]).await?;
    let deleted = tx
        .execute("DELETE FROM instances WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The instance with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: InstanceId) -> Result<Option<Instance>> {
    let sql = format!("SELECT {COLUMNS} FROM instances WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The instance with this id, such that no other transaction changes it before this one ends.
/// Whoever decides a change by what there was before begins with this. Writing the row does that on
/// both databases.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &mut Tx, id: InstanceId) -> Result<Option<Instance>> {
    let sql =
        format!("UPDATE instances SET updated_at = updated_at WHERE id = $1 RETURNING {COLUMNS}");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The instance with exactly this name in `space`. Outside of spaces there may be several; then it
/// is one of them.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name(
    tx: &mut Tx,
    space: Option<SpaceId>,
    name: &str,
) -> Result<Option<Instance>> {
    let mut named = named(tx, name).await?;
    named.retain(|instance| instance.space == space);
    Ok(named.pop())
}

/// Every instance with exactly this name, in all spaces and outside of them, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn named(tx: &mut Tx, name: &str) -> Result<Vec<Instance>> {
    let sql = format!("SELECT {COLUMNS} FROM instances WHERE name = $1 ORDER BY created_at, id");
    tx.list(TABLE, &sql, params![name], decode).await
}

/// Every instance of a space, by name.
///
/// # Errors
/// Those of the database.
pub async fn in_space(tx: &mut Tx, space: SpaceId) -> Result<Vec<Instance>> {
    let sql = format!("SELECT {COLUMNS} FROM instances WHERE space_id = $1 ORDER BY name");
    tx.list(TABLE, &sql, params![space], decode).await
}

/// Every instance, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Instance>> {
    let sql = format!("SELECT {COLUMNS} FROM instances ORDER BY name, id");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Instance, Unreadable> {
    let Json(parameters) = row.take("parameters")?;
    let Json(tags) = row.take("tags")?;
    let Json(metadata) = row.take("metadata")?;
    Ok(Instance {
        id: row.take("id")?,
        space: row.take("space_id")?,
        name: row.take("name")?,
        plan: row.take("plan")?,
        parameters,
        tags,
        metadata,
        tokens_not_before: row.take("tokens_not_before")?,
        created_at: row.take("created_at")?,
        updated_at: row.take("updated_at")?,
    })
}
