//! Who asks for a token: a public client, a tool, or a service instance.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use lockgate_core::account::{Account, AccountKind};
use lockgate_core::audit::Who;
use lockgate_core::secret::Secret;
use lockgate_web::caller::Entrance;

use crate::authenticate::Proven;
use crate::credentials::Credentials;
use crate::error::OAuthError;
use crate::http::OAuthRequest;
use crate::login_clients::Application;
use crate::service::Service;

/// Who asks for a token.
pub(crate) enum Requester {
    /// A public client, which proves nothing.
    Application(&'static Application),
    /// A tool, by its secret.
    Tool(Arc<Account>),
    /// A service instance, by one of its keys.
    Client(Proven),
}

impl Requester {
    /// Its client id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Application(application) => application.id,
            Self::Tool(tool) => &tool.name,
            Self::Client(proven) => &proven.client.client.id,
        }
    }

    /// The requester as the audit log names it.
    pub(crate) fn who(&self) -> Who {
        let id = self.id().to_owned();
        match self {
            Self::Tool(tool) => Who::Account {
                id: tool.id,
                name: id,
            },
            Self::Application(_) | Self::Client(_) => Who::Client { id },
        }
    }
}

impl Service {
    /// Finds out who sends `request`.
    ///
    /// Names of public clients come first, so no account can take their place. Where clients are
    /// asked for certificates, there are service instances only.
    pub(crate) async fn requester(&self, request: &OAuthRequest) -> Result<Requester, OAuthError> {
        let presented = presented(request);
        let elsewhere = request.caller.entrance != Entrance::Certificate;
        if let Some(presented) = presented.filter(|_| elsewhere) {
            if let Some(application) = Application::named(&presented.id) {
                self.check_public(&presented, request)?;
                return Ok(Requester::Application(application));
            }
            if let Some(tool) = self.tool(&presented, request)? {
                return Ok(Requester::Tool(tool));
            }
        }
        self.authenticate(request).await.map(Requester::Client)
    }

    /// Refuses a secret of a client that has none, and a second client id.
    fn check_public(
        &self,
        presented: &Credentials,
        request: &OAuthRequest,
    ) -> Result<(), OAuthError> {
        let parameters = &request.parameters;
        let other = parameters
            .get("client_id")
            .is_some_and(|id| id != presented.id);
        let secret = !presented.secret.expose().is_empty();
        if secret || parameters.get("client_secret").is_some() {
            return Err(self.refuse(&presented.id, "a secret of a public client", request));
        }
        match other {
            true => Err(OAuthError::ClientMismatch),
            false => Ok(()),
        }
    }

    /// The tool that the credentials belong to; `None` when they name no tool.
    fn tool(
        &self,
        presented: &Credentials,
        request: &OAuthRequest,
    ) -> Result<Option<Arc<Account>>, OAuthError> {
        let identities = self.identities.load();
        let accounts = &identities.accounts;
        let is_tool = |id: &str| {
            let account = accounts.named(id);
            account.is_some_and(|account| account.kind == AccountKind::Tool)
        };
        let mut spellings = presented.spellings(&request.headers);
        spellings.retain(|spelling| is_tool(&spelling.id));
        if spellings.is_empty() {
            return Ok(None);
        }
        let parameters = &request.parameters;
        if parameters.secret_in_query() {
            return Err(OAuthError::QueryCredentials);
        }
        let authenticate = |id: &str, secret: &str| {
            let tool = accounts.authenticate(AccountKind::Tool, id, secret);
            tool.map(Arc::clone)
        };
        let proven = spellings
            .iter()
            .find_map(|spelling| authenticate(&spelling.id, spelling.secret.expose()));
        let wrong = || self.refuse(&presented.id, "the secret of a tool is wrong", request);
        let tool = proven.ok_or_else(wrong)?;
        if let Some(id) = parameters.get("client_id")
            && accounts.named(id) != Some(&tool)
        {
            return Err(OAuthError::ClientMismatch);
        }
        if let Some(secret) = parameters.get("client_secret") {
            authenticate(&tool.name, secret).ok_or_else(wrong)?;
        }
        Ok(Some(tool))
    }
}

/// The credentials of a request: those of its `Authorization` header, else its parameters. A client
/// without a secret names itself by a parameter.
fn presented(request: &OAuthRequest) -> Option<Credentials> {
    let mut fields = request.headers.get_all(AUTHORIZATION).iter();
    match (fields.next(), fields.next()) {
        (Some(field), None) => Credentials::from_basic(field),
        (Some(_), Some(_)) => None,
        (None, _) => {
            let secret = request.parameters.get("client_secret").unwrap_or_default();
            Some(Credentials {
                id: request.parameters.get("client_id")?.to_owned(),
                secret: Secret::from(secret),
            })
        }
    }
}
