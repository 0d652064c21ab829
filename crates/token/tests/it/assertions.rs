//! Persons that a trusted issuer vouches for (RFC 7523).

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::clock::Clock as _;
use lockgate_core::tenant::Plan;
use lockgate_token::Config;
use lockgate_token::trusted::{IssuerKeys, TrustedIssuer};
use lockgate_web::jwt;
use serde_json::{Value, json};

use crate::certificates::presented;
use crate::world::{Answer, START, Setup, World, claims, post};

const ISSUER: &str = "https://idp.example.org";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
static STRANGER: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
static EC: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The issuer's public keys, as it publishes them.
fn jwks() -> String {
    let public = RSA.public_key();
    let (n, e) = (public.modulus(), public.exponent());
    let point = EC.public_key().as_ref();
    json!({"keys": [
        {"kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256",
            "n": encoded(n.big_endian_without_leading_zero()),
            "e": encoded(e.big_endian_without_leading_zero())},
        {"kty": "EC", "kid": "ec", "crv": "P-256", "x": encoded(&point[1..33]),
            "y": encoded(&point[33..])},
    ]})
    .to_string()
}

fn rsa_signature(key: &RsaKeyPair, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message,
        &mut signature,
    )
    .unwrap();
    signature
}

/// An assertion with this header and these claims, signed with the key that the header names.
fn sign(header: &Value, claims: &str) -> String {
    let message = format!("{}.{}", encoded(header.to_string()), encoded(claims));
    let signature = match header["kid"].as_str() {
        Some("ec") => {
            let random = SystemRandom::new();
            let signature = EC.sign(&random, message.as_bytes()).unwrap();
            signature.as_ref().to_vec()
        }
        Some("stranger") => rsa_signature(&STRANGER, message.as_bytes()),
        _ => rsa_signature(&RSA, message.as_bytes()),
    };
    format!("{message}.{}", encoded(signature))
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"})
}

fn good_claims(world: &World) -> Value {
    json!({
        "iss": ISSUER, "sub": "4711", "aud": world.identities.load().tenant.issuer(),
        "exp": START.secs() + 300, "iat": START.secs(), "jti": "one",
        "email": "ann@example.org", "groups": ["Senders", "Others"],
    })
}

/// A good assertion but for what `change` does to its claims.
fn with(world: &World, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = good_claims(world);
    change(&mut claims);
    sign(&header(), &claims.to_string())
}

fn issuer() -> TrustedIssuer {
    let role = |name: &str| name.parse().unwrap();
    TrustedIssuer {
        issuer: ISSUER.to_owned(),
        keys: IssuerKeys::from_jwks(&jwks()).unwrap(),
        origin: "idp".to_owned(),
        user_claim: "email".to_owned(),
        roles_claim: "groups".to_owned(),
        roles: BTreeMap::from([
            (
                "Senders".to_owned(),
                vec![role("ESBMessaging.send"), role("notOfTheClient")],
            ),
            ("Testers".to_owned(), vec![role("myRole")]),
        ]),
    }
}

/// A server that trusts the issuer, with a client that may exchange assertions.
async fn world() -> World {
    let world = World::with(Setup {
        config: Config {
            trusted_issuers: vec![issuer()],
            bind_to_certificate: true,
            ..Config::default()
        },
        ..Setup::default()
    })
    .await;
    world
        .change_client(|instance| {
            let grants = ["client_credentials", GRANT].map(str::to_owned);
            instance.parameters.grant_types = grants.to_vec();
        })
        .await;
    world
}

async fn exchange(world: &World, assertion: &str) -> Answer {
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", GRANT)
        .append_pair("assertion", assertion)
        .finish();
    world.send(request, form).await
}

#[tokio::test]
async fn the_token_speaks_for_the_person_with_the_roles_of_both() {
    let world = world().await;
    let answer = exchange(&world, &with(&world, |_| {})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["scope"], "it-rt-acme!b101.ESBMessaging.send");
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let said = claims(&token);
    assert_eq!(said["origin"], "idp");
    assert_eq!(said["user_name"], "ann@example.org");
    assert_eq!(said["grant_type"], GRANT);
    assert_eq!(said["cid"], world.client.id);
    assert_eq!(said["sub"], said["user_id"]);
    assert_eq!(said.get("authorities"), None);

    let (identities, now) = (world.identities.snapshot(), world.clock.now());
    let verified = jwt::verify(&token, &identities, Plan::IntegrationFlow, now, None).unwrap();
    let user = verified.user().unwrap();
    assert_eq!(
        (user.name.as_str(), user.origin.as_str()),
        ("ann@example.org", "idp")
    );
    assert_eq!(user.account, None);
    let roles: Vec<_> = verified.roles().map(ToString::to_string).collect();
    assert_eq!(roles, ["ESBMessaging.send"]);
}

#[tokio::test]
async fn the_person_has_the_same_id_each_time_and_nobody_else_has_it() {
    let world = world().await;
    let id = async |jti: &str, subject: &str| {
        let assertion = with(&world, |claims| {
            claims["jti"] = json!(jti);
            claims["sub"] = json!(subject);
        });
        let answer = exchange(&world, &assertion).await.json();
        claims(answer["access_token"].as_str().unwrap())["user_id"].clone()
    };
    let ann = id("a", "4711").await;
    assert_eq!(id("b", "4711").await, ann);
    assert_ne!(id("c", "4712").await, ann);
}

#[tokio::test]
async fn keys_verify_their_own_algorithm() {
    let world = world().await;
    let good = good_claims(&world).to_string();
    let ec = json!({"alg": "ES256", "kid": "ec"});
    assert_eq!(exchange(&world, &sign(&ec, &good)).await.status, 200);
    for header in [
        json!({"alg": "RS256", "kid": "ec", "typ": "JWT"}),
        json!({"alg": "ES256", "kid": "rsa", "typ": "JWT"}),
        json!({"alg": "RS256", "kid": "stranger", "typ": "JWT"}),
        json!({"alg": "RS256", "typ": "JWT"}),
        json!({"alg": "HS256", "kid": "rsa", "typ": "JWT"}),
        json!({"alg": "none", "kid": "rsa", "typ": "JWT"}),
        json!({"alg": "RS512", "kid": "rsa", "typ": "JWT"}),
        json!({"alg": "RS256", "kid": "rsa", "typ": "at+jwt"}),
        json!({"alg": "RS256", "kid": 1, "typ": "JWT"}),
        json!({"alg": "RS256", "kid": "rsa", "typ": "JWT", "crit": []}),
        json!({"alg": "RS256", "kid": "rsa", "typ": "JWT", "jwk": {}}),
        json!({"alg": "RS256", "kid": "rsa", "typ": "JWT", "x5u": "http://127.0.0.1/"}),
        json!({"alg": "RS256", "kid": "rsa", "typ": "JWT", "x5c": []}),
    ] {
        assert_refused(&world, &sign(&header, &good), &header.to_string()).await;
    }
    // A header that other servers send and that means nothing here.
    let jku = json!({"alg": "RS256", "kid": "rsa", "jku": "http://127.0.0.1/", "x5t": "x"});
    let assertion = sign(&jku, &good.replace("one", "two"));
    assert_eq!(exchange(&world, &assertion).await.status, 200);
}

async fn assert_refused(world: &World, assertion: &str, what: &str) {
    let answer = exchange(world, assertion).await;
    assert_eq!(answer.error(), (400, "invalid_grant".to_owned()), "{what}");
    assert_eq!(
        answer.json()["error_description"],
        "The assertion is not valid"
    );
}

/// T50.
#[tokio::test]
async fn claims_that_are_not_exactly_right_are_refused() {
    let world = world().await;
    let issuer = world.identities.load().tenant.issuer();
    let far = START.secs() + 3600 + 61;
    let cases: [(&str, Value); 22] = [
        ("aud", json!([issuer, "https://other.example.org"])),
        ("aud", json!([issuer])),
        ("aud", json!("https://acme.authentication.example.org")),
        ("aud", json!(format!("{issuer}/"))),
        ("aud", Value::Null),
        ("iss", json!("https://idp.example.org/")),
        ("iss", json!("https://other.example.org")),
        ("iss", json!([ISSUER])),
        ("exp", json!(far)),
        ("exp", json!(START.secs() - 31)),
        ("exp", json!("1790000300")),
        ("exp", json!(1_790_000_300.5)),
        ("exp", Value::Null),
        ("iat", json!(START.secs() + 61)),
        ("nbf", json!(START.secs() + 61)),
        ("jti", Value::Null),
        ("sub", json!("")),
        ("sub", json!("a\nb")),
        ("email", json!(["ann@example.org"])),
        ("email", json!("x".repeat(256))),
        ("groups", json!({"Senders": true})),
        ("groups", json!(vec!["x"; 1001])),
    ];
    for (claim, value) in cases {
        let assertion = with(&world, |claims| claims[claim] = value.clone());
        assert_refused(&world, &assertion, &format!("{claim}: {value}")).await;
    }
    let unverified = with(&world, |claims| claims["email_verified"] = json!(false));
    assert_refused(&world, &unverified, "an unverified address").await;
    let twice = good_claims(&world)
        .to_string()
        .replacen('{', r#"{"aud":"x","#, 1);
    assert_refused(&world, &sign(&header(), &twice), "a member twice").await;
    for text in ["", "a.b", "a.b.c", "a.b.c.d.e", &"x".repeat(20_000)] {
        let answer = exchange(&world, text).await;
        assert_eq!(answer.status, 400, "{text}");
    }
    // Nothing of this used the good one up.
    assert_eq!(exchange(&world, &with(&world, |_| {})).await.status, 200);
}

/// T50.
#[tokio::test]
async fn an_assertion_is_good_once() {
    let world = world().await;
    let assertion = with(&world, |_| {});
    let (one, other) = tokio::join!(exchange(&world, &assertion), exchange(&world, &assertion));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    world.advance(Duration::from_secs(329));
    assert_refused(&world, &assertion, "used before").await;
    world.advance(Duration::from_secs(2));
    assert_refused(&world, &assertion, "expired").await;
}

#[tokio::test]
async fn a_person_without_a_role_of_the_client_gets_no_token() {
    let world = world().await;
    for groups in [json!([]), json!(["Others"]), Value::Null] {
        let assertion = with(&world, |claims| claims["groups"] = groups.clone());
        let answer = exchange(&world, &assertion).await;
        assert_eq!(
            answer.error(),
            (400, "invalid_scope".to_owned()),
            "{groups}"
        );
    }
    let one = with(&world, |claims| claims["groups"] = json!("Testers"));
    assert_eq!(
        exchange(&world, &one).await.json()["scope"],
        "it-rt-acme!b101.myRole"
    );
}

#[tokio::test]
async fn the_grant_is_for_clients_that_have_it_and_servers_that_trust_somebody() {
    let world = world().await;
    let assertion = with(&world, |_| {});
    world
        .change_client(|instance| {
            instance.parameters.grant_types = vec!["client_credentials".to_owned()];
        })
        .await;
    let answer = exchange(&world, &assertion).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    let trusting_nobody = World::new().await;
    trusting_nobody
        .change_client(|instance| instance.parameters.grant_types = vec![GRANT.to_owned()])
        .await;
    let answer = exchange(&trusting_nobody, &assertion).await;
    assert_eq!(answer.error(), (400, "unsupported_grant_type".to_owned()));
    for (world, offered) in [(world, true), (trusting_nobody, false)] {
        let discovery = http::Request::get("/.well-known/openid-configuration");
        let document = world.send(discovery, "").await.json();
        let grants = document["grant_types_supported"].as_array().unwrap();
        assert_eq!(grants.contains(&json!(GRANT)), offered);
    }
}

#[tokio::test]
async fn a_client_with_a_certificate_gets_a_bound_token_for_a_person() {
    let world = world().await;
    world.add_certificate(&world.client, "s/a/1", true).await;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", GRANT)
        .append_pair("client_id", &world.client.id)
        .append_pair("assertion", &with(&world, |_| {}))
        .finish();
    let answer = world.form_with(presented("s/a/1"), &form).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(claims(&token)["cnf"]["x5t#S256"].is_string());
}

#[tokio::test]
async fn a_person_cannot_examine_tokens() {
    let world = world().await;
    let answer = exchange(&world, &with(&world, |_| {})).await.json();
    let token = answer["access_token"].as_str().unwrap();
    for path in ["/introspect", "/check_token"] {
        let request = post(path).header("Authorization", format!("Bearer {token}"));
        let answer = world.send(request, format!("token={token}")).await;
        assert_eq!(
            answer.error(),
            (403, "insufficient_scope".to_owned()),
            "{path}"
        );
    }
}

#[test]
fn an_issuer_cannot_pass_for_this_server() {
    assert_eq!(issuer().problems(), [] as [String; 0]);
    for origin in ["uaa", "UAA", "", "a b", &"x".repeat(101)] {
        let origin = origin.to_owned();
        let problems = TrustedIssuer { origin, ..issuer() }.problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
    let unnamed = TrustedIssuer {
        issuer: String::new(),
        ..issuer()
    };
    assert_eq!(unnamed.problems(), ["a trusted issuer needs issuer"]);
}
