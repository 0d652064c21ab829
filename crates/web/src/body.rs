//! Request bodies, always with a limit on size and patience.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body::Body;
use http_body_util::BodyExt as _;
use lockgate_core::limits;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::json::parse_strict;
use crate::problem::Problem;

/// How long the server waits for the next piece of a body.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Objects and arrays nested in each other in a JSON request.
const JSON_DEPTH: usize = 64;

/// Why a body could not be read.
#[derive(Debug, Error)]
pub enum BodyError {
    /// Larger than allowed.
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// The limit that was crossed.
        limit: usize,
    },
    /// Nothing arrived for [`PATIENCE`].
    #[error("the request body did not arrive in time")]
    TooSlow,
    /// The connection broke, or the body's framing is wrong.
    #[error("the request body broke off")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Reads a whole body. A declared length over the limit is refused before anything is read.
///
/// # Errors
/// When the body is larger than `limit`, stalls for [`PATIENCE`], or breaks off.
pub async fn read<B>(body: B, limit: usize) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    read_within(PATIENCE, body, limit).await
}

async fn read_within<B>(patience: Duration, body: B, limit: usize) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLarge { limit });
    }
    let mut body = std::pin::pin!(body);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let next = tokio::time::timeout(patience, body.frame()).await;
        let Some(frame) = next.map_err(|_| BodyError::TooSlow)? else {
            break;
        };
        let frame = frame.map_err(|error| BodyError::Broken(error.into()))?;
        // Trailers are dropped: nothing in them may act as a header.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.len() + rest.len() + data.len() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        if first.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    Ok([first, rest.freeze()].concat().into())
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let (status, code) = match &error {
            BodyError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "LG-BODY-TOO-LARGE"),
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "LG-BODY-TOO-SLOW"),
            BodyError::Broken(_) => (StatusCode::BAD_REQUEST, "LG-BODY-BROKEN"),
        };
        Self::new(status, code, error.to_string())
    }
}

/// A JSON body of the operator API, at most [`limits::API_JSON_BODY`] bytes.
///
/// Duplicate members and deep nesting are refused; an error names the line and column.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "LG-BODY-TYPE",
                "the request body must be JSON",
            )
            .hint("send 'Content-Type: application/json'"));
        }
        let body = read(request.into_body(), limits::API_JSON_BODY).await?;
        parse(&body).map(Self).map_err(|error| {
            let message = format!("the request body is not the JSON expected here: {error}");
            Problem::new(StatusCode::BAD_REQUEST, "LG-BODY-JSON", message)
        })
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    parse_strict(body, JSON_DEPTH)?;
    serde_json::from_slice(body)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let media_type = value.and_then(|value| value.split(';').next());
    media_type.is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"))
}

/// A list in an answer of the operator API: `{"items":[…]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Items<T> {
    /// What the list holds.
    pub items: Vec<T>,
}

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self {
            items: items.into_iter().collect(),
        }
    }
}

/// An uploaded file of the operator API, at most [`limits::BUNDLE_UPLOAD`] bytes.
#[derive(Clone, Debug)]
pub struct Upload(pub Bytes);

impl<S: Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let body = read(request.into_body(), limits::BUNDLE_UPLOAD).await?;
        Ok(Self(body))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::Frame;

    use super::*;

    /// Sends one piece, then nothing.
    struct Stalling(Option<Bytes>);

    impl Body for Stalling {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.0.take() {
                Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
                None => Poll::Pending,
            }
        }
    }

    #[tokio::test]
    async fn a_stalling_body_is_given_up() {
        let body = Stalling(Some(Bytes::from_static(b"x")));
        let error = read_within(Duration::from_millis(20), body, 10).await;
        let problem = Problem::from(error.unwrap_err());
        assert_eq!(problem.code, "LG-BODY-TOO-SLOW");
        assert_eq!(problem.status, StatusCode::REQUEST_TIMEOUT);
    }
}
