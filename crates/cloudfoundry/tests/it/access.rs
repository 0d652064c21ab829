//! Who may see and do what.

use http::Method;
use lockgate_accounts::OrganizationChange;
use lockgate_testkit::transcript::Sent;
use lockgate_web::surface::Access;
use serde_json::{Value, json};

use crate::world::{As, World, assert_failure, new_key, somebody};

/// A status for each of [`As::ALL`]: administrator, organization's manager, developer, space's
/// manager, auditor, supporter, member, stranger.
type Row = [u16; 8];

async fn statuses(world: &World, method: Method, target: &str, body: Option<Value>) -> Row {
    let mut row = [0; 8];
    for (index, who) in As::ALL.into_iter().enumerate() {
        row[index] = world
            .call(who, method.clone(), target, body.clone())
            .await
            .0;
    }
    row
}

#[tokio::test]
async fn what_may_not_be_seen_is_404_and_what_may_not_be_changed_403() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let key = world.key(&instance, "k").await;
    let instance = format!("/v3/service_instances/{instance}");
    let key = format!("/v3/service_credential_bindings/{key}");
    let space = format!("/v3/spaces/{}", world.space);
    let org = format!("/v3/organizations/{}", world.org);
    let seen: Row = [200, 200, 200, 200, 200, 200, 404, 404];
    let label = || Some(json!({"metadata": {"labels": {"a": "b"}}}));
    let cases = [
        (
            Method::GET,
            org.clone(),
            None,
            [200, 200, 200, 200, 200, 200, 200, 404],
        ),
        (
            Method::PATCH,
            org,
            label(),
            [200, 200, 403, 403, 403, 403, 403, 404],
        ),
        (Method::GET, space.clone(), None, seen),
        (
            Method::PATCH,
            space.clone(),
            label(),
            [200, 200, 403, 200, 403, 403, 404, 404],
        ),
        (Method::GET, instance.clone(), None, seen),
        (Method::GET, format!("{instance}/parameters"), None, seen),
        (Method::GET, format!("{instance}/permissions"), None, seen),
        (
            Method::GET,
            format!("{instance}/relationships/shared_spaces"),
            None,
            seen,
        ),
        (
            Method::PATCH,
            instance,
            label(),
            [200, 403, 200, 403, 403, 403, 404, 404],
        ),
        (Method::GET, key.clone(), None, seen),
        (Method::GET, format!("{key}/parameters"), None, seen),
        // Who may not read credentials does not learn that there are any.
        (
            Method::GET,
            format!("{key}/details"),
            None,
            [200, 404, 200, 404, 404, 404, 404, 404],
        ),
        (
            Method::PATCH,
            key,
            label(),
            [200, 403, 200, 403, 403, 403, 404, 404],
        ),
        (
            Method::GET,
            format!("{space}/relationships/isolation_segment"),
            None,
            seen,
        ),
    ];
    for (method, target, body, expected) in cases {
        let found = statuses(&world, method.clone(), &target, body).await;
        assert_eq!(found, expected, "{method} {target}");
    }
}

#[tokio::test]
async fn deleting_needs_the_right_to_change() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let key = world.key(&instance, "k").await;
    for who in As::ALL
        .into_iter()
        .filter(|who| !matches!(who, As::Admin | As::Developer))
    {
        let unseen = matches!(who, As::Member | As::Stranger);
        let expected = if unseen { 404 } else { 403 };
        for target in [
            format!("/v3/service_credential_bindings/{key}"),
            format!("/v3/service_instances/{instance}"),
        ] {
            let (status, _) = world.call(who, Method::DELETE, &target, None).await;
            assert_eq!(status, expected, "{who:?} {target}");
        }
    }
    let delete = async |target: String| {
        world
            .call(As::Developer, Method::DELETE, &target, None)
            .await
    };
    let purge = delete(format!("/v3/service_instances/{instance}?purge=true")).await;
    assert_eq!(purge.0, 403);
    let gone = delete(format!("/v3/service_credential_bindings/{key}")).await;
    assert_eq!(gone, (204, Value::Null));
    let gone = delete(format!("/v3/service_instances/{instance}")).await;
    assert_eq!(gone, (204, Value::Null));
}

#[tokio::test]
async fn what_a_body_refers_to_has_to_be_visible() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let cases = [
        (
            "/v3/service_instances",
            world.new_instance("two", "integration-flow", json!({})),
            [201, 403, 422, 403, 403, 403, 422, 422],
            "Invalid space. Ensure that the space exists and you have access to it.".to_owned(),
        ),
        (
            "/v3/service_credential_bindings",
            new_key(&instance, "k"),
            [201, 403, 422, 403, 403, 403, 422, 422],
            format!("The service instance could not be found: '{instance}'"),
        ),
        (
            "/v3/spaces",
            json!({"name": "new", "relationships": {"organization": {"data": {"guid": world.org}}}}),
            [201, 422, 403, 403, 403, 403, 403, 422],
            "Invalid organization. Ensure that the organization exists and you have access to it."
                .to_owned(),
        ),
    ];
    for (target, body, expected, detail) in cases {
        // Those who may come behind the administrator find the name taken, which is 422 as well.
        let found = statuses(&world, Method::POST, target, Some(body.clone())).await;
        assert_eq!(found, expected, "{target}");
        let answer = world
            .call(As::Stranger, Method::POST, target, Some(body))
            .await;
        assert_failure(&answer, 422, 10008, &detail);
    }
    let forbidden = world.new_instance("x", "integration-flow", json!({}));
    let path = "/v3/service_instances";
    let answer = world
        .call(As::Auditor, Method::POST, path, Some(forbidden))
        .await;
    assert_failure(
        &answer,
        403,
        10003,
        "You are not authorized to perform the requested action",
    );
}

#[tokio::test]
async fn lists_hold_what_may_be_seen() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    world.key(&instance, "k").await;
    let cases: [(&str, [usize; 8]); 6] = [
        // The organization and space that exist from the start are the administrator's alone.
        ("/v3/organizations", [2, 1, 1, 1, 1, 1, 1, 0]),
        ("/v3/spaces", [2, 1, 1, 1, 1, 1, 0, 0]),
        ("/v3/service_instances", [1, 1, 1, 1, 1, 1, 0, 0]),
        ("/v3/service_credential_bindings", [1, 1, 1, 1, 1, 1, 0, 0]),
        ("/v3/service_plans", [2, 2, 2, 2, 2, 2, 2, 2]),
        ("/v3/service_brokers", [1, 0, 0, 0, 0, 0, 0, 0]),
    ];
    for (list, expected) in cases {
        for (who, expected) in As::ALL.into_iter().zip(expected) {
            assert_eq!(
                world.names(who, list).await.len(),
                expected,
                "{who:?} {list}"
            );
        }
    }
}

#[tokio::test]
async fn permissions_say_who_manages() {
    let world = World::new().await;
    let path = format!(
        "/v3/service_instances/{}/permissions",
        world.instance("one").await
    );
    for (who, manage) in [
        (As::Admin, true),
        (As::Developer, true),
        (As::Auditor, false),
    ] {
        let answer = world.get(who, &path).await;
        assert_eq!(
            answer,
            (200, json!({"read": true, "manage": manage})),
            "{who:?}"
        );
    }
}

#[tokio::test]
async fn a_suspended_organization_is_for_administrators() {
    let world = World::new().await;
    let change = OrganizationChange {
        suspended: Some(true),
        ..OrganizationChange::default()
    };
    let org = world.org.to_string();
    let actor = somebody();
    let updated = world.accounts.update_organization(&actor, &org, change);
    updated.await.unwrap();
    world.reload().await;
    let body = || Some(world.new_instance("one", "integration-flow", json!({})));
    let path = "/v3/service_instances";
    assert_eq!(
        world
            .call(As::Developer, Method::POST, path, body())
            .await
            .0,
        403
    );
    assert_eq!(world.get(As::Developer, path).await.0, 200);
    assert_eq!(
        world.call(As::Admin, Method::POST, path, body()).await.0,
        201
    );
    let resume = || Some(json!({"suspended": false}));
    let org = format!("/v3/organizations/{org}");
    assert_eq!(
        world
            .call(As::Manager, Method::PATCH, &org, resume())
            .await
            .0,
        403
    );
    assert_eq!(
        world.call(As::Admin, Method::PATCH, &org, resume()).await.0,
        200
    );
    let suspend = Some(json!({"suspended": true}));
    assert_eq!(
        world
            .call(As::Manager, Method::PATCH, &org, suspend)
            .await
            .0,
        403
    );
}

async fn sent(world: &World, method: &str, target: &str, authorization: &[&str]) -> (u16, Value) {
    let field = |value: &&str| ("Authorization".to_owned(), (*value).to_owned());
    let request = Sent {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: authorization.iter().map(field).collect(),
        body: String::new(),
    };
    let reply = world.send(request).await;
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

#[tokio::test]
async fn every_route_asks_for_what_it_says() {
    let world = World::new().await;
    assert!(!world.surface().routes().is_empty());
    for route in world.surface().routes() {
        let path = route.path.replace(['{', '}'], "");
        let method = route.method.as_str();
        let without = sent(&world, method, &path, &[]).await;
        let bad = sent(&world, method, &path, &["bearer x.y.z"]).await;
        match route.access {
            Access::Public => assert_eq!((without.0, bad.0), (200, 200), "{path}"),
            Access::AccountOrPublic => {
                assert!(matches!(without.0, 200 | 404), "{path}");
                assert_failure(&bad, 401, 1000, "Invalid Auth Token");
            }
            Access::Account => {
                assert_failure(&without, 401, 10002, "Authentication error");
                assert_failure(&bad, 401, 1000, "Invalid Auth Token");
            }
            other => panic!("{method} {path} is open to {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_token_needs_the_scope_and_its_scheme_has_any_case() {
    let world = World::new().await;
    let id = world.id(As::Developer).to_string();
    let token = |scope: &[&str]| {
        world.sign(json!({
            "grant_type": "password", "user_id": id, "sub": id, "user_name": "developer",
            "origin": "uaa", "scope": scope, "cid": "cf", "azp": "cf", "client_id": "cf",
            "aud": ["cloud_controller"],
        }))
    };
    let (read, write) = ("cloud_controller.read", "cloud_controller.write");
    let list = "/v3/service_instances";
    let cases = [
        ("GET", &[read][..], 200),
        ("GET", &[write], 403),
        ("POST", &[read], 403),
        // The body is empty, which only who has the scope gets to hear.
        ("POST", &[write], 422),
    ];
    for (method, scopes, expected) in cases {
        for scheme in ["bearer", "Bearer", "BEARER"] {
            let authorization = format!("{scheme} {}", token(scopes));
            let (status, body) = sent(&world, method, list, &[&authorization]).await;
            assert_eq!(status, expected, "{method} {scopes:?}: {body}");
            if status == 403 {
                assert_eq!(body["errors"][0]["code"], 10003);
            }
        }
    }
    let authorization = format!("bearer {}", world.token(As::Admin));
    let twice = sent(&world, "GET", list, &[&authorization, &authorization]).await;
    assert_failure(&twice, 401, 1000, "Invalid Auth Token");
    let basic = sent(&world, "GET", list, &["Basic Y2Y6"]).await;
    assert_failure(&basic, 401, 1000, "Invalid Auth Token");
}

/// Whoever has a token whose scopes were narrowed has no more than they say.
#[tokio::test]
async fn an_administrator_is_one_by_the_scope_of_the_token_only() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let key = world.key(&instance, "k").await;
    let id = world.id(As::Admin).to_string();
    let narrowed = world.sign(json!({
        "grant_type": "password", "user_id": id, "sub": id, "user_name": "admin", "origin": "uaa",
        "scope": ["cloud_controller.read", "cloud_controller.write"],
        "cid": "cf", "azp": "cf", "client_id": "cf", "aud": ["cloud_controller"],
    }));
    let authorization = format!("bearer {narrowed}");
    for (method, target) in [
        ("GET", format!("/v3/service_instances/{instance}")),
        ("DELETE", format!("/v3/service_instances/{instance}")),
        (
            "GET",
            format!("/v3/service_credential_bindings/{key}/details"),
        ),
        ("GET", format!("/v3/organizations/{}", world.org)),
        ("DELETE", format!("/v3/spaces/{}", world.space)),
        ("GET", format!("/v3/users/{}", world.id(As::Developer))),
    ] {
        let answer = sent(&world, method, &target, &[&authorization]).await;
        assert_eq!(answer.0, 404, "{method} {target}: {}", answer.1);
    }
    for list in ["service_instances", "organizations", "spaces", "roles"] {
        let (status, body) = sent(&world, "GET", &format!("/v3/{list}"), &[&authorization]).await;
        assert_eq!((status, &body["resources"]), (200, &json!([])), "{list}");
    }
    let refused = sent(&world, "POST", "/v3/organizations", &[&authorization]).await;
    let detail = "You are not authorized to perform the requested action";
    assert_failure(&refused, 403, 10003, detail);
}
