//! Numbers from text, with the exceptions of Java.

use num_bigint::BigInt;
use num_traits::Num;

use crate::decimal::{Decimal, MAX_BITS};
use crate::throwable::throw;
use crate::thrown::{Limit, Result, Thrown};

/// `For input string: "x"`
pub(crate) fn bad(text: &str) -> Thrown {
    throw(
        "NumberFormatException",
        format!("For input string: \"{text}\""),
    )
}

/// `Integer.parseInt(text, radix)` of any width.
pub(crate) fn whole(text: &str, radix: u32, least: i64, most: i64) -> Result<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.starts_with(['-', '+']) || digits.is_empty() {
        return Err(bad(text));
    }
    i64::from_str_radix(text, radix)
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| bad(text))
}

/// `Integer.parseInt`
pub(crate) fn integer(text: &str) -> Result<i32> {
    let number = whole(text, 10, i32::MIN.into(), i32::MAX.into())?;
    i32::try_from(number).map_err(|_| bad(text))
}

/// `Long.parseLong`
pub(crate) fn long(text: &str) -> Result<i64> {
    whole(text, 10, i64::MIN, i64::MAX)
}

/// `Short.parseShort`
pub(crate) fn short(text: &str) -> Result<i16> {
    narrow(text, i16::try_from(integer(text)?).ok())
}

/// `Byte.parseByte`
pub(crate) fn byte(text: &str) -> Result<i8> {
    narrow(text, i8::try_from(integer(text)?).ok())
}

fn narrow<T>(text: &str, number: Option<T>) -> Result<T> {
    number.ok_or_else(|| {
        let message = format!("Value out of range. Value:\"{text}\" Radix:10");
        throw("NumberFormatException", message)
    })
}

/// `Double.parseDouble`
pub(crate) fn double(text: &str) -> Result<f64> {
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    if trimmed.is_empty() {
        return Err(throw("NumberFormatException", "empty String"));
    }
    let unsigned = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    match unsigned {
        "NaN" => return Ok(f64::NAN),
        "Infinity" if trimmed.starts_with('-') => return Ok(f64::NEG_INFINITY),
        "Infinity" => return Ok(f64::INFINITY),
        _ => {}
    }
    let digits = unsigned
        .strip_suffix(['d', 'D', 'f', 'F'])
        .unwrap_or(unsigned);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    let number: f64 = plain
        .then(|| digits.parse().ok())
        .flatten()
        .ok_or_else(|| bad(trimmed))?;
    Ok(if trimmed.starts_with('-') {
        -number
    } else {
        number
    })
}

/// `Float.parseFloat`
pub(crate) fn float(text: &str) -> Result<f32> {
    let wide = double(text)?;
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    let digits = trimmed.trim_end_matches(['d', 'D', 'f', 'F']);
    // Rounded once, from the digits, unless it is a name such as NaN.
    #[expect(clippy::cast_possible_truncation, reason = "only names get here")]
    Ok(digits.parse().unwrap_or(wide as f32))
}

/// `new BigDecimal(text)`
pub(crate) fn decimal(text: &str) -> Result<Decimal> {
    Ok(Decimal::parse(text)?)
}

/// `new BigInteger(text, radix)`
pub(crate) fn big(text: &str, radix: u32) -> Result<BigInt> {
    if text.is_empty() {
        return Err(throw("NumberFormatException", "Zero length BigInteger"));
    }
    if text.len() as u64 > MAX_BITS / 4 {
        return Err(Thrown::limit(Limit::Memory));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(bad(text));
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    BigInt::from_str_radix(text, radix).map_err(|_| bad(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::failure;

    #[test]
    fn integers_are_read_as_in_java() {
        assert_eq!(integer("-05").unwrap(), -5);
        assert_eq!(integer("+7").unwrap(), 7);
        assert_eq!(whole("ff", 16, 0, 255).unwrap(), 255);
        for text in ["", "-", "1.5", " 1", "2147483648", "--1", "+-1", "1L"] {
            let message = failure(integer(text).unwrap_err());
            assert_eq!(
                message,
                format!("!NumberFormatException For input string: \"{text}\"")
            );
        }
        assert_eq!(
            failure(byte("300").unwrap_err()),
            "!NumberFormatException Value out of range. Value:\"300\" Radix:10"
        );
        assert_eq!(big("-ff", 16).unwrap(), BigInt::from(-255));
        assert!(big("1_0", 10).is_err());
    }

    #[test]
    fn doubles_are_read_as_in_java() {
        assert!((double(" -1.5e3f ").unwrap() + 1500.0).abs() < f64::EPSILON);
        assert!(double("NaN").unwrap().is_nan());
        assert!((float("0.1").unwrap() - 0.1_f32).abs() < f32::EPSILON);
        for text in ["x", "inf", "nan", "1,5", "0x10", "1e", "e5", "1 2"] {
            assert!(double(text).is_err(), "{text}");
        }
        assert_eq!(
            failure(double("  ").unwrap_err()),
            "!NumberFormatException empty String"
        );
    }
}
