//! HTTP receiver.

use http::{HeaderValue, StatusCode};
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::http::{Request, Response, reply};

use crate::support::{Caller, overlay};

mod content;
mod failure;
mod identity;
mod target;

const TEXT: &str = "text/plain";

async fn echo(request: Request) -> Response {
    reply(StatusCode::OK, TEXT, request.body)
}

fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    let value = HeaderValue::from_str(value).unwrap();
    response.headers_mut().insert(name, value);
    response
}

/// Calls `url` once with changes to an ordinary POST channel.
async fn post(
    url: &str,
    changes: &[(&str, &str)],
    exchange: &mut Exchange,
) -> Result<(), StepError> {
    let base = [
        ("httpAddressWithoutQuery", url),
        ("httpMethod", "POST"),
        ("allowedResponseHeaders", "*"),
    ];
    let caller = Caller::new();
    let receiver = caller
        .prepare(ReceiverKind::Http, &overlay(&base, changes))
        .unwrap();
    caller.call(&receiver, exchange).await
}
