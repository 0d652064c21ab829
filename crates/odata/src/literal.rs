//! Values as URLs spell them: in keys, in `$filter`, in arguments of functions.

use jiff::civil;
use lockgate_core::clock::Timestamp;

use crate::error::{Error, Result};
use crate::model::{Edm, Property};
use crate::value::Value;

/// Reads the literal at the start of `text`: its value, and the text behind it. `None` when there is
/// none.
pub(crate) fn read(text: &str) -> Option<(Value, &str)> {
    for (prefix, make) in QUOTED {
        if let Some(rest) = strip_word(text, prefix)
            && let Some((inner, rest)) = quoted(rest)
        {
            return Some((make(&inner)?, rest));
        }
    }
    for (word, value) in [
        ("true", Value::Bool(true)),
        ("false", Value::Bool(false)),
        ("null", Value::Null),
    ] {
        if let Some(rest) = strip_word(text, word)
            && !rest.starts_with(is_word)
        {
            return Some((value, rest));
        }
    }
    number(text)
}

/// Makes a value of the text between quotes.
type Make = fn(&str) -> Option<Value>;

/// What may stand in front of a quote, and what it makes of the text between the quotes.
const QUOTED: [(&str, Make); 5] = [
    ("", |text| Some(Value::Text(text.to_owned()))),
    ("datetimeoffset", |text| time(text).map(Value::Time)),
    ("datetime", |text| time(text).map(Value::Time)),
    ("guid", |text| Some(Value::Text(text.to_owned()))),
    ("time", |text| Some(Value::Text(text.to_owned()))),
];

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '/'
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len())?;
    start
        .eq_ignore_ascii_case(word)
        .then(|| &text[word.len()..])
}

/// Text in single quotes, in which a quote is doubled.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let end = rest.find('\'')?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, rest)),
        }
    }
}

/// `12`, `-12L`, `1.5`, `1.5e3d`.
fn number(text: &str) -> Option<(Value, &str)> {
    let part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if !digits.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let value = match digits.parse() {
        Ok(number) => Value::Int(number),
        Err(_) => Value::Double(digits.parse().ok().filter(|n: &f64| n.is_finite())?),
    };
    let rest = rest
        .strip_prefix(['L', 'l', 'd', 'D', 'f', 'F', 'm', 'M'])
        .unwrap_or(rest);
    (!rest.starts_with(is_word)).then_some((value, rest))
}

/// A time in UTC. A zone is not foreseen, but clients send one.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    // A `+` of an offset reads as a space in a query.
    let text = match text.rsplit_once(' ') {
        Some((time, offset)) if time.contains('T') => format!("{time}+{offset}"),
        _ => text.to_owned(),
    };
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let civil: civil::DateTime = text.parse().ok()?;
    let time = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_micros(time.timestamp().as_microsecond()))
}

/// `value` as a value of the type of `property`, with which it is to be compared. Clients do not
/// always spell numbers and times as their types want them.
pub(crate) fn coerce(value: Value, property: &Property) -> Result<Value> {
    let fits = match (property.edm, value) {
        (_, Value::Null) => Some(Value::Null),
        (Edm::String, Value::Text(text)) => Some(Value::Text(text)),
        (Edm::String, Value::Int(number)) => Some(Value::Text(number.to_string())),
        (Edm::String, Value::Bool(value)) => Some(Value::Text(value.to_string())),
        (Edm::Boolean, Value::Bool(value)) => Some(Value::Bool(value)),
        (Edm::Boolean, Value::Text(text)) => text.parse().ok().map(Value::Bool),
        (Edm::Int32 | Edm::Int64, Value::Int(number)) => Some(Value::Int(number)),
        (Edm::Int32 | Edm::Int64, Value::Text(text)) => text.parse().ok().map(Value::Int),
        (Edm::Int32 | Edm::Int64 | Edm::Double, Value::Double(number)) => {
            Some(Value::Double(number))
        }
        #[expect(clippy::cast_precision_loss, reason = "it is compared with doubles")]
        (Edm::Double, Value::Int(number)) => Some(Value::Double(number as f64)),
        (Edm::DateTime | Edm::DateTimeOffset, Value::Time(time)) => Some(Value::Time(time)),
        (Edm::DateTime | Edm::DateTimeOffset, Value::Text(text)) => time(&text).map(Value::Time),
        _ => None,
    };
    let wrong = || Error::bad_request(format!("The value for {} is not legal.", property.name));
    fits.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_in_every_spelling() {
        let at = |text: &str| Value::Time(text.parse().unwrap());
        let cases = [
            ("'x y'", Value::from("x y"), ""),
            ("'O''Neil')", Value::from("O'Neil"), ")"),
            ("'',", Value::from(""), ","),
            ("12 ", Value::Int(12), " "),
            ("-12L)", Value::Int(-12), ")"),
            ("1901l", Value::Int(1901), ""),
            ("1.5d", Value::Double(1.5), ""),
            ("true and", Value::Bool(true), " and"),
            ("False", Value::Bool(false), ""),
            ("null", Value::Null, ""),
            (
                "datetime'2014-09-01T00:00:00'",
                at("2014-09-01T00:00:00Z"),
                "",
            ),
            (
                "datetime'2014-09-01T10:20:30.123Z' x",
                at("2014-09-01T10:20:30.123Z"),
                " x",
            ),
            (
                "datetime'2014-09-01T10:20:30.1234567'",
                at("2014-09-01T10:20:30.123456Z"),
                "",
            ),
            ("DateTime'2014-09-01T10:20'", at("2014-09-01T10:20:00Z"), ""),
            (
                "datetimeoffset'2014-09-01T10:20:30 02:00'",
                at("2014-09-01T08:20:30Z"),
                "",
            ),
        ];
        for (text, value, rest) in cases {
            assert_eq!(read(text), Some((value, rest)), "{text}");
        }
        for text in [
            "",
            "x",
            "'x",
            "-",
            ".",
            "12x",
            "trueish",
            "datetime'x'",
            "1e999",
            "L",
            "nullable",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
