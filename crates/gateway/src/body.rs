//! Reads request bodies within bounds of size, time and memory.
//!
//! Bodies stay as they came: a `Content-Encoding` is never undone, so a small request cannot become
//! a large message. Trailers are dropped.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt as _;
use lockgate_core::refusal::Reason;
pub use lockgate_web::body::Pace;
use tokio::time::{Instant, timeout_at};

/// The memory that all bodies may take together.
#[derive(Clone, Debug)]
pub struct Budget {
    used: Arc<AtomicUsize>,
    total: usize,
}

impl Budget {
    /// A budget of `total` bytes.
    #[must_use]
    pub fn new(total: usize) -> Self {
        Self {
            used: Arc::default(),
            total,
        }
    }

    fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            bytes: 0,
        }
    }
}

/// What one body takes of the budget; given back when dropped.
#[derive(Debug)]
pub struct Share {
    budget: Budget,
    bytes: usize,
}

impl Share {
    fn grow(&mut self, by: usize) -> Result<(), Reason> {
        let used = self.budget.used.fetch_add(by, Ordering::Relaxed);
        self.bytes += by;
        if used.saturating_add(by) > self.budget.total {
            Err(Reason::Overloaded)
        } else {
            Ok(())
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Reads a body of at most `max` bytes. A body that arrived in one piece is not copied.
///
/// # Errors
/// [`Reason::BodyTooLarge`], [`Reason::BodyIncomplete`] when it comes too slowly,
/// [`Reason::BodyMalformed`] when it breaks off or its chunks are malformed,
/// [`Reason::Overloaded`] when other bodies fill the budget.
pub async fn read<B>(
    mut body: B,
    max: usize,
    pace: Pace,
    budget: &Budget,
) -> Result<(Bytes, Share), Reason>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut share = budget.share();
    let mut whole = Bytes::new();
    let mut parts = BytesMut::new();
    let start = Instant::now();
    while !Pin::new(&body).is_end_stream() {
        let received = whole.len() + parts.len();
        let frame = timeout_at(pace.deadline(start, received), body.frame()).await;
        let frame = match frame {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Reason::BodyMalformed),
            Err(_) => return Err(Reason::BodyIncomplete),
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if received.saturating_add(data.len()) > max {
            return Err(Reason::BodyTooLarge);
        }
        share.grow(data.len())?;
        if received == 0 {
            whole = data;
        } else {
            if parts.is_empty() {
                parts.extend_from_slice(&std::mem::take(&mut whole));
            }
            parts.extend_from_slice(&data);
        }
    }
    Ok((
        if parts.is_empty() {
            whole
        } else {
            parts.freeze()
        },
        share,
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use http_body::Frame;
    use http_body_util::Full;

    use super::*;

    /// Yields the given parts; then ends or hangs.
    struct Parts {
        parts: VecDeque<Frame<Bytes>>,
        hangs: bool,
    }

    impl Parts {
        fn new(parts: &[&'static [u8]], hangs: bool) -> Self {
            let parts = parts
                .iter()
                .map(|part| Frame::data(Bytes::from_static(part)))
                .collect();
            Self { parts, hangs }
        }
    }

    impl Body for Parts {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.parts.pop_front() {
                None if self.hangs => Poll::Pending,
                part => Poll::Ready(part.map(Ok)),
            }
        }
    }

    fn budget() -> Budget {
        Budget::new(100)
    }

    #[tokio::test]
    async fn one_part_is_not_copied_and_many_are_joined() {
        let data = Bytes::from_static(b"hello");
        let (body, _share) = read(Full::new(data.clone()), 5, Pace::default(), &budget())
            .await
            .unwrap();
        assert_eq!(body.as_ptr(), data.as_ptr());
        let parts = Parts::new(&[b"he", b"", b"l", b"lo"], false);
        let (body, _share) = read(parts, 5, Pace::default(), &budget()).await.unwrap();
        assert_eq!(body, "hello");
        let (body, _share) = read(Parts::new(&[], false), 0, Pace::default(), &budget())
            .await
            .unwrap();
        assert_eq!(body, "");
    }

    #[tokio::test]
    async fn t66_size_is_checked_without_an_announced_length() {
        let parts = Parts::new(&[b"he", b"llo!"], true);
        let refused = read(parts, 5, Pace::default(), &budget())
            .await
            .unwrap_err();
        assert_eq!(refused, Reason::BodyTooLarge);
    }

    #[tokio::test]
    async fn t61_trailers_are_dropped() {
        let mut parts = Parts::new(&[b"hello"], false);
        let trailers = http::HeaderMap::from_iter([(
            http::header::AUTHORIZATION,
            http::HeaderValue::from_static("Basic YTpi"),
        )]);
        parts.parts.push_back(Frame::trailers(trailers));
        let (body, _share) = read(parts, 5, Pace::default(), &budget()).await.unwrap();
        assert_eq!(body, "hello");
    }

    #[tokio::test]
    async fn t64_a_stalled_body_is_given_up() {
        let pace = Pace {
            grace: Duration::from_millis(1),
            min_rate: 1_000_000,
        };
        let refused = read(Parts::new(&[b"he"], true), 5, pace, &budget())
            .await
            .unwrap_err();
        assert_eq!(refused, Reason::BodyIncomplete);
    }

    #[tokio::test]
    async fn bodies_share_a_memory_budget() {
        let budget = Budget::new(8);
        let hello = || Full::new(Bytes::from_static(b"hello"));
        let first = read(hello(), 5, Pace::default(), &budget).await.unwrap();
        let refused = read(hello(), 5, Pace::default(), &budget)
            .await
            .unwrap_err();
        assert_eq!(refused, Reason::Overloaded);
        drop(first);
        assert!(read(hello(), 5, Pace::default(), &budget).await.is_ok());
    }
}
