//! Which header fields of a request may reach a flow.
//!
//! The flow's own list of allowed headers is applied by the engine; what is dropped here never
//! reaches a flow, whatever its list says.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, header};
use lockgate_core::refusal::Reason;

/// Fields that belong to one connection, not to the message (RFC 9110 §7.6.1).
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// Fields about this request alone: framing, credentials, and what the gateway itself answers.
const THIS_CALL_ONLY: [&str; 6] = [
    "authorization",
    "content-length",
    "cookie",
    "expect",
    "host",
    "x-csrf-token",
];

/// Names in which proxies and platforms tell who the caller is, and prove that they may. Compared
/// by their letters and digits only, so that `SAP_authenticated-UserName` is caught too.
const IDENTITY: [&str; 6] = [
    "sapauthenticatedusername",
    "remoteuser",
    "xauthenticateduser",
    "xforwardeduser",
    "xlockgateproxysecret",
    "xremoteuser",
];
/// Parts of names in which proxies forward something of a client certificate. There are too many such
/// names to list, such as `X-Forwarded-Client-Cert`, `SSL_CLIENT_S_DN` or `ssl-client-verify`.
const CERTIFICATE: [&str; 4] = ["clientcert", "sslclient", "tlsclient", "sslcert"];

/// What browsers and servers tell each other about calls from other origins. A flow that hands on what
/// it received must not give such a permission in the name of the server.
const CROSS_ORIGIN: &str = "access-control-";

/// The query parameter in which some clients carry a token. It is not read and not handed on.
const ACCESS_TOKEN: &str = "access_token";

/// Refuses a `Connection` field that asks to drop a field which decides about access.
///
/// # Errors
/// [`Reason::ConnectionHeader`].
pub fn check_connection(headers: &HeaderMap) -> Result<(), Reason> {
    let fields = headers.get_all(header::CONNECTION).iter();
    let mut names = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b','));
    let decides = |name: &[u8]| {
        let name = name.trim_ascii().to_ascii_lowercase();
        let name = String::from_utf8_lossy(&name);
        is_identity(&name) || THIS_CALL_ONLY.contains(&&*name)
    };
    match names.any(decides) {
        true => Err(Reason::ConnectionHeader),
        false => Ok(()),
    }
}

/// The fields that a flow may see, in order of arrival.
#[must_use]
pub fn for_flow(headers: &HeaderMap) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let mut kept = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let name = name.as_str();
        if !is_dropped(name) && !is_named_by_connection(headers, name) {
            kept.push((Cow::Borrowed(name), text(value)));
        }
    }
    kept
}

/// The part of a query that a flow may see: as sent, but without tokens and without parameters
/// named like a field that is dropped, because parameters become headers of the message.
#[must_use]
pub fn query_for_flow(query: &str) -> Cow<'_, str> {
    if query.split('&').all(is_kept_parameter) {
        return Cow::Borrowed(query);
    }
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| is_kept_parameter(pair))
        .collect();
    Cow::Owned(kept.join("&"))
}

fn is_kept_parameter(pair: &str) -> bool {
    let name = form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(name, _)| name);
    name.is_none_or(|name| {
        let name = name.trim().to_ascii_lowercase();
        name != ACCESS_TOKEN && !is_dropped(&name)
    })
}

/// Whether the field called `name`, in lower case, never reaches a flow.
fn is_dropped(name: &str) -> bool {
    name.starts_with("camel")
        || name.starts_with(CROSS_ORIGIN)
        || is_hop_by_hop(name)
        || THIS_CALL_ONLY.contains(&name)
        || is_identity(name)
}

/// Whether the field called `name`, in lower case, belongs to one connection.
pub(crate) fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.contains(&name)
}

pub(crate) fn is_identity(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    let mut letters = letters.map(|byte| byte.to_ascii_lowercase());
    if IDENTITY
        .iter()
        .any(|known| letters.clone().eq(known.bytes()))
    {
        return true;
    }
    loop {
        let starts = |part: &&str| letters.clone().take(part.len()).eq(part.bytes());
        if CERTIFICATE.iter().any(starts) {
            return true;
        }
        if letters.next().is_none() {
            return false;
        }
    }
}

/// Whether `Connection` declares `name` a field of this connection.
fn is_named_by_connection(headers: &HeaderMap, name: &str) -> bool {
    let fields = headers.get_all(header::CONNECTION).iter();
    let mut names = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b','));
    names.any(|listed| listed.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
}

/// A field's value as text. Senders that do not write UTF-8 mean Latin-1, where every byte is a
/// character.
fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(
            value
                .as_bytes()
                .iter()
                .map(|byte| char::from(*byte))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn kept(fields: &[(&str, &[u8])]) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        let kept = for_flow(&headers).into_iter();
        kept.map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    #[test]
    fn t25_names_that_could_mislead_a_flow_are_dropped() {
        let names = [
            "SapAuthenticatedUserName",
            "SAPAUTHENTICATEDUSERNAME",
            "Sap_Authenticated_User_Name",
            "sap-authenticated-username",
            "CamelHttpUri",
            "camelhttppath",
            "CAMELx",
            "X-Forwarded-User",
            "x_forwarded_user",
            "X-Remote-User",
            "Remote-User",
            "X-Forwarded-Client-Cert",
            "x_forwarded_client_cert",
            "X-SSL-Client-Cert",
            "SSL_CLIENT_CERT",
            "X-Client-Cert",
            "Client-Cert",
            "X-Client-Certificate",
            "X-ARR-ClientCert",
            "X-Amzn-Mtls-Clientcert-Leaf",
            "X-Forwarded-Tls-Client-Cert-Info",
            "ssl-client-subject-dn",
            "X-SSL-Client-Verify",
            "X-SSL-Cert",
            "X_Lockgate_Proxy_Secret",
            "Access-Control-Allow-Origin",
            "access-control-request-method",
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "X-CSRF-Token",
            "Host",
            "Content-Length",
            "Connection",
            "Transfer-Encoding",
            "TE",
            "Upgrade",
            "Expect",
        ];
        for name in names {
            assert_eq!(kept(&[(name, b"x")]), [], "field {name}");
            assert_eq!(
                query_for_flow(&format!("a=1&{name}=x&b=2")),
                "a=1&b=2",
                "parameter {name}"
            );
        }
        assert_eq!(query_for_flow("%43amelHttpPath=x&+CamelHttpPath=x"), "");
    }

    #[test]
    fn other_fields_are_kept_in_order() {
        let fields: [(&str, &[u8]); 4] = [
            ("Content-Type", b"a/b"),
            ("X-One", b"1"),
            ("X-One", b"2"),
            ("SapFoo", b"\xe4"),
        ];
        let kept = kept(&fields);
        let kept: Vec<_> = kept
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            kept,
            [
                ("content-type", "a/b"),
                ("x-one", "1"),
                ("x-one", "2"),
                ("sapfoo", "ä")
            ]
        );
    }

    #[test]
    fn fields_of_the_connection_are_dropped() {
        let fields: &[(&str, &[u8])] = &[
            ("Connection", b"close, X-Hop"),
            ("X-Hop", b"1"),
            ("X-End", b"2"),
        ];
        assert_eq!(kept(fields), [("x-end".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn t17_connection_must_not_name_what_decides_about_access() {
        let check = |value: &'static str| {
            let field = (header::CONNECTION, HeaderValue::from_static(value));
            check_connection(&HeaderMap::from_iter([field]))
        };
        for value in [
            "authorization",
            "close, X-Forwarded-Client-Cert",
            "cookie",
            "x-csrf-token ,a",
            "Host",
        ] {
            assert_eq!(check(value), Err(Reason::ConnectionHeader), "{value}");
        }
        for value in ["close", "keep-alive", "", "te, x-custom"] {
            assert_eq!(check(value), Ok(()), "{value}");
        }
    }

    #[test]
    fn d8_tokens_in_the_query_are_not_handed_on() {
        let cases = [
            ("a=1&b=2", "a=1&b=2"),
            ("$filter=a%20b+c&flag&&", "$filter=a%20b+c&flag&&"),
            ("a=1&access_token=x&b", "a=1&b"),
            ("%61ccess_token=x", ""),
            ("Access_Token=x&access_token=y", ""),
            ("", ""),
        ];
        for (query, expected) in cases {
            assert_eq!(query_for_flow(query), expected, "{query}");
        }
    }
}
