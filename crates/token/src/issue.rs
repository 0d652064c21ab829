//! Issues access tokens.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::certificate::Thumbprint;
use lockgate_core::client::Client;
use lockgate_core::secret::Secret;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::authenticate::Proven;
use crate::claims::{self, Grant, Lifetime};
use crate::error::OAuthError;
use crate::jwt_bearer::JWT_BEARER;
use crate::parameters::Parameters;
use crate::service::Service;

/// The grant by which clients and tools speak for themselves.
pub(crate) const CLIENT_CREDENTIALS: &str = "client_credentials";
/// Grants a client may be registered for, but that are not offered to clients.
const NOT_OFFERED: [&str; 4] = [
    "authorization_code",
    "client_x509",
    "password",
    "refresh_token",
];
/// The largest parameter `authorities`, which is accepted and ignored.
const AUTHORITIES: usize = 1024;

/// A successful answer; members in the order clients know.
#[derive(Debug, Serialize)]
pub(crate) struct Issued {
    #[serde(serialize_with = "exposed")]
    access_token: Secret<String>,
    token_type: &'static str,
    #[serde(
        serialize_with = "exposed_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    refresh_token: Option<Secret<String>>,
    expires_in: i64,
    scope: String,
    jti: String,
}

impl Issued {
    /// An answer without a refresh token.
    pub(crate) fn new(
        access_token: Secret<String>,
        jti: Uuid,
        scopes: &[&str],
        expires_in: i64,
    ) -> Self {
        Self {
            access_token,
            token_type: "bearer",
            refresh_token: None,
            expires_in,
            scope: scopes.join(" "),
            jti: jti.simple().to_string(),
        }
    }

    /// The same with a refresh token, if there is one.
    pub(crate) fn refreshable(self, refresh_token: Option<Secret<String>>) -> Self {
        Self {
            refresh_token,
            ..self
        }
    }
}

/// The one place where a token leaves the server.
fn exposed<S: Serializer>(token: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

fn exposed_if_any<S: Serializer>(
    token: &Option<Secret<String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match token {
        Some(token) => exposed(token, serializer),
        None => serializer.serialize_none(),
    }
}

impl Service {
    /// Issues a token to an authenticated client.
    pub(crate) async fn issue(
        &self,
        proven: &Proven,
        parameters: &Parameters,
    ) -> Result<Issued, OAuthError> {
        let grant = parameters.get("grant_type");
        let grant = check_grant(&proven.client.client, grant)?;
        check_format(parameters)?;
        match grant {
            Offered::ClientCredentials => self.issue_for_itself(proven, parameters).await,
            Offered::JwtBearer if self.config.trusted_issuers.is_empty() => {
                Err(OAuthError::UnsupportedGrant)
            }
            Offered::JwtBearer => self.issue_for_assertion(proven, parameters).await,
        }
    }

    /// Issues a token that speaks for the client itself.
    async fn issue_for_itself(
        &self,
        proven: &Proven,
        parameters: &Parameters,
    ) -> Result<Issued, OAuthError> {
        let client = &*proven.client.client;
        let tenant = Arc::clone(&self.identities.load().tenant);
        let authorities = claims::authorities(&tenant, client);
        let scopes = narrow(&authorities, parameters.get("scope"))?;
        let now = self.keys.now();
        let validity = Duration::from_secs(client.token_validity.into());
        let lifetime = Lifetime::starting(now, client.tokens_not_before, validity);
        let grant = Grant {
            jti: self.keys.random_uuid(),
            grant_type: CLIENT_CREDENTIALS,
            key: proven.client.key,
            bound_to: self.binding(proven),
            authorities: &authorities,
            scopes: &scopes,
            person: None,
            lifetime,
        };
        let message = |kid: &str| claims::signing_input(kid, &tenant, client, &grant);
        let token = self.sign(message).await?;
        Ok(Issued::new(
            token,
            grant.jti,
            &scopes,
            lifetime.remaining(now),
        ))
    }

    /// The certificate that a token for this client is bound to.
    pub(crate) fn binding(&self, proven: &Proven) -> Option<Thumbprint> {
        proven
            .certificate
            .filter(|_| self.config.bind_to_certificate)
    }

    /// A token: what `message` makes for the key that signs, and the signature. Refuses early when
    /// more requests wait than can be served soon.
    pub(crate) async fn sign(
        &self,
        message: impl FnOnce(&str) -> String,
    ) -> Result<Secret<String>, OAuthError> {
        let keys = self.keys.in_use().await.ok_or(OAuthError::NotReady)?;
        let signer = Arc::clone(keys.signer().ok_or(OAuthError::NotReady)?);
        let mut message = message(signer.kid());
        let Ok(_admitted) = self.signing.admitted.try_acquire() else {
            self.metrics.throttled.inc();
            let retry_after = Duration::from_secs(1);
            return Err(OAuthError::TooMany { retry_after });
        };
        let _running = self.signing.running.acquire().await;
        let signed = tokio::task::spawn_blocking(move || {
            let signature = signer.sign(message.as_bytes())?;
            message.push('.');
            URL_SAFE_NO_PAD.encode_string(signature, &mut message);
            Ok::<_, aws_lc_rs::error::Unspecified>(Secret::new(message))
        });
        let token = signed.await.map_err(OAuthError::internal)?;
        let token = token.map_err(OAuthError::internal)?;
        self.metrics.issued.inc();
        Ok(token)
    }
}

/// The grants that are offered to clients.
enum Offered {
    ClientCredentials,
    JwtBearer,
}

/// The grant that is asked for, by its one name, if the client is registered for it.
fn check_grant(client: &Client, grant: Option<&str>) -> Result<Offered, OAuthError> {
    let grant = grant.ok_or(OAuthError::MissingGrant)?;
    let offered = match grant {
        CLIENT_CREDENTIALS => Some(Offered::ClientCredentials),
        JWT_BEARER => Some(Offered::JwtBearer),
        other if NOT_OFFERED.contains(&other) => None,
        _ => return Err(OAuthError::UnsupportedGrant),
    };
    match client.grant_types.iter().any(|known| known == grant) {
        true => offered.ok_or(OAuthError::UnsupportedGrant),
        false => Err(OAuthError::UnauthorizedGrant),
    }
}

pub(crate) fn check_format(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.get("token_format").unwrap_or("jwt") != "jwt" {
        let text = "The token format must be jwt";
        return Err(OAuthError::InvalidRequest(text));
    }
    let authorities = parameters.get("authorities").unwrap_or_default();
    if authorities.len() > AUTHORITIES {
        let text = "The parameter authorities is too long";
        return Err(OAuthError::InvalidRequest(text));
    }
    Ok(())
}

/// The authorities that are asked for: all of them, or a subset. One that the client does not hold
/// exactly spoils the request.
pub(crate) fn narrow<'a>(
    authorities: &'a [String],
    requested: Option<&str>,
) -> Result<Vec<&'a str>, OAuthError> {
    let held = authorities.iter().map(String::as_str);
    let Some(requested) = requested else {
        return Ok(held.collect());
    };
    let mut granted = vec![false; authorities.len()];
    for scope in requested.split(' ').filter(|scope| !scope.is_empty()) {
        let at = authorities.iter().position(|held| held == scope);
        granted[at.ok_or(OAuthError::InvalidScope)?] = true;
    }
    if granted.iter().any(|granted| *granted) {
        let kept = held.zip(granted).filter(|(_, granted)| *granted);
        Ok(kept.map(|(scope, _)| scope).collect())
    } else {
        Ok(held.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_narrow_exactly_or_not_at_all() {
        let held = ["uaa.resource", "app!b1.a", "app!b1.b"].map(str::to_owned);
        let narrow = |requested| narrow(&held, requested);
        assert_eq!(narrow(None).unwrap().len(), 3);
        assert_eq!(narrow(Some(" ")).unwrap().len(), 3);
        assert_eq!(narrow(Some("app!b1.b")).unwrap(), ["app!b1.b"]);
        let reordered = narrow(Some("app!b1.b  uaa.resource app!b1.b")).unwrap();
        assert_eq!(reordered, ["uaa.resource", "app!b1.b"]);
        let many = "app!b1.a ".repeat(10_000) + "x";
        for refused in [
            "uaa.admin",
            "app!b1.a x",
            "*",
            "app!b1.*",
            "app!b1",
            "APP!b1.a",
            "app!b1.a\n",
            &many,
        ] {
            assert_eq!(narrow(Some(refused)).unwrap_err(), OAuthError::InvalidScope);
        }
    }
}
