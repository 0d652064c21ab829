//! What can go wrong while a step runs.

use std::sync::Arc;

use bytes::Bytes;
use lockgate_groovy::data::ExceptionData;

/// A failed step, as an exception subprocess sees it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct StepError {
    /// The exception class a flow written for the original would test for.
    pub class: &'static str,
    /// What happened, where, and what to do. Shown in the message log; told to a sender only when
    /// the flow says so. Never contains a secret.
    pub message: String,
    /// What a receiver answered, when it was the answer that failed.
    pub response: Option<Box<FailedResponse>>,
    /// What a script threw.
    pub cause: Option<Arc<ExceptionData>>,
}

/// An answer that counted as failure.
#[derive(Clone, Debug)]
pub struct FailedResponse {
    /// HTTP status.
    pub status: u16,
    /// Reason phrase.
    pub status_text: String,
    /// Where the request went, without user info.
    pub uri: String,
    /// Headers of the answer.
    pub headers: Vec<(String, String)>,
    /// Body of the answer.
    pub body: Bytes,
}

/// Class of errors that have no better one.
pub const GENERIC: &str = "org.apache.camel.CamelExecutionException";

/// Class of the error that a data store has an entry with this id already.
pub(crate) const DUPLICATE_ENTRY: &str = "com.sap.esb.datastore.DuplicateEntryException";

impl StepError {
    /// An error of no particular class.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            class: GENERIC,
            message: message.into(),
            response: None,
            cause: None,
        }
    }

    /// An error of a class that flows may test for.
    pub fn of_class(class: &'static str, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            response: None,
            cause: None,
        }
    }

    /// No turn to compute came in time.
    pub(crate) fn busy() -> Self {
        Self::new("The server is busy with long computations; try again later.")
    }

    /// A step panicked.
    pub(crate) fn panicked() -> Self {
        Self::of_class(
            "java.lang.IllegalStateException",
            "The step failed because of a defect in the server; the server's log has the details. Please report it.",
        )
    }

    /// Adds the answer that failed.
    #[must_use]
    pub fn with_response(mut self, response: FailedResponse) -> Self {
        self.response = Some(Box::new(response));
        self
    }
}
