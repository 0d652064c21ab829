//! Service keys.

use lockgate_core::ids::KeyId;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::Tx;
use lockgate_store::changes::{self, Topic};
use lockgate_store::instances::Instance;
use lockgate_store::keys::{self, Key};
use serde_json::Value;

use crate::credentials::{Credentials, KeyType, NewSecret};
use crate::error::{Error, Result};
use crate::service::instances::find as find_instance;
use crate::service::{Catalog, guid, name_of};

/// A key and, where they may be shown, its credentials.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// The instance it belongs to.
    pub instance: Instance,
    /// The key.
    pub key: Key,
    /// Its JSON; absent when the server does not show credentials again.
    pub credentials: Option<Secret<Vec<u8>>>,
}

impl Catalog {
    /// Creates a key from `{"name","parameters"?}`. Its credentials work when this returns.
    ///
    /// # Errors
    /// When there is no such instance, fields are wrong, the name is taken, there are too many keys,
    /// or the kind of key is not supported yet.
    pub async fn create_key(&self, instance: &str, request: Value) -> Result<ShownKey> {
        let (name, key_type) = new_key(request)?;
        if key_type != KeyType::Secret {
            return Err(Error::CertificateKey);
        }
        let mut tx = self.store.begin().await?;
        let instance = find_instance(&mut tx, instance).await?;
        if keys::find_by_name(&mut tx, instance.id, &name)
            .await?
            .is_some()
        {
            return Err(Error::KeyNameTaken(name));
        }
        if keys::list(&mut tx, instance.id).await?.len() >= limits::INSTANCE_KEYS {
            return Err(Error::TooManyKeys);
        }
        let (key, credentials) = self.secret_key(&instance, name);
        keys::insert(&mut tx, &key)
            .await
            .map_err(|error| taken(error, &key.name))?;
        changes::bump(&mut tx, Topic::Clients).await?;
        tx.commit().await?;
        tracing::info!(instance = %instance.id, key = %key.id, "service key created");
        Ok(ShownKey {
            instance,
            key,
            credentials: Some(credentials),
        })
    }

    /// A key with a fresh secret, and its JSON.
    fn secret_key(&self, instance: &Instance, name: String) -> (Key, Secret<Vec<u8>>) {
        let id = KeyId::generate(&*self.random);
        let secret = NewSecret::generate(&*self.random);
        let created_at = self.clock.now();
        let credentials = Credentials {
            tenant: &self.tenant,
            instance: instance.id,
            plan: instance.plan,
            secret: &secret,
            created_at,
        };
        let json = credentials.to_json();
        let sealed = self
            .reveal_keys
            .then(|| self.vault.seal(&context(id), json.expose()));
        let key = Key {
            id,
            instance: instance.id,
            name,
            secret_id: secret.id,
            digest: self.hash.tag(secret.text.expose().as_bytes()),
            sealed,
            created_at,
            expires_at: None,
        };
        (key, json)
    }

    /// A key with its credentials.
    ///
    /// # Errors
    /// When there is no such instance or key, or its credentials were sealed under another master
    /// key.
    pub async fn key(&self, instance: &str, name_or_guid: &str) -> Result<ShownKey> {
        let mut tx = self.store.read().await?;
        let instance = find_instance(&mut tx, instance).await?;
        let key = find(&mut tx, &instance, name_or_guid).await?;
        let sealed = key.sealed.as_ref().filter(|_| self.reveal_keys);
        let opened = sealed.map(|sealed| self.vault.open(&context(key.id), sealed));
        let credentials = opened.transpose().map_err(|source| Error::Unreadable {
            key: key.id.to_string(),
            source,
        })?;
        Ok(ShownKey {
            instance,
            key,
            credentials,
        })
    }

    /// The instance and its keys, without credentials.
    ///
    /// # Errors
    /// When there is no such instance.
    pub async fn keys(&self, instance: &str) -> Result<(Instance, Vec<Key>)> {
        let mut tx = self.store.read().await?;
        let instance = find_instance(&mut tx, instance).await?;
        let keys = keys::list(&mut tx, instance.id).await?;
        Ok((instance, keys))
    }

    /// Deletes a key; whoever uses it is refused from the next call on.
    ///
    /// # Errors
    /// When there is no such instance or key.
    pub async fn delete_key(&self, instance: &str, name_or_guid: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let instance = find_instance(&mut tx, instance).await?;
        let key = find(&mut tx, &instance, name_or_guid).await?;
        keys::delete(&mut tx, key.id).await?;
        changes::bump(&mut tx, Topic::Clients).await?;
        tx.commit().await?;
        tracing::info!(instance = %instance.id, key = %key.id, "service key deleted");
        Ok(())
    }
}

/// What the JSON of a key is sealed for.
fn context(id: KeyId) -> String {
    format!("key/{id}")
}

fn new_key(request: Value) -> Result<(String, KeyType)> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let name = name_of(&mut fields, "a key", limits::KEY_NAME);
    let parameters = fields.value("parameters");
    fields.finish();
    let key_type = KeyType::read(parameters, &mut errors);
    errors.check()?;
    let complete = "invariant: what is missing is an error";
    Ok((name.expect(complete), key_type.expect(complete)))
}

async fn find(tx: &mut Tx, instance: &Instance, name_or_guid: &str) -> Result<Key> {
    let found = match guid(name_or_guid) {
        Some(id) => keys::find(tx, KeyId(id)).await?,
        None => keys::find_by_name(tx, instance.id, name_or_guid).await?,
    };
    found
        .filter(|key| key.instance == instance.id)
        .ok_or_else(|| Error::NoKey {
            instance: instance.name.clone(),
            key: name_or_guid.to_owned(),
        })
}

/// A conflict means that another server took the name in the meantime.
fn taken(error: lockgate_store::Error, name: &str) -> Error {
    match error {
        lockgate_store::Error::Conflict { .. } => Error::KeyNameTaken(name.to_owned()),
        other => Error::Store(other),
    }
}
