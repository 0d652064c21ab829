//! The library that existing applications verify tokens with accepts ours.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::certificate::PeerCertificate;
use lockgate_core::clock::{Clock as _, SystemClock};
use lockgate_token::Config;
use serde_json::{Value, json};

use crate::certificates::presented;
use crate::node::{Address, Serving};
use crate::world::{Setup, World, ZONE, claims};

/// The token with another signature.
fn flipped_signature(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    format!("{message}.{other}{}", &signature[1..])
}

/// The token without the certificate it is bound to, under the old signature.
fn unbound(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let mut claims = claims(token);
    claims.as_object_mut().unwrap().remove("cnf");
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{header}.{claims}.{signature}")
}

/// The certificate, valid by the clock of the library.
fn current(der: &str) -> PeerCertificate {
    let (now, day) = (SystemClock.now(), Duration::from_secs(86_400));
    PeerCertificate {
        not_before: now.minus(day),
        not_after: now.plus(day),
        ..presented(der)
    }
}

/// Our token, and variations that must not pass.
async fn input(world: &World, domain: &str) -> Value {
    let good = world.token().await;
    world.add_certificate(&world.client, "s/a/1", true).await;
    let by_certificate = world.ask_with(&world.client.id, current("s/a/1")).await;
    let by_certificate = by_certificate.json()["access_token"].clone();
    let by_certificate = by_certificate.as_str().unwrap();
    assert!(claims(by_certificate)["cnf"]["x5t#S256"].is_string());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    world
        .clock
        .set(SystemClock.now().minus(Duration::from_secs(2 * 3600)));
    let expired = world.token().await;
    world.clock.set(SystemClock.now());
    json!({
        "credentials": {
            "clientid": world.client.id,
            "clientsecret": world.client.secret,
            "url": format!("https://{domain}"),
            "uaadomain": domain,
            "xsappname": "it-rt-acme!b101",
        },
        "zid": ZONE.to_string(),
        "tokens": {
            "good": good,
            "by certificate": by_certificate,
            "by certificate, unbound": unbound(by_certificate),
            "by certificate, altered signature": flipped_signature(by_certificate),
            "altered signature": flipped_signature(&good),
            "altered claims": format!("{header}.{}A.{signature}", &claims[..claims.len() - 1]),
            "no algorithm": format!("{none}.{claims}."),
            "expired": expired,
        },
        "otherApplication": "it-rt-other!b1",
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xssec_accepts_our_tokens_and_no_others() {
    let address = Address::reserve().await;
    let domain = address.domain.clone();
    let world = World::with(Setup {
        config: Config {
            bind_to_certificate: true,
            ..Config::default()
        },
        token_base: format!("https://{domain}"),
        ..Setup::default()
    })
    .await;
    // The library has a clock of its own.
    world.clock.set(SystemClock.now());

    let serving = Serving::start(&world, address).await;
    let input = input(&world, &domain).await;
    let answers = serving.ask("verify.cjs", "@sap/xssec", &input).await;
    let expected = json!({
        "good": {"accepted": true, "role": true, "foreignRole": false, "zid": ZONE.to_string(),
            "subdomain": "acme", "grant": "client_credentials",
            "user": format!("client/{}", world.client.id)},
        "by certificate": {"accepted": true, "role": true, "foreignRole": false,
            "zid": ZONE.to_string(), "subdomain": "acme", "grant": "client_credentials",
            "user": format!("client/{}", world.client.id)},
        "by certificate, unbound": {"accepted": false},
        "by certificate, altered signature": {"accepted": false},
        "altered signature": {"accepted": false},
        "altered claims": {"accepted": false},
        "no algorithm": {"accepted": false},
        "expired": {"accepted": false},
        "fetched": {"accepted": true, "type": "bearer"},
        "other application": {"accepted": false},
    });
    assert_eq!(answers, expected);
    serving.stop().await;
}
