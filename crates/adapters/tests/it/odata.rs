//! OData V2 receiver against the product service.

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_flow::plan::{HttpSession, ReceiverKind};
use lockgate_testkit::http::{Request, Server, reply};
use lockgate_testkit::odata::{Options, Service};

use crate::support::{Caller, body, header, message, overlay};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const OSCI: &str = "com.sap.gateway.core.ip.component.odata.exception.OsciException";

/// Calls an OData channel once.
async fn call(
    caller: &Caller,
    url: &str,
    changes: &[(&str, &str)],
    exchange: &mut Exchange,
) -> Result<(), StepError> {
    let base = [
        ("address", url),
        ("operation", "Query(GET)"),
        ("resourcePath", "Products"),
        ("isCSRFEnabled", "true"),
    ];
    let receiver = caller
        .prepare(ReceiverKind::ODataV2, &overlay(&base, changes))
        .unwrap();
    caller.call(&receiver, exchange).await
}

/// What a channel answers.
async fn answer(service: &Service, changes: &[(&str, &str)]) -> String {
    let mut exchange = message("", &[]);
    call(&Caller::new(), &service.url(), changes, &mut exchange)
        .await
        .unwrap();
    body(&exchange).strip_prefix(XML).unwrap().to_owned()
}

async fn shop() -> Service {
    Service::start(Options::default()).await.unwrap()
}

/// Requests without those for metadata.
fn data_requests(service: &Service) -> Vec<Request> {
    let mut requests = service.requests();
    requests.retain(|request| !request.path().ends_with("$metadata"));
    requests
}

const SCANNER: &str = "<Product><ProductId>HT-1080</ProductId><Name>Photo Scan</Name></Product>";

#[tokio::test]
async fn a_query_gives_the_same_xml_over_either_wire_format() {
    for content_type in ["application/atom+xml", "application/json"] {
        let service = shop().await;
        let changes = [
            ("contentType", content_type),
            (
                "queryOptions",
                "$filter=ProductId eq '${header.Id}'&$select=ProductId,Name",
            ),
        ];
        let mut exchange = message(
            "",
            &[("Id", "HT-1080"), ("Content-Type", "application/json")],
        );
        call(&Caller::new(), &service.url(), &changes, &mut exchange)
            .await
            .unwrap();
        assert_eq!(
            body(&exchange),
            format!("{XML}<Products>{SCANNER}</Products>")
        );
        assert_eq!(
            header(&exchange, "CamelHttpResponseCode").as_deref(),
            Some("200")
        );
        assert_eq!(
            header(&exchange, "Content-Type").as_deref(),
            Some("application/xml")
        );
        let requests = data_requests(&service);
        assert_eq!(
            requests[0].query(),
            Some("$filter=ProductId%20eq%20%27HT-1080%27&$select=ProductId,Name")
        );
        assert!(
            requests[0]
                .header("accept")
                .unwrap()
                .starts_with(content_type)
        );
    }
}

#[tokio::test]
async fn a_read_gives_all_kinds_of_values() {
    for content_type in ["application/atom+xml", "application/json"] {
        let changes = [
            ("operation", "Read(GET)"),
            ("resourcePath", "Products('HT-1080')"),
            ("contentType", content_type),
        ];
        assert_eq!(
            answer(&shop().await, &changes).await,
            "<Products><Product><ProductId>HT-1080</ProductId><Name>Photo Scan</Name>\
            <Category>Scanners</Category><Price>129.00</Price><CurrencyCode>EUR</CurrencyCode>\
            <Stock>34</Stock><Discontinued>false</Discontinued>\
            <ListedSince>2024-01-31T09:30:00.000</ListedSince><SupplierId>S-2</SupplierId>\
            </Product></Products>"
        );
    }
}

#[tokio::test]
async fn nulls_and_expanded_entities_are_shown() {
    for content_type in ["application/atom+xml", "application/json"] {
        let service = shop().await;
        let lamp = [
            ("contentType", content_type),
            (
                "queryOptions",
                "$filter=ProductId eq 'HT-1090'&$select=Name,SupplierId&$expand=Supplier",
            ),
        ];
        let nil = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"";
        assert_eq!(
            answer(&service, &lamp).await,
            format!(
                "<Products><Product><Name>Copperberry &amp; Sons &lt;Desk Lamp&gt;</Name>\
                <SupplierId {nil}/><Supplier/></Product></Products>"
            )
        );
        let supplier = [
            ("contentType", content_type),
            ("resourcePath", "Suppliers"),
            (
                "queryOptions",
                "$filter=SupplierId eq 'S-2'&$select=City&$expand=Products",
            ),
        ];
        let text = answer(&service, &supplier).await;
        let start = "<Suppliers><Supplier><City>Jena</City><Products><Product><ProductId>HT-1080";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(text.matches("<Product>").count(), 2);
    }
}

#[tokio::test]
async fn paths_over_navigation_properties_name_the_target() {
    let service = shop().await;
    let changes = [
        ("operation", "Read(GET)"),
        ("resourcePath", "Products('HT-1080')/Supplier"),
    ];
    let text = answer(&service, &changes).await;
    assert!(
        text.starts_with("<Suppliers><Supplier><SupplierId>S-2"),
        "{text}"
    );
}

#[tokio::test]
async fn an_empty_result_is_an_empty_set() {
    let changes = [("queryOptions", "$filter=ProductId eq 'none'")];
    assert_eq!(answer(&shop().await, &changes).await, "<Products/>");
}

#[tokio::test]
async fn pages_of_the_service_are_merged() {
    for content_type in ["application/atom+xml", "application/json"] {
        let options = Options {
            page_size: Some(2),
            ..Options::default()
        };
        let service = Service::start(options).await.unwrap();
        let changes = [
            ("queryOptions", "$select=ProductId"),
            ("customQueryOptions", "sap-client=100"),
            ("contentType", content_type),
        ];
        let text = answer(&service, &changes).await;
        assert_eq!(text.matches("<Product>").count(), 5);
        let requests = data_requests(&service);
        let queries: Vec<&str> = requests.iter().filter_map(Request::query).collect();
        assert_eq!(
            queries,
            [
                "$select=ProductId&sap-client=100",
                "$select=ProductId&sap-client=100&$skiptoken=2",
                "$select=ProductId&sap-client=100&$skiptoken=4"
            ]
        );
    }
}

#[tokio::test]
async fn a_page_size_pages_by_top_and_skip() {
    let cases = [
        ("", 5, 3),
        ("$top=3", 3, 2),
        ("$top=4", 4, 2),
        ("$skip=4", 1, 1),
        ("$top=0", 0, 1),
    ];
    for (query, products, requests) in cases {
        let service = shop().await;
        let changes = [("odatapagesize", "2"), ("queryOptions", query)];
        let text = answer(&service, &changes).await;
        assert_eq!(text.matches("<Product>").count(), products, "{query}");
        assert_eq!(data_requests(&service).len(), requests, "{query}");
    }
}

#[tokio::test]
async fn custom_options_go_with_every_request() {
    let service = Service::start(Options {
        csrf: true,
        ..Options::default()
    })
    .await
    .unwrap();
    let changes = [
        ("operation", "Delete(DELETE)"),
        ("resourcePath", "Products('HT-1000')"),
        ("queryOptions", "$select=Name"),
        ("customQueryOptions", "&sap-client=100"),
    ];
    let url = format!("{}?sap-language=EN", service.url());
    call(&Caller::new(), &url, &changes, &mut message("", &[]))
        .await
        .unwrap();
    let requests = service.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!(request.query(), Some("sap-language=EN&sap-client=100"));
    }
}

const NEW: &str = "<Products><Product><ProductId>X-1</ProductId><Name>A &amp; B</Name><Stock>7</Stock>\
    <Discontinued>true</Discontinued><Price>1.50</Price></Product></Products>";

#[tokio::test]
async fn create_sends_an_entity_and_gives_back_the_created_one() {
    for content_type in ["application/atom+xml", "application/json"] {
        let service = Service::start(Options {
            csrf: true,
            ..Options::default()
        })
        .await
        .unwrap();
        let changes = [("operation", "Create(POST)"), ("contentType", content_type)];
        let mut exchange = message(NEW, &[("Content-Type", "text/xml")]);
        call(&Caller::new(), &service.url(), &changes, &mut exchange)
            .await
            .unwrap();
        let text = body(&exchange);
        assert!(
            text.contains("<Products><Product><ProductId>X-1</ProductId><Name>A &amp; B</Name>"),
            "{text}"
        );
        assert_eq!(
            header(&exchange, "CamelHttpResponseCode").as_deref(),
            Some("201")
        );
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
    call(
        &Caller::new(),
        &service.url(),
        &changes,
        &mut message(NEW, &[]),
    )
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
        let service = Service::start(Options {
            csrf: true,
            ..Options::default()
        })
        .await
        .unwrap();
        let changes = [
            ("operation", operation),
            ("resourcePath", "Products('HT-1080')"),
        ];
        let mut exchange = message(change, &[]);
        call(&Caller::new(), &service.url(), &changes, &mut exchange)
            .await
            .unwrap();
        assert_eq!(body(&exchange), "");
        assert_eq!(
            header(&exchange, "CamelHttpResponseCode").as_deref(),
            Some("204")
        );
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
    call(&Caller::new(), &service.url(), &changes, &mut exchange)
        .await
        .unwrap();
    assert_eq!(service.rows("Products").len(), 4);
    let request = service.requests().pop().unwrap();
    assert!(request.body.is_empty());
    assert_eq!(
        header(&exchange, "CamelHttpResponseCode").as_deref(),
        Some("204")
    );
}

#[tokio::test]
async fn function_imports_are_called_by_their_own_method() {
    let service = Service::start(Options {
        csrf: true,
        ..Options::default()
    })
    .await
    .unwrap();
    let cases = [
        (
            "StockOf",
            "ProductId='HT-1080'",
            "<StockOf>34</StockOf>",
            "GET",
        ),
        (
            "ProductsInCategory",
            "Category='${header.C}'&$select=Name",
            "<Products><Product><Name>Copperberry",
            "GET",
        ),
        (
            "Discontinue",
            "ProductId='HT-1080'&$select=Discontinued",
            "<Products><Product><Discontinued>true</",
            "POST",
        ),
    ];
    for (name, query, start, method) in cases {
        for content_type in ["application/atom+xml", "application/json"] {
            let changes = [
                ("operation", "FunctionImport"),
                ("resourcePath", name),
                ("queryOptions", query),
                ("contentType", content_type),
            ];
            let mut exchange = message("", &[("C", "Lighting")]);
            call(&Caller::new(), &service.url(), &changes, &mut exchange)
                .await
                .unwrap();
            let text = body(&exchange);
            assert!(text.starts_with(&format!("{XML}{start}")), "{text}");
            assert_eq!(service.requests().pop().unwrap().method, method);
        }
    }
}

#[tokio::test]
async fn a_csrf_token_is_fetched_before_a_change() {
    let service = Service::start(Options {
        csrf: true,
        ..Options::default()
    })
    .await
    .unwrap();
    let changes = [("operation", "Create(POST)")];
    call(
        &Caller::new(),
        &service.url(),
        &changes,
        &mut message(NEW, &[]),
    )
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
    let error = call(&Caller::new(), &service.url(), &changes, &mut exchange)
        .await
        .unwrap_err();
    assert!(
        error.message.starts_with("Forbidden : 403 : HTTP/1.1"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn a_token_is_kept_for_the_session_and_replaced_when_it_expires() {
    let service = Service::start(Options {
        csrf: true,
        ..Options::default()
    })
    .await
    .unwrap();
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
        call(&caller, &service.url(), &changes, &mut message(change, &[]))
            .await
            .unwrap();
    }
    assert_eq!(fetches(), 1);
    service.expire_csrf_tokens();
    call(&caller, &service.url(), &changes, &mut message(change, &[]))
        .await
        .unwrap();
    assert_eq!(fetches(), 2);
}

#[tokio::test]
async fn a_failure_leaves_the_services_answer_in_the_body() {
    let service = shop().await;
    let changes = [
        ("operation", "Read(GET)"),
        ("resourcePath", "Products('none')"),
    ];
    let mut exchange = message("question", &[]);
    let error = call(&Caller::new(), &service.url(), &changes, &mut exchange)
        .await
        .unwrap_err();
    assert_eq!(error.class, OSCI);
    assert!(
        error.message.starts_with("Not Found : 404 : HTTP/1.1"),
        "{}",
        error.message
    );
    assert_eq!(error.response.unwrap().status, 404);
    assert!(
        body(&exchange).contains("<code>SHOP/404</code>"),
        "{}",
        body(&exchange)
    );
    assert_eq!(
        header(&exchange, "CamelHttpResponseCode").as_deref(),
        Some("404")
    );
}

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
        call(&Caller::new(), &service.url(), &changes, &mut exchange)
            .await
            .unwrap();
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
    call(&Caller::new(), &service.url(), &changes, &mut exchange)
        .await
        .unwrap();
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
    call(&caller, &service.url(), &changes, &mut message(NEW, &[]))
        .await
        .unwrap();
    assert_eq!(service.rows("Products").len(), 6);
    let wrong = Caller::new().with_user("Peer", "me", "wrong");
    let mut exchange = message(NEW, &[]);
    let error = call(&wrong, &service.url(), &changes, &mut exchange)
        .await
        .unwrap_err();
    assert!(
        error.message.starts_with("Unauthorized : 401"),
        "{}",
        error.message
    );
    assert!(!error.message.contains("wrong"));
}

#[tokio::test]
async fn bare_values_are_passed_on() {
    let service = Server::start(|_| async { reply(StatusCode::OK, "text/plain", "5") })
        .await
        .unwrap();
    let mut exchange = message("", &[]);
    let changes = [("resourcePath", "Products/$count")];
    call(&Caller::new(), &service.url(), &changes, &mut exchange)
        .await
        .unwrap();
    assert_eq!(body(&exchange), "5");
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
        let error = call(&Caller::new(), &service.url(), &changes, &mut exchange)
            .await
            .unwrap_err();
        assert!(error.message.contains(part), "{}", error.message);
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
    let error = call(&Caller::new(), &metadata.url(), &[], &mut exchange)
        .await
        .unwrap_err();
    assert!(
        error.message.contains("is not OData V2"),
        "{}",
        error.message
    );
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
