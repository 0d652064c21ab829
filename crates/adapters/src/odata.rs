//! OData V2 receiver.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::{Body, Exchange};
use lockgate_engine::receiver::{Call, Receiver};

use crate::authentication::Authentication;
use crate::client::{self, Client};
use crate::headers::HeaderList;
use crate::settings::{Bounds, Dynamic, Settings};

mod atom;
mod csrf;
mod edm;
mod entity;
mod flow_xml;
mod json;
mod literal;
mod metadata;
mod operation;
mod paging;
mod session;
#[cfg(test)]
mod tests;

use operation::Success;
use session::{Problem, Session};

/// The class flows test for after a failed call.
const FAILED: &str = "com.sap.gateway.core.ip.component.odata.exception.OsciException";
/// Minutes.
const TIMEOUT: Bounds = Bounds {
    min: 1,
    max: 24 * 60,
    default: 1,
};

/// Prepares OData V2 receivers.
pub(crate) fn prepare(client: Arc<Client>, settings: &mut Settings<'_>) -> Arc<dyn Receiver> {
    if settings.flag("enableBatchProcessing", false) {
        settings.unsupported("enableBatchProcessing", "batch processing");
    }
    if settings.flag("pagination", false) {
        settings.unsupported("pagination", "process in pages");
    }
    Arc::new(ODataReceiver {
        client,
        metadata: metadata::Cache::default(),
        operation: read_operation(settings),
        format: read_format(settings),
        utf8: settings
            .text("characterEncoding")
            .eq_ignore_ascii_case("utf8"),
        csrf: settings.flag("isCSRFEnabled", true),
        authentication: Authentication::read(settings, "authenticationMethod", "alias"),
        address: settings.dynamic("address"),
        resource_path: settings.dynamic("resourcePath"),
        query_options: settings.dynamic("queryOptions"),
        custom_query_options: settings.dynamic("customQueryOptions"),
        page_size: settings.dynamic("odatapagesize"),
        timeout: settings.dynamic("receiveTimeOut"),
        request_headers: settings.dynamic("whitelistRequestHeaders"),
        response_headers: settings.dynamic("whitelistResponseHeaders"),
        metadata_headers: settings.dynamic("metadataAllowedHeaders"),
        metadata_parameters: settings.dynamic("metadataAllowedURIParams"),
    })
}

#[derive(Debug)]
struct ODataReceiver {
    client: Arc<Client>,
    metadata: metadata::Cache,
    operation: Operation,
    format: Format,
    utf8: bool,
    csrf: bool,
    authentication: Authentication,
    address: Dynamic,
    resource_path: Dynamic,
    query_options: Dynamic,
    custom_query_options: Dynamic,
    page_size: Dynamic,
    timeout: Dynamic,
    request_headers: Dynamic,
    response_headers: Dynamic,
    metadata_headers: Dynamic,
    metadata_parameters: Dynamic,
}

/// What a channel does with its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Query,
    Read,
    Create,
    Update,
    Merge,
    Patch,
    Delete,
    Function,
}

impl Operation {
    /// The HTTP method; that of a function import is in the metadata.
    fn method(self) -> Option<Method> {
        Some(match self {
            Self::Query | Self::Read => Method::GET,
            Self::Create => Method::POST,
            Self::Update => Method::PUT,
            Self::Merge => Method::from_bytes(b"MERGE").expect("invariant: MERGE is a token"),
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
            Self::Function => return None,
        })
    }

    fn sends_entity(self) -> bool {
        matches!(
            self,
            Self::Create | Self::Update | Self::Merge | Self::Patch
        )
    }
}

/// Wire format of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Atom,
    Json,
}

fn read_operation(settings: &mut Settings<'_>) -> Operation {
    const KEY: &str = "operation";
    let text = settings.text(KEY);
    let name = text.split('(').next().unwrap_or_default();
    match name.trim().to_ascii_lowercase().as_str() {
        "query" => Operation::Query,
        "read" => Operation::Read,
        "create" => Operation::Create,
        "update" => Operation::Update,
        "merge" => Operation::Merge,
        "patch" => Operation::Patch,
        "delete" => Operation::Delete,
        "functionimport" => Operation::Function,
        _ => {
            settings.unsupported(KEY, &format!("operation {text:?}"));
            Operation::Query
        }
    }
}

fn read_format(settings: &mut Settings<'_>) -> Format {
    const KEY: &str = "contentType";
    match settings.text(KEY).to_ascii_lowercase().as_str() {
        "" | "application/atom+xml" => Format::Atom,
        "application/json" => Format::Json,
        other => {
            let message = format!("{other:?} is neither application/atom+xml nor application/json");
            settings.refuse(KEY, message);
            Format::Atom
        }
    }
}

#[async_trait]
impl Receiver for ODataReceiver {
    async fn call(&self, exchange: &mut Exchange, call: &Call<'_>) -> Result<(), StepError> {
        match self.run(exchange, call).await {
            Ok(success) => {
                let list = self.response_headers.text(exchange, call)?;
                let list = HeaderList::parse(&list);
                client::take_answer(exchange, &success.answer, &list, success.body);
                if success.converted {
                    exchange.headers.set("Content-Type", "application/xml");
                }
                Ok(())
            }
            Err(Problem::Answered(answer, error)) => {
                client::set_status(exchange, &answer);
                exchange.body = Body::Bytes(answer.body);
                Err(error)
            }
            Err(Problem::Step(error)) => Err(error),
        }
    }
}

impl ODataReceiver {
    async fn run(&self, exchange: &Exchange, call: &Call<'_>) -> Result<Success, Problem> {
        let session = Session::open(self, exchange, call)?;
        operation::run(&session).await
    }
}
