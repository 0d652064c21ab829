//! A catalogue of one test: its routes behind the operator token, over SQLite.

use std::ops::Deref;
use std::sync::Arc;

use lockgate_catalog::Catalog;
use lockgate_catalog::service::Surroundings;
use lockgate_core::audit::Event;
use lockgate_core::client::{CertificateMatch, Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{Clock as _, ManualClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_pki::certificate;
use lockgate_pki::trust::TrustStore;
use lockgate_store::{Location, Store, audit, authorities, clients};
use lockgate_testkit::operator::Operator;
use lockgate_testkit::{log, tenant};
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

/// What stands behind the routes; the operator's calls are its methods.
pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) surroundings: Surroundings,
    pub(crate) catalog: Catalog,
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
        let catalog = Catalog::new(surroundings.clone(), true);
        Self {
            store,
            clock,
            operator: operator(&catalog, &surroundings),
            catalog,
            surroundings,
            _folder: folder,
        }
    }

    /// Restarts the catalogue on the same data with other settings.
    pub(crate) fn restart(&mut self, master: Option<MasterKey>, reveal_keys: bool) {
        if let Some(master) = master {
            self.surroundings.master = master;
        }
        self.catalog = Catalog::new(self.surroundings.clone(), reveal_keys);
        self.operator = operator(&self.catalog, &self.surroundings);
    }

    /// Creates an instance of the plan `integration-flow`.
    pub(crate) async fn instance(&self, name: &str) -> Value {
        let request = json!({"name": name, "plan": "integration-flow"});
        let (status, answer) = self.post("instances", request).await;
        assert_eq!(status, 201, "{answer}");
        answer
    }

    /// The authorities that are trusted now.
    pub(crate) async fn trust(&self) -> TrustStore {
        let mut tx = self.store.read().await.unwrap();
        let rows = authorities::list(&mut tx).await.unwrap();
        TrustStore::new(rows.iter().map(|row| &row.certificate))
    }

    /// The key of whoever presents a certificate, as the gate sees it.
    pub(crate) async fn presented(&self, der: &[u8]) -> Result<CertificateMatch, String> {
        let now = self.clock.now();
        let peer = self.trust().await.verify_client::<&[u8]>(der, &[], now);
        let peer = peer.map_err(|untrusted| untrusted.to_string())?;
        let found = self.directory().await.authenticate_certificate(&peer, now);
        found.map_err(|failure| failure.to_string())
    }

    /// Everything in the audit log, oldest first.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let mut tx = self.store.read().await.unwrap();
        let mut events = audit::list(&mut tx, &audit::Filter::default())
            .await
            .unwrap();
        events.reverse();
        events
    }

    /// The clients as the token server and the gate see them.
    pub(crate) async fn directory(&self) -> Directory {
        let mut tx = self.store.read().await.unwrap();
        let clients = clients::load(&mut tx, &self.surroundings.tenant, |der| {
            certificate::parse(der).ok().map(|parsed| parsed.names)
        });
        let clients = clients.await.unwrap();
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

fn operator(catalog: &Catalog, surroundings: &Surroundings) -> Operator {
    let surface = lockgate_catalog::surface(catalog.clone());
    Operator::of(surface, surroundings.random.clone())
}
