//! The audit log, as an operator reads it on the command line.

use serde_json::Value;

use crate::server::{Server, text};
use crate::walkthrough::wait_for;

const CANARY: &str = "canary-in-a-secret";

/// The events that `lockgate audit` finds.
fn events(server: &Server, filter: &[&str]) -> Vec<Value> {
    let mut args = vec!["audit", "--limit", "1000"];
    args.extend(filter);
    let answer = server.json(&args);
    answer["items"].as_array().cloned().unwrap()
}

/// The one event that a filter finds, once it is written.
fn event(server: &Server, filter: &[&str]) -> Value {
    let found = wait_for(|| {
        let found = events(server, filter);
        (!found.is_empty()).then_some(found)
    });
    let [event] = found.try_into().unwrap();
    event
}

#[tokio::test]
async fn changes_and_refusals_are_found_by_who_what_and_why() {
    let server = Server::start();
    server.deploy("testdata/flows/hello", &[]);
    server.with_input(
        &["credential", "set", "backend", "--user", "u"],
        &format!("{CANARY}\n"),
    );
    server.json(&["role", "create", "Orders.read"]);
    let sender = server.sender("sender", &["Orders.read"]);
    let key = server.json(&["key", "show", "sender", "key"]);
    let key = key["guid"].as_str().unwrap();

    let lacks_role = server.hello(&sender.basic()).await;
    assert_eq!(lacks_role.status(), 403);
    let correlation = lacks_role.headers()["x-correlation-id"].to_str().unwrap();
    server.json(&["key", "delete", "sender", "key"]);
    assert_eq!(server.hello(&sender.basic()).await.status(), 401);
    let stranger = server.call("DELETE", "/operator/v1/flows/Hello");
    let stranger = stranger.header("authorization", format!("Bearer {CANARY}"));
    assert_eq!(stranger.send().await.unwrap().status(), 401);

    let deployed = event(&server, &["--action", "flow.deploy"]);
    assert_eq!(deployed["who"], "operator");
    assert_eq!(deployed["source"], "127.0.0.1");
    assert_eq!(deployed["target"]["id"], "Hello");
    assert_eq!(deployed["outcome"], "done");

    let deleted = event(&server, &["--action", "key.delete", "--target", key]);
    assert_eq!(deleted["key"], key);
    assert_eq!(deleted["target"]["name"], "key");

    let refused = event(&server, &["--correlation", correlation]);
    assert_eq!(refused["action"], "flow.call");
    assert_eq!(refused["who"], sender.id);
    assert_eq!(refused["key"], key);
    assert_eq!(refused["status"], 403);

    let api = ["--refused", "--action", "api.call"];
    let refused = event(&server, &api);
    assert_eq!(refused["who"], "anonymous");
    assert_eq!(refused["target"]["name"], "DELETE /operator/v1/flows/Hello");
    assert_eq!(refused["reason"], "bad-credential");

    let refusals = wait_for(|| {
        let refusals = events(&server, &["--refused"]);
        (refusals.len() == 3).then_some(refusals)
    });
    assert!(refusals.iter().all(|event| event["outcome"] == "refused"));
    let by_sender = events(&server, &["--who", &sender.id]);
    assert!(by_sender.iter().all(|event| event["who"] == sender.id));
    assert!(!by_sender.is_empty());

    assert_secrets_are_absent(&server, &[CANARY, &sender.secret]);
}

/// Neither people nor programs see a secret in the log.
fn assert_secrets_are_absent(server: &Server, secrets: &[&str]) {
    let people = text(&server.output(&["audit", "--limit", "1000"]).stdout);
    let programs = server.json(&["audit", "--limit", "1000"]).to_string();
    for shown in [&people, &programs] {
        assert!(
            shown.contains("credential.set") && shown.contains("api.call"),
            "{shown}"
        );
        for secret in secrets {
            assert!(!shown.contains(secret), "{secret} is in {shown}");
        }
    }
    assert!(people.contains("401 bad-credential"), "{people}");
    assert!(!people.contains('\u{1b}'), "colours belong on terminals");
    let heading = people.lines().next().unwrap();
    let words: Vec<_> = heading.split_whitespace().collect();
    assert_eq!(
        words,
        ["TIME", "WHO", "FROM", "ACTION", "TARGET", "OUTCOME"]
    );
}

#[test]
fn a_key_with_a_certificate_is_named_by_its_thumbprint() {
    let server = Server::start();
    server.json(&["instance", "create", "sender"]);
    server.json(&["key", "create", "sender", "mtls", "--type", "certificate"]);
    server.json(&["key", "delete", "sender", "mtls"]);
    let deleted = event(&server, &["--action", "key.delete"]);
    let thumbprint = deleted["thumbprint"].as_str().unwrap();
    assert_eq!(thumbprint.len(), 64, "{deleted}");
    let about: Vec<_> = events(&server, &["--target", thumbprint])
        .iter()
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(about, ["key.delete", "key.create"]);
}

#[tokio::test]
async fn asking_again_and_again_does_not_fill_the_log() {
    let server = Server::start();
    for _ in 0..40 {
        let call = server.call("GET", "/operator/v1/flows");
        assert_eq!(call.send().await.unwrap().status(), 401);
    }
    // The first is written at once; the others are counted until the minute is over.
    let first = event(&server, &["--refused"]);
    assert_eq!(first["target"]["name"], "GET /operator/v1/flows");
    assert_eq!(first["detail"], "");
}

#[test]
fn pages_lead_to_each_other() {
    let server = Server::start();
    for name in ["A.a", "B.b", "C.c"] {
        server.json(&["role", "create", name]);
    }
    let page = server.json(&["audit", "--action", "role", "--limit", "2"]);
    let next = page["next"].as_str().unwrap();
    let rest = server.json(&["audit", "--action", "role", "--before", next]);
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|event| event["target"]["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&page), ["C.c", "B.b"]);
    assert_eq!(names(&rest), ["A.a"]);
    assert_eq!(rest["next"], Value::Null);
}
