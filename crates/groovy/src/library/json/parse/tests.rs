use std::rc::Rc;

use super::*;
use crate::library::json::write;
use crate::limits::Limits;

struct World;

impl crate::host::Host for World {
    fn now(&self) -> i64 {
        0
    }

    fn nanos(&self) -> i64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn print(&self, _text: &str) {}

    fn log(&self, _level: crate::host::Level, _logger: &str, _message: &str) {}

    fn sleep(&self, _time: std::time::Duration) -> std::result::Result<(), crate::thrown::Limit> {
        Ok(())
    }
}

fn vm() -> Vm {
    Vm::new(Rc::new(World), Limits::default())
}

/// The JSON of what was read, or what was thrown.
fn read(text: &str) -> String {
    let vm = &mut vm();
    let parsed = parse(vm, text, MapKind::Json);
    match parsed.and_then(|value| write::to_json(vm, &value)) {
        Ok(json) => json,
        Err(Thrown(why)) => match *why {
            crate::thrown::Why::Exception(exception) => vm.text(&exception).unwrap().to_string(),
            other => format!("{other:?}"),
        },
    }
}

#[test]
fn what_groovy_accepts_is_accepted() {
    for (text, json) in [
        (r#"{"a":1,}"#, r#"{"a":1}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        (r#"{"a":1} x"#, r#"{"a":1}"#),
        ("{} x", "{}"),
        ("[1] x", "[1]"),
        ("1 x", "1"),
        ("\"abc", r#""abc""#),
        ("{\"a\":\n\"b\nc\"}", r#"{"a":"b\nc"}"#),
        (r#"["\u00"]"#, r#"["00"]"#),
        (r#"["\ud83d\ude00\/"]"#, r#"["\ud83d\ude00/"]"#),
        (
            r#"[0012,-0,2147483648,-2147483649]"#,
            "[12,0,2147483648,-2147483649]",
        ),
        ("[9223372036854775808]", "[-9223372036854775808]"),
        ("[12345678901234567890123]", "[4807115922877859019]"),
    ] {
        assert_eq!(read(text), json, "{text}");
    }
}

/// Texts with message, character, line, index, and what is shown of the text.
#[rustfmt::skip]
const COMPLAINTS: &[(&str, &str, &str, u32, u32, &str)] = &[
    (r#"{"a":1"#, "expecting '}' or ',' but got current char '1' with an int value of 49", "'1' with an int value of 49", 1, 6, "{\"a\":1\n......^"),
    (r#"{"a" 1}"#, "expecting current character to be '1' with an int value of 49\n", "'1' with an int value of 49", 1, 5, "{\"a\" 1}\n.....^"),
    ("[1,2", "Did not find end of Json Array", "'1' with an int value of 49", 1, 3, "[1,2\n...^"),
    ("[1,2,]", "Did not find end of Json Array", "'2' with an int value of 50", 1, 5, "[1,2,]\n.....^"),
    ("[1 2]", "expecting a ',' or a ']',  but got \nthe current character of  '2' with an int value of 50  on array index of 1 \n", "'2' with an int value of 50", 1, 3, "[1 2]\n...^"),
    ("trux", "true not parsed properly", "'t' with an int value of 116", 1, 3, "trux\n...^"),
    ("nul", "null not parse properly", "'n' with an int value of 110", 1, 0, "nul\n^"),
    ("   ", NO_VALUE, "[SPACE] with an int value of 32", 1, 2, "   \n..^"),
    ("{\"a\":\n\n x}", NO_VALUE, "'x' with an int value of 120", 3, 8, " x}\n.^"),
    ("[1-2]", "issue parsing JSON array", "'1' with an int value of 49", 1, 1, "[1-2]\n.^"),
    ("[\"\\u00g1\"]", "issue parsing JSON array", "'\"' with an int value of 34", 1, 1, "[\"\\u00g1\"]\n.^"),
    ("\u{feff}{}", NO_VALUE, "'\u{feff}' with an int value of 65279", 1, 0, "\u{feff}{}\n^"),
];

#[test]
fn complaints_are_those_of_groovy() {
    for (text, message, current, line, index, mark) in COMPLAINTS {
        let expected = format!(
            "groovy.json.JsonException: {message}\n\nThe current character read is {current}\n\
             {message}\nline number {line}\nindex number {index}\n{mark}"
        );
        assert_eq!(&read(text), &expected, "{text}");
    }
}

#[test]
fn other_exceptions_are_those_of_groovy() {
    let internal = "groovy.json.internal.Exceptions$JsonInternalException";
    for (text, thrown) in [
        ("[-]", format!("{internal}: died")),
        ("[1a]", format!("{internal}: unexpected character a")),
        ("[1.2.3]", format!("{internal}: unexpected character .")),
        ("1e", "java.lang.NumberFormatException".to_owned()),
        (
            r#"["\x"]"#,
            "groovy.json.JsonException: Unable to decode string".to_owned(),
        ),
    ] {
        assert_eq!(read(text), thrown, "{text}");
    }
}

#[test]
fn decimals_keep_their_scale() {
    let vm = &mut vm();
    for (text, unscaled, scale) in [
        ("-1.50", -150, 2),
        ("1.", 1, 0),
        ("1e5", 1, -5),
        ("1.e5", 1, -5),
        ("1e-5", 1, 5),
        ("1E+5", 1, -5),
        ("123456789.123456789", 123_456_789_123_456_789_i64, 9),
    ] {
        let Value::Decimal(number) = parse(vm, text, MapKind::Json).unwrap() else {
            panic!("{text} is a decimal");
        };
        assert_eq!(
            *number,
            crate::decimal::Decimal::new(num_bigint::BigInt::from(unscaled), scale),
            "{text}"
        );
    }
}

#[test]
fn nesting_has_a_limit() {
    let deep = |levels: usize| read(&("[".repeat(levels) + &"]".repeat(levels)));
    assert!(deep(900).starts_with("[["));
    assert_eq!(deep(100_000), "java.lang.StackOverflowError");
}

#[test]
fn equal_keys_are_one_string() {
    let vm = &mut vm();
    let Value::List(list) = parse(vm, r#"[{"name":1},{"name":2}]"#, MapKind::Json).unwrap() else {
        panic!("a list");
    };
    let keys: Vec<Value> = list
        .to_vec()
        .iter()
        .flat_map(|item| match item {
            Value::Map(map) => map.keys(),
            _ => Vec::new(),
        })
        .collect();
    assert!(matches!(&keys[..], [a, b] if a.is_same(b)));
}
