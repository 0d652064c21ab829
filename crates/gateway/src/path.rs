//! The strict reading of paths: decode once, refuse what two readers could understand differently.
//!
//! A [`FlowPath`] is made once per request. Authorization, routing, logging and the flow all read
//! the same value; the raw target is never looked at again. Nothing is repaired: a path that would
//! need it is refused.

use std::fmt::Write as _;

use lockgate_core::refusal::Reason;
use percent_encoding::percent_decode_str;

/// First segments that belong to the gateway. Only the first leads to flows today; the others
/// answer like an unknown address, so that callers cannot tell them apart without credentials.
const SURFACES: [&str; 3] = ["http", "cxf", "odata"];
/// The surface of HTTPS sender channels.
const HTTPS: &str = "/http";

/// Whether a request with this raw path is the gateway's to answer, well-formed or not.
///
/// Generous on purpose: `//http/x`, `/%68ttp/x` or `/HTTP;a/x` belong here so that they are refused
/// by the strict reading instead of being understood differently by another router.
#[must_use]
pub fn is_flow_path(raw: &str) -> bool {
    let path = raw.trim_start_matches('/');
    let mut first =
        percent_decode_str(path).take_while(|byte| !matches!(byte, b'/' | b'\\' | b';'));
    let mut name = [0; 8];
    let length = name
        .iter_mut()
        .zip(&mut first)
        .map(|(slot, byte)| *slot = byte)
        .count();
    first.next().is_none()
        && SURFACES
            .iter()
            .any(|surface| name[..length].eq_ignore_ascii_case(surface.as_bytes()))
}

/// A request path that was read strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowPath {
    decoded: String,
    folded: String,
}

impl FlowPath {
    /// Reads the raw path of a request target.
    ///
    /// # Errors
    /// The rule that the path breaks.
    pub fn parse(raw: &str) -> Result<Self, Reason> {
        let decoded = decode(raw)?;
        if decoded.contains('\\') {
            return Err(Reason::PathSeparator);
        }
        if decoded.chars().any(char::is_control) {
            return Err(Reason::PathControl);
        }
        if decoded.contains(';') {
            return Err(Reason::PathParameter);
        }
        let segments = decoded.strip_prefix('/').ok_or(Reason::TargetForm)?;
        let mut segments = segments.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "." | ".." => return Err(Reason::PathDotSegment),
                "" if segments.peek().is_some() => return Err(Reason::PathEmptySegment),
                _ => {}
            }
        }
        let folded = decoded.to_ascii_lowercase();
        Ok(Self { decoded, folded })
    }

    /// The path as the caller wrote it, decoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.decoded
    }

    /// What to look up among the endpoints: the part below `/http`, ASCII letters in lower case.
    /// Absent for the other surfaces, which have no endpoints.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let below = self.folded.strip_prefix(HTTPS)?;
        (below.is_empty() || below.starts_with('/')).then_some(below)
    }

    /// What follows offset `at` of [`FlowPath::address`], as the caller wrote it: folding keeps
    /// every byte in its place.
    #[must_use]
    pub fn after(&self, at: usize) -> &str {
        self.decoded.get(HTTPS.len() + at..).unwrap_or_default()
    }

    /// The path escaped again for use in a URL. Made from the decoded form, so what a flow hands on
    /// is what was authorized.
    #[must_use]
    pub fn encoded(&self) -> String {
        let mut out = String::with_capacity(self.decoded.len());
        for byte in self.decoded.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
                b'/' | b'-' | b'_' | b'.' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' => {
                    out.push(char::from(byte));
                }
                b'*' | b'+' | b',' | b'=' | b':' | b'@' => out.push(char::from(byte)),
                other => {
                    let _ = write!(out, "%{other:02X}");
                }
            }
        }
        out
    }
}

/// Decodes percent escapes once and refuses malformed, double and separator escapes.
fn decode(raw: &str) -> Result<String, Reason> {
    if !raw.contains('%') {
        return Ok(raw.to_owned());
    }
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let (Some(high), Some(low)) = (bytes.next().and_then(hex), bytes.next().and_then(hex))
        else {
            return Err(Reason::PathEscape);
        };
        match high << 4 | low {
            b'/' | b'\\' => return Err(Reason::PathSeparator),
            byte => decoded.push(byte),
        }
    }
    if decoded
        .windows(3)
        .any(|w| w[0] == b'%' && hex(w[1]).is_some() && hex(w[2]).is_some())
    {
        return Err(Reason::PathDoubleEscape);
    }
    String::from_utf8(decoded).map_err(|_| Reason::PathEncoding)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests;
