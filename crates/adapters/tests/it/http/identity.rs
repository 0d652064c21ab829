//! Credentials and cookies, and who gets them.

use http::StatusCode;
use lockgate_flow::plan::{HttpSession, ReceiverKind};
use lockgate_testkit::http::{Server, reply};

use super::{TEXT, echo, post, with_header};
use crate::support::{Caller, assert_says, message};

#[tokio::test]
async fn nothing_of_the_message_follows_to_another_server() {
    let other = Server::start(echo).await.unwrap();
    let target = other.url();
    let server = Server::start(move |_| {
        let target = target.replace("://", "://user:secret@");
        let moved = reply(StatusCode::TEMPORARY_REDIRECT, TEXT, "");
        let response = with_header(moved, "location", &target);
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
    assert_says(&error, "\"Missing\"");
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
            with_header(reply(StatusCode::OK, TEXT, ""), "set-cookie", "s=1; Path=/")
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
