//! HTTP receiver.

use http::{HeaderValue, StatusCode};
use lockgate_engine::exchange::{Attachment, Exchange};
use lockgate_engine::value::Value;
use lockgate_flow::plan::{HttpSession, ReceiverKind};
use lockgate_testkit::http::{Request, Response, Server, reply};

use crate::support::{Caller, body, bytes, header, message, overlay};

const TEXT: &str = "text/plain";

async fn echo(request: Request) -> Response {
    reply(StatusCode::OK, TEXT, request.body)
}

/// Calls `url` once with changes to an ordinary POST channel.
async fn post(
    url: &str,
    changes: &[(&str, &str)],
    exchange: &mut Exchange,
) -> Result<(), lockgate_engine::error::StepError> {
    let base = [
        ("httpAddressWithoutQuery", url),
        ("httpMethod", "POST"),
        ("allowedResponseHeaders", "*"),
    ];
    let caller = Caller::new();
    let receiver = caller
        .prepare(ReceiverKind::Http, &overlay(&base, changes))
        .unwrap();
    caller.call(&receiver, exchange).await
}

#[tokio::test]
async fn the_answer_replaces_the_body_and_adds_headers() {
    let server = Server::start(|_| async {
        let mut response = reply(StatusCode::CREATED, "application/json", "{}");
        response
            .headers_mut()
            .insert("x-answer", HeaderValue::from_static("a"));
        response
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
    let server = Server::start(|_| async {
        let mut response = reply(StatusCode::OK, TEXT, "");
        response
            .headers_mut()
            .insert("x-answer", HeaderValue::from_static("a"));
        response
    })
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
        assert!(
            error.message.contains("not an HTTP method"),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn the_target_is_put_together_from_address_and_query() {
    let server = Server::start(echo).await.unwrap();
    let cases = [
        ("/a", "", "/a"),
        ("/a", "?x=1", "/a?x=1"),
        ("/a?x=1", "y=a b", "/a?x=1&y=a%20b"),
        (
            "/a",
            "$filter=K eq 'x%20y'",
            "/a?$filter=K%20eq%20%27x%20y%27",
        ),
        ("/${header.P}#fragment", "q=${header.P}", "/p?q=p"),
        ("/a b", "", "/a%20b"),
    ];
    for (path, query, expected) in cases {
        let url = format!("{}{path}", server.url());
        let mut exchange = message("", &[("P", "p")]);
        post(&url, &[("httpAddressQuery", query)], &mut exchange)
            .await
            .unwrap();
        assert_eq!(server.requests().pop().unwrap().target, expected);
    }
}

#[tokio::test]
async fn steps_may_steer_the_target_by_headers() {
    let server = Server::start(echo).await.unwrap();
    let other = Server::start(echo).await.unwrap();
    let mut exchange = message(
        "",
        &[("CamelHttpQuery", "?a=1"), ("CamelHttpPath", "/deep er")],
    );
    exchange
        .headers
        .set("CamelHttpUri", format!("{}/x/", other.url()));
    post(&server.url(), &[], &mut exchange).await.unwrap();
    assert!(server.requests().is_empty());
    assert_eq!(other.requests()[0].target, "/x/deep%20er?a=1");
    // The channel's own query wins over the header.
    let mut exchange = message("", &[("CamelHttpQuery", "a=1")]);
    post(&server.url(), &[("httpAddressQuery", "b=2")], &mut exchange)
        .await
        .unwrap();
    assert_eq!(server.requests()[0].target, "/?b=2");
}

#[tokio::test]
async fn a_senders_path_and_query_do_not_leak_into_the_call() {
    let server = Server::start(echo).await.unwrap();
    let mut exchange = message("", &[]);
    exchange.headers.set_received("CamelHttpQuery", "a=1");
    exchange.headers.set_received("CamelHttpPath", "admin");
    post(&server.url(), &[], &mut exchange).await.unwrap();
    assert_eq!(server.requests()[0].target, "/");
    let forwarded = [("httpAddressQuery", "${header.CamelHttpQuery}")];
    post(&server.url(), &forwarded, &mut exchange)
        .await
        .unwrap();
    assert_eq!(server.requests()[1].target, "/?a=1");
}

#[tokio::test]
async fn a_path_header_cannot_climb() {
    let server = Server::start(echo).await.unwrap();
    for path in ["../secret", "a/%2e%2e/b"] {
        let mut exchange = message("", &[("CamelHttpPath", path)]);
        let url = format!("{}/base", server.url());
        assert!(post(&url, &[], &mut exchange).await.is_err());
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_failed_call_is_an_exception_with_the_answer_inside() {
    let server = Server::start(|_| async {
        let mut response = reply(StatusCode::UNPROCESSABLE_ENTITY, TEXT, "no good");
        response
            .headers_mut()
            .insert("x-answer", HeaderValue::from_static("a"));
        response
    })
    .await
    .unwrap();
    let mut exchange = message("question", &[]);
    let query = [("httpAddressQuery", "a=1")];
    let error = post(&server.url(), &query, &mut exchange)
        .await
        .unwrap_err();
    let url = format!("{}/?a=1", server.url());
    assert_eq!(
        error.message,
        format!("HTTP operation failed invoking {url} with statusCode: 422")
    );
    assert_eq!(
        error.class,
        "org.apache.camel.component.ahc.AhcOperationFailedException"
    );
    let response = error.response.unwrap();
    assert_eq!((response.status, response.uri), (422, url));
    assert_eq!(response.status_text, "Unprocessable Entity");
    assert_eq!(response.body, "no good");
    assert!(
        response
            .headers
            .contains(&("x-answer".to_owned(), "a".to_owned()))
    );
    // The message keeps its body and gets no headers but the status.
    assert_eq!(body(&exchange), "question");
    assert_eq!(header(&exchange, "x-answer"), None);
    assert_eq!(
        header(&exchange, "CamelHttpResponseCode").as_deref(),
        Some("422")
    );
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
async fn failures_can_be_taken_as_answers() {
    let server = Server::start(|_| async { reply(StatusCode::NOT_FOUND, TEXT, "none") })
        .await
        .unwrap();
    let mut exchange = message("question", &[]);
    let changes = [("throwExceptionOnFailure", "false")];
    post(&server.url(), &changes, &mut exchange).await.unwrap();
    assert_eq!(body(&exchange), "none");
    assert_eq!(
        header(&exchange, "CamelHttpResponseCode").as_deref(),
        Some("404")
    );
}

#[tokio::test]
async fn redirects_are_followed_for_get_only() {
    let server = Server::start(|request| async move {
        let mut response = reply(StatusCode::FOUND, TEXT, "moved");
        if request.path() == "/end" {
            response = reply(StatusCode::OK, TEXT, "end");
        } else {
            let target = if request.path() == "/loop" {
                "/loop"
            } else {
                "/end"
            };
            response
                .headers_mut()
                .insert("location", HeaderValue::from_static(target));
        }
        response
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
    assert!(
        error.message.contains("redirects more than"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn nothing_of_the_message_follows_to_another_server() {
    let other = Server::start(echo).await.unwrap();
    let target = other.url();
    let server = Server::start(move |_| {
        let mut response = reply(StatusCode::TEMPORARY_REDIRECT, TEXT, "");
        let target = target.replace("://", "://user:secret@");
        let target = HeaderValue::from_str(&target).unwrap();
        response.headers_mut().insert("location", target);
        async { response }
    })
    .await
    .unwrap();
    let caller = Caller::new().with_user("Peer", "me", "secret");
    let url = server.url();
    let channel = [
        ("httpAddressWithoutQuery", url.as_str()),
        ("httpMethod", "GET"),
        ("httpShouldSendBody", "true"),
        ("authenticationMethod", "Basic"),
        ("credentialName", "Peer"),
    ];
    let receiver = caller.prepare(ReceiverKind::Http, &channel).unwrap();
    let headers = [("Cookie", "a=b"), ("apikey", "k"), ("Accept", TEXT)];
    let mut exchange = message("b", &headers);
    caller.call(&receiver, &mut exchange).await.unwrap();
    let first = &server.requests()[0];
    assert!(first.header("authorization").is_some());
    assert_eq!((first.header("apikey"), &*first.text()), (Some("k"), "b"));
    let redirected = &other.requests()[0];
    for name in ["authorization", "cookie", "apikey", "content-type"] {
        assert_eq!(redirected.header(name), None, "{name}");
    }
    assert_eq!(redirected.header("accept"), Some(TEXT));
    assert!(redirected.body.is_empty());
}

#[tokio::test]
async fn basic_authentication_uses_a_deployed_credential() {
    let server = Server::start(echo).await.unwrap();
    let caller = Caller::new().with_user("Peer", "me", "secret");
    let url = server.url();
    let channel = [
        ("httpAddressWithoutQuery", url.as_str()),
        ("authenticationMethod", "Basic"),
        ("credentialName", "${property.name}"),
    ];
    let receiver = caller.prepare(ReceiverKind::Http, &channel).unwrap();
    let mut exchange = message("", &[("Authorization", "Bearer leaked")]);
    exchange.set_property("name", "Peer");
    caller.call(&receiver, &mut exchange).await.unwrap();
    let authorization = "Basic bWU6c2VjcmV0";
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some(authorization)
    );
    exchange.set_property("name", "Missing");
    let error = caller.call(&receiver, &mut exchange).await.unwrap_err();
    assert!(error.message.contains("\"Missing\""), "{}", error.message);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn without_authentication_a_steps_own_authorization_goes_out() {
    let server = Server::start(echo).await.unwrap();
    let mut exchange = message("", &[("Authorization", "Custom x")]);
    post(
        &server.url(),
        &[("authenticationMethod", "None")],
        &mut exchange,
    )
    .await
    .unwrap();
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some("Custom x")
    );
}

#[tokio::test]
async fn cookies_live_as_long_as_the_flow_says() {
    for (session, returned) in [
        (HttpSession::None, None),
        (HttpSession::Exchange, Some("s=1")),
    ] {
        let server = Server::start(|_| async {
            let mut response = reply(StatusCode::OK, TEXT, "");
            response
                .headers_mut()
                .insert("set-cookie", HeaderValue::from_static("s=1; Path=/"));
            response
        })
        .await
        .unwrap();
        let url = server.url();
        let caller = Caller::new().with_session(session);
        let channel = [
            ("httpAddressWithoutQuery", url.as_str()),
            ("allowedRequestHeaders", ""),
        ];
        let receiver = caller.prepare(ReceiverKind::Http, &channel).unwrap();
        for _ in 0..2 {
            caller.call(&receiver, &mut message("", &[])).await.unwrap();
        }
        let requests = server.requests();
        assert_eq!(requests[0].header("cookie"), None);
        assert_eq!(requests[1].header("cookie"), returned);
    }
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    const PACKED: [u8; 39] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
        0xd7, 0x51, 0x28, 0x48, 0x4c, 0xce, 0x4e, 0x4d, 0x51, 0x28, 0xcf, 0x2f, 0xca, 0x49, 0x01,
        0x00, 0x48, 0xef, 0x2e, 0xcc, 0x13, 0x00, 0x00, 0x00,
    ];
    let server = Server::start(|_| async {
        let mut response = reply(StatusCode::OK, TEXT, PACKED.to_vec());
        let gzip = HeaderValue::from_static("gzip");
        response.headers_mut().insert("content-encoding", gzip);
        response
    })
    .await
    .unwrap();
    let mut exchange = message("", &[("Accept-Encoding", "br")]);
    post(&server.url(), &[], &mut exchange).await.unwrap();
    assert_eq!(body(&exchange), "hello, packed world");
    assert_eq!(header(&exchange, "content-encoding"), None);
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn listed_statuses_are_retried() {
    for (iterations, expected) in [("1", 503), ("2", 200)] {
        let answers = std::sync::atomic::AtomicUsize::new(0);
        let server = Server::start(move |_| {
            let earlier = answers.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let status = if earlier < 2 {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::OK
            };
            let mut response = reply(status, TEXT, "");
            response
                .headers_mut()
                .insert("retry-after", HeaderValue::from_static("0"));
            async { response }
        })
        .await
        .unwrap();
        let changes = [
            ("retryOnConnectionFailure", "true"),
            ("httpErrorResponseCodes", "500, 503"),
            ("retryIteration", iterations),
            ("retryInterval", "60"),
            ("throwExceptionOnFailure", "false"),
        ];
        let mut exchange = message("b", &[]);
        post(&server.url(), &changes, &mut exchange).await.unwrap();
        let code = header(&exchange, "CamelHttpResponseCode");
        assert_eq!(code, Some(expected.to_string()));
        let bodies: Vec<String> = server.requests().iter().map(Request::text).collect();
        assert!(bodies.iter().all(|body| body == "b"), "{bodies:?}");
    }
}

#[tokio::test]
async fn settings_that_can_never_work_are_all_reported() {
    let caller = Caller::new();
    let channel = [
        ("httpAddressWithoutQuery", "<Host>:<Port>"),
        ("httpRequestTimeout", "<Timeout>"),
        ("httpMethod", "FETCH"),
        ("authenticationMethod", "Client Certificate"),
        ("throwExceptionOnFailure", "maybe"),
        ("proxyType", "manual"),
        ("httpAddressQuery", "${unclosed"),
    ];
    let problems = caller.prepare(ReceiverKind::Http, &channel).unwrap_err();
    let mut settings: Vec<&str> = problems.iter().map(|p| p.setting.as_str()).collect();
    settings.sort_unstable();
    assert_eq!(
        settings,
        [
            "authenticationMethod",
            "httpAddressQuery",
            "httpMethod",
            "proxyType",
            "throwExceptionOnFailure"
        ]
    );
    let authentication = problems
        .iter()
        .find(|p| p.setting == "authenticationMethod")
        .unwrap();
    assert!(authentication.message.contains("not supported yet"));
    assert_eq!(authentication.channel, "Channel");
}

#[tokio::test]
async fn placeholders_fail_at_the_call() {
    for (key, value, part) in [
        ("httpAddressWithoutQuery", "<Host>:<Port>", "not an address"),
        ("httpRequestTimeout", "<Timeout>", "httpRequestTimeout"),
    ] {
        let changes = [(key, value)];
        let mut exchange = message("", &[]);
        let error = post("http://127.0.0.1:9/", &changes, &mut exchange)
            .await
            .unwrap_err();
        assert!(error.message.contains(part), "{}", error.message);
    }
}
