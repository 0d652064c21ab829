//! The yardstick: hyper alone, answering a constant body.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

/// What both servers answer.
pub(crate) const BODY: &str = "{\"message\":\"Hello\"}";

/// Answers every request with [`BODY`] until the process is ended.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service_fn(answer));
            // A client that goes away is no event for a yardstick.
            let _ended = connection.await;
        });
    }
}

async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let response = Response::builder().header("content-type", "application/json");
    Ok(response
        .body(Full::new(Bytes::from_static(BODY.as_bytes())))
        .expect("invariant: a constant response"))
}
