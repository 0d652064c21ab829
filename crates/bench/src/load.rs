//! Calls as fast as answers come, over kept-alive connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One kind of call, repeated.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Where the server listens, `127.0.0.1:port`.
    pub(crate) address: String,
    /// Method and path.
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// Headers beside `Host`.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Request body.
    pub(crate) body: Bytes,
}

impl Call {
    fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .header("host", &self.address);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
            .body(Full::new(self.body.clone()))
            .expect("invariant: the benchmark's own request is valid")
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> anyhow::Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// One call; anything but 200 ends the benchmark.
    pub(crate) async fn once(
        &self,
        sender: &mut SendRequest<Full<Bytes>>,
    ) -> anyhow::Result<Bytes> {
        sender.ready().await?;
        let response = sender.send_request(self.request()).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        ensure!(
            status == 200,
            "{} {} answered {status}: {}",
            self.method,
            self.path,
            String::from_utf8_lossy(&body)
        );
        Ok(body)
    }

    /// Calls per second over `connections` connections during `time`.
    pub(crate) async fn rate(&self, connections: usize, time: Duration) -> anyhow::Result<f64> {
        let call = Arc::new(self.clone());
        let mut senders = Vec::new();
        for _ in 0..connections {
            senders.push(call.connect().await?);
        }
        let start = Instant::now();
        let tasks: Vec<_> = senders
            .into_iter()
            .map(|sender| tokio::spawn(repeat(Arc::clone(&call), sender, start + time)))
            .collect();
        let mut calls = 0_u64;
        for task in tasks {
            calls += task.await.context("a caller panicked")??;
        }
        Ok(calls as f64 / start.elapsed().as_secs_f64())
    }
}

async fn repeat(
    call: Arc<Call>,
    mut sender: SendRequest<Full<Bytes>>,
    until: Instant,
) -> anyhow::Result<u64> {
    let mut calls = 0;
    while Instant::now() < until {
        call.once(&mut sender).await?;
        calls += 1;
    }
    Ok(calls)
}
