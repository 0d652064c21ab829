//! What a request and its answer carry.

use http::StatusCode;
use lockgate_engine::exchange::Attachment;
use lockgate_engine::value::Value;
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::http::{Server, reply};

use super::{TEXT, echo, post, with_header};
use crate::support::{Caller, assert_says, body, bytes, header, message, overlay};

#[tokio::test]
async fn the_answer_replaces_the_body_and_adds_headers() {
    let server = Server::start(|_| async {
        with_header(
            reply(StatusCode::CREATED, "application/json", "{}"),
            "x-answer",
            "a",
        )
    })
    .await
    .unwrap();
    let mut exchange = message("question", &[("Kept", "k"), ("Content-Type", "text/csv")]);
    exchange.attachments.push(Attachment {
        name: "a".to_owned(),
        content_type: TEXT.to_owned(),
        data: bytes("a"),
    });
    post(&server.url(), &[], &mut exchange).await.unwrap();
    assert_eq!(body(&exchange), "{}");
    assert!(exchange.attachments.is_empty());
    let code = exchange.headers.get("CamelHttpResponseCode");
    assert!(matches!(code, Some(Value::Int(201))));
    for (name, value) in [
        ("CamelHttpResponseText", "Created"),
        ("X-Answer", "a"),
        ("Content-Type", "application/json"),
        ("Kept", "k"),
    ] {
        assert_eq!(header(&exchange, name).as_deref(), Some(value), "{name}");
    }
    let request = &server.requests()[0];
    assert_eq!(request.text(), "question");
    assert_eq!(request.header("content-type"), Some("text/csv"));
    assert_eq!(request.header("kept"), Some("k"));
}

#[tokio::test]
async fn header_lists_decide_what_crosses() {
    let server =
        Server::start(|_| async { with_header(reply(StatusCode::OK, TEXT, ""), "x-answer", "a") })
            .await
            .unwrap();
    let cases = [
        (vec![], (true, true)),
        (
            vec![
                ("allowedRequestHeaders", ""),
                ("allowedResponseHeaders", ""),
            ],
            (false, false),
        ),
        (
            vec![
                ("allowedRequestHeaders", "*"),
                ("allowedResponseHeaders", "*"),
            ],
            (true, true),
        ),
        (
            vec![
                ("allowedRequestHeaders", "Y|x-own"),
                ("allowedResponseHeaders", "X-ANSWER"),
            ],
            (true, true),
        ),
        (
            vec![
                ("allowedRequestHeaders", "y"),
                ("allowedResponseHeaders", "y"),
            ],
            (false, false),
        ),
        (
            vec![("allowedRequestHeaders", "${header.List}")],
            (true, true),
        ),
    ];
    for (changes, (sent, taken)) in cases {
        let mut exchange = message("", &[("X-Own", "o"), ("List", "x-own"), ("CamelX", "c")]);
        let url = server.url();
        let channel = overlay(&[("httpAddressWithoutQuery", url.as_str())], &changes);
        let caller = Caller::new();
        let receiver = caller.prepare(ReceiverKind::Http, &channel).unwrap();
        caller.call(&receiver, &mut exchange).await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_eq!(request.header("x-own").is_some(), sent, "{changes:?}");
        assert_eq!(request.header("camelx"), None);
        assert_eq!(
            header(&exchange, "x-answer").is_some(),
            taken,
            "{changes:?}"
        );
    }
}

#[tokio::test]
async fn methods_decide_whether_a_body_is_sent() {
    let server = Server::start(echo).await.unwrap();
    let cases = [
        ("GET", "false", "GET", ""),
        ("GET", "true", "GET", "b"),
        ("DELETE", "0", "DELETE", ""),
        ("DELETE", "1", "DELETE", "b"),
        ("HEAD", "false", "HEAD", ""),
        ("PUT", "false", "PUT", "b"),
        ("PATCH", "false", "PATCH", "b"),
        ("POST", "false", "POST", "b"),
        ("DYNAMIC", "false", "OPTIONS", ""),
        ("DYNAMIC", "true", "OPTIONS", "b"),
    ];
    for (method, send_body, expected, sent) in cases {
        let mut exchange = message("b", &[("Method", "options"), ("Content-Type", TEXT)]);
        let changes = [
            ("httpMethod", method),
            ("httpShouldSendBody", send_body),
            ("methodSourceExpression", "${header.Method}"),
        ];
        post(&server.url(), &changes, &mut exchange).await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_eq!(
            (request.method.as_str(), &*request.text()),
            (expected, sent)
        );
        let has_type = request.header("content-type").is_some();
        assert_eq!(has_type, !sent.is_empty(), "{method}");
    }
}

#[tokio::test]
async fn a_dynamic_method_defaults_to_post_and_must_be_one() {
    let server = Server::start(echo).await.unwrap();
    let changes = [
        ("httpMethod", "DYNAMIC"),
        ("methodSourceExpression", "${header.M}"),
    ];
    post(&server.url(), &changes, &mut message("", &[]))
        .await
        .unwrap();
    assert_eq!(server.requests()[0].method, "POST");
    for wrong in ["no method", "TRACE", "CONNECT"] {
        let mut exchange = message("", &[("M", wrong)]);
        let error = post(&server.url(), &changes, &mut exchange)
            .await
            .unwrap_err();
        assert_says(&error, "not an HTTP method");
    }
}

#[tokio::test]
async fn the_servers_own_reason_phrase_is_kept() {
    let server = Server::start(|_| async {
        let mut response = reply(StatusCode::OK, TEXT, "");
        let reason = hyper::ext::ReasonPhrase::from_static(b"Very Fine");
        response.extensions_mut().insert(reason);
        response
    })
    .await
    .unwrap();
    let mut exchange = message("", &[]);
    post(&server.url(), &[], &mut exchange).await.unwrap();
    assert_eq!(
        header(&exchange, "CamelHttpResponseText").as_deref(),
        Some("Very Fine")
    );
}

#[tokio::test]
async fn redirects_are_followed_for_get_only() {
    let server = Server::start(|request| async move {
        let moved = reply(StatusCode::FOUND, TEXT, "moved");
        match request.path() {
            "/end" => reply(StatusCode::OK, TEXT, "end"),
            "/loop" => with_header(moved, "location", "/loop"),
            _ => with_header(moved, "location", "/end"),
        }
    })
    .await
    .unwrap();
    let mut exchange = message("", &[]);
    post(&server.url(), &[("httpMethod", "GET")], &mut exchange)
        .await
        .unwrap();
    assert_eq!(body(&exchange), "end");
    let error = post(&server.url(), &[], &mut message("", &[]))
        .await
        .unwrap_err();
    assert!(error.message.ends_with("with statusCode: 302"));
    let url = format!("{}/loop", server.url());
    let error = post(&url, &[("httpMethod", "GET")], &mut message("", &[]))
        .await
        .unwrap_err();
    assert_says(&error, "redirects more than");
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    const PACKED: [u8; 39] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
        0xd7, 0x51, 0x28, 0x48, 0x4c, 0xce, 0x4e, 0x4d, 0x51, 0x28, 0xcf, 0x2f, 0xca, 0x49, 0x01,
        0x00, 0x48, 0xef, 0x2e, 0xcc, 0x13, 0x00, 0x00, 0x00,
    ];
    let server = Server::start(|_| async {
        let packed = reply(StatusCode::OK, TEXT, PACKED.to_vec());
        with_header(packed, "content-encoding", "gzip")
    })
    .await
    .unwrap();
    let mut exchange = message("", &[("Accept-Encoding", "br")]);
    post(&server.url(), &[], &mut exchange).await.unwrap();
    assert_eq!(body(&exchange), "hello, packed world");
    assert_eq!(header(&exchange, "content-encoding"), None);
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
}
