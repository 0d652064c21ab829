//! Headers, metadata and credentials, whatever the operation.

use std::time::Duration;

use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::odata::{Options, Service};

use super::{NEW, call, call_as, shop};
use crate::support::{Caller, assert_says, header, message};

#[tokio::test]
async fn header_lists_are_empty_unless_filled() {
    let cases = [
        ("", "", false),
        ("If-Match|X-Own", "dataserviceversion", true),
        ("*", "*", true),
    ];
    for (requests, responses, crosses) in cases {
        let service = shop().await;
        let changes = [
            ("whitelistRequestHeaders", requests),
            ("whitelistResponseHeaders", responses),
        ];
        let mut exchange = message("", &[("X-Own", "o"), ("If-Match", "*")]);
        call(&service, &changes, &mut exchange).await.unwrap();
        let request = service.requests().pop().unwrap();
        assert_eq!(request.header("x-own").is_some(), crosses);
        assert_eq!(request.header("if-match").is_some(), crosses);
        assert_eq!(header(&exchange, "DataServiceVersion").is_some(), crosses);
    }
}

#[tokio::test]
async fn metadata_is_fetched_once_an_hour() {
    let service = shop().await;
    let caller = Caller::new();
    let url = service.url();
    let channel = [
        ("address", url.as_str()),
        ("operation", "Query(GET)"),
        ("resourcePath", "Products"),
    ];
    let receiver = caller.prepare(ReceiverKind::ODataV2, &channel).unwrap();
    let fetched = || {
        let requests = service.requests();
        requests
            .iter()
            .filter(|r| r.path().ends_with("$metadata"))
            .count()
    };
    let mut exchange = message("", &[]);
    for _ in 0..2 {
        caller.call(&receiver, &mut exchange).await.unwrap();
    }
    assert_eq!(fetched(), 1);
    caller.clock.advance(Duration::from_secs(3_600));
    exchange.set_property("SAP_ODataV2_RefreshCacheOnExpiry", "false");
    caller.call(&receiver, &mut exchange).await.unwrap();
    assert_eq!(fetched(), 1);
    exchange.set_property("SAP_ODataV2_RefreshCacheOnExpiry", "true");
    caller.call(&receiver, &mut exchange).await.unwrap();
    assert_eq!(fetched(), 2);
}

#[tokio::test]
async fn metadata_requests_have_lists_of_their_own() {
    let service = shop().await;
    let changes = [
        ("queryOptions", "$top=1&a=1&b=2"),
        ("metadataAllowedURIParams", "a"),
        ("metadataAllowedHeaders", "x-own"),
    ];
    let mut exchange = message("", &[("X-Own", "o"), ("X-Other", "p")]);
    call(&service, &changes, &mut exchange).await.unwrap();
    let requests = service.requests();
    assert_eq!(requests[0].query(), Some("a=1"));
    assert_eq!(requests[0].header("x-own"), Some("o"));
    assert_eq!(requests[0].header("x-other"), None);
    assert_eq!(requests[1].header("x-own"), None);
}

#[tokio::test]
async fn every_request_carries_the_credential() {
    let login = Some(("me".to_owned(), "secret".to_owned()));
    let service = Service::start(Options {
        login,
        csrf: true,
        ..Options::default()
    })
    .await
    .unwrap();
    let caller = Caller::new().with_user("Peer", "me", "secret");
    let changes = [
        ("operation", "Create(POST)"),
        ("authenticationMethod", "Basic"),
        ("alias", "Peer"),
    ];
    call_as(&caller, &service.url(), &changes, &mut message(NEW, &[]))
        .await
        .unwrap();
    assert_eq!(service.rows("Products").len(), 6);
    let wrong = Caller::new().with_user("Peer", "me", "wrong");
    let mut exchange = message(NEW, &[]);
    let error = call_as(&wrong, &service.url(), &changes, &mut exchange)
        .await
        .unwrap_err();
    assert_says(&error, "Unauthorized : 401");
    assert!(!error.message.contains("wrong"));
}
