//! Why a request was not carried out.

use http::StatusCode;
use thiserror::Error;

/// Why a request was not carried out, as the client is told.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{status}: {message}")]
pub struct Error {
    /// The status; its reason phrase is the code of the error.
    pub status: StatusCode,
    /// What happened. Some clients look for exact words.
    pub message: String,
}

/// What a request gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with any status.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// 400: the request is wrong.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 404 in the words that clients look for.
    #[must_use]
    pub fn not_found() -> Self {
        let message = "Requested entity could not be found.";
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 403 with an empty body: a role is missing.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "")
    }

    /// 409: there is one already, or the state does not allow it.
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 500 in words, for what the original answers so.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// 500 that tells the client nothing; `error` goes to the server's log.
    #[must_use]
    pub fn failed(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "an OData request failed");
        Self::internal("The request failed on the server; its log says why.")
    }

    /// 501: this is not offered.
    #[must_use]
    pub fn not_implemented() -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "Not implemented")
    }
}
