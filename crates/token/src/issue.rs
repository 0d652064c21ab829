//! Issues access tokens.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::certificate::Thumbprint;
use lockgate_core::client::Client;
use lockgate_core::secret::Secret;
use serde::{Serialize, Serializer};

use crate::authenticate::Proven;
use crate::claims::{self, Grant, Lifetime};
use crate::error::OAuthError;
use crate::keys::Signer;
use crate::parameters::Parameters;
use crate::service::Service;

/// The one grant offered.
pub(crate) const CLIENT_CREDENTIALS: &str = "client_credentials";
/// Grants a client may be registered for, but that are not offered.
const NOT_OFFERED: [&str; 4] = [
    "authorization_code",
    "password",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
];
/// The largest parameter `authorities`, which is accepted and ignored.
const AUTHORITIES: usize = 1024;

/// A successful answer; members in the order clients know.
#[derive(Debug, Serialize)]
pub(crate) struct Issued {
    #[serde(serialize_with = "exposed")]
    access_token: Secret<String>,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    jti: String,
}

/// The one place where a token leaves the server.
fn exposed<S: Serializer>(token: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

impl Service {
    /// Issues a token to an authenticated client.
    pub(crate) async fn issue(
        &self,
        proven: &Proven,
        parameters: &Parameters,
    ) -> Result<Issued, OAuthError> {
        let client = &*proven.client.client;
        check_grant(client, parameters.get("grant_type"))?;
        check_format(parameters)?;
        let keys = self.keys.in_use().await.ok_or(OAuthError::NotReady)?;
        let signer = keys.signer().ok_or(OAuthError::NotReady)?;
        let tenant = Arc::clone(&self.identities.load().tenant);
        let authorities = claims::authorities(&tenant, client);
        let scopes = narrow(&authorities, parameters.get("scope"))?;
        let now = self.keys.now();
        let lifetime = Lifetime::starting(now, client);
        let jti = self.keys.random_uuid();
        let grant = Grant {
            jti,
            key: proven.client.key,
            bound_to: self.binding(proven),
            authorities: &authorities,
            scopes: &scopes,
            lifetime,
        };
        let message = claims::signing_input(signer.kid(), &tenant, client, &grant);
        let access_token = self.sign(Arc::clone(signer), message).await?;
        self.metrics.issued.inc();
        Ok(Issued {
            access_token,
            token_type: "bearer",
            expires_in: (lifetime.expires_at.micros() - now.micros()).div_euclid(1_000_000),
            scope: scopes.join(" "),
            jti: jti.simple().to_string(),
        })
    }

    /// The certificate that a token for this client is bound to.
    pub(crate) fn binding(&self, proven: &Proven) -> Option<Thumbprint> {
        proven
            .certificate
            .filter(|_| self.config.bind_to_certificate)
    }

    /// Appends the signature. Refuses early when more requests wait than can be served soon.
    async fn sign(
        &self,
        signer: Arc<Signer>,
        mut message: String,
    ) -> Result<Secret<String>, OAuthError> {
        let Ok(_admitted) = self.signing.admitted.try_acquire() else {
            self.metrics.throttled.inc();
            let retry_after = std::time::Duration::from_secs(1);
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
        token.map_err(OAuthError::internal)
    }
}

fn check_grant(client: &Client, grant: Option<&str>) -> Result<(), OAuthError> {
    let grant = grant.ok_or(OAuthError::MissingGrant)?;
    if grant != CLIENT_CREDENTIALS && !NOT_OFFERED.contains(&grant) {
        return Err(OAuthError::UnsupportedGrant);
    }
    let registered = client.grant_types.iter().any(|known| known == grant);
    match (registered, grant) {
        (false, _) => Err(OAuthError::UnauthorizedGrant),
        (true, CLIENT_CREDENTIALS) => Ok(()),
        (true, _) => Err(OAuthError::UnsupportedGrant),
    }
}

fn check_format(parameters: &Parameters) -> Result<(), OAuthError> {
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
fn narrow<'a>(
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
