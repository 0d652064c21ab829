//! Answers to be sent.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::error::Error;
use crate::query::{Format, Options};
use crate::render::{self, Rendered};
use crate::set::Media;

/// An answer, complete.
pub(crate) type Answer = Response<Bytes>;

/// Says which version of the protocol an answer is in.
const VERSION: HeaderName = HeaderName::from_static("dataserviceversion");

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    with_body(status, None, Bytes::new())
}

/// An answer with plain text, byte for byte.
pub(crate) fn plain(status: StatusCode, text: String) -> Answer {
    with_body(status, Some("text/plain"), text.into())
}

/// An answer with what was rendered.
pub(crate) fn rendered(status: StatusCode, rendered: Rendered) -> Answer {
    with_body(
        status,
        Some(rendered.content_type),
        rendered.text.into_bytes().into(),
    )
}

/// An answer that says what went wrong; a missing role says nothing.
pub(crate) fn error(error: &Error, format: Format) -> Answer {
    match error.message.is_empty() {
        true => empty(error.status),
        false => rendered(error.status, render::error(error, format)),
    }
}

/// An answer with the bytes behind `$value`.
pub(crate) fn media(media: Media) -> Answer {
    let mut answer = with_body(StatusCode::OK, Some(&media.content_type), media.bytes);
    if let Some(name) = media.file_name {
        let value = HeaderValue::try_from(disposition(&name));
        let value = value.expect("invariant: only printable ASCII is left");
        answer
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
    answer
}

/// A file name as a header says it: bare when it can be, because some clients read no quotes.
fn disposition(name: &str) -> String {
    let legal = |c: char| match c {
        '"' | '\\' | '/' => '_',
        c if c.is_ascii_graphic() || c == ' ' => c,
        _ => '_',
    };
    let name: String = name.chars().map(legal).collect();
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match !name.is_empty() && name.chars().all(token) {
        true => format!("attachment; filename={name}"),
        false => format!("attachment; filename=\"{name}\""),
    }
}

fn with_body(status: StatusCode, content_type: Option<&str>, body: Bytes) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(VERSION, HeaderValue::from_static("2.0"));
    if let Some(Ok(value)) = content_type.map(HeaderValue::try_from) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    answer
}

/// How the client wants its answers: `$format` wins over `Accept`, and nothing means Atom.
pub(crate) fn format(options: &Options, headers: &HeaderMap) -> Result<Format, Error> {
    Ok(options.format()?.unwrap_or_else(|| accepted(headers)))
}

/// What `Accept` says: JSON when it is named, unless XML is named before it.
pub(crate) fn accepted(headers: &HeaderMap) -> Format {
    let fields = headers.get_all(header::ACCEPT).iter();
    let types = fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','));
    for one in types {
        let one = one.split(';').next().unwrap_or_default().trim();
        match one.to_ascii_lowercase().as_str() {
            "application/json" | "text/json" => return Format::Json,
            "application/atom+xml" | "application/xml" | "text/xml" => return Format::Atom,
            _ => {}
        }
    }
    Format::Atom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_says_json_or_atom() {
        for (accept, json) in [
            ("application/json", true),
            ("application/json;odata=verbose", true),
            ("*/*, application/json", true),
            ("Application/JSON;charset=utf-8", true),
            ("*/*", false),
            ("", false),
            ("application/atom+xml,application/json;q=0.5", false),
            ("text/html", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(accepted(&headers) == Format::Json, json, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()), Format::Atom);
    }

    #[test]
    fn file_names_are_bare_or_quoted_and_never_break_the_header() {
        for (name, expected) in [
            ("flow1.zip", "attachment; filename=flow1.zip"),
            ("my flow.zip", "attachment; filename=\"my flow.zip\""),
            ("a\"b\r\nc/ü.zip", "attachment; filename=a_b__c__.zip"),
            ("a;b", "attachment; filename=\"a;b\""),
            ("", "attachment; filename=\"\""),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }
}
