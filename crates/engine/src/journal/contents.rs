//! Contents that a message record keeps: traces, attachments, and what came in.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use lockgate_core::limits;
use lockgate_store::payloads::{Payload, PayloadHead, PayloadKind};

use crate::exchange::{Attachment, Body, Exchange};
use crate::log::cut;
use crate::names;
use crate::value::Value;

/// How much of a content is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentLimits {
    /// Bytes of a body in a trace.
    pub trace_bytes: usize,
    /// Bytes of an attachment, or of a body that is kept to be sent again.
    pub kept_bytes: usize,
}

impl Default for ContentLimits {
    fn default() -> Self {
        Self {
            trace_bytes: 256 * 1024,
            kept_bytes: 4 * 1024 * 1024,
        }
    }
}

/// How much is kept, and how much of it waits to be written. Shared by all messages of a worker.
#[derive(Debug)]
pub(crate) struct Keeping {
    limits: ContentLimits,
    pending: AtomicUsize,
}

impl Keeping {
    pub(crate) fn new(limits: ContentLimits) -> Self {
        Self {
            limits,
            pending: AtomicUsize::new(0),
        }
    }

    /// Takes room for so many bytes, if there is.
    fn take(&self, bytes: usize) -> bool {
        let taken = self
            .pending
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |pending| {
                let sum = pending.saturating_add(bytes);
                (sum <= limits::LOG_CONTENT_PENDING).then_some(sum)
            });
        taken.is_ok()
    }
}

/// The contents of one record.
#[derive(Debug)]
pub(crate) struct Contents {
    keeping: Arc<Keeping>,
    /// Bytes taken of the room that all share; given back when these contents are dropped.
    taken: usize,
    kept: Vec<Kept>,
}

/// A content, small until it is written.
#[derive(Debug)]
struct Kept {
    kind: PayloadKind,
    step: Option<u32>,
    element: Option<Arc<str>>,
    name: Option<String>,
    at: Timestamp,
    media_type: Option<String>,
    size: usize,
    headers: Vec<(String, String)>,
    properties: Vec<(String, String)>,
    body: Bytes,
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.keeping
            .pending
            .fetch_sub(self.taken, Ordering::Relaxed);
    }
}

impl Contents {
    pub(crate) fn new(keeping: &Arc<Keeping>) -> Self {
        Self {
            keeping: Arc::clone(keeping),
            taken: 0,
            kept: Vec::new(),
        }
    }

    /// Keeps what the exchange looks like around a step.
    pub(crate) fn trace(
        &mut self,
        kind: PayloadKind,
        step: u32,
        element: &Arc<str>,
        at: Timestamp,
        exchange: &Exchange,
    ) {
        let mut properties: Vec<_> = exchange.properties.iter().collect();
        properties.sort_unstable_by_key(|(name, _)| *name);
        let (body, size) = body(&exchange.body, self.keeping.limits.trace_bytes);
        self.keep(Kept {
            kind,
            step: Some(step),
            element: Some(Arc::clone(element)),
            name: None,
            at,
            media_type: media_type(exchange),
            size,
            headers: shown(exchange.headers.iter()),
            properties: shown(
                properties
                    .into_iter()
                    .map(|(name, value)| (name.as_str(), value)),
            ),
            body,
        });
    }

    /// Keeps the exchange as it came in, so that it can be sent again. What is secret is left out.
    pub(crate) fn inbound(&mut self, process: &Arc<str>, at: Timestamp, exchange: &Exchange) {
        let mut headers = Vec::new();
        for (name, value) in exchange.headers.iter().filter(|(name, _)| !is_secret(name)) {
            repeat(&mut headers, name, value);
        }
        let mut properties = Vec::new();
        for (name, value) in exchange
            .properties
            .iter()
            .filter(|(name, _)| !is_secret(name))
        {
            repeat(&mut properties, name, value);
        }
        // Text is written in the message's character set, to be read in it again.
        let whole = exchange.body_bytes().map(Body::Bytes);
        let whole = whole.unwrap_or_else(|_| exchange.body.clone());
        let (body, size) = body(&whole, self.keeping.limits.kept_bytes);
        self.keep(Kept {
            kind: PayloadKind::Inbound,
            step: None,
            element: Some(Arc::clone(process)),
            name: None,
            at,
            media_type: media_type(exchange),
            size,
            headers,
            properties,
            body,
        });
    }

    /// Keeps an attachment.
    pub(crate) fn attachment(&mut self, attachment: Attachment, at: Timestamp) {
        let whole = Body::Bytes(attachment.data);
        let (body, size) = body(&whole, self.keeping.limits.kept_bytes);
        self.keep(Kept {
            kind: PayloadKind::Attachment,
            step: None,
            element: None,
            name: Some(attachment.name),
            at,
            media_type: Some(attachment.content_type),
            size,
            headers: Vec::new(),
            properties: Vec::new(),
            body,
        });
    }

    /// Keeps a content while there is room; its body goes first.
    fn keep(&mut self, mut kept: Kept) {
        let left = limits::LOG_CONTENT_BYTES.saturating_sub(self.taken);
        let text = |pairs: &[(String, String)]| -> usize {
            pairs.iter().map(|(n, v)| n.len() + v.len() + 48).sum()
        };
        let around = 256 + text(&kept.headers) + text(&kept.properties);
        let whole = around + kept.body.len();
        if whole <= left && self.keeping.take(whole) {
            self.taken += whole;
        } else if around <= left && self.keeping.take(around) {
            self.taken += around;
            kept.body = Bytes::new();
        } else {
            return;
        }
        self.kept.push(kept);
    }

    /// The contents as the store keeps them.
    pub(super) fn payloads(&self, message: &MessageId) -> impl Iterator<Item = Payload> {
        self.kept.iter().map(move |kept| Payload {
            head: PayloadHead {
                id: 0,
                message: message.clone(),
                kind: kept.kind,
                step_seq: kept.step,
                step_id: kept.element.as_deref().map(str::to_owned),
                parent: None,
                name: kept.name.clone(),
                kept_at: kept.at,
                media_type: kept.media_type.clone(),
                size: kept.size as u64,
            },
            headers: kept.headers.clone(),
            properties: kept.properties.clone(),
            body: kept.body.to_vec(),
        })
    }
}

/// The beginning of a body, and how long it is. A body that is kept whole is shared, not copied.
fn body(body: &Body, most: usize) -> (Bytes, usize) {
    let size = body.size();
    let bytes = match body {
        Body::Null => Bytes::new(),
        Body::Bytes(bytes) if size <= most => bytes.clone(),
        Body::Bytes(bytes) => Bytes::copy_from_slice(&bytes[..most]),
        Body::Text(text) if size <= most => Bytes::from_owner(Arc::<[u8]>::from(Arc::clone(text))),
        Body::Text(text) => Bytes::copy_from_slice(&text.as_bytes()[..most]),
    };
    (bytes, size)
}

fn media_type(exchange: &Exchange) -> Option<String> {
    let value = exchange.headers.get(names::CONTENT_TYPE)?.to_text()?;
    Some(cut(&value, limits::LOG_VALUE_CHARS))
}

/// Headers or properties as people see them: without what is secret, and cut.
fn shown<'a>(values: impl Iterator<Item = (&'a str, &'a Value)>) -> Vec<(String, String)> {
    let shown = |(name, value): (&str, &Value)| {
        let text = match is_secret(name) {
            true => Cow::Borrowed("***"),
            false => told(name, value),
        };
        (
            cut(name, limits::LOG_VALUE_CHARS),
            cut(&text, limits::LOG_TRACE_CHARS),
        )
    };
    values.map(shown).collect()
}

/// The text of a value. Of a query, parameters that are secret are left out.
fn told<'a>(name: &str, value: &'a Value) -> Cow<'a, str> {
    let text = value.to_text().unwrap_or_default();
    if !name.eq_ignore_ascii_case(names::QUERY) {
        return text;
    }
    let parameter = |parameter: &str| match parameter.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}=***"),
        _ => parameter.to_owned(),
    };
    let parameters: Vec<String> = text.split('&').map(parameter).collect();
    Cow::Owned(parameters.join("&"))
}

/// Adds a header; several of one name are several pairs.
fn repeat(pairs: &mut Vec<(String, String)>, name: &str, value: &Value) {
    match value {
        Value::Null | Value::Error(_) => {}
        Value::List(values) => values.iter().for_each(|value| repeat(pairs, name, value)),
        value => pairs.push((name.to_owned(), told(name, value).into_owned())),
    }
}

/// Words in the names of headers and properties whose values are not shown.
const SECRET_WORDS: [&str; 9] = [
    "authorization",
    "cookie",
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "credential",
    "proxyauth",
];

/// Whether the value under this name is to be seen by nobody.
pub(crate) fn is_secret(name: &str) -> bool {
    let letters: String = name
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | '.' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    SECRET_WORDS.iter().any(|word| letters.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeping(trace_bytes: usize, kept_bytes: usize) -> Arc<Keeping> {
        Arc::new(Keeping::new(ContentLimits {
            trace_bytes,
            kept_bytes,
        }))
    }

    fn payloads(contents: Contents) -> Vec<Payload> {
        let id = MessageId::parse("m").unwrap();
        contents.payloads(&id).collect()
    }

    fn traced(exchange: &Exchange, keeping: &Arc<Keeping>) -> Payload {
        let mut contents = Contents::new(keeping);
        let at = Timestamp::from_secs(1);
        contents.trace(PayloadKind::Before, 3, &"Step".into(), at, exchange);
        payloads(contents).remove(0)
    }

    fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
        let found = pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Names under which secrets travel, however they are spelt.
    const SECRET: [&str; 12] = [
        "Authorization",
        "authorization",
        "Proxy-Authorization",
        "Proxy-Authenticate-Token",
        "Cookie",
        "Set-Cookie",
        "X-CSRF-Token",
        "x_csrf_token",
        "X-API-Key",
        "X-Lockgate-Proxy-Secret",
        "dbPassword",
        "my credential",
    ];

    #[test]
    fn nothing_secret_is_kept() {
        const CANARY: &str = "canary-7f3a";
        let mut exchange = Exchange::default();
        for name in SECRET {
            exchange.headers.set(name, CANARY);
            exchange.set_property(name, CANARY);
        }
        exchange.headers.set("Plain", "seen");
        let query = format!("a=1&api_key={CANARY}&token={CANARY}");
        exchange.headers.set("CamelHttpQuery", query);
        let keeping = keeping(100, 100);
        let mut contents = Contents::new(&keeping);
        let at = Timestamp::from_secs(1);
        contents.trace(PayloadKind::Before, 0, &"s".into(), at, &exchange);
        contents.inbound(&"p".into(), at, &exchange);
        let kept = payloads(contents);
        assert!(!format!("{kept:?}").contains(CANARY));
        for payload in &kept {
            assert_eq!(value(&payload.headers, "Plain"), Some("seen"));
            let query = value(&payload.headers, "CamelHttpQuery");
            assert_eq!(query, Some("a=1&api_key=***&token=***"));
        }
        assert_eq!(value(&kept[0].properties, "dbPassword"), Some("***"));
        assert_eq!(value(&kept[1].properties, "dbPassword"), None);
    }

    #[test]
    fn a_body_that_is_too_long_is_cut_and_says_so() {
        let exchange = |body: Body| Exchange {
            body,
            ..Exchange::default()
        };
        let keeping = keeping(4, 10);
        for (body, kept, is_cut) in [
            (Body::Null, &b""[..], false),
            (Body::Text("1234".into()), b"1234", false),
            (Body::Text("12345".into()), b"1234", true),
            (
                Body::Bytes(Bytes::from_static(b"\xff\xfe")),
                b"\xff\xfe",
                false,
            ),
            (
                Body::Bytes(Bytes::from_static(b"\xff12345")),
                b"\xff123",
                true,
            ),
        ] {
            let payload = traced(&exchange(body), &keeping);
            assert_eq!((payload.body.as_slice(), payload.is_cut()), (kept, is_cut));
        }
        let mut long = exchange(Body::Null);
        long.headers.set("a", "x\0".repeat(20_000));
        let payload = traced(&long, &keeping);
        let header = value(&payload.headers, "a").unwrap();
        assert_eq!(header.chars().count(), limits::LOG_TRACE_CHARS);
        assert!(!header.contains('\0'));
    }

    #[test]
    fn contents_take_no_more_room_than_there_is() {
        let keeping = keeping(1024 * 1024, 1024 * 1024);
        let big = Exchange {
            body: Body::Bytes(Bytes::from(vec![b'x'; 1024 * 1024])),
            ..Exchange::default()
        };
        let mut all = Vec::new();
        for _ in 0..40 {
            let mut contents = Contents::new(&keeping);
            for step in 0..40 {
                let at = Timestamp::from_secs(1);
                contents.trace(PayloadKind::Before, step, &"s".into(), at, &big);
            }
            assert!(contents.taken <= limits::LOG_CONTENT_BYTES);
            all.push(contents);
        }
        let pending = keeping.pending.load(Ordering::Relaxed);
        assert!(pending <= limits::LOG_CONTENT_PENDING, "{pending}");
        // Where the body found no room, the rest did, and says that it is cut.
        let first = payloads(all.remove(0));
        assert_eq!(first.len(), 40);
        assert!(!first[0].is_cut() && first[39].is_cut());
        drop(all);
        assert_eq!(keeping.pending.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_repeated_header_is_kept_with_each_value() {
        let mut exchange = Exchange::default();
        let values: Vec<Value> = vec!["1".into(), "2".into()];
        exchange.headers.set("n", Value::List(values.into()));
        let mut contents = Contents::new(&keeping(9, 9));
        contents.inbound(&"p".into(), Timestamp::from_secs(1), &exchange);
        let kept = payloads(contents).remove(0);
        let pair = |value: &str| ("n".to_owned(), value.to_owned());
        assert_eq!(kept.headers, [pair("1"), pair("2")]);
    }
}
