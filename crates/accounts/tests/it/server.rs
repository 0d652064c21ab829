//! The accounts of one test: service and routes, over SQLite.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, mpsc};

use lockgate_accounts::login::LoginRefused;
use lockgate_accounts::{AccountService, HashSettings, Surroundings, surface};
use lockgate_core::account::{ACCOUNT_HASH_LABEL, Accounts};
use lockgate_core::audit::{Actor, Who};
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_core::secret::Secret;
use lockgate_store::accounts::{self, Account};
use lockgate_store::{Location, Store, audit};
use lockgate_testkit::log;
use lockgate_testkit::operator::Operator;
use serde_json::Value;
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

/// Cheap enough for a debug build.
pub(crate) const CHEAP: HashSettings = HashSettings {
    memory_kib: 8,
    passes: 1,
    at_once: 2,
    waiting: 16,
};

/// Somebody with the operator token.
pub(crate) const OPERATOR: Actor = Actor {
    who: Who::Operator,
    source: None,
    correlation: None,
};

/// What stands behind the routes; the operator's calls are its methods.
pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) service: AccountService,
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
            clock: clock.clone(),
            master: MasterKey::generate(&*random),
            random: random.clone(),
        };
        let service = AccountService::new(surroundings.clone(), CHEAP);
        Self {
            store,
            clock,
            operator: Operator::of(surface(service.clone()), random),
            service,
            surroundings,
            _folder: folder,
        }
    }

    /// The same accounts in a server with other settings.
    pub(crate) fn beside(&self, settings: HashSettings) -> AccountService {
        AccountService::new(self.surroundings.clone(), settings)
    }

    /// The accounts as requests are judged by them.
    pub(crate) async fn snapshot(&self) -> Accounts {
        let hash = self.surroundings.master.keyed_hash(ACCOUNT_HASH_LABEL);
        let mut tx = self.store.read().await.unwrap();
        accounts::load(&mut tx, hash).await.unwrap()
    }

    /// Makes a person with a password.
    pub(crate) async fn person(&self, name: &str, password: &str) {
        let body = serde_json::json!({"name": name, "password": password});
        let answer = self.post("accounts", body).await;
        assert_eq!(answer.0, 201, "{}", answer.1);
    }

    /// Tries to log in.
    pub(crate) async fn login(
        &self,
        name: &str,
        password: &str,
        source: &str,
    ) -> Result<Account, LoginRefused> {
        let source: IpAddr = source.parse().unwrap();
        let password = Secret::from(password);
        self.service.login(name, &password, source).await
    }

    /// The audit log, oldest first: who, what, to whom, detail.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let mut tx = self.store.read().await.unwrap();
        let events = audit::list(&mut tx, &audit::Filter::default()).await;
        let events = events.unwrap().into_iter().rev();
        events
            .map(|event| {
                let who = event.actor.who.name().to_owned();
                let (action, target) = (event.action, event.target_name);
                format!("{who} {action} {target}: {}", event.detail)
            })
            .collect()
    }
}

impl Deref for Server {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.operator
    }
}

/// A text member of an answer.
#[track_caller]
pub(crate) fn text<'a>(answer: &'a Value, pointer: &str) -> &'a str {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text {pointer} in {answer}"))
}

/// Stops the clock that waiting is measured by: only `tokio::time::advance` moves it.
pub(crate) struct StoppedClock(#[expect(dead_code, reason = "dropped to end")] mpsc::Sender<()>);

impl StoppedClock {
    pub(crate) fn new() -> Self {
        let (sender, ended) = mpsc::channel();
        tokio::time::pause();
        // A paused clock jumps ahead when all tasks wait, but not while blocking work goes on.
        tokio::task::spawn_blocking(move || ended.recv());
        Self(sender)
    }
}
