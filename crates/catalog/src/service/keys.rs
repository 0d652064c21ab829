//! Service keys, by their ids.

use std::collections::HashMap;
use std::time::Duration;

use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::secret::Secret;
use lockgate_store::changes::{self, Topic};
use lockgate_store::instances::{self, Instance};
use lockgate_store::keys::{self, Credential, Key};
use lockgate_store::metadata::Metadata;
use lockgate_store::{Tx, audit};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::key_type;
use crate::service::instances::find as find_instance;
use crate::service::{Catalog, places};

/// A key to create.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its name: 1 to 255 characters, unique in its instance. Only names in instances outside any
    /// space may look like a guid.
    pub name: String,
    /// What kind of key; client id and secret when absent.
    pub parameters: Option<Value>,
    /// Labels and annotations, checked by the face that takes them.
    pub metadata: Metadata,
}

/// A key and its credentials.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// The instance it belongs to.
    pub instance: Instance,
    /// The key.
    pub key: Key,
    /// Its JSON, `{"oauth":{…}}`.
    pub credentials: Secret<Vec<u8>>,
    /// What the caller should know although it worked.
    pub warnings: Vec<String>,
}

/// A key that expires, and whose it is.
#[derive(Clone, Debug)]
pub struct Expiring {
    /// The instance it belongs to.
    pub instance: Instance,
    /// Where the instance lives, as `org/space`.
    pub space: Option<String>,
    /// The key.
    pub key: Key,
    /// Whether it has expired already.
    pub expired: bool,
}

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Client id and secret.
    Secret,
    /// A certificate made by this server.
    Certificate,
    /// A certificate that its owner brought.
    ExternalCertificate,
}

impl KeyKind {
    /// The kind of a key.
    #[must_use]
    pub const fn of(key: &Key) -> Self {
        match &key.credential {
            Credential::Secret { .. } => Self::Secret,
            Credential::Certificate(certificate) if certificate.external => {
                Self::ExternalCertificate
            }
            Credential::Certificate(_) => Self::Certificate,
        }
    }

    /// Its name, as the parameter `key-type` says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secret => key_type::SECRET,
            Self::Certificate => key_type::CERTIFICATE,
            Self::ExternalCertificate => key_type::EXTERNAL,
        }
    }
}

impl Catalog {
    /// Creates a key. Its credentials work when this returns.
    ///
    /// # Errors
    /// When there is no such instance, something about the key is wrong, the name is taken, the
    /// certificate is in use, there are too many keys, or the instance may not have such a key.
    pub async fn create_key(
        &self,
        actor: &Actor,
        instance: InstanceId,
        new: NewKey,
    ) -> Result<ShownKey> {
        let prepared = self.prepare_key(actor, instance, new).await?;
        let mut tx = self.store.begin().await?;
        let shown = self.create_key_in(&mut tx, actor, prepared).await?;
        tx.commit().await?;
        Ok(shown)
    }

    /// The key with this id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find_key(&self, id: KeyId) -> Result<Key> {
        find(&mut self.store.read().await?, id).await
    }

    /// The keys of these instances, oldest first, without credentials.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keys_of(&self, instances: &[InstanceId]) -> Result<Vec<Key>> {
        Ok(keys::list_of(&mut self.store.read().await?, instances).await?)
    }

    /// A key with its credentials.
    ///
    /// # Errors
    /// When there is no such key; [`Error::CredentialsHidden`] when the server does not show
    /// credentials again; when they were sealed under another master key.
    pub async fn show_key(&self, id: KeyId) -> Result<ShownKey> {
        self.show_key_in(&mut self.store.read().await?, id).await
    }

    /// [`Catalog::show_key`] as part of a transaction.
    ///
    /// # Errors
    /// As [`Catalog::show_key`].
    pub async fn show_key_in(&self, tx: &mut Tx, id: KeyId) -> Result<ShownKey> {
        let key = find(tx, id).await?;
        Ok(ShownKey {
            instance: find_instance(tx, key.instance).await?,
            credentials: self.opened(&key)?,
            key,
            warnings: vec![],
        })
    }

    /// The credentials of a key.
    pub(super) fn opened(&self, key: &Key) -> Result<Secret<Vec<u8>>> {
        let sealed = key.sealed.as_ref().filter(|_| self.reveal_keys);
        let sealed = sealed.ok_or_else(|| Error::CredentialsHidden(key.name.clone()))?;
        let opened = self.vault.open(&context(key.id), sealed);
        opened.map_err(|source| Error::Unreadable {
            key: key.id.to_string(),
            source,
        })
    }

    /// Deletes a key; whoever uses it is refused from the next call on.
    ///
    /// # Errors
    /// When there is no such key.
    pub async fn delete_key(&self, actor: &Actor, id: KeyId) -> Result<()> {
        let mut tx = self.store.begin().await?;
        self.delete_key_in(&mut tx, actor, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// [`Catalog::delete_key`] as part of a transaction.
    ///
    /// # Errors
    /// As [`Catalog::delete_key`].
    pub async fn delete_key_in(&self, tx: &mut Tx, actor: &Actor, id: KeyId) -> Result<()> {
        let key = find(tx, id).await?;
        let instance = find_instance(tx, key.instance).await?;
        keys::delete(tx, id).await?;
        changes::bump(tx, Topic::Clients).await?;
        let detail = of_instance(&instance);
        audit::record(tx, actor, "key.delete", &key_target(&key), &detail).await?;
        Ok(())
    }

    /// Replaces the labels and annotations of a key.
    ///
    /// # Errors
    /// When there is no such key.
    pub async fn update_key_metadata(
        &self,
        actor: &Actor,
        id: KeyId,
        metadata: Metadata,
    ) -> Result<Key> {
        let mut tx = self.store.begin().await?;
        let key = Key {
            metadata,
            ..find(&mut tx, id).await?
        };
        keys::update_metadata(&mut tx, id, &key.metadata).await?;
        audit::record(&mut tx, actor, "key.update", &key_target(&key), "metadata").await?;
        tx.commit().await?;
        Ok(key)
    }

    /// Keys that expire within `days`, and those that have expired, the first to expire first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn expiring(&self, days: u32) -> Result<Vec<Expiring>> {
        let within = Duration::from_secs(u64::from(days) * 24 * 60 * 60);
        let now = self.clock.now();
        let mut tx = self.store.read().await?;
        let keys = keys::expiring(&mut tx, now.plus(within)).await?;
        let places = places::all(&mut tx).await?;
        let instances = instances::list(&mut tx).await?;
        let instances: HashMap<_, _> = instances.into_iter().map(|i| (i.id, i)).collect();
        let expiring = keys.into_iter().filter_map(|key| {
            let instance = instances.get(&key.instance)?.clone();
            Some(Expiring {
                space: instance.space.and_then(|id| places.get(&id).cloned()),
                instance,
                expired: key.expires_at.is_some_and(|at| at <= now),
                key,
            })
        });
        Ok(expiring.collect())
    }

    /// Makes `newest` the issue date of the newest certificate accepted for an unpinned key: older
    /// ones are refused from now on. Returns `false`, and changes nothing, when one as new was
    /// accepted before. In both cases clients are read again before this returns: whoever asks for
    /// what is there already saw less than the store has.
    ///
    /// # Errors
    /// When there is no such key.
    pub async fn advance_certificate(
        &self,
        actor: &Actor,
        id: KeyId,
        newest: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let key = find(&mut tx, id).await?;
        let advanced = keys::advance(&mut tx, id, newest).await?;
        changes::bump(&mut tx, Topic::Clients).await?;
        if advanced {
            let detail = format!("a certificate issued at {newest} was accepted");
            audit::record(
                &mut tx,
                actor,
                "certificate.advance",
                &key_target(&key),
                &detail,
            )
            .await?;
        }
        tx.commit().await?;
        Ok(advanced)
    }
}

/// What the JSON of a key is sealed for.
pub(super) fn context(id: KeyId) -> String {
    format!("key/{id}")
}

async fn find(tx: &mut Tx, id: KeyId) -> Result<Key> {
    let found = keys::find(tx, id).await?;
    found.ok_or_else(|| Error::NoKey(id.to_string()))
}

/// The key in the audit log.
pub(super) fn key_target(key: &Key) -> Target {
    let target = Target::new("key", key.id, &key.name).key(key.id);
    match &key.credential {
        Credential::Secret { .. } => target,
        Credential::Certificate(certificate) => target.thumbprint(certificate.thumbprint),
    }
}

/// Whose key it is, for the audit log.
pub(super) fn of_instance(instance: &Instance) -> String {
    format!("of instance {:?} {}", instance.name, instance.id)
}
