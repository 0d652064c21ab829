//! A catalogue of one test: its routes behind the operator token, over SQLite.

use std::ops::Deref;
use std::sync::Arc;

use lockgate_catalog::Catalog;
use lockgate_catalog::service::Surroundings;
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_store::{Location, Store, clients};
use lockgate_testkit::operator::Operator;
use lockgate_testkit::{log, tenant};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

/// What stands behind the routes; the operator's calls are its methods.
pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    surroundings: Surroundings,
    operator: Operator,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        log::capture();
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let location = Location::Sqlite(folder.path().join("test.db"));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        let random = Arc::new(SeededRandom::new(1));
        let surroundings = Surroundings {
            store: store.clone(),
            tenant: Arc::new(tenant()),
            clock: clock.clone(),
            master: MasterKey::generate(&*random),
            random,
        };
        Self {
            store,
            clock,
            operator: operator(surroundings.clone(), true),
            surroundings,
            _folder: folder,
        }
    }

    /// Restarts the catalogue on the same data with other settings.
    pub(crate) fn restart(&mut self, master: Option<MasterKey>, reveal_keys: bool) {
        if let Some(master) = master {
            self.surroundings.master = master;
        }
        self.operator = operator(self.surroundings.clone(), reveal_keys);
    }

    /// The clients as the token server and the gate see them.
    pub(crate) async fn directory(&self) -> Directory {
        let mut tx = self.store.read().await.unwrap();
        let clients = clients::load(&mut tx, &self.surroundings.tenant)
            .await
            .unwrap();
        let hash = self.surroundings.master.keyed_hash(SECRET_HASH_LABEL);
        Directory::new(clients, hash)
    }
}

impl Deref for Server {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.operator
    }
}

fn operator(surroundings: Surroundings, reveal_keys: bool) -> Operator {
    let random = surroundings.random.clone();
    let catalog = Catalog::new(surroundings, reveal_keys);
    Operator::of(lockgate_catalog::surface(catalog), random)
}
