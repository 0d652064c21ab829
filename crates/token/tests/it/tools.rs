//! Tools get tokens with their name and secret.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_core::audit::Actor;
use lockgate_core::tenant::Plan;
use lockgate_web::jwt::{self, TokenRefused};
use serde_json::json;

use crate::world::{Answer, START, World, ZONE, claims, post};

const GRANT: &str = "grant_type=client_credentials";

async fn by_form(world: &World, name: &str, secret: &str, more: &str) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", name)
        .append_pair("client_secret", secret)
        .finish();
    let request = post("/oauth/token");
    world.send(request, format!("{GRANT}&{form}&{more}")).await
}

async fn by_header(world: &World, credentials: &str, more: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(credentials));
    let request = post("/oauth/token").header("Authorization", basic);
    world.send(request, format!("{GRANT}&{more}")).await
}

#[tokio::test]
async fn a_tool_speaks_for_itself() {
    let world = World::new().await;
    let secret = world.add_tool("ci", false).await;
    let answer = by_form(&world, "ci", &secret, "").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    let json = answer.json();
    assert!(json.get("refresh_token").is_none());
    assert_eq!(json["expires_in"], 12 * 3600);
    let expected = json!({
        "jti": json["jti"], "sub": "ci",
        "scope": ["cloud_controller.read", "cloud_controller.write"],
        "client_id": "ci", "cid": "ci", "azp": "ci", "grant_type": "client_credentials",
        "revocable": true, "iat": START.secs(), "exp": START.secs() + 12 * 3600,
        "iss": "https://acme.authentication.example.org/oauth/token", "zid": ZONE,
        "aud": ["cloud_controller", "ci"],
    });
    let token = answer.text("access_token");
    assert_eq!(claims(&token), expected);
    let identities = world.identities.snapshot();
    let verified = jwt::verify_account(&token, &identities, START, None).unwrap();
    assert_eq!(verified.account.name, "ci");
    let refused = jwt::verify(&token, &identities, Plan::IntegrationFlow, START, None);
    assert_eq!(refused.unwrap_err(), TokenRefused::Audience);
}

#[tokio::test]
async fn every_spelling_of_its_credentials_is_understood() {
    let world = World::new().await;
    let secret = world.add_tool("ci.tool", true).await;
    let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let raw = format!("ci.tool:{secret}");
    for credentials in [
        raw.clone(),
        format!("CI.Tool:{secret}"),
        format!("ci%2Etool:{encoded}"),
    ] {
        let answer = by_header(&world, &credentials, "").await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
        assert_eq!(claims(&answer.text("access_token"))["cid"], "ci.tool");
        assert!(answer.text("scope").ends_with("cloud_controller.admin"));
    }
    let twice = format!("client_id=ci.tool&client_secret={encoded}");
    let answer = by_header(&world, &raw, &twice).await;
    assert_eq!(answer.status.as_u16(), 200, "both methods");
    let less = by_header(&world, &raw, "scope=cloud_controller.read").await;
    assert_eq!(less.text("scope"), "cloud_controller.read");
}

#[tokio::test]
async fn every_wrong_request_has_its_answer() {
    let world = World::new().await;
    let secret = world.add_tool("ci", false).await;
    world.add_person("ann", false, &[]).await;
    let (unauthorized, mismatch) = ((401, "unauthorized"), (401, "invalid_client"));
    for (name, secret, more, expected) in [
        ("ci", "wrong", "", unauthorized),
        ("ci", "", "", unauthorized),
        ("nobody", &*secret, "", unauthorized),
        ("ann", crate::world::PASSWORD, "", unauthorized),
        ("cf", &*secret, "", unauthorized),
        (
            "ci",
            &*secret,
            "scope=cloud_controller.admin",
            (400, "invalid_scope"),
        ),
        ("ci", &*secret, "scope=openid", (400, "invalid_scope")),
    ] {
        let answer = by_form(&world, name, secret, more).await;
        let expected = (expected.0, expected.1.to_owned());
        assert_eq!(answer.error(), expected, "{name} {more}");
    }
    let raw = format!("ci:{secret}");
    for (more, expected) in [
        ("client_id=ann", mismatch),
        ("client_id=ci&client_secret=x", unauthorized),
    ] {
        let answer = by_header(&world, &raw, more).await;
        assert_eq!(
            answer.error(),
            (expected.0, expected.1.to_owned()),
            "{more}"
        );
    }
    let basic = format!("Basic {}", STANDARD.encode(&raw));
    for grant in ["password", "refresh_token", "authorization_code"] {
        let request = post("/oauth/token").header("Authorization", &basic);
        let answer = world.send(request, format!("grant_type={grant}")).await;
        assert_eq!(
            answer.error(),
            (401, "invalid_client".to_owned()),
            "{grant}"
        );
    }
    let query = format!("/oauth/token?{GRANT}&client_id=ci&client_secret={secret}");
    let answer = world.send(post(query), "").await;
    assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn a_new_secret_ends_the_old_one_and_its_tokens() {
    let world = World::new().await;
    let old = world.add_tool("ci", false).await;
    let token = by_form(&world, "ci", &old, "").await.text("access_token");
    world.advance(Duration::from_secs(1));
    let issued = world.accounts.rotate_secret(&Actor::SERVER, "ci").await;
    let new = issued.unwrap().secret.unwrap().expose().clone();
    let identities = world.identities.snapshot();
    let refused = jwt::verify_account(&token, &identities, START, None);
    assert_eq!(refused.unwrap_err(), TokenRefused::Superseded);
    assert_eq!(by_form(&world, "ci", &old, "").await.status.as_u16(), 401);
    assert_eq!(by_form(&world, "ci", &new, "").await.status.as_u16(), 200);
}
