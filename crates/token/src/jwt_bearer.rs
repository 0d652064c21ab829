//! Tokens for persons that a trusted issuer vouches for (RFC 7523).

use lockgate_store::assertions;

use crate::authenticate::Proven;
use crate::claims::Person;
use crate::error::OAuthError;
use crate::issue::{Content, GrantType, Issued, narrow};
use crate::parameters::Parameters;
use crate::service::Service;
use crate::trusted::{self, AssertionRefused, Vouched};

impl Service {
    /// Issues a token that speaks for the person of an assertion: the roles of the client that the
    /// person has, too.
    pub(crate) async fn issue_for_assertion(
        &self,
        proven: &Proven,
        parameters: &Parameters,
    ) -> Result<Issued, OAuthError> {
        let assertion = parameters.get("assertion");
        let assertion = assertion.ok_or(OAuthError::InvalidRequest("Missing assertion"))?;
        let tenant = self.identities.snapshot().tenant.clone();
        let (issuers, now) = (&self.config.trusted_issuers, self.keys.now());
        let vouched = trusted::verify(issuers, assertion, &tenant.issuer(), now);
        let vouched = vouched.map_err(|refused| self.refuse_assertion(&refused, proven))?;
        let client = &proven.client.client;
        let held = client.roles.iter();
        let shared = held.filter(|role| vouched.roles.contains(role));
        let scopes: Vec<_> = shared.map(|role| tenant.scope(client.plan, role)).collect();
        if scopes.is_empty() {
            return Err(OAuthError::NoRole);
        }
        let scopes = narrow(&scopes, parameters.get("scope"))?;
        self.use_once(&vouched, proven).await?;
        let content = Content {
            grant_type: GrantType::JwtBearer,
            authorities: &[],
            scopes: &scopes,
            person: Some(Person {
                id: vouched.id.to_string(),
                name: &vouched.name,
                origin: &vouched.origin,
            }),
        };
        self.token(proven, content).await
    }

    /// Notes that the assertion was used, on every server; it is good for one token.
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
