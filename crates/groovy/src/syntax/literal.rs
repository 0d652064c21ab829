//! The values of number literals.

use super::token::Tok;
use crate::ast::ExprKind;
use num_bigint::BigUint;

/// The token of an integer with `digits` in `radix` and the suffix `suffix`; the error says what
/// to do.
pub(super) fn integer(digits: &str, radix: u32, suffix: Option<char>) -> Result<Tok, String> {
    let number = |kind| Ok(Tok::Number(Box::new(kind)));
    let value = i128::from_str_radix(digits, radix).ok();
    match suffix.map(|c| c.to_ascii_lowercase()) {
        Some('i') => match value.map(i32::try_from) {
            Some(Ok(small)) => number(ExprKind::Int(small)),
            _ if value == Some(1 << 31) => edge(
                ExprKind::BigInteger("2147483648".to_owned()),
                ExprKind::Int(i32::MIN),
            ),
            _ => Err("this number is too large for an Integer: write the suffix L or G".to_owned()),
        },
        Some('l') => match value.map(i64::try_from) {
            Some(Ok(long)) => number(ExprKind::Long(long)),
            _ if value == Some(1 << 63) => edge(
                ExprKind::BigInteger("9223372036854775808".to_owned()),
                ExprKind::Long(i64::MIN),
            ),
            _ => Err("this number is too large for a Long: write the suffix G".to_owned()),
        },
        Some('g') => number(ExprKind::BigInteger(decimal_digits(digits, radix))),
        Some('f') => float(digits).map(ExprKind::Float).map_or_else(Err, number),
        Some('d') => double(digits)
            .map(ExprKind::Double)
            .map_or_else(Err, number),
        _ => plain(value, digits, radix),
    }
}

/// An integer without a suffix is the smallest of Integer, Long and BigInteger that holds it.
fn plain(value: Option<i128>, digits: &str, radix: u32) -> Result<Tok, String> {
    let number = |kind| Ok(Tok::Number(Box::new(kind)));
    let Some(value) = value else {
        return number(ExprKind::BigInteger(decimal_digits(digits, radix)));
    };
    if let Ok(small) = i32::try_from(value) {
        return number(ExprKind::Int(small));
    }
    match i64::try_from(value) {
        Ok(2_147_483_648) => edge(ExprKind::Long(2_147_483_648), ExprKind::Int(i32::MIN)),
        Ok(long) => number(ExprKind::Long(long)),
        Err(_) if value == 1 << 63 => edge(
            ExprKind::BigInteger(value.to_string()),
            ExprKind::Long(i64::MIN),
        ),
        Err(_) => number(ExprKind::BigInteger(value.to_string())),
    }
}

/// A number that is one more than the largest of its type, and what it is behind a minus.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the callers return what it returns"
)]
fn edge(alone: ExprKind, negative: ExprKind) -> Result<Tok, String> {
    Ok(Tok::Edge(Box::new(alone), Box::new(negative)))
}

/// The token of a number with a point or an exponent.
pub(super) fn fraction(text: &str, suffix: Option<char>) -> Result<Tok, String> {
    let kind = match suffix.map(|c| c.to_ascii_lowercase()) {
        Some('f') => ExprKind::Float(float(text)?),
        Some('d') => ExprKind::Double(double(text)?),
        Some('i' | 'l') => return Err("a number with a point cannot have this suffix".to_owned()),
        _ => ExprKind::Decimal(text.to_owned()),
    };
    Ok(Tok::Number(Box::new(kind)))
}

fn float(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|value: &f32| value.is_finite())
        .ok_or_else(|| "this number is too large for a Float".to_owned())
}

fn double(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .ok_or_else(|| "this number is too large for a Double".to_owned())
}

/// `digits` of any radix in decimal, without leading zeros.
fn decimal_digits(digits: &str, radix: u32) -> String {
    BigUint::parse_bytes(digits.as_bytes(), radix)
        .unwrap_or_default()
        .to_string()
}

/// The negative of a number literal, where Groovy makes one literal of both.
pub(super) fn negated(kind: &ExprKind) -> Option<ExprKind> {
    Some(match kind {
        ExprKind::Int(value) => ExprKind::Int(value.checked_neg()?),
        ExprKind::Long(value) => ExprKind::Long(value.checked_neg()?),
        ExprKind::BigInteger(digits) if digits == "0" => kind.clone(),
        ExprKind::BigInteger(digits) => ExprKind::BigInteger(format!("-{digits}")),
        ExprKind::Decimal(digits) => ExprKind::Decimal(format!("-{digits}")),
        ExprKind::Float(value) => ExprKind::Float(-value),
        ExprKind::Double(value) => ExprKind::Double(-value),
        _ => return None,
    })
}
