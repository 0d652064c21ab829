//! The broker's state.

use lockgate_catalog::Catalog;
use lockgate_core::clock::SharedClock;
use lockgate_store::Store;

/// The broker of one tenant. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Broker {
    pub(crate) catalog: Catalog,
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
}

impl Broker {
    /// A broker that offers what is in `catalog` and keeps what platforms asked for in `store`, the
    /// store of the catalogue.
    #[must_use]
    pub fn new(catalog: Catalog, store: Store, clock: SharedClock) -> Self {
        Self {
            catalog,
            store,
            clock,
        }
    }
}
