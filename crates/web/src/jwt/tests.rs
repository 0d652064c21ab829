//! Evil tokens, built by hand.

mod accounts;
mod bound;
mod people;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{self, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use aws_lc_rs::{hmac, signature::EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use lockgate_core::account::Accounts;
use lockgate_core::client::{Client, ClientSecret, Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::limits;
use lockgate_core::random::SeededRandom;
use lockgate_core::role::MESSAGING_SEND;
use lockgate_core::tenant::{Plan, Tenant};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::identity::{Revoked, VerificationKeys};

const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);
const KEY: KeyId = KeyId(Uuid::from_u128(0x9c04_d1ab));
const JTI: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const KID: &str = "default-jwt-key-4fd2c07a9b";

fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap())
}

fn public_der() -> Vec<u8> {
    let der: PublicKeyX509Der<'_> = key().public_key().as_der().unwrap();
    der.as_ref().to_vec()
}

fn tenant() -> Tenant {
    Tenant {
        name: "acme".to_owned(),
        zone_id: Uuid::from_u128(7),
        client_number: 2207,
        service_number: 1,
        token_base: "https://acme.authentication.example.org".to_owned(),
        certificate_base: None,
        runtime_base: "https://acme.example.org".to_owned(),
        api_base: "https://api.example.org".to_owned(),
    }
}

fn client(plan: Plan) -> Client {
    let instance = InstanceId(Uuid::from_u128(plan as u128 + 1));
    Client {
        id: tenant().client_id(instance, plan),
        instance,
        plan,
        roles: vec![MESSAGING_SEND.parse().unwrap(), "other".parse().unwrap()],
        grant_types: vec!["client_credentials".to_owned()],
        redirect_uris: vec![],
        token_validity: 3600,
        tokens_not_before: NOW.minus(Duration::from_secs(600)),
        certificates: vec![],
        secrets: vec![ClientSecret {
            key: KEY,
            secret_id: Uuid::nil(),
            digest: [0; 32],
            expires: None,
        }],
    }
}

fn identities_with(clients: Vec<Client>) -> Identities {
    let hash = MasterKey::generate(&SeededRandom::new(1)).keyed_hash(SECRET_HASH_LABEL);
    Identities {
        tenant: Arc::new(tenant()),
        clients: Directory::new(clients, hash),
        accounts: Accounts::default(),
        keys: VerificationKeys::new([(KID, &*public_der())]).unwrap(),
        revoked: Revoked::default(),
    }
}

fn identities() -> Identities {
    identities_with(vec![client(Plan::IntegrationFlow), client(Plan::Api)])
}

fn header() -> Value {
    json!({"alg": "RS256", "jku": "https://acme.authentication.example.org/token_keys",
           "kid": KID, "typ": "JWT"})
}

fn claims() -> Value {
    let id = client(Plan::IntegrationFlow).id;
    json!({"jti": JTI, "sub": id, "client_id": id, "cid": id, "azp": id,
           "authorities": ["it-rt-acme!b1.other"],
           "scope": ["uaa.resource", "it-rt-acme!b1.ESBMessaging.send"],
           "grant_type": "client_credentials", "rev_sig": "9c04d1ab",
           "iat": NOW.secs(), "exp": NOW.secs() + 3600,
           "iss": "https://acme.authentication.example.org/oauth/token",
           "zid": Uuid::from_u128(7).to_string(),
           "aud": ["uaa", "it-rt-acme!b1.ESBMessaging", id]})
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rs256(message: &str) -> Vec<u8> {
    let mut signature = vec![0; key().public_modulus_len()];
    let random = SystemRandom::new();
    key()
        .sign(
            &RSA_PKCS1_SHA256,
            &random,
            message.as_bytes(),
            &mut signature,
        )
        .unwrap();
    signature
}

/// A token of raw header and claims texts, signed with our key.
fn sign_raw(header: &[u8], claims: &[u8]) -> String {
    let message = format!("{}.{}", b64(header), b64(claims));
    let signature = rs256(&message);
    format!("{message}.{}", b64(signature))
}

fn sign(header: &Value, claims: &Value) -> String {
    sign_raw(header.to_string().as_bytes(), claims.to_string().as_bytes())
}

/// A token with our header whose claims were changed.
fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims();
    change(&mut claims);
    sign(&header(), &claims)
}

fn check(token: &str) -> Result<VerifiedToken, TokenRefused> {
    verify(token, &identities(), Plan::IntegrationFlow, NOW, None)
}

#[track_caller]
fn refused(token: &str, expected: TokenRefused) {
    assert_eq!(check(token).unwrap_err(), expected);
}

fn claim_error(token: &str) -> &'static str {
    match check(token).unwrap_err() {
        TokenRefused::Claim { claim, .. } => claim,
        other => panic!("{other:?}"),
    }
}

#[test]
fn our_own_token_is_accepted_with_the_roles_of_its_scope_only() {
    let token = check(&sign(&header(), &claims())).unwrap();
    assert_eq!(token.client.id, client(Plan::IntegrationFlow).id);
    let roles: Vec<_> = token.roles().map(RoleName::as_str).collect();
    // `other` is a role of the client and stands in `authorities`, but not in `scope`.
    assert_eq!(roles, [MESSAGING_SEND]);
    assert_eq!(token.jti(), JTI);
    assert_eq!(token.scopes()[0], "uaa.resource");
    assert_eq!(token.expires_at().secs(), NOW.secs() + 3600);
    assert_eq!(token.issued_at(), NOW);
    assert_eq!(token.key, KEY);
}

#[test]
fn a_token_without_roles_is_valid_and_grants_nothing() {
    let id = client(Plan::IntegrationFlow).id;
    let token = with(|claims| {
        claims["scope"] = json!(["uaa.resource"]);
        claims["aud"] = json!(["uaa", id]);
    });
    assert_eq!(check(&token).unwrap().roles().count(), 0);
}

/// T26: case, suffix and prefix variants of a role are other roles; a scope text is no list.
#[test]
fn only_exact_scopes_carry_roles() {
    for scope in [
        "it-rt-acme!b1.esbmessaging.send",
        "it-rt-acme!b1.ESBMessaging.send2",
        "it-rt-acme!b1.ESBMessaging.send ",
        "x.it-rt-acme!b1.ESBMessaging.send",
        "it-rt-acme!b10.ESBMessaging.send",
        "ESBMessaging.send",
    ] {
        let token = with(|claims| claims["scope"] = json!([scope]));
        assert_eq!(check(&token).unwrap().roles().count(), 0, "{scope}");
    }
    let text = with(|claims| claims["scope"] = json!("it-rt-acme!b1.ESBMessaging.send"));
    assert_eq!(claim_error(&text), "scope");
}

/// T28, T30: `none` in any spelling, and algorithms that are not of our key.
#[test]
fn the_algorithm_is_bound_to_the_key() {
    let algorithms = [
        "none", "None", "nOnE", "HS256", "PS256", "ES256", "RS384", "rs256", "",
    ];
    for alg in algorithms {
        let mut header = header();
        header["alg"] = json!(alg);
        refused(&sign(&header, &claims()), TokenRefused::Algorithm);
    }
    for alg in [json!(null), json!(["RS256"]), json!(256)] {
        let mut header = header();
        header["alg"] = alg;
        refused(&sign(&header, &claims()), TokenRefused::Algorithm);
    }
}

#[test]
fn signatures_of_other_kinds_do_not_pass_as_rs256() {
    let message = format!(
        "{}.{}",
        b64(header().to_string()),
        b64(claims().to_string())
    );
    let der = public_der();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
        STANDARD.encode(&der)
    );
    // T29: HMAC keyed by forms of the public key.
    for secret in [&*der, pem.as_bytes()] {
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, secret),
            message.as_bytes(),
        );
        refused(&format!("{message}.{}", b64(tag)), TokenRefused::Signature);
    }
    let mut pss = vec![0; key().public_modulus_len()];
    let random = SystemRandom::new();
    key()
        .sign(&RSA_PSS_SHA256, &random, message.as_bytes(), &mut pss)
        .unwrap();
    refused(&format!("{message}.{}", b64(pss)), TokenRefused::Signature);
    let ec = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let es256 = ec.sign(&random, message.as_bytes()).unwrap();
    refused(
        &format!("{message}.{}", b64(es256)),
        TokenRefused::Signature,
    );
    refused(
        &format!("{message}.{}", b64([0; 256])),
        TokenRefused::Signature,
    );
    refused(&format!("{message}."), TokenRefused::Segments);
    refused(&message, TokenRefused::Segments);
}

/// T31: key names are only compared with names of published keys.
#[test]
fn strange_key_names_find_nothing() {
    for kid in [
        "../../dev/null",
        "' OR 1=1 --",
        "https://evil.example/key",
        "legacy-token-key",
    ] {
        let mut header = header();
        header["kid"] = json!(kid);
        let error = TokenRefused::UnknownKey(kid.to_owned());
        refused(&sign(&header, &claims()), error);
    }
    for kid in [
        json!(""),
        json!("x".repeat(10_000)),
        json!([KID]),
        json!(1),
        json!(null),
    ] {
        let mut header = header();
        header["kid"] = kid;
        assert_eq!(claim_error(&sign(&header, &claims())), "kid");
    }
    let twice = format!(r#"{{"alg":"RS256","typ":"JWT","kid":"x","kid":"{KID}"}}"#);
    let token = sign_raw(twice.as_bytes(), claims().to_string().as_bytes());
    let error = check(&token).unwrap_err();
    assert!(matches!(
        error,
        TokenRefused::Json {
            segment: "header",
            ..
        }
    ));
}

/// T32, T33: nothing in a header leads anywhere.
#[test]
fn header_members_that_bring_keys_or_rules_are_refused() {
    for name in [
        "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty", "enc", "x5t",
    ] {
        let mut header = header();
        header[name] = json!(["exp"]);
        refused(
            &sign(&header, &claims()),
            TokenRefused::HeaderMember(name.to_owned()),
        );
    }
    for jku in [
        "https://evil.example/token_keys",
        "http://169.254.169.254/",
        "",
    ] {
        let mut header = header();
        header["jku"] = json!(jku);
        assert!(check(&sign(&header, &claims())).is_ok(), "jku is ignored");
    }
    for typ in [json!("at+jwt"), json!("jwt"), json!(null)] {
        let mut header = header();
        header["typ"] = typ;
        refused(&sign(&header, &claims()), TokenRefused::Type);
    }
}

#[test]
fn only_three_segments_of_strict_base64url_are_a_token() {
    let token = sign(&header(), &claims());
    let jws = json!({"payload": "e30", "signatures": []}).to_string();
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b",
        &jws,
        &format!("{token}.x"),
        &format!("{token}.x.y"),
    ] {
        refused(text, TokenRefused::Segments);
    }
    // T36: padding, the other alphabet, white space, stray bits.
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut stray = signature.to_owned();
    let last = stray.pop().unwrap();
    stray.push(char::from(last as u8 + 1));
    for bad in [
        URL_SAFE.encode(&bytes),
        STANDARD.encode(&bytes),
        format!("{signature}\n"),
        format!(" {signature}"),
        stray,
    ] {
        refused(
            &format!("{message}.{bad}"),
            TokenRefused::Encoding("signature"),
        );
    }
}

/// T34.
#[test]
fn times_are_whole_seconds_in_range() {
    let future = NOW.secs() + 61;
    for (claim, value) in [
        ("exp", json!(null)),
        ("exp", json!("1790003600")),
        ("exp", json!(1_790_003_600.5)),
        ("exp", json!(-1)),
        ("exp", json!(0)),
        ("exp", json!(NOW.millis() + 3_600_000)),
        ("iat", json!(null)),
        ("iat", json!("x")),
        ("nbf", json!(null)),
    ] {
        let token = with(|claims| claims[claim] = value.clone());
        assert_eq!(claim_error(&token), claim, "{claim} {value}");
    }
    let infinite = claims()
        .to_string()
        .replace(&(NOW.secs() + 3600).to_string(), "1e400");
    let error = check(&sign_raw(
        header().to_string().as_bytes(),
        infinite.as_bytes(),
    ));
    assert!(matches!(
        error,
        Err(TokenRefused::Json {
            segment: "claims",
            ..
        })
    ));
    refused(
        &with(|claims| claims["nbf"] = json!(future)),
        TokenRefused::NotYetValid,
    );
    refused(
        &with(|claims| claims["iat"] = json!(future)),
        TokenRefused::NotYetValid,
    );
    let too_long = with(|claims| claims["exp"] = json!(NOW.secs() + 86_401));
    refused(&too_long, TokenRefused::Validity);
    let backwards = with(|claims| claims["exp"] = json!(NOW.secs()));
    refused(&backwards, TokenRefused::Validity);
}

#[test]
fn a_token_expires_after_its_leeway() {
    let identities = identities();
    let token = sign(&header(), &claims());
    let at = |secs| {
        let now = Timestamp::from_secs(NOW.secs() + secs);
        verify(&token, &identities, Plan::IntegrationFlow, now, None).map(|_| ())
    };
    assert_eq!(at(3629), Ok(()));
    let expiry = Timestamp::from_secs(NOW.secs() + 3600);
    assert_eq!(at(3630), Err(TokenRefused::Expired(expiry)));
    assert_eq!(at(-60), Ok(()));
    assert_eq!(at(-61), Err(TokenRefused::NotYetValid));
}

/// T35.
#[test]
fn claims_are_unambiguous_json_of_bounded_depth() {
    let good = claims().to_string();
    let inner = good.strip_prefix('{').unwrap();
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for bad in [
        format!(r#"{{"scope":[],{inner}"#).into_bytes(),
        format!(r#"{{"x":{deep},{inner}"#).into_bytes(),
        format!("\u{feff}{good}").into_bytes(),
        [b"{\"x\":\"\xff\",", inner.as_bytes()].concat(),
        b"[]".to_vec(),
        b"null".to_vec(),
    ] {
        let token = sign_raw(header().to_string().as_bytes(), &bad);
        let error = check(&token).unwrap_err();
        let shown = String::from_utf8_lossy(&bad[..20.min(bad.len())]).into_owned();
        assert!(
            matches!(
                error,
                TokenRefused::Json {
                    segment: "claims",
                    ..
                }
            ),
            "{shown}"
        );
    }
}

/// T37.
#[test]
fn large_tokens_are_refused_before_they_are_read() {
    let exactly = "x".repeat(limits::BEARER_TOKEN);
    refused(&exactly, TokenRefused::Segments);
    refused(&format!("{exactly}x"), TokenRefused::TooLarge);
    refused(&"a.".repeat(500_000), TokenRefused::TooLarge);
}

/// T38.
#[test]
fn tokens_for_somebody_else_are_refused() {
    let other = |claim: &str, value: &str| with(|claims| claims[claim] = json!(value));
    refused(
        &other("iss", "https://evil.example/oauth/token"),
        TokenRefused::Issuer,
    );
    refused(
        &other(
            "iss",
            "https://acme.authentication.example.org/oauth/token/",
        ),
        TokenRefused::Issuer,
    );
    refused(&other("zid", "another"), TokenRefused::Zone);
    for audience in [
        json!([]),
        json!(["uaa"]),
        json!(["it-rt-acme!b10"]),
        json!(["it-rt-acme!b10.ESBMessaging"]),
        json!(["it-rt-acme!"]),
        json!(["it!b1"]),
        json!(["sb-other!b2207|it-rt-acme!b1"]),
    ] {
        let token = with(|claims| claims["aud"] = audience.clone());
        assert_eq!(
            check(&token).unwrap_err(),
            TokenRefused::Audience,
            "{audience}"
        );
    }
    assert_eq!(
        claim_error(&other("aud", "it-rt-acme!b1.ESBMessaging")),
        "aud"
    );
}

#[test]
fn tokens_of_one_plan_do_not_open_the_other() {
    let id = client(Plan::Api).id;
    let api = with(|claims| {
        for claim in ["sub", "client_id", "cid", "azp"] {
            claims[claim] = json!(id);
        }
        claims["aud"] = json!(["uaa", id]);
        claims["scope"] = json!(["uaa.resource", "it!b1.other"]);
    });
    refused(&api, TokenRefused::Audience);
    assert!(verify(&api, &identities(), Plan::Api, NOW, None).is_ok());
    let flow = sign(&header(), &claims());
    let error = verify(&flow, &identities(), Plan::Api, NOW, None).unwrap_err();
    assert_eq!(error, TokenRefused::Audience);
    // An API client cannot borrow the audience of flows.
    let mixed = with(|claims| {
        for claim in ["sub", "client_id", "cid", "azp"] {
            claims[claim] = json!(id);
        }
    });
    refused(&mixed, TokenRefused::Audience);
}

/// T39, T27.
#[test]
fn other_kinds_of_tokens_are_refused() {
    let refresh = with(|claims| claims["jti"] = json!(format!("{JTI}-r")));
    refused(&refresh, TokenRefused::Kind);
    for claim in ["nonce", "at_hash", "c_hash"] {
        refused(
            &with(|claims| claims[claim] = json!("x")),
            TokenRefused::Kind,
        );
    }
    for mark in [
        json!(null),
        json!(1),
        json!(""),
        json!("9c04d1a"),
        json!("9c04d1abx"),
    ] {
        let token = with(|claims| claims["rev_sig"] = mark);
        assert_eq!(claim_error(&token), "rev_sig");
    }
    for grant in ["implicit", "saml2-bearer", ""] {
        refused(
            &with(|claims| claims["grant_type"] = json!(grant)),
            TokenRefused::Kind,
        );
    }
    for claim in ["user_id", "user_name"] {
        let person = with(|claims| claims[claim] = json!("x"));
        refused(&person, TokenRefused::Kind);
    }
    let assertion = json!({"iss": "sb-x", "sub": "sb-x", "aud": "y", "exp": 1, "jti": "z"});
    assert_eq!(claim_error(&sign(&header(), &assertion)), "grant_type");
}

#[test]
fn the_claims_that_name_the_client_agree() {
    for claim in ["sub", "client_id", "azp", "cid"] {
        let token = with(|claims| claims[claim] = json!("sb-other"));
        refused(&token, TokenRefused::ClientMismatch);
        let token = with(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
        assert_eq!(claim_error(&token), claim);
    }
}

/// T40: what an operator withdraws is withdrawn for tokens that are already open, too.
#[test]
fn live_state_decides_at_each_use() {
    let before = identities();
    let token = sign(&header(), &claims());
    let token = SignedToken::open(&token, &before, Plan::IntegrationFlow).unwrap();
    let admit = |identities: &Identities| token.admit(identities, NOW, None).map(|_| ());
    assert_eq!(admit(&before), Ok(()));

    let deleted = identities_with(vec![client(Plan::Api)]);
    assert_eq!(admit(&deleted), Err(TokenRefused::UnknownClient));

    let mut superseded = client(Plan::IntegrationFlow);
    superseded.tokens_not_before = NOW.plus(Duration::from_micros(1));
    let superseded = identities_with(vec![superseded]);
    assert_eq!(admit(&superseded), Err(TokenRefused::Superseded));

    let mut rekeyed = client(Plan::IntegrationFlow);
    rekeyed.secrets[0].key = KeyId(Uuid::from_u128(1));
    let rekeyed = identities_with(vec![rekeyed]);
    assert_eq!(admit(&rekeyed), Err(TokenRefused::KeyGone));

    let mut revoked = identities();
    revoked.revoked = [(JTI.to_owned(), NOW)].into_iter().collect();
    assert_eq!(admit(&revoked), Err(TokenRefused::Revoked));

    let mut rotated = identities();
    rotated.keys = VerificationKeys::default();
    assert_eq!(
        admit(&rotated),
        Err(TokenRefused::UnknownKey(KID.to_owned()))
    );

    let mut reduced = client(Plan::IntegrationFlow);
    reduced.roles.retain(|role| role.as_str() != MESSAGING_SEND);
    let reduced = identities_with(vec![reduced]);
    assert_eq!(token.admit(&reduced, NOW, None).unwrap().roles().count(), 0);
}

#[test]
fn only_rsa_keys_of_sufficient_size_are_published() {
    let ec = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let der: PublicKeyX509Der<'_> = ec.public_key().as_der().unwrap();
    let error = VerificationKeys::new([("ec", der.as_ref())]).unwrap_err();
    assert_eq!(error.kid, "ec");
    assert!(VerificationKeys::new([("none", &[] as &[u8])]).is_err());
}
