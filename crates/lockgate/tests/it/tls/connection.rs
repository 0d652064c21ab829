//! One TLS connection that carries several requests, with a client certificate.

use std::path::Path;
use std::sync::Arc;

use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, HandshakeKind, RootCertStore};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A client that trusts the authority in one file and presents the certificate in another. Its
/// second connection resumes the session of the first.
pub(crate) fn client(authority: &Path, identity: &Path) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(authority).unwrap();
    roots.add(authority).unwrap();
    let chain = CertificateDer::pem_file_iter(identity).unwrap();
    let key = PrivateKeyDer::from_pem_file(identity).unwrap();
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_client_auth_cert(chain.collect::<Result<_, _>>().unwrap(), key);
    Arc::new(config.unwrap())
}

/// An open connection. It is never opened again: a request on one that was closed fails.
pub(crate) struct Connection {
    requests: SendRequest<Full<Bytes>>,
    host: String,
    pub(crate) resumed: bool,
}

impl Connection {
    /// Connects to the server that is known by `url`.
    pub(crate) async fn open(client: &Arc<ClientConfig>, url: &str) -> Self {
        let host = url.strip_prefix("https://").unwrap();
        let (name, _) = host.rsplit_once(':').unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let stream = TcpStream::connect(host).await.unwrap();
        let connector = TlsConnector::from(Arc::clone(client));
        let stream = connector.connect(name, stream).await.unwrap();
        let resumed = stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed);
        let (requests, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self {
            requests,
            host: host.to_owned(),
            resumed,
        }
    }

    /// Status and JSON of an answer; `form` makes it a POST.
    async fn ask(&mut self, path: &str, form: Option<String>) -> (StatusCode, Value) {
        let method = if form.is_some() { "POST" } else { "GET" };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::from(form.unwrap_or_default()))
            .unwrap();
        self.requests.ready().await.unwrap();
        let answer = self.requests.send_request(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Calls the flow: the status, and the correlation id of a refusal.
    pub(crate) async fn hello(&mut self) -> (u16, Option<String>) {
        let (status, body) = self.ask("/http/hello", None).await;
        let correlation = body["correlation_id"].as_str().map(str::to_owned);
        (status.as_u16(), correlation)
    }

    /// The status of a request for a token.
    pub(crate) async fn token(&mut self, client: &str) -> u16 {
        let form = [("grant_type", "client_credentials"), ("client_id", client)];
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.ask("/oauth/token", Some(form)).await.0.as_u16()
    }
}
