//! Access tokens for receivers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use lockgate_core::secret::Secret;
use lockgate_engine::material::{OAuth2ClientCredential, RequestPart, TokenParameter};
use lockgate_engine::receiver::Receiver;
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::http::{Server, reply};

use crate::support::{Caller, assert_says, message};

/// A token endpoint that numbers its tokens.
async fn token_server(lifetime: &'static str) -> Server {
    let issued = AtomicUsize::new(0);
    Server::start(move |_| {
        let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
        let body =
            format!("{{\"access_token\":\"t{number}\",\"token_type\":\"bearer\"{lifetime}}}");
        async move { reply(StatusCode::OK, "application/json", body) }
    })
    .await
    .unwrap()
}

/// A service that accepts one token only.
async fn service(accepted: &'static str) -> Server {
    Server::start(move |request| async move {
        let given = request.header("authorization").unwrap_or_default();
        if accepted == "*" || given == format!("Bearer {accepted}") {
            reply(StatusCode::OK, "text/plain", "")
        } else {
            reply(StatusCode::UNAUTHORIZED, "text/plain", "")
        }
    })
    .await
    .unwrap()
}

fn client(tokens: &Server, in_body: bool) -> OAuth2ClientCredential {
    OAuth2ClientCredential {
        token_url: format!("{}/oauth/token", tokens.url()),
        client_id: "sb-1!b2|x".to_owned(),
        client_secret: Secret::from("se:cret"),
        scope: "a b".to_owned(),
        in_body,
        as_json: false,
        resource: String::new(),
        audience: String::new(),
        parameters: Vec::new(),
    }
}

fn parameter(key: &str, value: &str, part: RequestPart) -> TokenParameter {
    TokenParameter {
        key: key.to_owned(),
        value: value.to_owned(),
        part,
    }
}

fn receiver(caller: &Caller, service: &Server) -> Arc<dyn Receiver> {
    let url = service.url();
    let channel = [
        ("httpAddressWithoutQuery", url.as_str()),
        ("authenticationMethod", "OAuth2 Client Credentials"),
        ("credentialName", "Peer"),
    ];
    caller.prepare(ReceiverKind::Http, &channel).unwrap()
}

#[tokio::test]
async fn a_token_is_fetched_once_and_renewed_before_it_expires() {
    let (tokens, service) = (
        token_server(",\"expires_in\":600").await,
        service("*").await,
    );
    let caller = Caller::new().with_oauth2("Peer", client(&tokens, false));
    let receiver = receiver(&caller, &service);
    for _ in 0..3 {
        caller.call(&receiver, &mut message("", &[])).await.unwrap();
    }
    assert_eq!(tokens.requests().len(), 1);
    caller.clock.advance(Duration::from_secs(571));
    caller.call(&receiver, &mut message("", &[])).await.unwrap();
    assert_eq!(tokens.requests().len(), 2);
    let used: Vec<_> = service.requests();
    let used: Vec<_> = used
        .iter()
        .filter_map(|request| request.header("authorization"))
        .collect();
    assert_eq!(used, ["Bearer t1", "Bearer t1", "Bearer t1", "Bearer t2"]);
}

#[tokio::test]
async fn a_token_without_a_lifetime_is_not_kept() {
    let (tokens, service) = (token_server("").await, service("*").await);
    let caller = Caller::new().with_oauth2("Peer", client(&tokens, false));
    let receiver = receiver(&caller, &service);
    for _ in 0..2 {
        caller.call(&receiver, &mut message("", &[])).await.unwrap();
    }
    assert_eq!(tokens.requests().len(), 2);
}

#[tokio::test]
async fn the_client_authenticates_in_the_header_or_in_the_form() {
    for in_body in [false, true] {
        let (tokens, service) = (token_server("").await, service("*").await);
        let caller = Caller::new().with_oauth2("Peer", client(&tokens, in_body));
        let receiver = receiver(&caller, &service);
        caller.call(&receiver, &mut message("", &[])).await.unwrap();
        let request = &tokens.requests()[0];
        let form = "grant_type=client_credentials&scope=a+b";
        if in_body {
            let form = format!("{form}&client_id=sb-1%21b2%7Cx&client_secret=se%3Acret");
            assert_eq!(request.text(), form);
            assert_eq!(request.header("authorization"), None);
        } else {
            assert_eq!(request.text(), form);
            let basic = "Basic c2ItMSFiMnx4OnNlOmNyZXQ=";
            assert_eq!(request.header("authorization"), Some(basic));
        }
    }
}

#[tokio::test]
async fn what_a_token_endpoint_wants_besides_goes_where_it_wants_it() {
    for as_json in [false, true] {
        let (tokens, service) = (token_server("").await, service("*").await);
        let client = OAuth2ClientCredential {
            as_json,
            resource: "urn:r".to_owned(),
            audience: "https://a".to_owned(),
            parameters: vec![
                parameter("tenant", "t 1", RequestPart::Body),
                parameter("api-version", "2&3", RequestPart::Url),
                parameter("x-tenant", "t1", RequestPart::Header),
            ],
            ..client(&tokens, false)
        };
        let caller = Caller::new().with_oauth2("Peer", client);
        let receiver = receiver(&caller, &service);
        caller.call(&receiver, &mut message("", &[])).await.unwrap();
        let request = &tokens.requests()[0];
        let (media_type, body) = match as_json {
            true => (
                "application/json",
                r#"{"grant_type":"client_credentials","scope":"a b","resource":"urn:r","audience":"https://a","tenant":"t 1"}"#,
            ),
            false => (
                "application/x-www-form-urlencoded",
                "grant_type=client_credentials&scope=a+b&resource=urn%3Ar&audience=https%3A%2F%2Fa&tenant=t+1",
            ),
        };
        assert_eq!(request.text(), body);
        assert_eq!(request.header("content-type"), Some(media_type));
        assert_eq!(request.header("x-tenant"), Some("t1"));
        assert_eq!(request.target, "/oauth/token?api-version=2%263");
    }
}

#[tokio::test]
async fn a_changed_credential_gets_a_new_token() {
    let (tokens, service) = (
        token_server(",\"expires_in\":600").await,
        service("*").await,
    );
    let first = client(&tokens, false);
    let second = OAuth2ClientCredential {
        audience: "https://other".to_owned(),
        ..first.clone()
    };
    let mut caller = Caller::new().with_oauth2("Peer", first);
    let receiver = receiver(&caller, &service);
    caller.call(&receiver, &mut message("", &[])).await.unwrap();
    caller = caller.with_oauth2("Peer", second);
    caller.call(&receiver, &mut message("", &[])).await.unwrap();
    assert_eq!(tokens.requests().len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let (tokens, service) = (
        token_server(",\"expires_in\":600").await,
        service("t2").await,
    );
    let caller = Caller::new().with_oauth2("Peer", client(&tokens, false));
    let receiver = receiver(&caller, &service);
    caller.call(&receiver, &mut message("", &[])).await.unwrap();
    assert_eq!(tokens.requests().len(), 2);
    // A service that refuses every token gets two tries.
    let stubborn = self::service("none").await;
    let receiver = self::receiver(&caller, &stubborn);
    let error = caller
        .call(&receiver, &mut message("", &[]))
        .await
        .unwrap_err();
    assert!(
        error.message.ends_with("statusCode: 401"),
        "{}",
        error.message
    );
    assert_eq!(stubborn.requests().len(), 2);
}

#[tokio::test]
async fn calls_at_the_same_time_share_a_token() {
    let (tokens, service) = (
        token_server(",\"expires_in\":600").await,
        service("*").await,
    );
    let caller = Caller::new().with_oauth2("Peer", client(&tokens, false));
    let receiver = receiver(&caller, &service);
    let (mut a, mut b) = (message("", &[]), message("", &[]));
    let (a, b) = tokio::join!(
        caller.call(&receiver, &mut a),
        caller.call(&receiver, &mut b)
    );
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(tokens.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_says_what_the_token_server_said_and_no_secret() {
    let answers = [
        (
            StatusCode::UNAUTHORIZED,
            r#"{"error":"invalid_client","error_description":"Bad"}"#,
            "invalid_client Bad",
        ),
        (StatusCode::OK, "{}", "no access_token"),
        (StatusCode::BAD_GATEWAY, "<html>", "502"),
    ];
    for (status, answer, part) in answers {
        let tokens =
            Server::start(move |_| async move { reply(status, "application/json", answer) })
                .await
                .unwrap();
        let service = service("*").await;
        let caller = Caller::new().with_oauth2("Peer", client(&tokens, true));
        let receiver = receiver(&caller, &service);
        let error = caller
            .call(&receiver, &mut message("", &[]))
            .await
            .unwrap_err();
        assert_says(&error, part);
        assert_says(&error, "\"Peer\"");
        assert!(!error.message.contains("se:cret") && !error.message.contains("se%3A"));
        assert!(service.requests().is_empty());
    }
}
