//! The authorities that are trusted right now.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use lockgate_pki::trust::TrustStore;

/// After this long a chain is verified again even if trust has not changed: a certificate in it may
/// have expired.
pub(crate) const VERIFIED_FOR: Duration = Duration::from_secs(60 * 60);

/// The current [`TrustStore`], shared by everything that verifies client certificates. Clones share
/// one place.
#[derive(Clone, Debug, Default)]
pub struct SharedTrust(Arc<ArcSwap<TrustStore>>);

impl SharedTrust {
    /// Starts with `store`.
    #[must_use]
    pub fn new(store: TrustStore) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(store)))
    }

    /// The store of this moment; the cheapest way to read, not to be kept across an await.
    #[must_use]
    pub fn load(&self) -> Guard<Arc<TrustStore>> {
        self.0.load()
    }

    /// The store of this moment, to be kept.
    #[must_use]
    pub fn snapshot(&self) -> Arc<TrustStore> {
        self.0.load_full()
    }

    /// Replaces the store. Certificates of connections that are open are verified again with their
    /// next request.
    pub fn replace(&self, store: TrustStore) {
        self.0.store(Arc::new(store));
    }
}
