//! What all subjects share.

use std::sync::Arc;

use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::Vault;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::random::SharedRandom;
use lockgate_core::tenant::Tenant;
use lockgate_store::Store;

use crate::flows::FindingsCache;

/// The operations of one tenant. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Operations {
    /// Where rows live.
    pub(crate) store: Store,
    /// Whose operations they are.
    pub(crate) tenant: Arc<Tenant>,
    /// The time.
    pub(crate) clock: SharedClock,
    /// Randomness.
    pub(crate) random: SharedRandom,
    /// Seals the secrets of credentials.
    pub(crate) vault: Vault,
    pub(crate) findings: FindingsCache,
}

impl Operations {
    /// The operations of `tenant` over `store`.
    #[must_use]
    pub fn new(
        store: Store,
        tenant: Arc<Tenant>,
        clock: SharedClock,
        random: SharedRandom,
        vault: Vault,
    ) -> Self {
        Self {
            store,
            tenant,
            clock,
            random,
            vault,
            findings: FindingsCache::default(),
        }
    }

    /// The clock by which things are due.
    #[must_use]
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }
}

/// Checks the name under which something is stored; it comes from the path of a request.
pub(crate) fn check_name(name: &str, errors: &mut FieldErrors) {
    let message = if name.chars().count() > limits::NAME {
        format!("has at most {} characters", limits::NAME)
    } else if name.trim() != name || name.is_empty() || name.chars().any(char::is_control) {
        "has no white space around it and no control characters".to_owned()
    } else {
        return;
    };
    errors.add("name", message);
}

/// Notes an error when `text` is longer than `limit` characters.
pub(crate) fn check_length(
    fields: &mut Fields<'_>,
    name: &'static str,
    text: Option<&str>,
    limit: usize,
) {
    if text.is_some_and(|text| text.chars().count() > limit) {
        fields.error(name, format!("has at most {limit} characters"));
    }
}
