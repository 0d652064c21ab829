//! The walkthroughs of README and ARCHITECTURE, as a user goes through them.

use serde_json::Value;

use crate::server::{Server, text};

#[tokio::test]
async fn the_example_of_the_readme() {
    let server = Server::start();
    let deployed = server.deploy("testdata/flows/hello", &[]);
    assert_eq!(
        deployed["items"][0]["endpoints"][0],
        format!("{}/http/hello", server.url)
    );
    let sender = server.sender("sender", &["ESBMessaging.send"]);

    let by_basic = server.hello(&sender.basic()).await;
    assert_eq!(by_basic.status(), 200);
    assert_eq!(by_basic.text().await.unwrap(), r#"{"message":"Hello"}"#);

    let token = sender.bearer(&server).await;
    let by_bearer = server
        .call("POST", "/http/Hello")
        .header("authorization", token)
        .send()
        .await
        .unwrap();
    assert_eq!(by_bearer.status(), 200);
}

#[tokio::test]
async fn a_refusal_is_explained_to_the_operator_only() {
    let server = Server::start();
    server.deploy("testdata/flows/hello", &[]);
    server.json(&["role", "create", "Orders.read"]);
    let other = server.sender("other", &["Orders.read"]);

    let refused = server.hello(&other.basic()).await;
    assert_eq!(refused.status(), 403);
    let id = refused.headers()["x-correlation-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = refused.text().await.unwrap();
    assert!(!body.contains("ESBMessaging"), "{body}");

    let why = server.json(&["why", &id]);
    assert_eq!(why["reason"], "role-missing");
    assert_eq!(why["client_id"], other.id);
    let shown = text(&server.output(&["why", &id]).stdout);
    assert!(
        shown.contains("403") && shown.contains("ESBMessaging.send"),
        "{shown}"
    );
}

#[tokio::test]
async fn withdrawn_rights_end_with_the_next_call() {
    let server = Server::start();
    server.deploy("testdata/flows/hello", &[]);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let (basic, bearer) = (sender.basic(), sender.bearer(&server).await);
    let status = async |authorization: &str| server.hello(authorization).await.status().as_u16();
    assert_eq!([status(&basic).await, status(&bearer).await], [200, 200]);

    server.json(&["instance", "update", "sender", "-c", r#"{"roles":[]}"#]);
    assert_eq!([status(&basic).await, status(&bearer).await], [403, 403]);
    server.json(&[
        "instance",
        "update",
        "sender",
        "-c",
        r#"{"roles":["ESBMessaging.send"]}"#,
    ]);
    assert_eq!([status(&basic).await, status(&bearer).await], [200, 200]);

    server.json(&["key", "delete", "sender", "key"]);
    assert_eq!(status(&basic).await, 401);
    server.json(&["instance", "delete", "sender"]);
    assert_eq!(status(&bearer).await, 401);

    server.json(&["undeploy", "Hello"]);
    let again = server.sender("again", &["ESBMessaging.send"]);
    assert_eq!(status(&again.basic()).await, 404);
}

#[tokio::test]
async fn every_answered_message_is_in_the_log() {
    let server = Server::start();
    server.deploy("testdata/flows/hello", &[]);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    for _ in 0..3 {
        let answer = server.hello(&sender.basic()).await;
        assert_eq!(answer.status(), 200);
    }
    let messages = wait_for(|| {
        let answer = server.json(&["messages", "--flow", "Hello"]);
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        (items.len() == 3).then_some(items)
    });
    for message in &messages {
        assert_eq!(message["status"], "COMPLETED");
        assert_eq!(message["identity"], sender.id);
    }
    let one = server.json(&["message", messages[0]["id"].as_str().unwrap()]);
    assert_eq!(one["flow"], "Hello");
}

#[tokio::test]
async fn a_trace_shows_the_message_before_each_step() {
    let server = Server::start();
    server.deploy("testdata/flows/convert", &[]);
    server.json(&["flow", "log-level", "Convert", "TRACE"]);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let answer = server
        .call("POST", "/http/convert")
        .header("authorization", sender.basic())
        .body(r#"{"productIdentifier":"HT-1080"}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let id = answer.headers()["sap_messageprocessinglogid"]
        .to_str()
        .unwrap()
        .to_owned();
    let shown = text(&server.output(&["message", &id, "--trace"]).stdout);
    for part in [
        "Before CallActivity_1 JSON to XML",
        r#"{"productIdentifier":"HT-1080"}"#,
        "Before CallActivity_2 Read product",
        "<order><productIdentifier>HT-1080</productIdentifier></order>",
    ] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
    assert!(!shown.contains(&sender.secret), "{shown}");
}

/// Secrets appear where they are created, and nowhere else: no log line, no list, no error.
#[tokio::test]
async fn no_secret_is_logged_or_listed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[("LOCKGATE__LOG__FILTER", "trace")]);
    server.deploy("testdata/flows/hello", &[]);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    server.with_input(
        &["credential", "set", "partner", "--user", "u"],
        "canary-password",
    );
    let bearer = sender.bearer(&server).await;
    for authorization in [&sender.basic(), &bearer, &format!("{bearer}x")] {
        server
            .call("POST", "/http/hello")
            .header("authorization", authorization)
            .body("canary-body")
            .send()
            .await
            .unwrap();
    }
    let in_query = format!(
        "/oauth/token?grant_type=client_credentials&client_id={}&client_secret=canary-query",
        sender.id
    );
    server.call("POST", &in_query).send().await.unwrap();
    let listed: String = [
        &["credential", "list"] as &[&str],
        &["instance", "list"],
        &["key", "list", "sender"],
        &["refusals"],
    ]
    .iter()
    .map(|args| server.json(args).to_string())
    .collect();
    let operator = std::fs::read_to_string(folder.path().join("operator.token")).unwrap();
    let log = server.stop();
    assert!(
        log.contains("/oauth/token"),
        "the log is where requests are: {log}"
    );
    let token = bearer.strip_prefix("Bearer ").unwrap();
    for secret in [
        &*sender.secret,
        token,
        "canary-password",
        "canary-query",
        "canary-body",
        operator.trim(),
    ] {
        assert!(!log.contains(secret), "in the log: {secret}");
        assert!(!listed.contains(secret), "in a list: {secret}");
    }
}

/// Asks until there is an answer.
pub(crate) fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + crate::server::DEADLINE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited too long");
    }
}

/// Whether a list answer names an item.
pub(crate) fn lists(answer: &Value, name: &str) -> bool {
    answer["items"].as_array().is_some_and(|items| {
        items
            .iter()
            .any(|item| item["name"] == name || item["id"] == name)
    })
}
