//! The library that existing applications verify tokens with accepts ours.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::certificate::PeerCertificate;
use lockgate_core::clock::{Clock as _, SystemClock};
use lockgate_testkit::tls::Authority;
use lockgate_token::Config;
use lockgate_web::server::{self, Patience};
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::certificates::presented;
use crate::world::{Setup, World, ZONE, claims};

const INSTALL: &str = "cd <repository> && mkdir -p target/xssec && \
    cp crates/token/tests/xssec/package*.json target/xssec/ && \
    npm ci --prefix target/xssec --ignore-scripts --no-audit --no-fund";

/// Where the package is installed.
fn installation() -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = std::env::var_os("LOCKGATE_XSSEC_DIR")
        .map_or_else(|| repository.join("target/xssec"), PathBuf::from);
    let package = directory.join("node_modules/@sap/xssec/package.json");
    assert!(
        package.exists(),
        "{} is missing; install it with:\n{INSTALL}",
        package.display()
    );
    directory.canonicalize().unwrap()
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

/// Runs the script with `input` and returns what it prints.
async fn ask_xssec(installation: &Path, authority: &Path, input: &Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xssec/verify.cjs");
    let mut node = Command::new("node")
        .arg(script)
        .env("LOCKGATE_XSSEC_DIR", installation)
        .env("NODE_EXTRA_CA_CERTS", authority)
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

/// The token with another signature.
fn flipped_signature(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    format!("{message}.{other}{}", &signature[1..])
}

/// The token without the certificate it is bound to, under the old signature.
fn unbound(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let mut claims = claims(token);
    claims.as_object_mut().unwrap().remove("cnf");
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{header}.{claims}.{signature}")
}

/// The certificate, valid by the clock of the library.
fn current(der: &str) -> PeerCertificate {
    let (now, day) = (SystemClock.now(), Duration::from_secs(86_400));
    PeerCertificate {
        not_before: now.minus(day),
        not_after: now.plus(day),
        ..presented(der)
    }
}

/// Our token, and variations that must not pass.
async fn input(world: &World, domain: &str) -> Value {
    let good = world.token().await;
    world.add_certificate(&world.client, "s/a/1", true).await;
    let by_certificate = world.ask_with(&world.client.id, current("s/a/1")).await;
    let by_certificate = by_certificate.json()["access_token"].clone();
    let by_certificate = by_certificate.as_str().unwrap();
    assert!(claims(by_certificate)["cnf"]["x5t#S256"].is_string());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    world
        .clock
        .set(SystemClock.now().minus(Duration::from_secs(2 * 3600)));
    let expired = world.token().await;
    world.clock.set(SystemClock.now());
    json!({
        "credentials": {
            "clientid": world.client.id,
            "clientsecret": world.client.secret,
            "url": format!("https://{domain}"),
            "uaadomain": domain,
            "xsappname": "it-rt-acme!b101",
        },
        "zid": ZONE.to_string(),
        "tokens": {
            "good": good,
            "by certificate": by_certificate,
            "by certificate, unbound": unbound(by_certificate),
            "by certificate, altered signature": flipped_signature(by_certificate),
            "altered signature": flipped_signature(&good),
            "altered claims": format!("{header}.{}A.{signature}", &claims[..claims.len() - 1]),
            "no algorithm": format!("{none}.{claims}."),
            "expired": expired,
        },
        "otherApplication": "it-rt-other!b1",
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xssec_accepts_our_tokens_and_no_others() {
    let installation = installation();
    let outside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let domain = format!("localhost:{}", outside.local_addr().unwrap().port());
    let world = World::with(Setup {
        config: Config {
            bind_to_certificate: true,
            ..Config::default()
        },
        token_base: format!("https://{domain}"),
        ..Setup::default()
    })
    .await;
    // The library has a clock of its own.
    world.clock.set(SystemClock.now());

    let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = inside.local_addr().unwrap();
    let api = world.api.clone();
    let handler = move |request, arrival| {
        let api = api.clone();
        async move { api.handle(request, arrival).await }
    };
    let stop = CancellationToken::new();
    let serving = server::serve(inside, handler, Patience::default(), stop.clone());
    let serving = tokio::spawn(serving);
    let authority = Authority::new().unwrap();
    let acceptor = TlsAcceptor::from(authority.server(&["localhost"]).unwrap());
    let proxy = tokio::spawn(end_tls(outside, acceptor, upstream));
    let directory = tempfile::tempdir().unwrap();
    let certificate = directory.path().join("authority.pem");
    std::fs::write(&certificate, authority.pem()).unwrap();

    let input = input(&world, &domain).await;
    let answers = ask_xssec(&installation, &certificate, &input).await;
    let expected = json!({
        "good": {"accepted": true, "role": true, "foreignRole": false, "zid": ZONE.to_string(),
            "subdomain": "acme", "grant": "client_credentials",
            "user": format!("client/{}", world.client.id)},
        "by certificate": {"accepted": true, "role": true, "foreignRole": false,
            "zid": ZONE.to_string(), "subdomain": "acme", "grant": "client_credentials",
            "user": format!("client/{}", world.client.id)},
        "by certificate, unbound": {"accepted": false},
        "by certificate, altered signature": {"accepted": false},
        "altered signature": {"accepted": false},
        "altered claims": {"accepted": false},
        "no algorithm": {"accepted": false},
        "expired": {"accepted": false},
        "fetched": {"accepted": true, "type": "bearer"},
        "other application": {"accepted": false},
    });
    assert_eq!(answers, expected);
    stop.cancel();
    proxy.abort();
    serving.await.unwrap();
}
