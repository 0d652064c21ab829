//! TLS over real sockets: client certificates, trust that changes, clients that misbehave.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use lockgate_pki::trust::TrustStore;
use lockgate_web::caller::Arrival;
use lockgate_web::server::Patience;
use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::certificates::{DAY, MADE, World};
use crate::support::{TestServer, read_to_end};

/// Says how the request arrived.
async fn describe(_: Request<Incoming>, arrival: Arrival) -> Response<Full<Bytes>> {
    let entrance = arrival.entrance;
    let held = arrival.certificate.as_ref();
    let held = held.map_or("nobody", |held| held.names.subject.text());
    let rejected = arrival.rejected.as_ref();
    let rejected = rejected.map_or(String::new(), |rejected| format!("; {}", rejected.reason));
    Response::new(Full::from(format!("{entrance:?}: {held}{rejected}")))
}

async fn serve(world: &World) -> TestServer {
    TestServer::start_tls(world.asking(), describe, Patience::default()).await
}

const NOBODY: &str = "Certificate: nobody";
const SENDER: &str = "Certificate: CN=sender";

/// E8, T57, T58: what counts, and what counts as absent; in both versions of TLS.
#[tokio::test]
async fn a_certificate_counts_or_is_absent() {
    let world = World::new();
    let server = serve(&world).await;
    let cases = [
        (None, NOBODY.to_owned()),
        (Some(&MADE.sender), SENDER.to_owned()),
        (
            Some(&MADE.stranger),
            format!(
                "{NOBODY}; no trusted authority leads to it; 'CN=other' issued it, and the client has to send the whole chain"
            ),
        ),
        (
            Some(&MADE.server),
            format!("{NOBODY}; its extended key usage does not list client authentication"),
        ),
        (
            Some(&MADE.authority),
            format!("{NOBODY}; it is the certificate of an authority, which identifies no client"),
        ),
    ];
    for version in [&TLS12, &TLS13] {
        for (identity, expected) in &cases {
            let client = world.client_of(*identity, version);
            let mut connection = server.connect_tls(&client).await.unwrap();
            assert_eq!(
                connection.get_ref().1.alpn_protocol(),
                Some(&b"http/1.1"[..])
            );
            assert_eq!(ask(&mut connection).await, *expected);
            assert_eq!(ask(&mut connection).await, *expected);
        }
    }
}

/// T58: where no certificate is asked for, none is there.
#[tokio::test]
async fn the_other_listener_never_asks() {
    let world = World::new();
    let server = TestServer::start_tls(world.not_asking(), describe, Patience::default()).await;
    let client = world.client_of(Some(&MADE.sender), &TLS13);
    let mut connection = server.connect_tls(&client).await.unwrap();
    assert_eq!(ask(&mut connection).await, "Tls: nobody");
}

/// E9: an authority that is withdrawn ends its certificates with the next request.
#[tokio::test]
async fn trust_is_that_of_the_moment_on_open_connections() {
    let world = World::new();
    let server = serve(&world).await;
    let client = world.client_of(Some(&MADE.sender), &TLS13);
    let mut connection = server.connect_tls(&client).await.unwrap();
    assert_eq!(ask(&mut connection).await, SENDER);
    world.trust.replace(TrustStore::default());
    assert!(ask(&mut connection).await.starts_with(NOBODY));
    world.trust.replace(MADE.trusted());
    assert_eq!(ask(&mut connection).await, SENDER);
    world.clock.advance(DAY * 400);
    let expired = ask(&mut connection).await;
    assert!(
        expired.starts_with("Certificate: nobody; it expired at "),
        "{expired}"
    );
}

/// T58: a resumed session brings its certificate along, which is verified like any other. There is no
/// early data.
#[tokio::test]
async fn resumed_sessions_are_verified_again() {
    for version in [&TLS12, &TLS13] {
        let world = World::new();
        let server = serve(&world).await;
        let client = world.client_of(Some(&MADE.sender), version);
        let mut first = server.connect_tls(&client).await.unwrap();
        assert_eq!(ask(&mut first).await, SENDER);
        let mut second = server.connect_tls(&client).await.unwrap();
        assert_eq!(
            second.get_ref().1.handshake_kind(),
            Some(HandshakeKind::Resumed)
        );
        assert!(second.get_mut().1.early_data().is_none());
        assert_eq!(ask(&mut second).await, SENDER);
        world.trust.replace(TrustStore::default());
        let mut third = server.connect_tls(&client).await.unwrap();
        assert_eq!(
            third.get_ref().1.handshake_kind(),
            Some(HandshakeKind::Resumed)
        );
        assert!(ask(&mut third).await.starts_with(NOBODY));
    }
}

/// Somebody else's certificate, without its key.
#[tokio::test]
async fn possession_of_the_key_is_proved() {
    let world = World::new();
    let server = serve(&world).await;
    for version in [&TLS12, &TLS13] {
        let thief = world.thief(version);
        // In TLS 1.3 the client is done before the server has looked.
        if let Ok(mut connection) = server.connect_tls(&thief).await {
            assert_eq!(try_ask(&mut connection).await, None);
        }
    }
}

/// T57: chains of absurd length, below and above what a handshake may carry.
#[tokio::test]
async fn huge_chains_do_no_harm() {
    let world = World::new();
    let server = serve(&world).await;
    let long = world.client_with_chain(&MADE.sender, 20);
    let mut connection = server.connect_tls(&long).await.unwrap();
    let answer = ask(&mut connection).await;
    assert_eq!(
        answer,
        format!("{NOBODY}; its chain has more than 5 certificates")
    );
    let huge = world.client_with_chain(&MADE.sender, 500);
    if let Ok(mut connection) = server.connect_tls(&huge).await {
        assert_eq!(try_ask(&mut connection).await, None);
    }
    let client = world.client_of(Some(&MADE.sender), &TLS13);
    let mut connection = server.connect_tls(&client).await.unwrap();
    assert_eq!(ask(&mut connection).await, SENDER);
}

/// T64: clients that say nothing, something else, or only the beginning.
#[tokio::test]
async fn clients_that_do_not_shake_hands_are_left_alone() {
    let patience = Patience {
        handshake: Duration::from_millis(200),
        ..Patience::default()
    };
    let world = World::new();
    let server = TestServer::start_tls(world.asking(), describe, patience).await;
    let silent: &[u8] = b"";
    let plain = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let begun = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for bytes in [silent, plain, begun, &[0xff; 64]] {
        let mut stream = server.connect().await;
        stream.write_all(bytes).await.unwrap();
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.contains("HTTP"), "{answer}");
    }
    let client = world.client_of(None, &TLS13);
    let mut connection = server.connect_tls(&client).await.unwrap();
    assert_eq!(ask(&mut connection).await, NOBODY);
}

/// TLS 1.1 gets the alert that says so.
#[tokio::test]
async fn older_versions_are_refused() {
    let world = World::new();
    let server = serve(&world).await;
    let body = [
        &[3, 2][..],
        &[7; 32],
        &[0, 0, 4, 0xc0, 0x13, 0x00, 0x2f, 1, 0],
        // The extension with signature algorithms, which is looked at first.
        &[0, 8, 0, 13, 0, 4, 0, 2, 4, 1],
    ]
    .concat();
    let length = body.len() as u8;
    let hello = [&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length][..], &body].concat();
    let mut stream = server.connect().await;
    stream.write_all(&hello).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let (alert, protocol_version) = (0x15, 70);
    assert_eq!(
        (answer.first(), answer.last()),
        (Some(&alert), Some(&protocol_version))
    );
}

/// An answer that nobody reads stays in the library's buffer, and still ends the connection.
#[tokio::test]
async fn a_deaf_client_ends_its_connection() {
    let patience = Patience {
        write: Duration::from_millis(100),
        ..Patience::default()
    };
    let large = |_: Request<Incoming>, _: Arrival| async {
        Response::new(Full::from(vec![0; 64 * 1024 * 1024]))
    };
    let world = World::new();
    let server = TestServer::start_tls(world.not_asking(), large, patience).await;
    let mut deaf = server
        .connect_tls(&world.client_of(None, &TLS13))
        .await
        .unwrap();
    deaf.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    deaf.flush().await.unwrap();
    let mut first = [0; 1];
    deaf.read_exact(&mut first).await.unwrap();
    server.stop.cancel();
    let stopped = tokio::time::timeout(patience.grace / 2, server.task).await;
    stopped.expect("well before the grace period ends").unwrap();
}

/// New connections get the new certificate; open ones go on.
#[tokio::test]
async fn the_servers_certificate_is_replaced_without_dropping_connections() {
    let world = World::new();
    let server = serve(&world).await;
    let client = world.client_of(None, &TLS13);
    let shown = |connection: &crate::support::TlsConnection| {
        let chain = connection.get_ref().1.peer_certificates().unwrap();
        chain[0].to_vec()
    };
    let mut old = server.connect_tls(&client).await.unwrap();
    assert!(!world.certificate.reload().unwrap());
    world.renew_server();
    assert!(world.certificate.reload().unwrap());
    let mut new = server
        .connect_tls(&world.client_of(None, &TLS13))
        .await
        .unwrap();
    assert_ne!(shown(&old), shown(&new));
    assert_eq!(ask(&mut old).await, NOBODY);
    assert_eq!(ask(&mut new).await, NOBODY);

    type Break = fn(&World) -> std::io::Result<()>;
    let ways: [(Break, &str); 3] = [
        (World::break_key, "cannot be used with the key in"),
        (World::empty_certificate, "holds no certificate"),
        (World::remove_files, "cannot read"),
    ];
    for (damage, expected) in ways {
        damage(&world).unwrap();
        let problem = world.certificate.reload().unwrap_err().to_string();
        assert!(problem.contains(expected), "{problem}");
    }
    let mut still = server.connect_tls(&client).await.unwrap();
    assert_eq!(ask(&mut still).await, NOBODY);
}

/// The body of an answer; the connection stays open.
async fn ask(connection: &mut crate::support::TlsConnection) -> String {
    try_ask(connection).await.expect("an answer")
}

async fn try_ask(connection: &mut crate::support::TlsConnection) -> Option<String> {
    let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    connection.write_all(request).await.ok()?;
    connection.flush().await.ok()?;
    let mut answer = String::new();
    loop {
        let mut buffer = [0; 4096];
        let n = connection.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        answer.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
        let Some((head, body)) = answer.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap().parse().unwrap();
        if body.len() == length {
            return Some(body.to_owned());
        }
    }
}
