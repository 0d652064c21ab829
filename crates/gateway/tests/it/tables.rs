//! The decision table and the request table: one row, one call.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use crate::client::{Response, request};
use crate::credentials::credential;
use crate::support::Server;

const DECISIONS: &str = include_str!("../../testdata/admission/decisions.txt");
const REQUESTS: &str = include_str!("../../testdata/admission/requests.txt");

/// The cells of each row.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('|').map(str::trim).collect())
}

/// An answer in the words of the tables: status, challenge and recorded reason.
async fn describe(server: &Server, response: &Response) -> String {
    let mut text = response.status.to_string();
    if response.status < 400 {
        return text;
    }
    let challenges = response.all("www-authenticate");
    let challenge = match &challenges[..] {
        [] => "-",
        [basic, bearer]
            if *basic == "Basic realm=\"acme\", charset=\"UTF-8\""
                && *bearer == "Bearer realm=\"acme\"" =>
        {
            "C"
        }
        ["Bearer realm=\"acme\", error=\"invalid_token\""] => "invalid_token",
        ["Bearer realm=\"acme\", error=\"insufficient_scope\", scope=\"ESBMessaging.send\""] => {
            "insufficient_scope"
        }
        other => panic!("unexpected challenge {other:?}"),
    };
    let refusal = server.refusal(response).await;
    assert_eq!(refusal.status, response.status);
    let _ = write!(text, " {challenge} {}", refusal.reason);
    text
}

/// What every refusal has in common.
fn check_refusal(id: &str, response: &Response) {
    let correlation = response.header("x-correlation-id").unwrap();
    assert!(
        response.body.contains(correlation),
        "{id}: {}",
        response.body
    );
    assert!(
        response.body.starts_with("{\"error\":\""),
        "{id}: {}",
        response.body
    );
    assert_eq!(
        response.header("content-type"),
        Some("application/json"),
        "{id}"
    );
    assert_eq!(response.header("cache-control"), Some("no-store"), "{id}");
    assert_eq!(response.header("set-cookie"), None, "{id}");
    assert_eq!(response.header("access-control-allow-origin"), None, "{id}");
}

/// A call that was made: which row, what it expects, what came back.
type Made = (String, String, Response);

/// Compares all answers at once: what is on record about refusals is written behind.
async fn check(server: &Server, calls: Vec<Made>) {
    let mut wrong = String::new();
    for (row, expected, response) in calls {
        let answer = describe(server, &response).await;
        if answer != expected {
            let _ = writeln!(wrong, "{row}: {answer}, not {expected}");
        }
        if response.status >= 400 {
            check_refusal(&row, &response);
        }
    }
    assert_eq!(wrong, "");
}

#[tokio::test]
async fn every_row_of_the_decision_table() {
    let server = Server::start().await;
    let mut calls = Vec::new();
    for (number, row) in (2..).zip(rows(DECISIONS)) {
        let [id, name, user_role, client_certificate] = row[..] else {
            panic!("four cells expected: {row:?}");
        };
        // Each row comes from an address of its own: failures of one must not throttle the next.
        let source = Ipv4Addr::new(127, 0, 1, number);
        let credential = credential(name);
        for (path, expected) in [
            ("/http/role", user_role),
            ("/http/cert", client_certificate),
        ] {
            let line = match credential.query {
                "" => format!("POST {path}"),
                query => format!("POST {path}?{query}"),
            };
            let mut connection = server.connect(source, &credential).await;
            connection
                .send(request(&line, &credential.lines, "ping"))
                .await;
            let response = connection.receive().await.unwrap();
            calls.push((
                format!("{id} {name} at {path}"),
                expected.to_owned(),
                response,
            ));
        }
    }
    check(&server, calls).await;
}

#[tokio::test]
async fn every_row_of_the_request_table() {
    let server = Server::start().await;
    let mut calls = Vec::new();
    for row in rows(REQUESTS) {
        let [id, name, line, headers, expected] = row[..] else {
            panic!("five cells expected: {row:?}");
        };
        let mut credential = credential(name);
        credential.lines.extend(
            headers
                .split(" ; ")
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
        );
        let response = server.call(&credential, line, "").await;
        calls.push((
            format!("{id} {name} {line} {headers}"),
            expected.to_owned(),
            response,
        ));
    }
    check(&server, calls).await;
}
