//! Access tokens for people and tools.

use std::sync::Arc;

use lockgate_core::account::Account;
use lockgate_core::tenant::Tenant;
use lockgate_store::sessions::Session;
use serde::Serialize;
use uuid::Uuid;

use crate::authenticate::Proven;
use crate::claims::{self, Grant, Lifetime, PersonClaims, audiences};
use crate::error::OAuthError;
use crate::issue::{CLIENT_CREDENTIALS, Issued, narrow};
use crate::login_clients::{LoginClient, TOOL_TOKEN, tool_scopes};
use crate::service::Service;

/// The content of a token that opens the platform: of an account, not of a service instance.
#[derive(Serialize)]
struct AccountClaims<'a> {
    jti: String,
    sub: &'a str,
    scope: &'a [&'a str],
    client_id: &'a str,
    cid: &'a str,
    azp: &'a str,
    grant_type: &'a str,
    #[serde(flatten)]
    person: Option<&'a PersonClaims>,
    /// Lets the `cf` command line end its login on the server, too.
    revocable: bool,
    iat: i64,
    exp: i64,
    iss: String,
    zid: Uuid,
    aud: Vec<&'a str>,
}

/// What the tokens of an account say besides who it is.
struct Platform<'a> {
    client_id: &'a str,
    grant_type: &'a str,
    scopes: &'a [&'a str],
    person: Option<&'a PersonClaims>,
    lifetime: Lifetime,
}

impl Service {
    /// An access token for a login of `account` with `client`, which `proven` authenticated if it is
    /// a service instance.
    pub(crate) async fn token_of_session(
        &self,
        session: &Session,
        account: &Account,
        client: &LoginClient,
        proven: Option<&Proven>,
        scopes: &[&str],
    ) -> Result<Issued, OAuthError> {
        let person = PersonClaims {
            user_id: account.id.to_string(),
            origin: "uaa".to_owned(),
            user_name: account.name.clone(),
            email: account.name.clone(),
            auth_time: session.created_at.secs(),
            sid: Some(session.id),
        };
        let now = self.keys.now();
        let (person, grant_type) = (Some(&person), session.grant_type.as_str());
        let not_before = account.tokens_not_before;
        match (client, proven) {
            (LoginClient::Instance(instance), Some(proven)) => {
                let not_before = not_before.max(instance.tokens_not_before);
                let grant = Grant {
                    jti: self.keys.random_uuid(),
                    grant_type,
                    key: proven.client.key,
                    bound_to: self.binding(proven),
                    authorities: &[],
                    scopes,
                    person,
                    lifetime: Lifetime::starting(now, not_before, client.token_life()),
                };
                let tenant = self.tenant();
                let message = |kid: &str| claims::signing_input(kid, &tenant, instance, &grant);
                let token = self.sign(message).await?;
                let remaining = grant.lifetime.remaining(now);
                Ok(Issued::new(token, grant.jti, scopes, remaining))
            }
            _ => {
                self.token_of_account(&Platform {
                    client_id: client.id(),
                    grant_type,
                    scopes,
                    person,
                    lifetime: Lifetime::starting(now, not_before, client.token_life()),
                })
                .await
            }
        }
    }

    /// An access token for a tool.
    pub(crate) async fn token_of_tool(
        &self,
        tool: &Account,
        requested: Option<&str>,
    ) -> Result<Issued, OAuthError> {
        let held = tool_scopes(tool);
        let scopes = narrow(&held, requested)?;
        let now = self.keys.now();
        self.token_of_account(&Platform {
            client_id: &tool.name,
            grant_type: CLIENT_CREDENTIALS,
            scopes: &scopes,
            person: None,
            lifetime: Lifetime::starting(now, tool.tokens_not_before, TOOL_TOKEN),
        })
        .await
    }

    async fn token_of_account(&self, content: &Platform<'_>) -> Result<Issued, OAuthError> {
        let (jti, tenant) = (self.keys.random_uuid(), self.tenant());
        let id = content.client_id;
        let claims = AccountClaims {
            jti: jti.simple().to_string(),
            sub: content.person.map_or(id, |person| &person.user_id),
            scope: content.scopes,
            client_id: id,
            cid: id,
            azp: id,
            grant_type: content.grant_type,
            person: content.person,
            revocable: true,
            iat: content.lifetime.issued_at.secs(),
            exp: content.lifetime.expires_at.secs(),
            iss: tenant.issuer(),
            zid: tenant.zone_id,
            aud: audiences(content.scopes, id),
        };
        let message = |kid: &str| claims::encode(kid, &tenant, &claims);
        let token = self.sign(message).await?;
        let remaining = content.lifetime.remaining(self.keys.now());
        Ok(Issued::new(token, jti, content.scopes, remaining))
    }

    /// The tenant of this server.
    pub(crate) fn tenant(&self) -> Arc<Tenant> {
        Arc::clone(&self.identities.load().tenant)
    }
}
