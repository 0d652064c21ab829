//! Texts as the hexadecimal digits of their UTF-8 bytes: keys that hold any character.

use std::fmt::Write as _;

/// The digits of `text`, in upper case.
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02X}").expect("invariant: writing to a text does not fail");
        digits
    })
}

/// The text that `digits` stand for, in whatever case they are.
pub(crate) fn decode(digits: &str) -> Option<String> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let bytes = digits.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(value(*high)? * 16 + value(*low)?).ok(),
        _ => None,
    });
    String::from_utf8(bytes.collect::<Option<_>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for text in ["", "Receiver 2", "Grüße & 漢字"] {
            let digits = encode(text);
            assert_eq!(decode(&digits).as_deref(), Some(text));
            assert_eq!(decode(&digits.to_lowercase()).as_deref(), Some(text));
        }
        assert_eq!(encode("Receiver 2"), "52656365697665722032");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for digits in ["4", "4G", "ff", "41 2", "ä", "+1"] {
            assert_eq!(decode(digits), None, "{digits}");
        }
    }
}
