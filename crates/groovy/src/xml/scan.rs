//! A place in the text of a document, and the small things that are read there.

use std::ops::Range;

use memchr::memmem;

use crate::xml::fault::Fault;

/// A place in a text.
pub(crate) struct Cursor<'t> {
    pub(crate) text: &'t str,
    pub(crate) at: usize,
    /// Whether names are split at a colon, so that a second one ends them.
    pub(crate) namespaces: bool,
}

impl<'t> Cursor<'t> {
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(crate) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    /// Goes past `expected`, when it is here.
    pub(crate) fn eat(&mut self, expected: &str) -> bool {
        let here = self.rest().starts_with(expected);
        if here {
            self.at += expected.len();
        }
        here
    }

    /// Goes past white space; whether there was any.
    pub(crate) fn space(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.at > start
    }

    /// The text up to `end`, which is gone past too.
    pub(crate) fn until(&mut self, end: &str) -> Result<&'t str, Fault> {
        let found = memmem::find(self.rest().as_bytes(), end.as_bytes());
        let Some(length) = found else {
            return Err(self.ended());
        };
        let text = self.slice(self.at..self.at + length);
        self.at += length + end.len();
        Ok(text)
    }

    /// A name; empty when there is none.
    pub(crate) fn name(&mut self) -> Result<&'t str, Fault> {
        let start = self.at;
        let mut colon = None;
        while let Some(byte) = self.peek() {
            let ok = match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => true,
                b'0'..=b'9' | b'-' | b'.' => self.at > start,
                b':' if !self.namespaces => true,
                b':' => colon.is_none(),
                0x80.. => self.wide(start),
                _ => false,
            };
            if !ok {
                break;
            }
            if byte == b':' && self.namespaces && self.at > start {
                colon = Some(self.at);
            }
            self.at += char_len(byte);
        }
        let name = self.slice(start..self.at);
        if colon.is_some_and(|colon| colon + 1 == self.at) {
            let message = format!(
                "Element or attribute \"{name}\" do not match QName production: \
                 QName::=(NCName:)?NCName."
            );
            return Err(Fault::new(self.at, message));
        }
        Ok(name)
    }

    /// Whether the character here, not of ASCII, may be part of a name that began at `start`.
    fn wide(&self, start: usize) -> bool {
        let c = self.rest().chars().next().unwrap_or_default();
        let more = matches!(
            c,
            '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}'
        );
        c.is_alphabetic() || (self.at > start && (more || c.is_numeric()))
    }

    /// The document ends inside of something.
    pub(crate) fn ended(&self) -> Fault {
        let message = "XML document structures must start and end within the same entity.";
        Fault::new(self.text.len(), message)
    }
}

/// Bytes of the character that begins with this byte.
pub(crate) fn char_len(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

/// Where the first character stands that XML does not allow, and its code.
pub(crate) fn forbidden(text: &str) -> Option<(usize, u32)> {
    let suspicious =
        |byte: &u8| (*byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0xef;
    text.as_bytes().iter().position(suspicious)?;
    let bad = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.char_indices()
        .find(|(_, c)| bad(*c))
        .map(|(at, c)| (at, u32::from(c)))
}

/// Whether Java's `trim()` leaves nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte <= b' ')
}
