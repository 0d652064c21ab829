//! Patterns of `SimpleDateFormat`.

use crate::throwable::throw;
use crate::thrown::Result;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// A letter, and how often it stands there.
    Letter(char, usize),
}

/// The pieces of a pattern.
pub(crate) fn compile(pattern: &str) -> Result<Vec<Piece>> {
    let bad = |message: String| throw("IllegalArgumentException", message);
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            if chars.next_if_eq(&'\'').is_some() {
                text.push('\'');
                continue;
            }
            quoted(&mut chars, &mut text).ok_or_else(|| bad("Unterminated quote".to_owned()))?;
        } else if c.is_ascii_alphabetic() {
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            let mut count = 1;
            while chars.next_if_eq(&c).is_some() {
                count += 1;
            }
            if !"GyMdkHmsSEDFwWahKzZYuXL".contains(c) {
                return Err(bad(format!("Illegal pattern character '{c}'")));
            }
            if c == 'X' && count > 3 {
                return Err(bad(format!("invalid ISO 8601 format: length={count}")));
            }
            pieces.push(Piece::Letter(c, count.min(255)));
        } else {
            text.push(c);
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// Reads up to the closing quote; two quotes are one.
fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, text: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '\'' if chars.next_if_eq(&'\'').is_some() => text.push('\''),
            '\'' => return Some(()),
            c => text.push(c),
        }
    }
}
