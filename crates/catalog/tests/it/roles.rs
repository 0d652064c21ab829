use std::collections::BTreeMap;

use lockgate_core::limits;
use lockgate_flow::Bundle;
use lockgate_store::flows::{self, LogLevel, NewFlow};
use lockgate_store::roles::{self, Role};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};

use crate::server::{NOW, Server};

#[tokio::test]
async fn predefined_roles_come_first_and_are_fixed() {
    let server = Server::start().await;
    server
        .post(
            "roles",
            json!({"name": "AAA", "description": "first by name"}),
        )
        .await;
    let (_, list) = server.get("roles").await;
    let names: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["name"])
        .collect();
    assert_eq!(names, ["ESBMessaging.send", "API.invoke", "AAA"]);
    assert_eq!(list["items"][0]["predefined"], true);
    assert_eq!(
        list["items"][2],
        json!({"name": "AAA", "description": "first by name", "predefined": false,
            "created_at": "2026-01-01T00:00:00.000Z"})
    );
    for name in ["ESBMessaging.send", "API.invoke"] {
        let path = format!("roles/{name}");
        assert_error(
            &server.post("roles", json!({"name": name})).await,
            409,
            "LG-ROLE-NAME",
        );
        let change = json!({"description": "x"});
        assert_error(&server.patch(&path, change).await, 409, "LG-ROLE-FIXED");
        assert_error(&server.delete(&path).await, 409, "LG-ROLE-FIXED");
    }
}

#[tokio::test]
async fn a_custom_role_is_created_described_and_deleted() {
    let server = Server::start().await;
    let request = json!({"name": "Orders.write", "description": "may write"});
    let (status, role) = server.post("roles", request.clone()).await;
    assert_eq!((status.as_u16(), &role["predefined"]), (201, &json!(false)));
    assert_error(&server.post("roles", request).await, 409, "LG-ROLE-NAME");
    let change = json!({"description": "may write orders"});
    let (status, changed) = server.patch("roles/Orders.write", change).await;
    assert_eq!(
        (status.as_u16(), &changed["description"]),
        (200, &json!("may write orders"))
    );
    let (_, shown) = server.get("roles/Orders.write").await;
    assert_eq!(shown["description"], "may write orders");
    assert_eq!(shown["used_by"], json!({"instances": [], "flows": []}));
    assert_eq!(server.delete("roles/Orders.write").await.0, 204);
    for path in ["roles/Orders.write", "roles/no%20role"] {
        assert_error(&server.get(path).await, 404, "LG-ROLE");
        assert_error(&server.patch(path, json!({})).await, 404, "LG-ROLE");
        assert_error(&server.delete(path).await, 404, "LG-ROLE");
    }
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = Server::start().await;
    let long = "x".repeat(limits::DESCRIPTION + 1);
    let cases: [(Value, &[&str]); 7] = [
        (json!({}), &["name"]),
        (json!({"name": "a b"}), &["name"]),
        (json!({"name": "x".repeat(65)}), &["name"]),
        (json!({"name": "ok", "description": 1}), &["description"]),
        (json!({"name": "ok", "description": long}), &["description"]),
        (json!({"name": "ok", "scope": "x"}), &["scope"]),
        (json!({"name": "a-b", "x": 1}), &["name", "x"]),
    ];
    for (request, fields) in cases {
        assert_fields(&server.post("roles", request).await, fields);
    }
    server.post("roles", json!({"name": "ok"})).await;
    assert_fields(
        &server.patch("roles/ok", json!({"name": "other"})).await,
        &["name"],
    );
}

#[tokio::test]
async fn a_role_that_instances_hold_is_not_deleted() {
    let server = Server::start().await;
    server.post("roles", json!({"name": "Orders.write"})).await;
    let instance = json!({"name": "orders", "plan": "integration-flow",
        "parameters": {"roles": ["Orders.write"]}});
    server.post("instances", instance).await;
    let (_, shown) = server.get("roles/Orders.write").await;
    assert_eq!(shown["used_by"]["instances"], json!(["orders"]));
    let answer = server.delete("roles/Orders.write").await;
    assert_error(&answer, 409, "LG-ROLE-USED");
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("service instance orders"), "{message}");
    server
        .patch("instances/orders", json!({"parameters": {"roles": []}}))
        .await;
    assert_eq!(server.delete("roles/Orders.write").await.0, 204);
}

#[tokio::test]
async fn a_tenant_has_a_limited_number_of_custom_roles() {
    let server = Server::start().await;
    let mut tx = server.store.begin().await.unwrap();
    for n in 0..limits::CUSTOM_ROLES {
        let role = Role {
            name: format!("R{n}").parse().unwrap(),
            description: String::new(),
            created_at: NOW,
        };
        roles::insert(&mut tx, &role).await.unwrap();
    }
    tx.commit().await.unwrap();
    let answer = server.post("roles", json!({"name": "one.more"})).await;
    assert_error(&answer, 409, "LG-ROLE-LIMIT");
}

#[tokio::test]
async fn a_role_that_a_deployed_flow_asks_for_is_not_deleted() {
    let server = Server::start().await;
    for name in ["Orders.write", "Orders.read"] {
        server.post("roles", json!({"name": name})).await;
    }
    let role = ("User Role".to_owned(), "Orders.write".to_owned());
    let mut tx = server.store.begin().await.unwrap();
    let flow = NewFlow {
        id: "Orders".to_owned(),
        name: "Orders".to_owned(),
        version: "1.0.2".to_owned(),
        bundle: orders(),
        parameters: BTreeMap::from([role]),
        log_level: LogLevel::Info,
        deployed_by: String::new(),
    };
    flows::upsert(&mut tx, &flow).await.unwrap();
    tx.commit().await.unwrap();
    let (_, shown) = server.get("roles/Orders.write").await;
    assert_eq!(
        shown["used_by"],
        json!({"instances": [], "flows": ["Orders"]})
    );
    let answer = server.delete("roles/Orders.write").await;
    assert_error(&answer, 409, "LG-ROLE-USED");
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("deployed flow Orders"), "{message}");
    assert_eq!(server.delete("roles/Orders.read").await.0, 204);
}

/// The bundle in `testdata/flows/orders`; its parameter `User Role` is the role it asks for.
fn orders() -> Vec<u8> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/flows/orders");
    let resources = "src/main/resources";
    let files = [
        "META-INF/MANIFEST.MF".to_owned(),
        format!("{resources}/parameters.prop"),
        format!("{resources}/scenarioflows/integrationflow/Orders.iflw"),
    ];
    let files = files.map(|path| {
        let content = std::fs::read(format!("{root}/{path}")).unwrap();
        (path, content)
    });
    Bundle::from_files(files).unwrap().to_zip().unwrap()
}
