//! The clients of the tests, and every good and bad credential by the name that the tables use.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use lockgate_core::account::Accounts;
use lockgate_core::client::{Client, ClientSecret, Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::random::SeededRandom;
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_web::identity::{Identities, VerificationKeys};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);
pub(crate) const REVOKED_JTI: &str = "ffffffffffffffffffffffffffffffff";
const JTI: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const KID: &str = "default-jwt-key-4fd2c07a9b";
const SEND: &str = "it-rt-acme!b1.ESBMessaging.send";

pub(crate) fn master_key() -> MasterKey {
    MasterKey::generate(&SeededRandom::new(1))
}

pub(crate) fn tenant() -> Tenant {
    Tenant {
        name: "acme".to_owned(),
        zone_id: Uuid::from_u128(7),
        client_number: 7,
        service_number: 1,
        token_base: "https://acme.authentication.example.org".to_owned(),
        certificate_base: None,
        runtime_base: "https://acme.example.org".to_owned(),
        api_base: "https://api.example.org".to_owned(),
    }
}

/// The clients by number.
pub(crate) const SENDER: u128 = 1;
const GUEST: u128 = 2;
const KEYLESS: u128 = 3;
const WITHOUT_GRANT: u128 = 4;
const WITHDRAWN: u128 = 5;
const API: u128 = 6;
const CSRF_GUEST: u128 = 7;

pub(crate) fn id(number: u128) -> String {
    let plan = if number == API {
        Plan::Api
    } else {
        Plan::IntegrationFlow
    };
    tenant().client_id(InstanceId(Uuid::from_u128(number)), plan)
}

/// The secret of the key called `number`, in the format of real ones.
pub(crate) fn secret(number: u128) -> String {
    format!("{}${}=", Uuid::from_u128(number), "A".repeat(43))
}

fn client(number: u128, roles: &[&str], keys: &[(u128, Option<Timestamp>)]) -> Client {
    let hash = master_key().keyed_hash(SECRET_HASH_LABEL);
    let secret = |&(key, expires): &(u128, Option<Timestamp>)| ClientSecret {
        key: KeyId(Uuid::from_u128(key)),
        secret_id: Uuid::from_u128(key),
        digest: hash.tag(secret(key).as_bytes()),
        expires,
    };
    Client {
        id: id(number),
        instance: InstanceId(Uuid::from_u128(number)),
        plan: if number == API {
            Plan::Api
        } else {
            Plan::IntegrationFlow
        },
        roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
        grant_types: vec!["client_credentials".to_owned()],
        redirect_uris: vec![],
        token_validity: 3600,
        tokens_not_before: Timestamp::default(),
        secrets: keys.iter().map(secret).collect(),
        certificates: vec![],
    }
}

/// All clients. `sender` has three keys, of which the third expires at [`NOW`].
pub(crate) fn clients() -> Vec<Client> {
    let mut without_grant = client(WITHOUT_GRANT, &["ESBMessaging.send"], &[(41, None)]);
    without_grant.grant_types = vec!["authorization_code".to_owned()];
    let mut withdrawn = client(WITHDRAWN, &["ESBMessaging.send"], &[]);
    withdrawn.tokens_not_before = NOW.plus(Duration::from_secs(1));
    vec![
        client(
            SENDER,
            &["ESBMessaging.send"],
            &[(11, None), (12, None), (13, Some(NOW))],
        ),
        client(GUEST, &["Guest.role"], &[(21, None)]),
        client(KEYLESS, &["ESBMessaging.send"], &[]),
        without_grant,
        withdrawn,
        client(API, &["ESBMessaging.send"], &[(61, None)]),
        client(CSRF_GUEST, &["ESBMessaging.send"], &[(71, None)]),
    ]
}

pub(crate) fn identities(clients: Vec<Client>) -> Identities {
    let public: PublicKeyX509Der<'_> = key().public_key().as_der().unwrap();
    Identities {
        tenant: Arc::new(tenant()),
        clients: Directory::new(clients, master_key().keyed_hash(SECRET_HASH_LABEL)),
        accounts: Accounts::default(),
        keys: VerificationKeys::new([(KID, public.as_ref())]).unwrap(),
        revoked: [(REVOKED_JTI.to_owned(), NOW)].into_iter().collect(),
    }
}

fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap())
}

/// A Basic header line.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    basic_raw(format!("{id}:{secret}").as_bytes())
}

fn basic_raw(text: &[u8]) -> String {
    format!("Authorization: Basic {}", STANDARD.encode(text))
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Tells in a token of the client called `number` that it was got with the client's first key.
fn mark_of_key(number: u128) -> String {
    let client = clients().into_iter().find(|client| client.id == id(number));
    let key = client.and_then(|client| Some(client.secrets.first()?.key));
    format!("{:08x}", key.map_or(0, KeyId::mark))
}

/// A token of `client` with claims and header changed by `change`.
fn token(client: u128, change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let id = id(client);
    let mut header = json!({"alg": "RS256", "kid": KID, "typ": "JWT"});
    let mut claims = json!({
        "jti": JTI, "sub": id, "client_id": id, "cid": id, "azp": id,
        "authorities": ["uaa.resource", SEND], "scope": ["uaa.resource", SEND],
        "grant_type": "client_credentials", "rev_sig": mark_of_key(client), "iat": NOW.secs(), "exp": NOW.secs() + 3600,
        "iss": tenant().issuer(), "zid": tenant().zone_id.to_string(),
        "aud": ["uaa", "it-rt-acme!b1.ESBMessaging", id],
    });
    change(&mut header, &mut claims);
    let message = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let mut signature = vec![0; key().public_modulus_len()];
    key()
        .sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        )
        .unwrap();
    format!("{message}.{}", b64(signature))
}

/// A good token of `sender`, as a header line.
pub(crate) fn bearer_sender() -> String {
    bearer(&token(SENDER, |_, _| {}))
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// A token of `sender` in which one claim differs.
fn with(claim: &str, value: Value) -> String {
    bearer(&token(SENDER, |_, claims| claims[claim] = value))
}

fn scope(scope: &str) -> String {
    with("scope", json!(["uaa.resource", scope]))
}

/// Header lines and query of a credential.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credential {
    pub(crate) lines: Vec<String>,
    pub(crate) query: &'static str,
}

/// The credential that a table calls `name`.
pub(crate) fn credential(name: &str) -> Credential {
    static ALL: OnceLock<HashMap<&'static str, Credential>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let lines = basics()
            .into_iter()
            .chain(tokens())
            .chain(scoped_tokens())
            .chain(broken_tokens());
        let lines = lines.map(|(name, line)| {
            (
                name,
                Credential {
                    lines: vec![line],
                    query: "",
                },
            )
        });
        lines.chain(others()).collect()
    });
    all.get(name)
        .unwrap_or_else(|| panic!("no credential is called {name:?}"))
        .clone()
}

fn basics() -> Vec<(&'static str, String)> {
    let sender = id(SENDER);
    let encoded = sender.replace('!', "%21").replace('|', "%7C");
    vec![
        ("basic sender", basic(&sender, &secret(11))),
        ("basic sender, second key", basic(&sender, &secret(12))),
        (
            "basic sender, wrong secret",
            basic(&sender, &secret(11).replace("AAA", "AAB")),
        ),
        ("basic sender, no secret", basic(&sender, "")),
        ("basic sender, deleted key", basic(&sender, &secret(10))),
        ("basic sender, expired key", basic(&sender, &secret(13))),
        ("basic guest", basic(&id(GUEST), &secret(21))),
        ("basic csrf guest", basic(&id(CSRF_GUEST), &secret(71))),
        ("basic unknown id", basic(&id(99), &secret(11))),
        ("basic keyless", basic(&id(KEYLESS), &secret(11))),
        ("basic api plan", basic(&id(API), &secret(61))),
        (
            "basic without grant",
            basic(&id(WITHOUT_GRANT), &secret(41)),
        ),
        ("basic not base64", "Authorization: Basic c2It!".to_owned()),
        ("basic no colon", basic_raw(sender.as_bytes())),
        ("basic control character", basic(&sender, "\u{1}")),
        ("basic empty id", basic("", &secret(11))),
        (
            "basic percent-encoded",
            basic(&encoded, &secret(11).replace('$', "%24")),
        ),
        (
            "basic user of an identity provider",
            basic("jane@example.org", "password"),
        ),
        (
            "basic colon in secret",
            basic(&sender, &format!("{}:x", secret(11))),
        ),
        (
            "basic look-alike id",
            basic(&sender.replace('s', "\u{455}"), &secret(11)),
        ),
        (
            "basic id in capitals",
            basic(&sender.to_uppercase(), &secret(11)),
        ),
        (
            "basic id and a space",
            basic(&format!("{sender} "), &secret(11)),
        ),
    ]
}

fn tokens() -> Vec<(&'static str, String)> {
    vec![
        ("bearer sender", bearer_sender()),
        (
            "bearer sender, scheme in capitals",
            bearer_sender().replace("Bearer", "BEARER"),
        ),
        (
            "bearer guest",
            bearer(&token(GUEST, |_, claims| claims["scope"] = json!([]))),
        ),
        (
            "bearer guest, role removed after issuance",
            bearer(&token(GUEST, |_, _| {})),
        ),
        (
            "bearer sender, narrowed",
            with("scope", json!(["uaa.resource"])),
        ),
        (
            "bearer expired",
            bearer(&token(SENDER, |_, claims| {
                claims["iat"] = json!(NOW.secs() - 3630);
                claims["exp"] = json!(NOW.secs() - 30);
            })),
        ),
        ("bearer not yet valid", with("iat", json!(NOW.secs() + 61))),
        (
            "bearer other issuer",
            with("iss", json!("https://evil.example.org/oauth/token")),
        ),
        (
            "bearer other audience",
            with("aud", json!(["it-rt-other!b1.ESBMessaging"])),
        ),
        (
            "bearer audience with our name as prefix",
            with("aud", json!(["it-rt-acme!b10"])),
        ),
        (
            "bearer other zone",
            with("zid", json!(Uuid::from_u128(8).to_string())),
        ),
        ("bearer revoked", with("jti", json!(REVOKED_JTI))),
        ("bearer client deleted", bearer(&token(98, |_, _| {}))),
        ("bearer withdrawn", bearer(&token(WITHDRAWN, |_, _| {}))),
        (
            "bearer bound to a certificate",
            with("cnf", json!({"x5t#S256": "x"})),
        ),
        ("bearer ID token", with("nonce", json!("n"))),
        (
            "bearer refresh token",
            with("jti", json!(format!("{JTI}-r"))),
        ),
        (
            "bearer api plan",
            bearer(&token(API, |_, claims| {
                claims["aud"] = json!(["uaa", "it!b1.ESBMessaging", id(API)]);
                claims["scope"] = json!(["uaa.resource", "it!b1.ESBMessaging.send"]);
            })),
        ),
    ]
}

/// Tokens whose scopes come close to the role that the flows ask for.
fn scoped_tokens() -> Vec<(&'static str, String)> {
    vec![
        (
            "bearer scope in lower case",
            scope("it-rt-acme!b1.esbmessaging.send"),
        ),
        ("bearer scope with suffix", scope(&format!("{SEND}2"))),
        ("bearer scope with prefix", scope(&format!("x.{SEND}"))),
        ("bearer scope as text", with("scope", json!(SEND))),
        (
            "bearer scope in authorities only",
            with("scope", json!(["uaa.resource"])),
        ),
    ]
}

fn broken_tokens() -> Vec<(&'static str, String)> {
    let good = token(SENDER, |_, _| {});
    let other = token(SENDER, |_, claims| claims["exp"] = json!(NOW.secs() + 3599));
    let (message, signature) = (
        good.rsplit_once('.').unwrap().0,
        other.rsplit_once('.').unwrap().1,
    );
    vec![
        (
            "bearer bad signature",
            bearer(&format!("{message}.{signature}")),
        ),
        (
            "bearer unknown kid",
            bearer(&token(SENDER, |header, _| header["kid"] = json!("other"))),
        ),
        (
            "bearer other algorithm",
            bearer(&token(SENDER, |header, _| header["alg"] = json!("none"))),
        ),
        ("bearer malformed", bearer("abc.def.ghi")),
        ("bearer opaque", bearer("4e5f60718293a4b5c6d7e8f90a1b2c3d")),
        ("bearer jti of a token", bearer(JTI)),
        ("bearer without value", "Authorization: Bearer".to_owned()),
        ("bearer two tokens", bearer(&format!("{good} {good}"))),
        ("bearer with padding", bearer(&format!("{good}=="))),
        (
            "bearer with a fourth segment",
            bearer(&format!("{good}.e30")),
        ),
        ("bearer too long", bearer(&"a".repeat(16 * 1024 + 1))),
    ]
}

fn others() -> Vec<(&'static str, Credential)> {
    let lines = |lines: &[&str]| Credential {
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        query: "",
    };
    let (sender, token) = (basic(&id(SENDER), &secret(11)), bearer_sender());
    let (_, value) = token.split_once(": ").unwrap();
    vec![
        ("nothing", lines(&[])),
        (
            "session cookie",
            lines(&["Cookie: JSESSIONID=AAAAAAAAAAAAAAAAAAAAAA"]),
        ),
        ("Negotiate", lines(&["Authorization: Negotiate YII="])),
        (
            "Digest",
            lines(&["Authorization: Digest username=\"x\", realm=\"y\""]),
        ),
        ("ApiKey", lines(&["Authorization: ApiKey x"])),
        (
            "token in the query",
            Credential {
                lines: vec![],
                query: "access_token=x",
            },
        ),
        (
            "basic sender and token in the query",
            Credential {
                lines: vec![sender.clone()],
                query: "access_token=x",
            },
        ),
        (
            "forwarded certificate",
            lines(&["X-Forwarded-Client-Cert: Subject=\"CN=sender\""]),
        ),
        ("two Authorization fields", lines(&[&sender, &token])),
        (
            "schemes joined by comma",
            lines(&[&format!("{sender}, {value}")]),
        ),
    ]
}
