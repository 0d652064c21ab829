//! Sends requests with the credentials of a channel.

use bytes::Bytes;
use lockgate_engine::error::{FailedResponse, StepError};
use lockgate_engine::exchange::{Body, Exchange};
use lockgate_engine::names::RESPONSE_CODE;
use lockgate_engine::receiver::Call;

use crate::authentication::{Authentication, Tokens};
use crate::config::AdaptersConfig;
use crate::cookies::Cookies;
use crate::headers::{self, HeaderList};
use crate::mock::Mocked;
use crate::net::{Answer, ConfigError, Failure, Network, Outgoing};

/// The reason phrase of the last answer.
const RESPONSE_TEXT: &str = "CamelHttpResponseText";

/// What all receivers share.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) network: Network,
    tokens: Tokens,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    #[error(transparent)]
    Peer(#[from] Failure),
    #[error(transparent)]
    Setting(#[from] StepError),
}

impl From<Unanswered> for StepError {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Peer(failure) => failure.into(),
            Unanswered::Setting(error) => error,
        }
    }
}

impl Client {
    pub(crate) fn new(config: &AdaptersConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            network: Network::new(config)?,
            tokens: Tokens::default(),
        })
    }

    /// What a channel has whose calls are answered by mocks.
    pub(crate) fn mocked(mocked: Mocked) -> Self {
        Self {
            network: Network::mocked(mocked),
            tokens: Tokens::default(),
        }
    }

    /// Sends a request. When a bearer token is refused, one new token is fetched and tried.
    pub(crate) async fn send(
        &self,
        request: &Outgoing,
        authentication: &Authentication,
        (exchange, call): (&Exchange, &Call<'_>),
        cookies: &Cookies,
    ) -> Result<Answer, Unanswered> {
        let source = (&self.network, &self.tokens);
        let mut request = request.clone();
        let token = authentication
            .apply(&mut request.headers, exchange, call, source, None)
            .await?;
        let answer = self.network.send(&request, cookies).await?;
        let Some(refused) = token.filter(|_| answer.status.as_u16() == 401) else {
            return Ok(answer);
        };
        authentication
            .apply(&mut request.headers, exchange, call, source, Some(&refused))
            .await?;
        Ok(self.network.send(&request, cookies).await?)
    }
}

/// Tells the message log where a request went and what came back; not its query, which may hold a key.
pub(crate) fn tell(exchange: &mut Exchange, adapter: &str, request: &Outgoing, answer: &Answer) {
    let mut url = request.url.clone();
    url.set_query(None);
    url.set_fragment(None);
    exchange
        .log
        .attribute(adapter, "RealDestinationUrl", url.as_str());
    exchange
        .log
        .attribute(adapter, "ResponseStatus", answer.status.as_str());
    exchange.log.property("RealDestinationUrl", url.as_str());
}

/// Puts an answer into the message: body, listed headers, status. Attachments belonged to the old
/// body.
pub(crate) fn take_answer(
    exchange: &mut Exchange,
    answer: &Answer,
    list: &HeaderList,
    body: Bytes,
) {
    headers::take(exchange, &answer.headers, list);
    set_status(exchange, answer);
    exchange.body = Body::Bytes(body);
    exchange.attachments.clear();
}

/// Sets the status headers.
pub(crate) fn set_status(exchange: &mut Exchange, answer: &Answer) {
    let code = i64::from(answer.status.as_u16());
    exchange.headers.set_static(RESPONSE_CODE, code);
    exchange
        .headers
        .set_static(RESPONSE_TEXT, answer.reason.as_str());
}

/// An answer that counts as failure, as exception subprocesses see it.
pub(crate) fn failed(request: &Outgoing, answer: &Answer) -> FailedResponse {
    FailedResponse {
        status: answer.status.as_u16(),
        status_text: answer.reason.clone(),
        uri: request.url.to_string(),
        headers: headers::listed(&answer.headers),
        body: answer.body.clone(),
    }
}
