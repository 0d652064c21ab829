//! Text and bytes.

use super::{Difference, lines, quoted};

pub(super) fn compare(expected: &str, actual: &str) -> Difference {
    let (wanted, found) = (split(expected), split(actual));
    let same = wanted.iter().zip(&found).take_while(|(a, b)| a == b);
    let at = same.count();
    let place = match (wanted.get(at), found.get(at)) {
        (Some(wanted), Some(found)) => format!(
            "line {}: expected {}, found {}",
            at + 1,
            quoted(wanted),
            quoted(found)
        ),
        (Some(&""), None) if at + 1 == wanted.len() => {
            "the end: expected a line break, found none".to_owned()
        }
        (None, Some(&"")) if at + 1 == found.len() => {
            "the end: expected no line break, found one".to_owned()
        }
        (Some(wanted), None) => {
            let wanted = quoted(wanted);
            format!("line {}: expected {wanted}, found the end", at + 1)
        }
        (None, found) => {
            let found = quoted(found.copied().unwrap_or_default());
            format!("line {}: expected the end, found {found}", at + 1)
        }
    };
    Difference {
        places: vec![place],
        lines: lines::compare(&wanted, &found),
    }
}

/// The lines of a text; an empty text has none.
fn split(text: &str) -> Vec<&str> {
    match text {
        "" => Vec::new(),
        text => text.split('\n').collect(),
    }
}

pub(super) fn binary(expected: &[u8], actual: &[u8]) -> Difference {
    let same = expected.iter().zip(actual).take_while(|(a, b)| a == b);
    let at = same.count();
    let byte = |bytes: &[u8]| match bytes.get(at) {
        Some(byte) => format!("{byte:#04x}"),
        None => "the end".to_owned(),
    };
    let place = format!(
        "byte {at}: expected {}, found {}; expected {} bytes in all, found {}",
        byte(expected),
        byte(actual),
        expected.len(),
        actual.len()
    );
    Difference {
        places: vec![place],
        lines: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Line};

    fn places(format: Format, expected: &[u8], actual: &[u8]) -> Vec<String> {
        let difference = format.compare(expected, actual);
        difference.map_or_else(Vec::new, |difference| difference.places)
    }

    #[test]
    fn text_is_compared_exactly() {
        let cases: [(&str, &str, &[&str]); 7] = [
            ("a\nb", "a\nb", &[]),
            ("a\nb", "a\nc", &["line 2: expected \"b\", found \"c\""]),
            ("a\nb", "a", &["line 2: expected \"b\", found the end"]),
            ("", "a", &["line 1: expected the end, found \"a\""]),
            ("a\n", "a", &["the end: expected a line break, found none"]),
            ("a", "a\n", &["the end: expected no line break, found one"]),
            ("a", "a\r", &["line 1: expected \"a\", found \"a\\r\""]),
        ];
        for (expected, actual, wanted) in cases {
            let found = places(Format::Text, expected.as_bytes(), actual.as_bytes());
            assert_eq!(found, wanted, "{expected:?} and {actual:?}");
        }
    }

    #[test]
    fn bytes_are_compared_one_by_one() {
        let found = places(Format::Binary, b"abc", b"abd!");
        let wanted = "byte 2: expected 0x63, found 0x64; expected 3 bytes in all, found 4";
        assert_eq!(found, [wanted]);
        // What is no text at all is compared in the same way, whatever it should have been.
        let found = places(Format::Json, b"{}", b"\xff");
        assert!(found[0].starts_with("byte 0: expected 0x7b"), "{found:?}");
    }

    #[test]
    fn the_surroundings_of_a_difference_are_shown() {
        let expected: Vec<String> = (1..=20).map(|line| line.to_string()).collect();
        let mut actual = expected.clone();
        actual[9] = "ten".to_owned();
        let (expected, actual) = (expected.join("\n"), actual.join("\n"));
        let difference = Format::Text.compare(expected.as_bytes(), actual.as_bytes());
        let same = |text: &str| Line::Same(text.to_owned());
        assert_eq!(
            difference.unwrap().lines,
            [
                same("7"),
                same("8"),
                same("9"),
                Line::Missing("10".to_owned()),
                Line::Extra("ten".to_owned()),
                same("11"),
                same("12"),
                same("13"),
            ]
        );
    }
}
