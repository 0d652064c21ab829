//! An HTTP/1.1 server whose answers a closure decides and whose requests are recorded.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use crate::listener::Listener;

/// Largest request body the server reads.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Requests that are kept; older ones are forgotten.
const REQUESTS_KEPT: usize = 1_000;

/// An answer.
pub type Response = http::Response<Bytes>;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path and query as sent.
    pub target: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Request {
    /// The path, still percent-encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&*self.target, |(path, _)| path)
    }

    /// The query without `?`, still percent-encoded.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text, with replacement characters where it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An answer with a status, a media type and a body.
#[must_use]
pub fn reply(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static(content_type),
    );
    response
}

/// A running server. Dropping it closes the port.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    scheme: &'static str,
    requests: Arc<Log>,
}

type Log = Mutex<VecDeque<Request>>;

impl Server {
    /// Serves plain HTTP on a free port of 127.0.0.1. A handler that never finishes plays a server
    /// that never answers.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start<H, F>(handler: H) -> io::Result<Self>
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        let (handler, requests) = (Arc::new(handler), Arc::default());
        let log = Arc::clone(&requests);
        let listener =
            Listener::start(move |stream| serve(stream, Arc::clone(&handler), Arc::clone(&log)))
                .await?;
        Ok(Self {
            listener,
            scheme: "http",
            requests,
        })
    }

    /// Serves HTTPS with the given certificate.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start_tls<H, F>(tls: Arc<rustls::ServerConfig>, handler: H) -> io::Result<Self>
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        let (handler, requests) = (Arc::new(handler), Arc::default());
        let (log, acceptor) = (Arc::clone(&requests), TlsAcceptor::from(tls));
        let listener = Listener::start(move |stream| {
            let (handler, log, acceptor) =
                (Arc::clone(&handler), Arc::clone(&log), acceptor.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, handler, log).await;
                }
            }
        })
        .await?;
        Ok(Self {
            listener,
            scheme: "https",
            requests,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The base URL without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address())
    }

    /// The most recent requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let log = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().cloned().collect()
    }
}

async fn serve<S, H, F>(stream: S, handler: Arc<H>, log: Arc<Log>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    H: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let service = service_fn(|request| {
        let (handler, log) = (Arc::clone(&handler), Arc::clone(&log));
        async move { Ok::<_, Infallible>(answer(request, &*handler, &log).await.map(Full::new)) }
    });
    // A peer that breaks off is nothing a test peer has to report.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer<H, F>(request: hyper::Request<Incoming>, handler: &H, log: &Log) -> Response
where
    H: Fn(Request) -> F,
    F: Future<Output = Response>,
{
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return reply(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too large");
    };
    let request = Request {
        method: head.method,
        target: head.uri.to_string(),
        headers: head.headers,
        body: body.to_bytes(),
    };
    {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == REQUESTS_KEPT {
            log.pop_front();
        }
        log.push_back(request.clone());
    }
    handler(request).await
}
