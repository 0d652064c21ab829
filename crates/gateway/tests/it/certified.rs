//! What holders of certificates see of the server, and it of them.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lockgate_core::ids::KeyId;
use lockgate_store::messages;
use uuid::Uuid;

use crate::certificates::named;
use crate::client::{Connection, Response, request};
use crate::clients::{GUEST, RENEWING, SENDER, TWIN, id};
use crate::credentials::{Credential, credential};
use crate::support::Server;

async fn on(connection: &mut Connection, line: &str) -> Response {
    connection.send(request(line, &[], "")).await;
    connection.receive().await.unwrap()
}

/// E9, T40, T58: a connection keeps its certificate, not what it was allowed. A resumed TLS session
/// is no different: the gate asks at every call.
#[tokio::test]
async fn e9_every_call_of_an_open_connection_asks_what_counts_now() {
    let server = Server::start().await;
    let sender = credential("certificate sender");
    let mut connection = server.connect(Ipv4Addr::LOCALHOST, &sender).await;
    let status = async |connection: &mut Connection| on(connection, "GET /http/role").await.status;
    assert_eq!(status(&mut connection).await, 200);
    server.change_clients(|clients| clients[0].roles.clear());
    assert_eq!(status(&mut connection).await, 403);
    let send = "ESBMessaging.send".parse().unwrap();
    server.change_clients(|clients| clients[0].roles.push(send));
    assert_eq!(status(&mut connection).await, 200);
    server.change_clients(|clients| clients[0].certificates.clear());
    let response = on(&mut connection, "GET /http/role").await;
    assert_eq!(response.status, 401);
    let refusal = server.refusal(&response).await;
    assert_eq!(refusal.reason, "certificate-unknown");
    // Deleting the client takes the secrets with it, not what a channel lists.
    server.change_clients(|clients| drop(clients.remove(0)));
    assert_eq!(status(&mut connection).await, 401);
    assert_eq!(on(&mut connection, "GET /http/cert").await.status, 200);
}

/// E7: a certificate that expires while its connection is open.
#[tokio::test]
async fn e7_validity_is_checked_at_every_call() {
    let server = Server::start().await;
    let sender = credential("certificate sender");
    let mut connection = server.connect(Ipv4Addr::LOCALHOST, &sender).await;
    let left = named("sender").not_after.since(crate::clients::NOW);
    server.clock.advance(left);
    for line in ["GET /http/role", "GET /http/cert"] {
        assert_eq!(on(&mut connection, line).await.status, 200, "last moment");
    }
    server.clock.advance(Duration::from_secs(1));
    for line in ["GET /http/role", "GET /http/cert"] {
        let response = on(&mut connection, line).await;
        assert_eq!(response.status, 401, "{line}");
        let refusal = server.refusal(&response).await;
        assert_eq!(refusal.reason, "certificate-expired");
        assert_eq!(refusal.client_id, Some(id(SENDER)));
        assert_eq!(refusal.key_id, Some(KeyId(Uuid::from_u128(14))));
    }
}

/// Credential, client and key on record, and how the detail begins.
#[tokio::test]
async fn refusals_record_client_key_and_certificate() {
    let server = Server::start().await;
    let mismatch = format!("the certificate belongs to {}, key ", id(GUEST));
    let twins = "its certificate fits the keys ";
    let rows = [
        (
            "certificate guest",
            Some((GUEST, 22)),
            "the client does not have the role",
        ),
        ("certificate unknown", None, ""),
        ("certificate renewing, older", Some((RENEWING, 82)), ""),
        ("certificate twin", None, twins),
        (
            "certificate guest + basic sender",
            Some((SENDER, 11)),
            &mismatch,
        ),
        (
            "certificate sender + basic sender, wrong secret",
            Some((SENDER, 0)),
            "",
        ),
    ];
    for (name, expected, start) in rows {
        let credential = credential(name);
        let response = server.call(&credential, "POST /http/role", "").await;
        let refusal = server.refusal(&response).await;
        let client = expected.map(|(client, _)| id(client));
        assert_eq!(refusal.client_id, client, "{name}");
        let key = expected.filter(|(_, key)| *key > 0);
        let key = key.map(|(_, key)| KeyId(Uuid::from_u128(key)));
        assert_eq!(refusal.key_id, key, "{name}");
        let certificate = credential.certificate.unwrap();
        let names = &certificate.names;
        let shown = format!(
            "certificate {}, subject {}, issuer {}",
            certificate.thumbprint, names.subject, names.issuer
        );
        assert!(refusal.detail.ends_with(&shown), "{}", refusal.detail);
        assert!(refusal.detail.starts_with(start), "{}", refusal.detail);
    }
}

/// E8: such a certificate counts as absent, and the operator reads why. The caller is told what
/// callers without one are told.
#[tokio::test]
async fn e8_certificates_that_do_not_count_are_on_record() {
    let server = Server::start().await;
    let issuer = "no trusted authority leads to it; 'CN=Partner's\\nown' issued it, \
                  and the client has to send the whole chain";
    let usage = "its extended key usage does not list client authentication";
    let rows = [
        ("without authority", "", "/http/role", "", issuer),
        ("of a server", "", "/http/cert", "", usage),
        (
            "of a server",
            " + basic sender, wrong secret",
            "/http/role",
            "",
            usage,
        ),
        (
            "of a server",
            " + basic sender",
            "/http/cert",
            "the endpoint accepts listed client certificates only; ",
            usage,
        ),
    ];
    for (name, beside, path, start, reason) in rows {
        let credential = credential(&format!("certificate {name}{beside}"));
        let without = Credential {
            rejected: None,
            ..credential.clone()
        };
        let line = format!("POST {path}");
        let response = server.call(&credential, &line, "").await;
        let refusal = server.refusal(&response).await;
        let thumbprint = credential.rejected.unwrap().thumbprint;
        assert_eq!(refusal.thumbprint, Some(thumbprint), "{name}{beside}");
        let detail = format!("{start}a certificate was presented ({thumbprint}) but {reason}");
        assert_eq!(refusal.detail, detail, "{name}{beside}");
        let alike = server.call(&without, &line, "").await;
        assert_eq!(response.told(), alike.told(), "{name}{beside}");
    }
}

/// Takes what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// T59: whoever shares names with another key is refused, and somebody is told which keys they are.
#[tokio::test]
async fn t59_a_conflict_between_keys_is_refused_and_raises_an_alarm() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let server = Server::start().await;
    const CALLS: usize = 50;
    for _ in 0..CALLS {
        let response = server
            .call(&credential("certificate twin"), "POST /http/role", "")
            .await;
        assert_eq!(response.status, 401);
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let alarms = text.lines().filter(|line| line.contains("CN=twin"));
    let alarms: Vec<_> = alarms.collect();
    assert!((10..CALLS).contains(&alarms.len()), "{}", alarms.len());
    for part in [
        &*id(TWIN),
        &Uuid::from_u128(91).to_string(),
        &Uuid::from_u128(92).to_string(),
        &named("twin").thumbprint.to_string(),
        "ERROR",
    ] {
        assert!(alarms[0].contains(part), "{}", alarms[0]);
    }
}

/// The user that a flow reads, and who the message log says sent the message.
#[tokio::test]
async fn flows_and_the_log_learn_who_sent_a_message() {
    let server = Server::start().await;
    let sender = id(SENDER);
    let listed = named("listed");
    let rows: [(&str, &str, &str, String); 6] = [
        ("certificate sender", "/http/echo", &sender, sender.clone()),
        (
            "certificate sender + basic sender",
            "/http/echo",
            &sender,
            sender.clone(),
        ),
        (
            "bearer person",
            "/http/echo",
            "jane@example.org",
            format!("jane@example.org through {sender}"),
        ),
        ("certificate sender", "/http/cert-echo", "", sender.clone()),
        (
            "certificate sender + bearer person",
            "/http/cert-echo",
            "",
            format!("jane@example.org through {sender}"),
        ),
        (
            "certificate listed",
            "/http/cert-echo",
            "",
            format!("CN=listed,O=Acme (certificate {})", listed.thumbprint),
        ),
    ];
    let mut expected = Vec::new();
    for (name, path, user, logged) in rows {
        let mut credential = credential(name);
        credential
            .lines
            .push("SapAuthenticatedUserName: spoofed".to_owned());
        let response = server.call(&credential, &format!("GET {path}"), "").await;
        assert!(
            response.body.starts_with(&format!("user=[{user}]")),
            "{name} at {path}: {}",
            response.body
        );
        expected.push(logged);
    }
    server.runtime.stop(Duration::from_secs(20)).await;
    let mut tx = server.store.read().await.unwrap();
    let messages = messages::list(&mut tx, &messages::Filter::default()).await;
    let logged = messages.unwrap().into_iter();
    let mut logged: Vec<_> = logged.filter_map(|message| message.identity).collect();
    logged.sort();
    expected.sort();
    assert_eq!(logged, expected);
}

/// X6: tokens against request forgery belong to whoever fetched them.
#[tokio::test]
async fn x6_csrf_tokens_are_bound_to_the_holder_of_the_certificate() {
    let server = Server::start().await;
    let fetch = async |name: &str, path: &str| {
        let mut credential = credential(name);
        credential.lines.push("X-CSRF-Token: fetch".to_owned());
        let response = server.call(&credential, &format!("HEAD {path}"), "").await;
        let cookie = response.header("set-cookie").unwrap();
        [
            format!("X-CSRF-Token: {}", response.header("x-csrf-token").unwrap()),
            format!("Cookie: {}", cookie.split(';').next().unwrap()),
        ]
    };
    let post = async |name: &str, path: &str, lines: &[String; 2]| {
        let credential = Credential {
            lines: [&credential(name).lines[..], lines].concat(),
            ..credential(name)
        };
        server
            .call(&credential, &format!("POST {path}"), "x")
            .await
            .status
    };
    const LISTED: &str = "/http/cert-csrf";
    let lines = fetch("certificate listed", LISTED).await;
    assert_eq!(post("certificate listed", LISTED, &lines).await, 200);
    for other in ["certificate twin", "certificate sender"] {
        assert_eq!(post(other, LISTED, &lines).await, 403, "{other}");
    }
    // One client is one principal however it proves who it is; a person is another.
    let lines = fetch("certificate sender", "/http/csrf").await;
    for (name, expected) in [
        ("certificate sender", 200),
        ("basic sender", 200),
        ("bearer person", 403),
    ] {
        assert_eq!(post(name, "/http/csrf", &lines).await, expected, "{name}");
    }
}
