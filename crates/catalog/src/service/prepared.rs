//! Makes keys: what takes long before the transaction, what has to hold in it.

use lockgate_core::audit::Actor;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::changes::{self, Topic};
use lockgate_store::instances::Instance;
use lockgate_store::keys::{self, Credential, Key};
use lockgate_store::metadata::Metadata;
use lockgate_store::{Tx, audit};
use serde_json::{Value, json};

use crate::credentials::{Credentials, NewSecret};
use crate::error::{Error, Result};
use crate::key_type::KeyType;
use crate::parameters::has_client_x509;
use crate::service::instances::find as find_instance;
use crate::service::keys::{context, key_target, of_instance};
use crate::service::{Catalog, KeyKind, NewKey, ShownKey, check_name};

/// A key that lacks nothing but its transaction.
#[derive(Debug)]
pub struct PreparedKey {
    instance: InstanceId,
    name: String,
    parameters: Value,
    metadata: Metadata,
    warnings: Vec<String>,
}

impl Catalog {
    /// Prepares a key: reads what is asked for, and makes its key pair if it gets one. This may take
    /// seconds, so it must not happen in a transaction; [`Catalog::create_key_in`] does the rest.
    ///
    /// # Errors
    /// As [`Catalog::create_key`].
    pub async fn prepare_key(&self, instance: InstanceId, new: NewKey) -> Result<PreparedKey> {
        let mut tx = self.store.read().await?;
        let instance = find_instance(&mut tx, instance).await?;
        let mut errors = FieldErrors::default();
        let anywhere = instance.space.is_none();
        check_name(&new.name, "a key", limits::KEY_NAME, anywhere, &mut errors);
        let key_type = KeyType::read(new.parameters.as_ref(), instance.plan, &mut errors);
        errors.check()?;
        let key_type = key_type.expect("invariant: what is missing is an error");
        check_room(&mut tx, &instance, &new.name).await?;
        if key_type != KeyType::Secret {
            return Err(Error::CertificateKey);
        }
        Ok(PreparedKey {
            instance: instance.id,
            name: new.name,
            parameters: new.parameters.unwrap_or_else(|| json!({})),
            metadata: new.metadata,
            warnings: vec![],
        })
    }

    /// Creates a prepared key as part of a transaction.
    ///
    /// # Errors
    /// As [`Catalog::create_key`].
    pub async fn create_key_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        prepared: PreparedKey,
    ) -> Result<ShownKey> {
        let instance = find_instance(tx, prepared.instance).await?;
        check_room(tx, &instance, &prepared.name).await?;
        let warnings = prepared.warnings.clone();
        let (key, credentials) = self.secret_key(&instance, prepared);
        keys::insert(tx, &key)
            .await
            .map_err(|error| taken(error, &key.name))?;
        changes::bump(tx, Topic::Clients).await?;
        let detail = format!("{} {}", KeyKind::of(&key).name(), of_instance(&instance));
        audit::record(tx, actor, "key.create", &key_target(&key), &detail).await?;
        Ok(ShownKey {
            instance,
            key,
            credentials,
            warnings,
        })
    }

    /// A key with a fresh secret, and its JSON.
    fn secret_key(&self, instance: &Instance, new: PreparedKey) -> (Key, Secret<Vec<u8>>) {
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
            name: new.name,
            credential: Credential::Secret {
                secret_id: secret.id,
                digest: self.hash.tag(secret.text.expose().as_bytes()),
            },
            sealed,
            parameters: new.parameters,
            metadata: new.metadata,
            created_at,
            expires_at: None,
        };
        (key, json)
    }
}

/// Whether the instance may get another key of this name.
async fn check_room(tx: &mut Tx, instance: &Instance, name: &str) -> Result<()> {
    if has_client_x509(&instance.parameters) {
        return Err(Error::ClientX509(instance.name.clone()));
    }
    if keys::find_by_name(tx, instance.id, name).await?.is_some() {
        return Err(Error::KeyNameTaken(name.to_owned()));
    }
    if keys::list(tx, instance.id).await?.len() >= limits::INSTANCE_KEYS {
        return Err(Error::TooManyKeys);
    }
    Ok(())
}

/// A conflict means that another server was faster.
fn taken(error: lockgate_store::Error, name: &str) -> Error {
    match error {
        lockgate_store::Error::Conflict { .. } => Error::KeyNameTaken(name.to_owned()),
        other => Error::Store(other),
    }
}
