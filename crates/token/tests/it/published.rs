//! Keys and discovery.

use http::Request;
use lockgate_core::audit::Actor;
use lockgate_token::keys::Rotation;
use serde_json::Value;

use crate::world::{Setup, World, ZONE, segment};

async fn get(world: &World, uri: &str) -> crate::world::Answer {
    world.send(Request::get(uri), "").await
}

#[tokio::test]
async fn keys_are_published_in_the_form_libraries_need() {
    let world = World::new().await;
    let answer = get(&world, "/token_keys").await;
    assert_eq!(
        answer.header("content-type"),
        "application/json;charset=UTF-8"
    );
    assert_eq!(answer.header("cache-control"), "public, max-age=900");
    let list = answer.json();
    let [key] = list["keys"].as_array().unwrap().as_slice() else {
        panic!()
    };
    assert_eq!(key["kid"], segment(&world.token().await, 0)["kid"]);
    let constant = |name: &str| key[name].as_str().unwrap().to_owned();
    let constants = ["kty", "use", "alg", "e"].map(constant);
    assert_eq!(constants, ["RSA", "sig", "RS256", "AQAB"]);
    assert_eq!(key["n"].as_str().unwrap().len(), 342);
    assert!(constant("value").starts_with("-----BEGIN PUBLIC KEY-----\nMII"));
    assert!(!answer.body.contains("PRIVATE"));
    assert_eq!(&get(&world, "/token_key").await.json(), key);
}

#[tokio::test]
async fn only_this_zone_has_keys_here() {
    let world = World::new().await;
    let plain = get(&world, "/token_keys").await.body;
    assert_eq!(
        get(&world, &format!("/token_keys?zid={ZONE}")).await.body,
        plain
    );
    let answer = get(&world, "/token_keys?zid=other").await;
    assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn the_entity_tag_saves_transfers_until_keys_change() {
    let world = World::new().await;
    let etag = get(&world, "/token_keys").await.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 10);
    let conditional =
        |tag: String| world.send(Request::get("/token_keys").header("If-None-Match", tag), "");
    let known = [
        etag.clone(),
        etag.trim_matches('"').to_owned(),
        format!("W/{etag}"),
        format!("\"x\", {etag}"),
        "*".to_owned(),
    ];
    for tag in known {
        let answer = conditional(tag).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (304, ""));
        assert_eq!(answer.header("etag"), etag);
    }
    assert_eq!(conditional("\"x\"".to_owned()).await.status.as_u16(), 200);
    world
        .keys
        .rotate(&Actor::SERVER, Rotation::Planned)
        .await
        .unwrap();
    let answer = conditional(etag.clone()).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_ne!(answer.header("etag"), etag);
    assert_eq!(answer.json()["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_is_published_before_the_first_key() {
    let world = World::without_keys(Setup::default()).await;
    let (list, one) = tokio::join!(get(&world, "/token_keys"), get(&world, "/token_key"));
    for answer in [list, one] {
        assert_eq!(answer.error(), (503, "temporarily_unavailable".to_owned()));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("retry-after"), "1");
    }
}

/// T53: URLs come from the configuration, whatever the request says.
#[tokio::test]
async fn discovery_names_the_configured_urls() {
    let world = World::new().await;
    let mut documents: Vec<Value> = Vec::new();
    for uri in [
        "/.well-known/openid-configuration",
        "/oauth/token/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/oauth/token",
    ] {
        let request = Request::get(uri)
            .header("Host", "evil.example")
            .header("X-Forwarded-Host", "evil.example")
            .header("Forwarded", "host=evil.example");
        let answer = world.send(request, "").await;
        assert!(!answer.body.contains("evil"));
        documents.push(answer.json());
    }
    let document = &documents[0];
    assert!(documents.iter().all(|other| other == document));
    let base = "https://acme.authentication.example.org";
    assert_eq!(document["issuer"], format!("{base}/oauth/token"));
    assert_eq!(
        document["issuer"],
        crate::world::claims(&world.token().await)["iss"]
    );
    assert_eq!(document["jwks_uri"], format!("{base}/token_keys"));
    for (member, expected) in [
        (
            "grant_types_supported",
            vec![
                "authorization_code",
                "client_credentials",
                "password",
                "refresh_token",
            ],
        ),
        ("response_types_supported", vec!["code"]),
        ("code_challenge_methods_supported", vec!["S256"]),
    ] {
        assert_eq!(document[member], serde_json::json!(expected), "{member}");
    }
    let iss = "authorization_response_iss_parameter_supported";
    assert_eq!(document[iss], true);
    for (name, url) in document.as_object().unwrap() {
        let Some(path) = url.as_str().and_then(|url| url.strip_prefix(base)) else {
            continue;
        };
        let request = match path {
            "/token_keys" => Request::get(path),
            _ => Request::post(path),
        };
        assert_ne!(world.send(request, "").await.status.as_u16(), 404, "{name}");
    }
}
