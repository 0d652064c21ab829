//! T15 to T19 over raw sockets: forwarded certificates of strangers and of proxies.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use lockgate_core::certificate::Thumbprint;
use lockgate_core::secret::Secret;
use lockgate_web::caller::Arrival;
use lockgate_web::forwarded::{CLIENT_CERTIFICATE, Proxies, Proxy};
use lockgate_web::server::Patience;
use rustls::version::TLS13;
use tokio::io::AsyncWriteExt;

use crate::certificates::{MADE, World, escaped_pem};
use crate::support::{TestServer, read_to_end, status};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Says who the request comes from, and which headers are left, behind `proxies`.
fn describe(
    proxies: Proxies,
) -> impl Fn(Request<Incoming>, Arrival) -> std::future::Ready<Response<Full<Bytes>>> + Clone {
    move |mut request: Request<Incoming>, mut arrival: Arrival| {
        let mut response = Response::new(Full::default());
        match proxies.receive(request.headers_mut(), &mut arrival) {
            Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
            Ok(()) => {
                let held = arrival.certificate.as_ref();
                let held = held.map_or("nobody", |held| held.names.subject.text());
                let left: Vec<_> = request.headers().keys().map(|name| name.as_str()).collect();
                *response.body_mut() = Full::from(format!("{held} {}", left.join(",")));
            }
        }
        std::future::ready(response)
    }
}

fn proxies(world: &World, certificate: Option<Thumbprint>, secret: Option<&str>) -> Proxies {
    let proxy = Proxy {
        name: "edge".to_owned(),
        addresses: vec!["127.0.0.1".parse().unwrap()],
        certificate,
        secret: secret.map(Secret::from),
        header: CLIENT_CERTIFICATE,
    };
    Proxies::new([proxy], world.trust.clone(), world.clock.clone()).unwrap()
}

fn request(fields: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n")
}

/// A request with the answer that it gets.
#[tokio::test]
async fn headers_as_they_arrive_on_the_wire() {
    let world = World::new();
    let handler = describe(proxies(&world, None, Some(SECRET)));
    let server = TestServer::start(handler, Patience::default()).await;
    let certificate = escaped_pem(MADE.sender.leaf());
    let (secret, cert) = (
        format!("X-Lockgate-Proxy-Secret: {SECRET}\r\n"),
        format!("Cert=\"{certificate}\""),
    );
    let cases = [
        (
            format!("{secret}X-Forwarded-Client-Cert: {cert}\r\n"),
            "CN=sender",
        ),
        (
            format!("{secret}x-FORWARDED-client-cert:{cert}\r\n"),
            "CN=sender",
        ),
        (
            format!("{secret}X-Forwarded-Client-Cert: Cert=\"x\",{cert}\r\n"),
            "CN=sender",
        ),
        (format!("X-Forwarded-Client-Cert: {cert}\r\n"), "nobody"),
        (
            format!("X-SSL-Client-Cert: {certificate}\r\nSSL_CLIENT_CERT: {certificate}\r\n"),
            "nobody",
        ),
        (
            format!("{secret}X_Forwarded_Client_Cert: {cert}\r\n"),
            "nobody",
        ),
        (format!("{secret}X-Client-Cert: {cert}\r\n"), "nobody"),
        (
            format!("{secret}{secret}X-Forwarded-Client-Cert: {cert}\r\n"),
            "nobody",
        ),
        (
            format!(
                "{secret}X-Forwarded-Client-Cert: {cert}\r\nX-Forwarded-Client-Cert: {cert}\r\n"
            ),
            "400",
        ),
        (
            format!("{secret}X-Forwarded-Client-Cert: {cert}\r\nX-Forwarded-Client-Cert: \r\n"),
            "400",
        ),
        (
            format!("{secret}X-Forwarded-Client-Cert: Subject=\"CN=sender\"\r\n"),
            "400",
        ),
        (
            format!(
                "{secret}X-Forwarded-Client-Cert: {cert}\r\nConnection: x-forwarded-client-cert\r\n"
            ),
            "400",
        ),
        (
            format!("Connection: x_forwarded_client_cert\r\nX-Forwarded-Client-Cert: {cert}\r\n"),
            "400",
        ),
    ];
    for (fields, expected) in cases {
        let answer = server.exchange(request(&fields)).await;
        match expected {
            "400" => assert_eq!(status(&answer), "400", "{fields}"),
            who => {
                let expected = format!("\r\n\r\n{who} host,connection");
                assert!(answer.ends_with(&expected), "{fields}{answer}");
            }
        }
    }
}

/// A proxy that presents its own certificate is believed about others, and is nobody itself.
#[tokio::test]
async fn a_proxy_proves_itself_by_tls() {
    let world = World::new();
    let pinned = Thumbprint::of(MADE.stranger.leaf());
    let handler = describe(proxies(&world, Some(pinned), None));
    let server = TestServer::start_tls(world.asking(), handler, Patience::default()).await;
    let cert = format!(
        "X-Forwarded-Client-Cert: Cert=\"{}\"\r\n",
        escaped_pem(MADE.sender.leaf())
    );
    let cases = [
        (Some(&MADE.stranger), &*cert, "CN=sender"),
        (Some(&MADE.stranger), "", "nobody"),
        (Some(&MADE.server), &cert, "nobody"),
        (Some(&MADE.sender), "", "CN=sender"),
        (None, &cert, "nobody"),
    ];
    for (identity, fields, expected) in cases {
        let client = world.client_of(identity, &TLS13);
        let mut connection = server.connect_tls(&client).await.unwrap();
        connection
            .write_all(request(fields).as_bytes())
            .await
            .unwrap();
        let answer = read_to_end(&mut connection).await;
        assert!(
            answer.ends_with(&format!("\r\n\r\n{expected} host,connection")),
            "{answer}"
        );
    }
}
