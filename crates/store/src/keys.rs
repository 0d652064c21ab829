//! Service keys: the credentials of a service instance.

use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{InstanceId, KeyId};
use uuid::Uuid;

use crate::error::Result;
use crate::metadata::Metadata;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, Value, params};

const TABLE: &str = "service_keys";
const COLUMNS: &str = "id, instance_id, name, secret_id, digest, certificate, thumbprint, external, \
    pinned, issuer_key, newest, sealed, parameters, metadata, created_at, expires_at";
/// Instances asked for by one statement of [`list_of`].
const BATCH: usize = 50;

/// A service key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// The instance it belongs to.
    pub instance: InstanceId,
    /// Its name, unique within the instance.
    pub name: String,
    /// What proves it.
    pub credential: Credential,
    /// The key's JSON, sealed for the context `key/<id>`; `None` when keys are shown only once.
    pub sealed: Option<Vec<u8>>,
    /// What was asked for when it was made.
    pub parameters: serde_json::Value,
    /// Labels and annotations.
    pub metadata: Metadata,
    /// When it was made.
    pub created_at: Timestamp,
    /// Not valid from this instant on.
    pub expires_at: Option<Timestamp>,
}

/// What proves a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A secret.
    Secret {
        /// The public part of the secret, before the `$`.
        secret_id: Uuid,
        /// The keyed hash of the secret.
        digest: [u8; 32],
    },
    /// A client certificate.
    Certificate(Certificate),
}

/// The client certificate of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate that the key was made with.
    pub der: Vec<u8>,
    /// SHA-256 of `der`; unique over all keys.
    pub thumbprint: Thumbprint,
    /// Whether it was brought along, not issued by this server.
    pub external: bool,
    /// Whether exactly this certificate has to be presented.
    pub pinned: bool,
    /// SHA-256 of the public key of the authority that has to have signed an unpinned certificate.
    pub issuer_key: Option<[u8; 32]>,
    /// The issue date of the newest certificate accepted so far.
    pub newest: Timestamp,
}

/// Adds a key.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `service_keys_instance_id_name` when the instance
/// has a key of this name, `service_keys_thumbprint` when another key has the certificate;
/// [`Error::Reference`](crate::Error::Reference) when there is no such instance.
pub async fn insert(tx: &mut Tx, key: &Key) -> Result<()> {
    let mut row = params![key.id, key.instance, &key.name];
    row.extend(encode(&key.credential));
    row.extend(params![
        key.sealed.as_ref(),
        Json(&key.parameters),
        Json(&key.metadata),
        key.created_at,
        key.expires_at,
    ]);
    tx.execute(
        "INSERT INTO service_keys (id, instance_id, name, secret_id, digest, certificate,
            thumbprint, external, pinned, issuer_key, newest, sealed, parameters, metadata,
            created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        row,
    )
    .await?;
    Ok(())
}

/// Replaces labels and annotations. Returns whether the key exists.
///
/// # Errors
/// Those of the database.
pub async fn update_metadata(tx: &mut Tx, id: KeyId, metadata: &Metadata) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE service_keys SET metadata = $2 WHERE id = $1",
            params![id, Json(metadata)],
        )
        .await?;
    Ok(updated == 1)
}

/// Notes that a certificate issued at `newest` was accepted for the key. Returns `false`, and
/// changes nothing, unless it is newer than every one before: dates only go forward.
///
/// # Errors
/// Those of the database.
pub async fn advance(tx: &mut Tx, id: KeyId, newest: Timestamp) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE service_keys SET newest = $2 WHERE id = $1 AND newest < $2",
            params![id, newest],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes a key, with its booking if a platform has one. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: KeyId) -> Result<bool> {
    tx.execute("DELETE FROM broker_bindings WHERE key_id = $1", params![id])
        .await?;
    let deleted = tx
        .execute("DELETE FROM service_keys WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The key with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: KeyId) -> Result<Option<Key>> {
    let sql = format!("SELECT {COLUMNS} FROM service_keys WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The key of `instance` with exactly this name.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name(tx: &mut Tx, instance: InstanceId, name: &str) -> Result<Option<Key>> {
    let sql = format!("SELECT {COLUMNS} FROM service_keys WHERE instance_id = $1 AND name = $2");
    tx.find(TABLE, &sql, params![instance, name], decode).await
}

/// Every key of `instance`, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, instance: InstanceId) -> Result<Vec<Key>> {
    let sql = format!("SELECT {COLUMNS} FROM service_keys WHERE instance_id = $1 ORDER BY name");
    tx.list(TABLE, &sql, params![instance], decode).await
}

/// Every key of these instances, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list_of(tx: &mut Tx, instances: &[InstanceId]) -> Result<Vec<Key>> {
    let places: Vec<_> = (1..=BATCH).map(|number| format!("${number}")).collect();
    let places = places.join(", ");
    let sql = format!("SELECT {COLUMNS} FROM service_keys WHERE instance_id IN ({places})");
    let mut found = Vec::new();
    for batch in instances.chunks(BATCH) {
        // Always as many places, so that there is one statement to prepare.
        let mut row: Vec<Value> = batch.iter().map(|id| (*id).into()).collect();
        row.resize(BATCH, Value::Null);
        found.extend(tx.list(TABLE, &sql, row, decode).await?);
    }
    found.sort_by_key(|key| (key.created_at, key.id));
    Ok(found)
}

/// Every key that is not valid at `before` any more, the first to expire first.
///
/// # Errors
/// Those of the database.
pub async fn expiring(tx: &mut Tx, before: Timestamp) -> Result<Vec<Key>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM service_keys WHERE expires_at <= $1 ORDER BY expires_at, id"
    );
    tx.list(TABLE, &sql, params![before], decode).await
}

/// What a directory of clients needs of a key.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) key: KeyId,
    pub(crate) instance: InstanceId,
    pub(crate) credential: Credential,
    pub(crate) expires_at: Option<Timestamp>,
}

/// What proves each key, by instance and name.
pub(crate) async fn proofs(tx: &mut Tx) -> Result<Vec<Proof>> {
    let sql = "SELECT id, instance_id, secret_id, digest, certificate, thumbprint, external,
            pinned, issuer_key, newest, expires_at
        FROM service_keys ORDER BY instance_id, name";
    tx.list(TABLE, sql, params![], |row| {
        Ok(Proof {
            key: row.take("id")?,
            instance: row.take("instance_id")?,
            credential: credential(row)?,
            expires_at: row.take("expires_at")?,
        })
    })
    .await
}

/// The columns from `secret_id` to `newest`.
fn encode(credential: &Credential) -> Vec<Value> {
    match credential {
        Credential::Secret { secret_id, digest } => params![
            *secret_id,
            digest,
            Value::Null,
            Value::Null,
            false,
            false,
            Value::Null,
            Value::Null,
        ],
        Credential::Certificate(certificate) => params![
            Value::Null,
            Value::Null,
            &certificate.der,
            certificate.thumbprint,
            certificate.external,
            certificate.pinned,
            certificate.issuer_key.as_ref(),
            certificate.newest,
        ],
    }
}

fn decode(row: &mut Row) -> Result<Key, Unreadable> {
    let id = row.take("id")?;
    let Json(parameters) = row.take("parameters")?;
    let Json(metadata) = row.take("metadata")?;
    Ok(Key {
        id,
        instance: row.take("instance_id")?,
        name: row.take("name")?,
        credential: credential(row)?,
        sealed: row.take("sealed")?,
        parameters,
        metadata,
        created_at: row.take("created_at")?,
        expires_at: row.take("expires_at")?,
    })
}

fn credential(row: &mut Row) -> Result<Credential, Unreadable> {
    let certificate: Option<Vec<u8>> = row.take("certificate")?;
    Ok(match certificate {
        None => Credential::Secret {
            secret_id: row.take("secret_id")?,
            digest: row.take("digest")?,
        },
        Some(der) => Credential::Certificate(Certificate {
            der,
            thumbprint: row.take("thumbprint")?,
            external: row.take("external")?,
            pinned: row.take("pinned")?,
            issuer_key: row.take("issuer_key")?,
            newest: row.take("newest")?,
        }),
    })
}
