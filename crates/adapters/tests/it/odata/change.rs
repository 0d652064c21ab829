//! Creating, changing and deleting, with CSRF tokens.

use lockgate_flow::plan::HttpSession;

use super::{FORMATS, NEW, call, call_as, data_requests, protected_shop, shop, status};
use crate::support::{Caller, assert_says, body, message};

#[tokio::test]
async fn custom_options_go_with_every_request() {
    let service = protected_shop().await;
    let changes = [
        ("operation", "Delete(DELETE)"),
        ("resourcePath", "Products('HT-1000')"),
        ("queryOptions", "$select=Name"),
        ("customQueryOptions", "&sap-client=100"),
    ];
    let url = format!("{}?sap-language=EN", service.url());
    call_as(&Caller::new(), &url, &changes, &mut message("", &[]))
        .await
        .unwrap();
    let requests = service.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!(request.query(), Some("sap-language=EN&sap-client=100"));
    }
}

#[tokio::test]
async fn create_sends_an_entity_and_gives_back_the_created_one() {
    for content_type in FORMATS {
        let service = protected_shop().await;
        let changes = [("operation", "Create(POST)"), ("contentType", content_type)];
        let mut exchange = message(NEW, &[("Content-Type", "text/xml")]);
        call(&service, &changes, &mut exchange).await.unwrap();
        let text = body(&exchange);
        assert!(
            text.contains("<Products><Product><ProductId>X-1</ProductId><Name>A &amp; B</Name>"),
            "{text}"
        );
        assert_eq!(status(&exchange).as_deref(), Some("201"));
        let rows = service.rows("Products");
        let row = rows.last().unwrap();
        assert_eq!(
            (row["Name"].as_str(), row["Stock"].as_str()),
            ("A & B", "7")
        );
        assert_eq!(
            (row["Discontinued"].as_str(), row["Price"].as_str()),
            ("true", "1.50")
        );
        let requests = data_requests(&service);
        assert_eq!(requests[1].header("content-type"), Some(content_type));
    }
}

#[tokio::test]
async fn the_character_encoding_can_be_stated() {
    let service = shop().await;
    let changes = [("operation", "Create(POST)"), ("characterEncoding", "utf8")];
    call(&service, &changes, &mut message(NEW, &[]))
        .await
        .unwrap();
    let request = service.requests().pop().unwrap();
    assert_eq!(
        request.header("content-type"),
        Some("application/atom+xml; charset=utf-8")
    );
}

#[tokio::test]
async fn changes_answer_with_an_empty_body_and_204() {
    let change = "<Products><Product><Name>New</Name>\
        <Category xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/></Product></Products>";
    let cases = [
        ("Update(PUT)", "PUT", None),
        ("Merge(MERGE)", "MERGE", Some("34")),
        ("Patch(PATCH)", "PATCH", Some("34")),
    ];
    for (operation, method, stock) in cases {
        let service = protected_shop().await;
        let changes = [
            ("operation", operation),
            ("resourcePath", "Products('HT-1080')"),
        ];
        let mut exchange = message(change, &[]);
        call(&service, &changes, &mut exchange).await.unwrap();
        assert_eq!(body(&exchange), "");
        assert_eq!(status(&exchange).as_deref(), Some("204"));
        assert_eq!(data_requests(&service)[1].method, method);
        let rows = service.rows("Products");
        let row = rows
            .iter()
            .find(|row| row["ProductId"] == "HT-1080")
            .unwrap();
        assert_eq!(row["Name"], "New");
        assert_eq!(row.get("Category"), None);
        assert_eq!(row.get("Stock").map(String::as_str), stock, "{operation}");
    }
}

#[tokio::test]
async fn delete_sends_no_body() {
    let service = shop().await;
    let changes = [
        ("operation", "Delete(DELETE)"),
        ("resourcePath", "Products('HT-1080')"),
    ];
    let mut exchange = message("ignored", &[]);
    call(&service, &changes, &mut exchange).await.unwrap();
    assert_eq!(service.rows("Products").len(), 4);
    let request = service.requests().pop().unwrap();
    assert!(request.body.is_empty());
    assert_eq!(status(&exchange).as_deref(), Some("204"));
}

#[tokio::test]
async fn a_csrf_token_is_fetched_before_a_change() {
    let service = protected_shop().await;
    let changes = [("operation", "Create(POST)")];
    call(&service, &changes, &mut message(NEW, &[]))
        .await
        .unwrap();
    let requests = data_requests(&service);
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].header("x-csrf-token"), Some("Fetch"));
    assert_eq!(requests[0].path(), "/odata/shop/");
    assert_eq!(requests[1].header("x-csrf-token"), Some("1"));
    assert_eq!(requests[1].header("cookie"), Some("shop-session=1"));
    // Switched off, the service refuses the call.
    let changes = [("operation", "Create(POST)"), ("isCSRFEnabled", "false")];
    let mut exchange = message(NEW, &[]);
    let error = call(&service, &changes, &mut exchange).await.unwrap_err();
    assert_says(&error, "Forbidden : 403 : HTTP/1.1");
}

#[tokio::test]
async fn a_token_is_kept_for_the_session_and_replaced_when_it_expires() {
    let service = protected_shop().await;
    let caller = Caller::new().with_session(HttpSession::Exchange);
    let changes = [
        ("operation", "Merge(MERGE)"),
        ("resourcePath", "Products('HT-1080')"),
    ];
    let change = "<Product><Name>N</Name></Product>";
    let fetches = || {
        let requests = service.requests();
        requests
            .iter()
            .filter(|r| r.header("x-csrf-token") == Some("Fetch"))
            .count()
    };
    for _ in 0..2 {
        call_as(&caller, &service.url(), &changes, &mut message(change, &[]))
            .await
            .unwrap();
    }
    assert_eq!(fetches(), 1);
    service.expire_csrf_tokens();
    call_as(&caller, &service.url(), &changes, &mut message(change, &[]))
        .await
        .unwrap();
    assert_eq!(fetches(), 2);
}
