//! Makes keys: what takes long before the transaction, what has to hold in it.

use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_pki::authority::{Issued, KeySize, Subject};
use lockgate_pki::certificate::Parsed;
use lockgate_store::changes::{self, Topic};
use lockgate_store::instances::Instance;
use lockgate_store::keys::{self, Certificate, Credential, Key};
use lockgate_store::metadata::Metadata;
use lockgate_store::{Tx, audit, authorities};
use serde_json::{Value, json};

use crate::catalogue;
use crate::credentials::{Credentials, NewSecret, Proof};
use crate::error::{Error, Result};
use crate::external::External;
use crate::key_type::KeyType;
use crate::parameters::{CLIENT_CREDENTIALS, has_client_x509};
use crate::service::instances::find as find_instance;
use crate::service::keys::{context, key_target, of_instance};
use crate::service::{Catalog, KeyKind, NewKey, ShownKey, check_name};

/// A key that lacks nothing but its transaction.
#[derive(Debug)]
pub struct PreparedKey {
    id: KeyId,
    instance: InstanceId,
    name: String,
    parameters: Value,
    metadata: Metadata,
    material: Material,
    warnings: Vec<String>,
}

/// What a prepared key is proved by.
#[derive(Debug)]
enum Material {
    Secret(NewSecret),
    Issued {
        issued: Box<Issued>,
        /// SHA-256 of the issuing authority's public key.
        issuer_key: [u8; 32],
    },
    External(Box<External>),
}

impl Catalog {
    /// Prepares a key: reads what is asked for, and makes its key pair if it gets one. This may take
    /// seconds, so it must not happen in a transaction; [`Catalog::create_key_in`] does the rest.
    ///
    /// # Errors
    /// As [`Catalog::create_key`].
    pub async fn prepare_key(
        &self,
        actor: &Actor,
        instance: InstanceId,
        new: NewKey,
    ) -> Result<PreparedKey> {
        let mut tx = self.store.read().await?;
        let instance = find_instance(&mut tx, instance).await?;
        let mut errors = FieldErrors::default();
        let anywhere = instance.space.is_none();
        check_name(&new.name, "a key", limits::KEY_NAME, anywhere, &mut errors);
        let key_type = KeyType::read(new.parameters.as_ref(), instance.plan, &mut errors);
        errors.check()?;
        let key_type = key_type.expect("invariant: what is missing is an error");
        let kind = key_type.kind();
        check_room(&mut tx, &instance, &new.name, kind).await?;
        let mut warnings = Vec::new();
        let material = match key_type {
            KeyType::Secret => Material::Secret(NewSecret::generate(&*self.random)),
            KeyType::Certificate { days, size } => {
                drop(tx);
                self.issue(actor, &instance, days, size, &mut warnings)
                    .await?
            }
            KeyType::External { pem, pinned } => {
                let now = self.clock.now();
                let external = External::read(&mut tx, &pem, pinned, now, &mut warnings).await?;
                external
                    .warn_of_conflicts(&mut tx, &self.tenant, &mut warnings)
                    .await?;
                Material::External(Box::new(external))
            }
        };
        Ok(PreparedKey {
            id: KeyId::generate(&*self.random),
            instance: instance.id,
            name: new.name,
            parameters: new.parameters.unwrap_or_else(|| json!({})),
            metadata: new.metadata,
            material,
            warnings,
        })
    }

    /// A certificate of our own for an instance.
    async fn issue(
        &self,
        actor: &Actor,
        instance: &Instance,
        days: u16,
        size: KeySize,
        warnings: &mut Vec<String>,
    ) -> Result<Material> {
        let issuer = self.issuer(actor).await?;
        let issuer_key = issuer.parsed().key;
        let ends = issuer.parsed().not_after;
        // The same names for every key of an instance: flows that go by names keep working when
        // keys are renewed.
        let subject = Subject {
            common_name: instance.id.to_string(),
            organizational_unit: Some(catalogue::OFFERING.to_owned()),
            organization: Some(self.tenant.name.clone()),
            ..Subject::default()
        };
        let (now, random) = (self.clock.now(), self.random.clone());
        let make = move || issuer.issue_client(&subject, size, days, now, &*random);
        let issued = self.generator.run(make).await??;
        if issued.parsed.not_after == ends {
            warnings.push(format!(
                "the certificate ends at {ends} already, with the authority that issued it; \
                 make another with: lockgate authority rotate"
            ));
        }
        Ok(Material::Issued {
            issued: Box::new(issued),
            issuer_key,
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
        check_room(tx, &instance, &prepared.name, prepared.material.kind()).await?;
        if let Material::Issued { issuer_key, .. } = &prepared.material {
            check_issuer(tx, issuer_key).await?;
        }
        let warnings = prepared.warnings.clone();
        let (key, credentials) = self.finished(&instance, prepared);
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

    /// The row of a prepared key, and its JSON.
    fn finished(&self, instance: &Instance, new: PreparedKey) -> (Key, Secret<Vec<u8>>) {
        let created_at = self.clock.now();
        let credentials = Credentials {
            tenant: &self.tenant,
            instance: instance.id,
            plan: instance.plan,
            proof: new.material.proof(),
            created_at,
        };
        let json = credentials.to_json();
        let sealed = self
            .reveal_keys
            .then(|| self.vault.seal(&context(new.id), json.expose()));
        let (credential, expires_at) = self.credential(new.material);
        let key = Key {
            id: new.id,
            instance: instance.id,
            name: new.name,
            credential,
            sealed,
            parameters: new.parameters,
            metadata: new.metadata,
            created_at,
            expires_at,
        };
        (key, json)
    }

    /// What is kept of the material, and when the key ends.
    fn credential(&self, material: Material) -> (Credential, Option<Timestamp>) {
        let certificate = |der, parsed: &Parsed, external, pinned, issuer_key| Certificate {
            der,
            thumbprint: parsed.thumbprint,
            external,
            pinned,
            issuer_key,
            newest: parsed.not_before,
        };
        match material {
            Material::Secret(secret) => {
                let digest = self.hash.tag(secret.text.expose().as_bytes());
                let secret_id = secret.id;
                (Credential::Secret { secret_id, digest }, None)
            }
            Material::Issued { issued, issuer_key } => {
                let Issued {
                    certificate: der,
                    parsed,
                    ..
                } = *issued;
                let kept = certificate(der, &parsed, false, true, Some(issuer_key));
                (Credential::Certificate(kept), Some(parsed.not_after))
            }
            Material::External(external) => {
                let External {
                    der,
                    parsed,
                    pinned,
                    issuer_key,
                } = *external;
                let kept = certificate(der, &parsed, true, pinned, issuer_key);
                // A certificate that replaces an unpinned one has an end of its own.
                let ends = pinned.then_some(parsed.not_after);
                (Credential::Certificate(kept), ends)
            }
        }
    }
}

impl Material {
    const fn kind(&self) -> KeyKind {
        match self {
            Self::Secret(_) => KeyKind::Secret,
            Self::Issued { .. } => KeyKind::Certificate,
            Self::External(_) => KeyKind::ExternalCertificate,
        }
    }

    fn proof(&self) -> Proof<'_> {
        match self {
            Self::Secret(secret) => Proof::Secret(secret),
            Self::Issued { issued, .. } => Proof::Issued(issued),
            Self::External(external) => Proof::External {
                der: &external.der,
                parsed: &external.parsed,
            },
        }
    }
}

/// Whether the instance may get another key of this kind and name.
async fn check_room(tx: &mut Tx, instance: &Instance, name: &str, kind: KeyKind) -> Result<()> {
    let grants = &instance.parameters.grant_types;
    if has_client_x509(&instance.parameters) {
        return Err(Error::ClientX509(instance.name.clone()));
    }
    if kind != KeyKind::Secret && !grants.iter().any(|grant| grant == CLIENT_CREDENTIALS) {
        return Err(Error::CertificateGrant(instance.name.clone()));
    }
    if keys::find_by_name(tx, instance.id, name).await?.is_some() {
        return Err(Error::KeyNameTaken(name.to_owned()));
    }
    if keys::list(tx, instance.id).await?.len() >= limits::INSTANCE_KEYS {
        return Err(Error::TooManyKeys);
    }
    Ok(())
}

/// The authority that just issued may have been removed in the meantime.
async fn check_issuer(tx: &mut Tx, issuer_key: &[u8; 32]) -> Result<()> {
    let known = authorities::list(tx).await?.into_iter().any(|row| {
        let parsed = lockgate_pki::certificate::parse(&row.certificate);
        parsed.is_ok_and(|parsed| parsed.key == *issuer_key)
    });
    match known {
        true => Ok(()),
        false => Err(Error::IssuerRemoved),
    }
}

/// A conflict means that the certificate is in use, or that another server took the name just now.
fn taken(error: lockgate_store::Error, name: &str) -> Error {
    match error {
        lockgate_store::Error::Conflict { constraint } if constraint.ends_with("thumbprint") => {
            Error::CertificateInUse
        }
        lockgate_store::Error::Conflict { .. } => Error::KeyNameTaken(name.to_owned()),
        other => Error::Store(other),
    }
}
