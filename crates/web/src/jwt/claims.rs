//! The claims of a token, checked against what never changes.

use lockgate_core::clock::Timestamp;
use lockgate_core::role::RoleName;
use lockgate_core::tenant::{Plan, Tenant};
use serde_json::{Map, Value};

use super::segments::object;
use super::{MAX_VALIDITY, TokenRefused};

/// What is kept of a token.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) kid: String,
    pub(super) jti: String,
    pub(super) client_id: String,
    /// [`KeyId::mark`](lockgate_core::ids::KeyId::mark) of the key the token was got with.
    pub(super) key_mark: u32,
    pub(super) plan: Plan,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<RoleName>,
    pub(super) issued_at: Timestamp,
    pub(super) not_before: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl Claims {
    pub(super) fn read(
        kid: String,
        json: &[u8],
        tenant: &Tenant,
        plan: Plan,
    ) -> Result<Self, TokenRefused> {
        let claims = Reader(object("claims", json)?);
        claims.require_access_token()?;
        if claims.text("iss")? != tenant.issuer() {
            return Err(TokenRefused::Issuer);
        }
        if claims.text("zid")? != tenant.zone_id.to_string() {
            return Err(TokenRefused::Zone);
        }
        let client_id = claims.client_id()?;
        let app_name = tenant.app_name(plan);
        if !has_audience(&claims.texts("aud")?, client_id, &app_name) {
            return Err(TokenRefused::Audience);
        }
        let issued_at = claims.seconds("iat")?;
        let expires_at = claims.seconds("exp")?;
        if expires_at <= issued_at || expires_at.since(issued_at) > MAX_VALIDITY {
            return Err(TokenRefused::Validity);
        }
        let not_before = match claims.0.contains_key("nbf") {
            true => claims.seconds("nbf")?,
            false => issued_at,
        };
        let scopes = claims.texts("scope")?;
        Ok(Self {
            kid,
            jti: claims.jti()?.to_owned(),
            client_id: client_id.to_owned(),
            key_mark: claims.key_mark()?,
            plan,
            roles: roles(&scopes, &app_name),
            scopes: scopes.into_iter().map(str::to_owned).collect(),
            issued_at,
            not_before,
            expires_at,
        })
    }
}

/// Whether one of `audiences` is ours: the application name itself, a prefix of scopes below it,
/// or the client id of one of its clients. Names that merely start alike do not count.
fn has_audience(audiences: &[&str], client_id: &str, app_name: &str) -> bool {
    let below = |text: &str| {
        let rest = text.strip_prefix(app_name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let own_client = client_id
        .rsplit_once('|')
        .is_some_and(|(_, app)| app == app_name);
    audiences
        .iter()
        .any(|audience| below(audience) || (own_client && *audience == client_id))
}

/// The roles that `scopes` carry for the application called `app_name`.
fn roles(scopes: &[&str], app_name: &str) -> Vec<RoleName> {
    let names = scopes.iter().filter_map(|scope| {
        let name = scope.strip_prefix(app_name)?.strip_prefix('.')?;
        name.parse().ok()
    });
    names.collect()
}

/// Reads claims by name and type.
struct Reader(Map<String, Value>);

impl Reader {
    /// Refuses tokens that were made for another use.
    fn require_access_token(&self) -> Result<(), TokenRefused> {
        let of_id_tokens = ["nonce", "at_hash", "c_hash"];
        if of_id_tokens.iter().any(|name| self.0.contains_key(*name)) {
            return Err(TokenRefused::Kind);
        }
        if self.text("grant_type")? != "client_credentials" {
            return Err(TokenRefused::Kind);
        }
        if self.0.contains_key("cnf") {
            return Err(TokenRefused::Bound);
        }
        Ok(())
    }

    fn text(&self, claim: &'static str) -> Result<&str, TokenRefused> {
        let text = self.0.get(claim).and_then(Value::as_str);
        text.ok_or(TokenRefused::Claim {
            claim,
            expected: "a text",
        })
    }

    fn texts(&self, claim: &'static str) -> Result<Vec<&str>, TokenRefused> {
        let array = self.0.get(claim).and_then(Value::as_array);
        let texts = array.and_then(|array| array.iter().map(Value::as_str).collect());
        texts.ok_or(TokenRefused::Claim {
            claim,
            expected: "an array of texts",
        })
    }

    fn seconds(&self, claim: &'static str) -> Result<Timestamp, TokenRefused> {
        /// The year 2200: anything later is not in seconds.
        const LATEST: i64 = 7_258_118_400;
        let seconds = self.0.get(claim).and_then(Value::as_i64);
        match seconds {
            Some(seconds @ 1..=LATEST) => Ok(Timestamp::from_secs(seconds)),
            _ => Err(TokenRefused::Claim {
                claim,
                expected: "a time in whole seconds since 1970",
            }),
        }
    }

    /// Which key the token was got with: 8 hex digits.
    fn key_mark(&self) -> Result<u32, TokenRefused> {
        let text = self.text("rev_sig")?;
        let mark = u32::from_str_radix(text, 16).ok();
        mark.filter(|_| text.len() == 8).ok_or(TokenRefused::Claim {
            claim: "rev_sig",
            expected: "eight hex digits",
        })
    }

    /// The id: 32 lower-case hex digits. Refresh tokens have a suffix.
    fn jti(&self) -> Result<&str, TokenRefused> {
        let jti = self.text("jti")?;
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        match jti.len() == 32 && jti.bytes().all(hex) {
            true => Ok(jti),
            false => Err(TokenRefused::Kind),
        }
    }

    /// The client, on whose name four claims must agree.
    fn client_id(&self) -> Result<&str, TokenRefused> {
        let id = self.text("cid")?;
        for claim in ["azp", "client_id", "sub"] {
            if self.text(claim)? != id {
                return Err(TokenRefused::ClientMismatch);
            }
        }
        Ok(id)
    }
}
