//! A server on a free port, and a client that sends bytes as they are.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use lockgate_web::caller::Arrival;
use lockgate_web::server::{self, Patience};
use lockgate_web::tls::ServerTls;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

/// Tests give up after this long.
const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) type TlsConnection = TlsStream<TcpStream>;

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

impl TestServer {
    pub(crate) async fn start<H, F, B>(handler: H, patience: Patience) -> Self
    where
        H: Fn(Request<Incoming>, Arrival) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(server::serve(listener, handler, patience, stop.clone()));
        Self {
            address,
            stop,
            task,
        }
    }

    pub(crate) async fn start_tls<H, F, B>(tls: ServerTls, handler: H, patience: Patience) -> Self
    where
        H: Fn(Request<Incoming>, Arrival) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = server::serve_tls(listener, tls, handler, patience, stop.clone());
        Self {
            address,
            stop,
            task: tokio::spawn(serving),
        }
    }

    pub(crate) async fn connect_tls(
        &self,
        client: &Arc<ClientConfig>,
    ) -> io::Result<TlsConnection> {
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::clone(client));
        connector.connect(name, self.connect().await).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends `request` and returns everything the server says until it closes the connection.
    pub(crate) async fn exchange(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(request.as_ref()).await;
        read_to_end(&mut stream).await
    }
}

/// What arrives until the server closes; a reset counts as closed.
pub(crate) async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = Vec::new();
    let read = async {
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..n]);
        }
    };
    tokio::time::timeout(DEADLINE, read)
        .await
        .expect("the server closes in time");
    String::from_utf8(answer).unwrap()
}

/// The status code of an answer.
pub(crate) fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("closed")
}
