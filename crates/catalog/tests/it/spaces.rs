//! Instances in spaces, as operators find them.

use lockgate_core::account::default_target;
use lockgate_core::ids::{OrgId, SpaceId};
use lockgate_store::organizations::{self, Organization};
use lockgate_store::spaces::{self, Space};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{NOW, Server};

const ACME: OrgId = OrgId(Uuid::from_u128(0xa));
/// The space `acme/dev`.
pub(crate) const DEV: SpaceId = SpaceId(Uuid::from_u128(0xd));

/// A server with the spaces `default/default`, `default/dev` and `acme/dev`.
pub(crate) async fn server() -> Server {
    let server = Server::start().await;
    let mut tx = server.store.begin().await.unwrap();
    let organization = Organization {
        id: ACME,
        name: "acme".to_owned(),
        suspended: false,
        metadata: Default::default(),
        created_at: NOW,
        updated_at: NOW,
    };
    organizations::insert(&mut tx, &organization).await.unwrap();
    for (id, organization) in [
        (DEV, ACME),
        (SpaceId(Uuid::from_u128(0xe)), default_target::ORG),
    ] {
        let space = Space {
            id,
            organization,
            name: "dev".to_owned(),
            metadata: Default::default(),
            created_at: NOW,
            updated_at: NOW,
        };
        spaces::insert(&mut tx, &space).await.unwrap();
    }
    tx.commit().await.unwrap();
    server
}

async fn created(server: &Server, name: &str, space: &str) -> Value {
    let request = json!({"name": name, "plan": "integration-flow", "space": space});
    let (status, instance) = server.post("instances", request).await;
    assert_eq!(status, 201, "{instance}");
    instance
}

#[tokio::test]
async fn a_name_is_free_in_every_space_of_its_own() {
    let server = server().await;
    let here = created(&server, "orders", "default/default").await;
    let there = created(&server, "orders", "acme/dev").await;
    assert_eq!(here["space"], "default/default");
    assert_eq!(there["space"], "acme/dev");
    let request = json!({"name": "orders", "plan": "integration-flow", "space": "ACME/Dev"});
    let answer = server.post("instances", request).await;
    assert_error(&answer, 409, "LG-INSTANCE-NAME");
}

#[tokio::test]
async fn a_name_in_several_spaces_needs_its_space_or_a_guid() {
    let server = server().await;
    let guids = [
        created(&server, "orders", "default/default").await["guid"].clone(),
        created(&server, "orders", "acme/dev").await["guid"].clone(),
    ];
    let key = json!({"name": "k1"});
    let answers = [
        server.get("instances/orders").await,
        server.patch("instances/orders", json!({})).await,
        server.delete("instances/orders").await,
        server.get("instances/orders/keys").await,
        server.post("instances/orders/keys", key.clone()).await,
    ];
    for answer in answers {
        assert_error(&answer, 409, "LG-INSTANCE-AMBIGUOUS");
        let message = answer.1["error"]["message"].as_str().unwrap();
        let all = guids
            .iter()
            .all(|guid| message.contains(guid.as_str().unwrap()));
        assert!(all, "{message}");
    }
    for space in ["acme/dev", "acme%2Fdev", &DEV.to_string()] {
        let (_, found) = server.get(&format!("instances/orders?space={space}")).await;
        assert_eq!(found["guid"], guids[1], "{space}");
    }
    let path = "instances/orders/keys?space=acme/dev";
    assert_eq!(server.post(path, key).await.0, 201);
    let path = format!("instances/{}/keys/k1", guids[1].as_str().unwrap());
    assert_eq!(server.get(&path).await.0, 200);
    let path = "instances/orders/keys/k1?space=acme/dev";
    assert_eq!(server.get(path).await.0, 200);
    assert_eq!(server.delete(path).await.0, 204);
    let path = "instances/orders?space=acme/dev&purge=true";
    assert_eq!(server.delete(path).await.0, 204);
    assert_eq!(server.get("instances/orders").await.1["guid"], guids[0]);
}

#[tokio::test]
async fn a_space_narrows_what_is_found_and_has_to_exist() {
    let server = server().await;
    let here = created(&server, "orders", "default/default").await;
    created(&server, "returns", "acme/dev").await;
    let (_, list) = server.get("instances?space=acme/dev").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["name"], "returns");
    let (_, list) = server.get("instances").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let guid = here["guid"].as_str().unwrap();
    let elsewhere = server
        .get(&format!("instances/{guid}?space=acme/dev"))
        .await;
    assert_error(&elsewhere, 404, "LG-INSTANCE");
    let nobody = Uuid::from_u128(99).to_string();
    for space in ["dev", "acme/prod", "nowhere/dev", "/", &nobody] {
        let answer = server.get(&format!("instances?space={space}")).await;
        assert_error(&answer, 404, "LG-SPACE");
        let request = json!({"name": "x", "plan": "integration-flow", "space": space});
        assert_fields(&server.post("instances", request).await, &["space"]);
    }
    assert_fields(&server.get("instances?spaces=acme/dev").await, &["spaces"]);
}
