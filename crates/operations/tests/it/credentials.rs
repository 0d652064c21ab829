use lockgate_store::changes::Topic;
use lockgate_store::materials;
use lockgate_testkit::log;
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;

use crate::server::Server;

const CANARY: &str = "hunter2-canary";

#[tokio::test]
async fn credentials_are_shown_without_their_secrets() {
    let server = Server::start().await;
    let user = json!({"kind": "user", "user": "u", "password": CANARY, "description": "backend"});
    let (status, answer) = server.put("credentials/SAP%20Backend", user).await;
    assert_eq!(status, 200);
    let expected = json!({"name": "SAP Backend", "kind": "user", "description": "backend", "user": "u",
        "updated_at": "2026-01-01T00:00:00.000Z", "deployed_by": "operator"});
    assert_eq!(answer, expected);
    let oauth2 = json!({"kind": "oauth2", "client_id": "c", "client_secret": CANARY,
        "token_url": "https://idp.example.org/token", "scope": "read"});
    let (_, other) = server.put("credentials/idp", oauth2).await;
    assert_eq!(
        other,
        json!({"name": "idp", "kind": "oauth2", "description": "", "user": "c",
            "token_url": "https://idp.example.org/token", "scope": "read", "in_body": false,
            "updated_at": "2026-01-01T00:00:00.000Z", "deployed_by": "operator"})
    );
    let secure = json!({"kind": "secure", "value": CANARY});
    let (_, secure) = server.put("credentials/key", secure).await;
    assert_eq!(
        secure,
        json!({"name": "key", "kind": "secure", "description": "", "user": "",
            "updated_at": "2026-01-01T00:00:00.000Z", "deployed_by": "operator"})
    );
    assert_eq!(server.get("credentials/idp").await.1, other);
    assert_eq!(
        server.get("credentials").await.1,
        json!({"items": [expected, other, secure]})
    );
}

#[tokio::test]
async fn the_runtime_can_open_what_was_sealed() {
    let server = Server::start().await;
    let mut follower = server.store.follow();
    let before = follower.changed().await;
    follower.applied(&before);
    let watcher = tokio::spawn(async move {
        let revisions = follower.changed().await;
        follower.applied(&revisions);
        revisions.of(Topic::Materials) - before.of(Topic::Materials)
    });
    let user = json!({"kind": "user", "user": "u", "password": CANARY});
    server.put("credentials/n", user).await;
    assert_eq!(watcher.await.unwrap(), 1);
    let mut tx = server.store.read().await.unwrap();
    let material = materials::find(&mut tx, "n").await.unwrap().unwrap();
    let opened = server
        .vault
        .open("material/n", &material.sealed_secret)
        .unwrap();
    assert_eq!(opened.expose(), CANARY.as_bytes());
    assert!(!format!("{material:?}").contains(CANARY));
}

#[tokio::test]
async fn a_credential_is_replaced_and_deleted() {
    let server = Server::start().await;
    let user = |name: &str| json!({"kind": "user", "user": name, "password": CANARY});
    server.put("credentials/n", user("one")).await;
    server.put("credentials/n", user("two")).await;
    assert_eq!(server.get("credentials/n").await.1["user"], "two");
    assert_eq!(server.delete("credentials/n").await.0, 204);
    assert_error(&server.get("credentials/n").await, 404, "LG-CREDENTIAL");
    assert_error(&server.delete("credentials/n").await, 404, "LG-CREDENTIAL");
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = Server::start().await;
    let answer = server
        .put(
            "credentials/%20x",
            json!({"kind": "user", "pasword": CANARY}),
        )
        .await;
    assert_fields(&answer, &["name", "user", "password", "pasword"]);
    assert!(!answer.1.to_string().contains(CANARY));
    assert_fields(
        &server.put("credentials/n", json!({"kind": "pgp"})).await,
        &["kind"],
    );
}

#[tokio::test]
async fn secrets_appear_in_no_log() {
    let server = Server::start().await;
    for request in [
        json!({"kind": "user", "user": "u", "password": CANARY}),
        json!({"kind": "oauth2", "client_id": "c", "client_secret": CANARY, "token_url": "x"}),
    ] {
        server.put("credentials/n", request).await;
    }
    let lines = log::lines();
    assert!(
        lines.contains("credential deployed"),
        "the log was not captured"
    );
    assert!(!lines.contains(CANARY));
}
