//! A connection that loses patience with clients that trickle.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Patience;

/// Shared between a connection and its request handler: whether a request is being handled.
#[derive(Debug, Default)]
pub(super) struct Pace {
    handling: AtomicBool,
}

impl Pace {
    /// A header block arrived completely; from now on the handler owns the timing.
    pub(super) fn head_complete(&self) {
        self.handling.store(true, Ordering::Relaxed);
    }

    /// The handler has answered; what is read next belongs to another request.
    pub(super) fn answered(&self) {
        self.handling.store(false, Ordering::Relaxed);
    }
}

/// When a header block has to be complete. Nearly all arrive in one piece, so there is a timer only for
/// those that do not.
#[derive(Debug)]
struct Deadline {
    at: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let at = self.at;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
        timer.as_mut().poll(cx)
    }
}

/// A stream that fails reads of a header block, and writes, that take too long.
///
/// hyper bounds the time from one request to the end of the next header block as a whole; this
/// separates the wait for a request (long) from its transmission (short).
#[derive(Debug)]
pub(super) struct Paced<S> {
    stream: S,
    pace: Arc<Pace>,
    patience: Patience,
    head: Option<Deadline>,
    write: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Paced<S> {
    pub(super) fn new(stream: S, pace: Arc<Pace>, patience: Patience) -> Self {
        Self {
            stream,
            pace,
            patience,
            head: None,
            write: None,
        }
    }

    fn timed_write<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = write(Pin::new(&mut self.stream), cx) {
            self.write = None;
            return Poll::Ready(done);
        }
        let patience = self.patience.write;
        let timer = self
            .write
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + patience)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let handling = this.pace.handling.load(Ordering::Relaxed);
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if handling {
            this.head = None;
            return read;
        }
        if buf.filled().len() > before && this.head.is_none() {
            this.head = Some(Deadline {
                at: Instant::now() + this.patience.header,
                timer: None,
            });
        }
        if let (Some(deadline), Poll::Pending) = (&mut this.head, &read) {
            ready!(deadline.poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.timed_write(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.timed_write(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// TLS keeps what was written until the flush, so this is where a deaf client is found out.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.timed_write(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.timed_write(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}
