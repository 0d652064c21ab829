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
use tokio::time::{Instant, timeout_at};

use crate::json::parse_strict;
use crate::problem::Problem;

/// Objects and arrays nested in each other in a JSON request.
const JSON_DEPTH: usize = 64;

/// How fast a body has to arrive. Pieces that keep coming, but too slowly, do not hold a connection.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Time that every body has, whatever its size.
    pub grace: Duration,
    /// Bytes that have to arrive in each second after that.
    pub min_rate: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            grace: limits::BODY_GRACE,
            min_rate: limits::BODY_MIN_RATE,
        }
    }
}

impl Pace {
    /// When the next part of a body has to be there.
    #[must_use]
    pub fn deadline(self, start: Instant, received: usize) -> Instant {
        let seconds = received / usize::try_from(self.min_rate.max(1)).unwrap_or(usize::MAX);
        start + self.grace + Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
    }
}

/// Why a body could not be read.
#[derive(Debug, Error)]
pub enum BodyError {
    /// Larger than allowed.
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// The limit that was crossed.
        limit: usize,
    },
    /// It arrived more slowly than [`Pace`] asks for.
    #[error("the request body did not arrive in time")]
    TooSlow,
    /// The connection broke, or the body's framing is wrong.
    #[error("the request body broke off")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Reads a whole body. A declared length over the limit is refused before anything is read.
///
/// # Errors
/// When the body is larger than `limit`, slower than [`Pace`] asks for, or breaks off.
pub async fn read<B>(body: B, limit: usize) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    read_within(Pace::default(), body, limit).await
}

async fn read_within<B>(pace: Pace, body: B, limit: usize) -> Result<Bytes, BodyError>
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
    let start = Instant::now();
    loop {
        let deadline = pace.deadline(start, first.len() + rest.len());
        let next = timeout_at(deadline, body.frame()).await;
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
    use tokio::time::{Interval, interval};

    use super::*;

    /// Sends one byte at each tick, for ever.
    struct Trickling(Interval);

    impl Body for Trickling {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let tick = self.0.poll_tick(cx);
            tick.map(|_| Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    /// T64
    #[tokio::test]
    async fn a_trickling_body_is_given_up() {
        let pace = Pace {
            grace: Duration::from_millis(20),
            min_rate: 1_000_000,
        };
        let body = Trickling(interval(Duration::from_millis(2)));
        let error = read_within(pace, body, usize::MAX).await;
        let problem = Problem::from(error.unwrap_err());
        assert_eq!(problem.code, "LG-BODY-TOO-SLOW");
        assert_eq!(problem.status, StatusCode::REQUEST_TIMEOUT);
    }

    #[test]
    fn t64_time_is_earned_by_bytes() {
        let pace = Pace {
            grace: Duration::from_secs(10),
            min_rate: 1000,
        };
        let start = Instant::now();
        assert_eq!(pace.deadline(start, 999), start + Duration::from_secs(10));
        assert_eq!(pace.deadline(start, 5_000), start + Duration::from_secs(15));
    }
}
