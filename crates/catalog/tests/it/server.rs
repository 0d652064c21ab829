//! A catalogue in memory of one test: its routes behind the operator token, over SQLite.

use std::sync::Arc;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use lockgate_catalog::Catalog;
use lockgate_catalog::service::Surroundings;
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_core::secret::Secret;
use lockgate_core::tenant::Tenant;
use lockgate_store::{Location, Store, clients};
use lockgate_web::caller::Arrival;
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

const OPERATOR: &str = "operator-token";

pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    surroundings: Surroundings,
    api: Api,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        crate::log::capture();
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
        let api = api(surroundings.clone(), true);
        Self {
            store,
            clock,
            surroundings,
            api,
            _folder: folder,
        }
    }

    /// Restarts the catalogue on the same data with other settings.
    pub(crate) fn restart(&mut self, master: Option<MasterKey>, reveal_keys: bool) {
        if let Some(master) = master {
            self.surroundings.master = master;
        }
        self.api = api(self.surroundings.clone(), reveal_keys);
    }

    /// Every route, with its status for somebody without the operator token.
    pub(crate) async fn anonymous(&self) -> Vec<(String, StatusCode)> {
        let surface = lockgate_catalog::surface(Catalog::new(self.surroundings.clone(), true));
        let mut statuses = Vec::new();
        for route in surface.routes() {
            let request = Request::builder()
                .method(route.method.clone())
                .uri(route.path.replace(['{', '}'], ""))
                .body(Body::empty())
                .unwrap();
            let peer = "127.0.0.1:4711".parse().unwrap();
            let response = self.api.handle(request, Arrival { peer }).await;
            let name = format!("{} {}", route.method, route.path);
            statuses.push((name, response.status()));
        }
        statuses
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/operator/v1/{path}"))
            .header(AUTHORIZATION, format!("Bearer {OPERATOR}"))
            .header(CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let peer = "127.0.0.1:4711".parse().unwrap();
        let request = request.body(body).unwrap();
        let response = self.api.handle(request, Arrival { peer }).await;
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap(),
        };
        (status, json)
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

fn api(surroundings: Surroundings, reveal_keys: bool) -> Api {
    let guard = Guard {
        operator: OperatorToken::new(&Secret::from(OPERATOR)),
        random: surroundings.random.clone(),
    };
    let catalog = Catalog::new(surroundings, reveal_keys);
    Api::new([lockgate_catalog::surface(catalog)], guard)
}

fn tenant() -> Tenant {
    Tenant {
        name: "acme".to_owned(),
        zone_id: Uuid::from_u128(1),
        client_number: 2207,
        service_number: 101,
        token_base: "https://acme.authentication.example.org".to_owned(),
        runtime_base: "https://acme.it-runtime.example.org".to_owned(),
    }
}

/// Asserts that `answer` is an error with this status and code.
pub(crate) fn assert_error(answer: &(StatusCode, Value), status: u16, code: &str) {
    assert_eq!(answer.0.as_u16(), status, "{}", answer.1);
    assert_eq!(answer.1["error"]["code"], code, "{}", answer.1);
}

/// Asserts that `answer` complains about exactly these fields.
pub(crate) fn assert_fields(answer: &(StatusCode, Value), expected: &[&str]) {
    assert_error(answer, 422, "LG-FIELDS");
    let fields = answer.1["error"]["fields"].as_array().unwrap();
    let fields: Vec<&str> = fields
        .iter()
        .map(|f| f["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, expected, "{}", answer.1);
    assert_eq!(answer.1["error"]["field"], expected[0]);
}
