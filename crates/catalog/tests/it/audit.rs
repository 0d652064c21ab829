//! Every change leaves a line in the audit log, with who and what.

use lockgate_core::audit::{Outcome, Who};
use lockgate_pki::pem;
use serde_json::json;

use crate::outside::Outside;
use crate::server::{NOW, Server};

#[tokio::test]
async fn every_change_is_recorded_and_no_refusal_or_look_is() {
    let server = Server::start().await;
    server
        .post("roles", json!({"name": "Orders.write", "description": "x"}))
        .await;
    server
        .patch("roles/Orders.write", json!({"description": "y"}))
        .await;
    server.delete("roles/Orders.write").await;
    server.instance("orders").await;
    server
        .post(
            "instances",
            json!({"name": "orders", "plan": "integration-flow"}),
        )
        .await;
    let change = json!({"name": "orders2", "parameters": {"token-validity": 7200}});
    server.patch("instances/orders", change).await;
    server
        .patch("instances/orders2", json!({"plan": "api"}))
        .await;
    server
        .post("instances/orders2/keys", json!({"name": "k1"}))
        .await;
    let parameters = json!({"key-type": "certificate"});
    let request = json!({"name": "k2", "parameters": parameters});
    server.post("instances/orders2/keys", request).await;
    server.get("instances/orders2/keys/k2").await;
    server.delete("instances/orders2/keys/k1").await;
    server.delete("instances/orders2").await;
    server.delete("instances/orders2?purge=true").await;
    let partner = Outside::new("partner", 400);
    let request = json!({"name": "partner", "certificate": partner.pem()});
    server.post("authorities", request).await;
    server.delete("authorities/partner").await;
    server.post("issuing-authority", json!(null)).await;
    let events = server.events().await;
    let lines: Vec<String> = events
        .iter()
        .map(|event| {
            format!(
                "{} {} {}",
                event.action, event.target_kind, event.target_name
            )
        })
        .collect();
    let expected = [
        "role.create role Orders.write",
        "role.update role Orders.write",
        "role.delete role Orders.write",
        "instance.create instance orders",
        "instance.update instance orders2",
        "key.create key k1",
        "authority.issue authority issuing-1",
        "key.create key k2",
        "key.delete key k1",
        "key.delete key k2",
        "instance.delete instance orders2",
        "authority.add authority partner",
        "authority.delete authority partner",
        "authority.retire authority issuing-1",
        "authority.issue authority issuing-2",
    ];
    assert_eq!(lines, expected);
    for event in &events {
        assert_eq!(event.actor.who, Who::Operator, "{event:?}");
        assert!(event.actor.correlation.is_some() && event.actor.source.is_some());
        assert_eq!((event.at, &event.outcome), (NOW, &Outcome::Done));
        assert!(!event.detail.contains('\n'), "{event:?}");
    }
}

#[tokio::test]
async fn events_say_what_was_asked_for_and_which_certificate_is_meant() {
    let server = Server::start().await;
    server.instance("orders").await;
    let change = json!({"name": "orders2", "parameters": {"roles": [], "token-validity": 7200}});
    server.patch("instances/orders", change).await;
    let der = Outside::new("partner", 400).client("sender", NOW);
    let parameters = json!({"key-type": "certificate_external", "X.509": pem::encode(&der)});
    let request = json!({"name": "k1", "parameters": parameters});
    let (_, key) = server.post("instances/orders2/keys", request).await;
    let [created, updated, key_created] = &server.events().await[..] else {
        panic!();
    };
    assert_eq!(
        created.detail,
        "plan integration-flow; roles ESBMessaging.send; grant-types client_credentials; \
         token-validity 3600"
    );
    assert_eq!(
        updated.detail,
        "name was \"orders\"; roles ; token-validity 7200"
    );
    let guid = key["guid"].as_str().unwrap();
    assert_eq!(key_created.key.unwrap().to_string(), guid);
    let thumbprint = key_created.thumbprint.unwrap().to_string();
    assert_eq!(
        thumbprint,
        key["certificate"]["thumbprint"].as_str().unwrap()
    );
    assert!(
        key_created
            .detail
            .starts_with("certificate_external of instance")
    );
}
