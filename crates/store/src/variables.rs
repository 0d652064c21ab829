//! Variables that flows write and read again in later messages.

use std::time::Duration;

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

/// How long a variable is kept after it was last written, as the original documents it.
pub const KEPT: Duration = Duration::from_secs(400 * 24 * 3600);

const TABLE: &str = "variables";
const COLUMNS: &str = "name, flow_id, value, updated_at";

/// Who sees a variable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The flow with this id.
    Local(String),
    /// Every flow.
    Global,
}

impl Scope {
    /// Flow ids are never empty.
    pub(crate) fn flow_id(&self) -> &str {
        match self {
            Self::Local(flow) => flow,
            Self::Global => "",
        }
    }

    /// The scope that a row's flow id says.
    pub(crate) fn of_flow_id(flow_id: String) -> Self {
        match flow_id.is_empty() {
            true => Self::Global,
            false => Self::Local(flow_id),
        }
    }
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Who sees it.
    pub scope: Scope,
    /// Its name, unique within the scope.
    pub name: String,
    /// Its value.
    pub value: Vec<u8>,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// The variable with this name.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut Tx, scope: &Scope, name: &str) -> Result<Option<Variable>> {
    let sql = format!("SELECT {COLUMNS} FROM variables WHERE flow_id = $1 AND name = $2");
    tx.find(TABLE, &sql, params![scope.flow_id(), name], decode)
        .await
}

/// Writes a variable, replacing its former value.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut Tx, scope: &Scope, name: &str, value: &[u8]) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO variables (flow_id, name, value, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (flow_id, name) DO UPDATE
        SET value = excluded.value, updated_at = excluded.updated_at",
        params![scope.flow_id(), name, value, now],
    )
    .await?;
    Ok(())
}

/// Deletes a variable. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, scope: &Scope, name: &str) -> Result<bool> {
    let deleted = tx
        .execute(
            "DELETE FROM variables WHERE flow_id = $1 AND name = $2",
            params![scope.flow_id(), name],
        )
        .await?;
    Ok(deleted == 1)
}

/// Every variable of every scope, global ones first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Variable>> {
    let sql = format!("SELECT {COLUMNS} FROM variables ORDER BY flow_id, name");
    tx.list(TABLE, &sql, params![], decode).await
}

/// Deletes variables last written before `before`. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM variables WHERE updated_at < $1",
        params![before],
    )
    .await
}

fn decode(row: &mut Row) -> Result<Variable, Unreadable> {
    Ok(Variable {
        scope: Scope::of_flow_id(row.take("flow_id")?),
        name: row.take("name")?,
        value: row.take("value")?,
        updated_at: row.take("updated_at")?,
    })
}
