//! The claims of a token, checked against what never changes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::account::{Account, AccountKind};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, SessionId};
use lockgate_core::role::RoleName;
use lockgate_core::tenant::{Plan, Tenant};
use serde_json::{Map, Value};

use super::segments::object;
use super::{MAX_VALIDITY, TokenRefused};
use crate::identity::{Identities, Revoked};

/// Grants by which a client gets a token that speaks for a person.
const USER_GRANTS: [&str; 4] = [
    "password",
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/// The origin of persons whose account is on this server.
pub(super) const LOCAL_ORIGIN: &str = "uaa";

/// The person that a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUser {
    /// The account on this server; `None` for persons that a trusted issuer vouches for.
    pub account: Option<AccountId>,
    /// The user name.
    pub name: String,
    /// Who vouches for the person: `uaa` is this server.
    pub origin: String,
    /// The session that the token belongs to.
    pub session: Option<SessionId>,
}

impl TokenUser {
    /// Checks that the session is still there, and the account if it is on this server.
    pub(super) fn admit<'i>(
        &self,
        identities: &'i Identities,
        issued_at: Timestamp,
    ) -> Result<Option<&'i Arc<Account>>, TokenRefused> {
        if self
            .session
            .is_some_and(|session| ended(&identities.revoked, session))
        {
            return Err(TokenRefused::SessionEnded);
        }
        let Some(id) = self.account else {
            return Ok(None);
        };
        let account = identities.accounts.get(id);
        let account = account.filter(|account| account.kind == AccountKind::Person);
        let account = account.ok_or(TokenRefused::UnknownAccount)?;
        match issued_at < account.tokens_not_before {
            true => Err(TokenRefused::Superseded),
            false => Ok(Some(account)),
        }
    }
}

/// Whether a session was ended: the list of revoked tokens names it as `session/<id>`.
pub(super) fn ended(revoked: &Revoked, session: SessionId) -> bool {
    revoked.contains(&format!("session/{session}"))
}

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
    /// The certificate that has to be presented with the token.
    pub(super) bound_to: Option<Thumbprint>,
    /// The person it speaks for.
    pub(super) user: Option<TokenUser>,
}

impl Claims {
    pub(super) fn read(
        kid: String,
        json: &[u8],
        tenant: &Tenant,
        plan: Plan,
    ) -> Result<Self, TokenRefused> {
        let claims = Reader(object("claims", json)?);
        claims.require_access_token(tenant)?;
        let user = claims.user()?;
        let client_id = claims.client_id(user.is_none())?;
        let app_name = tenant.app_name(plan);
        if !has_audience(&claims.texts("aud")?, client_id, &app_name) {
            return Err(TokenRefused::Audience);
        }
        let Times {
            issued_at,
            not_before,
            expires_at,
        } = claims.times()?;
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
            bound_to: claims.bound_to()?,
            user,
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

/// When a token is good.
pub(super) struct Times {
    pub(super) issued_at: Timestamp,
    pub(super) not_before: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Reads claims by name and type.
pub(super) struct Reader(pub(super) Map<String, Value>);

impl Reader {
    /// Refuses tokens that were made for another use, by another server or for another tenant.
    pub(super) fn require_access_token(&self, tenant: &Tenant) -> Result<(), TokenRefused> {
        let of_id_tokens = ["nonce", "at_hash", "c_hash"];
        if of_id_tokens.iter().any(|name| self.0.contains_key(*name)) {
            return Err(TokenRefused::Kind);
        }
        let grant = self.text("grant_type")?;
        if grant != "client_credentials" && !USER_GRANTS.contains(&grant) {
            return Err(TokenRefused::Kind);
        }
        if self.text("iss")? != tenant.issuer() {
            return Err(TokenRefused::Issuer);
        }
        if self.text("zid")? != tenant.zone_id.to_string() {
            return Err(TokenRefused::Zone);
        }
        Ok(())
    }

    /// The person that the token speaks for; tokens by client credentials speak for nobody.
    pub(super) fn user(&self) -> Result<Option<TokenUser>, TokenRefused> {
        if self.text("grant_type")? == "client_credentials" {
            return match self.0.contains_key("user_id") || self.0.contains_key("user_name") {
                true => Err(TokenRefused::Kind),
                false => Ok(None),
            };
        }
        let (id, origin) = (self.text("user_id")?, self.text("origin")?);
        if self.text("sub")? != id {
            return Err(TokenRefused::ClientMismatch);
        }
        let account = match origin {
            LOCAL_ORIGIN => Some(id.parse().map_err(|_| TokenRefused::UnknownAccount)?),
            _ => None,
        };
        Ok(Some(TokenUser {
            account,
            name: self.text("user_name")?.to_owned(),
            origin: origin.to_owned(),
            session: self.session()?,
        }))
    }

    /// The session that the token belongs to.
    fn session(&self) -> Result<Option<SessionId>, TokenRefused> {
        if !self.0.contains_key("sid") {
            return Ok(None);
        }
        let session = self.text("sid")?.parse();
        session.map(Some).map_err(|_| TokenRefused::Claim {
            claim: "sid",
            expected: "a UUID",
        })
    }

    /// The certificate that the token is bound to (RFC 8705). Other confirmations are not known, and
    /// a token with one is refused.
    pub(super) fn bound_to(&self) -> Result<Option<Thumbprint>, TokenRefused> {
        let Some(confirmation) = self.0.get("cnf") else {
            return Ok(None);
        };
        let text = confirmation.as_object().filter(|cnf| cnf.len() == 1);
        let text = text.and_then(|cnf| cnf.get("x5t#S256")?.as_str());
        let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        let thumbprint = bytes.map(Thumbprint).ok_or(TokenRefused::Claim {
            claim: "cnf",
            expected: "an object with the one member x5t#S256, the thumbprint of a certificate",
        })?;
        Ok(Some(thumbprint))
    }

    /// When it is good.
    pub(super) fn times(&self) -> Result<Times, TokenRefused> {
        let issued_at = self.seconds("iat")?;
        let expires_at = self.seconds("exp")?;
        if expires_at <= issued_at || expires_at.since(issued_at) > MAX_VALIDITY {
            return Err(TokenRefused::Validity);
        }
        let not_before = match self.0.contains_key("nbf") {
            true => self.seconds("nbf")?,
            false => issued_at,
        };
        Ok(Times {
            issued_at,
            not_before,
            expires_at,
        })
    }

    pub(super) fn text(&self, claim: &'static str) -> Result<&str, TokenRefused> {
        let text = self.0.get(claim).and_then(Value::as_str);
        text.ok_or(TokenRefused::Claim {
            claim,
            expected: "a text",
        })
    }

    pub(super) fn texts(&self, claim: &'static str) -> Result<Vec<&str>, TokenRefused> {
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
    pub(super) fn jti(&self) -> Result<&str, TokenRefused> {
        let jti = self.text("jti")?;
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        match jti.len() == 32 && jti.bytes().all(hex) {
            true => Ok(jti),
            false => Err(TokenRefused::Kind),
        }
    }

    /// The client, on whose name three claims must agree; the subject too, when it speaks for itself.
    pub(super) fn client_id(&self, for_itself: bool) -> Result<&str, TokenRefused> {
        let id = self.text("cid")?;
        for claim in ["azp", "client_id", "sub"] {
            if self.text(claim)? != id && (for_itself || claim != "sub") {
                return Err(TokenRefused::ClientMismatch);
            }
        }
        Ok(id)
    }
}
