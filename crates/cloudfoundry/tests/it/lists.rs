//! What holds for every list: pages, links, unknown parameters, time.

use http::Method;
use serde_json::json;

use crate::world::{API, As, World, assert_failure};

/// Lists that have something in them, or never have.
const LISTS: [&str; 11] = [
    "/v3/feature_flags",
    "/v3/organization_quotas",
    "/v3/organizations",
    "/v3/roles",
    "/v3/service_brokers",
    "/v3/service_credential_bindings",
    "/v3/service_instances",
    "/v3/service_offerings",
    "/v3/service_plans",
    "/v3/spaces",
    "/v3/users",
];

#[tokio::test]
async fn every_list_has_the_envelope_and_refuses_unknown_parameters() {
    let world = World::new().await;
    for list in LISTS {
        let (status, answer) = world.get(As::Admin, list).await;
        assert_eq!(status, 200, "{list}");
        let pagination = &answer["pagination"];
        assert!(pagination["total_results"].is_number(), "{list}");
        assert_eq!(pagination["total_pages"], 1, "{list}");
        let first = format!("{API}{list}?page=1&per_page=50");
        assert_eq!(pagination["first"], json!({"href": first}), "{list}");
        assert_eq!(pagination["last"], json!({"href": first}), "{list}");
        assert!(pagination["next"].is_null(), "{list}");
        assert!(pagination["previous"].is_null(), "{list}");
        assert!(answer["resources"].is_array(), "{list}");
        assert!(answer.get("included").is_none(), "{list}");
        let (status, refused) = world.get(As::Admin, &format!("{list}?nonsense=1")).await;
        assert_eq!(status, 400, "{list}");
        let detail = refused["errors"][0]["detail"].as_str().unwrap();
        let start = "The query parameter is invalid: Unknown query parameter(s): 'nonsense'. \
                     Valid parameters are: ";
        assert!(detail.starts_with(start), "{list}: {detail}");
    }
}

#[tokio::test]
async fn pages_lead_to_each_other_with_all_filters() {
    let world = World::new().await;
    for name in ["a", "b", "c", "d", "e"] {
        world.instance(name).await;
    }
    let space = world.space;
    let path = "/v3/service_instances";
    let filters = format!("order_by=name&names=a%252Cx%2Cb%2Cc%2Cd&space_guids={space}");
    let (_, first) = world
        .get(As::Developer, &format!("{path}?per_page=2&{filters}"))
        .await;
    assert_eq!(first["resources"][1]["name"], "c", "{first}");
    let pagination = &first["pagination"];
    let page = |number| json!({"href": format!("{API}{path}?{filters}&page={number}&per_page=2")});
    assert_eq!(pagination["total_results"], 3);
    assert_eq!(pagination["total_pages"], 2);
    assert_eq!(pagination["first"], page(1));
    assert_eq!(pagination["last"], page(2));
    assert_eq!(pagination["next"], page(2));
    let next = pagination["next"]["href"].as_str().unwrap();
    let next = next.strip_prefix(API).unwrap();
    let (_, second) = world.get(As::Developer, next).await;
    assert_eq!(second["resources"].as_array().unwrap().len(), 1);
    assert_eq!(second["resources"][0]["name"], "d");
    assert!(second["pagination"]["next"].is_null());
    assert_eq!(second["pagination"]["previous"], page(1));
}

#[tokio::test]
async fn a_page_behind_the_last_is_empty() {
    let world = World::new().await;
    let path = "/v3/organizations?names=acme&page=7&per_page=1";
    let (status, list) = world.get(As::Admin, path).await;
    assert_eq!((status, &list["resources"]), (200, &json!([])));
    assert!(list["pagination"]["next"].is_null());
    let previous = list["pagination"]["previous"]["href"].as_str().unwrap();
    assert!(previous.ends_with("&page=1&per_page=1"), "{previous}");
}

#[tokio::test]
async fn times_are_whole_seconds_and_filter_lists() {
    let world = World::new().await;
    world.instance("old").await;
    world.wait(60);
    let (_, spaces) = world
        .get(As::Admin, &format!("/v3/spaces?guids={}", world.space))
        .await;
    assert_eq!(spaces["resources"][0]["created_at"], "2026-09-21T14:13:20Z");
    world.instance("new").await;
    let path = "/v3/service_instances?created_ats%5Bgt%5D=2026-09-21T14:13:20Z";
    assert_eq!(world.names(As::Admin, path).await, ["new"]);
    let path = "/v3/service_instances?order_by=-created_at";
    assert_eq!(world.names(As::Admin, path).await, ["new", "old"]);
}

#[tokio::test]
async fn labels_select() {
    let world = World::new().await;
    for (name, env) in [("a", "prod"), ("b", "test")] {
        let mut body = world.new_instance(name, "integration-flow", json!({}));
        body["metadata"] = json!({"labels": {"env": env}, "annotations": {"note": "x y"}});
        world
            .create(As::Developer, "/v3/service_instances", body)
            .await;
    }
    let select = async |selector: &str| {
        let path = format!("/v3/service_instances?label_selector={selector}");
        world.names(As::Developer, &path).await
    };
    assert_eq!(select("env=prod").await, ["a"]);
    assert_eq!(select("env%20in%20(prod,test),env!=prod").await, ["b"]);
    assert_eq!(select("!env").await, [""; 0]);
    let org = format!("/v3/organizations/{}", world.org);
    let change = json!({"metadata": {"labels": {"region": "eu"}}});
    let answer = world
        .call(As::Manager, Method::PATCH, &org, Some(change))
        .await;
    assert_eq!(answer.0, 200, "{}", answer.1);
    let path = "/v3/organizations?label_selector=region";
    assert_eq!(world.names(As::Developer, path).await, ["acme"]);
    let refused = world.get(As::Admin, "/v3/spaces?label_selector=%20").await;
    let detail = "The query parameter is invalid: Invalid label_selector value";
    assert_failure(&refused, 400, 10005, detail);
}

#[tokio::test]
async fn single_things_refuse_parameters_too() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let paths = [
        format!("/v3/organizations/{}", world.org),
        format!("/v3/spaces/{}", world.space),
        format!("/v3/service_instances/{instance}"),
        format!(
            "/v3/service_plans/{}",
            lockgate_catalog::catalogue::OFFERING_ID
        ),
    ];
    for path in paths {
        let (status, _) = world.get(As::Admin, &format!("{path}?names=a")).await;
        assert_eq!(status, 400, "{path}");
    }
    let path = format!("/v3/service_instances/{instance}?fields[app]=guid");
    assert_eq!(world.get(As::Admin, &path).await.0, 400);
    let path = format!("/v3/service_instances/{instance}?fields%5Bspace%5D=name");
    let (_, one) = world.get(As::Admin, &path).await;
    assert_eq!(one["included"], json!({"spaces": [{"name": "dev"}]}));
}
