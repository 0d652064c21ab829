//! Mocks: what answers instead of the network when a flow is tried out.
//!
//! Receivers work as always, up to where a request or a mail would leave the process: settings,
//! addresses, headers, credentials and conversions are the real ones.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use lockgate_flow::plan::Channel;
use url::Url;

use crate::net::{Failure, Outgoing};

/// Answers what the channels of flows send.
pub trait Mocks: fmt::Debug + Send + Sync {
    /// Answers an HTTP request of a channel.
    ///
    /// # Errors
    /// What the channel finds instead of an answer.
    fn answer(
        &self,
        channel: &Channel,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, NoAnswer>;

    /// Takes a mail of a channel.
    ///
    /// # Errors
    /// What the channel finds instead of a mail server.
    fn deliver(&self, channel: &Channel, mail: Mail) -> Result<(), NoAnswer>;
}

/// What a channel finds where nobody answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// No connection, for this reason.
    Unreachable(String),
    /// Silence, until the channel's time is over; nobody really waits for that.
    Silent,
}

/// A mail as the mail server would get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Host and port of the mail server.
    pub server: String,
    /// Who logs on, if anybody does.
    pub user: Option<String>,
    /// Who sends it, on the envelope.
    pub from: String,
    /// Who gets it, on the envelope: of all kinds of recipients.
    pub to: Vec<String>,
    /// Headers and body.
    pub content: Vec<u8>,
}

/// The mocks as the channel that they answer sees them.
#[derive(Clone, Debug)]
pub(crate) struct Mocked {
    pub(crate) channel: Channel,
    pub(crate) mocks: Arc<dyn Mocks>,
}

impl Mocked {
    /// Answers a request of the channel.
    pub(crate) fn answer(&self, request: &Outgoing) -> Result<reqwest::Response, Failure> {
        let target = &request.url;
        let mut sent = Request::new(request.body.clone().unwrap_or_default());
        *sent.method_mut() = request.method.clone();
        *sent.uri_mut() = uri(target)?;
        *sent.headers_mut() = request.headers.clone();
        let answer = self.mocks.answer(&self.channel, sent);
        answer
            .map(reqwest::Response::from)
            .map_err(|no| no.at(target.to_string(), request.timeout))
    }
}

impl NoAnswer {
    /// The same as a failure of the network.
    pub(crate) fn at(self, target: String, after: Duration) -> Failure {
        match self {
            Self::Unreachable(reason) => Failure::Unreachable { target, reason },
            Self::Silent => Failure::Timeout { target, after },
        }
    }
}

fn uri(url: &Url) -> Result<http::Uri, Failure> {
    url.as_str()
        .parse()
        .map_err(|error: http::uri::InvalidUri| Failure::Unreachable {
            target: url.to_string(),
            reason: error.to_string(),
        })
}
