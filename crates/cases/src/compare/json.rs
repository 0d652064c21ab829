//! JSON, by structure.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::{Difference, Places, lines, quoted, text};

pub(super) fn compare(expected: &str, actual: &str) -> Option<Difference> {
    let unreadable = |whose: &str, error: serde_json::Error| {
        let mut difference = text::compare(expected, actual);
        difference.places = vec![format!("/: {whose} is not JSON: {error}")];
        Some(difference)
    };
    let wanted = match read(expected) {
        Ok(wanted) => wanted,
        Err(error) => return unreadable("what is expected", error),
    };
    let found = match read(actual) {
        Ok(found) => found,
        Err(error) => return unreadable("what came", error),
    };
    let mut places = Places::default();
    walk("", wanted, found, &mut places);
    if places.0.is_empty() {
        return None;
    }
    let (mut wanted_lines, mut found_lines) = (Vec::new(), Vec::new());
    print(wanted, "", 0, "", &mut wanted_lines);
    print(found, "", 0, "", &mut found_lines);
    Some(Difference {
        places: places.0,
        lines: lines::compare_printed(&wanted_lines, &found_lines),
    })
}

/// Checks the whole text, so that nothing inside can fail later; that bounds its depth as well.
fn read(text: &str) -> serde_json::Result<&RawValue> {
    serde_json::from_str::<Value>(text)?;
    serde_json::from_str(text)
}

/// A value, opened by one level. Numbers keep their spelling: `1` is not `1.0`, and no digit is lost.
enum Node<'a> {
    Object(BTreeMap<String, &'a RawValue>),
    Array(Vec<&'a RawValue>),
    Text(String),
    /// A number, `true`, `false` or `null`.
    Word(&'a str),
}

impl<'a> Node<'a> {
    fn of(raw: &'a RawValue) -> Self {
        const CHECKED: &str = "invariant: the text was checked as a whole";
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'{') => Self::Object(serde_json::from_str(text).expect(CHECKED)),
            Some(b'[') => Self::Array(serde_json::from_str(text).expect(CHECKED)),
            Some(b'"') => Self::Text(serde_json::from_str(text).expect(CHECKED)),
            _ => Self::Word(text),
        }
    }

    /// The value in a sentence.
    fn told(&self) -> String {
        match self {
            Self::Object(members) if members.is_empty() => "an empty object".to_owned(),
            Self::Object(_) => "an object".to_owned(),
            Self::Array(items) => format!("an array of {}", items.len()),
            Self::Text(text) => quoted(text),
            Self::Word(word) => (*word).to_owned(),
        }
    }
}

fn walk(pointer: &str, expected: &RawValue, actual: &RawValue, places: &mut Places) {
    match (Node::of(expected), Node::of(actual)) {
        (Node::Object(wanted), Node::Object(found)) => {
            walk_members(pointer, &wanted, &found, places);
        }
        (Node::Array(wanted), Node::Array(found)) => {
            for (index, (value, other)) in wanted.iter().zip(&found).enumerate() {
                walk(&format!("{pointer}/{index}"), value, other, places);
            }
            if wanted.len() != found.len() {
                let (wanted, found) = (wanted.len(), found.len());
                places.add(pointer, format!("expected {wanted} items, found {found}"));
            }
        }
        (Node::Text(wanted), Node::Text(found)) if wanted == found => {}
        (Node::Word(wanted), Node::Word(found)) if wanted == found => {}
        (wanted, found) => {
            let (wanted, found) = (wanted.told(), found.told());
            places.add(pointer, format!("expected {wanted}, found {found}"));
        }
    }
}

fn walk_members(
    pointer: &str,
    expected: &BTreeMap<String, &RawValue>,
    actual: &BTreeMap<String, &RawValue>,
    places: &mut Places,
) {
    let inner = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    for (name, value) in expected {
        match actual.get(name) {
            Some(other) => walk(&inner(name), value, other, places),
            None => {
                let wanted = Node::of(value).told();
                places.add(&inner(name), format!("expected {wanted}, found nothing"));
            }
        }
    }
    for (name, value) in actual
        .iter()
        .filter(|(name, _)| !expected.contains_key(*name))
    {
        let found = Node::of(value).told();
        places.add(&inner(name), format!("expected nothing, found {found}"));
    }
}

/// Prints a value with the members of objects by name, so that their order shows no difference.
fn print(raw: &RawValue, label: &str, depth: usize, comma: &str, out: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let comma_after = |index: usize, count: usize| if index + 1 < count { "," } else { "" };
    match Node::of(raw) {
        Node::Object(members) if !members.is_empty() => {
            out.push(format!("{indent}{label}{{"));
            for (index, (name, value)) in members.iter().enumerate() {
                let label = format!("{}: ", Value::from(name.as_str()));
                let comma = comma_after(index, members.len());
                print(value, &label, depth + 1, comma, out);
            }
            out.push(format!("{indent}}}{comma}"));
        }
        Node::Array(items) if !items.is_empty() => {
            out.push(format!("{indent}{label}["));
            for (index, value) in items.iter().enumerate() {
                print(value, "", depth + 1, comma_after(index, items.len()), out);
            }
            out.push(format!("{indent}]{comma}"));
        }
        Node::Object(_) => out.push(format!("{indent}{label}{{}}{comma}")),
        Node::Array(_) => out.push(format!("{indent}{label}[]{comma}")),
        Node::Text(text) => out.push(format!("{indent}{label}{}{comma}", Value::from(text))),
        Node::Word(word) => out.push(format!("{indent}{label}{word}{comma}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Line;
    use super::compare;

    #[test]
    fn order_white_space_and_escapes_mean_nothing() {
        let cases = [
            (r#"{"a":1,"b":[1,2]}"#, "{ \"b\": [ 1, 2 ],\n\"a\": 1 }"),
            (r#""\u00fc/""#, r#""ü\/""#),
            ("{}", " {} "),
        ];
        for (expected, actual) in cases {
            assert_eq!(compare(expected, actual), None, "{expected} and {actual}");
        }
    }

    #[test]
    fn a_pointer_says_where_it_differs() {
        let cases: [(&str, &str, &str); 8] = [
            (
                r#"{"a":{"b":1}}"#,
                r#"{"a":{"b":2}}"#,
                "/a/b: expected 1, found 2",
            ),
            ("[1,2]", "[1,3]", "/1: expected 2, found 3"),
            ("[1,2]", "[1]", "/: expected 2 items, found 1"),
            (r#"{"a/b":1}"#, "{}", "/a~1b: expected 1, found nothing"),
            ("{}", r#"{"a~":"x"}"#, "/a~0: expected nothing, found \"x\""),
            // Numbers are what is written.
            (r#"{"n":1}"#, r#"{"n":1.0}"#, "/n: expected 1, found 1.0"),
            (
                "[12345678901234567890.01]",
                "[12345678901234567890.02]",
                "/0: expected 12345678901234567890.01, found 12345678901234567890.02",
            ),
            ("[1]", r#"["1"]"#, "/0: expected 1, found \"1\""),
        ];
        for (expected, actual, place) in cases {
            let found = compare(expected, actual).unwrap();
            assert_eq!(found.places, [place], "{expected} and {actual}");
        }
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        let found = compare("{}", "<html>").unwrap();
        assert!(found.places[0].starts_with("/: what came is not JSON"));
        assert_eq!(found.lines.len(), 2);
        let deep = "[".repeat(100_000);
        assert!(compare("[]", &deep).is_some());
    }

    #[test]
    fn lines_are_sorted_by_name() {
        let found = compare(r#"{"b":1,"a":"x"}"#, r#"{"a":"x","b":2}"#).unwrap();
        let same = |text: &str| Line::Same(text.to_owned());
        assert_eq!(
            found.lines,
            [
                same("{"),
                same("  \"a\": \"x\","),
                Line::Missing("  \"b\": 1".to_owned()),
                Line::Extra("  \"b\": 2".to_owned()),
                same("}"),
            ]
        );
    }
}
