//! Access policies: which artifacts only holders of a role may see.

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const POLICIES: &str = "access_policies";
const REFERENCES: &str = "artifact_references";
const REFERENCE_COLUMNS: &str =
    "id, policy_id, name, description, kind, attribute, comparison, value";

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its number, never used again.
    pub id: i64,
    /// The role that is needed, unique.
    pub role_name: String,
    /// What it is for.
    pub description: String,
}

/// What a policy protects: artifacts of a kind whose name or id meets a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its number, never used again.
    pub id: i64,
    /// The policy that it belongs to.
    pub policy: i64,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The kind of artifact, such as `INTEGRATION_FLOW`.
    pub kind: String,
    /// What is compared: `Name` or `ID`.
    pub attribute: String,
    /// How it is compared: `exactString` or `regularExpression`.
    pub comparison: String,
    /// With what it is compared.
    pub value: String,
}

/// Adds a policy under a new number, which it returns; the one it has is ignored.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `access_policies_role_name` when the role has one.
pub async fn insert(tx: &mut Tx, policy: &Policy) -> Result<i64> {
    let id = next(tx).await?;
    tx.execute(
        "INSERT INTO access_policies (id, role_name, description) VALUES ($1, $2, $3)",
        params![id, &policy.role_name, &policy.description],
    )
    .await?;
    Ok(id)
}

/// Writes a policy. Returns whether it existed.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `access_policies_role_name` when the role has another
/// one.
pub async fn update(tx: &mut Tx, policy: &Policy) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE access_policies SET role_name = $2, description = $3 WHERE id = $1",
            params![policy.id, &policy.role_name, &policy.description],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes a policy with its references. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<bool> {
    let sql = "DELETE FROM artifact_references WHERE policy_id = $1";
    tx.execute(sql, params![id]).await?;
    let sql = "DELETE FROM access_policies WHERE id = $1";
    Ok(tx.execute(sql, params![id]).await? == 1)
}

/// The policy with this number.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: i64) -> Result<Option<Policy>> {
    let sql = "SELECT id, role_name, description FROM access_policies WHERE id = $1";
    tx.find(POLICIES, sql, params![id], decode_policy).await
}

/// Every policy, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Policy>> {
    let sql = "SELECT id, role_name, description FROM access_policies ORDER BY id";
    tx.list(POLICIES, sql, params![], decode_policy).await
}

/// Adds a reference under a new number, which it returns; the one it has is ignored.
///
/// # Errors
/// [`Error::Reference`](crate::Error::Reference) when there is no such policy.
pub async fn insert_reference(tx: &mut Tx, reference: &Reference) -> Result<i64> {
    let id = next(tx).await?;
    let sql = format!(
        "INSERT INTO artifact_references ({REFERENCE_COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    );
    let values = params![
        id,
        reference.policy,
        &reference.name,
        &reference.description,
        &reference.kind,
        &reference.attribute,
        &reference.comparison,
        &reference.value,
    ];
    tx.execute(&sql, values).await?;
    Ok(id)
}

/// Deletes a reference. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete_reference(tx: &mut Tx, id: i64) -> Result<bool> {
    let sql = "DELETE FROM artifact_references WHERE id = $1";
    Ok(tx.execute(sql, params![id]).await? == 1)
}

/// Every reference, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn references(tx: &mut Tx) -> Result<Vec<Reference>> {
    let sql = format!("SELECT {REFERENCE_COLUMNS} FROM artifact_references ORDER BY id");
    tx.list(REFERENCES, &sql, params![], decode_reference).await
}

/// A number that no policy and no reference had before.
async fn next(tx: &mut Tx) -> Result<i64> {
    tx.one(
        "counters",
        "INSERT INTO counters (name, value) VALUES ('access_policy', 1)
        ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
        RETURNING name, value",
        params![],
        |row| row.take("value"),
    )
    .await
}

fn decode_policy(row: &mut Row) -> Result<Policy, Unreadable> {
    Ok(Policy {
        id: row.take("id")?,
        role_name: row.take("role_name")?,
        description: row.take("description")?,
    })
}

fn decode_reference(row: &mut Row) -> Result<Reference, Unreadable> {
    Ok(Reference {
        id: row.take("id")?,
        policy: row.take("policy_id")?,
        name: row.take("name")?,
        description: row.take("description")?,
        kind: row.take("kind")?,
        attribute: row.take("attribute")?,
        comparison: row.take("comparison")?,
        value: row.take("value")?,
    })
}
