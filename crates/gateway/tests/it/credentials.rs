//! Every good and bad credential, by the name that the tables use.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use lockgate_core::certificate::PeerCertificate;
use lockgate_core::ids::KeyId;
use lockgate_web::caller::RejectedCertificate;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::certificates;
use crate::clients::{
    API, CSRF_GUEST, ENDED_SESSION, GUEST, JANE, JOE, KEYLESS, KID, NOW, RENEWING, REVOKED_JTI,
    SENDER, TWIN, WITHDRAWN, WITHOUT_GRANT, clients, id, key, secret, tenant,
};

const JTI: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const SEND: &str = "it-rt-acme!b1.ESBMessaging.send";

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

/// What a call presents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credential {
    /// Header lines.
    pub(crate) lines: Vec<String>,
    pub(crate) query: &'static str,
    /// The client certificate of the connection.
    pub(crate) certificate: Option<Arc<PeerCertificate>>,
    /// The same, if it is one that counts as absent.
    pub(crate) rejected: Option<Arc<RejectedCertificate>>,
}

/// The credential that a table calls `name`. One called `certificate <name> + <other>` is a
/// certificate and another credential together.
pub(crate) fn credential(name: &str) -> Credential {
    static ALL: OnceLock<HashMap<&'static str, Credential>> = OnceLock::new();
    if let Some(certificate) = name.strip_prefix("certificate ") {
        let (certificate, beside) = certificate
            .split_once(" + ")
            .unwrap_or((certificate, "nothing"));
        let rejected = certificates::rejected(certificate).map(Arc::new);
        let named = || Arc::new(certificates::named(certificate));
        return Credential {
            certificate: rejected.is_none().then(named),
            rejected,
            ..credential(beside)
        };
    }
    let all = ALL.get_or_init(|| {
        let lines = basics()
            .into_iter()
            .chain(tokens())
            .chain(bound_tokens())
            .chain(persons())
            .chain(scoped_tokens())
            .chain(broken_tokens());
        let lines = lines.map(|(name, line)| {
            let lines = vec![line];
            let credential = Credential {
                lines,
                ..Credential::default()
            };
            (name, credential)
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
        ("basic only certificates", basic(&id(TWIN), &secret(11))),
        ("basic renewing", basic(&id(RENEWING), &secret(81))),
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

/// Tokens that are bound to certificates of the client, or of another.
fn bound_tokens() -> Vec<(&'static str, String)> {
    let bound = |certificate: &str| {
        let thumbprint = certificates::named(certificate).thumbprint;
        json!({"x5t#S256": b64(thumbprint.0)})
    };
    vec![
        ("bearer bound to sender", with("cnf", bound("sender"))),
        ("bearer bound to guest", with("cnf", bound("guest"))),
        ("bearer bound to nobody", with("cnf", bound("unknown"))),
        ("bearer bound otherwise", with("cnf", json!({"jkt": "x"}))),
    ]
}

/// Tokens of `sender` that speak for persons.
fn persons() -> Vec<(&'static str, String)> {
    let person = |id: &str, origin: &str, session: u128| {
        bearer(&token(SENDER, |_, claims| {
            claims["grant_type"] = json!("urn:ietf:params:oauth:grant-type:jwt-bearer");
            claims["sub"] = json!(id);
            claims["user_id"] = json!(id);
            claims["user_name"] = json!("jane@example.org");
            claims["origin"] = json!(origin);
            claims["sid"] = json!(Uuid::from_u128(session));
        }))
    };
    let (jane, joe) = (JANE.to_string(), JOE.to_string());
    let gone = Uuid::from_u128(199).to_string();
    vec![
        ("bearer person", person(&jane, "uaa", 1)),
        (
            "bearer person of a trusted issuer",
            person("4711", "partner", 1),
        ),
        ("bearer person without the role", person(&joe, "uaa", 1)),
        ("bearer person who is gone", person(&gone, "uaa", 1)),
        (
            "bearer person who logged out",
            person(&jane, "uaa", ENDED_SESSION.as_u128()),
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
        ..Credential::default()
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
                query: "access_token=x",
                ..Credential::default()
            },
        ),
        (
            "basic sender and token in the query",
            Credential {
                query: "access_token=x",
                ..lines(&[&sender])
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
