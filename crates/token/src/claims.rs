//! The content of a token.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::certificate::Thumbprint;
use lockgate_core::client::Client;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{KeyId, SessionId};
use lockgate_core::tenant::Tenant;
use serde::Serialize;
use uuid::Uuid;

use crate::error::json;

/// The scope that every client has: it may ask the token server about tokens.
pub(crate) const UAA_RESOURCE: &str = "uaa.resource";

/// Everything a client may have in a token, in the order it is listed there.
pub(crate) fn authorities(tenant: &Tenant, client: &Client) -> Vec<String> {
    let roles = client.roles.iter();
    let scopes = roles.map(|role| tenant.scope(client.plan, role));
    [UAA_RESOURCE.to_owned()]
        .into_iter()
        .chain(scopes)
        .collect()
}

/// When a token is issued and when it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Lifetime {
    /// A lifetime that starts now, in whole seconds, of a token for somebody whose tokens are
    /// refused when issued before `not_before`.
    ///
    /// A token made in the same second as that instant, but after it, is dated to the next second,
    /// so that it is not refused.
    pub(crate) fn starting(now: Timestamp, not_before: Timestamp, validity: Duration) -> Self {
        let mut issued_at = Timestamp::from_secs(now.secs());
        if issued_at < not_before && not_before <= now {
            issued_at = Timestamp::from_secs(now.secs() + 1);
        }
        Self {
            issued_at,
            expires_at: issued_at.plus(validity),
        }
    }

    /// How long it lasts from `now` on, in whole seconds.
    pub(crate) fn remaining(self, now: Timestamp) -> i64 {
        (self.expires_at.micros() - now.micros()).div_euclid(1_000_000)
    }
}

/// What a client's token says besides what follows from the client.
pub(crate) struct Grant<'a> {
    pub(crate) jti: Uuid,
    /// How the client got the token.
    pub(crate) grant_type: &'a str,
    /// The key whose secret or certificate the client used.
    pub(crate) key: KeyId,
    /// The certificate that has to be presented with the token.
    pub(crate) bound_to: Option<Thumbprint>,
    /// What the client may have, for tokens that speak for the client itself.
    pub(crate) authorities: &'a [String],
    pub(crate) scopes: &'a [&'a str],
    /// The person that the token speaks for, if it does not speak for the client itself.
    pub(crate) person: Option<&'a PersonClaims>,
    pub(crate) lifetime: Lifetime,
}

/// What a token says about the person that it speaks for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PersonClaims {
    /// Also the claim `sub`.
    pub(crate) user_id: String,
    pub(crate) origin: String,
    pub(crate) user_name: String,
    pub(crate) email: String,
    /// When the person proved who it is, in seconds.
    pub(crate) auth_time: i64,
    /// The session that the token belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<SessionId>,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    jku: String,
    kid: &'a str,
    typ: &'static str,
}

#[derive(Serialize)]
struct Extension<'a> {
    enhancer: &'static str,
    subaccountid: Uuid,
    zdn: &'a str,
    serviceinstanceid: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    ext_attr: Extension<'a>,
    sub: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authorities: &'a [String],
    scope: &'a [&'a str],
    client_id: &'a str,
    cid: &'a str,
    azp: &'a str,
    grant_type: &'a str,
    #[serde(flatten)]
    person: Option<&'a PersonClaims>,
    rev_sig: String,
    iat: i64,
    exp: i64,
    iss: String,
    zid: Uuid,
    aud: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
}

/// What proves that a token is used by its holder (RFC 8705): a certificate, by its thumbprint in
/// Base64url.
#[derive(Serialize)]
pub(crate) struct Confirmation {
    #[serde(rename = "x5t#S256")]
    thumbprint: String,
}

impl From<Thumbprint> for Confirmation {
    fn from(thumbprint: Thumbprint) -> Self {
        Self {
            thumbprint: URL_SAFE_NO_PAD.encode(thumbprint.0),
        }
    }
}

/// Header and claims of a client's token, encoded and joined: what is to be signed.
pub(crate) fn signing_input(
    kid: &str,
    tenant: &Tenant,
    client: &Client,
    grant: &Grant<'_>,
) -> String {
    let id = client.id.as_str();
    let claims = Claims {
        jti: grant.jti.simple().to_string(),
        ext_attr: Extension {
            enhancer: "XSUAA",
            subaccountid: tenant.zone_id,
            zdn: &tenant.name,
            serviceinstanceid: client.instance.to_string(),
        },
        sub: grant.person.map_or(id, |person| &person.user_id),
        authorities: grant.authorities,
        scope: grant.scopes,
        client_id: id,
        cid: id,
        azp: id,
        grant_type: grant.grant_type,
        person: grant.person,
        rev_sig: format!("{:08x}", grant.key.mark()),
        iat: grant.lifetime.issued_at.secs(),
        exp: grant.lifetime.expires_at.secs(),
        iss: tenant.issuer(),
        zid: tenant.zone_id,
        aud: audiences(grant.scopes, id),
        cnf: grant.bound_to.map(Confirmation::from),
    };
    encode(kid, tenant, &claims)
}

/// The header for the key called `kid`, and `claims`, encoded and joined.
pub(crate) fn encode(kid: &str, tenant: &Tenant, claims: &impl Serialize) -> String {
    let header = Header {
        alg: "RS256",
        jku: format!("{}/token_keys", tenant.token_base),
        kid,
        typ: "JWT",
    };
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", encode(json(&header)), encode(json(claims)))
}

/// Who a token is for: each scope up to its last dot, then the client itself.
pub(crate) fn audiences<'a>(scopes: &[&'a str], client_id: &'a str) -> Vec<&'a str> {
    let mut audiences = Vec::new();
    let prefixes = scopes.iter().filter_map(|scope| scope.rsplit_once('.'));
    for audience in prefixes.map(|(prefix, _)| prefix).chain([client_id]) {
        if !audiences.contains(&audience) {
            audiences.push(audience);
        }
    }
    audiences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_are_scopes_up_to_the_last_dot_and_the_client() {
        let scopes = [
            "uaa.resource",
            "it-rt-acme!b1.ESBMessaging.send",
            "it-rt-acme!b1.ESBMessaging.other",
            "it-rt-acme!b1.plain",
        ];
        let expected = ["uaa", "it-rt-acme!b1.ESBMessaging", "it-rt-acme!b1", "sb-x"];
        assert_eq!(audiences(&scopes, "sb-x"), expected);
    }

    #[test]
    fn a_token_made_right_after_others_were_voided_is_not_void() {
        let second = Timestamp::from_secs(1_790_000_000);
        let at = |ms| second.plus(Duration::from_millis(ms));
        let hour = Duration::from_secs(3600);
        let issued = |now, void| Lifetime::starting(now, void, hour).issued_at;
        assert_eq!(issued(at(900), second), second);
        assert_eq!(issued(at(900), at(500)), at(1000));
        assert_eq!(issued(at(500), at(500)), at(1000));
        // Declared void from a later time on: tokens of now stay void.
        assert_eq!(issued(at(100), at(500)), second);
        let lifetime = Lifetime::starting(at(900), at(500), hour);
        assert_eq!(lifetime.expires_at.since(lifetime.issued_at), hour);
    }
}
