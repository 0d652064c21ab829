//! Keeps the metadata of services for an hour.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lru::LruCache;

use super::edm::Edm;

/// How long metadata is believed.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Services one channel is expected to call; more only cost more fetching.
const SERVICES: NonZeroUsize = NonZeroUsize::new(16).expect("invariant: 16 is not zero");

/// Metadata by address.
#[derive(Debug)]
pub(super) struct Cache(Mutex<LruCache<String, (Timestamp, Arc<Edm>)>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(SERVICES)))
    }
}

impl Cache {
    /// The metadata of `address`, unless it is too old and not to be kept.
    pub(super) fn get(&self, address: &str, now: Timestamp, keep: bool) -> Option<Arc<Edm>> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (fetched, edm) = cache.get(address)?;
        (keep || now.since(*fetched) < LIFETIME).then(|| Arc::clone(edm))
    }

    pub(super) fn put(&self, address: &str, now: Timestamp, edm: Edm) -> Arc<Edm> {
        let edm = Arc::new(edm);
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(address.to_owned(), (now, Arc::clone(&edm)));
        edm
    }
}
