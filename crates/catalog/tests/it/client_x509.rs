//! Instances from before certificates were a type of key.

use lockgate_store::instances;
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};

use crate::server::{NOW, Server};

/// A server with an instance that has the grant type of old, and a key of it.
async fn server() -> (Server, Value) {
    let server = Server::start().await;
    server.instance("orders").await;
    let (_, key) = server
        .post("instances/orders/keys", json!({"name": "old"}))
        .await;
    let mut tx = server.store.begin().await.unwrap();
    let mut instance = instances::named(&mut tx, "orders").await.unwrap().remove(0);
    instance.parameters.grant_types = vec!["client_x509".to_owned()];
    assert!(instances::update(&mut tx, &instance).await.unwrap());
    tx.commit().await.unwrap();
    (server, key)
}

#[tokio::test]
async fn nothing_new_gets_the_old_grant_type() {
    let server = Server::start().await;
    for grants in [
        json!(["client_x509"]),
        json!(["client_credentials", "client_x509"]),
    ] {
        let request = json!({"name": "orders", "plan": "integration-flow",
            "parameters": {"grant-types": grants}});
        let answer = server.post("instances", request).await;
        assert_fields(&answer, &["parameters.grant-types"]);
    }
}

#[tokio::test]
async fn updates_fail_until_one_replaces_it() {
    let (server, _) = server().await;
    for change in [
        json!({"parameters": {"token-validity": 7200}}),
        json!({"parameters": {"grant-types": ["client_x509", "client_credentials"]}}),
        json!({"name": "renamed"}),
    ] {
        let answer = server.patch("instances/orders", change).await;
        assert_fields(&answer, &["parameters.grant-types"]);
    }
    let change = json!({"parameters": {"grant-types": ["client_credentials"]}});
    let (status, updated) = server.patch("instances/orders", change).await;
    assert_eq!(status, 200, "{updated}");
    let request = json!({"name": "new"});
    assert_eq!(server.post("instances/orders/keys", request).await.0, 201);
}

#[tokio::test]
async fn there_are_no_new_keys_and_the_old_ones_go_on() {
    let (server, key) = server().await;
    for parameters in [json!({}), json!({"key-type": "certificate"})] {
        let request = json!({"name": "new", "parameters": parameters});
        let answer = server.post("instances/orders/keys", request).await;
        assert_error(&answer, 422, "LG-CLIENT-X509");
    }
    assert_eq!(server.get("instances/orders/keys/old").await.1, key);
    let secret = key["credentials"]["oauth"]["clientsecret"]
        .as_str()
        .unwrap();
    let client_id = key["client_id"].as_str().unwrap();
    let directory = server.directory().await;
    let found = directory.authenticate(client_id, secret, NOW).unwrap();
    assert_eq!(found.client.grant_types, ["client_credentials"]);
    assert_eq!(server.delete("instances/orders/keys/old").await.0, 204);
    assert_eq!(server.delete("instances/orders").await.0, 204);
}
