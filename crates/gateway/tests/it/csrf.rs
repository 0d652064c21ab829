//! Rows X1 to X10 of the CSRF rules, against a protected and an unprotected channel.

use crate::client::{Response, call};
use crate::credentials::credential;
use crate::support::Server;

/// Header lines of `name`, and more.
fn lines(name: &str, more: &[&str]) -> Vec<String> {
    let mut lines = credential(name).lines;
    lines.extend(more.iter().map(|line| (*line).to_owned()));
    lines
}

/// Fetches a token: its value and the cookie to return.
async fn fetch(server: &Server, name: &str) -> (String, String) {
    let headers = lines(name, &["X-CSRF-Token: Fetch"]);
    let response = call(server.address, "GET /http/csrf", &headers, "").await;
    let token = response.header("x-csrf-token").unwrap().to_owned();
    let cookie = response.header("set-cookie").unwrap();
    (token, cookie.split(';').next().unwrap().to_owned())
}

async fn post(server: &Server, name: &str, more: &[&str]) -> Response {
    call(
        server.address,
        "POST /http/csrf",
        &lines(name, more),
        "ping",
    )
    .await
}

fn is_required(id: &str, response: &Response) {
    assert_eq!(response.status, 403, "{id}");
    assert_eq!(response.header("x-csrf-token"), Some("Required"), "{id}");
    assert!(response.header("www-authenticate").is_none(), "{id}");
}

#[tokio::test]
async fn x1_fetching_gives_token_and_cookie_and_runs_nothing() {
    let server = Server::start().await;
    for line in ["GET /http/csrf", "HEAD /http/csrf"] {
        let headers = lines("basic sender", &["X-CSRF-Token: fetch"]);
        let response = call(server.address, line, &headers, "").await;
        assert_eq!(
            (response.status, response.body.as_str()),
            (200, ""),
            "{line}"
        );
        assert_eq!(response.header("cache-control"), Some("no-store"));
        let cookie = response.header("set-cookie").unwrap();
        assert!(cookie.starts_with("JSESSIONID=") && cookie.ends_with("; SameSite=Strict"));
        assert!(cookie.contains("; Path=/; Secure; HttpOnly"), "{cookie}");
        assert!(
            response
                .header("x-csrf-token")
                .is_some_and(|token| token.len() > 20)
        );
    }
    assert_eq!(server.messages().await, 0);
}

#[tokio::test]
async fn x2_reading_without_the_header_runs_the_flow() {
    let server = Server::start().await;
    let response = call(
        server.address,
        "GET /http/csrf",
        &lines("basic sender", &[]),
        "",
    )
    .await;
    assert_eq!(response.status, 200);
    assert!(response.header("x-csrf-token").is_none());
    assert!(response.header("set-cookie").is_none());
    assert_eq!(server.messages().await, 1);
}

#[tokio::test]
async fn x3_token_and_cookie_run_the_flow_whatever_the_credential_kind() {
    let server = Server::start().await;
    let (token, cookie) = fetch(&server, "basic sender").await;
    let headers = [
        format!("X-CSRF-Token: {token}"),
        format!("Cookie: a=b; {cookie}"),
    ];
    for name in ["basic sender", "bearer sender"] {
        let response = post(&server, name, &[&headers[0], &headers[1]]).await;
        assert_eq!(response.status, 200, "{name}");
    }
}

#[tokio::test]
async fn x4_x5_x6_x10_anything_else_is_refused_and_not_run() {
    let server = Server::start().await;
    let (token, cookie) = fetch(&server, "basic sender").await;
    let (guest_token, guest_cookie) = fetch(&server, "basic csrf guest").await;
    let token = format!("X-CSRF-Token: {token}");
    let cookie = format!("Cookie: {cookie}");
    let guest_token = format!("X-CSRF-Token: {guest_token}");
    let guest_cookie = format!("Cookie: {guest_cookie}");
    let cases: [(&str, &[&str]); 7] = [
        ("X4 without token", &[&cookie]),
        ("X4 wrong token", &["X-CSRF-Token: abc", &cookie]),
        ("X4 fetch", &["X-CSRF-Token: fetch", &cookie]),
        ("X4 other session", &[&token, &guest_cookie]),
        ("X5 without cookie", &[&token]),
        ("X6 token of another client", &[&guest_token, &guest_cookie]),
        ("X10 two headers", &[&token, &token, &cookie]),
    ];
    for (id, headers) in cases {
        is_required(id, &post(&server, "basic sender", headers).await);
    }
    assert_eq!(
        post(&server, "basic csrf guest", &[&guest_token, &guest_cookie])
            .await
            .status,
        200
    );
    server.clock.advance(lockgate_gateway::csrf::LIFETIME);
    is_required(
        "X4 expired",
        &post(&server, "basic sender", &[&token, &cookie]).await,
    );
    assert_eq!(server.messages().await, 1);
}

#[tokio::test]
async fn x7_fetching_needs_credentials() {
    let server = Server::start().await;
    for (name, status) in [
        ("nothing", 401),
        ("basic sender, wrong secret", 401),
        ("basic guest", 403),
    ] {
        let headers = lines(name, &["X-CSRF-Token: fetch"]);
        let response = call(server.address, "GET /http/csrf", &headers, "").await;
        assert_eq!(response.status, status, "{name}");
        assert!(response.header("set-cookie").is_none(), "{name}");
        assert!(response.header("x-csrf-token").is_none(), "{name}");
    }
}

#[tokio::test]
async fn x8_without_protection_the_header_means_nothing() {
    let server = Server::start().await;
    let headers = lines("basic sender", &["X-CSRF-Token: fetch"]);
    let response = call(server.address, "GET /http/echo", &headers, "").await;
    assert_eq!(response.status, 200);
    assert!(response.body.contains("csrf=[]"), "{}", response.body);
    assert!(response.header("set-cookie").is_none());
}

#[tokio::test]
async fn x9_other_methods_are_modifying() {
    let server = Server::start().await;
    for line in [
        "MERGE /http/csrf",
        "OPTIONS /http/csrf",
        "DELETE /http/csrf",
        "PATCH /http/csrf",
    ] {
        let response = call(server.address, line, &lines("basic sender", &[]), "").await;
        is_required(line, &response);
    }
    let headers = lines(
        "basic sender",
        &["X-HTTP-Method-Override: GET", "X-HTTP-Method: GET"],
    );
    is_required(
        "override",
        &call(server.address, "POST /http/csrf", &headers, "").await,
    );
}
