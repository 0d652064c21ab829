//! Artifacts as they are edited: flows, script collections and mappings in their packages.

use std::collections::BTreeMap;

use lockgate_core::clock::Timestamp;
use lockgate_core::limits;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, params, words};

const TABLE: &str = "artifacts";
const HEAD: &str = "id, kind, package_id, name, description, version, draft, sender, receiver, \
    parameters, revision, created_by, created_at, modified_by, modified_at";

words! {
    /// What an artifact is.
    pub enum ArtifactKind {
        /// An integration flow.
        Flow = "flow",
        /// Scripts that flows refer to.
        ScriptCollection = "script_collection",
        /// A mapping that flows refer to.
        MessageMapping = "message_mapping",
        /// Tables of equivalent values.
        ValueMapping = "value_mapping",
    }
}

/// An artifact without its archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactHead {
    /// Technical id, unique over all packages and kinds.
    pub id: String,
    /// What it is.
    pub kind: ArtifactKind,
    /// The package it is in.
    pub package: String,
    /// Name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The version it was saved as last.
    pub version: String,
    /// Whether it was changed since.
    pub draft: bool,
    /// Who sends, in words of the author.
    pub sender: String,
    /// Who receives, in words of the author.
    pub receiver: String,
    /// Configured values of externalised parameters.
    pub parameters: BTreeMap<String, String>,
    /// Rises with every change.
    pub revision: i64,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub modified_by: String,
    /// When it was last changed.
    pub modified_at: Timestamp,
}

/// An artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// What is known about it.
    pub head: ArtifactHead,
    /// The bundle, a zip file.
    pub archive: Vec<u8>,
}

/// A version that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedVersion {
    /// The revision of the artifact that it was.
    pub revision: i64,
    /// The version.
    pub version: String,
    /// Who saved it.
    pub saved_by: String,
    /// When it was saved.
    pub saved_at: Timestamp,
}

/// Adds an artifact.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `artifacts_id`;
/// [`Error::Reference`](crate::Error::Reference) when there is no such package.
pub async fn insert(tx: &mut Tx, artifact: &Artifact) -> Result<()> {
    let head = &artifact.head;
    tx.execute(
        "INSERT INTO artifacts (id, kind, package_id, name, description, version, draft, sender,
            receiver, parameters, revision, created_by, created_at, modified_by, modified_at,
            archive)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            &head.id,
            head.kind,
            &head.package,
            &head.name,
            &head.description,
            &head.version,
            head.draft,
            &head.sender,
            &head.receiver,
            Json(&head.parameters),
            head.revision,
            &head.created_by,
            head.created_at,
            &head.modified_by,
            head.modified_at,
            &artifact.archive,
        ],
    )
    .await?;
    Ok(())
}

/// Writes an artifact whose revision in the store is `before`, but for its ids, its package and who
/// made it when. Returns whether it was written: nobody else changed or deleted it since.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &mut Tx, artifact: &Artifact, before: i64) -> Result<bool> {
    let head = &artifact.head;
    let updated = tx
        .execute(
            "UPDATE artifacts SET name = $3, description = $4, version = $5, draft = $6,
                sender = $7, receiver = $8, parameters = $9, revision = $10, modified_by = $11,
                modified_at = $12, archive = $13
            WHERE id = $1 AND revision = $2",
            params![
                &head.id,
                before,
                &head.name,
                &head.description,
                &head.version,
                head.draft,
                &head.sender,
                &head.receiver,
                Json(&head.parameters),
                head.revision,
                &head.modified_by,
                head.modified_at,
                &artifact.archive,
            ],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes an artifact with its versions. What is deployed stays deployed. Returns whether it
/// existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool> {
    tx.execute(
        "DELETE FROM artifact_versions WHERE artifact_id = $1",
        params![id],
    )
    .await?;
    let deleted = tx
        .execute("DELETE FROM artifacts WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The artifact with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Artifact>> {
    let sql = format!("SELECT {HEAD}, archive FROM artifacts WHERE id = $1");
    tx.find(TABLE, &sql, params![id], |row| {
        Ok(Artifact {
            head: decode(row)?,
            archive: row.take("archive")?,
        })
    })
    .await
}

/// The artifact with this id, without its archive.
///
/// # Errors
/// Those of the database.
pub async fn find_head(tx: &mut Tx, id: &str) -> Result<Option<ArtifactHead>> {
    let sql = format!("SELECT {HEAD} FROM artifacts WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// Every artifact of one kind, by id.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, kind: ArtifactKind) -> Result<Vec<ArtifactHead>> {
    let sql = format!("SELECT {HEAD} FROM artifacts WHERE kind = $1 ORDER BY id");
    tx.list(TABLE, &sql, params![kind], decode).await
}

/// The artifacts of a package, by kind and id.
///
/// # Errors
/// Those of the database.
pub async fn in_package(tx: &mut Tx, package: &str) -> Result<Vec<ArtifactHead>> {
    let sql = format!("SELECT {HEAD} FROM artifacts WHERE package_id = $1 ORDER BY kind, id");
    tx.list(TABLE, &sql, params![package], decode).await
}

/// How many artifacts a package has.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx, package: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS artifacts FROM artifacts WHERE package_id = $1";
    tx.one(TABLE, sql, params![package], |row| row.take("artifacts"))
        .await
}

/// Keeps an artifact as it is now among its saved versions, of which the oldest make room.
///
/// # Errors
/// Those of the database.
pub async fn save_version(tx: &mut Tx, artifact: &Artifact) -> Result<()> {
    let head = &artifact.head;
    tx.execute(
        "INSERT INTO artifact_versions (artifact_id, revision, version, saved_by, saved_at, archive)
        VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            &head.id,
            head.revision,
            &head.version,
            &head.modified_by,
            head.modified_at,
            &artifact.archive,
        ],
    )
    .await?;
    let kept = i64::try_from(limits::ARTIFACT_VERSIONS).unwrap_or(i64::MAX);
    tx.execute(
        "DELETE FROM artifact_versions WHERE artifact_id = $1 AND revision NOT IN (
            SELECT revision FROM artifact_versions WHERE artifact_id = $1
            ORDER BY revision DESC LIMIT $2)",
        params![&head.id, kept],
    )
    .await?;
    Ok(())
}

/// The saved versions of an artifact that are kept, the newest first.
///
/// # Errors
/// Those of the database.
pub async fn versions(tx: &mut Tx, id: &str) -> Result<Vec<SavedVersion>> {
    tx.list(
        "artifact_versions",
        "SELECT artifact_id, revision, version, saved_by, saved_at FROM artifact_versions
        WHERE artifact_id = $1 ORDER BY revision DESC",
        params![id],
        |row| {
            Ok(SavedVersion {
                revision: row.take("revision")?,
                version: row.take("version")?,
                saved_by: row.take("saved_by")?,
                saved_at: row.take("saved_at")?,
            })
        },
    )
    .await
}

fn decode(row: &mut Row) -> Result<ArtifactHead, Unreadable> {
    let Json(parameters) = row.take("parameters")?;
    Ok(ArtifactHead {
        id: row.take("id")?,
        kind: row.take("kind")?,
        package: row.take("package_id")?,
        name: row.take("name")?,
        description: row.take("description")?,
        version: row.take("version")?,
        draft: row.take("draft")?,
        sender: row.take("sender")?,
        receiver: row.take("receiver")?,
        parameters,
        revision: row.take("revision")?,
        created_by: row.take("created_by")?,
        created_at: row.take("created_at")?,
        modified_by: row.take("modified_by")?,
        modified_at: row.take("modified_at")?,
    })
}
