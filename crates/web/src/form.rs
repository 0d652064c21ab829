//! The form of a request. What two readers of HTTP could understand differently is refused.

use http::request::Parts;
use http::{HeaderMap, Method, Version, header};
use lockgate_core::limits;
use lockgate_core::refusal::Reason;

/// Checks what has to hold for every request, whoever answers it.
///
/// # Errors
/// [`Reason::MethodRefused`] for `CONNECT`, `TRACE` and protocol upgrades, [`Reason::TargetTooLong`],
/// [`Reason::TargetForm`] for targets that name a host, [`Reason::HostInvalid`],
/// [`Reason::TransferCoding`].
pub fn check(head: &Parts) -> Result<(), Reason> {
    if matches!(head.method, Method::CONNECT | Method::TRACE) || is_upgrade(&head.headers) {
        return Err(Reason::MethodRefused);
    }
    let length = head.uri.path().len() + head.uri.query().map_or(0, str::len);
    if length > limits::REQUEST_TARGET {
        return Err(Reason::TargetTooLong);
    }
    if head.uri.authority().is_some() {
        return Err(Reason::TargetForm);
    }
    let old = head.version == Version::HTTP_10 && !head.headers.contains_key(header::HOST);
    if !old && !has_one_host(&head.headers) {
        return Err(Reason::HostInvalid);
    }
    if !has_plain_framing(&head.headers) {
        return Err(Reason::TransferCoding);
    }
    Ok(())
}

/// Some clients offer h2c with every request and do not mind that the offer is ignored; any other
/// upgrade is meant, and could not be understood.
fn is_upgrade(headers: &HeaderMap) -> bool {
    let mut upgrades = headers.get_all(header::UPGRADE).iter();
    upgrades.any(|upgrade| !upgrade.as_bytes().eq_ignore_ascii_case(b"h2c"))
}

/// Whether there is exactly one `Host`, and it looks like a host with an optional port.
fn has_one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let legal = |b: &u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(b);
    !host.is_empty() && host.as_bytes().iter().all(legal)
}

/// Whether the body, if it is coded for the transfer, is chunked and nothing else.
fn has_plain_framing(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn checked(method: &str, target: &str, fields: &[(&str, &str)]) -> Result<(), Reason> {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        check(&request.body(()).unwrap().into_parts().0)
    }

    /// Method, target, header fields, and why they are refused.
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Option<Reason>);

    #[test]
    fn each_form_is_accepted_or_has_its_reason() {
        let host = ("host", "a.example:8080");
        let long = format!("/{}", "x".repeat(limits::REQUEST_TARGET));
        let cases: &[Case<'_>] = &[
            ("GET", "/", &[host], None),
            (
                "POST",
                "/x?y",
                &[host, ("transfer-encoding", "Chunked")],
                None,
            ),
            ("GET", "/", &[host, ("upgrade", "h2c")], None),
            ("GET", "/", &[("host", "[::1]:80")], None),
            ("GET", &long[1..].replacen('x', "/", 1), &[host], None),
            ("GET", &long, &[host], Some(Reason::TargetTooLong)),
            ("TRACE", "/", &[host], Some(Reason::MethodRefused)),
            ("CONNECT", "a:80", &[host], Some(Reason::MethodRefused)),
            (
                "GET",
                "/",
                &[host, ("upgrade", "websocket")],
                Some(Reason::MethodRefused),
            ),
            ("GET", "http://a/", &[host], Some(Reason::TargetForm)),
            ("GET", "/", &[], Some(Reason::HostInvalid)),
            ("GET", "/", &[host, host], Some(Reason::HostInvalid)),
            ("GET", "/", &[("host", "")], Some(Reason::HostInvalid)),
            ("GET", "/", &[("host", "a/b")], Some(Reason::HostInvalid)),
            ("GET", "/", &[("host", "a, b")], Some(Reason::HostInvalid)),
            (
                "POST",
                "/",
                &[host, ("transfer-encoding", "chunked, chunked")],
                Some(Reason::TransferCoding),
            ),
            (
                "POST",
                "/",
                &[
                    host,
                    ("transfer-encoding", "chunked"),
                    ("transfer-encoding", "chunked"),
                ],
                Some(Reason::TransferCoding),
            ),
        ];
        for (method, target, fields, expected) in cases {
            let found = checked(method, target, fields).err();
            assert_eq!(found, *expected, "{method} {target:.40} {fields:?}");
        }
    }

    #[test]
    fn only_the_first_version_of_http_does_without_a_host() {
        let request = Request::get("/").version(Version::HTTP_10);
        let head = request.body(()).unwrap().into_parts().0;
        assert_eq!(check(&head), Ok(()));
    }
}
