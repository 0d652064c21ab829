//! Signing keys: made, published, used, retired.
//!
//! A key is *pending* (published, so that verifiers learn it), then *active* (signs), then
//! *retiring* (published until its tokens have expired), then gone. [`KeyRing::tend`] moves keys
//! along; [`KeyRing::read`] and [`KeyRing::install`] bring what the store says into use.

mod jwk;
mod rotation;
mod set;

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_core::crypto::{CryptoError, Vault};
use lockgate_core::random::SharedRandom;
use lockgate_core::secret::Secret;
use lockgate_store::changes::{self, Topic};
use lockgate_store::signing_keys::{self, SigningKey, State};
use lockgate_store::{Store, Tx, audit, revocations};
use lockgate_web::identity::InvalidKey;
use thiserror::Error;
use tokio::sync::watch;
use uuid::Uuid;

use crate::config::Phases;
use crate::sessions;
pub use rotation::PendingKey;
use rotation::Step;
pub use set::KeySet;

/// How long a request waits for the first key of a fresh server.
const FIRST_KEY: Duration = Duration::from_secs(3);

/// Why signing keys cannot be read or moved along.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The store failed.
    #[error("signing keys cannot be read or written")]
    Store(#[from] lockgate_store::Error),
    /// A private key was sealed under another master key.
    #[error("signing key {kid:?} cannot be opened; is the master key file the right one?")]
    Sealed {
        /// The key.
        kid: String,
        /// What the vault says.
        source: CryptoError,
    },
    /// A stored key is not an RSA key.
    #[error(transparent)]
    Invalid(#[from] InvalidKey),
    /// The library could not make a key.
    #[error("a signing key could not be generated")]
    Generate,
    /// A successor is already published.
    #[error(transparent)]
    Pending(#[from] PendingKey),
}

/// How to replace the active key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Publishes a successor now; it signs after [`Phases::pending`].
    Planned,
    /// Removes every key at once and signs with a new one. All tokens issued so far are void.
    Emergency,
}

/// The signing keys of this process. Clones share them.
#[derive(Clone, Debug)]
pub struct KeyRing {
    store: Store,
    vault: Vault,
    clock: SharedClock,
    random: SharedRandom,
    phases: Phases,
    current: Arc<watch::Sender<Arc<KeySet>>>,
}

impl KeyRing {
    /// A ring that knows no keys yet.
    #[must_use]
    pub fn new(
        store: Store,
        vault: Vault,
        clock: SharedClock,
        random: SharedRandom,
        phases: Phases,
    ) -> Self {
        Self {
            store,
            vault,
            clock,
            random,
            phases,
            current: Arc::new(watch::Sender::new(Arc::default())),
        }
    }

    /// Reads the keys in the store, without using them yet.
    ///
    /// Put [`KeySet::verification`] where tokens are verified, then call [`KeyRing::install`]: so
    /// no token is issued that this process would refuse.
    ///
    /// # Errors
    /// When the store fails, or a key in it cannot be used.
    pub async fn read(&self, tx: &mut Tx) -> Result<KeySet, KeyError> {
        let keys = signing_keys::list(tx).await?;
        KeySet::open(keys, &self.vault)
    }

    /// Publishes and signs with `keys` from now on.
    pub fn install(&self, keys: KeySet) {
        self.current.send_replace(Arc::new(keys));
    }

    /// Does what is due: makes the first key, moves keys to their next phase, forgets revocations
    /// of expired tokens, and logins that ended. Call it when the server starts and every minute; it
    /// writes only when something is due.
    ///
    /// # Errors
    /// When the store fails or no key can be made.
    pub async fn tend(&self) -> Result<(), KeyError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let forgotten =
            revocations::purge(&mut tx, now).await? + sessions::purge(&mut tx, now).await?;
        if forgotten > 0 {
            tx.commit().await?;
        } else {
            drop(tx);
        }
        self.change(&Actor::SERVER, |keys| {
            Ok(rotation::due(keys, now, &self.phases))
        })
        .await
    }

    /// Replaces the active key on the operator's demand.
    ///
    /// # Errors
    /// When a planned successor already waits, the store fails or no key can be made.
    pub async fn rotate(&self, actor: &Actor, rotation: Rotation) -> Result<(), KeyError> {
        self.change(actor, |keys| match rotation {
            Rotation::Planned => Ok(rotation::planned(keys)?),
            Rotation::Emergency => Ok(rotation::emergency(keys)),
        })
        .await
    }

    /// The keys in the store, for the operator.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<SigningKey>, KeyError> {
        let mut tx = self.store.read().await?;
        Ok(signing_keys::list(&mut tx).await?)
    }

    /// The time by the clock that keys are tended by.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh random UUID.
    pub(crate) fn random_uuid(&self) -> Uuid {
        self.random.uuid()
    }

    /// What seals keys and refresh tokens.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Where random bytes come from.
    pub(crate) fn random(&self) -> &SharedRandom {
        &self.random
    }

    /// Where keys and revocations are kept.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The keys in use; waits for the first key of a fresh server. `None` when it does not come.
    pub(crate) async fn in_use(&self) -> Option<Arc<KeySet>> {
        let mut current = self.current.subscribe();
        let ready = current.wait_for(|keys| keys.signer().is_some());
        let keys = tokio::time::timeout(FIRST_KEY, ready).await.ok()?.ok()?;
        Some(Arc::clone(&keys))
    }

    /// Applies the steps that `decide` finds necessary, in one transaction.
    async fn change(
        &self,
        actor: &Actor,
        decide: impl Fn(&[SigningKey]) -> Result<Vec<Step>, KeyError>,
    ) -> Result<(), KeyError> {
        let steps = decide(&self.list().await?)?;
        if steps.is_empty() {
            return Ok(());
        }
        // Takes a while, so it happens before the transaction.
        let fresh = match steps.iter().any(|step| matches!(step, Step::Create(_))) {
            true => Some(self.generate().await?),
            false => None,
        };
        let mut tx = self.store.begin().await?;
        // Several processes tend the same keys: this makes them take turns, and what was decided
        // without the turn is decided again.
        changes::bump(&mut tx, Topic::SigningKeys).await?;
        let steps = decide(&signing_keys::list(&mut tx).await?)?;
        if steps.is_empty() {
            return Ok(());
        }
        for step in &steps {
            tracing::info!(?step, "signing keys change");
            self.apply(&mut tx, actor, step, fresh.as_ref()).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn apply(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        step: &Step,
        fresh: Option<&SigningKey>,
    ) -> Result<(), KeyError> {
        let now = self.clock.now();
        let (kid, detail) = match step {
            Step::Create(state) => {
                let fresh = fresh.ok_or(KeyError::Generate)?;
                let key = SigningKey {
                    state: *state,
                    ..fresh.clone()
                };
                signing_keys::insert(tx, &key).await?;
                (key.kid, format!("new, {state}"))
            }
            Step::Move { kid, from, to } => {
                signing_keys::set_state(tx, kid, *from, *to, now).await?;
                (kid.clone(), format!("from {from} to {to}"))
            }
            Step::Remove(kid) => {
                signing_keys::delete(tx, kid).await?;
                (kid.clone(), "removed".to_owned())
            }
        };
        let target = Target::new("signing-key", &kid, &kid);
        Ok(audit::record(tx, actor, "signing-key.rotate", &target, &detail).await?)
    }

    /// Makes a key pair on a thread that may block.
    async fn generate(&self) -> Result<SigningKey, KeyError> {
        let suffix = u64::from_be_bytes(self.random.bytes()) >> 24;
        let kid = format!("default-jwt-key-{suffix:010x}");
        let pair = tokio::task::spawn_blocking(generate_pair);
        let (public_der, private) = pair
            .await
            .map_err(|_| KeyError::Generate)?
            .map_err(|_| KeyError::Generate)?;
        let now = self.clock.now();
        Ok(SigningKey {
            state: State::Pending,
            created_at: now,
            changed_at: now,
            public_der,
            sealed_private: self.vault.seal(&set::context(&kid), private.expose()),
            kid,
        })
    }
}

fn generate_pair() -> Result<(Vec<u8>, Secret<Vec<u8>>), Unspecified> {
    let pair = KeyPair::generate(KeySize::Rsa2048)?;
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
    let private: Pkcs8V1Der<'_> = pair.as_der()?;
    Ok((
        public.as_ref().to_vec(),
        Secret::new(private.as_ref().to_vec()),
    ))
}
