//! Bindings: bind, fetch, rotate, unbind.

use std::time::Duration;

use lockgate_core::random::SeededRandom;
use lockgate_pki::authority::{Authority, KeySize, Subject};
use lockgate_pki::pem;
use serde_json::{Value, json};

use crate::world::{API, B1, FLOW, I1, NOW, SERVICE, World, binding, instance};

const B2: &str = "service_instances/i-1/service_bindings/b-2";

fn certificate(days: u32) -> Value {
    binding(json!({"parameters": {"key-type": "certificate", "validity": days}}))
}

/// 2.13, both editions: 201 with credentials, then 200 with the very same.
#[tokio::test]
async fn a_binding_is_created_once_and_repeated_with_the_same_credentials() {
    let world = World::new().await;
    let cf = world.cf();
    let credentials = cf.bound().await;
    let oauth = &credentials["oauth"];
    for member in ["clientid", "clientsecret", "url", "tokenurl", "createdate"] {
        assert!(oauth[member].is_string(), "{member}");
    }
    for body in [
        binding(json!({})),
        binding(json!({"parameters": {}})),
        binding(json!({"app_guid": "x", "bind_resource": {"app_guid": "x"}, "context": {}})),
    ] {
        let answer = cf.put(B1, &body).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(answer.body, json!({"credentials": credentials}));
    }
    let id = world.catalog.all().await.unwrap()[0].id;
    assert_eq!(world.catalog.keys_of(&[id]).await.unwrap().len(), 1);
}

/// 2.13, npm edition: 409 with an empty object for the same id with other attributes.
#[tokio::test]
async fn the_same_id_with_other_attributes_is_a_conflict() {
    let world = World::new().await;
    let cf = world.cf();
    cf.bound().await;
    for change in [
        json!({"plan_id": API}),
        json!({"parameters": {"key-type": "clientsecret"}}),
        json!({"parameters": {"key-type": "certificate"}}),
    ] {
        let answer = cf.put(B1, &binding(change.clone())).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body),
            (409, json!({})),
            "{change}"
        );
    }
}

/// 2.13: wrong parameters, a plan that is not that of the instance, no such instance.
#[tokio::test]
async fn a_refused_binding_leaves_nothing() {
    let world = World::new().await;
    let cf = world.cf();
    let no_instance = cf.put(B1, &binding(json!({}))).await;
    assert_eq!(no_instance.status, 404);
    assert!(no_instance.description().contains("i-1"));
    cf.provisioned().await;
    for change in [
        json!({"plan_id": API}),
        json!({"parameters": {"can-not": "be-good"}}),
        json!({"parameters": {"key-type": "certificate", "validity": 366}}),
        json!({"parameters": {"key-type": "certificate_external"}}),
        json!({"parameters": "x"}),
    ] {
        let answer = cf.put(B1, &binding(change.clone())).await;
        assert_eq!(answer.status, 400, "{change}");
        assert!(!answer.description().is_empty());
    }
    assert_eq!(cf.get(B1).await.status, 404);
    assert_eq!(cf.delete(B1).await.status, 410);
}

/// 2.14: as bind answered, with the parameters.
#[tokio::test]
async fn a_binding_can_be_fetched() {
    let world = World::new().await;
    let cf = world.cf();
    let credentials = cf.bound().await;
    let answer = cf
        .get(&format!("{B1}?service_id={SERVICE}&plan_id={FLOW}"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        json!({"credentials": credentials, "parameters": {}})
    );
    let unknown = cf.get(B2).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.description().contains("b-2"));
}

/// 2.13, both editions: 200, then 410, each with an empty object.
#[tokio::test]
async fn a_deleted_binding_is_gone() {
    let world = World::new().await;
    let cf = world.cf();
    let before = cf.bound().await;
    for status in [200, 410] {
        let answer = cf.delete(B1).await;
        assert_eq!((answer.status.as_u16(), answer.body), (status, json!({})));
    }
    assert_eq!(cf.get(B1).await.status, 404);
    assert_eq!(cf.get(I1).await.status, 200);
    // The id may be used again, for another secret.
    let again = cf.put(B1, &binding(json!({}))).await;
    assert_eq!(again.status, 201);
    assert_ne!(again.body["credentials"], before);
}

/// A server that shows credentials once cannot repeat them, and says so.
#[tokio::test]
async fn credentials_that_are_not_kept_cannot_be_repeated() {
    let mut world = World::new().await;
    world.cf().provisioned().await;
    world.restart(false).await;
    let cf = world.cf();
    assert_eq!(cf.put(B1, &binding(json!({}))).await.status, 201);
    for answer in [cf.put(B1, &binding(json!({}))).await, cf.get(B1).await] {
        assert_eq!(answer.status, 422);
        assert!(
            answer.description().contains("shown once"),
            "{}",
            answer.body
        );
    }
    let other = binding(json!({"parameters": {"key-type": "clientsecret"}}));
    assert_eq!(cf.put(B1, &other).await.status, 409);
    assert_eq!(cf.delete(B1).await.status, 200);
}

/// 2.16: `expires_at`; 2.17: `renew_before`. Written with one digit behind the second.
#[tokio::test]
async fn a_certificate_says_when_it_ends_to_platforms_that_know_of_it() {
    let world = World::new().await;
    world.cf().provisioned().await;
    let created = world.cf().put(B1, &certificate(30)).await;
    assert_eq!(created.status, 201, "{}", created.body);
    assert!(created.body["credentials"]["oauth"]["key"].is_string());
    let life = json!({
        "expires_at": "2026-01-31T00:00:00.0Z", "renew_before": "2026-01-21T00:00:00.0Z",
    });
    for (version, metadata) in [
        ("2.17", Some(life)),
        (
            "2.16",
            Some(json!({"expires_at": "2026-01-31T00:00:00.0Z"})),
        ),
        ("2.15", None),
        ("2.13", None),
    ] {
        let cf = world.cf().version(version);
        for answer in [cf.put(B1, &certificate(30)).await, cf.get(B1).await] {
            assert_eq!(answer.status, 200);
            assert_eq!(answer.body.get("metadata"), metadata.as_ref(), "{version}");
            assert_eq!(answer.body["credentials"], created.body["credentials"]);
        }
    }
}

/// A certificate of somebody else, as people paste it.
fn brought() -> Value {
    let random = SeededRandom::new(7);
    let subject = |name: &str| Subject {
        common_name: name.to_owned(),
        ..Subject::default()
    };
    let life = Duration::from_secs(400 * 24 * 60 * 60);
    let authority = Authority::generate(&subject("partner"), life, NOW, &random).unwrap();
    let size = KeySize::Bits2048;
    let issued = authority.issue_client(&subject("sender"), size, 30, NOW, &random);
    let pem = pem::encode(&issued.unwrap().certificate).replace('\n', "");
    binding(json!({"parameters": {"key-type": "certificate_external", "X.509": pem}}))
}

/// One certificate is good for one key, whoever asks; asking again for the same is no second use.
#[tokio::test]
async fn a_certificate_is_good_for_one_binding() {
    let world = World::new().await;
    let cf = world.cf();
    cf.provisioned().await;
    let request = brought();
    let created = cf.put(B1, &request).await;
    assert_eq!(created.status, 201, "{}", created.body);
    assert!(created.body["credentials"]["oauth"].get("key").is_none());
    let again = cf.put(B1, &request).await;
    assert_eq!((again.status.as_u16(), again.body), (200, created.body));
    for second in [&request, &json!({"predecessor_binding_id": "b-1"})] {
        let answer = cf.put(B2, second).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(
            answer.description().contains("only once"),
            "{}",
            answer.body
        );
    }
    assert_eq!(cf.delete(B1).await.status, 200);
    assert_eq!(cf.put(B2, &request).await.status, 201);
}

/// 2.17: a successor with the parameters of its predecessor; both are good.
#[tokio::test]
async fn a_binding_can_be_rotated() {
    let world = World::new().await;
    let cf = world.cf();
    cf.provisioned().await;
    let old = cf.put(B1, &certificate(30)).await.body;
    let rotate = json!({"predecessor_binding_id": "b-1"});
    let new = cf.put(B2, &rotate).await;
    assert_eq!(new.status, 201, "{}", new.body);
    assert_ne!(new.body["credentials"], old["credentials"]);
    let fetched = cf.get(B2).await.body;
    assert_eq!(
        fetched["parameters"],
        json!({"key-type": "certificate", "validity": 30})
    );
    let again = cf.put(B2, &rotate).await;
    assert_eq!((again.status.as_u16(), again.body), (200, new.body));
    assert_eq!(cf.get(B1).await.status, 200);
    // A rotation is another request than a binding without a predecessor.
    assert_eq!(cf.put(B2, &certificate(30)).await.status, 409);
}

/// 2.17: the predecessor is a binding of the same instance that has not expired.
#[tokio::test]
async fn only_a_live_binding_of_the_instance_has_a_successor() {
    let world = World::new().await;
    let cf = world.cf();
    cf.provisioned().await;
    cf.put(B1, &certificate(1)).await;
    let i2 = "service_instances/i-2";
    cf.put(i2, &instance(json!({}))).await;
    let rotate = json!({"predecessor_binding_id": "b-1"});
    let elsewhere = format!("{i2}/service_bindings/b-2");
    let with_parameters = json!({"predecessor_binding_id": "b-1", "parameters": {}});
    let nameless = json!({"predecessor_binding_id": "b-9"});
    let other_plan = binding(json!({"predecessor_binding_id": "b-1", "plan_id": API}));
    for (path, request) in [
        (elsewhere.as_str(), &rotate),
        (B2, &with_parameters),
        (B2, &nameless),
        (B2, &other_plan),
    ] {
        assert_eq!(cf.put(path, request).await.status, 400, "{path} {request}");
    }
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    let expired = cf.put(B2, &rotate).await;
    assert_eq!(expired.status, 400);
    assert!(expired.description().contains("predecessor_binding_id"));
}
