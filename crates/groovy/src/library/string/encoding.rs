//! Text as bytes.

use encoding_rs::{Encoding, UTF_8};

use crate::library::params;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// How characters become bytes.
enum Charset {
    Latin1,
    Ascii,
    /// With whether bytes are big-endian, and whether a byte order mark comes first.
    Utf16(bool, bool),
    Other(&'static Encoding),
}

fn charset(name: &str) -> Option<Charset> {
    Some(match name.to_ascii_uppercase().as_str() {
        "ISO-8859-1" | "ISO8859_1" | "ISO8859-1" | "ISO_8859-1" | "LATIN1" | "8859_1" => {
            Charset::Latin1
        }
        "US-ASCII" | "ASCII" | "ISO646-US" => Charset::Ascii,
        "UTF-16" | "UTF16" => Charset::Utf16(true, true),
        "UTF-16BE" => Charset::Utf16(true, false),
        "UTF-16LE" => Charset::Utf16(false, false),
        "UTF8" => Charset::Other(UTF_8),
        // The labels of browsers, all but those that they read as something wider.
        upper => {
            let encoding = Encoding::for_label_no_replacement(upper.as_bytes())?;
            let wider = encoding.name() == "windows-1252" && !upper.contains("1252");
            return (!wider).then_some(Charset::Other(encoding));
        }
    })
}

fn named(name: &str) -> Result<Charset> {
    charset(name).ok_or_else(|| throw("UnsupportedEncodingException", name))
}

/// The name of a charset argument: a text, or a `Charset`.
pub(crate) fn name(vm: &mut Vm, value: &Value) -> Result<crate::text::Str> {
    match value {
        Value::Object(object) if object.class().name().contains("harset") => vm.text(value),
        other => params::text(vm, other),
    }
}

/// `text.getBytes(charset)`
///
/// # Errors
/// When there is no such charset.
pub(crate) fn encode(text: &str, charset: &str) -> Result<Vec<u8>> {
    Ok(match named(charset)? {
        Charset::Other(encoding) if encoding == UTF_8 => text.as_bytes().to_vec(),
        Charset::Latin1 => narrow(text, 0xff),
        Charset::Ascii => narrow(text, 0x7f),
        Charset::Utf16(big, marked) => {
            let mark = marked.then_some(0xfeff);
            let units = mark.into_iter().chain(text.encode_utf16());
            let bytes = |unit: u16| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            };
            units.flat_map(bytes).collect()
        }
        Charset::Other(encoding) => {
            let mut bytes = Vec::with_capacity(text.len());
            let mut buffer = [0; 4];
            for c in text.chars() {
                let (encoded, _, failed) = encoding.encode(c.encode_utf8(&mut buffer));
                if failed {
                    bytes.push(b'?');
                } else {
                    bytes.extend_from_slice(&encoded);
                }
            }
            bytes
        }
    })
}

fn narrow(text: &str, most: u32) -> Vec<u8> {
    let byte = |c: char| {
        u8::try_from(u32::from(c))
            .ok()
            .filter(|b| u32::from(*b) <= most)
    };
    text.chars().map(|c| byte(c).unwrap_or(b'?')).collect()
}

/// `new String(bytes, charset)`
///
/// # Errors
/// When there is no such charset.
pub(crate) fn decode(bytes: &[u8], charset: &str) -> Result<String> {
    Ok(match named(charset)? {
        Charset::Latin1 => bytes.iter().copied().map(char::from).collect(),
        Charset::Ascii => {
            let ascii = |b: &u8| {
                if b.is_ascii() {
                    char::from(*b)
                } else {
                    '\u{fffd}'
                }
            };
            bytes.iter().map(ascii).collect()
        }
        Charset::Utf16(big, marked) => {
            let (big, bytes) = match bytes {
                [0xfe, 0xff, rest @ ..] if marked => (true, rest),
                [0xff, 0xfe, rest @ ..] if marked => (false, rest),
                _ => (big, bytes),
            };
            let units = bytes.chunks(2).map(|pair| match pair {
                [a, b] if big => u16::from_be_bytes([*a, *b]),
                [a, b] => u16::from_le_bytes([*a, *b]),
                _ => 0xfffd,
            });
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        Charset::Other(encoding) => {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            text.into_owned()
        }
    })
}

/// `getBytes()`, `getBytes(charset)`, `bytes`
pub(super) fn get_bytes(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    let charset = match args {
        [] => "UTF-8".into(),
        [charset] => name(vm, charset)?,
        _ => return Err(Thrown::mismatch()),
    };
    vm.step(1 + text.len() as u64 / 64)?;
    vm.reserve(text.len().saturating_mul(2))?;
    Ok(Value::bytes(encode(&text, &charset)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_the_bytes_of_java() {
        assert_eq!(encode("aä€", "UTF-8").unwrap(), "aä€".as_bytes());
        assert_eq!(encode("aä€", "iso-8859-1").unwrap(), b"a\xe4?");
        assert_eq!(encode("aä", "US-ASCII").unwrap(), b"a?");
        assert_eq!(encode("€", "windows-1252").unwrap(), b"\x80");
        assert_eq!(encode("a", "UTF-16").unwrap(), [0xfe, 0xff, 0, b'a']);
        assert_eq!(decode(b"a\xe4", "ISO-8859-1").unwrap(), "aä");
        assert_eq!(decode(b"a\xe4", "UTF-8").unwrap(), "a\u{fffd}");
        assert_eq!(decode(&[0xff, 0xfe, b'a', 0], "UTF-16").unwrap(), "a");
        assert!(encode("a", "nope").is_err());
    }
}
