//! Service keys: the credentials of a service instance.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{InstanceId, KeyId};
use uuid::Uuid;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "keys";
const COLUMNS: &str = "id, instance_id, name, secret_id, digest, sealed, created_at, expires_at";

/// A service key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// The instance it belongs to.
    pub instance: InstanceId,
    /// Its name, unique within the instance.
    pub name: String,
    /// The public part of the secret, before the `$`.
    pub secret_id: Uuid,
    /// The keyed hash of the secret.
    pub digest: [u8; 32],
    /// The key's JSON, sealed for the context `key/<id>`; `None` when keys are shown only once.
    pub sealed: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Not valid from this instant on.
    pub expires_at: Option<Timestamp>,
}

/// Adds a key.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `keys_instance_id_name` when the instance has a key
/// of this name; [`Error::Reference`](crate::Error::Reference) when there is no such instance.
pub async fn insert(tx: &mut Tx, key: &Key) -> Result<()> {
    tx.execute(
        "INSERT INTO keys (id, instance_id, name, secret_id, digest, sealed, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            key.id,
            key.instance,
            &key.name,
            key.secret_id,
            key.digest.as_slice(),
            key.sealed.as_ref(),
            key.created_at,
            key.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a key. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: KeyId) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM keys WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The key with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: KeyId) -> Result<Option<Key>> {
    let sql = format!("SELECT {COLUMNS} FROM keys WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The key of `instance` with exactly this name.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name(tx: &mut Tx, instance: InstanceId, name: &str) -> Result<Option<Key>> {
    let sql = format!("SELECT {COLUMNS} FROM keys WHERE instance_id = $1 AND name = $2");
    tx.find(TABLE, &sql, params![instance, name], decode).await
}

/// Every key of `instance`, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, instance: InstanceId) -> Result<Vec<Key>> {
    let sql = format!("SELECT {COLUMNS} FROM keys WHERE instance_id = $1 ORDER BY name");
    tx.list(TABLE, &sql, params![instance], decode).await
}

fn decode(row: &mut Row) -> Result<Key, Unreadable> {
    Ok(Key {
        id: row.take("id")?,
        instance: row.take("instance_id")?,
        name: row.take("name")?,
        secret_id: row.take("secret_id")?,
        digest: row.take("digest")?,
        sealed: row.take("sealed")?,
        created_at: row.take("created_at")?,
        expires_at: row.take("expires_at")?,
    })
}
