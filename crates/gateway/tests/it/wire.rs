//! More attacks on the transport and on what answers tell, sent as raw bytes.

use std::sync::Arc;

use lockgate_core::certificate::PeerCertificate;
use lockgate_pki::dn;

use crate::certificates::named;
use crate::client::{Connection, Response, call, request};
use crate::credentials::{Credential, credential};
use crate::support::Server;

fn sender() -> Vec<String> {
    credential("basic sender").lines
}

/// A chunked request of the client `sender`; `chunks` is what follows the header block.
fn chunked(chunks: &str) -> String {
    let lines = [&sender()[..], &["Transfer-Encoding: chunked".to_owned()]].concat();
    format!("{}{chunks}", request("POST /http/mirror", &lines, ""))
}

/// T61: chunks that two readers could count differently.
#[tokio::test]
async fn t61_malformed_chunks_are_refused_and_closed() {
    let server = Server::start().await;
    let rows = [
        ("plus", "+4\r\nping\r\n0\r\n\r\n"),
        ("minus", "-4\r\nping\r\n0\r\n\r\n"),
        ("hexadecimal mark", "0x4\r\nping\r\n0\r\n\r\n"),
        ("no size", "\r\nping\r\n0\r\n\r\n"),
        ("not a number", "four\r\nping\r\n0\r\n\r\n"),
        (
            "too large a number",
            "10000000000000004\r\nping\r\n0\r\n\r\n",
        ),
        ("line feed alone behind the size", "4\nping\r\n0\r\n\r\n"),
        (
            "carriage return alone behind the size",
            "4\rping\r\n0\r\n\r\n",
        ),
        ("line feed alone in an extension", "4;a\nping\r\n0\r\n\r\n"),
        ("nothing behind the data", "4\r\nping0\r\n\r\n"),
        ("data longer than its size", "4\r\npinging\r\n0\r\n\r\n"),
        ("line feed alone behind the data", "4\r\nping\n0\r\n\r\n"),
    ];
    for (name, chunks) in rows {
        let mut connection = Connection::open(server.address).await;
        connection.send(chunked(chunks)).await;
        if let Some(response) = connection.receive().await {
            assert_eq!(response.status, 400, "{name}");
            let refusal = server.refusal(&response).await;
            assert_eq!(refusal.reason, "body-malformed", "{name}");
        }
        assert!(connection.is_closed().await, "{name}");
    }
    assert_eq!(server.messages().await, 0);
}

/// T61: extensions of chunks are no data, and there are not too many of them.
#[tokio::test]
async fn t61_chunk_extensions_mean_nothing_and_are_bounded() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.address).await;
    let chunks = "4;a=b;c=\"d\"\r\nping\r\n0;x\r\n\r\n";
    connection.send(chunked(chunks)).await;
    let response = connection.receive().await.unwrap();
    assert_eq!((response.status, &*response.body), (200, "ping"));
    let mut connection = Connection::open(server.address).await;
    let many = format!("4;{}\r\nping\r\n0\r\n\r\n", "x".repeat(1024 * 1024));
    connection.send(chunked(&many)).await;
    let refused = connection.receive().await;
    assert!(refused.is_none_or(|response| response.status == 400));
}

/// T61: a body of a GET is a body; what it looks like does not matter.
#[tokio::test]
async fn t61_a_request_inside_a_body_is_not_answered() {
    let server = Server::start().await;
    let hidden = request("GET /http/unknown", &sender(), "");
    for line in [
        "GET /http/mirror",
        "DELETE /http/mirror",
        "OPTIONS /http/mirror",
    ] {
        let mut connection = Connection::open(server.address).await;
        connection.send(request(line, &sender(), &hidden)).await;
        let response = connection.receive().await.unwrap();
        assert_eq!((response.status, &response.body), (200, &hidden), "{line}");
        connection
            .send(request("GET /http/role", &sender(), ""))
            .await;
        let next = connection.receive().await.unwrap();
        assert_eq!((next.status, &*next.body), (200, "pong"), "{line}");
    }
}

/// T61: nor is what stands in a body that was refused unread.
#[tokio::test]
async fn t61_a_request_inside_a_refused_body_is_not_answered() {
    let server = Server::start().await;
    let hidden = request("GET /http/role", &sender(), "");
    let mut connection = Connection::open(server.address).await;
    connection
        .send(request("POST /http/role", &[], &hidden))
        .await;
    assert_eq!(connection.receive().await.unwrap().status, 401);
    connection
        .send(request("GET /http/unknown", &sender(), ""))
        .await;
    let next = connection.receive().await.map(|response| response.status);
    assert!(matches!(next, None | Some(404)), "{next:?}");
    assert_eq!(server.messages().await, 0);
}

/// T62, T63: HTTP/2 is not spoken.
#[tokio::test]
async fn t62_the_preface_of_http_2_ends_the_connection() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.address).await;
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    connection
        .send([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), settings].concat())
        .await;
    assert!(connection.is_closed().await);
}

/// T68: the gateway does not read bodies, so nothing in them can hurt it.
#[tokio::test]
async fn t68_bodies_are_not_parsed() {
    let server = Server::start().await;
    let bomb =
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
    for kind in [
        "application/xml",
        "application/json",
        "multipart/form-data; boundary=x",
    ] {
        let lines = [&sender()[..], &[format!("Content-Type: {kind}")]].concat();
        let response = call(server.address, "POST /http/mirror", &lines, bomb).await;
        assert_eq!((response.status, &*response.body), (200, bomb), "{kind}");
    }
}

/// T70: requests that ask for a tunnel, in forms that libraries do not send.
#[tokio::test]
async fn t70_no_tunnel_in_any_form() {
    let server = Server::start().await;
    let authorization = &sender()[0];
    for line in [
        "CONNECT localhost:443 HTTP/1.1",
        "CONNECT /http/role HTTP/1.1",
        "connect /http/role HTTP/1.1",
        "TRACE /http/role HTTP/1.1",
    ] {
        let mut connection = Connection::open(server.address).await;
        connection
            .send(format!("{line}\r\nHost: a\r\n{authorization}\r\n\r\n"))
            .await;
        // Whoever serves this test has nothing but the gateway, and that no address without a path.
        let status = connection.receive().await.map(|response| response.status);
        assert!(matches!(status, Some(404 | 405)), "{line}: {status:?}");
    }
}

/// T71: line breaks that a flow copies into its answer do not become headers.
#[tokio::test]
async fn t71_a_parameter_cannot_split_the_answer() {
    let server = Server::start().await;
    let line = "GET /http/echo?X-Custom=a%0d%0aSet-Cookie:%20x=1&X-Other%0d%0aX-More=b";
    let response = call(server.address, line, &sender(), "").await;
    assert_eq!(response.status, 200);
    for name in ["set-cookie", "x-custom", "x-other", "x-more"] {
        assert_eq!(response.header(name), None, "{name}");
    }
    let lines = ["X-Correlation-ID: a%0d%0aSet-Cookie: x=1".to_owned()];
    let response = call(server.address, "GET /http/role", &lines, "").await;
    assert!(!response.header("x-correlation-id").unwrap().contains('%'));
}

/// T72: what is on record about a certificate is one bounded line too.
#[tokio::test]
async fn t72_names_of_certificates_are_recorded_as_one_bounded_line() {
    let server = Server::start().await;
    let name = format!("CN=a\u{1b}[31m\r\n${{jndi:x}}\u{202e}{}", "x".repeat(2_000));
    let mut certificate = PeerCertificate::clone(&named("unknown"));
    certificate.names.subject = dn::parse_text(&name).unwrap();
    let credential = Credential {
        certificate: Some(Arc::new(certificate)),
        ..Credential::default()
    };
    let response = server.call(&credential, "GET /http/role", "").await;
    let detail = server.refusal(&response).await.detail;
    assert!(detail.contains("subject CN=a"), "{detail}");
    assert!(detail.ends_with("issuer CN=Authority,O=Acme"), "{detail}");
    assert!(!detail.contains(|c: char| c.is_control() || c == '\u{202e}'));
    assert!(detail.chars().count() < 500, "{detail}");
}

/// T74: nobody may read answers from another origin, whoever calls.
#[tokio::test]
async fn t74_other_origins_are_told_nothing() {
    let server = Server::start().await;
    let origin = [
        "Origin: https://evil.example".to_owned(),
        "Access-Control-Request-Method: POST".to_owned(),
        "Access-Control-Allow-Origin: *".to_owned(),
        "Access-Control-Allow-Credentials: true".to_owned(),
    ];
    for (name, line, expected) in [
        ("basic sender", "OPTIONS /http/role", 200),
        ("basic sender", "POST /http/role", 200),
        ("certificate sender", "POST /http/role", 200),
        ("nothing", "OPTIONS /http/role", 401),
        ("basic guest", "POST /http/role", 403),
    ] {
        let mut credential = credential(name);
        credential.lines.extend(origin.clone());
        let response = server.call(&credential, line, "").await;
        assert_eq!(response.status, expected, "{name} {line}");
        let allowed = response.names("access-control-");
        assert_eq!(allowed, [] as [&str; 0], "{name} {line}");
    }
}

/// The answer without what differs from call to call.
fn told(response: &Response) -> String {
    let correlation = response.header("x-correlation-id").unwrap();
    format!("{response:?}").replace(correlation, "")
}

/// T75: whoever is not known learns nothing from the answer, to the byte.
#[tokio::test]
async fn t75_answers_do_not_tell_what_there_is() {
    let server = Server::start().await;
    let lines = [
        "GET /http/role",
        "POST /http/csrf",
        "GET /http/cert",
        "GET /http/unknown",
        "GET /http",
        "FOO /http/role",
        "GET /cxf/role",
        "OPTIONS /odata",
    ];
    for (name, lines) in [
        ("nothing", &lines[..]),
        ("basic sender, wrong secret", &lines[..]),
        ("basic unknown id", &lines[..]),
        ("bearer bad signature", &lines[..]),
        ("certificate sender, expired", &lines[..]),
    ] {
        let mut answers = Vec::new();
        for line in lines {
            let response = server.call(&credential(name), line, "").await;
            assert_eq!(response.status, 401, "{name} {line}");
            answers.push(told(&response));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{name}: {answers:?}");
    }
    // The holder of a certificate that leads nowhere can find out where certificates are listed, by
    // being refused there; of other addresses it learns nothing.
    let mut answers = Vec::new();
    for line in [
        "GET /http/role",
        "GET /http/unknown",
        "GET /cxf/role",
        "FOO /http/role",
    ] {
        for name in ["certificate unknown", "certificate twin", "nothing"] {
            let response = server.call(&credential(name), line, "").await;
            answers.push(told(&response));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

/// T76: also for somebody who calls with a certificate.
#[tokio::test]
async fn t76_the_decision_at_the_start_holds_for_a_certificate_too() {
    let server = Server::start().await;
    let sender = credential("certificate sender");
    let mut connection = server.connect(std::net::Ipv4Addr::LOCALHOST, &sender).await;
    let expect = [
        "Content-Length: 4".to_owned(),
        "Expect: 100-continue".to_owned(),
    ];
    connection
        .send(request("POST /http/role", &expect, ""))
        .await;
    assert_eq!(connection.receive().await.unwrap().status, 100);
    server.change_clients(|clients| clients[0].certificates.clear());
    connection.send("ping").await;
    assert_eq!(connection.receive().await.unwrap().status, 200);
    connection
        .send(request("POST /http/role", &[], "ping"))
        .await;
    assert_eq!(connection.receive().await.unwrap().status, 401);
}
