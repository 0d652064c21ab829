//! What an issuer says about a person, verified.

use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use lockgate_core::role::RoleName;
use lockgate_web::jwt::{self, EXPIRY_LEEWAY, START_LEEWAY, Signed, TokenRefused};
use serde_json::{Map, Value};
use thiserror::Error;
use uuid::Uuid;

use super::TrustedIssuer;

/// Members of a header that could make a verifier use another key or read another text.
const REFUSED_MEMBERS: [&str; 6] = ["crit", "b64", "jwk", "x5u", "x5c", "zip"];
/// The algorithms that assertions may be signed with.
const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];

/// Why an assertion was refused. For the operator; clients learn only that it is not valid.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum AssertionRefused {
    #[error("{}", in_assertion(.0))]
    Form(#[from] TokenRefused),
    #[error("the assertion's header has the member {0:?}, which is not accepted")]
    HeaderMember(&'static str),
    #[error("the assertion's type is not JWT")]
    Type,
    #[error("the assertion's algorithm is not RS256 or ES256")]
    Algorithm,
    #[error("no trusted issuer is called {0:?}")]
    Issuer(String),
    #[error("the issuer has no key {0:?} for this algorithm")]
    UnknownKey(String),
    #[error("the assertion's signature is wrong")]
    Signature,
    #[error(
        "the assertion is not meant for this token server alone: 'aud' must be its issuer name"
    )]
    Audience,
    #[error("the assertion's claim {claim:?} must be {expected}")]
    Claim {
        claim: String,
        expected: &'static str,
    },
    #[error("the issuer has not verified the person's address")]
    Unverified,
    #[error("the assertion has expired")]
    Expired,
    #[error("the assertion is good for more than an hour")]
    TooLong,
    #[error("the assertion is not good yet")]
    NotYetValid,
    #[error("the assertion was used before")]
    Replayed,
}

/// The reason with the word that fits here.
fn in_assertion(reason: &TokenRefused) -> String {
    reason.to_string().replacen("the token", "the assertion", 1)
}

/// A person that an issuer vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vouched {
    /// The person's id here: the same for every assertion about the person.
    pub(crate) id: Uuid,
    /// The user name.
    pub(crate) name: String,
    /// Who vouches for the person.
    pub(crate) origin: String,
    /// The roles that the person's groups stand for.
    pub(crate) roles: Vec<RoleName>,
    /// When the person proved who it is, as far as the issuer says.
    pub(crate) authenticated_at: Timestamp,
    /// What must not come again until the assertion has expired.
    pub(crate) once: [u8; 32],
    /// Until when the assertion would be accepted.
    pub(crate) expires_at: Timestamp,
}

/// Verifies an assertion made for `audience`, except that it may have been used before.
pub(crate) fn verify(
    issuers: &[TrustedIssuer],
    assertion: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Vouched, AssertionRefused> {
    let signed = jwt::signed(assertion)?;
    let (algorithm, kid) = read_header(&signed.header)?;
    let claims = Claims(signed.claims()?);
    let named = claims.text("iss")?;
    let issuer = issuers.iter().find(|issuer| issuer.issuer == named);
    let issuer = issuer.ok_or_else(|| AssertionRefused::Issuer(named.to_owned()))?;
    check_signature(issuer, &signed, algorithm, kid)?;
    if claims.0.get("aud").and_then(Value::as_str) != Some(audience) {
        return Err(AssertionRefused::Audience);
    }
    let expires_at = claims.check_times(now)?;
    let (subject, name) = (claims.text("sub")?, claims.text(&issuer.user_claim)?);
    if issuer.user_claim == "email" && claims.0.get("email_verified") == Some(&Value::Bool(false)) {
        return Err(AssertionRefused::Unverified);
    }
    let groups = claims.groups(&issuer.roles_claim)?;
    let of = |group: &&str| issuer.roles.get(*group).cloned().unwrap_or_default();
    Ok(Vouched {
        id: person_id(&issuer.issuer, subject),
        name: name.to_owned(),
        origin: issuer.origin.clone(),
        roles: groups.iter().flat_map(of).collect(),
        authenticated_at: match claims.seconds("auth_time")? {
            Some(at) => at,
            None => claims.seconds("iat")?.unwrap_or(now),
        },
        once: digest(&issuer.issuer, claims.text("jti")?),
        expires_at: expires_at.plus(EXPIRY_LEEWAY),
    })
}

/// Algorithm and key name.
fn read_header(header: &Map<String, Value>) -> Result<(&str, Option<&str>), AssertionRefused> {
    let refused = REFUSED_MEMBERS
        .into_iter()
        .find(|name| header.contains_key(*name));
    if let Some(name) = refused {
        return Err(AssertionRefused::HeaderMember(name));
    }
    match header.get("typ").map(Value::as_str) {
        None => {}
        Some(Some(typ)) if typ.eq_ignore_ascii_case("JWT") => {}
        Some(_) => return Err(AssertionRefused::Type),
    }
    let algorithm = header.get("alg").and_then(Value::as_str);
    let algorithm = algorithm.filter(|algorithm| ALGORITHMS.contains(algorithm));
    let algorithm = algorithm.ok_or(AssertionRefused::Algorithm)?;
    match header.get("kid") {
        None => Ok((algorithm, None)),
        Some(Value::String(kid)) if kid.len() <= limits::ASSERTION_TEXT => {
            Ok((algorithm, Some(kid)))
        }
        Some(_) => Err(AssertionRefused::HeaderMember("kid")),
    }
}

fn check_signature(
    issuer: &TrustedIssuer,
    signed: &Signed<'_>,
    algorithm: &str,
    kid: Option<&str>,
) -> Result<(), AssertionRefused> {
    let (message, signature) = (signed.message.as_bytes(), &signed.signature);
    match issuer.keys.verify(kid, algorithm, message, signature) {
        Some(true) => Ok(()),
        Some(false) => Err(AssertionRefused::Signature),
        None => Err(AssertionRefused::UnknownKey(
            kid.unwrap_or_default().to_owned(),
        )),
    }
}

/// Reads claims by name and type.
struct Claims(Map<String, Value>);

impl Claims {
    fn text(&self, claim: &str) -> Result<&str, AssertionRefused> {
        let text = self.0.get(claim).and_then(Value::as_str);
        text.filter(|text| is_legal(text))
            .ok_or_else(|| AssertionRefused::Claim {
                claim: claim.to_owned(),
                expected: "a text of 1 to 255 bytes without control characters",
            })
    }

    /// One group, or an array of them; absent means none.
    fn groups(&self, claim: &str) -> Result<Vec<&str>, AssertionRefused> {
        let groups = match self.0.get(claim) {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::String(group)) => Some(vec![group.as_str()]),
            Some(Value::Array(groups)) if groups.len() <= limits::ASSERTION_GROUPS => {
                groups.iter().map(Value::as_str).collect()
            }
            Some(_) => None,
        };
        groups.ok_or_else(|| AssertionRefused::Claim {
            claim: claim.to_owned(),
            expected: "a text or an array of at most 1,000 texts",
        })
    }

    /// Whether it is good now; gives the time when it is no longer.
    fn check_times(&self, now: Timestamp) -> Result<Timestamp, AssertionRefused> {
        let expires_at = self.seconds("exp")?.ok_or_else(|| Self::no_time("exp"))?;
        if expires_at.plus(EXPIRY_LEEWAY) <= now {
            return Err(AssertionRefused::Expired);
        }
        if expires_at > now.plus(limits::ASSERTION_LIFE).plus(START_LEEWAY) {
            return Err(AssertionRefused::TooLong);
        }
        for claim in ["iat", "nbf"] {
            if self
                .seconds(claim)?
                .is_some_and(|at| at > now.plus(START_LEEWAY))
            {
                return Err(AssertionRefused::NotYetValid);
            }
        }
        Ok(expires_at)
    }

    fn seconds(&self, claim: &'static str) -> Result<Option<Timestamp>, AssertionRefused> {
        /// The year 2200: anything later is not in seconds.
        const LATEST: i64 = 7_258_118_400;
        let Some(value) = self.0.get(claim) else {
            return Ok(None);
        };
        match value.as_i64() {
            Some(seconds @ 1..=LATEST) => Ok(Some(Timestamp::from_secs(seconds))),
            _ => Err(Self::no_time(claim)),
        }
    }

    fn no_time(claim: &str) -> AssertionRefused {
        AssertionRefused::Claim {
            claim: claim.to_owned(),
            expected: "a time in whole seconds since 1970",
        }
    }
}

fn is_legal(text: &str) -> bool {
    (1..=limits::ASSERTION_TEXT).contains(&text.len()) && !text.contains(char::is_control)
}

/// A person's id: never that of a person of another issuer, of an account or of a client.
fn person_id(issuer: &str, subject: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(issuer, subject)[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A digest of two texts that no other two have.
fn digest(one: &str, other: &str) -> [u8; 32] {
    let length = (one.len() as u64).to_be_bytes();
    sha256(&[&length, one.as_bytes(), other.as_bytes()].concat())
}
