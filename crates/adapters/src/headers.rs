//! Which headers go out and which come back.

use http::{HeaderMap, HeaderName, HeaderValue};
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::names::is_internal;
use lockgate_engine::value::Value;

/// A list of header names in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HeaderList {
    All,
    /// Lower-case names; possibly none.
    Named(Vec<String>),
}

impl HeaderList {
    /// Reads `*`, or names separated by `|`. A comma separates too: no header name contains one.
    pub(crate) fn parse(text: &str) -> Self {
        if text.trim() == "*" {
            return Self::All;
        }
        let names = text.split(['|', ',']).map(str::trim);
        Self::Named(
            names
                .filter(|name| !name.is_empty())
                .map(str::to_ascii_lowercase)
                .collect(),
        )
    }

    pub(crate) fn allows(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|listed| name.eq_ignore_ascii_case(listed)),
        }
    }
}

/// Never sent, even when listed: they belong to the connection or to this server.
const NEVER_SENT: [&str; 15] = [
    "accept-encoding",
    "cache-control",
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "pragma",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
];
/// Headers of an answer that describe its transport, not its content.
const NEVER_TAKEN: [&str; 4] = [
    "connection",
    "content-length",
    "keep-alive",
    "transfer-encoding",
];

/// The message headers a request takes along. `Content-Type` is not among them: it describes the
/// request's body, if there is one.
///
/// # Errors
/// When a value cannot stand in an HTTP header, for instance because it has line breaks.
pub(crate) fn outgoing(exchange: &Exchange, list: &HeaderList) -> Result<HeaderMap, StepError> {
    let mut headers = HeaderMap::new();
    for (name, value) in exchange.headers.iter() {
        let listed = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        if !list.allows(name)
            || is_internal(name)
            || listed(&NEVER_SENT)
            || listed(&["content-type"])
        {
            continue;
        }
        // Names that HTTP does not know, with blanks for instance, stay inside.
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            continue;
        };
        match value {
            Value::List(values) => {
                for value in values.iter() {
                    headers.append(header.clone(), header_value(exchange, name, value)?);
                }
            }
            value => {
                headers.append(header, header_value(exchange, name, value)?);
            }
        }
    }
    Ok(headers)
}

/// The message's `Content-Type` as the type of a request body.
///
/// # Errors
/// When it cannot stand in an HTTP header.
pub(crate) fn content_type(exchange: &Exchange) -> Result<Option<HeaderValue>, StepError> {
    let name = "Content-Type";
    let value = exchange.headers.get(name);
    value
        .map(|value| header_value(exchange, name, value))
        .transpose()
}

fn header_value(exchange: &Exchange, name: &str, value: &Value) -> Result<HeaderValue, StepError> {
    let text = exchange.value_text(value)?.unwrap_or_default();
    HeaderValue::from_bytes(text.trim().as_bytes()).map_err(|_| {
        StepError::new(format!(
            "Header {name:?} cannot be sent: its value has line breaks or other control characters."
        ))
    })
}

/// Puts the headers of an answer into the message. A name that occurs several times becomes a list.
pub(crate) fn take(exchange: &mut Exchange, answer: &HeaderMap, list: &HeaderList) {
    for name in answer.keys() {
        if !list.allows(name.as_str())
            || is_internal(name.as_str())
            || NEVER_TAKEN.contains(&name.as_str())
        {
            continue;
        }
        let mut values: Vec<Value> = (answer.get_all(name).iter())
            .map(|value| Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let value = match values.pop() {
            Some(value) if values.is_empty() => value,
            Some(last) => {
                values.push(last);
                Value::List(values.into())
            }
            None => continue,
        };
        exchange.headers.set(name.as_str(), value);
    }
}

/// All headers of an answer as text, for the message log.
pub(crate) fn listed(answer: &HeaderMap) -> Vec<(String, String)> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    answer.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn exchange(headers: &[(&str, Value)]) -> Exchange {
        let mut exchange = Exchange::default();
        for (name, value) in headers {
            exchange.headers.set(*name, value.clone());
        }
        exchange
    }

    fn sent(exchange: &Exchange, list: &str) -> Vec<(String, String)> {
        listed(&outgoing(exchange, &HeaderList::parse(list)).unwrap())
    }

    #[test]
    fn a_list_names_what_goes_out() {
        let exchange = exchange(&[
            ("A", Value::Int(1)),
            ("b-C", Value::from("2")),
            ("Content-Type", Value::from("text/plain")),
        ]);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let both = vec![pair("a", "1"), pair("b-c", "2")];
        let cases = [
            ("", vec![]),
            ("*", both.clone()),
            (" * ", both.clone()),
            ("a|B-c", both.clone()),
            ("a , b-c", both),
            ("a*", vec![]),
            ("*|x", vec![]),
            ("a", vec![pair("a", "1")]),
        ];
        for (list, expected) in cases {
            assert_eq!(sent(&exchange, list), expected, "{list:?}");
        }
    }

    #[test]
    fn headers_of_the_connection_and_of_the_flow_stay() {
        let internal = [
            "CamelHttpUri",
            "camelx",
            "org.apache.camel.x",
            "Org.Apache.Camel",
        ];
        for name in NEVER_SENT.into_iter().chain(internal) {
            let exchange = exchange(&[(name, Value::from("x"))]);
            assert!(sent(&exchange, &format!("{name}|*")).is_empty());
            assert!(sent(&exchange, "*").is_empty(), "{name}");
        }
    }

    #[test]
    fn lists_become_repeated_headers_and_back() {
        let list: Arc<[Value]> = [Value::from("1"), Value::Bool(true)].into();
        let message = exchange(&[("X", Value::List(list)), ("not a name", Value::from("y"))]);
        let headers = outgoing(&message, &HeaderList::All).unwrap();
        assert_eq!(
            headers.get_all("x").iter().collect::<Vec<_>>(),
            ["1", "true"]
        );
        assert_eq!(headers.len(), 2);
        let mut answered = Exchange::default();
        take(&mut answered, &headers, &HeaderList::All);
        let value = answered.headers.get("X").unwrap().to_text();
        assert_eq!(value.as_deref(), Some("[1, true]"));
    }

    #[test]
    fn an_answer_cannot_set_what_steers_the_flow() {
        let mut answer = HeaderMap::new();
        for name in ["camelhttpuri", "org.apache.camel.x", "content-length", "x"] {
            answer.insert(name, HeaderValue::from_static("1"));
        }
        let mut exchange = Exchange::default();
        take(&mut exchange, &answer, &HeaderList::All);
        let names: Vec<&str> = exchange.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["x"]);
    }

    #[test]
    fn values_beyond_ascii_are_sent_as_utf8() {
        let exchange = exchange(&[("X", Value::from("Grüße"))]);
        let headers = outgoing(&exchange, &HeaderList::All).unwrap();
        assert_eq!(headers["x"].as_bytes(), "Grüße".as_bytes());
    }

    #[test]
    fn line_breaks_cannot_smuggle_a_header() {
        let exchange = exchange(&[("X", Value::from("a\r\nAuthorization: b"))]);
        let error = outgoing(&exchange, &HeaderList::All).unwrap_err();
        assert!(error.message.contains("\"X\""), "{}", error.message);
    }
}
