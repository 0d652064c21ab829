//! From the bytes of a document to its text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::XmlError;

/// How far into a document its XML declaration may reach.
const DECLARATION: usize = 256;

/// Decodes a document: a byte order mark decides, else the XML declaration, else UTF-8.
///
/// Valid UTF-8 is borrowed, everything else converted. Labels mean what browsers take them to mean,
/// so `ISO-8859-1` is read as its superset windows-1252.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (declared(bytes)?, bytes),
    };
    if encoding == UTF_8 {
        let text = std::str::from_utf8(bytes).map_err(|error| XmlError::Undecodable {
            encoding: UTF_8.name(),
            byte: Some(error.valid_up_to()),
        })?;
        return Ok(Cow::Borrowed(text));
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(XmlError::Undecodable {
            encoding: encoding.name(),
            byte: None,
        })
}

/// The encoding of a document without byte order mark.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, XmlError> {
    if bytes.starts_with(b"<\0") {
        return Ok(UTF_16LE);
    }
    if bytes.starts_with(b"\0<") {
        return Ok(UTF_16BE);
    }
    let Some(label) = declared_label(&bytes[..bytes.len().min(DECLARATION)]) else {
        return Ok(UTF_8);
    };
    let encoding = Encoding::for_label(label).ok_or_else(|| XmlError::UnknownEncoding {
        label: String::from_utf8_lossy(label).into_owned(),
    })?;
    // A declaration that could be read byte by byte is not UTF-16, whatever it says: the text was
    // converted on its way and the declaration was not.
    Ok(if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else {
        encoding
    })
}

/// The value of `encoding` in `<?xml … encoding="…" …?>`.
fn declared_label(head: &[u8]) -> Option<&[u8]> {
    let body = head.strip_prefix(b"<?xml")?;
    let end = body.windows(2).position(|pair| pair == b"?>")?;
    let key = b"encoding".as_slice();
    let after = body[..end].windows(key.len()).position(|w| w == key)? + key.len();
    let value = body[after..end].trim_ascii_start().strip_prefix(b"=")?;
    let value = value.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let close = value.iter().position(|byte| byte == quote)?;
    matches!(quote, b'"' | b'\'').then_some(&value[..close])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_text() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        let cases: [(&str, Vec<u8>, &str); 9] = [
            ("plain", "<a>ä</a>".into(), "<a>ä</a>"),
            ("UTF-8 mark", b"\xEF\xBB\xBF<a/>".to_vec(), "<a/>"),
            (
                "UTF-16LE mark",
                [vec![0xFF, 0xFE], utf16("<a>ä</a>", false)].concat(),
                "<a>ä</a>",
            ),
            (
                "UTF-16BE mark",
                [vec![0xFE, 0xFF], utf16("<a>ä</a>", true)].concat(),
                "<a>ä</a>",
            ),
            ("UTF-16LE by pattern", utf16("<a>ä</a>", false), "<a>ä</a>"),
            ("UTF-16BE by pattern", utf16("<a>ä</a>", true), "<a>ä</a>"),
            (
                "declared",
                b"<?xml version='1.0' encoding = 'ISO-8859-1' ?><a>\xE4</a>".to_vec(),
                "<?xml version='1.0' encoding = 'ISO-8859-1' ?><a>ä</a>",
            ),
            (
                "declared UTF-16 but is not",
                b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>".to_vec(),
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>",
            ),
            (
                "a mark beats the declaration",
                [
                    &b"\xEF\xBB\xBF"[..],
                    "<?xml version='1.0' encoding='latin1'?><a>ä</a>".as_bytes(),
                ]
                .concat(),
                "<?xml version='1.0' encoding='latin1'?><a>ä</a>",
            ),
        ];
        for (name, bytes, text) in cases {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{name}");
        }
    }

    #[test]
    fn bad_bytes_are_refused() {
        assert_eq!(
            decode(b"<a>\xE4</a>"),
            Err(XmlError::Undecodable {
                encoding: "UTF-8",
                byte: Some(3)
            })
        );
        assert_eq!(
            decode(b"<?xml version='1.0' encoding='klingon'?><a/>"),
            Err(XmlError::UnknownEncoding {
                label: "klingon".into()
            })
        );
        let shift_jis = b"<?xml version='1.0' encoding='Shift_JIS'?><a>\xFF</a>";
        let error = decode(shift_jis).expect_err("0xFF is no Shift_JIS lead byte");
        assert_eq!(
            error.to_string(),
            "the document is not valid Shift_JIS; declare its encoding in the XML declaration"
        );
    }
}
