use std::sync::Arc;

use lockgate_accounts::{OrganizationChange, Rights, SpaceChange};
use lockgate_core::account::{OrgRole, Scope, default_target};
use lockgate_core::ids::{InstanceId, OrgId, SpaceId};
use lockgate_core::limits;
use lockgate_core::random::{SeededRandom, SharedRandom};
use lockgate_core::tenant::Plan;
use lockgate_store::instances::{self, Instance};
use lockgate_store::metadata::Metadata;
use lockgate_store::organizations::{self, Organization};
use lockgate_store::spaces::{self, Space};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;

use crate::server::{NOW, OPERATOR, Server, text};

#[tokio::test]
async fn the_default_organization_and_space_are_there_and_stay() {
    let server = Server::start().await;
    let (_, organization) = server.get("organizations/default").await;
    let guid = default_target::ORG.to_string();
    assert_eq!(text(&organization, "/guid"), guid);
    let (_, space) = server.get("spaces/default").await;
    assert_eq!(text(&space, "/guid"), default_target::SPACE.to_string());
    assert_eq!(space["organization"], "default");
    for path in [
        "organizations/default",
        &format!("organizations/{guid}"),
        "spaces/default",
    ] {
        assert_error(&server.delete(path).await, 409, "LG-FIXED");
        let answer = server.patch(path, json!({"name": "other"})).await;
        assert_error(&answer, 409, "LG-FIXED");
    }
    let (status, _) = server
        .patch("organizations/default", json!({"name": "default"}))
        .await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn organizations_are_made_found_renamed_and_deleted() {
    let server = Server::start().await;
    let (status, made) = server.post("organizations", json!({"name": "Acme"})).await;
    assert_eq!(status, 201, "{made}");
    let guid = text(&made, "/guid").to_owned();
    for name in ["Acme", "ACME"] {
        let answer = server.post("organizations", json!({"name": name})).await;
        assert_error(&answer, 409, "LG-ORGANIZATION-NAME");
        let message = text(&answer.1, "/error/message");
        assert_eq!(message, format!("Organization '{name}' already exists."));
    }
    let answer = server
        .patch("organizations/acme", json!({"name": "Default"}))
        .await;
    assert_error(&answer, 409, "LG-ORGANIZATION-NAME");
    let renamed = server
        .patch("organizations/acme", json!({"name": "ACME"}))
        .await;
    assert_eq!(text(&renamed.1, "/name"), "ACME");
    let (_, list) = server.get("organizations").await;
    assert_eq!(text(&list, "/items/0/name"), "default");
    assert_eq!(text(&list, "/items/1/guid"), guid);
    let long = "x".repeat(limits::SPACE_NAME + 1);
    for name in ["", " x", "a\tb", &guid, &long] {
        let answer = server.post("organizations", json!({"name": name})).await;
        assert_fields(&answer, &["name"]);
        let answer = server
            .patch("organizations/acme", json!({"name": name}))
            .await;
        assert_fields(&answer, &["name"]);
    }
    assert_eq!(server.delete(&format!("organizations/{guid}")).await.0, 204);
    assert_error(
        &server.get("organizations/acme").await,
        404,
        "LG-ORGANIZATION",
    );
    let expected = [
        "operator org.create Acme: ",
        "operator org.update ACME: name \"Acme\" to \"ACME\"",
        "operator org.delete ACME: ",
    ];
    assert_eq!(server.audit().await, expected);
}

#[tokio::test]
async fn spaces_have_names_of_their_own_in_each_organization() {
    let server = Server::start().await;
    server.post("organizations", json!({"name": "acme"})).await;
    for organization in ["default", "acme"] {
        let body = json!({"name": "dev", "organization": organization});
        let (status, made) = server.post("spaces", body).await;
        assert_eq!(status, 201, "{made}");
        let body = json!({"name": "DEV", "organization": organization});
        let answer = server.post("spaces", body).await;
        assert_error(&answer, 409, "LG-SPACE-NAME");
        let message = text(&answer.1, "/error/message");
        assert_eq!(message, "Name must be unique per organization");
    }
    let body = json!({"name": "x", "organization": "nowhere"});
    assert_error(&server.post("spaces", body).await, 404, "LG-ORGANIZATION");

    let (_, list) = server.get("spaces?organization=acme").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        server.get("spaces").await.1["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let guid = text(&list, "/items/0/guid").to_owned();
    let (_, found) = server.get(&format!("spaces/{guid}")).await;
    assert_eq!(
        found["organization"], "acme",
        "a guid needs no organization"
    );
    let wrong = format!("spaces/{guid}?organization=default");
    assert_error(&server.get(&wrong).await, 404, "LG-SPACE");
    assert_fields(&server.get("spaces/dev?org=acme").await, &["org"]);

    let path = "spaces/dev?organization=acme";
    let (_, renamed) = server.patch(path, json!({"name": "test"})).await;
    assert_eq!(
        (text(&renamed, "/name"), text(&renamed, "/guid")),
        ("test", guid.as_str())
    );
    let answer = server.patch("spaces/dev", json!({"name": "Default"})).await;
    assert_error(&answer, 409, "LG-SPACE-NAME");
    let answer = server.delete("organizations/acme").await;
    assert_error(&answer, 409, "LG-ORGANIZATION-USED");
    assert_eq!(server.delete(&format!("spaces/{guid}")).await.0, 204);
    assert_error(
        &server.delete(&format!("spaces/{guid}")).await,
        404,
        "LG-SPACE",
    );
    assert_eq!(server.delete("organizations/acme").await.0, 204);
    let log = server.audit().await;
    assert!(log.contains(&"operator space.update test: name \"dev\" to \"test\"".to_owned()));
    assert!(log.contains(&"operator space.delete test: ".to_owned()));
}

#[tokio::test]
async fn a_space_with_instances_stays() {
    let server = Server::start().await;
    let (_, made) = server.post("spaces", json!({"name": "dev"})).await;
    let space: SpaceId = text(&made, "/guid").parse().unwrap();
    let random: SharedRandom = Arc::new(SeededRandom::new(9));
    let instance = Instance {
        id: InstanceId::generate(&*random),
        name: "one".to_owned(),
        space: Some(space),
        plan: Plan::IntegrationFlow,
        parameters: instances::Parameters {
            roles: vec![],
            grant_types: vec![],
            redirect_uris: vec![],
            token_validity: 3600,
        },
        tags: vec![],
        metadata: Metadata::default(),
        tokens_not_before: NOW,
        created_at: NOW,
        updated_at: NOW,
    };
    let mut tx = server.store.begin().await.unwrap();
    instances::insert(&mut tx, &instance).await.unwrap();
    tx.commit().await.unwrap();
    assert_error(&server.delete("spaces/dev").await, 409, "LG-SPACE-USED");
}

#[tokio::test]
async fn labels_are_kept_and_replaced_as_a_whole() {
    let server = Server::start().await;
    let labels = |value: &str| Metadata {
        labels: [("tier".to_owned(), Some(value.to_owned()))].into(),
        ..Metadata::default()
    };
    let service = &server.service;
    let made = service.create_organization(&OPERATOR, "acme", labels("one"));
    let made = made.await.unwrap();
    assert_eq!(made.metadata, labels("one"));
    let change = OrganizationChange {
        metadata: Some(labels("two")),
        ..OrganizationChange::default()
    };
    service
        .update_organization(&OPERATOR, "acme", change)
        .await
        .unwrap();
    let found = service.organization("acme").await.unwrap();
    assert_eq!(found.metadata, labels("two"));

    let space = service.create_space(&OPERATOR, found.id, "dev", labels("one"));
    let space = space.await.unwrap();
    let change = SpaceChange {
        name: Some("test".to_owned()),
        ..SpaceChange::default()
    };
    let renamed = service.update_space(&OPERATOR, space.id, change).await;
    assert_eq!(
        renamed.unwrap().metadata,
        labels("one"),
        "what is not given stays"
    );
    let change = SpaceChange {
        metadata: Some(labels("two")),
        ..SpaceChange::default()
    };
    service
        .update_space(&OPERATOR, space.id, change)
        .await
        .unwrap();
    let found = service.space(found.id, "test").await.unwrap();
    assert_eq!(found.metadata, labels("two"));
}

#[tokio::test]
async fn a_suspended_organization_is_for_administrators() {
    let server = Server::start().await;
    server.post("accounts", json!({"name": "ann"})).await;
    let ann = server.service.account("ann").await.unwrap();
    let manager = Scope::Org(default_target::ORG, OrgRole::Manager);
    server
        .service
        .grant(&OPERATOR, ann.id, manager)
        .await
        .unwrap();
    let may = async |suspended: bool| {
        let body = json!({"suspended": suspended});
        let (_, shown) = server.patch("organizations/default", body).await;
        assert_eq!(shown["suspended"], suspended);
        let accounts = server.snapshot().await;
        let ann = accounts.named("ann").unwrap();
        Rights::of(ann, &accounts).can_create_space(default_target::ORG)
    };
    assert!(!may(true).await);
    assert!(may(false).await);
}

#[tokio::test]
async fn there_are_only_so_many_organizations_and_spaces() {
    let server = Server::start().await;
    let random: SharedRandom = Arc::new(SeededRandom::new(9));
    let organization = server.service.organization("default").await.unwrap();
    let space = server
        .service
        .space(organization.id, "default")
        .await
        .unwrap();
    let mut tx = server.store.begin().await.unwrap();
    for n in 1..limits::ORGANIZATIONS {
        let one = Organization {
            id: OrgId::generate(&*random),
            name: format!("organization {n}"),
            ..organization.clone()
        };
        organizations::insert(&mut tx, &one).await.unwrap();
    }
    for n in 1..limits::SPACES {
        let one = Space {
            id: SpaceId::generate(&*random),
            name: format!("space {n}"),
            ..space.clone()
        };
        spaces::insert(&mut tx, &one).await.unwrap();
    }
    tx.commit().await.unwrap();
    for path in ["organizations", "spaces"] {
        let answer = server.post(path, json!({"name": "one more"})).await;
        assert_error(&answer, 409, "LG-LIMIT");
    }
}
