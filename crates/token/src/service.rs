//! The token server's state.

use std::sync::Arc;
use std::thread::available_parallelism;

use lockgate_accounts::AccountService;
use lockgate_web::identity::SharedIdentities;
use lockgate_web::throttle::Throttle;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::keys::KeyRing;
use crate::metrics::Metrics;
use crate::ratchet::Ratchet;

/// Token requests that may wait for a signature, per signature that can be made at the same time.
const WAITING_PER_SIGNER: usize = 64;

/// Signatures handed to the signing threads at the same time, per processor: one is being made while
/// the next is on its way, so that no processor waits for work.
const SIGNATURES_PER_SIGNER: usize = 2;

/// The token server. Clones share everything.
#[derive(Clone, Debug)]
pub struct Service {
    pub(crate) identities: SharedIdentities,
    pub(crate) keys: KeyRing,
    pub(crate) config: Arc<Config>,
    pub(crate) ratchet: Ratchet,
    pub(crate) accounts: AccountService,
    pub(crate) throttle: Arc<Throttle>,
    /// Bounds how fast each client revokes tokens.
    pub(crate) revoking: Arc<Throttle>,
    pub(crate) signing: Arc<Signing>,
    pub(crate) metrics: Metrics,
}

/// Bounds the dominant cost of the token server: signatures.
#[derive(Debug)]
pub(crate) struct Signing {
    /// Requests that sign or wait to sign; those beyond are refused.
    pub(crate) admitted: Semaphore,
    /// Signatures made at the same time.
    pub(crate) running: Semaphore,
}

impl Signing {
    fn new(signers: usize) -> Self {
        Self {
            admitted: Semaphore::new(signers * WAITING_PER_SIGNER),
            running: Semaphore::new(signers * SIGNATURES_PER_SIGNER),
        }
    }
}

impl Service {
    /// A token server for the clients and accounts in `identities` that signs with `keys`, turns
    /// `ratchet` for renewed certificates, and asks `accounts` about passwords.
    #[must_use]
    pub fn new(
        identities: SharedIdentities,
        keys: KeyRing,
        config: Config,
        ratchet: Ratchet,
        accounts: AccountService,
        metrics: Metrics,
    ) -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self {
            identities,
            keys,
            config: Arc::new(config),
            ratchet,
            accounts,
            throttle: Arc::default(),
            revoking: Arc::default(),
            signing: Arc::new(Signing::new(processors)),
            metrics,
        }
    }
}
