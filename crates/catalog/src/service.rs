//! The rules of the catalogue over the store. Every protocol face calls these.
//!
//! What changes something takes the [`Actor`](lockgate_core::audit::Actor) first and notes the
//! change in the audit log in its own transaction. Methods that end in `_in` take part in a
//! transaction of the caller, who commits it.

mod authorities;
mod generator;
mod instances;
mod keys;
mod operator;
mod places;
mod prepared;
mod roles;

use std::sync::Arc;

use lockgate_core::client::SECRET_HASH_LABEL;
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::{KeyedHash, MasterKey, Vault};
use lockgate_core::input::FieldErrors;
use lockgate_core::random::SharedRandom;
use lockgate_core::tenant::Tenant;
use lockgate_store::Store;
use uuid::Uuid;

use self::generator::Generator;

pub use authorities::{Authority, NewAuthority};
pub use instances::{ChangedInstance, InstanceChange, NewInstance, parameters_json};
pub use keys::{Expiring, KeyKind, NewKey, ShownKey};
pub(crate) use operator::{InstanceRef, Placed};
pub use prepared::PreparedKey;
pub use roles::{Role, RoleUsers};

/// The catalogue of one tenant. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Catalog {
    store: Store,
    tenant: Arc<Tenant>,
    clock: SharedClock,
    random: SharedRandom,
    hash: KeyedHash,
    vault: Vault,
    generator: Generator,
    reveal_keys: bool,
}

/// What a [`Catalog`] needs from the server around it.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where rows live.
    pub store: Store,
    /// Whose catalogue it is.
    pub tenant: Arc<Tenant>,
    /// The time.
    pub clock: SharedClock,
    /// Randomness for guids and secrets.
    pub random: SharedRandom,
    /// Digests secrets and seals the JSON of keys.
    pub master: MasterKey,
}

impl Catalog {
    /// A catalogue that shows the credentials of a key again when `reveal_keys`, and only once, when
    /// the key is created, if not. In the latter case they are not stored at all.
    #[must_use]
    pub fn new(surroundings: Surroundings, reveal_keys: bool) -> Self {
        Self {
            store: surroundings.store,
            tenant: surroundings.tenant,
            clock: surroundings.clock,
            random: surroundings.random,
            hash: surroundings.master.keyed_hash(SECRET_HASH_LABEL),
            vault: surroundings.master.vault(),
            generator: Generator::default(),
            reveal_keys,
        }
    }

    /// The tenant whose catalogue this is.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Whether credentials are shown again after a key was created.
    #[must_use]
    pub fn shows_keys_again(&self) -> bool {
        self.reveal_keys
    }
}

/// The guid that `text` is, if it is one: 36 characters with dashes.
fn guid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// Checks the name of `what`: 1 to `limit` characters that can be written in a command.
///
/// Names that look like a guid are refused unless `guids`, because operators find things by either.
/// Platforms behind the broker API name things by ids of their own, so there they are allowed.
fn check_name(name: &str, what: &str, limit: usize, guids: bool, errors: &mut FieldErrors) {
    let wrong = if name.is_empty() {
        "is required".to_owned()
    } else if name.chars().count() > limit {
        format!("the name of {what} has at most {limit} characters")
    } else if name.chars().any(char::is_control) {
        format!("the name of {what} has no control characters")
    } else if name.trim() != name {
        format!("the name of {what} has no white space around it")
    } else if !guids && guid(name).is_some() {
        format!("the name of {what} must not look like a guid")
    } else {
        return;
    };
    errors.add("name", wrong);
}
