//! Deployed artifacts that are no flows: script collections and mappings.

use lockgate_core::clock::Timestamp;

use crate::artifacts::ArtifactKind;
use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "deployed_artifacts";
const HEAD: &str = "id, kind, name, version, deployed_by, deployed_at, problem";

/// A deployed artifact without its archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedArtifact {
    /// Technical id.
    pub id: String,
    /// What it is.
    pub kind: ArtifactKind,
    /// Name for people.
    pub name: String,
    /// Version.
    pub version: String,
    /// Who deployed it.
    pub deployed_by: String,
    /// When it was deployed.
    pub deployed_at: Timestamp,
    /// Why flows cannot use it, if they cannot.
    pub problem: Option<String>,
}

/// Deploys an artifact, or deploys it again.
///
/// # Errors
/// Those of the database.
pub async fn upsert(tx: &mut Tx, artifact: &DeployedArtifact, archive: &[u8]) -> Result<()> {
    tx.execute(
        "INSERT INTO deployed_artifacts
            (id, kind, name, version, deployed_by, deployed_at, problem, archive)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET
            kind = excluded.kind, name = excluded.name, version = excluded.version,
            deployed_by = excluded.deployed_by, deployed_at = excluded.deployed_at,
            problem = excluded.problem, archive = excluded.archive",
        params![
            &artifact.id,
            artifact.kind,
            &artifact.name,
            &artifact.version,
            &artifact.deployed_by,
            artifact.deployed_at,
            artifact.problem.as_deref(),
            archive,
        ],
    )
    .await?;
    Ok(())
}

/// Undeploys an artifact. Returns whether it was deployed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM deployed_artifacts WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The deployed artifact with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<DeployedArtifact>> {
    let sql = format!("SELECT {HEAD} FROM deployed_artifacts WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The archive of the deployed artifact with this id.
///
/// # Errors
/// Those of the database.
pub async fn archive(tx: &mut Tx, id: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT id, archive FROM deployed_artifacts WHERE id = $1";
    tx.find(TABLE, sql, params![id], |row| row.take("archive"))
        .await
}

/// Every deployed artifact, by id.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<DeployedArtifact>> {
    let sql = format!("SELECT {HEAD} FROM deployed_artifacts ORDER BY id");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<DeployedArtifact, Unreadable> {
    Ok(DeployedArtifact {
        id: row.take("id")?,
        kind: row.take("kind")?,
        name: row.take("name")?,
        version: row.take("version")?,
        deployed_by: row.take("deployed_by")?,
        deployed_at: row.take("deployed_at")?,
        problem: row.take("problem")?,
    })
}
