//! Keys with a certificate that the sender brings.

use std::time::Duration;

use lockgate_catalog::Error;
use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_pki::{certificate, pem};
use lockgate_testkit::operator::{Answer, assert_error, assert_fields};
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::outside::{DAY, Outside};
use crate::server::{NOW, Server};

/// A server with the instances `orders` and `other`.
async fn server() -> Server {
    let server = Server::start().await;
    server.instance("orders").await;
    server.instance("other").await;
    server
}

async fn trust(server: &Server, name: &str, authority: &Outside) {
    let request = json!({"name": name, "certificate": authority.pem()});
    let (status, answer) = server.post("authorities", request).await;
    assert_eq!(status, 201, "{answer}");
}

async fn bring(server: &Server, instance: &str, name: &str, text: &str, pinned: bool) -> Answer {
    let parameters = json!({
        "key-type": "certificate_external", "X.509": text, "certificate-pinning": pinned,
    });
    let request = json!({"name": name, "parameters": parameters});
    server
        .post(&format!("instances/{instance}/keys"), request)
        .await
}

async fn brought(server: &Server, name: &str, der: &[u8], pinned: bool) -> Value {
    let (status, key) = bring(server, "orders", name, &pem::encode(der), pinned).await;
    assert_eq!(status, 201, "{key}");
    key
}

fn warnings(key: &Value) -> Vec<&str> {
    let warnings = key["warnings"].as_array().into_iter().flatten();
    warnings.map(|warning| warning.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_certificate_works_and_its_key_holds_no_secret() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    trust(&server, "partner", &partner).await;
    let der = partner.client("sender", NOW);
    let text = pem::encode(&der).replace('\n', "");
    let (status, key) = bring(&server, "orders", "k1", &text, true).await;
    assert_eq!(status, 201, "{key}");
    assert_eq!(warnings(&key), [""; 0]);
    let oauth = key["credentials"]["oauth"].as_object().unwrap();
    assert!(!oauth.contains_key("key") && !oauth.contains_key("clientsecret"));
    assert_eq!(oauth["certificate"], pem::encode(&der));
    let details = &oauth["certificatedetails"];
    assert_eq!(details["subjectdn"], "CN=sender,O=partner");
    assert_eq!(details["validuntil"], "2026-01-31T00:00:00.000Z");
    assert_eq!(key["expires_at"], details["validuntil"]);
    assert_eq!(key["type"], "certificate_external");
    let found = server.presented(&der).await.unwrap();
    assert_eq!(
        found.authenticated.key.to_string(),
        key["guid"].as_str().unwrap()
    );
    assert_eq!(
        server.get("instances/orders/keys/k1").await.1["credentials"],
        key["credentials"]
    );
}

/// A client certificate that nobody but its owner signed, with these attributes in its name.
fn own_signature(attributes: &[&str]) -> String {
    let mut parameters = CertificateParams::default();
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    parameters.distinguished_name = DistinguishedName::new();
    for attribute in attributes {
        parameters
            .distinguished_name
            .push(DnType::CommonName, *attribute);
    }
    let pair = KeyPair::generate().unwrap();
    pem::encode(parameters.self_signed(&pair).unwrap().der())
}

#[tokio::test]
async fn what_nobody_could_ever_use_is_refused_with_its_reason() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    trust(&server, "partner", &partner).await;
    let leaf = pem::encode(&partner.client("sender", NOW));
    let weak = include_str!("../../../pki/tests/it/weak.pem");
    let end = "-----END CERTIFICATE-----\n";
    let weak = weak.split_inclusive(end).next().unwrap();
    let cases = [
        ("no certificate?".to_owned(), "not Base64"),
        (format!("{leaf}{leaf}"), "more than one"),
        (leaf.replace("CERTIFICATE", "PRIVATE KEY"), "PRIVATE KEY"),
        (leaf[..400].to_owned(), "incomplete"),
        (partner.pem(), "certificate of an authority"),
        (pem::encode(&partner.server()), "client authentication"),
        (weak.to_owned(), "too weak"),
        (own_signature(&["CN"]), "signed by itself"),
        (own_signature(&[]), "no subject"),
    ];
    for (text, reason) in cases {
        let answer = bring(&server, "orders", "k1", &text, true).await;
        assert_fields(&answer, &["parameters.X.509"]);
        let message = answer.1["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{message}");
    }
    server.clock.advance(DAY * 31);
    let answer = bring(&server, "orders", "k1", &leaf, true).await;
    assert_fields(&answer, &["parameters.X.509"]);
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("expired"), "{message}");
}

#[tokio::test]
async fn a_certificate_belongs_to_one_key_of_all_instances() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    trust(&server, "partner", &partner).await;
    let der = partner.client("sender", NOW);
    brought(&server, "first", &der, true).await;
    let spelled_otherwise = pem::encode(&der).replace('\n', "\\n");
    for (instance, name, pinned) in [
        ("orders", "k2", true),
        ("other", "k1", true),
        ("other", "k1", false),
    ] {
        let answer = bring(&server, instance, name, &spelled_otherwise, pinned).await;
        assert_error(&answer, 409, "LG-CERTIFICATE-USED");
        let text = answer.1.to_string();
        assert!(
            !text.contains("first") && !text.contains("orders"),
            "{text}"
        );
    }
    assert_eq!(server.delete("instances/orders/keys/first").await.0, 204);
    let answer = bring(&server, "other", "k1", &spelled_otherwise, true).await;
    assert_eq!(answer.0, 201, "{}", answer.1);
}

#[tokio::test]
async fn of_many_who_bring_one_certificate_at_once_one_gets_it() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    let text = pem::encode(&partner.client("sender", NOW));
    let (one, two, three, four) = tokio::join!(
        bring(&server, "orders", "k1", &text, true),
        bring(&server, "other", "k1", &text, true),
        bring(&server, "orders", "k2", &text, true),
        bring(&server, "other", "k2", &text, true),
    );
    let mut statuses = [one, two, three, four].map(|answer| answer.0.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}

#[tokio::test]
async fn an_unknown_authority_is_fine_only_for_a_pinned_certificate_and_not_silently() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    let der = partner.client("sender", NOW);
    let answer = bring(&server, "orders", "k1", &pem::encode(&der), false).await;
    assert_fields(&answer, &["parameters.X.509"]);
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("CN=partner,O=partner"), "{message}");
    let key = brought(&server, "k1", &der, true).await;
    assert!(
        warnings(&key)[0].contains("lockgate authority add"),
        "{key}"
    );
    assert!(server.presented(&der).await.is_err());
    trust(&server, "partner", &partner).await;
    assert!(server.presented(&der).await.is_ok());
    let (_, shown) = server.get("authorities/partner").await;
    assert_eq!(shown["keys"], json!(["orders/k1"]));
}

#[tokio::test]
async fn a_certificate_of_the_future_is_taken_with_a_warning() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    trust(&server, "partner", &partner).await;
    let der = partner.client("sender", NOW.plus(DAY));
    let key = brought(&server, "k1", &der, false).await;
    assert!(warnings(&key)[0].contains("not accepted before"), "{key}");
    assert!(server.presented(&der).await.is_err());
    server.clock.advance(DAY);
    assert!(server.presented(&der).await.is_ok());
}

#[tokio::test]
async fn an_unpinned_certificate_is_renewed_and_never_rolled_back() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    trust(&server, "partner", &partner).await;
    let old = partner.client("sender", NOW);
    let key = brought(&server, "k1", &old, false).await;
    assert_eq!(key["certificate"]["pinned"], false);
    assert_eq!(key.get("expires_at"), None);
    server.clock.advance(DAY * 40);
    let new = partner.client("sender", NOW.plus(DAY * 25));
    let found = server.presented(&new).await.unwrap();
    let (id, newest) = (found.authenticated.key, found.advance.unwrap());
    let actor = Actor::SERVER;
    let advance = async |at| {
        server
            .catalog
            .advance_certificate(&actor, id, at)
            .await
            .unwrap()
    };
    assert!(advance(newest).await);
    assert!(!advance(newest).await);
    assert!(!advance(Timestamp::from_secs(newest.secs() - 1)).await);
    assert_eq!(server.presented(&new).await.unwrap().advance, None);
    let issued_between = partner.client("sender", NOW.plus(DAY * 20));
    let refused = server.presented(&issued_between).await.unwrap_err();
    assert!(refused.contains("newer certificate"), "{refused}");
    let events = server.events().await;
    let advances = events
        .iter()
        .filter(|event| event.action == "certificate.advance");
    assert_eq!(advances.count(), 1);
    let nobody = KeyId(Uuid::from_u128(9));
    let unknown = server
        .catalog
        .advance_certificate(&actor, nobody, newest)
        .await;
    assert!(matches!(unknown, Err(Error::NoKey(_))));
}

/// What is there, what comes, and whether that is worth a warning.
#[tokio::test]
async fn names_that_cannot_be_told_apart_are_a_warning() {
    let cases = [
        (true, true, false),
        (true, false, true),
        (false, true, true),
        (false, false, true),
    ];
    let partner = Outside::new("partner", 400);
    let (one, two) = (partner.client("sender", NOW), partner.client("sender", NOW));
    let different = partner.client("another sender", NOW);
    for (first, second, warned) in cases {
        let server = server().await;
        trust(&server, "partner", &partner).await;
        brought(&server, "k1", &one, first).await;
        let key = brought(&server, "k2", &two, second).await;
        assert_eq!(
            warnings(&key).len(),
            usize::from(warned),
            "{first} {second}"
        );
        let refused = server.presented(&two).await.is_err();
        assert_eq!(refused, warned, "{first} {second}");
        let key = brought(&server, "k3", &different, false).await;
        assert_eq!(warnings(&key), [""; 0]);
    }
}

#[tokio::test]
async fn another_authority_of_the_same_name_does_not_open_an_unpinned_key() {
    let server = server().await;
    let (partner, impostor) = (Outside::new("partner", 400), Outside::new("partner", 401));
    trust(&server, "partner", &partner).await;
    trust(&server, "impostor", &impostor).await;
    brought(&server, "k1", &partner.client("sender", NOW), false).await;
    let later = NOW.plus(Duration::from_secs(3600));
    server.clock.advance(DAY / 2);
    assert!(
        server
            .presented(&impostor.client("sender", later))
            .await
            .is_err()
    );
    let renewed = partner.client("sender", later);
    assert!(server.presented(&renewed).await.is_ok());
    assert_eq!(
        certificate::parse(&renewed).unwrap().names.subject.text(),
        "CN=sender,O=partner"
    );
}

#[tokio::test]
async fn pinning_is_a_matter_of_the_plan_for_flows() {
    let server = Server::start().await;
    let request = json!({"name": "orders", "plan": "api",
        "parameters": {"roles": ["MonitoringDataRead"]}});
    assert_eq!(server.post("instances", request).await.0, 201);
    let partner = Outside::new("partner", 400);
    let text = pem::encode(&partner.client("sender", NOW));
    let answer = bring(&server, "orders", "k1", &text, false).await;
    assert_fields(&answer, &["parameters.certificate-pinning"]);
    let parameters = json!({"key-type": "certificate_external", "X.509": text});
    let request = json!({"name": "k1", "parameters": parameters});
    let (status, key) = server.post("instances/orders/keys", request).await;
    assert_eq!(
        (status.as_u16(), &key["certificate"]["pinned"]),
        (201, &json!(true))
    );
}
