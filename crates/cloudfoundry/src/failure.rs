//! Errors as the API words them: `{"errors":[{"code","title","detail"}]}`, always exactly one.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use lockgate_core::input::FieldErrors;
use lockgate_web::surface::Denied;
use serde_json::json;

/// The media type of every answer.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Why a request was not carried out. Clients decide by status, code and, for a few, the detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: u32,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
}

impl Failure {
    fn new(status: StatusCode, code: u32, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
        }
    }

    /// 401: the request has no token.
    pub(crate) fn not_authenticated() -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self::new(status, 10002, "CF-NotAuthenticated", "Authentication error")
    }

    /// 401: the token is not good, or not any more.
    pub(crate) fn invalid_token() -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self::new(status, 1000, "CF-InvalidAuthToken", "Invalid Auth Token")
    }

    /// 403: the caller may see the thing, but not do this to it.
    pub(crate) fn not_authorized() -> Self {
        let detail = "You are not authorized to perform the requested action";
        Self::new(StatusCode::FORBIDDEN, 10003, "CF-NotAuthorized", detail)
    }

    /// 404: the API has no such method and path.
    pub(crate) fn unknown_request() -> Self {
        let detail = "Unknown request";
        Self::new(StatusCode::NOT_FOUND, 10000, "CF-NotFound", detail)
    }

    /// 404: there is no such thing, or the caller may not know of it. `what` begins a sentence.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::missing(format!("{what} not found"))
    }

    /// 404 with a sentence of its own.
    pub(crate) fn missing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, 10010, "CF-ResourceNotFound", detail)
    }

    /// 400: the query is not one that this request has.
    pub(crate) fn query(reason: impl fmt::Display) -> Self {
        let detail = format!("The query parameter is invalid: {reason}");
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, 10005, "CF-BadQueryParameter", detail)
    }

    /// 400: the body is not JSON, or not an object.
    pub(crate) fn parse() -> Self {
        let detail = "Request invalid due to parse error: invalid request body";
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, 1001, "CF-MessageParseError", detail)
    }

    /// The body could not be read.
    pub(crate) fn body(status: StatusCode, reason: impl fmt::Display) -> Self {
        let detail = format!("The request is invalid: {reason}");
        Self::new(status, 10004, "CF-InvalidRequest", detail)
    }

    /// 422: the request is understood and cannot be carried out.
    pub(crate) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            10008,
            "CF-UnprocessableEntity",
            detail,
        )
    }

    /// 422: the organization or the space that exists from the start stays.
    pub(crate) fn fixed(what: &'static str) -> Self {
        lockgate_accounts::Error::Fixed { what }.into()
    }

    /// 422: a plan has no such version.
    pub(crate) fn no_maintenance() -> Self {
        let detail = "The maintenance_info.version requested is invalid: the plans of this \
                      service have no versions.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, 390_009, "CF-MaintenanceInfoConflict", detail)
    }

    /// 500: a fault of the server. Users see the body as it is, so it is short; the cause goes to
    /// the log.
    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, 10001, "UnknownError", "An unknown error occurred.")
    }

    /// 503: the same request may succeed later. The cause goes to the log.
    pub(crate) fn unavailable(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "request could not be served");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let detail = "The server cannot handle the request right now; try again.";
        Self::new(status, 10015, "CF-ServiceUnavailable", detail)
    }
}

impl From<lockgate_store::Error> for Failure {
    fn from(error: lockgate_store::Error) -> Self {
        match error.retryable() {
            true => Self::unavailable(error),
            false => Self::internal(error),
        }
    }
}

impl From<lockgate_catalog::Error> for Failure {
    fn from(error: lockgate_catalog::Error) -> Self {
        use lockgate_catalog::Error;
        match error {
            Error::NoInstance(_) => Self::not_found("Service instance"),
            Error::NoKey(_) => Self::not_found("Service credential binding"),
            Error::CredentialsHidden(_) => Self::missing(error.to_string()),
            Error::Unreadable { ref source, .. } => Self::internal(format!("{error}: {source}")),
            Error::Store(error) => error.into(),
            refused => Self::unprocessable(refused.to_string()),
        }
    }
}

impl From<lockgate_accounts::Error> for Failure {
    fn from(error: lockgate_accounts::Error) -> Self {
        use lockgate_accounts::Error;
        match error {
            Error::NoOrganization(_) => Self::not_found("Organization"),
            Error::NoSpace(_) => Self::not_found("Space"),
            Error::NoMembership(_) => Self::not_found("Role"),
            Error::Store(error) => error.into(),
            refused => Self::unprocessable(refused.to_string()),
        }
    }
}

impl From<FieldErrors> for Failure {
    fn from(errors: FieldErrors) -> Self {
        Self::unprocessable(errors.to_string())
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NoCredential(_) => Self::not_authenticated(),
            Denied::BadCredential(_) => Self::invalid_token(),
            Denied::ScopeMissing(_) | Denied::NotAdmin => Self::not_authorized(),
            Denied::UnknownPath | Denied::UnknownMethod => Self::unknown_request(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = json!({"code": self.code, "title": self.title, "detail": self.detail});
        let body = json!({"errors": [error]}).to_string();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// How the surface says that a request was denied before a handler saw it.
pub(crate) fn denial(denied: Denied) -> Response {
    Failure::from(denied).into_response()
}
