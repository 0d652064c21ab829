//! What the server knows about clients and keys, in memory: one immutable snapshot at a time.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use lockgate_core::account::Accounts;
use lockgate_core::client::Directory;
use lockgate_core::clock::Timestamp;
use lockgate_core::tenant::Tenant;
use thiserror::Error;
use tokio::time::Instant;

/// Everything needed to authenticate a request without touching the database.
#[derive(Clone, Debug)]
pub struct Identities {
    /// Who this server is.
    pub tenant: Arc<Tenant>,
    /// All live clients.
    pub clients: Directory,
    /// All live accounts, and the spaces they have roles in.
    pub accounts: Accounts,
    /// The published signing keys.
    pub keys: VerificationKeys,
    /// Tokens that are refused although they have not expired.
    pub revoked: Revoked,
}

/// The current [`Identities`], shared by everything that authenticates. Clones share one place.
#[derive(Clone, Debug)]
pub struct SharedIdentities(Arc<Current>);

#[derive(Debug)]
struct Current {
    identities: ArcSwap<Identities>,
    started: Instant,
    /// When they were last known to be what the database has: milliseconds after `started`.
    confirmed: AtomicU64,
}

impl SharedIdentities {
    /// Starts with `identities`, just read from the database.
    #[must_use]
    pub fn new(identities: Identities) -> Self {
        Self(Arc::new(Current {
            identities: ArcSwap::from_pointee(identities),
            started: Instant::now(),
            confirmed: AtomicU64::new(0),
        }))
    }

    /// Notes that the snapshot is what the database has now.
    pub fn confirm(&self) {
        let millis = u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.confirmed.store(millis, Ordering::Relaxed);
    }

    /// How long ago the snapshot was last known to be what the database has. Measured by a clock
    /// that nobody can set.
    #[must_use]
    pub fn staleness(&self) -> Duration {
        let confirmed = Duration::from_millis(self.0.confirmed.load(Ordering::Relaxed));
        self.0.started.elapsed().saturating_sub(confirmed)
    }

    /// The snapshot of this moment; the cheapest way to read, not to be kept across an await.
    #[must_use]
    pub fn load(&self) -> Guard<Arc<Identities>> {
        self.0.identities.load()
    }

    /// The snapshot of this moment, to be kept.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Identities> {
        self.0.identities.load_full()
    }

    /// Replaces the snapshot by one just read: the next request sees the new one.
    pub fn replace(&self, identities: Identities) {
        self.0.identities.store(Arc::new(identities));
        self.confirm();
    }
}

/// A published key is not an RSA key of at least 2048 bits.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("signing key {kid:?} is not an RSA public key of 2048 to 8192 bits")]
pub struct InvalidKey {
    /// The key's name.
    pub kid: String,
}

/// The keys that tokens may be signed with, by `kid`. Each verifies RS256 and nothing else.
#[derive(Clone, Default)]
pub struct VerificationKeys(Arc<HashMap<String, ParsedPublicKey>>);

impl VerificationKeys {
    /// Reads keys given as `kid` and SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// For the first key that is not an RSA key of acceptable size.
    pub fn new<'a>(
        keys: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, InvalidKey> {
        let keys = keys.into_iter().map(|(kid, der)| {
            let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der);
            let kid = kid.to_owned();
            match key {
                Ok(key) => Ok((kid, key)),
                Err(_) => Err(InvalidKey { kid }),
            }
        });
        Ok(Self(Arc::new(keys.collect::<Result<_, _>>()?)))
    }

    /// Whether a key called `kid` is published.
    #[must_use]
    pub fn contains(&self, kid: &str) -> bool {
        self.0.contains_key(kid)
    }

    /// Whether `signature` was made over `message` by the key called `kid`; `None` when there is
    /// no such key.
    pub(crate) fn verify(&self, kid: &str, message: &[u8], signature: &[u8]) -> Option<bool> {
        let key = self.0.get(kid)?;
        Some(key.verify_sig(message, signature).is_ok())
    }
}

impl fmt::Debug for VerificationKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Ids of revoked tokens and ended sessions with the time until which they count.
#[derive(Clone, Debug, Default)]
pub struct Revoked(Arc<HashMap<String, Timestamp>>);

impl Revoked {
    /// Whether the token called `jti` was revoked.
    #[must_use]
    pub fn contains(&self, jti: &str) -> bool {
        self.0.contains_key(jti)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Timestamp)> for Revoked {
    fn from_iter<I: IntoIterator<Item = (String, Timestamp)>>(tokens: I) -> Self {
        Self(Arc::new(tokens.into_iter().collect()))
    }
}
