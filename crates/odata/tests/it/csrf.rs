//! CSRF tokens: handed out to everybody who asks, needed by who sends a password.

use std::time::Duration;

use http::{Method, Request};
use lockgate_core::tenant::Plan;
use lockgate_web::caller::Arrival;

use crate::world::{PASSWORD, World, basic};

async fn fetch(world: &World, method: &str, path: &str, authorization: &str) -> Option<String> {
    let headers = [("authorization", authorization), ("x-csrf-token", "Fetch")];
    let reply = world.send(method, path, &headers, "").await;
    let token = reply.headers().get("x-csrf-token");
    token.map(|token| token.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_path_hands_out_tokens() {
    let world = World::new().await;
    let bearer = world.bearer(Plan::Api, &["Read"]);
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/?$format=json",
        "/api/v1/Packages",
        "/api/v1/Packages/",
        "/api/v1/Flows/",
        "/api/v1/Unknown",
        "/api/v1/Packages('x')",
        "/api/v1/Deploy?Id='x'&Version='y'",
        "/api/v1/$batch",
        "/api/v1/Packages('demo')/$value",
        "/odata/api/v1/",
    ] {
        for method in ["GET", "HEAD"] {
            let token = fetch(&world, method, path, &bearer).await;
            assert!(
                token.is_some_and(|token| token.len() > 20),
                "{method} {path}"
            );
        }
    }
    assert_eq!(fetch(&world, "GET", "/api/v1/", "Bearer x").await, None);
    let headers = [("authorization", &*bearer), ("x-csrf-token", "fetch")];
    let reply = world.send("HEAD", "/api/v1/", &headers, "").await;
    assert_eq!((reply.status().as_u16(), &**reply.body()), (200, ""));
    let cookie = reply.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("csrf-client-id=") && cookie.contains("; Secure; HttpOnly"));
    let (pair, _) = cookie.split_once(';').unwrap();
    let headers = [headers[0], headers[1], ("cookie", pair)];
    let reply = world.send("GET", "/api/v1/", &headers, "").await;
    assert!(
        !reply.headers().contains_key("set-cookie"),
        "the session goes on"
    );
}

#[tokio::test]
async fn programs_need_no_token() {
    let world = World::new().await;
    let bearer = world.bearer(Plan::Api, &["Bundle"]);
    for token in [None, Some("stale")] {
        let mut headers = vec![("authorization", &*bearer)];
        headers.extend(token.map(|token| ("x-csrf-token", token)));
        let reply = world
            .send("DELETE", "/api/v1/Packages('demo')", &headers, "")
            .await;
        assert_eq!(reply.status(), 202);
    }
}

#[tokio::test]
async fn people_need_one_for_changes() {
    let world = World::new().await;
    let (ann, root) = (basic("ann", PASSWORD), basic("root", PASSWORD));
    let delete = async |who: &str, token: Option<&str>| {
        let mut headers = vec![("authorization", who)];
        headers.extend(token.map(|token| ("x-csrf-token", token)));
        world
            .send("DELETE", "/api/v1/Packages('demo')", &headers, "")
            .await
    };
    let token = fetch(&world, "GET", "/api/v1/", &ann).await.unwrap();
    // Without cookies, because some clients send none.
    assert_eq!(delete(&ann, Some(&token)).await.status(), 202);
    for (who, token) in [
        (&ann, None),
        (&ann, Some("")),
        (&ann, Some("Fetch")),
        (&ann, Some("AAAA")),
        (&root, Some(&*token)),
    ] {
        let refused = delete(who, token).await;
        assert_eq!(refused.status(), 403);
        let asked = token == Some("Fetch");
        assert_eq!(refused.headers()["x-csrf-token"] == "Required", !asked);
    }
    world.clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(delete(&ann, Some(&token)).await.status(), 403);
    let reply = world
        .send("POST", "/api/v1/$batch", &[("authorization", &*ann)], "")
        .await;
    assert_eq!(reply.status(), 403);
    assert_eq!(reply.headers()["x-csrf-token"], "Required");
    assert_eq!(world.written(), ["delete demo"]);
}

#[tokio::test]
async fn a_token_from_the_root_of_the_host_is_good_as_well() {
    let world = World::new().await;
    let ann = basic("ann", PASSWORD);
    let arrival = Arrival::plain(([127, 0, 0, 1], 4711).into());
    let issue = async |method: Method, authorization: &str, token: &str| {
        let request = Request::builder()
            .method(method)
            .uri("/")
            .header("authorization", authorization)
            .header("x-csrf-token", token);
        let (head, ()) = request.body(()).unwrap().into_parts();
        let issued = world.front.csrf_headers(&head, &arrival).await;
        let token = issued.get("x-csrf-token")?;
        Some(token.to_str().unwrap().to_owned())
    };
    let token = issue(Method::GET, &ann, "Fetch").await.unwrap();
    let headers = [("authorization", &*ann), ("x-csrf-token", &*token)];
    let reply = world
        .send("DELETE", "/api/v1/Packages('demo')", &headers, "")
        .await;
    assert_eq!(reply.status(), 202);
    assert!(issue(Method::HEAD, &ann, "fetch").await.is_some());
    assert_eq!(issue(Method::GET, &ann, "x").await, None);
    assert_eq!(issue(Method::POST, &ann, "fetch").await, None);
    assert_eq!(
        issue(Method::GET, &basic("ann", "wrong"), "fetch").await,
        None
    );
}
