//! Operations in memory of one test: their routes behind the operator token, over SQLite.

use std::sync::Arc;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::{MasterKey, Vault};
use lockgate_core::random::SeededRandom;
use lockgate_core::secret::Secret;
use lockgate_core::tenant::Tenant;
use lockgate_operations::Operations;
use lockgate_store::{Location, Store};
use lockgate_web::caller::Arrival;
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-01-01T00:00:00Z, when every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

const OPERATOR: &str = "operator-token";

pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) vault: Vault,
    operations: Operations,
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
        let vault = MasterKey::generate(&*random).vault();
        let tenant = Arc::new(tenant());
        let operations = Operations::new(store.clone(), tenant, clock.clone(), vault.clone());
        let guard = Guard {
            operator: OperatorToken::new(&Secret::from(OPERATOR)),
            random,
        };
        let api = Api::new([lockgate_operations::surface(operations.clone())], guard);
        Self {
            store,
            clock,
            vault,
            operations,
            api,
            _folder: folder,
        }
    }

    /// Every route, with its status for somebody without the operator token.
    pub(crate) async fn anonymous(&self) -> Vec<(String, StatusCode)> {
        let surface = lockgate_operations::surface(self.operations.clone());
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

    pub(crate) async fn put(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Deploys a bundle or package with further members of the request.
    pub(crate) async fn deploy(&self, zip: &[u8], members: Value) -> (StatusCode, Value) {
        let mut request = json!({"bundle": STANDARD.encode(zip)});
        for (name, value) in members.as_object().unwrap() {
            request[name.as_str()] = value.clone();
        }
        self.post("flows", request).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let (status, bytes) = self.send_bytes(method, path, body).await;
        let json = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap(),
        };
        (status, json)
    }

    pub(crate) async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> (StatusCode, Bytes) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/operator/v1/{path}"))
            .header(AUTHORIZATION, format!("Bearer {OPERATOR}"))
            .header(CONTENT_TYPE, "application/json");
        let peer = "127.0.0.1:4711".parse().unwrap();
        let request = request.body(Body::from(body)).unwrap();
        let response = self.api.handle(request, Arrival { peer }).await;
        let status = response.status();
        (
            status,
            response.into_body().collect().await.unwrap().to_bytes(),
        )
    }
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
}
