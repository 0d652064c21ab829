//! What goes into a flow from a sender and what comes back.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use lockgate_core::ids::MessageId;
use lockgate_core::refusal::Reason;

use crate::error::StepError;

/// An HTTP request, read and normalised by the gateway.
#[derive(Debug)]
pub struct Inbound<'a> {
    /// Method.
    pub method: &'a str,
    /// Full URL as the caller sees it, without the query.
    pub url: &'a str,
    /// Raw query without the `?`.
    pub query: Option<&'a str>,
    /// The part of the path matched by the `*` of a prefix address, without the leading slash.
    pub path_rest: &'a str,
    /// Header fields in order of arrival, without credentials, cookies and CSRF tokens. Names may
    /// repeat. The flow's allowed headers are applied here, not by the gateway; `camel*` and
    /// `SapAuthenticatedUserName` are dropped in any case.
    pub headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Body.
    pub body: Bytes,
}

/// The answer to a sender.
#[derive(Debug)]
pub struct Outcome {
    /// HTTP status, 100 to 599.
    pub status: u16,
    /// Header fields, without `Camel*` and those of the transport. Names may repeat; the gateway
    /// drops those that are not legal in HTTP.
    pub headers: Vec<(Cow<'static, str>, Arc<str>)>,
    /// Body.
    pub body: Bytes,
    /// Where to find the message in the log.
    pub message_id: MessageId,
    /// What failed, when the exchange did not complete. Already in the message log.
    pub failure: Option<Arc<StepError>>,
}

/// Why an exchange was not started. Nothing ran; the sender may repeat the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// As many exchanges run as are allowed at the same time.
    #[error("too many exchanges are running")]
    Overloaded,
    /// The message log has no room for another record.
    #[error("the message log cannot take another record")]
    LogFull,
    /// The flow is deployed but could not be started.
    #[error("the flow is deployed but not running")]
    FlowNotRunning,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl Refused {
    /// What the operator reads about the refusal.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Overloaded => Reason::Overloaded,
            Self::LogFull => Reason::LogFull,
            Self::FlowNotRunning => Reason::FlowNotRunning,
            Self::Stopping => Reason::NotReady,
        }
    }
}
