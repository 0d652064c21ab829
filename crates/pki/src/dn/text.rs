//! Names as text, after RFC 4514.

use std::fmt::Write as _;

use lockgate_core::certificate::Name;
use lockgate_core::limits;
use thiserror::Error;

use super::{Attribute, DOMAIN_COMPONENT, EMAIL, KNOWN, Relative, canonical, shown};
use crate::der;

/// Why a text is not a distinguished name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidText {
    /// It is longer than [`limits::DISTINGUISHED_NAME`].
    #[error(
        "the distinguished name is longer than {} bytes",
        limits::DISTINGUISHED_NAME
    )]
    TooLong,
    /// It has no attribute.
    #[error("the distinguished name is empty")]
    Empty,
    /// A part has no `=`.
    #[error(
        "'{0}' in the distinguished name is not of the form TYPE=value; a comma in a value is written '\\,'"
    )]
    NoType(String),
    /// An attribute type has neither a known short name nor is it an OID.
    #[error("'{0}' is no known attribute type; write it as an OID such as 2.5.4.3")]
    UnknownType(String),
    /// An escape, a quotation or a `#` value is malformed.
    #[error("the value of '{0}' has an incomplete escape, quotation or hexadecimal form")]
    Value(String),
}

/// Reads a distinguished name as people and tools write it: RFC 4514, with blanks around separators,
/// `;` as a separator and quoted values as older texts have them.
///
/// The text is taken as most specific attribute first; use [`super::DnPattern`] where it may be the
/// other way round.
///
/// # Errors
/// When the text is not a distinguished name, or an empty one.
pub fn parse_text(text: &str) -> Result<Name, InvalidText> {
    let mut relatives = parse(text)?;
    relatives.reverse();
    Ok(Name::new(shown(&relatives), canonical(&relatives)))
}

/// The relative names in the order in which they are written.
pub(super) fn parse(text: &str) -> Result<Vec<Relative>, InvalidText> {
    if text.len() > limits::DISTINGUISHED_NAME {
        return Err(InvalidText::TooLong);
    }
    if text.trim().is_empty() {
        return Err(InvalidText::Empty);
    }
    let mut relatives = vec![Relative::new()];
    let mut rest = text;
    loop {
        let (attribute, separator, after) = parse_attribute(rest)?;
        if let Some(relative) = relatives.last_mut() {
            relative.push(attribute);
        }
        match separator {
            None => return Ok(relatives),
            Some('+') => {}
            Some(_) => relatives.push(Relative::new()),
        }
        rest = after;
    }
}

/// One attribute, the separator after it, and what follows that.
fn parse_attribute(text: &str) -> Result<(Attribute, Option<char>, &str), InvalidText> {
    let end = text.find(['=', ',', ';', '+']).unwrap_or(text.len());
    let (kind, value) = text.split_at(end);
    let kind = kind.trim();
    let Some(value) = value.strip_prefix('=') else {
        return Err(InvalidText::NoType(kind.to_owned()));
    };
    let oid = oid_of(kind).ok_or_else(|| InvalidText::UnknownType(kind.to_owned()))?;
    let value = value.trim_start_matches(' ');
    let read = match value.as_bytes().first() {
        Some(b'#') => read_hex(value),
        Some(b'"') => read_quoted(value),
        _ => read_plain(value),
    };
    let (tagged, rest) = read.ok_or_else(|| InvalidText::Value(kind.to_owned()))?;
    let (tag, value) = tagged.unwrap_tag(&oid);
    let mut after = rest.chars();
    let separator = after.next();
    let attribute = Attribute { oid, tag, value };
    Ok((attribute, separator, after.as_str()))
}

/// A value as it was written: a string, or its whole encoding.
enum Written {
    Text(Vec<u8>),
    Encoded(u8, Vec<u8>),
}

impl Written {
    /// Two attribute types are always an IA5String in certificates; all others are text.
    fn unwrap_tag(self, oid: &[u8]) -> (u8, Vec<u8>) {
        match self {
            Self::Encoded(tag, value) => (tag, value),
            Self::Text(value) if oid == EMAIL || oid == DOMAIN_COMPONENT => {
                (der::IA5_STRING, value)
            }
            Self::Text(value) => (der::UTF8_STRING, value),
        }
    }
}

/// The end of a value: a separator or the end of the text, after blanks.
fn at_end(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(' ');
    let ends = rest.is_empty() || rest.starts_with([',', ';', '+']);
    ends.then_some(rest)
}

fn read_hex(text: &str) -> Option<(Written, &str)> {
    let digits = text.get(1..)?;
    let end = digits
        .find(|c: char| !c.is_ascii_hexdigit())
        .unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    let bytes = digits.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => hex_pair(*high, *low),
        _ => None,
    });
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    let value = der::read(&bytes).filter(|value| value.rest.is_empty())?;
    let written = Written::Encoded(value.tag, value.contents.to_vec());
    Some((written, at_end(rest)?))
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

fn read_quoted(text: &str) -> Option<(Written, &str)> {
    let mut value = Vec::new();
    let mut rest = text.get(1..)?;
    loop {
        let mut chars = rest.chars();
        match chars.next()? {
            '"' => return utf8(value, at_end(chars.as_str())?),
            '\\' => rest = read_escape(chars.as_str(), &mut value)?,
            plain => {
                push(&mut value, plain);
                rest = chars.as_str();
            }
        }
    }
}

fn read_plain(text: &str) -> Option<(Written, &str)> {
    let mut value = Vec::new();
    // Blanks at the end belong to the separator unless they are escaped.
    let mut kept = 0;
    let mut rest = text;
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            None | Some(',' | ';' | '+') => break,
            Some('"') => return None,
            Some('\\') => {
                rest = read_escape(chars.as_str(), &mut value)?;
                kept = value.len();
            }
            Some(plain) => {
                push(&mut value, plain);
                rest = chars.as_str();
                if plain != ' ' {
                    kept = value.len();
                }
            }
        }
    }
    value.truncate(kept);
    utf8(value, rest)
}

/// What follows a backslash: two hexadecimal digits, or a character that stands for itself.
fn read_escape<'a>(rest: &'a str, value: &mut Vec<u8>) -> Option<&'a str> {
    if let [high, low, ..] = rest.as_bytes()
        && let Some(byte) = hex_pair(*high, *low)
    {
        value.push(byte);
        return rest.get(2..);
    }
    let mut chars = rest.chars();
    let escaped = chars.next().filter(|c| " \"#+,;<=>\\".contains(*c))?;
    push(value, escaped);
    Some(chars.as_str())
}

fn push(value: &mut Vec<u8>, c: char) {
    value.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn utf8(value: Vec<u8>, rest: &str) -> Option<(Written, &str)> {
    String::from_utf8(value)
        .ok()
        .map(|value| (Written::Text(value.into_bytes()), rest))
}

fn oid_of(kind: &str) -> Option<Vec<u8>> {
    let known = KNOWN.iter().find(|(_, name, others)| {
        let mut names = std::iter::once(name).chain(*others);
        names.any(|name| name.eq_ignore_ascii_case(kind))
    });
    if let Some((oid, ..)) = known {
        return Some(oid.to_vec());
    }
    let dotted = kind
        .get(..4)
        .filter(|prefix| prefix.eq_ignore_ascii_case("OID."))
        .map_or(kind, |_| &kind[4..]);
    encode_oid(dotted)
}

fn encode_oid(dotted: &str) -> Option<Vec<u8>> {
    let arcs = dotted.split('.').map(|arc| {
        let plain =
            arc.bytes().all(|b| b.is_ascii_digit()) && (arc == "0" || !arc.starts_with('0'));
        plain.then(|| arc.parse::<u32>().ok()).flatten()
    });
    let arcs: Vec<u64> = arcs.map(|arc| arc.map(u64::from)).collect::<Option<_>>()?;
    let [first, second, rest @ ..] = arcs.as_slice() else {
        return None;
    };
    if *first > 2 || (*first < 2 && *second > 39) {
        return None;
    }
    let mut bytes = Vec::new();
    for arc in std::iter::once(first * 40 + second).chain(rest.iter().copied()) {
        let digits = (0..10).rev().map(|n| (arc >> (7 * n)) & 0x7f);
        let mut digits: Vec<u64> = digits.skip_while(|digit| *digit == 0).collect();
        let last = digits.pop().unwrap_or(0);
        digits.iter_mut().for_each(|digit| *digit |= 0x80);
        digits.push(last);
        bytes.extend(
            digits
                .into_iter()
                .filter_map(|digit| u8::try_from(digit).ok()),
        );
    }
    Some(bytes)
}

/// The dotted form of an OID, or its hexadecimal octets where it has none.
pub(crate) fn dotted(oid: &[u8]) -> String {
    let mut arcs = vec![];
    let mut arc = 0_u64;
    for byte in oid {
        if arc > u64::from(u32::MAX) {
            return format!("#{}", hex(oid));
        }
        arc = arc << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let Some((first, rest)) = arcs.split_first() else {
        return format!("#{}", hex(oid));
    };
    let top = (first / 40).min(2);
    let mut text = format!("{top}.{}", first - top * 40);
    for arc in rest {
        let _ = write!(text, ".{arc}");
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One attribute for people: `CN=value`, escaped.
pub(super) fn shown_attribute(attribute: &Attribute) -> String {
    let known = KNOWN.iter().find(|(oid, ..)| *oid == attribute.oid);
    let kind = known.map_or_else(|| dotted(&attribute.oid), |(_, name, _)| (*name).to_owned());
    match legible(attribute) {
        Some(value) => format!("{kind}={}", escaped(&value)),
        None => {
            let length = attribute.value.len();
            let length = match length {
                0..=0x7f => format!("{length:02x}"),
                0x80..=0xff => format!("81{length:02x}"),
                _ => format!("82{length:04x}"),
            };
            format!(
                "{kind}=#{:02x}{length}{}",
                attribute.tag,
                hex(&attribute.value)
            )
        }
    }
}

fn legible(attribute: &Attribute) -> Option<String> {
    let value = &attribute.value;
    match attribute.tag {
        der::UTF8_STRING | der::PRINTABLE_STRING => String::from_utf8(value.clone()).ok(),
        der::IA5_STRING if value.is_ascii() => String::from_utf8(value.clone()).ok(),
        der::TELETEX_STRING => Some(value.iter().copied().map(char::from).collect()),
        der::BMP_STRING if value.len().is_multiple_of(2) => {
            let pairs = value.chunks_exact(2);
            let units: Vec<_> = pairs
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (index, c) in value.chars().enumerate() {
        let at_edge = (index == 0 && (c == ' ' || c == '#')) || (index == last && c == ' ');
        if c.is_control() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(text, "\\{byte:02x}");
            }
            continue;
        }
        if at_edge || "\"+,;<>\\".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}
