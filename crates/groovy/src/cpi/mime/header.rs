//! Header lines of a MIME part.

use bytes::Bytes;

use crate::text::Str;

/// Names that come first among headers that were not read, in this order.
const FIRST: [&str; 4] = [
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-md5",
];

/// Names and values, in the order in which they are written.
#[derive(Clone, Default)]
pub(super) struct Headers {
    lines: Vec<(Str, Str)>,
    /// Whether they were read: then they keep their order.
    read: bool,
}

impl Headers {
    /// Reads headers up to the empty line; also where the content begins, if there is such a line.
    pub(super) fn read(bytes: &[u8]) -> (Self, Option<usize>) {
        let mut logical: Vec<String> = Vec::new();
        let mut at = 0;
        let mut content = None;
        while let Some((line, next)) = line(bytes, at) {
            at = next;
            if line.is_empty() {
                content = Some(at);
                break;
            }
            // Each byte is a character, as JavaMail takes them.
            let text: String = line.iter().copied().map(char::from).collect();
            match logical.last_mut() {
                Some(last) if text.starts_with([' ', '\t']) => {
                    last.push_str("\r\n");
                    last.push_str(&text);
                }
                _ => logical.push(text),
            }
        }
        let pairs = logical.iter().filter_map(|one| one.split_once(':'));
        let blank = [' ', '\t', '\r', '\n'];
        let lines = pairs.map(|(name, value)| {
            let value = value.trim_start_matches(blank);
            (name.trim_end().into(), value.into())
        });
        let headers = Self {
            lines: lines.collect(),
            read: true,
        };
        (headers, content)
    }

    pub(super) fn all(&self, name: &str) -> Vec<Str> {
        let lines = self.lines.iter();
        let found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<Str> {
        self.all(name).into_iter().next()
    }

    pub(super) fn add(&mut self, name: &str, value: Str) {
        let at = if self.read {
            self.lines.len()
        } else {
            let rank = rank(name);
            self.lines
                .partition_point(|(one, _)| self::rank(one) <= rank)
        };
        self.lines.insert(at, (name.into(), value));
    }

    pub(super) fn set(&mut self, name: &str, value: Str) {
        let mut lines = self.lines.iter();
        let Some(at) = lines.position(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            self.add(name, value);
            return;
        };
        let mut index = 0;
        self.lines.retain(|(known, _)| {
            index += 1;
            index <= at + 1 || !known.eq_ignore_ascii_case(name)
        });
        if let Some((_, old)) = self.lines.get_mut(at) {
            *old = value;
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.lines
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// The lines, and the empty one behind them.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let byte = |c: char| u8::try_from(c).unwrap_or(b'?');
        for (name, value) in &self.lines {
            out.extend(name.chars().map(byte));
            out.extend_from_slice(b": ");
            out.extend(value.chars().map(byte));
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }
}

fn rank(name: &str) -> usize {
    let mut first = FIRST.iter();
    let found = first.position(|one| one.eq_ignore_ascii_case(name));
    found.unwrap_or(FIRST.len())
}

/// The line at a place, and where the next one begins.
pub(super) fn line(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let Some(end) = memchr::memchr2(b'\r', b'\n', rest) else {
        return Some((rest, bytes.len()));
    };
    let (line, after) = rest.split_at(end);
    let ending = if after.starts_with(b"\r\n") { 2 } else { 1 };
    Some((line, at + end + ending))
}

/// Part of shared bytes; empty where there is no such part.
pub(super) fn slice(bytes: &Bytes, from: usize, to: usize) -> Bytes {
    let to = to.min(bytes.len());
    bytes.slice(from.min(to)..to)
}
