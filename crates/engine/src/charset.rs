//! Character sets between binary and text, named as Java names them.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::StepError;

/// How bytes become text and text becomes bytes. What cannot be represented becomes `?` or U+FFFD,
/// silently, as in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ascii,
    Latin1,
    /// Java writes a byte order mark for plain `UTF-16`, and none for `UTF-16BE` and `UTF-16LE`.
    Utf16 {
        little_endian: bool,
        mark: bool,
    },
    Other(&'static Encoding),
}

impl Charset {
    /// UTF-8, the default.
    pub const UTF_8: Self = Self(Kind::Other(UTF_8));

    /// The character set called `name`, whatever its case.
    ///
    /// # Errors
    /// When no character set is known by this name.
    pub fn named(name: &str) -> Result<Self, StepError> {
        let name = name.trim().trim_matches('"');
        let utf16 = |little_endian, mark| Kind::Utf16 {
            little_endian,
            mark,
        };
        let kind = match name.to_ascii_uppercase().as_str() {
            "UTF-8" | "UTF8" => return Ok(Self::UTF_8),
            "US-ASCII" | "ASCII" => Kind::Ascii,
            "ISO-8859-1" | "ISO8859-1" | "ISO8859_1" | "LATIN1" => Kind::Latin1,
            "UTF-16" | "UTF16" => utf16(false, true),
            "UTF-16BE" => utf16(false, false),
            "UTF-16LE" => utf16(true, false),
            _ => Kind::Other(Encoding::for_label(name.as_bytes()).ok_or_else(|| unknown(name))?),
        };
        Ok(Self(kind))
    }

    /// Its name in Java.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Ascii => "US-ASCII",
            Kind::Latin1 => "ISO-8859-1",
            Kind::Utf16 { mark: true, .. } => "UTF-16",
            Kind::Utf16 { little_endian, .. } if little_endian => "UTF-16LE",
            Kind::Utf16 { .. } => "UTF-16BE",
            Kind::Other(encoding) => encoding.name(),
        }
    }

    /// Bytes as text.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self.0 {
            Kind::Ascii => {
                let ascii = |byte: &u8| {
                    if byte.is_ascii() {
                        char::from(*byte)
                    } else {
                        '\u{fffd}'
                    }
                };
                Cow::Owned(bytes.iter().map(ascii).collect())
            }
            Kind::Latin1 => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Kind::Utf16 { mark: true, .. } => match bytes {
                [0xff, 0xfe, rest @ ..] => UTF_16LE.decode_without_bom_handling(rest).0,
                [0xfe, 0xff, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0,
                _ => UTF_16BE.decode_without_bom_handling(bytes).0,
            },
            Kind::Utf16 { little_endian, .. } => {
                let encoding = if little_endian { UTF_16LE } else { UTF_16BE };
                encoding.decode_without_bom_handling(bytes).0
            }
            Kind::Other(encoding) => encoding.decode_without_bom_handling(bytes).0,
        }
    }

    /// Text as bytes.
    #[must_use]
    pub fn encode(self, text: &str) -> Cow<'_, [u8]> {
        let narrow = |limit: u32| {
            let byte = |c: char| {
                u8::try_from(u32::from(c))
                    .ok()
                    .filter(|byte| u32::from(*byte) < limit)
            };
            Cow::Owned(text.chars().map(|c| byte(c).unwrap_or(b'?')).collect())
        };
        match self.0 {
            Kind::Ascii => narrow(0x80),
            Kind::Latin1 => narrow(0x100),
            Kind::Utf16 {
                little_endian,
                mark,
            } => {
                let units = mark
                    .then_some(0xfeff)
                    .into_iter()
                    .chain(text.encode_utf16());
                let bytes = |unit: u16| {
                    if little_endian {
                        unit.to_le_bytes()
                    } else {
                        unit.to_be_bytes()
                    }
                };
                Cow::Owned(units.flat_map(bytes).collect())
            }
            Kind::Other(encoding) if encoding == UTF_8 => Cow::Borrowed(text.as_bytes()),
            Kind::Other(encoding) => Cow::Owned(encode_lossy(encoding, text)),
        }
    }

    /// Whether text is kept as it is in memory.
    #[must_use]
    pub fn is_utf8(self) -> bool {
        self == Self::UTF_8
    }
}

fn encode_lossy(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let mut bytes = Vec::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        let (result, read) =
            encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return bytes,
            EncoderResult::OutputFull => bytes.reserve(rest.len() + 16),
            EncoderResult::Unmappable(_) => bytes.push(b'?'),
        }
    }
}

fn unknown(name: &str) -> StepError {
    StepError::of_class(
        "java.io.UnsupportedEncodingException",
        format!(
            "The character set {name:?} is unknown. Set CamelCharsetName to a name such as UTF-8 or ISO-8859-1."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_convert_as_in_java() {
        let cases: [(&str, &str, &[u8]); 8] = [
            ("UTF-8", "é€", &[0xc3, 0xa9, 0xe2, 0x82, 0xac]),
            ("iso-8859-1", "é\u{80}", &[0xe9, 0x80]),
            ("windows-1252", "é€", &[0xe9, 0x80]),
            ("ISO-8859-15", "é€", &[0xe9, 0xa4]),
            ("us-ascii", "a", &[0x61]),
            ("UTF-16", "é", &[0xfe, 0xff, 0x00, 0xe9]),
            ("UTF-16LE", "é", &[0xe9, 0x00]),
            ("UTF-16BE", "é", &[0x00, 0xe9]),
        ];
        for (name, text, bytes) in cases {
            let charset = Charset::named(name).unwrap();
            assert_eq!(charset.encode(text).as_ref(), bytes, "{name}");
            assert_eq!(charset.decode(bytes), text, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_represented_is_replaced() {
        let encoded =
            |name: &str, text: &str| Charset::named(name).unwrap().encode(text).into_owned();
        assert_eq!(encoded("ISO-8859-1", "a€b"), b"a?b");
        assert_eq!(encoded("US-ASCII", "aéb"), b"a?b");
        assert_eq!(encoded("windows-1252", "a→b→"), b"a?b?");
        assert_eq!(Charset::UTF_8.decode(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(
            Charset::named("us-ascii").unwrap().decode(b"a\xe9"),
            "a\u{fffd}"
        );
    }

    #[test]
    fn a_byte_order_mark_stays_in_the_text() {
        assert_eq!(Charset::UTF_8.decode(b"\xef\xbb\xbfa"), "\u{feff}a");
    }

    #[test]
    fn unknown_names_are_errors() {
        let error = Charset::named("klingon").unwrap_err();
        assert_eq!(error.class, "java.io.UnsupportedEncodingException");
        assert!(error.message.contains("klingon"));
    }
}
