//! Strings of JSON.

use std::borrow::Cow;

use memchr::{memchr_iter, memchr2};

use crate::throwable::throw;

use super::parse::Fault;

/// The string whose first character is at byte `from`, and the byte behind its closing quote. A
/// string that is not closed goes to the end of the text.
pub(super) fn read(text: &str, from: usize) -> Result<(Cow<'_, str>, usize), Fault> {
    let rest = text.get(from..).unwrap_or_default();
    match memchr2(b'"', b'\\', rest.as_bytes()) {
        None => Ok((Cow::Borrowed(rest), text.len())),
        Some(end) if rest.as_bytes().get(end) == Some(&b'"') => {
            let string = rest.get(..end).unwrap_or_default();
            Ok((Cow::Borrowed(string), from + end + 1))
        }
        Some(escape) => {
            let end = closing_quote(rest, escape);
            let string = unescape(rest.get(..end).unwrap_or(rest), true)?;
            Ok((Cow::Owned(string), (from + end + 1).min(text.len())))
        }
    }
}

/// The first quote that no backslash escapes.
fn closing_quote(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let quotes = memchr_iter(b'"', bytes.get(from..).unwrap_or_default());
    for quote in quotes.map(|quote| quote + from) {
        let before = bytes.get(..quote).unwrap_or_default();
        let slashes = before.iter().rev().take_while(|byte| **byte == b'\\');
        if slashes.count() % 2 == 0 {
            return quote;
        }
    }
    text.len()
}

/// Where the string that begins at byte `from` has its closing quote.
pub(super) fn end(text: &str, from: usize) -> Option<usize> {
    let end = closing_quote(text, from);
    (end < text.len()).then_some(end)
}

/// A string without its escapes, as the older reader of Groovy sees them: an escape that is none is
/// the character itself.
pub(super) fn lenient(text: &str) -> String {
    unescape(text, false).unwrap_or_else(|_| text.to_owned())
}

fn unescape(text: &str, strict: bool) -> Result<String, Fault> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // The first half of a surrogate pair, waiting for its second.
    let mut high = None;
    while let Some(slash) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at(slash);
        if !plain.is_empty() && high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
        out.push_str(plain);
        let mut after = escape.chars();
        after.next();
        let kind = after.next();
        rest = after.as_str();
        let unit = match kind {
            Some('u') => {
                let Some(hex) = rest.get(..4) else { continue };
                rest = rest.get(4..).unwrap_or_default();
                hex_unit(hex)?
            }
            Some('n') => 10,
            Some('t') => 9,
            Some('r') => 13,
            Some('b') => 8,
            Some('f') => 12,
            Some(c @ ('/' | '"' | '\\')) => c as u16,
            None => break,
            Some(c) if !strict => {
                out.push(c);
                continue;
            }
            Some(_) => {
                return Err(throw("groovy.json.JsonException", "Unable to decode string").into());
            }
        };
        push(&mut out, &mut high, unit);
    }
    if high.is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
    out.push_str(rest);
    Ok(out)
}

fn hex_unit(hex: &str) -> Result<u16, Fault> {
    let bad = || Fault::Number(Some(format!("For input string: \"{hex}\"")));
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(bad());
    }
    u16::from_str_radix(hex, 16).map_err(|_| bad())
}

fn push(out: &mut String, high: &mut Option<u16>, unit: u16) {
    let pair = [high.take().unwrap_or(0), unit];
    let units = if pair[0] == 0 { &pair[1..] } else { &pair[..] };
    if let [unit @ 0xd800..=0xdbff] = units {
        *high = Some(*unit);
        return;
    }
    if let [_, unit @ 0xd800..=0xdbff] = units {
        out.push(char::REPLACEMENT_CHARACTER);
        *high = Some(*unit);
        return;
    }
    out.extend(
        char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
}
