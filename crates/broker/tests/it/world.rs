//! A broker of one test, and platforms that call it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use lockgate_broker::{Broker, surface};
use lockgate_catalog::Catalog;
use lockgate_catalog::service::Surroundings;
use lockgate_core::account::{ACCOUNT_HASH_LABEL, AccountKind};
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::AccountId;
use lockgate_core::random::SeededRandom;
use lockgate_core::secret::Secret;
use lockgate_store::accounts::{self, Account};
use lockgate_store::{Location, Store};
use lockgate_testkit::{log, tenant};
use lockgate_web::audit::AuditSink;
use lockgate_web::caller::Arrival;
use lockgate_web::identity::{Identities, Revoked, SharedIdentities, VerificationKeys};
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard};
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);
/// The ids that platforms remember.
pub(crate) const SERVICE: &str = "6c6f636b-6761-4465-8000-000000000010";
pub(crate) const FLOW: &str = "6c6f636b-6761-4465-8000-000000000011";
pub(crate) const API: &str = "6c6f636b-6761-4465-8000-000000000012";
/// The instance and the binding that most tests are about.
pub(crate) const I1: &str = "service_instances/i-1";
pub(crate) const B1: &str = "service_instances/i-1/service_bindings/b-1";

/// A broker over a store.
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) catalog: Catalog,
    surroundings: Surroundings,
    _folder: Option<TempDir>,
}

impl World {
    /// A broker over SQLite with the platforms `cf` and `k8s`.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("test.db"));
        let mut world = Self::open(&location, 1).await;
        world._folder = Some(folder);
        world.add_platforms().await;
        world
    }

    /// One of several servers over the same database. Their seeds have to differ.
    pub(crate) async fn open(location: &Location, seed: u64) -> Self {
        log::capture();
        let clock = Arc::new(ManualClock::at(NOW));
        let store = Store::open(location, clock.clone()).await.unwrap();
        let surroundings = Surroundings {
            store: store.clone(),
            tenant: Arc::new(tenant()),
            clock: clock.clone(),
            // All servers have the same master key.
            master: MasterKey::generate(&SeededRandom::new(1)),
            random: Arc::new(SeededRandom::new(seed)),
        };
        let mut world = Self {
            api: Api::new([], guard(&surroundings, nobody(&surroundings))),
            catalog: Catalog::new(surroundings.clone(), true),
            store,
            clock,
            surroundings,
            _folder: None,
        };
        world.restart(true).await;
        world
    }

    /// Starts the broker again on the same data.
    pub(crate) async fn restart(&mut self, reveal_keys: bool) {
        self.catalog = Catalog::new(self.surroundings.clone(), reveal_keys);
        let broker = Broker::new(self.catalog.clone(), self.store.clone(), self.clock.clone());
        let hash = self.surroundings.master.keyed_hash(ACCOUNT_HASH_LABEL);
        let mut tx = self.store.read().await.unwrap();
        let identities = Identities {
            accounts: accounts::load(&mut tx, hash).await.unwrap(),
            ..nobody(&self.surroundings)
        };
        self.api = Api::new([surface(broker)], guard(&self.surroundings, identities));
    }

    /// Makes the accounts of two platforms, and of a tool that is none.
    pub(crate) async fn add_platforms(&mut self) {
        let hash = self.surroundings.master.keyed_hash(ACCOUNT_HASH_LABEL);
        let mut tx = self.store.begin().await.unwrap();
        for (name, kind) in [
            ("cf", AccountKind::Broker),
            ("k8s", AccountKind::Broker),
            ("ci", AccountKind::Tool),
        ] {
            let account = Account {
                id: AccountId(self.surroundings.random.uuid()),
                name: name.to_owned(),
                kind,
                admin: false,
                roles: vec![],
                password: None,
                secret: Some(hash.tag(format!("secret of {name}").as_bytes())),
                tokens_not_before: Timestamp::default(),
                created_at: NOW,
                updated_at: NOW,
            };
            accounts::insert(&mut tx, &account).await.unwrap();
        }
        tx.commit().await.unwrap();
        self.restart(true).await;
    }

    /// The platform that most tests are about.
    pub(crate) fn cf(&self) -> Platform<'_> {
        self.platform("cf")
    }

    /// A platform that speaks 2.17.
    pub(crate) fn platform(&self, name: &'static str) -> Platform<'_> {
        let credentials = STANDARD.encode(format!("{name}:secret of {name}"));
        let headers = [
            ("authorization", format!("Basic {credentials}")),
            ("x-broker-api-version", "2.17".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Platform {
            world: self,
            headers: headers.into_iter().collect(),
        }
    }
}

fn nobody(surroundings: &Surroundings) -> Identities {
    let hash = surroundings.master.keyed_hash(SECRET_HASH_LABEL);
    Identities {
        tenant: surroundings.tenant.clone(),
        clients: Directory::new([], hash),
        accounts: lockgate_core::account::Accounts::default(),
        keys: VerificationKeys::default(),
        revoked: Revoked::default(),
    }
}

fn guard(surroundings: &Surroundings, identities: Identities) -> Guard {
    Guard {
        operator: OperatorToken::new(&Secret::from("operator-token")),
        random: surroundings.random.clone(),
        identities: SharedIdentities::new(identities),
        clock: surroundings.clock.clone(),
        audit: AuditSink::none(),
    }
}

/// Who calls the broker, and with which headers.
#[derive(Clone)]
pub(crate) struct Platform<'w> {
    world: &'w World,
    headers: HeaderMap,
}

impl Platform<'_> {
    /// The same with another version of the specification.
    pub(crate) fn version(self, version: &str) -> Self {
        self.with("x-broker-api-version", version)
    }

    /// The same with another header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    /// The same without a header.
    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Sends a request to a path below `/osb/v2/`.
    pub(crate) async fn send(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/osb/v2/{path}"))
            .body(Full::new(body.into()))
            .unwrap();
        *request.headers_mut() = self.headers.clone();
        let peer = ([127, 0, 0, 1], 4711).into();
        let response = self.world.api.handle(request, Arrival::plain(peer)).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        // Whatever is answered, it is a JSON object.
        assert_eq!(head.headers["content-type"], "application/json", "{path}");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert!(body.is_object(), "{body}");
        Answer {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, body.to_string()).await
    }

    /// Deletes what is at `path`, with the query that every version asks for.
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        let path = format!("{path}?service_id={SERVICE}&plan_id={FLOW}");
        self.send(Method::DELETE, &path, "").await
    }

    /// Creates the instance `i-1`.
    pub(crate) async fn provisioned(&self) {
        let answer = self.put(I1, &instance(json!({}))).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// Creates the binding `b-1` of the instance `i-1`; gives its credentials.
    pub(crate) async fn bound(&self) -> Value {
        self.provisioned().await;
        let answer = self.put(B1, &binding(json!({}))).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["credentials"].clone()
    }
}

/// What the broker said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The text for the platform's user.
    pub(crate) fn description(&self) -> &str {
        self.body["description"].as_str().unwrap_or_default()
    }
}

/// The request for an instance, but for these members; null takes one away.
pub(crate) fn instance(change: Value) -> Value {
    let request = json!({
        "service_id": SERVICE, "plan_id": FLOW,
        "organization_guid": "org", "space_guid": "space",
    });
    changed(request, change)
}

/// The request for a binding, but for these members; null takes one away.
pub(crate) fn binding(change: Value) -> Value {
    changed(json!({"service_id": SERVICE, "plan_id": FLOW}), change)
}

fn changed(mut request: Value, change: Value) -> Value {
    let members = request.as_object_mut().unwrap();
    let Value::Object(change) = change else {
        panic!("{change} is no object");
    };
    for (name, value) in change {
        match value {
            Value::Null => drop(members.remove(&name)),
            value => drop(members.insert(name, value)),
        }
    }
    request
}
