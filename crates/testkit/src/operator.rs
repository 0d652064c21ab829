//! An operator who calls a surface without a network between.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use lockgate_core::random::SharedRandom;
use lockgate_web::caller::Arrival;
use lockgate_web::surface::{Api, Route, Surface};

use serde_json::Value;

use crate::guard;

const TOKEN: &str = "operator-token";

/// A status and the JSON that came with it; null when the body was empty.
pub type Answer = (StatusCode, Value);

/// Somebody with the operator token, and a surface that asks for it.
#[derive(Clone, Debug)]
pub struct Operator {
    api: Api,
    routes: Vec<Route>,
}

impl Operator {
    /// Puts `surface` behind the operator token.
    #[must_use]
    pub fn of(surface: Surface, random: SharedRandom) -> Self {
        let guard = guard(TOKEN, random);
        Self {
            routes: surface.routes().to_vec(),
            api: Api::new([surface], guard),
        }
    }

    /// Asserts that there are routes, and that each refuses who has no operator token.
    ///
    /// # Panics
    /// When one does not.
    pub async fn assert_guarded(&self) {
        assert!(!self.routes.is_empty(), "the surface has no routes");
        for route in &self.routes {
            let request = Request::builder()
                .method(route.method.clone())
                .uri(route.path.replace(['{', '}'], ""));
            let (status, _) = self.answer(request, Bytes::new()).await;
            assert_eq!(status, 401, "{} {}", route.method, route.path);
        }
    }

    /// Reads what is at `path`, which begins behind `/operator/v1/`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Patches with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes what is at `path`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends bytes that need not be JSON, and gives back bytes.
    pub async fn send_bytes(&self, method: Method, path: &str, body: Bytes) -> (StatusCode, Bytes) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/operator/v1/{path}"))
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
            .header(CONTENT_TYPE, "application/json");
        self.answer(request, body).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let (status, bytes) = self.send_bytes(method, path, body).await;
        let json = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).expect("invariant: answers are JSON"),
        };
        (status, json)
    }

    async fn answer(&self, request: http::request::Builder, body: Bytes) -> (StatusCode, Bytes) {
        let request = request.body(Full::new(body));
        let request = request.expect("invariant: tests give legal paths");
        let peer = ([127, 0, 0, 1], 4711).into();
        let response = self.api.handle(request, Arrival::plain(peer)).await;
        let status = response.status();
        let body = response.into_body().collect().await;
        let body = body.expect("invariant: bodies in memory are whole");
        (status, body.to_bytes())
    }
}

/// Asserts that `answer` is an error with this status and code.
///
/// # Panics
/// When it is not.
#[track_caller]
pub fn assert_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.0.as_u16(), status, "{}", answer.1);
    assert_eq!(answer.1["error"]["code"], code, "{}", answer.1);
}

/// Asserts that `answer` complains about exactly these fields, in this order.
///
/// # Panics
/// When it does not.
#[track_caller]
pub fn assert_fields(answer: &Answer, expected: &[&str]) {
    assert_error(answer, 422, "LG-FIELDS");
    let error = &answer.1["error"];
    let fields = error["fields"].as_array().into_iter().flatten();
    let fields: Vec<&Value> = fields.map(|field| &field["field"]).collect();
    assert_eq!(fields, expected, "{}", answer.1);
    assert_eq!(error["field"], expected[0]);
}
