//! OData V2 receiver against the product service.

use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::http::Request;
use lockgate_testkit::odata::{Options, Service};

use crate::support::{Caller, body, header, message, overlay};

mod change;
mod failure;
mod read;
mod service;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const FORMATS: [&str; 2] = ["application/atom+xml", "application/json"];
const OSCI: &str = "com.sap.gateway.core.ip.component.odata.exception.OsciException";

const NEW: &str = "<Products><Product><ProductId>X-1</ProductId><Name>A &amp; B</Name><Stock>7</Stock>\
    <Discontinued>true</Discontinued><Price>1.50</Price></Product></Products>";

/// Calls an OData channel once.
async fn call(
    service: &Service,
    changes: &[(&str, &str)],
    exchange: &mut Exchange,
) -> Result<(), StepError> {
    call_as(&Caller::new(), &service.url(), changes, exchange).await
}

async fn call_as(
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
    call(service, changes, &mut exchange).await.unwrap();
    body(&exchange).strip_prefix(XML).unwrap().to_owned()
}

async fn shop() -> Service {
    Service::start(Options::default()).await.unwrap()
}

/// A shop that wants a CSRF token with every change.
async fn protected_shop() -> Service {
    Service::start(Options {
        csrf: true,
        ..Options::default()
    })
    .await
    .unwrap()
}

fn status(exchange: &Exchange) -> Option<String> {
    header(exchange, "CamelHttpResponseCode")
}

/// Requests without those for metadata.
fn data_requests(service: &Service) -> Vec<Request> {
    let mut requests = service.requests();
    requests.retain(|request| !request.path().ends_with("$metadata"));
    requests
}
