//! Numbers as `org.json` reads and writes them.

use std::rc::Rc;

use crate::decimal::Decimal;
use crate::library::number::parse;
use crate::ops::number::{Number, number};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;

use super::unless_thrown;

/// `JSONObject.stringToValue`: what a word without quotes means.
pub(super) fn meaning(word: &str) -> Result<Value> {
    for (name, value) in [("true", true), ("false", false)] {
        if word.eq_ignore_ascii_case(name) {
            return Ok(Value::Bool(value));
        }
    }
    if word.eq_ignore_ascii_case("null") {
        return Ok(super::null());
    }
    if !begins_number(word) {
        return Ok(Value::text(word));
    }
    let number = unless_thrown(of_text(word))?;
    Ok(number.unwrap_or_else(|| Value::text(word)))
}

fn begins_number(word: &str) -> bool {
    word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn bad(text: &str) -> Thrown {
    let message = format!("val [{text}] is not a valid number.");
    throw("NumberFormatException", message)
}

fn is_decimal(text: &str) -> bool {
    text.contains(['.', 'e', 'E']) || text == "-0"
}

/// `JSONObject.stringToNumber`
pub(super) fn of_text(text: &str) -> Result<Value> {
    if !begins_number(text) {
        return Err(bad(text));
    }
    if is_decimal(text) {
        return fraction(text);
    }
    let mut digits = text.strip_prefix('-').unwrap_or(text).bytes();
    if digits.next() == Some(b'0') && digits.next().is_some_and(|digit| digit.is_ascii_digit()) {
        return Err(bad(text));
    }
    if let Ok(number) = text.parse::<i32>() {
        return Ok(Value::Int(number));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Ok(Value::Long(number));
    }
    parse::big(text, 10).map(Value::big)
}

fn fraction(text: &str) -> Result<Value> {
    if let Some(number) = unless_thrown(parse::decimal(text))? {
        return Ok(match text.starts_with('-') && number.is_zero() {
            true => Value::Double(-0.0),
            false => Value::decimal(number),
        });
    }
    let number = unless_thrown(parse::double(text))?;
    let finite = number.filter(|number| number.is_finite());
    finite.map(Value::Double).ok_or_else(|| bad(text))
}

/// The number of a value, or of its text.
fn read(value: &Value, text: &str) -> Result<Option<Number>> {
    match value {
        Value::Char(_) => {}
        other => {
            if let Some(number) = number(other) {
                return Ok(Some(number));
            }
        }
    }
    let parsed = match is_decimal(text) {
        true => unless_thrown(parse::decimal(text))?.map(Value::decimal),
        false => unless_thrown(parse::big(text, 10))?.map(Value::big),
    };
    Ok(parsed.as_ref().and_then(number))
}

/// As a `BigInteger`, cut off; nothing when it is no number.
pub(super) fn big_integer(value: &Value, text: &str) -> Result<Value> {
    match read(value, text)? {
        Some(Number::Double(number)) if !number.is_finite() => Ok(Value::Null),
        Some(number) => Ok(Value::BigInteger(number.big()?)),
        None => Ok(Value::Null),
    }
}

/// As a `BigDecimal`, exactly; nothing when it is no number.
pub(super) fn big_decimal(value: &Value, text: &str) -> Result<Value> {
    match read(value, text)? {
        Some(Number::Double(number)) if !number.is_finite() => Ok(Value::Null),
        Some(Number::Double(number)) => Ok(Value::Decimal(Rc::new(Decimal::exact(number)?))),
        Some(number) => Ok(Value::Decimal(number.decimal()?)),
        None => Ok(Value::Null),
    }
}

/// Without zeros at the end of a fraction.
pub(super) fn shortened(text: &str) -> &str {
    match text.find('.') {
        Some(at) if at > 0 && !text.contains(['e', 'E']) => {
            let short = text.trim_end_matches('0');
            short.strip_suffix('.').unwrap_or(short)
        }
        _ => text,
    }
}

/// Whether it is a number as JSON writes them.
pub(super) fn is_json(text: &str) -> bool {
    let digits = |text: &str| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        text.len() - rest.len()
    };
    let text = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text.starts_with('0')) {
        return false;
    }
    let mut rest = text.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let len = digits(fraction);
        if len == 0 {
            return false;
        }
        rest = fraction.get(len..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}
