//! What goes wrong, when prepared and when called.

use http::{HeaderValue, StatusCode};
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::http::{Server, reply};

use super::{OSCI, call, call_as, shop, status};
use crate::support::{Caller, assert_says, body, message, overlay};

#[tokio::test]
async fn a_failure_leaves_the_services_answer_in_the_body() {
    let service = shop().await;
    let changes = [
        ("operation", "Read(GET)"),
        ("resourcePath", "Products('none')"),
    ];
    let mut exchange = message("question", &[]);
    let error = call(&service, &changes, &mut exchange).await.unwrap_err();
    assert_eq!(error.class, OSCI);
    assert_says(&error, "Not Found : 404 : HTTP/1.1");
    assert_eq!(error.response.unwrap().status, 404);
    assert!(
        body(&exchange).contains("<code>SHOP/404</code>"),
        "{}",
        body(&exchange)
    );
    assert_eq!(status(&exchange).as_deref(), Some("404"));
}

#[tokio::test]
async fn requests_that_make_no_sense_say_why() {
    let service = shop().await;
    let cases = [
        ("Create(POST)", "Products", "<Other/>", "holds no <Product>"),
        ("Create(POST)", "Products", "not xml", "well-formed"),
        (
            "Query(GET)",
            "Nothing",
            "",
            "does not lead to an entity set",
        ),
        ("Query(GET)", "../other/Products/$count", "", "segment"),
        ("FunctionImport", "Nothing", "", "no function import"),
    ];
    for (operation, path, text, part) in cases {
        let changes = [("operation", operation), ("resourcePath", path)];
        let mut exchange = message(text, &[]);
        let error = call(&service, &changes, &mut exchange).await.unwrap_err();
        assert_says(&error, part);
        assert_eq!(body(&exchange), text);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_odata_is_an_error() {
    let shop = shop().await;
    let metadata = Server::start({
        let url = shop.url();
        move |request| {
            let (url, metadata) = (url.clone(), request.path().ends_with("$metadata"));
            async move {
                let mut response = reply(StatusCode::OK, "text/html", "<html><p>Log on");
                if metadata {
                    *response.status_mut() = StatusCode::FOUND;
                    let target = HeaderValue::from_str(&format!("{url}/$metadata")).unwrap();
                    response.headers_mut().insert("location", target);
                }
                response
            }
        }
    })
    .await
    .unwrap();
    let mut exchange = message("", &[]);
    let error = call_as(&Caller::new(), &metadata.url(), &[], &mut exchange)
        .await
        .unwrap_err();
    assert_says(&error, "is not OData V2");
    assert_eq!(error.class, OSCI);
}

#[tokio::test]
async fn features_that_do_not_exist_yet_are_reported_when_prepared() {
    let cases = [
        ("enableBatchProcessing", "1"),
        ("pagination", "1"),
        ("operation", "Dynamic"),
        ("authenticationMethod", "Client Certificate"),
    ];
    for (key, value) in cases {
        let base = [("operation", "Query(GET)")];
        let channel = overlay(&base, &[(key, value)]);
        let problems = Caller::new()
            .prepare(ReceiverKind::ODataV2, &channel)
            .unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].setting, key);
        assert!(
            problems[0].message.contains("not supported yet"),
            "{}",
            problems[0].message
        );
    }
}
