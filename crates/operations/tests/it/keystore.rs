//! The keystore through the operator API.

use std::time::Duration;

use lockgate_core::random::SeededRandom;
use lockgate_pki::authority::{Authority, Issued, KeySize, Subject};
use lockgate_pki::pem;
use lockgate_store::changes::Topic;
use lockgate_store::keystore;
use lockgate_testkit::log;
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;

use crate::server::{NOW, Server};

/// A certificate with its key and its authority's certificate.
fn issued() -> (Issued, String) {
    let random = SeededRandom::new(3);
    let subject = |name: &str| Subject {
        common_name: name.to_owned(),
        ..Subject::default()
    };
    let year = Duration::from_secs(365 * 86_400);
    let authority = Authority::generate(&subject("root"), year, NOW, &random).unwrap();
    let issued = authority.issue_client(&subject("flow"), KeySize::Bits2048, 9, NOW, &random);
    (issued.unwrap(), pem::encode(authority.certificate()))
}

#[tokio::test]
async fn certificates_are_added_shown_and_deleted() {
    let server = Server::start().await;
    let (issued, root) = issued();
    let mut follower = server.store.follow();
    let before = follower.changed().await;
    follower.applied(&before);
    let watcher = tokio::spawn(async move {
        let revisions = follower.changed().await;
        follower.applied(&revisions);
        revisions.of(Topic::Materials) - before.of(Topic::Materials)
    });
    let (status, added) = server
        .put("keystore/root", json!({"certificates": root}))
        .await;
    assert_eq!(status, 200);
    assert_eq!(watcher.await.unwrap(), 1, "receivers have to hear of it");
    for (name, value) in [
        ("alias", "root"),
        ("kind", "certificate"),
        ("subject", "CN=root"),
        ("issuer", "CN=root"),
        ("key", "P-256"),
        ("certificates", &root),
        ("modified_by", "operator"),
        ("modified_at", "2026-01-01T00:00:00.000Z"),
    ] {
        assert_eq!(added[name], value, "{name}");
    }
    assert_eq!(server.get("keystore/root").await.1, added);
    assert_eq!(server.get("keystore").await.1, json!({"items": [added]}));

    let other = json!({"certificates": pem::encode(&issued.certificate)});
    assert_error(
        &server.put("keystore/root", other.clone()).await,
        409,
        "LG-KEYSTORE-TAKEN",
    );
    let mut update = other;
    update["update"] = json!(true);
    let (_, updated) = server.put("keystore/root", update).await;
    assert_eq!(updated["subject"], "CN=flow");
    assert_eq!(server.delete("keystore/root").await.0, 204);
    assert_error(
        &server.delete("keystore/root").await,
        404,
        "LG-KEYSTORE-ENTRY",
    );
    assert_error(&server.get("keystore/root").await, 404, "LG-KEYSTORE-ENTRY");
}

#[tokio::test]
async fn the_key_of_a_key_pair_is_sealed_and_never_shown() {
    let server = Server::start().await;
    let (issued, root) = issued();
    let key = issued.key_pem.expose().as_str();
    let request = json!({"certificates": issued.chain_pem, "key": key});
    let (status, added) = server.put("keystore/flow", request.clone()).await;
    assert_eq!(status, 200);
    assert_eq!(added["kind"], "key-pair");
    assert_eq!(added["certificates"], issued.chain_pem);
    let secret = key.lines().nth(3).unwrap();
    assert!(!added.to_string().contains(secret));
    assert!(!log::lines().contains(secret));

    let mut tx = server.store.read().await.unwrap();
    let row = keystore::find(&mut tx, "flow").await.unwrap().unwrap();
    let sealed = row.sealed_key.unwrap();
    assert!(server.vault.open("keystore/flow", &sealed).is_ok());
    drop(tx);

    assert_error(
        &server.put("keystore/flow", request).await,
        409,
        "LG-KEYSTORE-TAKEN",
    );
    let foreign = json!({"certificates": root, "key": key});
    assert_error(
        &server.put("keystore/n", foreign).await,
        422,
        "LG-KEYSTORE-UNUSABLE",
    );
    let certificate = json!({"certificates": root, "update": true});
    assert_error(
        &server.put("keystore/flow", certificate).await,
        422,
        "LG-KEYSTORE-UNUSABLE",
    );
}

#[tokio::test]
async fn what_cannot_be_an_entry_is_refused() {
    let server = Server::start().await;
    let (issued, root) = issued();
    assert_fields(
        &server.put("keystore/n", json!({})).await,
        &["certificates"],
    );
    let request = json!({"certificates": root, "key": "", "updat": true});
    assert_fields(&server.put("keystore/n", request).await, &["key", "updat"]);
    assert_fields(
        &server
            .put("keystore/%20n", json!({"certificates": root}))
            .await,
        &["name"],
    );
    for (certificates, key) in [
        ("hello", json!(null)),
        (&*issued.chain_pem, json!(null)),
        (&*issued.chain_pem, json!("hello")),
        (&*root, json!(issued.key_pem.expose())),
    ] {
        let mut request = json!({"certificates": certificates});
        if !key.is_null() {
            request["key"] = key;
        }
        let answer = server.put("keystore/n", request).await;
        assert_error(&answer, 422, "LG-KEYSTORE-UNUSABLE");
    }
    assert_eq!(server.get("keystore").await.1, json!({"items": []}));
}
