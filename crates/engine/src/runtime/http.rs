//! Between HTTP and exchanges.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use lockgate_core::ids::MessageId;

use super::accept::Finished;
use crate::access::Permit;
use crate::charset::Charset;
use crate::entry::{Inbound, Outcome};
use crate::error::StepError;
use crate::exchange::{Body, Exchange};
use crate::headers::Headers;
use crate::names;
use crate::pipeline::{HeaderFilter, Pipeline};
use crate::run::Ending;
use crate::value::Value;

/// The correlation id of a caller that continues a chain of calls.
pub(super) fn correlation(inbound: &Inbound<'_>) -> Option<Arc<str>> {
    let sent = inbound
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(names::CORRELATION_ID));
    sent.and_then(|(_, value)| MessageId::parse(value))
        .map(|id| id.as_str().into())
}

/// Tells the message log where a call came in.
pub(super) fn tell(exchange: &mut Exchange) {
    for (header, name) in [(names::METHOD, "Method"), (names::URL, "Url")] {
        let value = exchange.headers.get(header).and_then(Value::as_text);
        let value = value.map(str::to_owned).unwrap_or_default();
        exchange.log.attribute("HTTPS", name, &value);
    }
}

/// The exchange that a call begins.
pub(super) fn exchange(permit: &Permit, inbound: Inbound<'_>, pipeline: &Pipeline) -> Exchange {
    let content_type = inbound
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(names::CONTENT_TYPE));
    let content_type = content_type.map(|(_, value)| Value::from(value.as_ref()));
    let mut exchange = Exchange {
        headers: Headers::with_capacity(12),
        body: Body::Bytes(inbound.body),
        ..Exchange::default()
    };
    if !matches!(pipeline.allowed_headers, HeaderFilter::None) {
        let query = inbound.query.unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes());
        for (name, value) in inbound
            .headers
            .iter()
            .map(|(n, v)| (n.clone(), v.clone()))
            .chain(query)
        {
            if is_admitted(&name) && pipeline.allowed_headers.admits(&name) {
                add(&mut exchange.headers, &name, &value);
            }
        }
    }
    let headers = &mut exchange.headers;
    headers.set_static(names::METHOD, inbound.method);
    headers.set_static(names::URL, inbound.url);
    headers.set_received(names::PATH, inbound.path_rest);
    headers.set_static(
        "CamelServletContextPath",
        Arc::clone(&permit.endpoint().path),
    );
    headers.set_received(names::QUERY, inbound.query.map_or(Value::Null, Value::from));
    let user = permit.user_name().cloned();
    headers.set_static(names::USER_NAME, user.map_or(Value::Null, Value::Text));
    if let Some(content_type) = content_type {
        let charset = content_type.as_text().and_then(charset_of);
        headers.set_static(names::CONTENT_TYPE, content_type.clone());
        if let Some(charset) = charset {
            headers.set_static("CamelHttpCharacterEncoding", charset.clone());
            exchange.set_property(names::CHARSET, charset);
        }
    }
    exchange
}

/// Whether a caller may set a header of this name at all: not those of the engine, and not the one
/// that says who the caller is, however it is spelt.
fn is_admitted(name: &str) -> bool {
    let letters = name
        .bytes()
        .filter(|byte| !matches!(byte, b'-' | b'_'))
        .map(|byte| byte.to_ascii_lowercase());
    !names::is_internal(name) && !letters.eq(b"sapauthenticatedusername".iter().copied())
}

/// Adds a value; several of one name become a list.
pub(super) fn add(headers: &mut Headers, name: &str, value: &str) {
    let value = Value::from(value);
    let value = match headers.get(name) {
        None => value,
        Some(Value::List(values)) => Value::List(values.iter().cloned().chain([value]).collect()),
        Some(first) => Value::List([first.clone(), value].into()),
    };
    headers.set(name, value);
}

/// The `charset` parameter of a media type, if it names a known character set.
fn charset_of(content_type: &str) -> Option<Value> {
    let parameters = content_type.split(';').skip(1);
    let charset = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find_map(|(name, value)| {
            name.trim()
                .eq_ignore_ascii_case("charset")
                .then(|| value.trim().trim_matches('"'))
        })?;
    Charset::named(charset).ok().map(|_| Value::from(charset))
}

/// The answer to the sender.
pub(super) fn outcome(finished: Finished) -> Outcome {
    match &finished.ending {
        Ending::Completed => success(finished),
        Ending::Failed(error) => {
            let told = finished.target.deployed.pipeline.return_exception_to_sender;
            let text = if told {
                format!("{}: {}", error.class, error.message)
            } else {
                "An internal error occurred while the message was processed.".to_owned()
            };
            let failure = Arc::clone(error);
            failure_of(&finished, 500, &text, failure)
        }
        Ending::Escalated => {
            let failure = StepError::new("The flow ended at an escalation end event.");
            failure_of(
                &finished,
                500,
                "An internal error occurred while the message was processed.",
                Arc::new(failure),
            )
        }
        Ending::Abandoned => {
            let failure = StepError::new("The message was abandoned because the server stops.");
            failure_of(
                &finished,
                503,
                "The server stopped before the message was processed.",
                Arc::new(failure),
            )
        }
    }
}

fn success(finished: Finished) -> Outcome {
    let body = finished.body();
    let set = finished
        .exchange
        .headers
        .get(names::RESPONSE_CODE)
        .and_then(Value::to_text);
    let set = set
        .and_then(|text| text.trim().parse().ok())
        .filter(|status| (100..=599).contains(status));
    let status = set.unwrap_or(if body.is_empty() { 204 } else { 200 });
    let mut headers = Vec::new();
    for (name, value) in finished.exchange.headers.into_entries() {
        if is_answered(&name) {
            answer(&mut headers, name, value);
        }
    }
    Outcome {
        status,
        headers,
        body,
        message_id: finished.id,
        failure: None,
    }
}

fn answer(headers: &mut Vec<(Cow<'static, str>, Arc<str>)>, name: Cow<'static, str>, value: Value) {
    match value {
        Value::Text(text) | Value::Xml(text) => headers.push((name, text)),
        Value::List(values) => {
            for value in values.iter() {
                answer(headers, name.clone(), value.clone());
            }
        }
        other => headers.extend(other.to_text().map(|text| (name, text.into()))),
    }
}

/// Headers of the message that are no headers of the answer: the engine's, the transport's, and
/// credentials that the flow set for a receiver.
const NOT_ANSWERED: [&str; 16] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "date",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

fn is_answered(name: &str) -> bool {
    !names::is_internal(name)
        && !NOT_ANSWERED
            .iter()
            .any(|other| name.eq_ignore_ascii_case(other))
}

fn failure_of(finished: &Finished, status: u16, text: &str, failure: Arc<StepError>) -> Outcome {
    // Senders look for this sentence.
    let body = format!(
        "{text}\nThe MPL ID for the failed message is : {}\n",
        finished.id
    );
    let id: Arc<str> = finished.id.as_str().into();
    Outcome {
        status,
        headers: vec![
            (
                Cow::Borrowed(names::CONTENT_TYPE),
                "text/plain; charset=utf-8".into(),
            ),
            (Cow::Borrowed(names::MESSAGE_ID), id),
        ],
        body: Bytes::from(body),
        message_id: finished.id.clone(),
        failure: Some(failure),
    }
}
