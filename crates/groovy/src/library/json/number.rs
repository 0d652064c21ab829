//! Numbers of JSON: integers that fit become `Integer`, others `Long` (wrapping silently), and
//! everything with a point or an exponent `BigDecimal` with the scale as written.

use num_bigint::BigInt;

use crate::decimal::Decimal;
use crate::throwable::throw;
use crate::value::Value;

use super::parse::Fault;

/// Digits of a decimal that fit an `i64` in any case.
const FEW: usize = 18;

/// The number at byte `from`, and the byte behind it.
pub(super) fn parse(text: &str, from: usize) -> Result<(Value, usize), Fault> {
    let rest = text.get(from..).unwrap_or_default();
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let mut simple = true;
    let mut point = None;
    let mut end = digits.len();
    for (at, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {}
            b',' | b'}' | b']' | 0..=b' ' => {
                end = at;
                break;
            }
            b'.' if point.is_none() => point = Some(at),
            b'E' | b'e' | b'-' | b'+' => simple = false,
            _ => return Err(unexpected(digits, at)),
        }
    }
    let negative = digits.len() < rest.len();
    let number = digits.get(..end).unwrap_or_default();
    let value = match point {
        None if simple => integer(number, negative)?,
        Some(point) if simple && end <= FEW && end > 1 => {
            let unscaled = wrapping(number, negative);
            let scale = i32::try_from(end - 1 - point).unwrap_or(i32::MAX);
            Value::decimal(Decimal::small(i128::from(unscaled), scale))
        }
        _ => decimal(number, negative)?,
    };
    Ok((value, from + usize::from(negative) + end))
}

fn unexpected(digits: &str, at: usize) -> Fault {
    let found = digits.get(at..).and_then(|rest| rest.chars().next());
    let message = format!("unexpected character {}", found.unwrap_or('\0'));
    throw("Exceptions$JsonInternalException", message).into()
}

fn integer(digits: &str, negative: bool) -> Result<Value, Fault> {
    if digits.is_empty() {
        return Err(throw("Exceptions$JsonInternalException", "died").into());
    }
    let number = wrapping(digits, negative);
    Ok(match i32::try_from(number) {
        // Groovy decides by the number of digits, so leading zeros may make a long.
        Ok(small) if digits.len() < 11 => Value::Int(small),
        _ => Value::Long(number),
    })
}

/// The digits as a number that wraps around, skipping a point.
fn wrapping(digits: &str, negative: bool) -> i64 {
    let number = digits
        .bytes()
        .filter(u8::is_ascii_digit)
        .fold(0_i64, |number, digit| {
            number
                .wrapping_mul(10)
                .wrapping_add(i64::from(digit - b'0'))
        });
    if negative {
        number.wrapping_neg()
    } else {
        number
    }
}

/// `new BigDecimal(text)`
fn decimal(number: &str, negative: bool) -> Result<Value, Fault> {
    let parts = || -> Option<Decimal> {
        let (mantissa, exponent) = match number.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (number, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let unscaled = BigInt::parse_bytes(digits.as_bytes(), 10)?;
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        Some(Decimal::new(
            if negative { -unscaled } else { unscaled },
            scale,
        ))
    };
    parts().map(Value::decimal).ok_or(Fault::Number(None))
}
