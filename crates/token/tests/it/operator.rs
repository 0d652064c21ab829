//! The operator's routes.

use http::Request;
use lockgate_web::surface::{Access, Surface};
use serde_json::Value;

use crate::world::World;

const KEYS: &str = "/operator/v1/signing-keys";

async fn rotate(world: &World, body: &str) -> crate::world::Answer {
    let request = Request::post(format!("{KEYS}/rotate"))
        .header("Authorization", "Bearer op")
        .header("Content-Type", "application/json");
    world.send(request, body.to_owned()).await
}

fn states(answer: &Value) -> Vec<&str> {
    let keys = answer["items"].as_array().unwrap().iter();
    let mut states: Vec<_> = keys.map(|key| key["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    states
}

#[tokio::test]
async fn the_operator_lists_and_rotates_keys() {
    let world = World::new().await;
    let list = Request::get(KEYS).header("Authorization", "Bearer op");
    let answer = world.send(list, "").await;
    assert_eq!(states(&answer.json()), ["active"]);
    assert!(!answer.body.contains("private"));
    assert_eq!(
        states(&rotate(&world, "{}").await.json()),
        ["active", "pending"]
    );
    let again = rotate(&world, r#"{"emergency":false}"#).await;
    assert_eq!(again.status.as_u16(), 409);
    assert_eq!(again.json()["error"]["code"], "LG-SIGNING-KEY-PENDING");
    let emergency = rotate(&world, r#"{"emergency":true}"#).await;
    assert_eq!(states(&emergency.json()), ["active"]);
    assert_eq!(rotate(&world, r#"{"x":1}"#).await.status.as_u16(), 400);
}

#[tokio::test]
async fn nobody_else_does() {
    let world = World::new().await;
    let token = format!("Bearer {}", world.token().await);
    for authorization in ["", "Bearer x", &token, &world.client.basic()] {
        for request in [Request::get(KEYS), Request::post(format!("{KEYS}/rotate"))] {
            let request = request.header("Authorization", authorization);
            assert_eq!(world.send(request, "{}").await.status.as_u16(), 401);
        }
    }
}

/// Whoever adds a route decides here, too, who may use it.
#[tokio::test]
async fn every_route_has_the_access_it_should_have() {
    let world = World::new().await;
    let surface: Surface = world.surface();
    let mut open: Vec<_> = surface
        .routes()
        .iter()
        .filter(|route| route.access == Access::Public && route.method == http::Method::GET)
        .map(|route| route.path)
        .collect();
    open.sort_unstable();
    let expected = [
        "/.well-known/oauth-authorization-server/oauth/token",
        "/.well-known/openid-configuration",
        "/check_token",
        "/info",
        "/introspect",
        "/login",
        "/oauth/authorize",
        "/oauth/revoke",
        "/oauth/token/.well-known/openid-configuration",
        "/oauth/token/revoke/{jti}",
        "/passcode",
        "/token_key",
        "/token_keys",
    ];
    assert_eq!(open, expected);
    let operator = surface
        .routes()
        .iter()
        .filter(|route| route.path.starts_with("/operator/"));
    assert!(
        operator.clone().count() == 4 && operator.into_iter().all(|r| r.access == Access::Operator)
    );
}
