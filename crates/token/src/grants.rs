//! The token endpoint's grants, and who may use which.

use std::sync::Arc;

use lockgate_accounts::login::{BUSY_RETRY, LoginRefused};
use lockgate_core::account::{Account, AccountKind};
use lockgate_core::crypto::sha256;
use lockgate_core::secret::Secret;
use lockgate_store::codes::{self, Code};
use lockgate_store::sessions::Session;
use serde::Deserialize;

use crate::authenticate::Proven;
use crate::authorization::{CODE_LIFE, verifies};
use crate::error::OAuthError;
use crate::http::OAuthRequest;
use crate::issue::{CLIENT_CREDENTIALS, Issued, check_format, narrow};
use crate::jwt_bearer::JWT_BEARER;
use crate::login_clients::{AUTHORIZATION_CODE, LoginClient, PASSWORD, REFRESH_TOKEN};
use crate::parameters::Parameters;
use crate::requester::Requester;
use crate::service::Service;
use crate::sessions::{Opening, actor};

/// Every grant of this server.
pub(crate) const GRANTS: [&str; 5] = [
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    PASSWORD,
    REFRESH_TOKEN,
    JWT_BEARER,
];

/// A client that asks for tokens of people, and how it proved who it is.
struct Asking<'a> {
    client: &'a LoginClient,
    proven: Option<&'a Proven>,
    request: &'a OAuthRequest,
}

impl Service {
    /// Answers a request for a token.
    pub(crate) async fn grant(&self, request: &OAuthRequest) -> Result<Issued, OAuthError> {
        let parameters = &request.parameters;
        let grant = parameters.get("grant_type");
        let (client, proven) = match self.requester(request).await? {
            Requester::Tool(tool) => {
                check_grant(grant, |grant| grant == CLIENT_CREDENTIALS)?;
                check_format(parameters)?;
                return self.token_of_tool(&tool, parameters.get("scope")).await;
            }
            Requester::Client(proven)
                if !matches!(grant, Some(AUTHORIZATION_CODE | REFRESH_TOKEN)) =>
            {
                return self.issue(&proven, parameters).await;
            }
            Requester::Client(proven) => {
                let instance = Arc::clone(&proven.client.client);
                (LoginClient::Instance(instance), Some(proven))
            }
            Requester::Application(application) => (LoginClient::Application(application), None),
        };
        let grant = check_grant(grant, |grant| client.may(grant))?;
        check_format(parameters)?;
        let asking = Asking {
            client: &client,
            proven: proven.as_ref(),
            request,
        };
        match grant {
            PASSWORD => self.by_password(&asking).await,
            REFRESH_TOKEN => self.by_refresh_token(&asking).await,
            AUTHORIZATION_CODE => self.by_code(&asking).await,
            _ => Err(OAuthError::UnsupportedGrant),
        }
    }

    async fn by_password(&self, asking: &Asking<'_>) -> Result<Issued, OAuthError> {
        let parameters = &asking.request.parameters;
        check_origin(parameters)?;
        if parameters.get("passcode").is_some() {
            let text = "Passcodes are not offered: log in with user name and password";
            return Err(OAuthError::InvalidRequest(text));
        }
        let name = parameters.get("username");
        let name = name.ok_or(OAuthError::InvalidRequest("Missing user name"))?;
        let account = self.log_in(parameters, name, asking.request).await?;
        let held = asking.client.scopes(&account, &self.tenant());
        let scopes = narrow(&held, parameters.get("scope"))?;
        let opening = Opening {
            account: &account,
            client: asking.client,
            grant_type: PASSWORD,
            scopes: &scopes,
        };
        let (session, refresh) = self.new_session(&opening);
        let issued = self.answer(asking, &session, &account, &scopes).await?;
        let kept = async {
            let mut tx = self.keys.store().begin().await?;
            let caller = &asking.request.caller;
            let kept = self.keep_session(&mut tx, &session, &account, caller);
            let kept = kept.await?;
            tx.commit().await?;
            Ok::<_, lockgate_store::Error>(kept)
        };
        match kept.await.map_err(OAuthError::internal)? {
            true => Ok(issued.refreshable(refresh)),
            false => Err(OAuthError::BadCredentials),
        }
    }

    /// The account of the person called `name`, when the password among the parameters is right.
    pub(crate) async fn log_in(
        &self,
        parameters: &Parameters,
        name: &str,
        request: &OAuthRequest,
    ) -> Result<Arc<Account>, OAuthError> {
        let password = Secret::from(parameters.get("password").unwrap_or_default());
        let verified = self.accounts.login(name, &password, request.caller.source);
        let known = verified.await.map_err(|refused| {
            self.metrics.failed.inc();
            match refused {
                LoginRefused::BadCredentials => OAuthError::BadCredentials,
                LoginRefused::Throttled { retry_after } => OAuthError::Locked { retry_after },
                LoginRefused::Busy => {
                    let retry_after = BUSY_RETRY;
                    OAuthError::TooMany { retry_after }
                }
                LoginRefused::Store(error) => OAuthError::internal(error),
            }
        })?;
        let account = self.identities.load().accounts.get(known.id).cloned();
        // The password was right for the account as it was when it was checked.
        let person = account.filter(|account| {
            account.kind == AccountKind::Person
                && account.tokens_not_before == known.tokens_not_before
        });
        person.ok_or(OAuthError::BadCredentials)
    }

    async fn by_refresh_token(&self, asking: &Asking<'_>) -> Result<Issued, OAuthError> {
        let parameters = &asking.request.parameters;
        let token = parameters.get("refresh_token");
        let token = token.ok_or(OAuthError::InvalidRequest("Missing refresh token"))?;
        let (client, caller) = (asking.client, &asking.request.caller);
        let found = self.session_of_refresh_token(token, client, caller);
        let (session, account) = found.await?;
        let held = self.held(client, &account, &session.scopes);
        let scopes = narrow(&held, parameters.get("scope"))?;
        let issued = self.answer(asking, &session, &account, &scopes).await?;
        let next = self.refresh_session(&session, token, client, &account, caller);
        Ok(issued.refreshable(Some(next.await?)))
    }

    async fn by_code(&self, asking: &Asking<'_>) -> Result<Issued, OAuthError> {
        let parameters = &asking.request.parameters;
        let code = parameters.get("code").unwrap_or_default();
        let code = self.stored_code(sha256(code.as_bytes())).await?;
        let code = code.filter(|code| redeemable(code, asking.client, parameters));
        let code = code.ok_or(OAuthError::InvalidGrant)?;
        if code.session.is_some() {
            return Err(self.code_used_twice(&code, asking).await);
        }
        let account = self.identities.load().accounts.get(code.account).cloned();
        let account = account.filter(|account| self.is_good(&code, account));
        let account = account.ok_or(OAuthError::InvalidGrant)?;
        let held = self.held(asking.client, &account, &code.scopes);
        let scopes: Vec<&str> = held.iter().map(String::as_str).collect();
        let opening = Opening {
            account: &account,
            client: asking.client,
            grant_type: AUTHORIZATION_CODE,
            scopes: &scopes,
        };
        let (session, refresh) = self.new_session(&opening);
        let issued = self.answer(asking, &session, &account, &scopes).await?;
        let redeemed = async {
            let mut tx = self.keys.store().begin().await?;
            let caller = &asking.request.caller;
            // First the account, then what belongs to it: whoever ends its logins does the same.
            let kept = self.keep_session(&mut tx, &session, &account, caller);
            if !kept.await? || !codes::redeem(&mut tx, code.digest, session.id).await? {
                return Ok(false);
            }
            tx.commit().await?;
            Ok::<_, lockgate_store::Error>(true)
        };
        match redeemed.await.map_err(OAuthError::internal)? {
            true => Ok(issued.refreshable(refresh)),
            // Used by another request, whose login ends; or gone with a change of the account.
            false => Err(self.code_used_twice(&code, asking).await),
        }
    }

    async fn stored_code(&self, digest: [u8; 32]) -> Result<Option<Code>, OAuthError> {
        let found = async {
            let mut tx = self.keys.store().read().await?;
            codes::find(&mut tx, digest).await
        };
        found.await.map_err(OAuthError::internal)
    }

    /// Whether a code is still good: neither expired nor older than a change of the account that
    /// ends its logins.
    fn is_good(&self, code: &Code, account: &Account) -> bool {
        account.kind == AccountKind::Person
            && self.keys.now() < code.expires_at
            && code.expires_at.minus(CODE_LIFE) >= account.tokens_not_before
    }

    /// Ends the login that a code began: somebody else has the code, too.
    async fn code_used_twice(&self, code: &Code, asking: &Asking<'_>) -> OAuthError {
        let end = async {
            let code = self.stored_code(code.digest).await?;
            let session = code.as_ref().and_then(|code| code.session);
            let account = code.and_then(|code| {
                let identities = self.identities.load();
                identities.accounts.get(code.account).cloned()
            });
            if let (Some(session), Some(account)) = (session, account) {
                let actor = actor(&account, &asking.request.caller);
                let reason = "an authorization code was used twice";
                self.end_session(&actor, session, reason).await?;
            }
            Ok(OAuthError::InvalidGrant)
        };
        end.await.unwrap_or_else(|error| error)
    }

    /// What of `granted` the account may still have.
    fn held(&self, client: &LoginClient, account: &Account, granted: &[String]) -> Vec<String> {
        let mut held = client.scopes(account, &self.tenant());
        held.retain(|scope| granted.contains(scope));
        held
    }

    async fn answer(
        &self,
        asking: &Asking<'_>,
        session: &Session,
        account: &Account,
        scopes: &[&str],
    ) -> Result<Issued, OAuthError> {
        let Asking { client, proven, .. } = asking;
        self.token_of_session(session, account, client, *proven, scopes)
            .await
    }
}

/// The grant that is asked for, when this server has it and the requester may use it.
fn check_grant(grant: Option<&str>, may: impl Fn(&str) -> bool) -> Result<&str, OAuthError> {
    let grant = grant.ok_or(OAuthError::MissingGrant)?;
    match (GRANTS.contains(&grant), may(grant)) {
        (false, _) => Err(OAuthError::UnsupportedGrant),
        (true, false) => Err(OAuthError::UnauthorizedGrant),
        (true, true) => Ok(grant),
    }
}

/// Refuses a login for people whom another server knows. Hints of other kinds mean nothing here.
fn check_origin(parameters: &Parameters) -> Result<(), OAuthError> {
    #[derive(Deserialize)]
    struct Hint {
        origin: String,
    }
    let hint = parameters.get("login_hint");
    let hint = hint.and_then(|hint| serde_json::from_str::<Hint>(hint).ok());
    match hint {
        Some(hint) if hint.origin != "uaa" => Err(OAuthError::InvalidRequest(
            "The origin of the login hint is not known here",
        )),
        _ => Ok(()),
    }
}

/// Whether the code was made for this client, address and verifier.
fn redeemable(code: &Code, client: &LoginClient, parameters: &Parameters) -> bool {
    let verifier = parameters.get("code_verifier").unwrap_or_default();
    code.client_id == client.id()
        && parameters.get("redirect_uri") == Some(&code.redirect_uri)
        && verifies(verifier, &code.challenge)
}
