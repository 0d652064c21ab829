//! Just enough MIME to look into a mail.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// Containers inside each other that are looked into.
const DEPTH_MAX: usize = 10;

/// A part of a mail, or the mail as a whole.
#[derive(Clone, Debug)]
pub struct Part {
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Part {
    /// Splits header and body.
    pub(super) fn parse(raw: &Bytes) -> Self {
        let split = find(raw, b"\r\n\r\n");
        let head = String::from_utf8_lossy(&raw[..split.unwrap_or(raw.len())]).into_owned();
        let body = split.map_or_else(Bytes::new, |at| raw.slice(at + 4..));
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let headers = unfolded
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Self { headers, body }
    }

    /// A header, unfolded and decoded.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))?;
        Some(decode_words(value))
    }

    /// Media type in lower case, without parameters.
    #[must_use]
    pub fn content_type(&self) -> String {
        let value = self.header("Content-Type").unwrap_or_default();
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }

    /// The file name of an attachment.
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        parameter(&self.header("Content-Disposition")?, "filename")
    }

    /// The content with its transfer encoding undone.
    #[must_use]
    pub fn data(&self) -> Bytes {
        match self.header("Content-Transfer-Encoding").as_deref() {
            Some("base64") => {
                let packed: Vec<u8> = (self.body.iter().copied())
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect();
                STANDARD.decode(packed).unwrap_or_default().into()
            }
            Some("quoted-printable") => unquote(&self.body, false).into(),
            _ => self.body.clone(),
        }
    }

    /// The content as text; bytes outside UTF-8 are read as ISO 8859-1.
    #[must_use]
    pub fn text(&self) -> String {
        let data = self.data();
        match std::str::from_utf8(&data) {
            Ok(text) => text.to_owned(),
            Err(_) => data.iter().copied().map(char::from).collect(),
        }
    }

    pub(super) fn leaves(&self) -> Vec<Self> {
        let mut leaves = Vec::new();
        self.collect(DEPTH_MAX, &mut leaves);
        leaves
    }

    fn collect(&self, depth: usize, leaves: &mut Vec<Self>) {
        let value = self.header("Content-Type").unwrap_or_default();
        let boundary = parameter(&value, "boundary");
        match boundary.filter(|_| depth > 0 && self.content_type().starts_with("multipart/")) {
            Some(boundary) => {
                for part in split(&self.body, &format!("--{boundary}")) {
                    Self::parse(&part).collect(depth - 1, leaves);
                }
            }
            None => leaves.push(self.clone()),
        }
    }
}

/// The pieces between boundary lines, without preamble and epilogue.
fn split(body: &Bytes, boundary: &str) -> Vec<Bytes> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(found) = find(&body[at..], boundary.as_bytes()) {
        starts.push(at + found);
        at += found + boundary.len();
    }
    starts
        .windows(2)
        .map(|pair| {
            let from = (pair[0] + boundary.len() + 2).min(pair[1]);
            body.slice(from..pair[1].saturating_sub(2).max(from))
        })
        .collect()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// Undoes quoted-printable; in encoded words `_` stands for a blank.
fn unquote(text: &[u8], word: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (*first, tail) {
            (b'=', [b'\r', b'\n', after @ ..]) => rest = after,
            (b'=', [high, low, after @ ..]) => {
                let hex = |byte: &u8| char::from(*byte).to_digit(16);
                if let Some(byte) = hex(high).zip(hex(low)) {
                    out.push(u8::try_from(byte.0 * 16 + byte.1).unwrap_or_default());
                    rest = after;
                }
            }
            (b'_', _) if word => out.push(b' '),
            (byte, _) => out.push(byte),
        }
    }
    out
}

/// Decodes `=?utf-8?b?…?=` and `=?utf-8?q?…?=`.
fn decode_words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, tail)) = rest.split_once("=?") {
        let mut fields = tail.splitn(4, '?');
        let (Some(_), Some(kind), Some(text), Some(after)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            break;
        };
        let Some(after) = after.strip_prefix('=') else {
            break;
        };
        // White space between two encoded words is not part of the text.
        if out.is_empty() || !before.trim().is_empty() {
            out.push_str(before);
        }
        let bytes = if kind.eq_ignore_ascii_case("b") {
            STANDARD.decode(text).unwrap_or_default()
        } else {
            unquote(text.as_bytes(), true)
        };
        out.push_str(&String::from_utf8_lossy(&bytes));
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unfolded_and_decoded() {
        let raw =
            b"Subject: =?utf-8?b?R3LDvMOf?=\r\n =?utf-8?q?e_an?= alle\r\nX: a\r\n\tb\r\n\r\nbody";
        let part = Part::parse(&Bytes::from_static(raw));
        assert_eq!(part.header("subject").as_deref(), Some("Grüße an alle"));
        assert_eq!(part.header("x").as_deref(), Some("a b"));
        assert_eq!(part.text(), "body");
    }

    #[test]
    fn containers_are_taken_apart() {
        let raw = b"Content-Type: multipart/mixed; boundary=\"xx\"\r\n\r\nignored\r\n--xx\r\n\
            Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n--xx\r\n\
            Content-Disposition: attachment; filename=\"f.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=\r\n--xx--\r\n";
        let leaves = Part::parse(&Bytes::from_static(raw)).leaves();
        assert_eq!(leaves.len(), 2);
        assert_eq!(leaves[0].text(), "a=bc");
        assert_eq!(leaves[1].file_name().as_deref(), Some("f.txt"));
        assert_eq!(leaves[1].data(), "hi");
    }
}
