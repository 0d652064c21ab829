//! Operations of one test: their routes behind the operator token, over SQLite.

use std::ops::Deref;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::{MasterKey, Vault};
use lockgate_core::random::SeededRandom;
use lockgate_operations::Operations;
use lockgate_store::{Location, Store};
use lockgate_testkit::operator::{Answer, Operator};
use lockgate_testkit::{log, tenant};
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

/// What stands behind the routes; the operator's calls are its methods.
pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) vault: Vault,
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
        let vault = MasterKey::generate(&*random).vault();
        let tenant = Arc::new(tenant());
        let operations = Operations::new(
            store.clone(),
            tenant,
            clock.clone(),
            random.clone(),
            vault.clone(),
        );
        Self {
            store,
            clock,
            vault,
            operator: Operator::of(lockgate_operations::surface(operations), random),
            _folder: folder,
        }
    }

    /// Deploys a bundle or package with further members of the request.
    pub(crate) async fn deploy(&self, zip: &[u8], members: Value) -> Answer {
        let mut request = json!({"bundle": STANDARD.encode(zip)});
        for (name, value) in members.as_object().unwrap() {
            request[name.as_str()] = value.clone();
        }
        self.post("flows", request).await
    }
}

impl Deref for Server {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.operator
    }
}
