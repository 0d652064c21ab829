//! What tokens look like, and that our own verification accepts them.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use lockgate_core::clock::{Clock as _, Timestamp};
use lockgate_core::tenant::Plan;
use lockgate_store::{changes, keys};
use lockgate_web::jwt::{self, TokenRefused, VerifiedToken};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::world::{START, World, ZONE, claims, post, segment};

const GRANT: &str = "grant_type=client_credentials";

fn verify(world: &World, token: &str) -> Result<VerifiedToken, TokenRefused> {
    let now = world.clock.now();
    jwt::verify(
        token,
        &world.identities.load(),
        Plan::IntegrationFlow,
        now,
        None,
    )
}

#[tokio::test]
async fn the_answer_has_the_members_clients_know_in_order() {
    let world = World::new().await;
    world.advance(Duration::from_millis(500));
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let answer = world.send(request, GRANT).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("content-type"),
        "application/json;charset=UTF-8"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    let body = answer.json();
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["access_token", "token_type", "expires_in", "scope", "jti"]
    );
    assert_eq!(body["token_type"], "bearer");
    // Half a second of the life is over.
    assert_eq!(body["expires_in"], 3599);
    let scope = "uaa.resource it-rt-acme!b101.ESBMessaging.send it-rt-acme!b101.myRole";
    assert_eq!(body["scope"], scope);
    let claims = claims(body["access_token"].as_str().unwrap());
    assert_eq!(body["jti"], claims["jti"]);
}

#[tokio::test]
async fn header_and_claims_have_the_known_shape() {
    let world = World::new().await;
    let token = world.token().await;
    let header = segment(&token, 0);
    let kid = header["kid"].as_str().unwrap();
    let suffix = kid.strip_prefix("default-jwt-key-").unwrap();
    assert!(suffix.len() == 10 && suffix.bytes().all(|b| b.is_ascii_hexdigit()));
    let base = "https://acme.authentication.example.org";
    let expected = json!({"alg": "RS256", "jku": format!("{base}/token_keys"),
        "kid": kid, "typ": "JWT"});
    assert_eq!(header, expected);
    let mut claims = claims(&token);
    let taken = |claims: &mut Value, name: &str| {
        let value = claims.as_object_mut().unwrap().remove(name).unwrap();
        value.as_str().unwrap().to_owned()
    };
    let (jti, marker) = (taken(&mut claims, "jti"), taken(&mut claims, "rev_sig"));
    let hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    assert!(jti.len() == 32 && hex(&jti) && marker.len() == 8 && hex(&marker));
    let id = &world.client.id;
    assert!(id.starts_with("sb-") && id.ends_with("!b2207|it-rt-acme!b101"));
    let scopes = json!([
        "uaa.resource",
        "it-rt-acme!b101.ESBMessaging.send",
        "it-rt-acme!b101.myRole"
    ]);
    let expected = json!({
        "ext_attr": {"enhancer": "XSUAA", "subaccountid": ZONE.to_string(), "zdn": "acme",
            "serviceinstanceid": world.client.instance.to_string()},
        "sub": id, "authorities": scopes, "scope": scopes,
        "client_id": id, "cid": id, "azp": id, "grant_type": "client_credentials",
        "iat": START.secs(), "exp": START.secs() + 3600,
        "iss": format!("{base}/oauth/token"), "zid": ZONE.to_string(),
        "aud": ["uaa", "it-rt-acme!b101.ESBMessaging", "it-rt-acme!b101", id],
    });
    assert_eq!(claims, expected);
}

/// T48: more requests than can be signed soon are sent away, and only for as long as it lasts.
#[tokio::test]
async fn a_flood_is_answered_with_429() {
    let world = Arc::new(World::new().await);
    let limit = 64 * std::thread::available_parallelism().unwrap().get();
    let mut flood = JoinSet::new();
    for _ in 0..limit * 4 {
        let world = Arc::clone(&world);
        flood.spawn(async move {
            let request = post("/oauth/token").header("Authorization", world.client.basic());
            world.send(request, GRANT).await
        });
    }
    let answers = flood.join_all().await;
    let (served, refused): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::OK);
    assert!(served.len() >= limit && !refused.is_empty());
    for answer in refused {
        assert_eq!(answer.error(), (429, "too_many_requests".to_owned()));
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert!(!world.token().await.is_empty());
}

#[tokio::test]
async fn the_gate_accepts_the_token_and_sees_its_roles() {
    let world = World::new().await;
    let token = verify(&world, &world.token().await).unwrap();
    assert_eq!(token.client.id, world.client.id);
    let roles: Vec<_> = token.roles().map(|role| role.as_str()).collect();
    assert_eq!(roles, ["ESBMessaging.send", "myRole"]);
}

/// A narrowed token is narrow, although its claim `authorities` lists everything.
#[tokio::test]
async fn scopes_narrow_the_token() {
    let world = World::new().await;
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let form = format!("{GRANT}&scope=it-rt-acme!b101.myRole");
    let body = world.send(request, form).await.json();
    assert_eq!(body["scope"], "it-rt-acme!b101.myRole");
    let token = body["access_token"].as_str().unwrap();
    let claims = claims(token);
    assert_eq!(claims["scope"], json!(["it-rt-acme!b101.myRole"]));
    assert_eq!(claims["authorities"].as_array().unwrap().len(), 3);
    let verified = verify(&world, token).unwrap();
    let roles: Vec<_> = verified.roles().map(|role| role.as_str()).collect();
    assert_eq!(roles, ["myRole"]);
}

#[tokio::test]
async fn tokens_live_as_long_as_their_client_says() {
    let world = World::new().await;
    world
        .change_client(|instance| instance.parameters.token_validity = 86_400)
        .await;
    let token = claims(&world.token().await);
    assert_eq!(
        token["exp"].as_i64().unwrap() - token["iat"].as_i64().unwrap(),
        86_400
    );
}

#[tokio::test]
async fn what_is_withdrawn_is_withdrawn_at_once() {
    let world = World::new().await;
    let token = world.token().await;
    world
        .change_client(|instance| drop(instance.parameters.roles.remove(0)))
        .await;
    let roles: Vec<_> = verify(&world, &token).unwrap().roles().cloned().collect();
    assert_eq!(roles, ["myRole".parse().unwrap()]);
    assert!(!world.token().await.is_empty());

    world.advance(Duration::from_millis(1_300));
    let void_since = world.clock.now();
    world
        .change_client(|instance| instance.tokens_not_before = void_since)
        .await;
    assert_eq!(
        verify(&world, &token).unwrap_err(),
        TokenRefused::Superseded
    );
    // A token of the same second, asked for after the change, is good.
    assert!(verify(&world, &world.token().await).is_ok());
}

#[tokio::test]
async fn a_deleted_key_gets_no_token_any_more_and_ends_those_it_got() {
    let world = World::new().await;
    let token = world.token().await;
    assert!(verify(&world, &token).is_ok());
    let mut tx = world.store.begin().await.unwrap();
    let found = keys::list(&mut tx, world.client.instance).await.unwrap();
    keys::delete(&mut tx, found[0].id).await.unwrap();
    changes::bump(&mut tx, changes::Topic::Clients)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let answer = world.send(request, GRANT).await;
    assert_eq!(answer.error(), (401, "unauthorized".to_owned()));
    assert_eq!(verify(&world, &token).unwrap_err(), TokenRefused::KeyGone);
}

#[tokio::test]
async fn clients_of_the_api_plan_get_tokens_for_the_api() {
    let world = World::new().await;
    let api = world.add_client(Plan::Api, &["ESBMessaging.send"]).await;
    let token = world.token_of(&api).await;
    assert_eq!(claims(&token)["scope"][1], "it!b101.ESBMessaging.send");
    assert_eq!(verify(&world, &token).unwrap_err(), TokenRefused::Audience);
    let now: Timestamp = world.clock.now();
    assert!(jwt::verify(&token, &world.identities.load(), Plan::Api, now, None).is_ok());
}
