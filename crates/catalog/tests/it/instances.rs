use std::time::Duration;

use lockgate_core::ids::InstanceId;
use lockgate_core::limits;
use lockgate_store::instances;
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::Server;

async fn created(server: &Server, body: Value) -> Value {
    let (status, answer) = server.post("instances", body).await;
    assert_eq!(status, 201, "{answer}");
    answer
}

fn orders() -> Value {
    json!({"name": "orders", "plan": "integration-flow"})
}

#[tokio::test]
async fn an_instance_without_parameters_gets_the_defaults() {
    let server = Server::start().await;
    let answer = created(&server, orders()).await;
    let guid = answer["guid"].as_str().unwrap();
    let expected = json!({
        "guid": guid, "name": "orders", "space": "default/default", "service": "it-rt", "plan": "integration-flow",
        "client_id": format!("sb-{guid}!b2207|it-rt-acme!b101"),
        "parameters": {
            "roles": ["ESBMessaging.send"], "grant-types": ["client_credentials"],
            "redirect-uris": [], "token-validity": 3600,
        },
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!(answer, expected);
    assert_eq!(server.get("instances/orders").await.1, expected);
    assert_eq!(server.get(&format!("instances/{guid}")).await.1, expected);
    assert_eq!(
        server.get("instances").await.1,
        json!({"items": [expected]})
    );
}

#[tokio::test]
async fn an_instance_is_a_client_with_the_roles_it_asked_for() {
    let server = Server::start().await;
    let parameters = json!({"roles": ["ESBMessaging.send"], "token-validity": 7200});
    let mut request = orders();
    request["parameters"] = parameters;
    let answer = created(&server, request).await;
    let directory = server.directory().await;
    let client = directory
        .get(answer["client_id"].as_str().unwrap())
        .unwrap();
    assert_eq!(client.roles, ["ESBMessaging.send".parse().unwrap()]);
    assert_eq!(client.token_validity, 7200);
    assert_eq!(client.grant_types, ["client_credentials"]);
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = Server::start().await;
    let long = "x".repeat(limits::INSTANCE_NAME + 1);
    let guid = Uuid::from_u128(1).to_string();
    let cases: [(Value, &[&str]); 11] = [
        (json!([]), &["", "name", "plan"]),
        (json!({}), &["name", "plan"]),
        (json!({"name": 1, "plan": "integration-flow"}), &["name"]),
        (json!({"name": "", "plan": "integration-flow"}), &["name"]),
        (json!({"name": long, "plan": "integration-flow"}), &["name"]),
        (
            json!({"name": "a\nb", "plan": "integration-flow"}),
            &["name"],
        ),
        (json!({"name": " a", "plan": "integration-flow"}), &["name"]),
        (json!({"name": guid, "plan": "integration-flow"}), &["name"]),
        (json!({"name": "a", "plan": "Integration-Flow"}), &["plan"]),
        (json!({"name": "a", "plan": "api"}), &["parameters.roles"]),
        (
            json!({"name": "a", "plan": "integration-flow", "org": "x", "space": "nowhere/dev",
                "parameters": {"roles": ["ESBMessaging.send", "Nope"], "token-validity": 1}}),
            &[
                "org",
                "space",
                "parameters.roles[1]",
                "parameters.token-validity",
            ],
        ),
    ];
    for (request, fields) in cases {
        assert_fields(&server.post("instances", request).await, fields);
    }
    assert_eq!(server.get("instances").await.1, json!({"items": []}));
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let server = Server::start().await;
    created(&server, orders()).await;
    let answer = server.post("instances", orders()).await;
    assert_error(&answer, 409, "LG-INSTANCE-NAME");
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert_eq!(message, "The service instance name is taken: orders.");
    // Names are compared exactly.
    created(
        &server,
        json!({"name": "Orders", "plan": "integration-flow"}),
    )
    .await;
    let answer = server
        .patch("instances/Orders", json!({"name": "orders"}))
        .await;
    assert_error(&answer, 409, "LG-INSTANCE-NAME");
}

#[tokio::test]
async fn names_may_contain_what_paths_must_escape() {
    let server = Server::start().await;
    created(
        &server,
        json!({"name": "a/b ä%", "plan": "integration-flow"}),
    )
    .await;
    let (status, answer) = server.get("instances/a%2Fb%20%C3%A4%25").await;
    assert_eq!((status.as_u16(), &answer["name"]), (200, &json!("a/b ä%")));
}

#[tokio::test]
async fn an_update_replaces_what_is_given_and_keeps_the_rest() {
    let server = Server::start().await;
    server.post("roles", json!({"name": "Orders.write"})).await;
    let mut request = orders();
    request["parameters"] = json!({"roles": ["Orders.write"], "token-validity": 7200});
    let before = created(&server, request).await;
    server.clock.advance(Duration::from_secs(5));
    let change = json!({"name": "orders2", "parameters": {"roles": ["ESBMessaging.send"]}});
    let (status, after) = server.patch("instances/orders", change).await;
    assert_eq!(status, 200, "{after}");
    let mut expected = before.clone();
    expected["name"] = json!("orders2");
    expected["parameters"]["roles"] = json!(["ESBMessaging.send"]);
    expected["updated_at"] = json!("2026-01-01T00:00:05.000Z");
    assert_eq!(after, expected);
    assert_eq!(server.get("instances/orders2").await.1, expected);
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_at_once() {
    let server = Server::start().await;
    let client_id = created(&server, orders()).await["client_id"].clone();
    let change = json!({"parameters": {"roles": []}});
    let (status, _) = server.patch("instances/orders", change).await;
    assert_eq!(status, 200);
    let directory = server.directory().await;
    let client = directory.get(client_id.as_str().unwrap()).unwrap();
    assert!(client.roles.is_empty());
}

#[tokio::test]
async fn an_update_names_every_wrong_field() {
    let server = Server::start().await;
    created(&server, orders()).await;
    let cases: [(Value, &[&str]); 6] = [
        (json!({"name": null}), &["name"]),
        (json!({"plan": "api"}), &["plan"]),
        (json!({"plan": "gold"}), &["plan"]),
        (json!({"guid": "x"}), &["guid"]),
        (
            json!({"parameters": {"roles": ["x y"]}}),
            &["parameters.roles[0]"],
        ),
        (
            json!({"name": "", "parameters": {"token-validity": 1}}),
            &["name", "parameters.token-validity"],
        ),
    ];
    for (change, fields) in cases {
        assert_fields(&server.patch("instances/orders", change).await, fields);
    }
    let same_plan = json!({"plan": "integration-flow"});
    assert_eq!(server.patch("instances/orders", same_plan).await.0, 200);
}

#[tokio::test]
async fn an_instance_with_keys_is_deleted_only_with_them() {
    let server = Server::start().await;
    let client_id = created(&server, orders()).await["client_id"].clone();
    server
        .post("instances/orders/keys", json!({"name": "k1"}))
        .await;
    let answer = server.delete("instances/orders").await;
    assert_error(&answer, 409, "LG-INSTANCE-KEYS");
    for query in ["purge=yes", "purge=true&purge=true", "purge=false&force=1"] {
        let answer = server.delete(&format!("instances/orders?{query}")).await;
        assert_eq!(answer.0, 422, "{query}");
    }
    assert_error(
        &server.delete("instances/orders?purge=false").await,
        409,
        "LG-INSTANCE-KEYS",
    );
    assert_eq!(server.delete("instances/orders?purge=true").await.0, 204);
    assert!(
        server
            .directory()
            .await
            .get(client_id.as_str().unwrap())
            .is_none()
    );
    assert_error(&server.delete("instances/orders").await, 404, "LG-INSTANCE");
}

#[tokio::test]
async fn unknown_instances_are_not_found() {
    let server = Server::start().await;
    let guid = Uuid::from_u128(1);
    for path in ["instances/nope".to_owned(), format!("instances/{guid}")] {
        assert_error(&server.get(&path).await, 404, "LG-INSTANCE");
        assert_error(&server.patch(&path, json!({})).await, 404, "LG-INSTANCE");
        assert_error(&server.delete(&path).await, 404, "LG-INSTANCE");
        assert_error(
            &server.get(&format!("{path}/keys")).await,
            404,
            "LG-INSTANCE",
        );
    }
}

#[tokio::test]
async fn a_tenant_has_a_limited_number_of_instances() {
    let server = Server::start().await;
    created(&server, orders()).await;
    let mut tx = server.store.begin().await.unwrap();
    let template = instances::named(&mut tx, "orders").await.unwrap().remove(0);
    for n in 1..limits::INSTANCES {
        let mut instance = template.clone();
        instance.id = InstanceId(Uuid::from_u128(n as u128));
        instance.name = format!("i{n}");
        instances::insert(&mut tx, &instance).await.unwrap();
    }
    tx.commit().await.unwrap();
    let one_more = json!({"name": "one-more", "plan": "integration-flow"});
    assert_error(
        &server.post("instances", one_more.clone()).await,
        409,
        "LG-INSTANCE-LIMIT",
    );
    assert_eq!(server.delete("instances/i1").await.0, 204);
    created(&server, one_more).await;
}
