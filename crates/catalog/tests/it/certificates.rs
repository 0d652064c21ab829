//! Keys with a certificate that the server makes.

use lockgate_core::crypto::sha256;
use lockgate_core::ids::KeyId;
use lockgate_pki::certificate::{PublicKey, parse};
use lockgate_pki::pem;
use lockgate_store::keys;
use lockgate_testkit::log;
use lockgate_testkit::operator::{assert_error, assert_fields};
use rcgen::{KeyPair, PublicKeyData as _};
use serde_json::{Value, json};

use crate::outside::DAY;
use crate::server::Server;

/// A server with the instance `orders`.
async fn server() -> Server {
    let server = Server::start().await;
    server.instance("orders").await;
    server
}

async fn certificate(server: &Server, name: &str, parameters: Value) -> Value {
    let mut request = json!({"name": name, "parameters": {"key-type": "certificate"}});
    for (member, value) in parameters.as_object().unwrap() {
        request["parameters"][member] = value.clone();
    }
    let (status, key) = server.post("instances/orders/keys", request).await;
    assert_eq!(status, 201, "{key}");
    key
}

/// The certificates of a key, that of the sender first.
fn chain(key: &Value) -> Vec<Vec<u8>> {
    let text = key["credentials"]["oauth"]["certificate"].as_str().unwrap();
    let end = "-----END CERTIFICATE-----\n";
    let blocks = text.split_inclusive(end);
    blocks.map(|block| pem::read_one(block).unwrap()).collect()
}

#[tokio::test]
async fn the_key_json_holds_a_certificate_that_works() {
    let server = server().await;
    let key = certificate(&server, "k1", json!({"validity": 30, "key-length": 3072})).await;
    let [leaf, authority] = &chain(&key)[..] else {
        panic!("{key}");
    };
    let parsed = parse(leaf).unwrap();
    assert_eq!(parsed.public_key, PublicKey::Rsa(3072));
    let oauth = &key["credentials"]["oauth"];
    let pair = KeyPair::from_pem(oauth["key"].as_str().unwrap()).unwrap();
    assert_eq!(sha256(&pair.subject_public_key_info()), parsed.key);
    let details = json!({
        "issuerdn": parsed.names.issuer.text(),
        "subjectdn": parsed.names.subject.text(),
        "validuntil": "2026-01-31T00:00:00.000Z",
        "serialnumber": parsed.serial,
    });
    assert_eq!(oauth["certificatedetails"], details);
    assert_eq!(parse(authority).unwrap().names.subject, parsed.names.issuer);
    let found = server.presented(leaf).await.unwrap();
    assert_eq!(
        found.authenticated.key.to_string(),
        key["guid"].as_str().unwrap()
    );
    assert_eq!(oauth["clientid"], key["client_id"]);
    assert_eq!(oauth.get("clientsecret"), None);
}

#[tokio::test]
async fn a_certificate_stops_working_with_its_key_or_its_end() {
    let server = server().await;
    let one = certificate(&server, "k1", json!({"validity": 1})).await;
    let two = certificate(&server, "k2", json!({"validity": 2})).await;
    let (one, two) = (chain(&one).remove(0), chain(&two).remove(0));
    let names = |der: &[u8]| parse(der).unwrap().names;
    assert_eq!(names(&one), names(&two));
    server.clock.advance(DAY * 3 / 2);
    assert!(
        server
            .presented(&one)
            .await
            .unwrap_err()
            .contains("expired")
    );
    assert!(server.presented(&two).await.is_ok());
    assert_eq!(server.delete("instances/orders/keys/k2").await.0, 204);
    let gone = server.presented(&two).await.unwrap_err();
    assert!(gone.contains("deleted"), "{gone}");
}

#[tokio::test]
async fn lists_say_what_a_key_is_and_when_it_ends() {
    let server = server().await;
    let mut key = certificate(&server, "k1", json!({})).await;
    let thumbprint = parse(&chain(&key)[0]).unwrap().thumbprint.to_string();
    key.as_object_mut().unwrap().remove("credentials");
    let certificate = json!({"thumbprint": thumbprint, "pinned": true});
    assert_eq!(key["certificate"], certificate);
    assert_eq!(key["type"], "certificate");
    assert_eq!(key["expires_at"], "2027-01-01T00:00:00.000Z");
    let (_, list) = server.get("instances/orders/keys").await;
    assert_eq!(list, json!({"items": [key]}));
}

#[tokio::test]
async fn a_certificate_is_shown_again_only_where_keys_are_revealed() {
    let mut server = server().await;
    let key = certificate(&server, "k1", json!({})).await;
    assert_eq!(server.get("instances/orders/keys/k1").await.1, key);
    server.restart(None, false);
    certificate(&server, "k2", json!({})).await;
    for name in ["k1", "k2"] {
        let path = format!("instances/orders/keys/{name}");
        assert_eq!(server.get(&path).await.1["credentials"], json!(null));
    }
    server.restart(None, true);
    let again = server.get("instances/orders/keys/k2").await.1;
    assert_eq!(again["credentials"], json!(null));
}

#[tokio::test]
async fn a_private_key_is_nowhere_but_in_its_own_key() {
    let server = server().await;
    let key = certificate(&server, "k1", json!({})).await;
    let secret = key["credentials"]["oauth"]["key"].as_str().unwrap();
    let canary = secret.lines().nth(3).unwrap();
    let mut seen = format!("{:?}", server.events().await);
    for path in [
        "instances/orders",
        "instances/orders/keys",
        "keys/expiring?days=9000",
        "authorities",
        "authorities/issuing-1",
    ] {
        let (status, answer) = server.get(path).await;
        assert_eq!(status, 200, "{path}");
        seen.push_str(&answer.to_string());
    }
    seen.push_str(&log::lines());
    assert!(!seen.contains(canary));
    let id: KeyId = key["guid"].as_str().unwrap().parse().unwrap();
    let mut tx = server.store.read().await.unwrap();
    let row = keys::find(&mut tx, id).await.unwrap().unwrap();
    let sealed = row.sealed.clone().unwrap();
    let in_clear = sealed
        .windows(canary.len())
        .any(|bytes| bytes == canary.as_bytes());
    assert!(!in_clear && !format!("{row:?}").contains(canary));
}

#[tokio::test]
async fn certificates_need_client_credentials() {
    let server = Server::start().await;
    let request = json!({"name": "orders", "plan": "integration-flow",
        "parameters": {"grant-types": ["password"]}});
    assert_eq!(server.post("instances", request).await.0, 201);
    for parameters in [
        json!({"key-type": "certificate"}),
        json!({"key-type": "certificate_external", "X.509": "x"}),
    ] {
        let request = json!({"name": "k1", "parameters": parameters});
        let answer = server.post("instances/orders/keys", request).await;
        assert_error(&answer, 422, "LG-KEY-GRANT");
    }
    let answer = server
        .post("instances/orders/keys", json!({"name": "k1"}))
        .await;
    assert_eq!(answer.0, 201);
}

#[tokio::test]
async fn what_a_certificate_should_be_is_checked() {
    let server = server().await;
    let cases = [
        (
            json!({"key-type": "certificate", "validity": 0}),
            "parameters.validity",
        ),
        (
            json!({"key-type": "certificate", "validity": 366}),
            "parameters.validity",
        ),
        (
            json!({"key-type": "certificate", "key-length": 1024}),
            "parameters.key-length",
        ),
        (
            json!({"key-type": "certificate", "X.509": "x"}),
            "parameters.X.509",
        ),
    ];
    for (parameters, field) in cases {
        let request = json!({"name": "k1", "parameters": parameters});
        assert_fields(
            &server.post("instances/orders/keys", request).await,
            &[field],
        );
    }
    assert_eq!(server.get("authorities").await.1, json!({"items": []}));
}

#[tokio::test]
async fn keys_that_expire_soon_are_listed_with_their_place() {
    let server = server().await;
    server
        .post("instances/orders/keys", json!({"name": "secret"}))
        .await;
    for (name, days) in [("month", 30), ("week", 7), ("year", 365), ("day", 1)] {
        certificate(&server, name, json!({"validity": days})).await;
    }
    let names = async |path: &str| {
        let (status, list) = server.get(path).await;
        assert_eq!(status, 200, "{list}");
        let items = list["items"].as_array().unwrap().clone();
        let name = |item: &Value| format!("{} {}", item["name"].as_str().unwrap(), item["expired"]);
        items.iter().map(name).collect::<Vec<_>>()
    };
    let soon = names("keys/expiring").await;
    assert_eq!(soon, ["day false", "week false", "month false"]);
    assert_eq!(
        names("keys/expiring?days=29").await,
        ["day false", "week false"]
    );
    server.clock.advance(DAY * 2);
    let soon = names("keys/expiring?days=7").await;
    assert_eq!(soon, ["day true", "week false"]);
    assert_eq!(names("keys/expiring?days=4294967295").await.len(), 4);
    let (_, list) = server.get("keys/expiring").await;
    let first = &list["items"][0];
    assert_eq!(first["space"], "default/default");
    assert_eq!(first["instance"], "orders");
    assert_eq!(first.get("credentials"), None);
    for query in ["days=-1", "days=x", "days=1&days=2", "day=1"] {
        assert_eq!(server.get(&format!("keys/expiring?{query}")).await.0, 422);
    }
}
