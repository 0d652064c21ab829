//! Who sends a request: client authentication by header or parameters, and bearer tokens.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use lockgate_core::client::Authenticated;
use lockgate_core::clock::Timestamp;
use lockgate_core::tenant::Plan;
use lockgate_web::authorization::bearer;
use lockgate_web::jwt::{self, VerifiedToken};
use lockgate_web::request_log::printable;
use tokio::time::Instant;

use crate::credentials::Credentials;
use crate::error::OAuthError;
use crate::http::OAuthRequest;
use crate::service::Service;

/// With this header a client says that its `Authorization` header holds form-encoded values.
const ENCODED_HEADER: &str = "x-cf-encoded-credentials";
/// A client id in the log is cut after this many characters.
const LOGGED_ID_CHARS: usize = 200;

impl Service {
    /// Authenticates the client that sends `request`.
    ///
    /// An `Authorization` header decides alone; parameters may only repeat what it says.
    pub(crate) fn authenticate(&self, request: &OAuthRequest) -> Result<Authenticated, OAuthError> {
        let parameters = &request.parameters;
        if parameters.secret_in_query() && !self.config.query_credentials {
            return Err(OAuthError::QueryCredentials);
        }
        let (id, secret) = (parameters.get("client_id"), parameters.get("client_secret"));
        let mut fields = request.headers.get_all(AUTHORIZATION).iter();
        let client = match (fields.next(), fields.next()) {
            (Some(_), Some(_)) => {
                let text = "Several Authorization headers";
                return Err(OAuthError::InvalidRequest(text));
            }
            (Some(field), None) => {
                let Some(presented) = Credentials::from_basic(field) else {
                    return Err(self.refuse("", "unreadable Authorization header", request));
                };
                let client = self.by_header(&presented, request)?;
                if id.is_some_and(|id| id != client.client.id) {
                    return Err(OAuthError::ClientMismatch);
                }
                if let Some(secret) = secret {
                    self.by_secret(&client.client.id, secret, request)?;
                }
                client
            }
            (None, _) => match (id, secret) {
                (Some(id), Some(secret)) => self.by_secret(id, secret, request)?,
                _ => return Err(OAuthError::NoAuthentication),
            },
        };
        if parameters.secret_in_query() {
            self.metrics.query_credentials.inc();
            let client_id = &client.client.id;
            tracing::warn!(client_id, "client sends its secret in the query string");
        }
        Ok(client)
    }

    /// Tries the header as it is, then percent-decoded once, because clients differ. Both together
    /// are one attempt.
    fn by_header(
        &self,
        presented: &Credentials,
        request: &OAuthRequest,
    ) -> Result<Authenticated, OAuthError> {
        let declared = request.headers.get(ENCODED_HEADER);
        let declared = declared.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
        let tries = match declared {
            true => [presented.form_decoded(), None],
            false => [Some(presented.clone()), presented.percent_decoded()],
        };
        let (identities, now) = (self.identities.load(), self.keys.now());
        let mut failure = "undecodable credentials".to_owned();
        for Credentials { id, secret } in tries.into_iter().flatten() {
            match identities.clients.authenticate(&id, secret.expose(), now) {
                Ok(client) => return Ok(client),
                Err(error) => failure = error.to_string(),
            }
        }
        Err(self.refuse(&presented.id, &failure, request))
    }

    fn by_secret(
        &self,
        id: &str,
        secret: &str,
        request: &OAuthRequest,
    ) -> Result<Authenticated, OAuthError> {
        let identities = self.identities.load();
        let found = identities.clients.authenticate(id, secret, self.keys.now());
        found.map_err(|error| self.refuse(id, &error.to_string(), request))
    }

    /// Counts a failure. The reason is for the log; the client learns nothing from the answer.
    fn refuse(&self, id: &str, reason: &str, request: &OAuthRequest) -> OAuthError {
        self.metrics.failed.inc();
        let source = request.caller.source;
        if let Err(retry_after) = self.throttle.spend(id, source, Instant::now()) {
            self.metrics.throttled.inc();
            return OAuthError::TooMany { retry_after };
        }
        let client_id = printable(id, LOGGED_ID_CHARS);
        tracing::info!(client_id, %source, reason, "client authentication failed");
        OAuthError::BadCredentials
    }

    /// The access token that authenticates a request, whatever plan its client has.
    pub(crate) fn bearer(&self, headers: &HeaderMap) -> Result<VerifiedToken, OAuthError> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return Err(OAuthError::BadBearer);
        };
        let token = bearer(field).ok_or(OAuthError::BadBearer)?;
        let now = self.keys.now();
        let verified = Plan::ALL
            .into_iter()
            .find_map(|plan| self.verify(token, plan, now));
        verified.ok_or(OAuthError::BadBearer)
    }

    /// The token, when it is valid for services of `plan`.
    pub(crate) fn verify(&self, token: &str, plan: Plan, now: Timestamp) -> Option<VerifiedToken> {
        let verified = jwt::verify(token, &self.identities.load(), plan, now, None);
        verified
            .inspect_err(|reason| tracing::debug!(%reason, "token refused"))
            .ok()
    }
}
