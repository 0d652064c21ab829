use lockgate_core::client::AuthFailure;
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::KeyId;
use lockgate_core::limits;
use lockgate_core::random::SeededRandom;
use lockgate_store::instances;
use lockgate_store::keys::{self, Credential};
use lockgate_testkit::log;
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{NOW, Server};

async fn server_with_instance() -> Server {
    let server = Server::start().await;
    let request = json!({"name": "orders", "plan": "integration-flow"});
    assert_eq!(server.post("instances", request).await.0, 201);
    server
}

async fn created(server: &Server, name: &str) -> Value {
    let (status, answer) = server
        .post("instances/orders/keys", json!({"name": name}))
        .await;
    assert_eq!(status, 201, "{answer}");
    answer
}

fn secret(key: &Value) -> &str {
    key["credentials"]["oauth"]["clientsecret"]
        .as_str()
        .unwrap()
}

/// Whether the clients of this instance can prove themselves with `secret`.
async fn authenticates(server: &Server, key: &Value) -> Result<KeyId, AuthFailure> {
    let client_id = key["client_id"].as_str().unwrap();
    let directory = server.directory().await;
    let proven = directory.authenticate(client_id, secret(key), NOW);
    proven.map(|authenticated| authenticated.key)
}

#[tokio::test]
async fn a_key_has_the_shape_of_real_ones_and_works() {
    let server = server_with_instance().await;
    let key = created(&server, "k1").await;
    let client_id = server.get("instances/orders").await.1["client_id"].clone();
    let expected = json!({
        "guid": key["guid"], "name": "k1", "type": "clientsecret", "instance": "orders", "client_id": client_id,
        "created_at": "2026-01-01T00:00:00.000Z",
        "credentials": {"oauth": {
            "clientid": client_id, "clientsecret": secret(&key),
            "url": "https://acme.it-runtime.example.org",
            "createdate": "2026-01-01T00:00:00.000Z",
            "tokenurl": "https://acme.authentication.example.org/oauth/token",
        }},
    });
    assert_eq!(key, expected);
    let proven = authenticates(&server, &key).await.unwrap();
    assert_eq!(proven.to_string(), key["guid"].as_str().unwrap());
}

#[tokio::test]
async fn a_key_is_shown_again_by_name_and_guid() {
    let server = server_with_instance().await;
    let key = created(&server, "k1").await;
    let guid = key["guid"].as_str().unwrap();
    assert_eq!(server.get("instances/orders/keys/k1").await.1, key);
    assert_eq!(
        server.get(&format!("instances/orders/keys/{guid}")).await.1,
        key
    );
}

#[tokio::test]
async fn lists_show_no_credentials() {
    let server = server_with_instance().await;
    let mut key = created(&server, "k1").await;
    key.as_object_mut().unwrap().remove("credentials");
    let (_, list) = server.get("instances/orders/keys").await;
    assert_eq!(list, json!({"items": [key]}));
}

#[tokio::test]
async fn a_server_that_does_not_reveal_keys_shows_them_once_and_keeps_nothing() {
    let mut server = server_with_instance().await;
    let stored_before = created(&server, "before").await;
    server.restart(None, false);
    let key = created(&server, "k1").await;
    assert!(authenticates(&server, &key).await.is_ok());
    assert_eq!(
        server.get("instances/orders/keys/k1").await.1["credentials"],
        json!(null)
    );
    let before = server.get("instances/orders/keys/before").await.1;
    assert_eq!(before["credentials"], json!(null));
    server.restart(None, true);
    assert_eq!(
        server.get("instances/orders/keys/k1").await.1["credentials"],
        json!(null)
    );
    let before = server.get("instances/orders/keys/before").await.1;
    assert_eq!(before, stored_before);
}

#[tokio::test]
async fn keys_sealed_under_another_master_key_are_not_shown() {
    let mut server = server_with_instance().await;
    created(&server, "k1").await;
    server.restart(Some(MasterKey::generate(&SeededRandom::new(99))), true);
    let answer = server.get("instances/orders/keys/k1").await;
    assert_error(&answer, 500, "LG-INTERNAL");
}

#[tokio::test]
async fn each_key_of_an_instance_works_until_it_is_deleted() {
    let server = server_with_instance().await;
    let (one, two) = (created(&server, "k1").await, created(&server, "k2").await);
    assert_ne!(secret(&one), secret(&two));
    assert!(authenticates(&server, &one).await.is_ok());
    assert_eq!(server.delete("instances/orders/keys/k1").await.0, 204);
    assert_eq!(
        authenticates(&server, &one).await,
        Err(AuthFailure::WrongSecret)
    );
    assert!(authenticates(&server, &two).await.is_ok());
    let guid = two["guid"].as_str().unwrap();
    assert_eq!(
        server
            .delete(&format!("instances/orders/keys/{guid}"))
            .await
            .0,
        204
    );
    assert_eq!(
        authenticates(&server, &two).await,
        Err(AuthFailure::NoSecret)
    );
    assert_error(
        &server.delete("instances/orders/keys/k2").await,
        404,
        "LG-KEY",
    );
}

#[tokio::test]
async fn a_key_belongs_to_its_instance_only() {
    let server = server_with_instance().await;
    let key = created(&server, "k1").await;
    let guid = key["guid"].as_str().unwrap();
    let other = json!({"name": "other", "plan": "integration-flow"});
    server.post("instances", other).await;
    for key in ["k1", guid] {
        let path = format!("instances/other/keys/{key}");
        assert_error(&server.get(&path).await, 404, "LG-KEY");
        assert_error(&server.delete(&path).await, 404, "LG-KEY");
    }
}

#[tokio::test]
async fn a_key_name_is_taken_once_per_instance() {
    let server = server_with_instance().await;
    created(&server, "k1").await;
    let answer = server
        .post("instances/orders/keys", json!({"name": "k1"}))
        .await;
    assert_error(&answer, 409, "LG-KEY-NAME");
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("Key binding names must be unique"),
        "{message}"
    );
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = server_with_instance().await;
    let long = "x".repeat(limits::KEY_NAME + 1);
    let cases: [(Value, &[&str]); 6] = [
        (json!({}), &["name"]),
        (json!({"name": long}), &["name"]),
        (json!({"name": "k", "instance": "x"}), &["instance"]),
        (json!({"name": "k", "parameters": []}), &["parameters"]),
        (
            json!({"name": "k", "parameters": {"key-type": "pgp"}}),
            &["parameters.key-type"],
        ),
        (
            json!({"name": "", "parameters": {"roles": []}}),
            &["name", "parameters.roles"],
        ),
    ];
    for (request, fields) in cases {
        assert_fields(&server.post("instances/orders/keys", request).await, fields);
    }
}

#[tokio::test]
async fn an_instance_has_a_limited_number_of_keys() {
    let server = server_with_instance().await;
    created(&server, "k1").await;
    let mut tx = server.store.begin().await.unwrap();
    let orders = instances::named(&mut tx, "orders").await.unwrap().remove(0);
    let template = keys::list(&mut tx, orders.id).await.unwrap().remove(0);
    for n in 1..limits::INSTANCE_KEYS {
        let mut key = template.clone();
        key.id = KeyId(Uuid::from_u128(n as u128));
        key.credential = Credential::Secret {
            secret_id: key.id.0,
            digest: [0; 32],
        };
        key.name = format!("n{n}");
        keys::insert(&mut tx, &key).await.unwrap();
    }
    tx.commit().await.unwrap();
    let answer = server
        .post("instances/orders/keys", json!({"name": "one-more"}))
        .await;
    assert_error(&answer, 409, "LG-KEY-LIMIT");
}

#[tokio::test]
async fn secrets_appear_in_no_log_and_no_answer_but_those_of_the_key_itself() {
    let server = server_with_instance().await;
    let key = created(&server, "k1").await;
    let canary = secret(&key).split_once('$').unwrap().1;
    server.get("instances/orders/keys/k1").await;
    let mut seen = String::new();
    for path in [
        "instances",
        "instances/orders",
        "instances/orders/keys",
        "roles",
        "offerings",
    ] {
        seen.push_str(&server.get(path).await.1.to_string());
    }
    let repeated = server
        .post("instances/orders/keys", json!({"name": "k1"}))
        .await;
    seen.push_str(&repeated.1.to_string());
    seen.push_str(
        &server
            .patch("instances/orders", json!({"name": "o2"}))
            .await
            .1
            .to_string(),
    );
    server.delete("instances/o2?purge=true").await;
    seen.push_str(&log::lines());
    seen.push_str(&format!("{:?}", server.events().await));
    assert!(seen.contains("key.create"), "there is no audit log");
    assert!(!seen.contains(canary));
}

#[tokio::test]
async fn the_database_holds_no_secret_in_the_clear() {
    let server = server_with_instance().await;
    let key = created(&server, "k1").await;
    let canary = secret(&key).split_once('$').unwrap().1;
    let mut tx = server.store.read().await.unwrap();
    let id: KeyId = key["guid"].as_str().unwrap().parse().unwrap();
    let row = keys::find(&mut tx, id).await.unwrap().unwrap();
    let sealed = row.sealed.clone().unwrap();
    assert!(
        !sealed
            .windows(canary.len())
            .any(|bytes| bytes == canary.as_bytes())
    );
    assert!(!format!("{row:?}").contains(canary));
}
