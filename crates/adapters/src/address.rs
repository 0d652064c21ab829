//! Reads and extends target addresses.

use lockgate_engine::error::StepError;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

/// What may not stand in a query. `%` is kept, so that what is already encoded stays so.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// What may not stand in a path.
const PATH: &AsciiSet = &QUERY.add(b'?');

/// Reads an absolute HTTP address.
///
/// # Errors
/// When it is none, or when it carries a user: credentials belong into deployed material, where no
/// error message shows them.
pub(crate) fn parse(address: &str) -> Result<Url, StepError> {
    let address = address.trim();
    let url = Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err(StepError::new(format!(
            "{:?} is not an address to call. It must begin with http:// or https:// and name a host.",
            without_user(address)
        )));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(StepError::new(format!(
            "The address {:?} contains a user. Remove it and deploy a credential instead.",
            without_user(address)
        )));
    }
    Ok(url)
}

/// Encodes what is illegal in a query and leaves the rest alone. A leading `?` is dropped.
pub(crate) fn query(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('?').unwrap_or(text);
    encode(text, QUERY)
}

/// Encodes what is illegal in a path and leaves the rest alone.
pub(crate) fn path(text: &str) -> String {
    encode(text, PATH)
}

/// Refuses a path that would lead above what it is appended to.
///
/// # Errors
/// When a segment is `.` or `..`, percent-encoded or not.
pub(crate) fn check_path(path: &str) -> Result<(), StepError> {
    let climbs = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    if path.split(['/', '\\']).any(climbs) {
        return Err(StepError::new(format!(
            "The path {path:?} has a segment \".\" or \"..\", which could lead to another resource."
        )));
    }
    Ok(())
}

/// Adds a query to one that may be there already.
pub(crate) fn add_query(url: &mut Url, query: &str) {
    if query.is_empty() {
        return;
    }
    let joined = match url.query().filter(|query| !query.is_empty()) {
        Some(own) => format!("{own}&{query}"),
        None => query.to_owned(),
    };
    url.set_query(Some(&joined));
}

fn encode(text: &str, illegal: &'static AsciiSet) -> String {
    // A percent sign that begins no escape is a character like any other.
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, tail) = rest.split_at(at);
        out.extend(utf8_percent_encode(before, illegal));
        let hex = tail.as_bytes().get(1..3);
        let escape = hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        out.push_str(if escape { "%" } else { "%25" });
        rest = &tail[1..];
    }
    out.extend(utf8_percent_encode(rest, illegal));
    out
}

/// An address as it may be shown: without what stands before `@` in the authority.
fn without_user(address: &str) -> String {
    let start = address.find("//").map_or(0, |at| at + 2);
    let (scheme, rest) = address.split_at(start);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_illegal_in_a_query_is_encoded() {
        let cases = [
            ("a=b&c=d", "a=b&c=d"),
            ("?a=b", "a=b"),
            ("??a", "?a"),
            ("$filter=Name eq 'x'", "$filter=Name%20eq%20'x'"),
            ("a=%20%zz%", "a=%20%25zz%25"),
            ("a=ü#x", "a=%C3%BC%23x"),
            ("a=b\r\nHost: x", "a=b%0D%0AHost:%20x"),
        ];
        for (text, expected) in cases {
            assert_eq!(query(text), expected, "{text}");
        }
        assert_eq!(path("a b?c/%2F"), "a%20b%3Fc/%2F");
    }

    #[test]
    fn paths_cannot_climb() {
        for path in ["..", "a/../b", "a/%2E%2e/b", "./a", "a\\..\\b"] {
            assert!(check_path(path).is_err(), "{path}");
        }
        for path in ["", "a/b", "a..b", "/a/...", "Set(Key='..x')"] {
            assert!(check_path(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn addresses_never_show_a_user() {
        for address in [
            "http://me:secret@host/x",
            "ftp://me:secret@host/x",
            "me:secret@host",
            "http://me:secret@",
            "http://me:s@ecret@host:port/",
        ] {
            let error = parse(address).unwrap_err();
            assert!(!error.message.contains("secret"), "{}", error.message);
            assert!(!error.message.contains("ecret"), "{}", error.message);
        }
        assert_eq!(
            parse(" https://host/a ").unwrap().as_str(),
            "https://host/a"
        );
    }

    #[test]
    fn placeholders_are_no_addresses() {
        for address in [
            "",
            "<Host>:<Port>",
            "FILLED_BY_CUSTOMER",
            "/relative",
            "http://",
            "http://:80",
        ] {
            let error = parse(address).unwrap_err();
            assert!(
                error.message.contains("not an address"),
                "{address}: {}",
                error.message
            );
        }
    }
}
