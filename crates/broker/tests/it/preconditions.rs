//! What is checked before a request is looked at, in this order: who it is, which version it
//! speaks, whether the body can be read, whether the catalogue has what it names.

use http::Method;
use serde_json::json;

use crate::world::{B1, FLOW, I1, Platform, SERVICE, World, binding, instance};

/// Every route.
fn endpoints() -> [(Method, String); 10] {
    let of = |path: &str, rest: &str| format!("{path}{rest}");
    [
        (Method::GET, "catalog".to_owned()),
        (Method::PUT, of(I1, "")),
        (Method::GET, of(I1, "")),
        (Method::PATCH, of(I1, "")),
        (Method::DELETE, of(I1, "?service_id=x&plan_id=y")),
        (Method::GET, of(I1, "/last_operation")),
        (Method::PUT, of(B1, "")),
        (Method::GET, of(B1, "")),
        (Method::DELETE, of(B1, "")),
        (Method::GET, of(B1, "/last_operation")),
    ]
}

async fn statuses(platform: &Platform<'_>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (method, path) in endpoints() {
        statuses.push(platform.send(method, &path, "{}").await.status.as_u16());
    }
    statuses
}

/// 2.13, both editions: without or with wrong credentials, whatever else is wrong.
#[tokio::test]
async fn strangers_get_401_everywhere() {
    let world = World::new().await;
    let strangers = [
        world.cf().without("authorization"),
        world
            .cf()
            .with("authorization", "Basic c3BvY2s6c3BvY2twYXNz"),
        world.cf().with("authorization", "Bearer x"),
        world.platform("ci"),
        world.platform("nobody"),
        world
            .cf()
            .without("authorization")
            .without("x-broker-api-version"),
    ];
    for stranger in strangers {
        assert_eq!(statuses(&stranger).await, [401; 10]);
        let answer = stranger.get("catalog").await;
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Basic "), "{challenge}");
    }
}

/// 2.13, both editions: 412 without, and with an empty, version, whatever the body is. 2.16 allows
/// 400 for a missing one, but the checkers do not.
#[tokio::test]
async fn a_missing_or_foreign_version_gets_412_everywhere() {
    let world = World::new().await;
    let without = world.cf().without("x-broker-api-version");
    assert_eq!(statuses(&without).await, [412; 10]);
    for version in ["", "2.12", "1.0", "3.0", "latest"] {
        let platform = world.cf().version(version);
        assert_eq!(statuses(&platform).await, [412; 10], "{version:?}");
        let answer = platform.without("content-type").get("catalog").await;
        assert!(answer.description().contains("X-Broker-API-Version"));
    }
    for version in ["2.13", "2.14", "2.15", "2.16", "2.17", "2.18"] {
        let answer = world.cf().version(version).get("catalog").await;
        assert_eq!(answer.status, 200, "{version}");
    }
}

/// 2.13: the body is JSON in an object, and says so.
#[tokio::test]
async fn bodies_that_are_no_json_objects_get_400() {
    let world = World::new().await;
    let cf = world.cf();
    let good = instance(json!({})).to_string();
    for (method, path) in [(Method::PUT, I1), (Method::PATCH, I1), (Method::PUT, B1)] {
        for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
            let platform = cf.clone().with("content-type", media_type);
            let answer = platform.send(method.clone(), path, good.clone()).await;
            assert_eq!(answer.status, 400, "{method} {path} as {media_type:?}");
        }
        let untyped = cf.clone().without("content-type");
        let answer = untyped.send(method.clone(), path, good.clone()).await;
        assert_eq!(answer.status, 400, "{method} {path} as nothing");
        let twice = good.replacen('{', r#"{"service_id":"x","#, 1);
        for body in ["", "{", "[]", "null", "\"x\"", "{} {}", &twice] {
            let answer = cf.send(method.clone(), path, body.to_owned()).await;
            assert_eq!(answer.status, 400, "{method} {path} {body}");
        }
    }
    let charset = cf.with("content-type", "application/json; charset=utf-8");
    assert_eq!(charset.send(Method::PUT, I1, good).await.status, 201);
}

/// 2.13: requests are bounded.
#[tokio::test]
async fn large_or_deep_bodies_are_refused() {
    let world = World::new().await;
    let large = format!("{{\"x\":\"{}\"}}", "y".repeat(1024 * 1024));
    assert_eq!(world.cf().send(Method::PUT, I1, large).await.status, 413);
    let deep = format!("{{\"x\":{}1{}}}", "[".repeat(64), "]".repeat(64));
    assert_eq!(world.cf().send(Method::PUT, I1, deep).await.status, 400);
}

/// 2.13, both editions: mandatory members are there and of the catalogue, even when nothing exists
/// that the request is about: 400 comes before 404 and 410.
#[tokio::test]
async fn missing_or_unknown_ids_of_the_catalogue_get_400_before_anything_else() {
    let world = World::new().await;
    let cf = world.cf();
    let wrong = [
        json!(null),
        json!(""),
        json!("xxxx-xxxx-xxxx-xxxx"),
        json!(1),
    ];
    for name in ["service_id", "plan_id", "organization_guid", "space_guid"] {
        for value in &wrong {
            let place = name.ends_with("guid");
            if place && value == "xxxx-xxxx-xxxx-xxxx" {
                continue;
            }
            let answer = cf.put(I1, &instance(json!({name: value}))).await;
            assert_eq!(answer.status, 400, "{name}: {value}");
            assert!(answer.description().contains(name), "{}", answer.body);
            if !place {
                let answer = cf.put(B1, &binding(json!({name: value}))).await;
                assert_eq!(answer.status, 400, "binding, {name}: {value}");
            }
        }
    }
    for value in &wrong {
        let body = instance(json!({"service_id": value, "plan_id": null}));
        assert_eq!(cf.patch(I1, &body).await.status, 400, "{value}");
    }
    let unknown_plan = json!({"service_id": SERVICE, "plan_id": "xxxx"});
    assert_eq!(cf.patch(I1, &unknown_plan).await.status, 400);
    for path in [I1, B1] {
        for query in [
            String::new(),
            format!("service_id={SERVICE}"),
            format!("plan_id={FLOW}"),
            format!("service_id=&plan_id={FLOW}"),
            format!("service_id={SERVICE}&plan_id="),
            format!("service_id=xxxx&plan_id={FLOW}"),
            format!("service_id={SERVICE}&plan_id=xxxx"),
        ] {
            let path = format!("{path}?{query}");
            let answer = cf.send(Method::DELETE, &path, "").await;
            assert_eq!(answer.status, 400, "{path}");
        }
        assert_eq!(cf.delete(path).await.status, 410);
    }
}

/// 2.13: ids are unencoded parts of a path.
#[tokio::test]
async fn ids_are_bounded_and_url_safe() {
    let world = World::new().await;
    let cf = world.cf();
    let long = "x".repeat(201);
    for id in [
        "a%20b", "a%2Fb", "%00", "a%0Ab", "%C3%A4", "a+b", "a;b", &long,
    ] {
        let path = format!("service_instances/{id}");
        let answer = cf.put(&path, &instance(json!({}))).await;
        assert_eq!(answer.status, 400, "{id}");
        let path = format!("{I1}/service_bindings/{id}");
        assert_eq!(cf.put(&path, &binding(json!({}))).await.status, 400, "{id}");
    }
    let longest = &long[..200];
    for id in ["4f8f8f1c-0000-4000-8000-000000000001", "A.b_c~d-1", longest] {
        let path = format!("service_instances/{id}");
        assert_eq!(
            cf.put(&path, &instance(json!({}))).await.status,
            201,
            "{id}"
        );
        let path = format!("{path}/service_bindings/{id}");
        assert_eq!(cf.put(&path, &binding(json!({}))).await.status, 201, "{id}");
    }
}

/// 2.14: members and parameters that are not known are ignored.
#[tokio::test]
async fn unknown_members_and_parameters_are_ignored() {
    let world = World::new().await;
    let cf = world.cf();
    let path = format!("{I1}?accepts_incomplete=true&x=y&x=%FF");
    let request = instance(json!({"new": {"a": 1}, "maintenance_info": {"version": "1.0.0"}}));
    assert_eq!(cf.put(&path, &request).await.status, 201);
    assert_eq!(cf.put(I1, &instance(json!({}))).await.status, 200);
}

/// 2.15: answers carry the name of their request.
#[tokio::test]
async fn the_name_of_a_request_comes_back_with_its_answer() {
    const NAME: &str = "x-broker-api-request-identity";
    let world = World::new().await;
    let cf = world
        .cf()
        .with(NAME, "e26cee84-6b38-4456-b34e-d1a9f002c956");
    for path in ["catalog", I1] {
        let answer = cf.get(path).await;
        let expected = "e26cee84-6b38-4456-b34e-d1a9f002c956";
        assert_eq!(answer.headers[NAME], expected, "{}", answer.status);
    }
    assert!(!world.cf().get("catalog").await.headers.contains_key(NAME));
    let long = world.cf().with(NAME, &"x".repeat(201));
    assert!(!long.get("catalog").await.headers.contains_key(NAME));
}

#[tokio::test]
async fn other_paths_and_methods_are_answered_as_objects() {
    let world = World::new().await;
    let cf = world.cf();
    assert_eq!(cf.get("nothing").await.status, 404);
    let answer = cf.send(Method::POST, "catalog", "{}").await;
    assert_eq!(answer.status, 405);
    assert_eq!(cf.patch(B1, &json!({})).await.status, 405);
}
