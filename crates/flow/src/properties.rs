//! Java `.properties` files.

use indexmap::IndexMap;
use thiserror::Error;

/// Why a text is not a properties file.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("line {line}: '\\u' must be followed by four hexadecimal digits")]
pub struct InvalidEscape {
    /// Line of the escape, from 1.
    pub line: u32,
}

/// Parses a properties file: comments, continuation lines, escapes. A key that occurs twice keeps
/// its last value.
///
/// # Errors
/// A `\u` that is not a UTF-16 escape; everything else has a meaning.
pub fn parse(text: &str) -> Result<IndexMap<String, String>, InvalidEscape> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut properties = IndexMap::new();
    for (number, line) in logical_lines(text) {
        let (key, value) = split(&line);
        let invalid = || InvalidEscape { line: number };
        properties.insert(
            unescape(key).ok_or_else(invalid)?,
            unescape(value).ok_or_else(invalid)?,
        );
    }
    Ok(properties)
}

/// Lines with continuations joined and comments and blank lines left out, each with its number.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut continues = false;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (number, line) in (1u32..).zip(text.split('\n')) {
        let start = line.trim_start_matches([' ', '\t', '\u{c}']);
        if !continues && (start.is_empty() || start.starts_with(['#', '!'])) {
            continue;
        }
        let backslashes = start.bytes().rev().take_while(|b| *b == b'\\').count();
        let content = &start[..start.len() - backslashes % 2];
        match lines.last_mut() {
            Some((_, last)) if continues => last.push_str(content),
            _ => lines.push((number, content.to_owned())),
        }
        continues = backslashes % 2 == 1;
    }
    lines
}

/// Splits a line at the first unescaped `=`, `:` or white space; both halves are still escaped.
fn split(line: &str) -> (&str, &str) {
    let blank = [' ', '\t', '\u{c}'];
    let mut escaped = false;
    let end = line.char_indices().find(|(_, c)| {
        let ends = !escaped && (matches!(c, '=' | ':') || blank.contains(c));
        escaped = !escaped && *c == '\\';
        ends
    });
    let (key, rest) = line.split_at(end.map_or(line.len(), |(at, _)| at));
    let rest = rest.trim_start_matches(blank);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (key, value.trim_start_matches(blank))
}

fn unescape(text: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut buffer = [0; 2];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '\\' => match chars.next() {
                None => break,
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some('u') => {
                    units.push(hexadecimal(&mut chars)?);
                    continue;
                }
                Some(other) => other,
            },
            other => other,
        };
        units.extend_from_slice(plain.encode_utf16(&mut buffer));
    }
    Some(String::from_utf16_lossy(&units))
}

fn hexadecimal(chars: &mut std::str::Chars<'_>) -> Option<u16> {
    (0..4).try_fold(0u16, |number, _| {
        let digit = chars.next()?.to_digit(16)?;
        Some(number * 16 + u16::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_construct_of_the_format_is_read() {
        for (text, key, value) in [
            ("a=b", "a", "b"),
            ("a:b", "a", "b"),
            ("a b", "a", "b"),
            ("  a \t=  b ", "a", "b "),
            ("a", "a", ""),
            ("a==b", "a", "=b"),
            ("S4\\ Address=x", "S4 Address", "x"),
            ("Host=https\\://h\\=1", "Host", "https://h=1"),
            ("k=\\#\\!\\\\", "k", "#!\\"),
            ("k=\\u00e4\\uD83D\\uDE00", "k", "ä😀"),
            ("k=a\\\n   b", "k", "ab"),
            ("k=a\\\\\nother=1", "k", "a\\"),
            ("k=a\r\nl=b\rm=c", "l", "b"),
            ("# c\n! d\n\nk=v", "k", "v"),
            ("k=1\nk=2", "k", "2"),
            ("\u{FEFF}k=v", "k", "v"),
            ("<RETRY>=3", "<RETRY>", "3"),
            ("k=\\t\\n\\r\\f\\q", "k", "\t\n\r\u{c}q"),
            ("k=a\\\n# not a comment", "k", "a# not a comment"),
            ("k=trailing\\", "k", "trailing"),
        ] {
            assert_eq!(parse(text).unwrap()[key], value, "{text:?}");
        }
    }

    #[test]
    fn a_broken_unicode_escape_is_reported_with_its_line() {
        assert_eq!(parse("a=1\nb=\\u12G4"), Err(InvalidEscape { line: 2 }));
        assert_eq!(parse("a=\\u12"), Err(InvalidEscape { line: 1 }));
    }
}
