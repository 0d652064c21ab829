//! One line per request to a surface.

use std::time::Duration;

use http::{Method, StatusCode};

use crate::caller::Caller;

/// A path in the log is cut after this many characters.
const PATH_CHARS: usize = 500;

/// Writes the line. The query is left out: it may carry credentials.
pub(crate) fn record(
    method: &Method,
    path: &str,
    caller: &Caller,
    status: StatusCode,
    took: Duration,
) {
    tracing::info!(
        target: "lockgate::request",
        correlation = %caller.correlation,
        source = %caller.source,
        method = %method,
        path = %printable(path, PATH_CHARS),
        status = status.as_u16(),
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "request"
    );
}

/// The start of `text` with control characters escaped: what others sent stays one bounded line.
#[must_use]
pub fn printable(text: &str, max_chars: usize) -> String {
    text.chars()
        .flat_map(char::escape_debug)
        .take(max_chars)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_text_is_one_bounded_line() {
        assert_eq!(printable("/a\r\nb\u{1b}[0m", 500), "/a\\r\\nb\\u{1b}[0m");
        assert_eq!(printable(&"x".repeat(10_000), 500).len(), 500);
        assert_eq!(printable(&"\n".repeat(500), 500).len(), 500);
    }
}
