//! The broker's state.

use lockgate_catalog::Catalog;
use lockgate_core::clock::SharedClock;
use lockgate_store::changes::{self, Topic};
use lockgate_store::{Result, Store, Tx};

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

    /// Begins a transaction that changes clients. Others that do so wait until it ends, on every
    /// server: what is read in it stays true.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let mut tx = self.store.begin().await?;
        changes::bump(&mut tx, Topic::Clients).await?;
        Ok(tx)
    }
}
