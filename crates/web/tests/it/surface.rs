//! Access rules, error bodies and headers of surfaces.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::random::SeededRandom;
use lockgate_pki::trust::Untrusted;
use lockgate_web::audit::AuditSink;
use lockgate_web::body::Json;
use lockgate_web::caller::{Arrival, Caller, Principal, RejectedCertificate};
use lockgate_web::health::{self, Readiness};
use lockgate_web::metrics;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, Api, CORRELATION_HEADER, Guard, Surface};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    amount: u32,
}

async fn create(
    State(factor): State<u32>,
    caller: Caller,
    Json(order): Json<Order>,
) -> Result<String, Problem> {
    assert_eq!(caller.principal, Principal::Operator);
    if order.amount == 0 {
        let problem = Problem::new(StatusCode::BAD_REQUEST, "LG-AMOUNT", "nothing ordered");
        return Err(problem.field("amount").hint("order something"));
    }
    Ok((order.amount * factor).to_string())
}

async fn whoami(caller: Caller) -> String {
    format!("{:?} from {}", caller.principal, caller.source)
}

async fn broken() -> Problem {
    Problem::internal("the password is hunter2")
}

fn api() -> Api {
    api_with(AuditSink::none())
}

fn api_with(audit: AuditSink) -> Api {
    let orders = Surface::builder("orders", 2)
        .route(Method::POST, "/orders", Access::Operator, create)
        .route(Method::GET, "/orders", Access::Public, whoami)
        .route(Method::GET, "/broken", Access::ClientAuth, broken)
        .build();
    let ready = Readiness::new(|| async { Err("no database".to_owned()) });
    let health = health::surface(ready, Arc::new(metrics::registry()));
    let guard = lockgate_testkit::guard("op", Arc::new(SeededRandom::new(1)));
    Api::new([orders, health], Guard { audit, ..guard })
}

async fn call(request: http::request::Builder, body: &str) -> (Response<()>, String) {
    let request: Request<Full<Bytes>> = request.body(Full::from(body.to_owned())).unwrap();
    let arrival = Arrival::plain("127.0.0.1:4711".parse().unwrap());
    let (head, body) = api().handle(request, arrival).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    (Response::from_parts(head, ()), text)
}

fn order() -> http::request::Builder {
    Request::post("/orders")
        .header("Authorization", "Bearer op")
        .header("Content-Type", "application/json; charset=utf-8")
}

#[tokio::test]
async fn operator_routes_need_the_operator_token() {
    let (response, body) = call(Request::post("/orders"), r#"{"amount":3}"#).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let challenge = &response.headers()[header::WWW_AUTHENTICATE];
    assert_eq!(challenge, "Bearer realm=\"lockgate operator\"");
    let error: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(error["error"]["code"], "LG-UNAUTHORIZED");
    let (response, body) = call(order(), r#"{"amount":3}"#).await;
    assert_eq!((response.status(), &*body), (StatusCode::OK, "6"));
    let (_, body) = call(Request::get("/orders"), "").await;
    assert_eq!(body, "Anonymous from 127.0.0.1");
}

#[tokio::test]
async fn errors_have_one_shape() {
    let (response, body) = call(order(), r#"{"amount":0}"#).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let expected = json!({"error": {"code": "LG-AMOUNT", "message": "nothing ordered",
        "field": "amount", "hint": "order something"}});
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    for (request, status, code) in [
        (
            Request::get("/nowhere"),
            StatusCode::NOT_FOUND,
            "LG-NOT-FOUND",
        ),
        (
            Request::delete("/orders"),
            StatusCode::METHOD_NOT_ALLOWED,
            "LG-METHOD",
        ),
        (
            Request::get("/broken"),
            StatusCode::INTERNAL_SERVER_ERROR,
            "LG-INTERNAL",
        ),
    ] {
        let (response, body) = call(request, "").await;
        assert_eq!(response.status(), status);
        let error: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(error["error"]["code"], code);
        assert!(!body.contains("hunter2"));
    }
}

#[tokio::test]
async fn json_bodies_are_strict() {
    for (body, part) in [
        (r#"{"amount":1,"amount":2}"#, "twice"),
        (r#"{"amount":1,"x":2}"#, "unknown field `x`"),
        (r#"{"amount":"#, "EOF"),
        ("", "EOF"),
    ] {
        let (response, text) = call(order(), body).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert!(
            text.contains("LG-BODY-JSON") && text.contains(part),
            "{text}"
        );
    }
    let deep = format!(r#"{{"amount":{}1{}}}"#, "[".repeat(65), "]".repeat(65));
    assert!(call(order(), &deep).await.1.contains("nested too deeply"));
    let large = format!(r#"{{"amount":1}}{}"#, " ".repeat(1024 * 1024));
    let (response, _) = call(order(), &large).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let untyped = Request::post("/orders").header("Authorization", "Bearer op");
    let (response, _) = call(untyped, r#"{"amount":1}"#).await;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn answers_carry_security_headers_and_a_correlation_id() {
    let (response, _) = call(Request::get("/orders"), "").await;
    let headers = response.headers();
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[CORRELATION_HEADER].len(), 36);
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
}

#[tokio::test]
async fn health_is_public_and_metrics_are_not() {
    let (response, _) = call(Request::get("/healthz"), "").await;
    assert_eq!(response.status(), StatusCode::OK);
    let (response, body) = call(Request::get("/readyz"), "").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body, "not ready\n", "the reason is for the log");
    let (response, _) = call(Request::get("/metrics"), "").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let scrape = Request::get("/metrics").header("Authorization", "Bearer op");
    let (response, body) = call(scrape, "").await;
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        metrics::CONTENT_TYPE
    );
    assert_eq!(body, "# EOF\n");
}

#[test]
fn a_surface_lists_its_routes() {
    let surface = Surface::builder("x", ())
        .route(Method::GET, "/a/{id}", Access::Public, whoami)
        .build();
    let [route] = surface.routes() else { panic!() };
    assert_eq!(
        (&route.method, route.path, route.access),
        (&Method::GET, "/a/{id}", Access::Public)
    );
    assert_eq!(surface.name(), "x");
}

/// A certificate that counts as absent is still what an operator has to know about.
#[tokio::test]
async fn a_rejected_certificate_is_in_the_audit_log() {
    let (sender, refused) = std::sync::mpsc::channel();
    let api = api_with(AuditSink::new(move |refusal| sender.send(refusal).unwrap()));
    let thumbprint = Thumbprint([7; 32]);
    let mut arrival = Arrival::plain("127.0.0.1:4711".parse().unwrap());
    arrival.rejected = Some(Arc::new(RejectedCertificate {
        thumbprint,
        reason: Untrusted::NotForClients,
    }));
    let request = Request::post("/orders").body(Full::<Bytes>::default());
    api.handle(request.unwrap(), arrival).await;
    let refused = refused.try_recv().unwrap();
    assert_eq!(refused.thumbprint, Some(thumbprint));
    let expected = "its extended key usage does not list client authentication";
    assert!(refused.reason.ends_with(expected), "{}", refused.reason);
}
