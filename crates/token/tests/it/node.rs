//! The token server over HTTPS, and programs on Node.js that call it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use lockgate_testkit::tls::Authority;
use lockgate_web::server::{self, Patience};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::world::World;

const INSTALL: &str = "cd <repository> && mkdir -p target/xssec && \
    cp crates/token/tests/xssec/package*.json target/xssec/ && \
    npm ci --prefix target/xssec --ignore-scripts --no-audit --no-fund";

/// Where the packages are installed, which `package` is one of.
fn installation(package: &str) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = std::env::var_os("LOCKGATE_XSSEC_DIR")
        .map_or_else(|| repository.join("target/xssec"), PathBuf::from);
    let file = directory
        .join("node_modules")
        .join(package)
        .join("package.json");
    assert!(
        file.exists(),
        "{} is missing; install it with:\n{INSTALL}",
        file.display()
    );
    directory.canonicalize().unwrap()
}

/// The address that a server will have.
pub(crate) struct Address {
    listener: TcpListener,
    /// Host and port.
    pub(crate) domain: String,
}

impl Address {
    pub(crate) async fn reserve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let domain = format!("localhost:{}", listener.local_addr().unwrap().port());
        Self { listener, domain }
    }
}

/// A server at an address.
pub(crate) struct Serving {
    stop: CancellationToken,
    server: JoinHandle<()>,
    proxy: JoinHandle<()>,
    directory: TempDir,
}

impl Serving {
    /// Serves `world` at `address`.
    pub(crate) async fn start(world: &World, address: Address) -> Self {
        let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = inside.local_addr().unwrap();
        let api = world.api.clone();
        let handler = move |request, arrival| {
            let api = api.clone();
            async move { api.handle(request, arrival).await }
        };
        let stop = CancellationToken::new();
        let serving = server::serve(inside, handler, Patience::default(), stop.clone());
        let server = tokio::spawn(serving);
        let authority = Authority::new().unwrap();
        let acceptor = TlsAcceptor::from(authority.server(&["localhost"]).unwrap());
        let proxy = tokio::spawn(end_tls(address.listener, acceptor, upstream));
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("authority.pem"), authority.pem()).unwrap();
        Self {
            stop,
            server,
            proxy,
            directory,
        }
    }

    /// Runs a script of the folder `tests/xssec`, which uses `package`, with `input` and returns
    /// what it prints.
    pub(crate) async fn ask(&self, script: &str, package: &str, input: &Value) -> Value {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xssec");
        let mut node = Command::new("node")
            .arg(scripts.join(script))
            .env("LOCKGATE_XSSEC_DIR", installation(package))
            .env(
                "NODE_EXTRA_CA_CERTS",
                self.directory.path().join("authority.pem"),
            )
            .env_remove("NODE_OPTIONS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed (Debian package nodejs)");
        let mut stdin = node.stdin.take().unwrap();
        stdin.write_all(input.to_string().as_bytes()).await.unwrap();
        drop(stdin);
        let output = tokio::time::timeout(Duration::from_secs(60), node.wait_with_output());
        let output = output.await.expect("node ends in time").unwrap();
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.proxy.abort();
        self.server.await.unwrap();
    }
}

/// Ends TLS on `listener` and passes everything on to `upstream`.
async fn end_tls(listener: TcpListener, acceptor: TlsAcceptor, upstream: std::net::SocketAddr) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut outside) = acceptor.accept(stream).await else {
                return;
            };
            let mut inside = TcpStream::connect(upstream).await.unwrap();
            // Ends when either side hangs up, however rudely.
            let _ = copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}
