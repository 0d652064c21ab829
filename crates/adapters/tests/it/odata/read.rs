//! Queries, reads and function imports.

use http::StatusCode;
use lockgate_testkit::http::{Request, Server, reply};
use lockgate_testkit::odata::{Options, Service};

use super::{FORMATS, XML, answer, call, call_as, data_requests, protected_shop, shop, status};
use crate::support::{Caller, body, header, message};

const SCANNER: &str = "<Product><ProductId>HT-1080</ProductId><Name>Photo Scan</Name></Product>";

#[tokio::test]
async fn a_query_gives_the_same_xml_over_either_wire_format() {
    for content_type in FORMATS {
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
        call(&service, &changes, &mut exchange).await.unwrap();
        assert_eq!(
            body(&exchange),
            format!("{XML}<Products>{SCANNER}</Products>")
        );
        assert_eq!(status(&exchange).as_deref(), Some("200"));
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
    for content_type in FORMATS {
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
    for content_type in FORMATS {
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
    for content_type in FORMATS {
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
async fn function_imports_are_called_by_their_own_method() {
    let service = protected_shop().await;
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
        for content_type in FORMATS {
            let changes = [
                ("operation", "FunctionImport"),
                ("resourcePath", name),
                ("queryOptions", query),
                ("contentType", content_type),
            ];
            let mut exchange = message("", &[("C", "Lighting")]);
            call(&service, &changes, &mut exchange).await.unwrap();
            let text = body(&exchange);
            assert!(text.starts_with(&format!("{XML}{start}")), "{text}");
            assert_eq!(service.requests().pop().unwrap().method, method);
        }
    }
}

#[tokio::test]
async fn bare_values_are_passed_on() {
    let service = Server::start(|_| async { reply(StatusCode::OK, "text/plain", "5") })
        .await
        .unwrap();
    let mut exchange = message("", &[]);
    let changes = [("resourcePath", "Products/$count")];
    call_as(&Caller::new(), &service.url(), &changes, &mut exchange)
        .await
        .unwrap();
    assert_eq!(body(&exchange), "5");
}
