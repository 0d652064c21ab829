//! OAuth errors: what a client is told.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use lockgate_web::body::BodyError;
use serde::Serialize;
use thiserror::Error;

use crate::config::ErrorProfile;

/// The media type of every answer, spelled as UAA spells it.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

/// Why an OAuth request is refused. The texts are sent to the client as `error_description`; they
/// never repeat what it sent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum OAuthError {
    #[error("Client authentication is required")]
    NoAuthentication,
    #[error("Bad credentials")]
    BadCredentials,
    /// By a certificate, or by a method that is not offered.
    #[error("Client authentication failed")]
    BadMethod,
    #[error("Given client ID does not match authenticated client")]
    ClientMismatch,
    #[error("Client credentials must not be sent in the query string")]
    QueryCredentials,
    #[error("Missing grant type")]
    MissingGrant,
    #[error("Unsupported grant type")]
    UnsupportedGrant,
    #[error("Unauthorized grant type")]
    UnauthorizedGrant,
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The text is one that the `cf` command line knows and then asks for no other password.
    #[error("Your account has been locked because of too many failed attempts to login.")]
    Locked { retry_after: Duration },
    /// An authorization code, whatever is wrong with it.
    #[error("The authorization code is not valid for this request")]
    InvalidGrant,
    /// A refresh token, whatever is wrong with it.
    #[error("The refresh token has expired or was revoked")]
    BadRefreshToken,
    #[error("The requested scope exceeds what the client holds")]
    InvalidScope,
    /// The person of an assertion.
    #[error("The person has none of the roles of the client")]
    NoRole,
    #[error("The assertion is not valid")]
    BadAssertion,
    /// At a resource that takes bearer tokens.
    #[error("The access token is missing or not valid")]
    BadBearer,
    /// The token to be examined, not the one that authenticates.
    #[error("The token is not valid")]
    InvalidToken,
    #[error("Resource not found")]
    UnknownToken,
    #[error("Resource not found")]
    NotFound,
    #[error("Insufficient scope for this resource")]
    InsufficientScope(&'static str),
    #[error("Invalid filter expression")]
    InvalidFilter,
    #[error("The token was issued to another client")]
    ForeignToken,
    #[error("Request method not supported")]
    Method { allow: &'static str },
    #[error("The request body is encoded in an unsupported way")]
    MediaType,
    #[error("The request body is too large")]
    BodyTooLarge,
    #[error("The request body did not arrive")]
    BodyMissing,
    #[error("Too many failed attempts, or too many token requests at once")]
    TooMany { retry_after: Duration },
    #[error("The token server is not ready")]
    NotReady,
    #[error("The token server failed to handle the request")]
    Internal,
}

impl OAuthError {
    /// A fault of the server: the cause goes to the log only.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "token request failed");
        Self::Internal
    }

    fn status_and_name(&self, profile: ErrorProfile) -> (StatusCode, &'static str) {
        let compatible = profile == ErrorProfile::Compatible;
        match self {
            Self::NoAuthentication | Self::BadCredentials if compatible => {
                (StatusCode::UNAUTHORIZED, "unauthorized")
            }
            Self::NoAuthentication
            | Self::BadCredentials
            | Self::BadMethod
            | Self::ClientMismatch => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::UnauthorizedGrant if compatible => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::UnauthorizedGrant | Self::ForeignToken => {
                (StatusCode::BAD_REQUEST, "unauthorized_client")
            }
            Self::QueryCredentials
            | Self::MissingGrant
            | Self::InvalidRequest(_)
            | Self::BodyMissing => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::UnsupportedGrant => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::InvalidScope | Self::NoRole => (StatusCode::BAD_REQUEST, "invalid_scope"),
            Self::BadAssertion => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::Locked { .. } if compatible => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Locked { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
            Self::BadRefreshToken if !compatible => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::BadBearer | Self::BadRefreshToken => (StatusCode::UNAUTHORIZED, "invalid_token"),
            Self::InsufficientScope(_) => (StatusCode::FORBIDDEN, "insufficient_scope"),
            Self::InvalidFilter => (StatusCode::BAD_REQUEST, "scim"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::InvalidToken => (StatusCode::BAD_REQUEST, "invalid_token"),
            Self::UnknownToken => (StatusCode::NOT_FOUND, "invalid_token"),
            Self::Method { .. } => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
            Self::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        }
    }

    /// The header that goes with the error, if any.
    fn header(&self, name: &'static str) -> Option<(HeaderName, HeaderValue)> {
        let (header, value) = match self {
            Self::NoAuthentication
            | Self::BadCredentials
            | Self::BadMethod
            | Self::ClientMismatch
            | Self::Locked { .. }
            | Self::UnauthorizedGrant => {
                let realm = "Basic realm=\"UAA/client\"";
                let value = format!("{realm}, error=\"{name}\", error_description=\"{self}\"");
                (WWW_AUTHENTICATE, value)
            }
            Self::BadBearer | Self::BadRefreshToken => {
                let realm = "Bearer realm=\"UAA/oauth\"";
                let value = format!("{realm}, error=\"{name}\", error_description=\"{self}\"");
                (WWW_AUTHENTICATE, value)
            }
            Self::Method { allow } => (ALLOW, (*allow).to_owned()),
            Self::TooMany { retry_after } => return Some((RETRY_AFTER, seconds(*retry_after))),
            Self::NotReady => (RETRY_AFTER, "1".to_owned()),
            _ => return None,
        };
        let value = HeaderValue::try_from(value);
        Some((header, value.expect("invariant: descriptions are ASCII")))
    }

    /// The answer.
    pub(crate) fn respond(&self, profile: ErrorProfile) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a str,
            error_description: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            scope: Option<&'static str>,
        }
        let (status, error) = self.status_and_name(profile);
        let body = Body {
            error,
            error_description: self.to_string(),
            scope: match self {
                Self::InsufficientScope(scope) => Some(scope),
                _ => None,
            },
        };
        let mut response = (status, json(&body)).into_response();
        if let Some((name, value)) = self
            .header(error)
            .filter(|(name, _)| name != WWW_AUTHENTICATE || status == StatusCode::UNAUTHORIZED)
        {
            response.headers_mut().insert(name, value);
        }
        if let Self::Locked { retry_after } = self {
            response
                .headers_mut()
                .insert(RETRY_AFTER, seconds(*retry_after));
        }
        uncached(response)
    }

    /// The error's name.
    pub(crate) fn name(&self, profile: ErrorProfile) -> &'static str {
        self.status_and_name(profile).1
    }
}

/// How long to wait, as a header says it.
pub(crate) fn seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs().max(1))
}

impl From<BodyError> for OAuthError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { .. } => Self::BodyTooLarge,
            BodyError::TooSlow | BodyError::Broken(_) => Self::BodyMissing,
        }
    }
}

/// The JSON text of an answer.
pub(crate) fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("invariant: answers serialise")
}

/// Marks an answer as JSON that nobody may keep.
pub(crate) fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
