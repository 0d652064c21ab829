//! Deployments that were asked for, by the id that whoever asked looks them up with.

use lockgate_core::clock::Timestamp;
use uuid::Uuid;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

const TABLE: &str = "tasks";
/// Rows deleted by one call of [`purge`].
const PURGE_BATCH: i64 = 5_000;

/// A deployment that was asked for. What became of it shows where the artifact runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: Uuid,
    /// The artifact.
    pub artifact: String,
    /// The generation that the flow got; absent for artifacts of other kinds.
    pub generation: Option<i64>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// Adds a task.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut Tx, task: &Task) -> Result<()> {
    tx.execute(
        "INSERT INTO tasks (id, artifact_id, generation, created_at) VALUES ($1, $2, $3, $4)",
        params![task.id, &task.artifact, task.generation, task.created_at],
    )
    .await?;
    Ok(())
}

/// The task with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Task>> {
    let sql = "SELECT id, artifact_id, generation, created_at FROM tasks WHERE id = $1";
    tx.find(TABLE, sql, params![id], |row| {
        Ok(Task {
            id: row.take("id")?,
            artifact: row.take("artifact_id")?,
            generation: row.take("generation")?,
            created_at: row.take("created_at")?,
        })
    })
    .await
}

/// Deletes some of the tasks from before an instant, and says how many; 0 when none is left.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM tasks WHERE id IN (
            SELECT id FROM tasks WHERE created_at < $1 LIMIT $2)",
        params![before, PURGE_BATCH],
    )
    .await
}
