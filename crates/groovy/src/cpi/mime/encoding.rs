//! Transfer encodings of MIME: base64, quoted-printable and uuencode.

use crate::library::codec::base64;

/// How many columns an encoded line has.
const LINE: usize = 75;

/// How content is encoded for its transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Not at all: `7bit`, `8bit`, `binary`.
    Plain,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl Encoding {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "7bit" | "8bit" | "binary" => Self::Plain,
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "uuencode" | "x-uuencode" | "x-uue" => Self::Uuencode,
            _ => return None,
        })
    }

    /// The one that suits content best, by name.
    pub(super) fn suiting(content: &[u8], is_text: bool) -> &'static str {
        let strange = |byte: &&u8| **byte >= 0x7f || (**byte < b' ' && !b"\r\n\t".contains(byte));
        let count = content.iter().filter(strange).count();
        let mut lines = content.split(|byte| matches!(byte, b'\r' | b'\n'));
        if count == 0 && lines.all(|line| line.len() <= 998) {
            "7bit"
        } else if count == 0 || (is_text && content.len() - count > count) {
            "quoted-printable"
        } else {
            "base64"
        }
    }

    /// What encoded content stands for; `None` when it is not in this encoding.
    pub(super) fn decode(self, content: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Plain => Some(content.to_vec()),
            Self::Base64 => Some(base64::decode_lenient(content)),
            Self::QuotedPrintable => Some(from_quoted_printable(content)),
            Self::Uuencode => from_uuencode(content),
        }
    }

    /// Content as it is transferred.
    pub(super) fn encode(self, content: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain | Self::Uuencode => content.to_vec(),
            Self::Base64 => {
                let mut lines = base64::in_lines(&base64::encode(content), "\r\n");
                if !content.is_empty() && content.len().is_multiple_of(57) {
                    lines.push_str("\r\n");
                }
                lines.into_bytes()
            }
            Self::QuotedPrintable => to_quoted_printable(content),
        }
    }
}

/// The byte that two hexadecimal digits mean.
pub(super) fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// A byte as two hexadecimal digits.
pub(super) fn hex_pair(byte: u8) -> String {
    format!("{byte:02X}")
}

fn from_quoted_printable(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    let mut rest = content;
    loop {
        rest = match rest {
            [] => return out,
            [b'=', b'\r', b'\n', rest @ ..] | [b'=', b'\n', rest @ ..] => rest,
            [b'=', high, low, after @ ..] => match hex(*high, *low) {
                Some(byte) => {
                    out.push(byte);
                    after
                }
                None => {
                    out.push(b'=');
                    rest.get(1..).unwrap_or_default()
                }
            },
            [b' ', ..] => {
                // Blanks at the end of a line were put there on the way.
                let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
                let (blank, after) = rest.split_at(blanks);
                if !matches!(after, [] | [b'\r' | b'\n', ..]) {
                    out.extend_from_slice(blank);
                }
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        };
    }
}

fn to_quoted_printable(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + content.len() / 8);
    let mut column = 0;
    let mut bytes = content.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if matches!(byte, b'\r' | b'\n') {
            if byte == b'\r' {
                bytes.next_if_eq(&b'\n');
            }
            out.extend_from_slice(b"\r\n");
            column = 0;
            continue;
        }
        let ends_line = matches!(bytes.peek(), Some(b'\r' | b'\n'));
        let plain = match byte {
            b' ' => !ends_line,
            b'=' => false,
            byte => byte.is_ascii_graphic(),
        };
        let width = if plain { 1 } else { 3 };
        if column + width > LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        column += width;
        if plain {
            out.push(byte);
        } else {
            out.push(b'=');
            out.extend_from_slice(hex_pair(byte).as_bytes());
        }
    }
    out
}

fn from_uuencode(content: &[u8]) -> Option<Vec<u8>> {
    let mut lines = content.split(|byte| *byte == b'\n');
    lines.find(|line| line.starts_with(b"begin"))?;
    let mut out = Vec::new();
    for line in lines {
        let line = line.trim_ascii_end();
        if line == b"end" {
            break;
        }
        let Some((first, letters)) = line.split_first() else {
            continue;
        };
        let bits = |byte: &u8| byte.wrapping_sub(b' ') & 0x3f;
        let count = usize::from(bits(first));
        let mut decoded = Vec::with_capacity(count + 2);
        for group in letters.chunks(4) {
            let at = |index: usize| group.get(index).map_or(0, bits);
            let (a, b, c, d) = (at(0), at(1), at(2), at(3));
            decoded.extend([(a << 2) | (b >> 4), (b << 4) | (c >> 2), (c << 6) | d]);
        }
        decoded.resize(count, 0);
        out.extend(decoded);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_wraps_and_keeps_what_is_wrong() {
        let decode = |text: &str| Encoding::QuotedPrintable.decode(text.as_bytes()).unwrap();
        assert_eq!(decode("a=3D=\r\n b  \r\nc=ZZ="), b"a= b\r\nc=ZZ=");
        let encode = |text: &str| Encoding::QuotedPrintable.encode(text.as_bytes());
        let long = format!("{}ü\ny \n\t", "x".repeat(80));
        let wrapped = format!("{}=\r\nxxxxx=C3=BC\r\ny=20\r\n=09", "x".repeat(75));
        assert_eq!(encode(&long), wrapped.as_bytes());
        assert_eq!(decode(&wrapped), long.replace('\n', "\r\n").as_bytes());
    }

    #[test]
    fn base64_ends_full_lines() {
        let line = |count: usize| Encoding::Base64.encode(&vec![0; count]);
        assert_eq!(line(57), format!("{}\r\n", "A".repeat(76)).as_bytes());
        assert_eq!(line(58), format!("{}\r\nAA==", "A".repeat(76)).as_bytes());
        assert!(line(0).is_empty());
    }

    #[test]
    fn uuencoded_text_needs_its_first_line() {
        let text = b"junk\r\nbegin 644 x.txt\r\n#0V%T\r\n`\r\nend\r\n";
        assert_eq!(Encoding::Uuencode.decode(text).unwrap(), b"Cat");
        assert!(Encoding::Uuencode.decode(b"nothing").is_none());
        // Lines that are cut off are filled up.
        assert_eq!(Encoding::Uuencode.decode(b"begin\n#0V").unwrap(), b"C`\0");
    }

    #[test]
    fn the_encoding_suits_the_content() {
        assert_eq!(Encoding::suiting(b"a\r\n\tb", false), "7bit");
        assert_eq!(Encoding::suiting(&[b'x'; 1000], false), "quoted-printable");
        assert_eq!(
            Encoding::suiting("grün".as_bytes(), true),
            "quoted-printable"
        );
        assert_eq!(Encoding::suiting("grün".as_bytes(), false), "base64");
        assert_eq!(Encoding::suiting("üüa".as_bytes(), true), "base64");
        assert_eq!(Encoding::suiting(b"", false), "7bit");
    }
}
