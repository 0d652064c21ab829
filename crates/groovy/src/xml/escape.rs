//! Characters that stand for themselves, and those that do not.

use std::fmt::Write as _;

/// Which characters an encoding has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    Ascii,
    Latin1,
    Unicode,
}

impl Charset {
    /// The characters of an encoding of this name.
    pub(crate) fn named(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "US-ASCII" | "ASCII" => Self::Ascii,
            "ISO-8859-1" | "LATIN1" | "ISO8859_1" => Self::Latin1,
            _ => Self::Unicode,
        }
    }

    /// Whether it has a character.
    pub(crate) fn has(self, c: char) -> bool {
        match self {
            Self::Ascii => c.is_ascii(),
            Self::Latin1 => u32::from(c) < 0x100,
            Self::Unicode => true,
        }
    }
}

/// Appends `text` with what `replace` says in the place of some ASCII characters, and references
/// in the place of characters for which `refer` holds.
pub(crate) fn escape(
    out: &mut String,
    text: &str,
    replace: impl Fn(u8) -> Option<&'static str>,
    refer: impl Fn(char) -> bool,
    hexadecimal: bool,
) {
    let mut clean = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            if let Some(with) = replace(byte) {
                out.push_str(text.get(clean..at).unwrap_or_default());
                out.push_str(with);
                clean = at + 1;
            }
            at += 1;
            continue;
        }
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        let next = at + c.len_utf8();
        if refer(c) {
            out.push_str(text.get(clean..at).unwrap_or_default());
            let _ = match hexadecimal {
                true => write!(out, "&#x{:x};", u32::from(c)),
                false => write!(out, "&#{};", u32::from(c)),
            };
            clean = next;
        }
        at = next;
    }
    out.push_str(text.get(clean..).unwrap_or_default());
}
