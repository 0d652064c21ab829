//! Organizations and spaces.

use http::Method;
use lockgate_core::account::default_target;
use serde_json::{Value, json};

use crate::world::{API, As, World, assert_failure};

const FIXED_ORG: &str = "The organization 'default' cannot be renamed or deleted.";
const FIXED_SPACE: &str = "The space 'default' cannot be renamed or deleted.";

fn in_org(name: &str, org: impl ToString) -> Value {
    json!({"name": name, "relationships": {"organization": {"data": {"guid": org.to_string()}}}})
}

#[tokio::test]
async fn an_organization_has_every_member_in_its_type() {
    let world = World::new().await;
    let path = format!("/v3/organizations/{}", world.org);
    let (status, org) = world.get(As::Member, &path).await;
    assert_eq!(status, 200);
    let quota = org["relationships"]["quota"]["data"]["guid"]
        .as_str()
        .unwrap();
    let at = "2026-09-21T14:13:20Z";
    assert_eq!(
        org,
        json!({
            "guid": world.org, "name": "acme", "suspended": false,
            "created_at": at, "updated_at": at,
            "relationships": {"quota": {"data": {"guid": quota}}},
            "metadata": {"labels": {}, "annotations": {}},
            "links": {
                "self": {"href": format!("{API}{path}")},
                "domains": {"href": format!("{API}{path}/domains")},
                "default_domain": {"href": format!("{API}{path}/domains/default")},
                "quota": {"href": format!("{API}/v3/organization_quotas/{quota}")},
            },
        })
    );
    let (status, quota) = world
        .get(As::Member, &format!("/v3/organization_quotas/{quota}"))
        .await;
    assert_eq!((status, &quota["name"]), (200, &json!("default")));
    assert!(quota["services"]["paid_services_allowed"].is_boolean());
    assert!(quota["apps"]["total_memory_in_mb"].is_null());
}

#[tokio::test]
async fn a_space_has_every_member_in_its_type() {
    let world = World::new().await;
    let path = format!("/v3/spaces/{}", world.space);
    let (_, space) = world
        .get(As::Auditor, &format!("{path}?include=organization"))
        .await;
    assert_eq!(space["included"]["organizations"][0]["name"], "acme");
    assert_eq!(
        space["relationships"],
        json!({"organization": {"data": {"guid": world.org}}, "quota": {"data": null}})
    );
    assert_eq!(
        space["links"],
        json!({
            "self": {"href": format!("{API}{path}")},
            "organization": {"href": format!("{API}/v3/organizations/{}", world.org)},
            "features": {"href": format!("{API}{path}/features")},
            "apply_manifest": {
                "href": format!("{API}{path}/actions/apply_manifest"), "method": "POST",
            },
        })
    );
}

#[tokio::test]
async fn names_are_compared_regardless_of_case() {
    let world = World::new().await;
    assert_eq!(
        world
            .names(As::Developer, "/v3/organizations?names=ACME")
            .await,
        ["acme"]
    );
    let path = format!("/v3/spaces?names=Dev&organization_guids={}", world.org);
    assert_eq!(world.names(As::Developer, &path).await, ["dev"]);
    let path = format!(
        "/v3/spaces?names=dev&organization_guids={}",
        default_target::ORG
    );
    assert_eq!(world.names(As::Admin, &path).await, [""; 0]);
    let (_, list) = world
        .get(As::Admin, "/v3/spaces?include=organization&order_by=name")
        .await;
    assert_eq!(
        list["included"]["organizations"].as_array().unwrap().len(),
        2
    );
}

/// The command line writes a slash behind the organization that it changes or deletes.
#[tokio::test]
async fn a_slash_behind_an_organization_changes_nothing() {
    let world = World::new().await;
    let path = format!("/v3/organizations/{}/", world.org);
    let rename = json!({"name": "globex"});
    let (status, org) = world
        .call(As::Manager, Method::PATCH, &path, Some(rename))
        .await;
    assert_eq!((status, &org["name"]), (200, &json!("globex")));
    assert_eq!(world.get(As::Manager, &path).await.0, 200);
    let (status, _) = world.call(As::Manager, Method::DELETE, &path, None).await;
    assert_eq!(status, 403);
    let (status, _) = world.call(As::Admin, Method::DELETE, &path, None).await;
    assert_eq!(status, 204);
    assert_eq!(world.get(As::Admin, &path).await.0, 404);
}

#[tokio::test]
async fn an_organization_goes_with_all_that_is_in_it() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    world.key(&instance, "k").await;
    let path = format!("/v3/organizations/{}", world.org);
    let (status, _) = world.call(As::Admin, Method::DELETE, &path, None).await;
    assert_eq!(status, 204);
    assert_eq!(
        world.names(As::Admin, "/v3/service_instances").await,
        [""; 0]
    );
    assert_eq!(world.names(As::Admin, "/v3/spaces").await, ["default"]);
}

#[tokio::test]
async fn a_space_goes_with_its_instances() {
    let world = World::new().await;
    world.instance("one").await;
    let path = format!("/v3/spaces/{}", world.space);
    for (who, expected) in [
        (As::Stranger, 404),
        (As::Developer, 403),
        (As::SpaceManager, 403),
        (As::Manager, 204),
        (As::Manager, 404),
    ] {
        let (status, _) = world.call(who, Method::DELETE, &path, None).await;
        assert_eq!(status, expected, "{who:?}");
    }
    assert_eq!(
        world.names(As::Admin, "/v3/service_instances").await,
        [""; 0]
    );
}

#[tokio::test]
async fn what_exists_from_the_start_stays_with_all_that_is_in_it() {
    let world = World::new().await;
    let mut body = world.new_instance("one", "integration-flow", json!({}));
    body["relationships"]["space"]["data"]["guid"] = json!(default_target::SPACE);
    world.create(As::Admin, "/v3/service_instances", body).await;
    let org = format!("/v3/organizations/{}", default_target::ORG);
    let space = format!("/v3/spaces/{}", default_target::SPACE);
    let rename = Some(json!({"name": "other"}));
    for (path, detail) in [(&org, FIXED_ORG), (&space, FIXED_SPACE)] {
        let kept = world.call(As::Admin, Method::DELETE, path, None).await;
        assert_failure(&kept, 422, 10008, detail);
        let kept = world
            .call(As::Admin, Method::PATCH, path, rename.clone())
            .await;
        assert_failure(&kept, 422, 10008, detail);
    }
    assert_eq!(
        world.names(As::Admin, "/v3/service_instances").await,
        ["one"]
    );
}

#[tokio::test]
async fn requests_that_cannot_be_carried_out_say_why() {
    let world = World::new().await;
    let post =
        async |path: &str, body: Value| world.call(As::Admin, Method::POST, path, Some(body)).await;
    let (orgs, spaces) = ("/v3/organizations", "/v3/spaces");
    let cases = [
        (orgs, json!({}), "name: is required"),
        (
            orgs,
            json!({"name": "Acme"}),
            "Organization 'Acme' already exists.",
        ),
        (
            orgs,
            json!({"name": "x", "quota": 1}),
            "Unknown field(s): 'quota'",
        ),
        (
            orgs,
            json!({"name": "x", "suspended": "no"}),
            "suspended: must be true or false, not text",
        ),
        (
            spaces,
            in_org("Dev", world.org),
            "Name must be unique per organization",
        ),
        (
            spaces,
            json!({"name": "x"}),
            "relationships.organization: must be {\"data\": {\"guid\": \"…\"}}",
        ),
        (
            spaces,
            in_org("x", world.space),
            "Invalid organization. Ensure that the organization exists and you have access to it.",
        ),
    ];
    for (path, body, detail) in cases {
        assert_failure(&post(path, body).await, 422, 10008, detail);
    }
    let body = json!({"name": "x"});
    let (status, _) = world
        .call(As::Manager, Method::POST, orgs, Some(body))
        .await;
    assert_eq!(status, 403);
    let made = world
        .create(As::Admin, orgs, json!({"name": "y", "suspended": true}))
        .await;
    assert_eq!(made["suspended"], true);
    let made = world
        .create(As::Manager, spaces, in_org("new", world.org))
        .await;
    let path = format!("{spaces}/{}", made["guid"].as_str().unwrap());
    let rename = Some(json!({"name": "renamed", "metadata": {"labels": {"a": "b"}}}));
    let (status, renamed) = world.call(As::Manager, Method::PATCH, &path, rename).await;
    assert_eq!((status, &renamed["name"]), (200, &json!("renamed")));
    assert_eq!(renamed["metadata"]["labels"], json!({"a": "b"}));
}

#[tokio::test]
async fn the_space_in_a_path_exists_for_administrators_too() {
    let world = World::new().await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    for path in [format!("/v3/spaces/{unknown}"), "/v3/spaces/x".to_owned()] {
        let answer = world.get(As::Admin, &path).await;
        assert_failure(&answer, 404, 10010, "Space not found");
    }
    for path in [
        format!("/v3/organizations/{unknown}"),
        "/v3/organizations/x".to_owned(),
    ] {
        let answer = world.get(As::Admin, &path).await;
        assert_failure(&answer, 404, 10010, "Organization not found");
    }
}

#[tokio::test]
async fn what_cf_org_and_cf_space_ask_for_is_there_and_empty() {
    let world = World::new().await;
    let (org, space) = (world.org, world.space);
    let lists = [
        format!("/v3/organizations/{org}/domains"),
        format!("/v3/spaces/{space}/running_security_groups"),
        format!("/v3/spaces/{space}/staging_security_groups"),
        "/v3/apps".to_owned(),
        "/v3/domains".to_owned(),
        "/v3/isolation_segments".to_owned(),
        "/v3/routes".to_owned(),
        "/v3/security_groups".to_owned(),
        "/v3/space_quotas".to_owned(),
    ];
    for path in lists {
        let query = format!("{path}?space_guids={space}&order_by=name");
        let (status, list) = world.get(As::Developer, &query).await;
        assert_eq!((status, &list["resources"]), (200, &json!([])), "{path}");
        assert_eq!(list["pagination"]["total_pages"], 1);
    }
    for path in [
        format!("/v3/organizations/{org}/relationships/default_isolation_segment"),
        format!("/v3/spaces/{space}/relationships/isolation_segment"),
    ] {
        let (status, answer) = world.get(As::Developer, &path).await;
        assert_eq!((status, &answer["data"]), (200, &Value::Null), "{path}");
        assert_eq!(answer["links"]["self"]["href"], format!("{API}{path}"));
    }
    let hidden = world
        .get(
            As::Stranger,
            &format!("/v3/spaces/{space}/running_security_groups"),
        )
        .await;
    assert_eq!(hidden.0, 404);
    let quota = world.get(As::Developer, "/v3/organization_quotas/x").await;
    assert_failure(&quota, 404, 10010, "Organization quota not found");
}
