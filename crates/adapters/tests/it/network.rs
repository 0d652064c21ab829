//! Bounds and rules that hold for every outgoing call.

use http::{HeaderValue, StatusCode};
use lockgate_adapters::{AdaptersConfig, EgressConfig};
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::http::{Server, reply};
use lockgate_testkit::tls::Authority;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{Caller, assert_says, message};

async fn get(caller: &Caller, url: &str, timeout: &str) -> Result<(), (String, &'static str)> {
    let channel = [
        ("httpAddressWithoutQuery", url),
        ("httpMethod", "GET"),
        ("httpRequestTimeout", timeout),
    ];
    let receiver = caller.prepare(ReceiverKind::Http, &channel).unwrap();
    let called = caller.call(&receiver, &mut message("", &[])).await;
    called.map_err(|error| (error.message, error.class))
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let server = Server::start(|_| std::future::pending()).await.unwrap();
    let (text, class) = get(&Caller::new(), &server.url(), "50").await.unwrap_err();
    assert!(text.ends_with("did not answer within 50 ms"), "{text}");
    assert_eq!(class, "java.util.concurrent.TimeoutException");
}

#[tokio::test]
async fn a_closed_port_is_a_connection_error() {
    // Bound, so that nobody else gets it, but not listening.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    let (text, class) = get(&Caller::new(), &url, "5000").await.unwrap_err();
    assert!(
        text.starts_with(&format!("No connection to {url}")),
        "{text}"
    );
    assert_eq!(class, "java.net.ConnectException");
}

#[tokio::test]
async fn metadata_services_are_refused_by_address() {
    for url in [
        "http://169.254.169.254/latest",
        "http://0xa9fea9fe/latest",
        "http://[::ffff:169.254.169.254]/latest",
    ] {
        let (text, _) = get(&Caller::new(), url, "5000").await.unwrap_err();
        assert!(text.contains("outside the egress rules"), "{text}");
    }
}

fn closed() -> AdaptersConfig {
    AdaptersConfig {
        egress: EgressConfig {
            private_networks: false,
            ..EgressConfig::default()
        },
        ..AdaptersConfig::default()
    }
}

#[tokio::test]
async fn names_are_judged_by_what_they_resolve_to() {
    let server = Server::start(|_| async { reply(StatusCode::OK, "text/plain", "") })
        .await
        .unwrap();
    let url = format!("http://localhost:{}/", server.address().port());
    let (text, _) = get(&Caller::with(&closed()), &url, "5000")
        .await
        .unwrap_err();
    assert!(text.contains("outside the egress rules"), "{text}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn mail_servers_are_judged_too() {
    let caller = Caller::with(&closed());
    let channel = [
        ("server", "127.0.0.1:25"),
        ("from", "a@x.org"),
        ("to", "b@x.org"),
    ];
    let receiver = caller.prepare(ReceiverKind::Mail, &channel).unwrap();
    let error = caller
        .call(&receiver, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_says(&error, "outside the egress rules");
}

#[tokio::test]
async fn redirects_are_judged_too() {
    let server = Server::start(|_| async {
        let mut response = reply(StatusCode::FOUND, "text/plain", "");
        let target = HeaderValue::from_static("http://169.254.169.254/latest");
        response.headers_mut().insert("location", target);
        response
    })
    .await
    .unwrap();
    let (text, _) = get(&Caller::new(), &server.url(), "5000")
        .await
        .unwrap_err();
    assert!(text.contains("outside the egress rules"), "{text}");
}

#[tokio::test]
async fn https_trusts_the_extra_authority_and_no_other() {
    let authority = Authority::new().unwrap();
    let tls = authority.server(&["127.0.0.1"]).unwrap();
    let server = Server::start_tls(tls, |_| async { reply(StatusCode::OK, "text/plain", "") })
        .await
        .unwrap();
    let trusting = AdaptersConfig {
        extra_ca_pem: Some(authority.pem()),
        ..AdaptersConfig::default()
    };
    get(&Caller::with(&trusting), &server.url(), "5000")
        .await
        .unwrap();
    let stranger = AdaptersConfig {
        extra_ca_pem: Some(Authority::new().unwrap().pem()),
        ..AdaptersConfig::default()
    };
    let (text, _) = get(&Caller::with(&stranger), &server.url(), "5000")
        .await
        .unwrap_err();
    assert!(text.contains("certificate"), "{text}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn https_trusts_the_anchors_of_the_moment() {
    let authority = Authority::new().unwrap();
    let tls = authority.server(&["127.0.0.1"]).unwrap();
    let server = Server::start_tls(tls, |_| async { reply(StatusCode::OK, "text/plain", "") })
        .await
        .unwrap();
    let config = AdaptersConfig::default();
    let caller = Caller::with(&config);
    let ours = CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap();
    let nothing: [Vec<u8>; 0] = [];
    let trusted = [ours.to_vec()];
    for (anchors, expected) in [
        (&nothing[..], false),
        (&trusted, true),
        (&trusted, true),
        (&[], false),
    ] {
        config.anchors.set(anchors.to_vec());
        let called = get(&caller, &server.url(), "5000").await;
        assert_eq!(called.is_ok(), expected, "{called:?}");
    }
    assert_eq!(server.requests().len(), 2);
    // What cannot be used does not keep others from being used.
    config.anchors.set([vec![1, 2, 3], ours.to_vec()]);
    get(&caller, &server.url(), "5000").await.unwrap();
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new().unwrap();
    let tls = authority.server(&["other.example"]).unwrap();
    let server = Server::start_tls(tls, |_| async { reply(StatusCode::OK, "text/plain", "") })
        .await
        .unwrap();
    let config = AdaptersConfig {
        extra_ca_pem: Some(authority.pem()),
        ..AdaptersConfig::default()
    };
    let (text, _) = get(&Caller::with(&config), &server.url(), "5000")
        .await
        .unwrap_err();
    assert!(text.contains("certificate"), "{text}");
}

#[tokio::test]
async fn an_announced_length_beyond_the_limit_is_refused_unread() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _request = stream.read(&mut [0; 4_096]).await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
        stream.write_all(head).await.unwrap();
        stream
    });
    let (text, _) = get(&Caller::new(), &url, "5000").await.unwrap_err();
    assert!(text.contains("is larger than"), "{text}");
    server.await.unwrap();
}
