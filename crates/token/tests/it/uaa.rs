//! What tools ask the token server besides tokens.

use http::{Method, Request};
use lockgate_web::jwt::{self, TokenRefused};
use serde_json::{Value, json};

use crate::world::{Answer, CF, PASSWORD, START, World, claims, post};

async fn get(world: &World, uri: &str, token: &str) -> Answer {
    let request = Request::get(uri).header("Authorization", format!("Bearer {token}"));
    world.send(request, "").await
}

async fn access(world: &World, name: &str) -> String {
    world.log_in(name, PASSWORD, "").await.text("access_token")
}

async fn tool_access(world: &World, name: &str, secret: &str) -> String {
    let form = format!("grant_type=client_credentials&client_id={name}&client_secret={secret}");
    world
        .send(post("/oauth/token"), form)
        .await
        .text("access_token")
}

/// The command line comes with an empty `Authorization` field, or with an old token.
#[tokio::test]
async fn programs_learn_how_to_log_in() {
    let world = World::new().await;
    let base = "https://acme.authentication.example.org";
    let expected = json!({
        "app": {"version": "77.0.0"}, "links": {"uaa": base, "login": base},
        "zone_name": "acme", "entityID": base,
        "prompts": {"username": ["text", "User name"], "password": ["password", "Password"]},
        "idpDefinitions": {},
    });
    for (path, authorization) in [
        ("/login", ""),
        ("/login", "bearer x"),
        ("/login", "Basic x"),
        ("/info", ""),
    ] {
        let request = Request::get(path)
            .header("Accept", "application/json")
            .header("Host", "evil.example")
            .header("Authorization", authorization);
        let answer = world.send(request, "").await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(answer.json(), expected, "{path} {authorization}");
    }
    let request = Request::get("/login").header("Accept", "text/html,application/xml;q=0.9");
    let page = world.send(request, "").await;
    assert!(page.body.starts_with("<!doctype html>"));
    assert!(
        page.header("content-security-policy")
            .contains("form-action 'none'")
    );
    let passcode = world.send(Request::get("/passcode"), "").await;
    assert_eq!(passcode.error(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn other_methods_are_refused() {
    let world = World::new().await;
    for (path, allow) in [
        ("/oauth/authorize", "GET, POST"),
        ("/logout.do", "GET, POST"),
        ("/userinfo", "GET, POST"),
        ("/login", "GET, HEAD"),
        ("/Users", "GET, HEAD"),
        ("/oauth/clients/x", "GET, HEAD"),
    ] {
        let request = Request::builder().method(Method::PUT).uri(path);
        let answer = world.send(request, "").await;
        assert_eq!(
            answer.error(),
            (405, "method_not_allowed".to_owned()),
            "{path}"
        );
        assert_eq!(answer.header("allow"), allow);
    }
}

#[tokio::test]
async fn a_token_says_who_it_speaks_for() {
    let world = World::new().await;
    let id = world.add_person("ann", false, &[]).await;
    let secret = world.add_tool("ci", false).await;
    let ann = access(&world, "ann").await;
    let expected = json!({"user_id": id, "sub": id, "user_name": "ann", "name": "ann",
        "email": "ann", "origin": "uaa"});
    assert_eq!(get(&world, "/userinfo", &ann).await.json(), expected);
    let posted = Request::post("/userinfo").header("Authorization", format!("Bearer {ann}"));
    assert_eq!(world.send(posted, "").await.json(), expected);

    let answer = world
        .log_in("ann", PASSWORD, "scope=uaa.user+cloud_controller.read")
        .await;
    let closed = answer.text("access_token");
    let tool = tool_access(&world, "ci", &secret).await;
    for token in [closed, tool, world.token().await] {
        let answer = get(&world, "/userinfo", &token).await;
        assert_eq!(answer.error(), (403, "insufficient_scope".to_owned()));
        assert_eq!(answer.text("scope"), "openid");
    }
    for token in ["", "x"] {
        let answer = get(&world, "/userinfo", token).await;
        assert_eq!(answer.error(), (401, "invalid_token".to_owned()));
    }
}

/// The command line asks for its own client and must not be refused.
#[tokio::test]
async fn clients_are_seen_by_themselves_and_by_administrators() {
    let world = World::new().await;
    world.add_person("root", true, &[]).await;
    world.add_person("ann", false, &[]).await;
    let secret = world.add_tool("ci", false).await;
    let (root, ann) = (access(&world, "root").await, access(&world, "ann").await);
    let tool = tool_access(&world, "ci", &secret).await;
    let own = get(&world, "/oauth/clients/ci", &tool).await;
    let expected = json!({"client_id": "ci", "name": "ci", "scope": ["uaa.none"],
        "authorities": ["cloud_controller.read", "cloud_controller.write"],
        "resource_ids": ["none"], "authorized_grant_types": ["client_credentials"],
        "redirect_uri": []});
    assert_eq!(own.json(), expected);
    let cf = get(&world, "/oauth/clients/cf", &ann).await.json();
    let grants = json!(["password", "refresh_token"]);
    assert_eq!(
        (&cf["allowpublic"], &cf["authorized_grant_types"]),
        (&json!(true), &grants)
    );
    let instance = format!("/oauth/clients/{}", world.client.id.replace('|', "%7C"));
    let seen = get(&world, &instance, &root).await.json();
    assert_eq!(seen["client_id"], world.client.id);
    for (token, id, expected) in [
        (&root, "ci", 200),
        (&root, "ghost", 404),
        (&root, "ann", 404),
        (&tool, "cf", 404),
        (&ann, "ci", 404),
        (&ann, "ghost", 404),
        (&"x".to_owned(), "ci", 401),
    ] {
        let answer = get(&world, &format!("/oauth/clients/{id}"), token).await;
        assert_eq!(answer.status.as_u16(), expected, "{id}");
    }
}

#[tokio::test]
async fn administrators_look_people_up() {
    let world = World::new().await;
    world.add_person("root", true, &[]).await;
    let ann = world.add_person("Ann", false, &[]).await;
    world.add_tool("ci", true).await;
    let root = access(&world, "root").await;
    let names = |answer: Answer| -> Vec<String> {
        let json: Value = answer.json();
        let people = json["resources"].as_array().unwrap().iter();
        people
            .map(|person| person["userName"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = get(&world, "/Users", &root).await;
    assert_eq!(all.json()["totalResults"], 2);
    assert_eq!(names(all), ["Ann", "root"]);
    let filter =
        "/Users?attributes=id%2CuserName&filter=userName+Eq+%22ann%22+and+origin+eq+%22uaa%22";
    let found = get(&world, filter, &root).await;
    assert_eq!(found.json()["resources"][0]["id"], json!(ann));
    assert_eq!(names(found), ["Ann"]);
    let second = get(&world, "/Users?startIndex=2&count=1", &root).await;
    assert_eq!(names(second), ["root"]);
    let nobody = get(&world, "/Users?filter=origin+eq+%22ldap%22", &root).await;
    assert_eq!(names(nobody), [""; 0]);
    for (uri, expected) in [
        ("/Users?filter=userName", (400, "scim")),
        ("/Users?startIndex=x", (400, "invalid_request")),
        ("/Users?count=-1", (400, "invalid_request")),
    ] {
        let answer = get(&world, uri, &root).await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{uri}");
    }
    let refused = get(&world, "/Users", &access(&world, "ann").await).await;
    assert_eq!(refused.error(), (403, "insufficient_scope".to_owned()));
}

fn delete(id: &str, token: &str) -> http::request::Builder {
    Request::delete(format!("/oauth/token/revoke/{id}"))
        .header("Authorization", format!("Bearer {token}"))
}

/// T43: everybody revokes what is theirs, administrators everything, and nobody learns of others.
#[tokio::test]
async fn tokens_are_revoked_by_their_holders_and_by_administrators() {
    let world = World::new().await;
    for (name, admin) in [("root", true), ("ann", false), ("eve", false)] {
        world.add_person(name, admin, &[]).await;
    }
    let login = world.log_in("ann", PASSWORD, "").await;
    let (ann, eve) = (login.text("access_token"), access(&world, "eve").await);
    let root = access(&world, "root").await;
    let session = claims(&login.text("refresh_token"))["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    for id in [&*login.text("jti"), &*session, "x", "-r", &"0".repeat(32)] {
        let answer = world.send(delete(id, &eve), "").await;
        assert_eq!(answer.error(), (404, "invalid_token".to_owned()), "{id}");
    }
    let valid = || {
        let identities = world.identities.snapshot();
        jwt::verify_account(&ann, &identities, START, None).map(|_| ())
    };
    assert_eq!(valid(), Ok(()));
    let answer = world.send(delete(&login.text("jti"), &root), "").await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(valid(), Err(TokenRefused::Revoked));
    let answer = world.send(delete(&session, &root), "").await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        world
            .send(delete(&session, &root), "")
            .await
            .status
            .as_u16(),
        404
    );
    assert_eq!(
        world.send(delete("x", &root), "").await.status.as_u16(),
        404
    );
    let own = claims(&eve)["jti"].as_str().unwrap().to_owned();
    assert_eq!(
        world.send(delete(&own, &eve), "").await.status.as_u16(),
        200
    );
    let revoked = world.audited("token.revoke").await;
    assert_eq!(
        revoked,
        [
            ("root".to_owned(), String::new()),
            ("eve".to_owned(), String::new())
        ]
    );
}

/// RFC 7009, for clients without a secret and for tools.
#[tokio::test]
async fn clients_revoke_what_they_got() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let secret = world.add_tool("ci", false).await;
    let login = world.log_in("ann", PASSWORD, "").await;
    let (access, refresh) = (login.text("access_token"), login.text("refresh_token"));
    let tool = tool_access(&world, "ci", &secret).await;
    let revoke = |client: String, token: &str| {
        world.send(post("/oauth/revoke"), format!("{client}&token={token}"))
    };
    let lockgate = || "client_id=lockgate".to_owned();
    let cf = || "client_id=cf".to_owned();
    let ci = || format!("client_id=ci&client_secret={secret}");
    for (client, token) in [
        (lockgate(), &access),
        (lockgate(), &refresh),
        (ci(), &access),
        (ci(), &refresh),
        (cf(), &tool),
    ] {
        let answer = revoke(client, token).await;
        assert_eq!(answer.error(), (400, "unauthorized_client".to_owned()));
    }
    assert_eq!(revoke(cf(), "unknown").await.status.as_u16(), 200);
    assert_eq!(revoke(ci(), &tool).await.status.as_u16(), 200);
    assert_eq!(revoke(cf(), &access).await.status.as_u16(), 200);
    assert_eq!(world.refresh(&refresh).await.status.as_u16(), 200);
    assert_eq!(revoke(cf(), &refresh).await.status.as_u16(), 200);
    assert_eq!(revoke(cf(), &refresh).await.status.as_u16(), 200);
    assert_eq!(world.refresh(&refresh).await.status.as_u16(), 401);
    let identities = world.identities.snapshot();
    for token in [&access, &tool] {
        assert!(jwt::verify_account(token, &identities, START, None).is_err());
    }
}

#[tokio::test]
async fn logging_out_ends_a_login_and_leads_back() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let login = world.log_in("ann", PASSWORD, "").await;
    let cockpit = "https://acme.authentication.example.org/cockpit/";
    let uri = |parameter: &str, target: &str| {
        let target: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
        format!("/logout.do?{parameter}={target}")
    };
    for parameter in ["redirect", "post_logout_redirect_uri"] {
        let answer = world.send(Request::get(uri(parameter, cockpit)), "").await;
        assert_eq!(answer.status.as_u16(), 303);
        assert_eq!(answer.header("location"), cockpit);
    }
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "https://acme.authentication.example.org/cockpit/../x",
        "http://127.0.0.1:1/callback",
        "javascript:alert(1)",
        "",
    ] {
        let answer = world.send(Request::get(uri("redirect", evil)), "").await;
        assert_eq!(answer.status.as_u16(), 200, "{evil}");
        assert_eq!(answer.header("location"), "");
    }
    let token = login.text("refresh_token");
    assert_eq!(world.refresh(&token).await.status.as_u16(), 200);
    let access = login.text("access_token");
    let request = post("/logout.do").header("Authorization", format!("Bearer {access}"));
    assert_eq!(world.send(request, "").await.status.as_u16(), 200);
    assert_eq!(world.refresh(&token).await.status.as_u16(), 401);
}

#[tokio::test]
async fn operators_see_and_end_logins() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let login = world.log_in("ann", PASSWORD, "").await;
    let operator = |request: http::request::Builder| {
        let request = request.header("Authorization", "Bearer op");
        world.send(request, "")
    };
    let sessions = "/operator/v1/sessions";
    let list = operator(Request::get(format!("{sessions}?account=ANN"))).await;
    let items = list.json()["items"].clone();
    let id = claims(&login.text("access_token"))["sid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(items[0]["id"], json!(id));
    assert_eq!(items[0]["client_id"], "cf");
    assert!(!list.body.contains(&login.text("refresh_token")));
    let unknown = operator(Request::get(format!("{sessions}?account=ghost"))).await;
    assert_eq!(unknown.status.as_u16(), 404);
    let end = || operator(Request::delete(format!("{sessions}/{id}")));
    assert_eq!(end().await.status.as_u16(), 204);
    assert_eq!(end().await.status.as_u16(), 404);
    assert_eq!(
        operator(Request::delete(format!("{sessions}/x")))
            .await
            .status
            .as_u16(),
        404
    );
    assert_eq!(
        world
            .refresh(&login.text("refresh_token"))
            .await
            .status
            .as_u16(),
        401
    );
    let ended = world.audited("session.end").await;
    assert_eq!(
        ended,
        [("operator".to_owned(), "ended by an operator".to_owned())]
    );
    let request = Request::get(format!("{sessions}?account=ann")).header("Authorization", CF);
    assert_eq!(world.send(request, "").await.status.as_u16(), 401);
}
