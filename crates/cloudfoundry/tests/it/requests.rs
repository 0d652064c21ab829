//! The form of requests and answers.

use http::Method;
use lockgate_core::limits;
use lockgate_testkit::transcript::{Reply, Sent};
use serde_json::{Value, json};

use crate::world::{API, As, World, assert_failure};

async fn sent(world: &World, method: &str, target: &str, body: &str) -> Reply {
    let authorization = format!("bearer {}", world.token(As::Admin));
    let request = Sent {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: vec![("Authorization".to_owned(), authorization)],
        body: body.to_owned(),
    };
    world.send(request).await
}

fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    let mut headers = reply.headers.iter();
    let found = headers.find(|(field, _)| field == name);
    found.map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn discovery_needs_no_token_and_ignores_bad_ones() {
    let world = World::new().await;
    let token_base = lockgate_testkit::tenant().token_base;
    for authorization in [None, Some(""), Some("bearer x"), Some("Basic Y2Y6")] {
        for path in ["/", "/v3", "/v3/info"] {
            let field = |value: &str| ("Authorization".to_owned(), value.to_owned());
            let request = Sent {
                method: "GET".to_owned(),
                target: path.to_owned(),
                headers: authorization.into_iter().map(field).collect(),
                body: String::new(),
            };
            assert_eq!(
                world.send(request).await.status,
                200,
                "{path} {authorization:?}"
            );
        }
    }
    let (_, root) = world.get(As::Nobody, "/").await;
    assert_eq!(root["links"]["login"]["href"], token_base);
    assert_eq!(root["links"]["uaa"]["href"], token_base);
    assert_eq!(
        root["links"]["cloud_controller_v3"]["href"],
        format!("{API}/v3")
    );
    assert!(root.get("cf_on_k8s").is_none());
    let (_, links) = world.get(As::Nobody, "/v3").await;
    for (name, link) in links["links"].as_object().unwrap() {
        let path = link["href"].as_str().unwrap().strip_prefix(API).unwrap();
        let (status, _) = world.get(As::Admin, path).await;
        assert_eq!(status, 200, "{name}");
    }
    let (_, info) = world.get(As::Nobody, "/v3/info").await;
    assert_eq!(info["osbapi_version"], "2.17");
    assert!(info["version"].is_number());
    assert!(info["rate_limits"]["enabled"].is_boolean());
    assert!(info["rate_limits"]["general_limit"].is_number());
}

#[tokio::test]
async fn unknown_paths_and_methods_are_unknown_requests() {
    let world = World::new().await;
    let cases = [
        (Method::GET, "/v3/nothing"),
        (Method::GET, "/v3/service_instances/x/y"),
        (Method::GET, "/v3/"),
        (Method::PUT, "/v3/service_instances"),
        (Method::DELETE, "/v3/service_instances"),
        (Method::POST, "/v3/service_plans"),
        (Method::PATCH, "/v3/service_plans/x"),
        (Method::GET, "/v3/service_instances/%ff"),
    ];
    for (method, path) in cases {
        for who in [As::Nobody, As::Admin] {
            let answer = world.call(who, method.clone(), path, None).await;
            if who == As::Nobody && path.ends_with("%ff") {
                assert_eq!(answer.0, 401);
                continue;
            }
            assert_failure(&answer, 404, 10000, "Unknown request");
            assert_eq!(answer.1["errors"][0]["title"], "CF-NotFound");
        }
    }
    let job = world.get(As::Admin, "/v3/jobs/x").await;
    assert_failure(&job, 404, 10010, "Job not found");
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let world = World::new().await;
    let head = sent(&world, "HEAD", "/v3/organizations", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let kind = header(&head, "content-type");
    assert_eq!(kind, Some("application/json; charset=utf-8"));
    assert_eq!(
        sent(&world, "HEAD", "/v3/organizations/x", "").await.status,
        404
    );
}

#[tokio::test]
async fn bodies_are_one_bounded_object() {
    let world = World::new().await;
    let parse = "Request invalid due to parse error: invalid request body";
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let bodies = [
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{} {}",
        "\u{feff}{}",
        "name=x",
        &format!("{{\"name\":{deep}}}"),
    ];
    for body in bodies {
        let reply = sent(&world, "POST", "/v3/organizations", body).await;
        let answer = (
            reply.status,
            serde_json::from_str::<Value>(&reply.body).unwrap(),
        );
        assert_failure(&answer, 400, 1001, parse);
    }
    let empty = sent(&world, "POST", "/v3/organizations", "").await;
    assert_eq!(empty.status, 422);
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(limits::API_JSON_BODY));
    let reply = sent(&world, "POST", "/v3/organizations", &large).await;
    let answer = (
        reply.status,
        serde_json::from_str::<Value>(&reply.body).unwrap(),
    );
    let detail = "The request is invalid: the request body is larger than 1048576 bytes";
    assert_failure(&answer, 413, 10004, detail);
    let unknown = json!({"x": 1, "y": 2, "name": "a"}).to_string();
    let reply = sent(&world, "POST", "/v3/organizations", &unknown).await;
    let answer = (
        reply.status,
        serde_json::from_str::<Value>(&reply.body).unwrap(),
    );
    assert_failure(&answer, 422, 10008, "Unknown field(s): 'x', 'y'");
}

#[tokio::test]
async fn complaints_repeat_little_of_what_was_sent() {
    let world = World::new().await;
    let long = "x".repeat(5_000);
    let many: serde_json::Map<String, Value> =
        (0..5_000).map(|n| (format!("m{n}"), json!(1))).collect();
    let in_org = |user: Value| {
        let org = json!({"data": {"guid": world.org}});
        let relationships = json!({"organization": org, "user": {"data": user}});
        json!({"type": "organization_user", "relationships": relationships})
    };
    let cases = [
        ("/v3/organizations", json!({&long: 1})),
        ("/v3/organizations", json!(many)),
        ("/v3/spaces", json!({"name": "x", "relationships": many})),
        (
            "/v3/roles",
            in_org(json!({"username": long, "origin": long})),
        ),
        (
            "/v3/service_credential_bindings",
            crate::world::new_key(&long, "k"),
        ),
    ];
    for (path, body) in cases {
        let reply = sent(&world, "POST", path, &body.to_string()).await;
        assert_eq!(reply.status, 422, "{path}");
        assert!(reply.body.len() < 2_500, "{path}: {}", reply.body);
    }
}

#[tokio::test]
async fn refusals_have_one_error_and_a_challenge() {
    let world = World::new().await;
    let request = Sent {
        method: "GET".to_owned(),
        target: "/v3/spaces".to_owned(),
        headers: vec![],
        body: String::new(),
    };
    let reply = world.send(request).await;
    assert_eq!(reply.status, 401);
    assert_eq!(header(&reply, "www-authenticate"), Some("Bearer"));
    let kind = header(&reply, "content-type");
    assert_eq!(kind, Some("application/json; charset=utf-8"));
    assert_eq!(
        reply.body,
        r#"{"errors":[{"code":10002,"title":"CF-NotAuthenticated","detail":"Authentication error"}]}"#
    );
}

#[tokio::test]
async fn nothing_has_a_location() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let body = world
        .new_instance("two", "integration-flow", json!({}))
        .to_string();
    for (method, path, body) in [
        ("POST", "/v3/service_instances".to_owned(), body.as_str()),
        (
            "PATCH",
            format!("/v3/service_instances/{instance}"),
            "{\"name\":\"x\"}",
        ),
        ("DELETE", format!("/v3/service_instances/{instance}"), ""),
        ("DELETE", format!("/v3/spaces/{}", world.space), ""),
    ] {
        let reply = sent(&world, method, &path, body).await;
        assert!(reply.status < 300, "{}", reply.body);
        assert_eq!(header(&reply, "location"), None, "{method} {path}");
    }
}

#[tokio::test]
async fn feature_flags_are_fixed() {
    let world = World::new().await;
    let (_, flag) = world
        .get(As::Stranger, "/v3/feature_flags/service_instance_sharing")
        .await;
    let link = format!("{API}/v3/feature_flags/service_instance_sharing");
    assert_eq!(
        flag,
        json!({
            "name": "service_instance_sharing", "enabled": false, "updated_at": null,
            "custom_error_message": null, "links": {"self": {"href": link}},
        })
    );
    let unknown = world.get(As::Admin, "/v3/feature_flags/x").await;
    assert_failure(&unknown, 404, 10010, "Feature flag not found");
}
