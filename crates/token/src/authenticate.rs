//! Who sends a request: client authentication by header, parameters or certificate, and bearer
//! tokens.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use lockgate_core::audit::{Actor, Who};
use lockgate_core::certificate::{PeerCertificate, Thumbprint};
use lockgate_core::client::{Authenticated, CertificateMatch};
use lockgate_core::clock::Timestamp;
use lockgate_core::tenant::Plan;
use lockgate_web::authorization::bearer;
use lockgate_web::caller::{Caller, Entrance};
use lockgate_web::jwt::{self, AccountToken, SignedToken, VerifiedToken};
use lockgate_web::request_log::printable;
use tokio::time::Instant;

use crate::credentials::Credentials;
use crate::error::OAuthError;
use crate::http::OAuthRequest;
use crate::service::Service;

/// A client id in the log is cut after this many characters.
const LOGGED_ID_CHARS: usize = 200;

/// A client that proved who it is, and by what.
#[derive(Clone, Debug)]
pub(crate) struct Proven {
    /// The client and its key.
    pub(crate) client: Authenticated,
    /// The certificate that proved it; `None` when it was a secret.
    pub(crate) certificate: Option<Thumbprint>,
}

impl Service {
    /// Authenticates the client that sends `request`, by one method.
    ///
    /// An `Authorization` header decides alone; parameters may only repeat what it says. Without a
    /// secret, the certificate of the connection decides for the client that `client_id` names.
    /// Where clients are asked for certificates, secrets are not taken.
    pub(crate) async fn authenticate(&self, request: &OAuthRequest) -> Result<Proven, OAuthError> {
        let parameters = &request.parameters;
        if parameters.secret_in_query() && !self.config.query_credentials {
            return Err(OAuthError::QueryCredentials);
        }
        let assertion = ["client_assertion", "client_assertion_type"];
        if assertion.iter().any(|name| parameters.get(name).is_some()) {
            let id = parameters.get("client_id").unwrap_or_default();
            return Err(self.refuse_method(id, "client assertions are not offered", request));
        }
        let secret = parameters.get("client_secret").is_some();
        if request.headers.contains_key(AUTHORIZATION) || secret {
            return Ok(Proven {
                client: self.authenticate_secret(request)?,
                certificate: None,
            });
        }
        match (parameters.get("client_id"), &request.caller.certificate) {
            (Some(id), Some(certificate)) => self.by_certificate(id, certificate, request).await,
            (Some(id), None) if request.caller.entrance == Entrance::Certificate => {
                Err(self.refuse_method(id, "no trusted client certificate", request))
            }
            _ => Err(OAuthError::NoAuthentication),
        }
    }

    /// Authenticates a client that presents a secret.
    fn authenticate_secret(&self, request: &OAuthRequest) -> Result<Authenticated, OAuthError> {
        let parameters = &request.parameters;
        let (id, secret) = (parameters.get("client_id"), parameters.get("client_secret"));
        if request.caller.entrance == Entrance::Certificate {
            let reason = "a secret where certificates are asked for";
            return Err(self.refuse_method(id.unwrap_or_default(), reason, request));
        }
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

    /// The client called `id`, if it is the one that the certificate belongs to (RFC 8705).
    ///
    /// A certificate that is newer than any accepted before is noted first: once a token was issued
    /// for it, its predecessors are refused on every server.
    async fn by_certificate(
        &self,
        id: &str,
        presented: &PeerCertificate,
        request: &OAuthRequest,
    ) -> Result<Proven, OAuthError> {
        let mut found = self.certificate_of(id, presented, request)?;
        if let Some(newest) = found.advance {
            let actor = Actor {
                who: Who::Client { id: id.to_owned() },
                ..request.caller.actor()
            };
            let key = found.authenticated.key;
            let advanced = self.ratchet.advance(actor, key, newest).await;
            advanced.map_err(OAuthError::internal)?;
            // Another certificate of the same names may have been faster.
            found = self.certificate_of(id, presented, request)?;
        }
        Ok(Proven {
            client: found.authenticated,
            certificate: Some(presented.thumbprint),
        })
    }

    fn certificate_of(
        &self,
        id: &str,
        presented: &PeerCertificate,
        request: &OAuthRequest,
    ) -> Result<CertificateMatch, OAuthError> {
        let identities = self.identities.load();
        let now = self.keys.now();
        match identities.clients.authenticate_certificate(presented, now) {
            Ok(found) if found.authenticated.client.id == id => Ok(found),
            Ok(_) => Err(self.refuse_method(id, "the certificate of another client", request)),
            Err(error) => Err(self.refuse_method(id, &error.to_string(), request)),
        }
    }

    /// Tries the header as it is, then percent-decoded once, because clients differ. Both together
    /// are one attempt.
    fn by_header(
        &self,
        presented: &Credentials,
        request: &OAuthRequest,
    ) -> Result<Authenticated, OAuthError> {
        let (identities, now) = (self.identities.load(), self.keys.now());
        let mut failure = "undecodable credentials".to_owned();
        for Credentials { id, secret } in presented.spellings(&request.headers) {
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
    pub(crate) fn refuse(&self, id: &str, reason: &str, request: &OAuthRequest) -> OAuthError {
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

    /// Counts a failure of a method that is no shared secret.
    fn refuse_method(&self, id: &str, reason: &str, request: &OAuthRequest) -> OAuthError {
        match self.refuse(id, reason, request) {
            OAuthError::BadCredentials => OAuthError::BadMethod,
            throttled => throttled,
        }
    }

    /// The access token that authenticates a request, whatever plan its client has.
    pub(crate) fn bearer(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
    ) -> Result<VerifiedToken, OAuthError> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return Err(OAuthError::BadBearer);
        };
        let token = bearer(field).ok_or(OAuthError::BadBearer)?;
        let certificate = caller.certificate.as_ref().map(|shown| shown.thumbprint);
        let (now, holder) = (self.keys.now(), Holder::Presents(certificate));
        let verified = Plan::ALL
            .into_iter()
            .find_map(|plan| self.verify(token, plan, now, holder));
        verified.ok_or(OAuthError::BadBearer)
    }

    /// The access token of an account that authenticates a request.
    pub(crate) fn account_bearer(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
    ) -> Result<AccountToken, OAuthError> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return Err(OAuthError::BadBearer);
        };
        let token = bearer(field).ok_or(OAuthError::BadBearer)?;
        self.verify_account(token, caller)
            .ok_or(OAuthError::BadBearer)
    }

    /// The token, when it is a valid access token of an account.
    pub(crate) fn verify_account(&self, token: &str, caller: &Caller) -> Option<AccountToken> {
        let certificate = caller.certificate.as_ref().map(|shown| shown.thumbprint);
        let identities = self.identities.load();
        let verified = jwt::verify_account(token, &identities, self.keys.now(), certificate);
        verified
            .inspect_err(|reason| tracing::debug!(%reason, "token refused"))
            .ok()
    }

    /// The token, when it is valid for services of `plan`.
    pub(crate) fn verify(
        &self,
        token: &str,
        plan: Plan,
        now: Timestamp,
        holder: Holder,
    ) -> Option<VerifiedToken> {
        let identities = self.identities.load();
        let verified = SignedToken::open(token, &identities, plan).and_then(|token| {
            let certificate = match holder {
                Holder::Presents(certificate) => certificate,
                Holder::Elsewhere => token.bound_to(),
            };
            token.admit(&identities, now, certificate)
        });
        verified
            .inspect_err(|reason| tracing::debug!(%reason, "token refused"))
            .ok()
    }
}

/// Where the holder of a token is, which may be bound to a certificate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holder {
    /// It sends the request, with this certificate.
    Presents(Option<Thumbprint>),
    /// It presented the token to somebody else, who looks at the certificate.
    Elsewhere,
}
