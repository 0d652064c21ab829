//! `multipart/mixed` as clients write it: with CRLF or LF, with blank lines too many or too few.

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use lockgate_core::limits;

use super::header as add;
use crate::error::{Error, Result};

/// One thing in a batch.
#[derive(Debug)]
pub(super) enum Item {
    Request(Inner),
    Changeset(Vec<Inner>),
}

/// A request in a batch.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) content_id: Option<String>,
}

impl Item {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Request(_) => 1,
            Self::Changeset(changes) => changes.len(),
        }
    }
}

/// The items of a batch with these headers.
pub(super) fn items(headers: &HeaderMap, body: &Bytes) -> Result<Vec<Item>> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = boundary(kind).ok_or_else(|| {
        Error::bad_request("A batch is multipart/mixed, and its boundary is in the Content-Type.")
    })?;
    let items = parts(body, &boundary).into_iter().map(|part| {
        let (headers, content) = mime(&part);
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match self::boundary(kind) {
            Some(boundary) => {
                let changes = parts(&content, &boundary).into_iter().map(|part| {
                    let (headers, content) = mime(&part);
                    request(&headers, &content)
                });
                Ok(Item::Changeset(changes.collect::<Result<_>>()?))
            }
            None => request(&headers, &content).map(Item::Request),
        }
    });
    items.collect()
}

/// The boundary of a `multipart/mixed` content type.
fn boundary(kind: &str) -> Option<String> {
    let (name, parameters) = kind.split_once(';')?;
    if !name.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let mut parameters = parameters.split(';').filter_map(|one| one.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty()).then(|| value.to_owned())
}

/// What is between the lines of `boundary`. The last line may be missing.
fn parts(body: &Bytes, boundary: &str) -> Vec<Bytes> {
    let delimiter = format!("--{boundary}");
    let mut found = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at < body.len() {
        let end = line_end(body, at);
        let line = body[at..end].trim_ascii_end();
        if let Some(behind) = line.strip_prefix(delimiter.as_bytes())
            && (behind.is_empty() || behind == b"--")
        {
            if let Some(start) = start.take() {
                found.push(body.slice(start..at));
            }
            if behind == b"--" {
                return found;
            }
            start = Some(end);
        }
        at = end;
    }
    if let Some(start) = start {
        found.push(body.slice(start..));
    }
    found
}

/// Where the line after the one at `at` starts.
fn line_end(body: &[u8], at: usize) -> usize {
    let feed = body[at..].iter().position(|byte| *byte == b'\n');
    feed.map_or(body.len(), |feed| at + feed + 1)
}

/// The headers of a part, and what follows them. A blank line may be missing in front of a request.
fn mime(part: &Bytes) -> (HeaderMap, Bytes) {
    let (mut headers, mut at) = (HeaderMap::new(), 0);
    while at < part.len() {
        let end = line_end(part, at);
        let line = String::from_utf8_lossy(&part[at..end]);
        let line = line.trim();
        if line.is_empty() && !headers.is_empty() {
            at = end;
            break;
        }
        if request_line(line).is_some() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            add(&mut headers, name.trim(), value.trim());
        }
        at = end;
    }
    (headers, part.slice(at.min(part.len())..))
}

/// Method and target. Targets may have spaces: some clients do not encode them.
fn request_line(line: &str) -> Option<(Method, &str)> {
    let (method, rest) = line.split_once(' ')?;
    let (target, version) = rest.trim().rsplit_once(' ')?;
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let legal = version.starts_with("HTTP/") && !method.as_str().contains(':');
    legal.then_some((method, target.trim()))
}

/// A request: its line, its headers, and everything after a blank line as its body. What it says about
/// its length is often wrong and does not count.
fn request(outer: &HeaderMap, part: &Bytes) -> Result<Inner> {
    let malformed = || Error::bad_request("A request in the batch has no legal request line.");
    let mut at = 0;
    let (method, target) = loop {
        if at >= part.len() {
            return Err(malformed());
        }
        let end = line_end(part, at);
        let line = std::str::from_utf8(&part[at..end]).map_err(|_| malformed())?;
        at = end;
        if line.trim().is_empty() {
            continue;
        }
        let (method, target) = request_line(line.trim()).ok_or_else(malformed)?;
        break (method, target.to_owned());
    };
    if target.len() > limits::REQUEST_TARGET {
        return Err(Error::bad_request(
            "A request in the batch has too long a URL.",
        ));
    }
    let mut headers = HeaderMap::new();
    while at < part.len() {
        let end = line_end(part, at);
        let line = String::from_utf8_lossy(&part[at..end]);
        let Some((name, value)) = line.split_once(':').filter(|_| !line.starts_with('{')) else {
            if line.trim().is_empty() {
                at = end;
            }
            break;
        };
        if headers.len() >= limits::HEADER_FIELDS {
            let message = "A request in the batch has too many headers.";
            return Err(Error::bad_request(message));
        }
        add(&mut headers, name.trim(), value.trim());
        at = end;
    }
    let content_id = outer
        .get("content-id")
        .or_else(|| headers.get("content-id"));
    let content_id = content_id.and_then(|id| id.to_str().ok());
    Ok(Inner {
        content_id: content_id.map(str::to_owned),
        method,
        target,
        body: part.slice(at..),
        headers,
    })
}
