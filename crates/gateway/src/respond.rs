//! From an exchange's outcome to an HTTP response.

use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use lockgate_engine::entry::Outcome;

use crate::csrf::{CSRF_TOKEN, Issued};
use crate::headers::{is_hop_by_hop, is_identity};

/// The response to a call that a flow handled.
pub(crate) fn outcome(outcome: Outcome) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(outcome.status).ok();
    let status = status.filter(|status| !status.is_informational());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if bodiless { Bytes::new() } else { outcome.body };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in &outcome.headers {
        // Names and values that HTTP does not allow cannot be sent, let alone split a response.
        let (name, value) = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        if let (Ok(name), Ok(value)) = (name, value)
            && !is_dropped(&name)
        {
            headers.append(name, value);
        }
    }
    if headers.contains_key(header::CACHE_CONTROL) {
        vary_by_credential(headers);
    }
    response
}

/// The response to a fetched CSRF token.
pub(crate) fn token(issued: Issued) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in [
        (CSRF_TOKEN, issued.token),
        (header::SET_COOKIE, issued.cookie),
    ] {
        let value = HeaderValue::from_maybe_shared(Bytes::from(value));
        headers.insert(
            name,
            value.expect("invariant: tokens and sessions are Base64"),
        );
    }
    response
}

fn is_dropped(name: &HeaderName) -> bool {
    name.as_str().starts_with("camel")
        || is_hop_by_hop(name.as_str())
        || is_identity(name.as_str())
        || is_for_requests(name)
        || matches!(*name, header::CONTENT_LENGTH | header::DATE)
}

/// Whether a field only makes sense in a request. A flow that called a receiver still carries such
/// fields, some with credentials in them; its sender must not see those.
fn is_for_requests(name: &HeaderName) -> bool {
    matches!(
        *name,
        header::ACCEPT
            | header::ACCEPT_CHARSET
            | header::ACCEPT_ENCODING
            | header::ACCEPT_LANGUAGE
            | header::AUTHORIZATION
            | header::COOKIE
            | header::EXPECT
            | header::FROM
            | header::HOST
            | header::IF_MATCH
            | header::IF_MODIFIED_SINCE
            | header::IF_NONE_MATCH
            | header::IF_RANGE
            | header::IF_UNMODIFIED_SINCE
            | header::MAX_FORWARDS
            | header::RANGE
            | header::REFERER
            | header::USER_AGENT
    )
}

/// A flow that allows caching must not have its answers handed to other callers.
fn vary_by_credential(headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("Authorization"));
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::sync::Arc;

    use lockgate_core::ids::MessageId;

    use super::*;

    fn respond(status: u16, fields: &[(&'static str, &str)]) -> Response<Full<Bytes>> {
        let headers = fields
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), Arc::from(*value)));
        outcome(Outcome {
            status,
            headers: headers.collect(),
            body: Bytes::from_static(b"body"),
            message_id: MessageId::parse("m").unwrap(),
            failure: None,
        })
    }

    fn length(response: &Response<Full<Bytes>>) -> Option<u64> {
        http_body::Body::size_hint(response.body()).exact()
    }

    #[test]
    fn statuses_are_the_flows_as_far_as_http_goes() {
        for (given, sent) in [
            (200, 200),
            (202, 202),
            (404, 404),
            (599, 599),
            (100, 500),
            (0, 500),
            (99, 500),
            (1000, 500),
        ] {
            assert_eq!(respond(given, &[]).status(), sent, "{given}");
        }
        assert_eq!(length(&respond(200, &[])), Some(4));
        assert_eq!(length(&respond(204, &[])), Some(0));
        assert_eq!(length(&respond(304, &[])), Some(0));
    }

    #[test]
    fn headers_of_the_protocol_and_of_receivers_requests_stay_inside() {
        for name in [
            "CamelHttpUri",
            "camelx",
            "Connection",
            "Transfer-Encoding",
            "Content-Length",
            "Date",
            "Authorization",
            "Cookie",
            "Host",
            "Accept",
            "If-Match",
            "SapAuthenticatedUserName",
        ] {
            assert!(respond(200, &[(name, "x")]).headers().is_empty(), "{name}");
        }
        let response = respond(
            200,
            &[
                ("X-Mine", "1"),
                ("x-mine", "2"),
                ("SAP_Foo", "3"),
                ("X-U", "ä"),
            ],
        );
        let sent: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let expected: [(&str, &[u8]); 4] = [
            ("x-mine", b"1"),
            ("x-mine", b"2"),
            ("sap_foo", b"3"),
            ("x-u", "ä".as_bytes()),
        ];
        assert_eq!(sent, expected);
    }

    #[test]
    fn t71_a_response_cannot_be_split() {
        let response = respond(
            200,
            &[
                ("X-A", "1\r\nSet-Cookie: x=1"),
                ("X-B\r\nX-C", "1"),
                ("", "1"),
            ],
        );
        assert!(response.headers().is_empty());
    }

    #[test]
    fn t73_cacheable_answers_vary_by_credential() {
        let response = respond(200, &[("Cache-Control", "public, max-age=60")]);
        assert_eq!(response.headers()[header::VARY], "Authorization");
        assert!(!respond(200, &[]).headers().contains_key(header::VARY));
    }
}
