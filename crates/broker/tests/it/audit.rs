//! What the audit log says about platforms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_core::audit::Who;
use lockgate_store::audit::{self, Filter};
use serde_json::json;

use crate::world::{B1, I1, SERVICE, World, binding, instance};

/// 2.13: the platform says for whom it asks.
#[tokio::test]
async fn every_change_is_noted_with_the_platform_and_who_asked_it() {
    let world = World::new().await;
    let identity = STANDARD.encode(r#"{"user_id":"683ea748-3092-4ff4-b656-39cacc4d5360"}"#);
    let origin = format!("cloudfoundry {identity}");
    let cf = world
        .cf()
        .with("x-broker-api-originating-identity", &origin);
    cf.put(I1, &instance(json!({}))).await;
    cf.patch(
        I1,
        &json!({"service_id": SERVICE, "parameters": {"token-validity": 7200}}),
    )
    .await;
    let bound = cf.put(B1, &binding(json!({}))).await.body;
    let secret = bound["credentials"]["oauth"]["clientsecret"].as_str();
    cf.delete(B1).await;
    // An identity that cannot be read is no reason to refuse.
    let odd = world
        .cf()
        .with("x-broker-api-originating-identity", "cloudfoundry ???");
    odd.delete(I1).await;

    let mut tx = world.store.read().await.unwrap();
    let mut events = audit::list(&mut tx, &Filter::default()).await.unwrap();
    events.reverse();
    let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
    let expected = [
        "instance.create",
        "instance.update",
        "key.create",
        "key.delete",
        "instance.delete",
    ];
    assert_eq!(actions, expected);
    let originating = Some(r#"cloudfoundry user_id="683ea748-3092-4ff4-b656-39cacc4d5360""#);
    for (event, originating) in events
        .iter()
        .zip([originating; 4].into_iter().chain([None]))
    {
        let who = Who::Broker {
            name: "cf".to_owned(),
            originating: originating.map(str::to_owned),
        };
        assert_eq!(event.actor.who, who);
        assert!(event.actor.source.is_some() && event.actor.correlation.is_some());
        assert!(!event.detail.contains(secret.unwrap()), "{}", event.detail);
    }
}
