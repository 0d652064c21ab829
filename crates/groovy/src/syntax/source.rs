//! The source as a stream of characters with places.

use super::{Parsed, error};
use crate::ast::Pos;

/// Normalises newlines to `\n` and resolves `\uXXXX`, which Groovy does before anything else.
///
/// Also gives, per resolved escape, the offset of its character and how many more columns it took.
pub(super) fn normalise(source: &str) -> Parsed<(String, Vec<(usize, u32)>)> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut text = String::with_capacity(source.len());
    let mut wide = Vec::new();
    if !source.contains('\r') && !source.contains("\\u") {
        text.push_str(source);
        return Ok((text, wide));
    }
    let mut rest = source;
    let mut at = Pos { line: 1, column: 1 };
    while let Some(c) = rest.chars().next() {
        let start = text.len();
        let mut taken = c.len_utf8();
        if c == '\\' && rest[taken..].starts_with('u') && !text.ends_with('\\') {
            let (decoded, length) = unicode(rest, at)?;
            text.push(decoded);
            taken = length;
            let extra = u32::try_from(length.saturating_sub(1)).unwrap_or(u32::MAX);
            wide.push((start, extra));
            at.column = at.column.saturating_add(extra);
        } else if c == '\r' {
            text.push('\n');
            taken += usize::from(rest.starts_with("\r\n"));
        } else {
            text.push(c);
        }
        at.column = at.column.saturating_add(1);
        if matches!(c, '\r' | '\n') {
            at = Pos {
                line: at.line.saturating_add(1),
                column: 1,
            };
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok((text, wide))
}

/// The character of the escape (or surrogate pair of escapes) that `rest` begins with, and its
/// length.
fn unicode(rest: &str, at: Pos) -> Parsed<(char, usize)> {
    let unit = |text: &str| -> Option<(u32, usize)> {
        let digits = text.strip_prefix('\\')?.trim_start_matches('u');
        let skipped = text.len() - digits.len();
        let four = digits
            .get(..4)
            .filter(|four| skipped > 1 && four.bytes().all(|b| b.is_ascii_hexdigit()))?;
        Some((u32::from_str_radix(four, 16).ok()?, skipped + 4))
    };
    let Some((first, length)) = unit(rest) else {
        return error(at, "`\\u` needs four hexadecimal digits behind it");
    };
    if let Some(c) = char::from_u32(first) {
        return Ok((c, length));
    }
    let pair = rest
        .get(length..)
        .and_then(unit)
        .and_then(|(second, more)| {
            let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
            let c = char::decode_utf16(units).next()?.ok()?;
            Some((c, length + more))
        });
    match pair {
        Some(found) => Ok(found),
        None => error(
            at,
            "this `\\u` escape is half of a character: write both halves",
        ),
    }
}

/// A place in the normalised source.
#[derive(Debug)]
pub(super) struct Cursor<'s> {
    text: &'s str,
    offset: usize,
    at: Pos,
    wide: std::slice::Iter<'s, (usize, u32)>,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(text: &'s str, wide: &'s [(usize, u32)]) -> Self {
        let at = Pos { line: 1, column: 1 };
        Self {
            text,
            offset: 0,
            at,
            wide: wide.iter(),
        }
    }

    pub(super) fn at(&self) -> Pos {
        self.at
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// What is still to come.
    pub(super) fn rest(&self) -> &'s str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    /// What was passed since `start`.
    pub(super) fn since(&self, start: usize) -> &'s str {
        self.text.get(start..self.offset).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.offset) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            _ => self.rest().chars().next(),
        }
    }

    /// The character behind the next one.
    pub(super) fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Passes one character.
    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        let mut columns = 1;
        if let Some((at, extra)) = self.wide.as_slice().first()
            && *at == self.offset
        {
            columns += extra;
            self.wide.next();
        }
        self.offset += c.len_utf8();
        if c == '\n' {
            self.at = Pos {
                line: self.at.line.saturating_add(1),
                column: 1,
            };
        } else {
            self.at.column = self.at.column.saturating_add(columns);
        }
        Some(c)
    }

    /// Passes `text` if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.looking_at(text);
        if found {
            for _ in text.chars() {
                self.bump();
            }
        }
        found
    }

    /// Passes characters as long as they are `wanted`.
    pub(super) fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.bump();
        }
    }
}
