//! Introspection, check_token and revocation.

use std::time::Duration;

use http::Request;
use http::request::Builder;
use lockgate_core::clock::Clock as _;
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use lockgate_web::identity::Revoked;
use serde_json::json;

use crate::world::{Answer, CF, PASSWORD, World, claims, post};

async fn introspect(world: &World, request: Builder, token: &str) -> Answer {
    world.send(request, format!("token={token}")).await
}

fn by_client(world: &World, path: &str) -> Builder {
    post(path).header("Authorization", world.client.basic())
}

#[tokio::test]
async fn introspection_tells_the_claims_of_valid_tokens_only() {
    let world = World::new().await;
    let token = world.token().await;
    let answer = introspect(&world, by_client(&world, "/introspect"), &token).await;
    let mut expected = claims(&token);
    expected["active"] = json!(true);
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("cache-control"), "no-store");
    let bearer = post("/introspect").header("Authorization", format!("bearer {token}"));
    assert_eq!(introspect(&world, bearer, &token).await.json(), expected);

    let jti = expected["jti"].as_str().unwrap();
    // T41: the id of a token is not a token.
    for invalid in ["x", jti, &format!("{token}x"), &token[..token.len() - 1]] {
        let answer = introspect(&world, by_client(&world, "/introspect"), invalid).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (200, r#"{"active":false}"#)
        );
    }
    world.advance(Duration::from_secs(3_631));
    let answer = introspect(&world, by_client(&world, "/introspect"), &token).await;
    assert_eq!(answer.json(), json!({"active": false}));
}

/// T42.
#[tokio::test]
async fn only_clients_of_the_same_service_may_ask() {
    let world = World::new().await;
    let token = world.token().await;
    let api = world.add_client(Plan::Api, &[]).await;
    for path in ["/introspect", "/check_token"] {
        let answer = introspect(&world, post(path), &token).await;
        assert_eq!(answer.error(), (401, "unauthorized".to_owned()));
        let bearer = post(path).header("Authorization", "Bearer x");
        let answer = introspect(&world, bearer, &token).await;
        assert_eq!(answer.error(), (401, "invalid_token".to_owned()));
        assert!(answer.header("www-authenticate").starts_with("Bearer "));
        let answer = introspect(&world, by_client(&world, path), "").await;
        assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
    }
    let foreign = post("/introspect").header("Authorization", api.basic());
    let answer = introspect(&world, foreign, &token).await;
    assert_eq!(answer.json(), json!({"active": false}));
    let foreign = post("/check_token").header("Authorization", api.basic());
    let answer = introspect(&world, foreign, &token).await;
    assert_eq!(answer.error(), (400, "invalid_token".to_owned()));
}

#[tokio::test]
async fn check_token_answers_claims_or_400() {
    let world = World::new().await;
    let token = world.token().await;
    let check = |scopes: &str| {
        let form = format!("token={token}&scopes={scopes}");
        world.send(by_client(&world, "/check_token"), form)
    };
    assert_eq!(check("").await.json(), claims(&token));
    let held = check("uaa.resource,it-rt-acme!b101.myRole").await;
    assert_eq!(held.json(), claims(&token));
    // Case matters, unlike in the original.
    for missing in ["uaa.admin", "it-rt-acme!b101.MYROLE", "uaa.resource,x"] {
        assert_eq!(
            check(missing).await.error(),
            (400, "invalid_scope".to_owned())
        );
    }
    let answer = introspect(&world, by_client(&world, "/check_token"), "x").await;
    assert_eq!(answer.error(), (400, "invalid_token".to_owned()));
}

#[tokio::test]
async fn a_client_revokes_its_own_token() {
    let world = World::new().await;
    let (token, other) = (world.token().await, world.token().await);
    let answer = introspect(&world, by_client(&world, "/oauth/revoke"), &token).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
    for (token, active) in [(&token, false), (&other, true)] {
        let answer = introspect(&world, by_client(&world, "/introspect"), token).await;
        assert_eq!(answer.json()["active"], active);
    }
    // Again, and for something that is no token: nothing to do.
    for token in [token.as_str(), "x"] {
        let answer = introspect(&world, by_client(&world, "/oauth/revoke"), token).await;
        assert_eq!(answer.status.as_u16(), 200);
    }
    let revoked = post("/introspect").header("Authorization", format!("Bearer {token}"));
    let answer = introspect(&world, revoked, &other).await;
    assert_eq!(answer.error(), (401, "invalid_token".to_owned()));
}

#[tokio::test]
async fn revocations_are_bounded_by_client_and_in_total() {
    let world = World::new().await;
    for n in 0..=limits::FAILURES_BURST {
        let token = world.token().await;
        let answer = introspect(&world, by_client(&world, "/oauth/revoke"), &token).await;
        let expected = if n < limits::FAILURES_BURST { 200 } else { 429 };
        assert_eq!(answer.status.as_u16(), expected, "revocation {n}");
    }
    let other = world.add_client(Plan::IntegrationFlow, &[]).await;
    let token = world.token_of(&other).await;
    let by_other = || post("/oauth/revoke").header("Authorization", other.basic());
    let mut full = (*world.identities.snapshot()).clone();
    let expires = world.clock.now().plus(Duration::from_secs(60));
    let revoked = (0..limits::REVOCATIONS).map(|n| (n.to_string(), expires));
    full.revoked = revoked.collect();
    world.identities.replace(full.clone());
    let answer = introspect(&world, by_other(), &token).await;
    assert_eq!(answer.status.as_u16(), 429);
    assert_eq!(answer.header("retry-after"), "60");
    full.revoked = Revoked::default();
    world.identities.replace(full);
    let answer = introspect(&world, by_other(), &token).await;
    assert_eq!(answer.status.as_u16(), 200);
}

/// Whoever has a stolen refresh token must not go on because others filled the list.
#[tokio::test]
async fn a_login_ends_even_while_the_list_of_revocations_is_full() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let login = world.log_in("ann", PASSWORD, "").await;
    let refresh = login.text("refresh_token");
    let mut full = (*world.identities.snapshot()).clone();
    let expires = world.clock.now().plus(Duration::from_secs(60));
    let revoked = (0..limits::REVOCATIONS).map(|n| (n.to_string(), expires));
    full.revoked = revoked.collect();
    world.identities.replace(full);
    let request = post("/oauth/revoke").header("Authorization", CF);
    let answer = introspect(&world, request, &refresh).await;
    assert_eq!(answer.status.as_u16(), 429, "its access token goes on");
    assert_eq!(world.audited("session.end").await.len(), 1);
    assert_eq!(world.refresh(&refresh).await.status.as_u16(), 401);
}

/// T43.
#[tokio::test]
async fn nobody_revokes_the_token_of_another_client() {
    let world = World::new().await;
    let token = world.token().await;
    let other = world.add_client(Plan::IntegrationFlow, &[]).await;
    let foreign = post("/oauth/revoke").header("Authorization", other.basic());
    let answer = introspect(&world, foreign, &token).await;
    assert_eq!(answer.error(), (400, "unauthorized_client".to_owned()));
    let jti = claims(&token)["jti"].as_str().unwrap().to_owned();
    let by_id = |bearer: String| {
        let request = Request::delete(format!("/oauth/token/revoke/{jti}"));
        world.send(request.header("Authorization", bearer), "")
    };
    let foreign = format!("Bearer {}", world.token_of(&other).await);
    assert_eq!(
        by_id(foreign).await.error(),
        (404, "invalid_token".to_owned())
    );
    assert_eq!(
        by_id(world.client.basic()).await.error(),
        (401, "invalid_token".to_owned())
    );
    let answer = introspect(&world, by_client(&world, "/introspect"), &token).await;
    assert_eq!(answer.json()["active"], true);

    assert_eq!(by_id(format!("Bearer {token}")).await.status.as_u16(), 200);
    let answer = introspect(&world, by_client(&world, "/introspect"), &token).await;
    assert_eq!(answer.json()["active"], false);
    let again = by_id(format!("Bearer {token}")).await;
    assert_eq!(again.error(), (401, "invalid_token".to_owned()));
}
