//! Decimals from text and from binary floating point.

use num_bigint::BigInt;

use super::{Decimal, MAX_BITS, Outcome, Problem, scale_of};

impl Decimal {
    /// `new BigDecimal(text)`
    ///
    /// # Errors
    /// [`Problem::Text`], [`Problem::Large`]
    pub fn parse(text: &str) -> Outcome<Self> {
        if text.len() as u64 > MAX_BITS / 4 {
            return Err(Problem::Large);
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        for c in whole.chars().chain(fraction.chars()) {
            digits.push(digit(c).ok_or(Problem::Text)?);
        }
        if digits.is_empty() {
            return Err(Problem::Text);
        }
        let fraction = i64::try_from(fraction.chars().count()).map_err(|_| Problem::Large)?;
        let scale = i32::try_from(fraction - exponent).map_err(|_| Problem::Text)?;
        if digits.len() <= 38
            && let Ok(small) = digits.parse::<i128>()
        {
            return Ok(Self::small(if negative { -small } else { small }, scale));
        }
        let big: BigInt = digits.parse().map_err(|_| Problem::Text)?;
        Ok(Self::new(if negative { -big } else { big }, scale))
    }

    /// `new BigDecimal(double)`: the exact value of the binary number.
    ///
    /// # Errors
    /// [`Problem::Text`] for what is no number.
    pub fn exact(number: f64) -> Outcome<Self> {
        if !number.is_finite() {
            return Err(Problem::Text);
        }
        if number == 0.0 {
            return Ok(Self::small(0, 0));
        }
        let bits = number.to_bits();
        let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let fraction = bits & ((1 << 52) - 1);
        let (mut significand, mut exponent) = match exponent {
            0 => (fraction, -1074),
            _ => (fraction | (1 << 52), exponent - 1075),
        };
        let even = significand.trailing_zeros();
        significand >>= even;
        exponent += even.cast_signed();
        let mut unscaled = BigInt::from(significand);
        if number < 0.0 {
            unscaled = -unscaled;
        }
        if exponent >= 0 {
            return Ok(Self::new(unscaled << exponent, 0));
        }
        let five = BigInt::from(5).pow(exponent.unsigned_abs());
        Ok(Self::new(
            unscaled * five,
            scale_of(-i64::from(exponent), false)?,
        ))
    }
}

fn parse_exponent(text: &str) -> Outcome<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let significant = digits.trim_start_matches('0');
    if digits.is_empty() || significant.chars().count() > 10 {
        return Err(Problem::Text);
    }
    let mut value = 0_i64;
    for c in significant.chars() {
        let digit = digit(c).and_then(|c| c.to_digit(10)).ok_or(Problem::Text)?;
        value = value * 10 + i64::from(digit);
    }
    Ok(if negative { -value } else { value })
}

fn digit(c: char) -> Option<char> {
    c.is_ascii_digit().then_some(c)
}
