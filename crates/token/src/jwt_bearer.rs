//! Tokens for persons that a trusted issuer vouches for (RFC 7523).

use std::sync::Arc;
use std::time::Duration;

use lockgate_store::assertions;

use crate::authenticate::Proven;
use crate::claims::{self, Grant, Lifetime, PersonClaims};
use crate::error::OAuthError;
use crate::issue::{Issued, narrow};
use crate::parameters::Parameters;
use crate::service::Service;
use crate::trusted::{self, AssertionRefused, Vouched};

/// The grant by which a client exchanges an assertion for a token.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl Service {
    /// Issues a token that speaks for the person of an assertion, with the roles that the client
    /// and the person both have.
    pub(crate) async fn issue_for_assertion(
        &self,
        proven: &Proven,
        parameters: &Parameters,
    ) -> Result<Issued, OAuthError> {
        let assertion = parameters.get("assertion");
        let assertion = assertion.ok_or(OAuthError::InvalidRequest("Missing assertion"))?;
        let tenant = Arc::clone(&self.identities.load().tenant);
        let (issuers, now) = (&self.config.trusted_issuers, self.keys.now());
        let vouched = trusted::verify(issuers, assertion, &tenant.issuer(), now);
        let vouched = vouched.map_err(|refused| self.refuse_assertion(&refused, proven))?;
        let client = &*proven.client.client;
        let held = client.roles.iter();
        let shared = held.filter(|role| vouched.roles.contains(role));
        let authorities: Vec<_> = shared.map(|role| tenant.scope(client.plan, role)).collect();
        if authorities.is_empty() {
            return Err(OAuthError::NoRole);
        }
        let scopes = narrow(&authorities, parameters.get("scope"))?;
        self.use_once(&vouched, proven).await?;
        let validity = Duration::from_secs(client.token_validity.into());
        let lifetime = Lifetime::starting(now, client.tokens_not_before, validity);
        let grant = Grant {
            jti: self.keys.random_uuid(),
            grant_type: JWT_BEARER,
            key: proven.client.key,
            bound_to: self.binding(proven),
            authorities: &[],
            scopes: &scopes,
            person: Some(&person(vouched)),
            lifetime,
        };
        let message = |kid: &str| claims::signing_input(kid, &tenant, client, &grant);
        let token = self.sign(message).await?;
        let remaining = lifetime.remaining(now);
        Ok(Issued::new(token, grant.jti, &scopes, remaining))
    }

    /// Notes that the assertion was used, for every server; it is good for one token.
    async fn use_once(&self, vouched: &Vouched, proven: &Proven) -> Result<(), OAuthError> {
        let redeem = async {
            let mut tx = self.keys.store().begin().await?;
            let (now, until) = (self.keys.now(), vouched.expires_at);
            let first = assertions::redeem(&mut tx, vouched.once, now, until).await?;
            tx.commit().await?;
            Ok::<_, lockgate_store::Error>(first)
        };
        match redeem.await.map_err(OAuthError::internal)? {
            true => Ok(()),
            false => Err(self.refuse_assertion(&AssertionRefused::Replayed, proven)),
        }
    }

    /// Counts a refused assertion. The reason is for the log.
    fn refuse_assertion(&self, reason: &AssertionRefused, proven: &Proven) -> OAuthError {
        self.metrics.failed.inc();
        let client_id = &proven.client.client.id;
        tracing::info!(client_id, %reason, "assertion refused");
        OAuthError::BadAssertion
    }
}

fn person(vouched: Vouched) -> PersonClaims {
    PersonClaims {
        user_id: vouched.id.to_string(),
        origin: vouched.origin,
        email: vouched.name.clone(),
        user_name: vouched.name,
        auth_time: vouched.authenticated_at.secs(),
        sid: None,
    }
}
