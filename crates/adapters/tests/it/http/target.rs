//! Where a call goes.

use lockgate_testkit::http::Server;

use super::{echo, post};
use crate::support::message;

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
async fn the_message_log_is_told_where_a_call_went_without_its_query() {
    let server = Server::start(echo).await.unwrap();
    let url = format!("{}/orders", server.url());
    let mut exchange = message("", &[]);
    let query = [("httpAddressQuery", "api_key=hunter2")];
    post(&url, &query, &mut exchange).await.unwrap();
    let told = format!("{:?}", exchange.log);
    assert!(told.contains(&format!("{url:?}")), "{told}");
    assert!(
        told.contains("\"200\"") && !told.contains("hunter2"),
        "{told}"
    );
}
