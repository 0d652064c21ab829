//! Brokers, offerings and plans.

use http::Method;
use lockgate_catalog::catalogue::{BROKER_ID, OFFERING_ID, plan_id};
use lockgate_core::tenant::Plan;
use serde_json::{Value, json};

use crate::world::{API, As, World, assert_failure};

#[tokio::test]
async fn the_offering_has_every_member_in_its_type() {
    let world = World::new().await;
    let path = format!("/v3/service_offerings/{OFFERING_ID}");
    let (status, offering) = world.get(As::Nobody, &path).await;
    assert_eq!(status, 200);
    assert_eq!(offering["name"], "it-rt");
    assert_eq!(
        offering["broker_catalog"]["metadata"]["displayName"],
        "Process Integration Runtime"
    );
    assert_eq!(offering["broker_catalog"]["id"], json!(OFFERING_ID));
    let features = &offering["broker_catalog"]["features"];
    for (feature, expected) in [
        ("plan_updateable", false),
        ("bindable", true),
        ("instances_retrievable", true),
        ("bindings_retrievable", true),
        ("allow_context_updates", false),
    ] {
        assert_eq!(features[feature], expected, "{feature}");
    }
    assert_eq!(
        offering["relationships"]["service_broker"]["data"]["guid"],
        json!(BROKER_ID)
    );
    assert_eq!(offering["links"]["self"]["href"], format!("{API}{path}"));
    for (member, list) in [
        ("tags", true),
        ("requires", true),
        ("documentation_url", false),
    ] {
        assert_eq!(offering[member].is_array(), list, "{member}");
        assert_eq!(offering[member].is_string(), !list, "{member}");
    }
    for (member, value) in [("available", true), ("shareable", false)] {
        assert_eq!(offering[member], value, "{member}");
    }
    let (_, with) = world
        .get(As::Nobody, &format!("{path}?fields[service_broker]=name"))
        .await;
    assert_eq!(
        with["included"],
        json!({"service_brokers": [{"name": "lockgate"}]})
    );
}

#[tokio::test]
async fn a_plan_has_every_member_in_its_type() {
    let world = World::new().await;
    let id = plan_id(Plan::IntegrationFlow);
    let path = format!("/v3/service_plans/{id}");
    let (status, plan) = world.get(As::Nobody, &path).await;
    assert_eq!(status, 200);
    assert_eq!(plan["guid"], json!(id));
    assert_eq!(plan["name"], "integration-flow");
    assert_eq!(plan["visibility_type"], "public");
    assert_eq!(
        (&plan["available"], &plan["free"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(plan["costs"], json!([]));
    assert_eq!(plan["maintenance_info"], json!({}));
    assert!(plan["description"].is_string());
    assert_eq!(plan["broker_catalog"]["id"], json!(id));
    assert_eq!(
        plan["broker_catalog"]["features"],
        json!({"bindable": true, "plan_updateable": false})
    );
    for schema in [
        "/schemas/service_instance/create/parameters",
        "/schemas/service_instance/update/parameters",
        "/schemas/service_binding/create/parameters",
    ] {
        assert_eq!(plan.pointer(schema).unwrap()["type"], "object", "{schema}");
    }
    assert_eq!(
        plan["links"]["visibility"]["href"],
        format!("{API}{path}/visibility")
    );
    let unknown = world
        .get(As::Admin, &format!("/v3/service_plans/{OFFERING_ID}"))
        .await;
    assert_failure(&unknown, 404, 10010, "Service plan not found");
    let unknown = world.get(As::Admin, "/v3/service_offerings/x").await;
    assert_failure(&unknown, 404, 10010, "Service offering not found");
}

#[tokio::test]
async fn every_filter_of_the_marketplace_narrows_it() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let api = plan_id(Plan::Api);
    let both = || vec!["integration-flow", "api"];
    let none = Vec::new;
    let cases = [
        (String::new(), both()),
        ("names=API".to_owned(), vec!["api"]),
        (
            "names=api&service_offering_names=IT-RT".to_owned(),
            vec!["api"],
        ),
        ("names=api&service_offering_names=other".to_owned(), none()),
        ("names=other".to_owned(), none()),
        (format!("guids={api}"), vec!["api"]),
        (format!("broker_catalog_ids={api}"), vec!["api"]),
        ("available=true".to_owned(), both()),
        ("available=false".to_owned(), none()),
        (format!("service_offering_guids={OFFERING_ID}"), both()),
        (format!("service_offering_guids={api}"), none()),
        (format!("service_broker_guids={BROKER_ID}"), both()),
        (format!("service_broker_guids={api}"), none()),
        ("service_broker_names=Lockgate".to_owned(), both()),
        ("service_broker_names=other".to_owned(), none()),
        (format!("space_guids={}", world.space), both()),
        (format!("organization_guids={}", world.org), both()),
        (
            format!("service_instance_guids={instance}"),
            vec!["integration-flow"],
        ),
        (format!("service_instance_guids={api}"), none()),
        ("order_by=name".to_owned(), vec!["api", "integration-flow"]),
    ];
    for (query, expected) in cases {
        let path = format!("/v3/service_plans?{query}");
        assert_eq!(world.names(As::Developer, &path).await, expected, "{query}");
    }
    let path = format!("/v3/service_plans?service_instance_guids={instance}");
    assert_eq!(world.names(As::Nobody, &path).await, [""; 0]);
    assert_eq!(world.names(As::Stranger, &path).await, [""; 0]);
    for (query, expected) in [
        ("names=it-rt", 1),
        ("names=other", 0),
        ("available=false", 0),
        ("service_broker_names=LOCKGATE", 1),
        ("service_broker_names=x", 0),
        ("service_broker_guids=x", 0),
        ("broker_catalog_ids=x", 0),
        ("space_guids=x", 1),
    ] {
        let path = format!("/v3/service_offerings?{query}");
        assert_eq!(
            world.names(As::Nobody, &path).await.len(),
            expected,
            "{query}"
        );
    }
    assert_eq!(
        world
            .get(As::Admin, "/v3/service_plans?available=maybe")
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn what_comes_along_is_there_once_or_not_at_all() {
    let world = World::new().await;
    let query = "include=service_offering,space.organization\
                 &fields[service_offering.service_broker]=guid";
    let (_, list) = world
        .get(As::Nobody, &format!("/v3/service_plans?{query}"))
        .await;
    let included = &list["included"];
    assert_eq!(included["service_offerings"].as_array().unwrap().len(), 1);
    assert_eq!(included["service_offerings"][0]["guid"], json!(OFFERING_ID));
    assert_eq!(included["service_brokers"], json!([{"guid": BROKER_ID}]));
    assert_eq!(included["spaces"], json!([]));
    assert_eq!(included["organizations"], json!([]));
    let (_, list) = world
        .get(As::Nobody, &format!("/v3/service_plans?names=x&{query}"))
        .await;
    assert_eq!(list["included"]["service_offerings"], json!([]));
    let path = format!(
        "/v3/service_plans/{}?include=service_offering",
        plan_id(Plan::Api)
    );
    let (_, plan) = world.get(As::Nobody, &path).await;
    assert_eq!(plan["included"]["service_offerings"][0]["name"], "it-rt");
}

#[tokio::test]
async fn plans_are_public_and_stay_it() {
    let world = World::new().await;
    let path = format!("/v3/service_plans/{}/visibility", plan_id(Plan::Api));
    assert_eq!(
        world.get(As::Stranger, &path).await,
        (200, json!({"type": "public"}))
    );
    let set = async |who, method, body: Value| world.call(who, method, &path, Some(body)).await;
    for method in [Method::POST, Method::PATCH] {
        let public = json!({"type": "public"});
        let answer = set(As::Admin, method.clone(), public.clone()).await;
        assert_eq!(answer, (200, public.clone()));
        assert_eq!(set(As::Developer, method.clone(), public).await.0, 403);
        let orgs = json!({"type": "organization", "organizations": [{"guid": world.org}]});
        let (status, refused) = set(As::Admin, method, orgs).await;
        assert_eq!(status, 422, "{refused}");
    }
}

#[tokio::test]
async fn the_broker_is_built_in() {
    let world = World::new().await;
    let one = format!("/v3/service_brokers/{BROKER_ID}");
    let (status, broker) = world.get(As::Admin, &one).await;
    assert_eq!((status, &broker["name"]), (200, &json!("lockgate")));
    assert_eq!(broker["url"], API);
    assert_eq!(broker["relationships"], json!({}));
    assert!(broker.get("authentication").is_none());
    let hidden = world.get(As::Developer, &one).await;
    assert_failure(&hidden, 404, 10010, "Service broker not found");
    let names = |query: &str| format!("/v3/service_brokers?{query}");
    assert_eq!(
        world.names(As::Admin, &names("names=lockgate")).await,
        ["lockgate"]
    );
    assert_eq!(world.names(As::Admin, &names("names=other")).await, [""; 0]);
    assert_eq!(
        world.names(As::Admin, &names("space_guids=x")).await,
        [""; 0]
    );
    let body = json!({"name": "x", "url": "https://b.example", "authentication": {}});
    for (method, path) in [
        (Method::POST, "/v3/service_brokers"),
        (Method::PATCH, &*one),
        (Method::DELETE, &*one),
    ] {
        let (status, refused) = world
            .call(As::Admin, method.clone(), path, Some(body.clone()))
            .await;
        assert_eq!(status, 422, "{method}");
        let detail = refused["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("built in"), "{detail}");
    }
    let (status, _) = world
        .call(
            As::Developer,
            Method::POST,
            "/v3/service_brokers",
            Some(body),
        )
        .await;
    assert_eq!(status, 403);
}
