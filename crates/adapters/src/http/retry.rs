//! Repeats calls that failed for a reason that may pass.

use std::future::Future;
use std::time::Duration;

use http::{Method, StatusCode, header};
use jiff::fmt::rfc2822;
use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::receiver::Call;

use crate::client::Unanswered;
use crate::net::{Answer, Failure};
use crate::settings::{Bounds, Dynamic, Settings};

/// Repetitions.
const ITERATIONS: Bounds = Bounds {
    min: 0,
    max: 3,
    default: 1,
};
/// Seconds between them.
const INTERVAL: Bounds = Bounds {
    min: 0,
    max: 60,
    default: 5,
};
/// A peer's `Retry-After` is obeyed up to here.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

/// Retry settings of a channel that wants retries.
#[derive(Debug)]
pub(super) struct Retries {
    codes: Dynamic,
    iterations: Dynamic,
    interval: Dynamic,
}

impl Retries {
    pub(super) fn read(settings: &mut Settings<'_>) -> Option<Self> {
        settings
            .flag("retryOnConnectionFailure", false)
            .then(|| Self {
                codes: settings.dynamic("httpErrorResponseCodes"),
                iterations: settings.dynamic("retryIteration"),
                interval: settings.dynamic("retryInterval"),
            })
    }

    pub(super) fn policy(
        &self,
        method: &Method,
        exchange: &Exchange,
        call: &Call<'_>,
    ) -> Result<Policy, StepError> {
        let codes = self.codes.text(exchange, call)?;
        let code = |text: &str| {
            text.parse().map_err(|_| {
                StepError::new(format!(
                    "Setting \"httpErrorResponseCodes\" must list status codes separated by commas, not {text:?}."
                ))
            })
        };
        Ok(Policy {
            codes: (codes.split(',').map(str::trim))
                .filter(|text| !text.is_empty())
                .map(code)
                .collect::<Result<_, _>>()?,
            iterations: self.iterations.number(exchange, call, ITERATIONS)?,
            interval: Duration::from_secs(self.interval.number(exchange, call, INTERVAL)?),
            idempotent: method.is_idempotent(),
        })
    }
}

/// When a call is repeated.
#[derive(Debug)]
pub(super) struct Policy {
    codes: Vec<StatusCode>,
    iterations: u64,
    interval: Duration,
    /// Whether a request that may have arrived can be sent again.
    idempotent: bool,
}

impl Policy {
    /// The same without waiting in between, for peers that are mocks.
    pub(super) fn hurried(self) -> Self {
        Self {
            interval: Duration::ZERO,
            ..self
        }
    }

    /// How long to wait before trying again; `None` when the outcome stands.
    fn pause(&self, outcome: &Result<Answer, Unanswered>, now: Timestamp) -> Option<Duration> {
        match outcome {
            Ok(answer) if self.codes.contains(&answer.status) => {
                Some(retry_after(answer, now).unwrap_or(self.interval))
            }
            Err(Unanswered::Peer(failure)) if failure.never_connected() => Some(self.interval),
            Err(Unanswered::Peer(Failure::Broken { .. })) if self.idempotent => Some(self.interval),
            Ok(_) | Err(_) => None,
        }
    }
}

/// Calls `attempt` until its outcome stands or the repetitions are used up.
pub(super) async fn run<F, T>(
    policy: &Policy,
    clock: &SharedClock,
    mut attempt: F,
) -> Result<Answer, Unanswered>
where
    F: FnMut() -> T,
    T: Future<Output = Result<Answer, Unanswered>>,
{
    for _ in 0..policy.iterations {
        let outcome = attempt().await;
        let Some(pause) = policy.pause(&outcome, clock.now()) else {
            return outcome;
        };
        tokio::time::sleep(pause).await;
    }
    attempt().await
}

/// The peer's wish, in seconds or as a date.
fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let text = answer.headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    let wish = match text.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = rfc2822::parse(text).ok()?.timestamp();
            Timestamp::from_secs(date.as_second()).since(now)
        }
    };
    Some(wish.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};
    use lockgate_core::clock::ManualClock;
    use url::Url;

    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Result<Answer, Unanswered> {
        let mut headers = HeaderMap::new();
        if let Some(wish) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(wish).unwrap());
        }
        Ok(Answer {
            status: StatusCode::from_u16(status).unwrap(),
            reason: String::new(),
            url: Url::parse("http://peer/").unwrap(),
            headers,
            body: Bytes::new(),
        })
    }

    fn failure(kind: &str) -> Result<Answer, Unanswered> {
        let (target, reason) = ("http://peer/".to_owned(), String::new());
        let after = Duration::from_secs(1);
        Err(Unanswered::Peer(match kind {
            "unreachable" => Failure::Unreachable { target, reason },
            "broken" => Failure::Broken { target, reason },
            _ => Failure::Timeout { target, after },
        }))
    }

    fn policy(idempotent: bool) -> Policy {
        Policy {
            codes: vec![StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE],
            iterations: 3,
            interval: Duration::from_secs(5),
            idempotent,
        }
    }

    /// Runs through the given outcomes; says how many were used and how long it took.
    async fn played(
        policy: &Policy,
        outcomes: Vec<Result<Answer, Unanswered>>,
    ) -> (usize, Duration) {
        let now = "Mon, 05 Feb 2024 10:00:00 GMT";
        let now = rfc2822::parse(now).unwrap().timestamp().as_second();
        let clock: SharedClock = Arc::new(ManualClock::at(Timestamp::from_secs(now)));
        let before = tokio::time::Instant::now();
        let mut left = outcomes.into_iter();
        let total = left.len();
        let _ = run(policy, &clock, || std::future::ready(left.next().unwrap())).await;
        (total - left.len(), before.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn listed_codes_are_repeated_after_the_interval() {
        let cases = [
            (vec![answer(200, None)], 1, 0),
            (vec![answer(500, None)], 1, 0),
            (vec![answer(503, None), answer(200, None)], 2, 5),
            ((0..4).map(|_| answer(502, None)).collect(), 4, 15),
        ];
        for (outcomes, used, seconds) in cases {
            let expected = (used, Duration::from_secs(seconds));
            assert_eq!(played(&policy(false), outcomes).await, expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_peer_may_ask_for_another_interval() {
        let cases = [
            ("2", 2),
            ("0", 0),
            ("86400", 60),
            ("Mon, 05 Feb 2024 10:00:09 GMT", 9),
            ("Mon, 05 Feb 2024 09:00:00 GMT", 0),
            ("soon", 5),
        ];
        for (wish, seconds) in cases {
            let outcomes = vec![answer(503, Some(wish)), answer(200, None)];
            let (_, took) = played(&policy(false), outcomes).await;
            assert_eq!(took, Duration::from_secs(seconds), "{wish}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_harmless_is_sent_again() {
        let cases = [
            ("unreachable", false, 2),
            ("broken", false, 1),
            ("broken", true, 2),
            ("timeout", true, 1),
        ];
        for (kind, idempotent, used) in cases {
            let outcomes = vec![failure(kind), answer(200, None)];
            let (calls, _) = played(&policy(idempotent), outcomes).await;
            assert_eq!(calls, used, "{kind}");
        }
    }
}
