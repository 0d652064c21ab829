//! The rules for accounts, organizations, spaces and roles over the store. Every protocol face
//! calls these.

mod memberships;
mod organizations;
mod people;
mod proofs;
mod spaces;

use lockgate_core::account::ACCOUNT_HASH_LABEL;
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::{KeyedHash, MasterKey};
use lockgate_core::random::SharedRandom;
use lockgate_store::Store;

use crate::hashing::{HashSettings, Hashing};
use crate::login::Guesses;

pub use memberships::{MembershipFilter, NamedMembership, role_name};
pub use organizations::OrganizationChange;
pub use people::{AccountChange, Issued, NewAccount};
pub use spaces::SpaceChange;

/// Who operates a tenant: accounts, and where they have roles. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AccountService {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(crate) hash: KeyedHash,
    pub(crate) hashing: Hashing,
    pub(crate) guesses: Guesses,
}

/// What an [`AccountService`] needs from the server around it.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where rows live.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// Randomness for guids, salts and secrets.
    pub random: SharedRandom,
    /// Digests the secrets of tools and brokers.
    pub master: MasterKey,
}

impl AccountService {
    /// The accounts of the tenant in `surroundings`.
    ///
    /// # Panics
    /// When argon2 has no such `settings`.
    #[must_use]
    pub fn new(surroundings: Surroundings, settings: HashSettings) -> Self {
        Self {
            store: surroundings.store,
            clock: surroundings.clock,
            random: surroundings.random,
            hash: surroundings.master.keyed_hash(ACCOUNT_HASH_LABEL),
            hashing: Hashing::new(settings),
            guesses: Guesses::default(),
        }
    }
}
