//! The error body of the operator API.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use lockgate_core::input::FieldErrors;
use serde::Serialize;
use serde_json::{Map, Value};

/// An error as the operator sees it: what happened, where, and what to do about it.
///
/// Answered as `{"error":{"code","message","field"?,"hint"?,…}}` with the details of the error behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The HTTP status.
    #[serde(skip)]
    pub status: StatusCode,
    /// Stable name of the error, `LG-…`.
    pub code: &'static str,
    /// What happened, in a sentence.
    pub message: String,
    /// The member of the request that is wrong, such as `parameters.roles[0]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Further members, such as every field that is wrong.
    #[serde(flatten)]
    pub details: Box<Map<String, Value>>,
}

impl Problem {
    /// A problem with a status, a code and a message.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            field: None,
            hint: None,
            details: Box::default(),
        }
    }

    /// Names the member of the request that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a member to the error.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("invariant: details serialise");
        self.details.insert(name.to_owned(), value);
        self
    }

    /// 404 for a thing that does not exist.
    #[must_use]
    pub fn not_found(what: impl fmt::Display) -> Self {
        let message = format!("{what} does not exist");
        Self::new(StatusCode::NOT_FOUND, "LG-NOT-FOUND", message)
    }

    /// 500 for a fault of the server. The cause goes to the log only.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        let message = "the server failed to handle the request";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "LG-INTERNAL", message)
            .hint("the server's log has the cause, under the correlation id of this answer")
    }

    /// 503 for a part the server cannot do without right now. The cause goes to the log only.
    #[must_use]
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "request could not be served");
        let message = "the server cannot handle the request right now";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "LG-UNAVAILABLE", message)
            .hint("try again; if it persists, the server's log has the cause")
    }
}

impl From<&FieldErrors> for Problem {
    fn from(errors: &FieldErrors) -> Self {
        let problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "LG-FIELDS",
            errors.to_string(),
        )
        .detail("fields", errors);
        match errors.as_slice().first() {
            Some(first) => problem.field(&first.field),
            None => problem,
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: &'a Problem,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&Envelope { error: &self })
            .expect("invariant: a problem serialises");
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"lockgate operator\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
