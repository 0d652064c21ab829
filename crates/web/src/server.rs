//! Serves HTTP/1.1 connections within limits, plain or over TLS, and stops gracefully.

mod origin;
mod paced;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use lockgate_core::limits;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::caller::{Arrival, Entrance};
use crate::tls::ServerTls;
use origin::Origin;
use paced::{Pace, Paced};

/// How patient the server is with clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a TLS handshake, with the wait for its turn.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its header block.
    pub header: Duration,
    /// Between requests on one connection.
    pub idle: Duration,
    /// For a client that does not take what is written to it.
    pub write: Duration,
    /// For requests that run when the server is told to stop.
    pub grace: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            write: Duration::from_secs(30),
            grace: Duration::from_secs(30),
        }
    }
}

/// Serves `listener` until `stop` is cancelled, then lets running requests finish for
/// [`Patience::grace`].
///
/// Every request goes to `handler` as hyper read it: nothing is buffered or parsed again. Header
/// block, number of fields and number of connections are bounded by [`lockgate_core::limits`]; the
/// rest of a request's form is the handler's to check, by [`crate::form::check`].
pub async fn serve<H, F, B>(
    listener: TcpListener,
    handler: H,
    patience: Patience,
    stop: CancellationToken,
) where
    H: Fn(Request<Incoming>, Arrival) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    serve_with(listener, None, handler, patience, stop).await;
}

/// Like [`serve`], over TLS. Every request arrives with the client certificate of its connection, if
/// that leads to an authority that is trusted at that moment.
pub async fn serve_tls<H, F, B>(
    listener: TcpListener,
    tls: ServerTls,
    handler: H,
    patience: Patience,
    stop: CancellationToken,
) where
    H: Fn(Request<Incoming>, Arrival) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    serve_with(listener, Some(tls), handler, patience, stop).await;
}

async fn serve_with<H, F, B>(
    listener: TcpListener,
    tls: Option<ServerTls>,
    handler: H,
    patience: Patience,
    stop: CancellationToken,
) where
    H: Fn(Request<Incoming>, Arrival) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let (stream, place) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, place) => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok(peer) = stream.peer_addr() else {
            continue;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let (handler, stop) = (handler.clone(), stop.clone());
        match tls.clone() {
            None => connections.spawn(async move {
                let origin = Origin::new(Entrance::Plain, peer);
                serve_connection(stream, handler, origin, patience, stop).await;
                drop(place);
            }),
            Some(tls) => connections.spawn(async move {
                if let Some((stream, origin)) =
                    shake_hands(&tls, stream, peer, patience, &stop).await
                {
                    serve_connection(stream, handler, origin, patience, stop).await;
                }
                drop(place);
            }),
        };
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(patience.grace, finished)
        .await
        .is_err()
    {
        tracing::warn!("requests still running after the grace period are cut off");
    }
}

/// Waits for a free place first, so that connections over the limit queue in the kernel.
async fn accept<P>(
    listener: &TcpListener,
    place: impl Future<Output = Result<P, tokio::sync::AcquireError>>,
) -> (TcpStream, P) {
    let place = place
        .await
        .expect("invariant: the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                // Out of file descriptors, or the client left at once: neither is a reason to end.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// A connection over TLS, and who is at its other end. Clients that take too long, or speak something
/// else, are left alone.
async fn shake_hands(
    tls: &ServerTls,
    stream: TcpStream,
    peer: SocketAddr,
    patience: Patience,
    stop: &CancellationToken,
) -> Option<(Box<TlsStream<TcpStream>>, Origin)> {
    let shaken = tokio::time::timeout(patience.handshake, tls.accept(stream));
    let shaken = tokio::select! {
        () = stop.cancelled() => return None,
        shaken = shaken => shaken,
    };
    match shaken {
        Ok(Ok(stream)) => {
            let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let origin = Origin::over_tls(tls, peer, chain);
            Some((Box::new(stream), origin))
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, %peer, "TLS handshake failed");
            None
        }
        Err(_) => {
            tracing::debug!(%peer, "TLS handshake took too long");
            None
        }
    }
}

async fn serve_connection<S, H, F, B>(
    stream: S,
    handler: H,
    origin: Origin,
    patience: Patience,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    H: Fn(Request<Incoming>, Arrival) -> F,
    F: Future<Output = Response<B>>,
    B: http_body::Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let pace = Arc::new(Pace::default());
    let io = TokioIo::new(Paced::new(stream, Arc::clone(&pace), patience));
    let peer = origin.peer();
    let service = service_fn(|request: Request<Incoming>| {
        pace.head_complete();
        let answer = handler(request, origin.arrival());
        let pace = Arc::clone(&pace);
        async move {
            let response = answer.await;
            pace.answered();
            Ok::<_, Infallible>(response)
        }
    });
    // hyper's own limit of 100 fields equals `limits::HEADER_FIELDS` and is faster than a set one.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.idle)
        .max_header_size(limits::HEADER_BLOCK)
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "connection ended early");
    }
}
