//! `%d`, `%x`, `%f` and the like.

use num_bigint::BigInt;
use num_traits::Signed;

use super::spec::Spec;
use super::symbols::{Symbols, grouped};
use crate::decimal::{Context, Decimal, Rounding};
use crate::library::date::locale::Locale;
use crate::ops::float::double_text;
use crate::text::units_of;
use crate::thrown::Result;
use crate::value::Value;

/// `%d`, `%x`, `%o`
pub(super) fn whole(locale: &Locale, spec: &Spec<'_>, value: &Value) -> Result<String> {
    let (number, bits) = match value {
        Value::Byte(n) => (BigInt::from(*n), 8),
        Value::Short(n) => (BigInt::from(*n), 16),
        Value::Int(n) => (BigInt::from(*n), 32),
        Value::Long(n) => (BigInt::from(*n), 64),
        Value::BigInteger(n) => ((**n).clone(), 0),
        other => return Err(spec.refuse(other)),
    };
    let radix = match spec.conversion {
        'd' => {
            let mut digits = number.magnitude().to_string();
            if spec.group {
                digits = grouped(&digits, 3, Symbols::of(locale).group);
            }
            return Ok(signed(spec, number.is_negative(), digits));
        }
        'o' => 8,
        _ => 16,
    };
    // Negative numbers of a fixed width show their bits.
    let (negative, number) = if number.is_negative() && bits > 0 {
        (false, number + (BigInt::from(1) << bits))
    } else {
        (number.is_negative(), number)
    };
    let mut digits = number.magnitude().to_str_radix(radix);
    if spec.alternate {
        digits.insert_str(0, if radix == 8 { "0" } else { "0x" });
    }
    let text = signed(spec, negative, digits);
    Ok(if spec.upper() {
        text.to_uppercase()
    } else {
        text
    })
}

/// `%f`, `%e`, `%g`
pub(super) fn fraction(locale: &Locale, spec: &Spec<'_>, value: &Value) -> Result<String> {
    let double = match value {
        Value::Float(n) => Some(f64::from(*n)),
        Value::Double(n) => Some(*n),
        _ => None,
    };
    let (number, negative) = match (double, value) {
        (Some(n), _) if !n.is_finite() => {
            let text = if n.is_nan() { "NaN" } else { "Infinity" };
            let zero_filled = Spec {
                zero: false,
                ..copy(spec)
            };
            return Ok(signed(&zero_filled, n < 0.0, text.to_owned()));
        }
        (Some(n), _) => (Decimal::parse(&double_text(n))?, n.is_sign_negative()),
        (None, Value::Decimal(n)) => ((**n).clone(), n.signum() < 0),
        (None, other) => return Err(spec.refuse(other)),
    };
    let number = number.abs();
    let precision = spec.precision.unwrap_or(6);
    let symbols = Symbols::of(locale);
    let text = match spec.conversion.to_ascii_lowercase() {
        'f' => fixed(spec, &number, precision, symbols)?,
        'e' => scientific(&number, precision, symbols)?,
        _ => general(spec, &number, precision.max(1), symbols)?,
    };
    let text = signed(spec, negative, text);
    Ok(if spec.upper() {
        text.to_uppercase()
    } else {
        text
    })
}

fn copy<'a>(spec: &Spec<'a>) -> Spec<'a> {
    Spec {
        left: spec.left,
        plus: spec.plus,
        space: spec.space,
        parentheses: spec.parentheses,
        width: spec.width,
        conversion: spec.conversion,
        source: spec.source,
        ..Spec::default()
    }
}

fn scale(precision: usize) -> i32 {
    i32::try_from(precision).unwrap_or(i32::MAX)
}

fn fixed(spec: &Spec<'_>, number: &Decimal, precision: usize, symbols: Symbols) -> Result<String> {
    let plain = number
        .set_scale(scale(precision), Rounding::HalfUp)?
        .to_plain();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let whole = if spec.group {
        grouped(whole, 3, symbols.group)
    } else {
        whole.to_owned()
    };
    Ok(if fraction.is_empty() {
        whole
    } else {
        format!("{whole}{}{fraction}", symbols.decimal)
    })
}

/// Digits rounded to so many, and the exponent of the first.
fn rounded(number: &Decimal, digits: usize) -> Result<(String, i64)> {
    if number.is_zero() {
        return Ok(("0".repeat(digits), 0));
    }
    let context = Context {
        precision: u32::try_from(digits).unwrap_or(u32::MAX),
        rounding: Rounding::HalfUp,
    };
    let rounded = number.round(context)?;
    let mut shown = rounded.unscaled().to_string();
    let exponent = i64::try_from(shown.len()).unwrap_or(0) - 1 - i64::from(rounded.scale());
    if shown.len() < digits {
        shown.push_str(&"0".repeat(digits - shown.len()));
    }
    Ok((shown, exponent))
}

fn scientific(number: &Decimal, precision: usize, symbols: Symbols) -> Result<String> {
    let (digits, exponent) = rounded(number, precision.saturating_add(1))?;
    let (first, rest) = digits.split_at(1);
    let sign = if exponent < 0 { '-' } else { '+' };
    let exponent = exponent.unsigned_abs();
    Ok(if rest.is_empty() {
        format!("{first}e{sign}{exponent:02}")
    } else {
        format!("{first}{}{rest}e{sign}{exponent:02}", symbols.decimal)
    })
}

fn general(
    spec: &Spec<'_>,
    number: &Decimal,
    precision: usize,
    symbols: Symbols,
) -> Result<String> {
    let (_, exponent) = rounded(number, precision)?;
    let digits = i64::try_from(precision).unwrap_or(i64::MAX);
    if exponent < -4 || exponent >= digits {
        return scientific(number, precision - 1, symbols);
    }
    let fraction = usize::try_from(digits - exponent - 1).unwrap_or(0);
    fixed(spec, number, fraction, symbols)
}

/// With its sign, filled up to the width: with zeros behind the sign, or with spaces.
fn signed(spec: &Spec<'_>, negative: bool, digits: String) -> String {
    let (before, behind) = match negative {
        true if spec.parentheses => ("(", ")"),
        true => ("-", ""),
        false if spec.plus => ("+", ""),
        false if spec.space => (" ", ""),
        false => ("", ""),
    };
    let taken = units_of(&digits) + before.len() + behind.len();
    let zeros = match spec.width {
        Some(width) if spec.zero => width.min(super::WIDEST).saturating_sub(taken),
        _ => 0,
    };
    spec.padded(format!("{before}{}{digits}{behind}", "0".repeat(zeros)))
}
