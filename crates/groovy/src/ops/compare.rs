//! `<=>` and the order of sorted collections.

use std::cmp::Ordering;

use num_bigint::BigInt;

use crate::decimal::Decimal;
use crate::ops::number::{Number, number};
use crate::ops::text;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// `a <=> b`
///
/// # Errors
/// When they cannot be compared, and what `compareTo` of a script's class throws.
pub fn compare(vm: &mut Vm, a: &Value, b: &Value) -> Result<Ordering> {
    match (a, b) {
        (Value::Null, Value::Null) => return Ok(Ordering::Equal),
        (Value::Null, _) => return Ok(Ordering::Less),
        (_, Value::Null) => return Ok(Ordering::Greater),
        (Value::Str(a), Value::Str(b)) => return Ok(texts(a, b)),
        (Value::Bool(a), Value::Bool(b)) => return Ok(a.cmp(b)),
        (Value::Str(_), Value::GString(_)) | (Value::GString(_), _) => {
            let (a, b) = (vm.text(a)?, vm.text(b)?);
            return Ok(texts(&a, &b));
        }
        (Value::Str(a), Value::Char(_)) => {
            let b = text::plain(b).unwrap_or_else(|| "".into());
            return Ok(texts(a, &b));
        }
        _ => {}
    }
    if let Some(order) = numeric(a, b) {
        return Ok(order.unwrap_or_else(|| nan_order(a, b)));
    }
    if let Value::Object(object) = a {
        if let Some(order) = object.compare(vm, b)? {
            return Ok(order);
        }
        if a.is_same(b) {
            return Ok(Ordering::Equal);
        }
    }
    if matches!(a, Value::Str(_) | Value::Bool(_)) || number(a).is_some() {
        let message = format!(
            "{} cannot be cast to {}",
            b.class().name(),
            a.class().name()
        );
        return Err(throw("ClassCastException", message));
    }
    let (left, right) = (shown(vm, a)?, shown(vm, b)?);
    Err(throw(
        "GroovyRuntimeException",
        format!(
            "Cannot compare {} with value '{left}' and {} with value '{right}'",
            a.class().name(),
            b.class().name()
        ),
    ))
}

/// Numbers, characters and strings of one character against a number; `None` when that is not what
/// they are, `Some(None)` when one is NaN.
pub(crate) fn numeric(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    let (x, y) = match (a, b) {
        (Value::Int(a), Value::Int(b)) => return Some(Some(a.cmp(b))),
        (Value::Str(text), _) => (character(text)?, number(b)?),
        (_, Value::Str(text)) => (number(a)?, character(text)?),
        _ => (number(a)?, number(b)?),
    };
    if matches!((a, b), (Value::Str(_), Value::Char(_))) {
        return None;
    }
    Some(numbers(&x, &y))
}

fn character(text: &Str) -> Option<Number> {
    let unit = text.unit(0)?;
    (text.units() == 1).then(|| Number::Int(i32::from(unit)))
}

fn numbers(a: &Number, b: &Number) -> Option<Ordering> {
    Some(match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.cmp(b),
        (Number::Double(_), _) | (_, Number::Double(_)) => {
            return a.double().partial_cmp(&b.double());
        }
        (Number::Decimal(a), Number::Decimal(b)) => a.compare(b),
        (Number::Decimal(a), b) => a.compare(&whole(b)),
        (a, Number::Decimal(b)) => whole(a).compare(b),
        (Number::Big(_), _) | (_, Number::Big(_)) => integer(a).cmp(&integer(b)),
        (a, b) => long(a).cmp(&long(b)),
    })
}

fn long(number: &Number) -> i64 {
    match number {
        Number::Int(n) => i64::from(*n),
        Number::Long(n) => *n,
        _ => 0,
    }
}

fn integer(number: &Number) -> BigInt {
    match number {
        Number::Big(n) => (**n).clone(),
        other => BigInt::from(long(other)),
    }
}

fn whole(number: &Number) -> Decimal {
    Decimal::from(integer(number))
}

/// As `Double.compareTo` has it: NaN is above everything.
fn nan_order(a: &Value, b: &Value) -> Ordering {
    let nan = |value: &Value| number(value).is_some_and(|n| n.double().is_nan());
    nan(a).cmp(&nan(b))
}

/// `String.compareTo`: by UTF-16 units.
pub(crate) fn texts(a: &str, b: &str) -> Ordering {
    if a.is_ascii() || b.is_ascii() {
        // Bytes of UTF-8 and units of UTF-16 differ in order only beyond the BMP.
        return a.as_bytes().cmp(b.as_bytes());
    }
    a.encode_utf16().cmp(b.encode_utf16())
}

/// The order of keys of sorted maps, without running a script; what cannot be compared is equal.
#[must_use]
pub fn natural(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => texts(a, b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Str(_) | Value::GString(_), Value::Str(_) | Value::GString(_)) => {
            match (text::plain(a), text::plain(b)) {
                (Some(a), Some(b)) => texts(&a, &b),
                _ => Ordering::Equal,
            }
        }
        _ => match numeric(a, b) {
            Some(order) => order.unwrap_or_else(|| nan_order(a, b)),
            None => a.is_null().cmp(&b.is_null()).reverse(),
        },
    }
}

/// A value in the message: numbers as `MessageFormat` writes them.
fn shown(vm: &mut Vm, value: &Value) -> Result<Str> {
    let Some(decimal) = crate::ops::number::decimal_of(value) else {
        return vm.to_string(value);
    };
    let Ok(decimal) = decimal else {
        return Ok("\u{fffd}".into());
    };
    if let Value::Char(_) = value {
        return vm.to_string(value);
    }
    let rounded = decimal.set_scale(
        decimal.scale().clamp(0, 3),
        crate::decimal::Rounding::HalfEven,
    )?;
    let plain = rounded.to_plain();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut grouped = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    Ok(grouped.into())
}

/// `Double.compare`
#[must_use]
pub fn doubles(a: f64, b: f64) -> Ordering {
    match a.partial_cmp(&b) {
        Some(Ordering::Equal) => b.is_sign_negative().cmp(&a.is_sign_negative()),
        Some(order) => order,
        None => a.is_nan().cmp(&b.is_nan()),
    }
}
