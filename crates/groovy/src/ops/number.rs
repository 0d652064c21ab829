//! Numbers: promotion and conversion.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::decimal::{Decimal, Outcome, low_bits};
use crate::ops::float;
use crate::value::Value;

/// A number in the kind that arithmetic is done in.
#[derive(Clone, Debug)]
pub(crate) enum Number {
    Int(i32),
    Long(i64),
    Big(Rc<BigInt>),
    Decimal(Rc<Decimal>),
    Double(f64),
}

/// Whether it is a `java.lang.Number`.
#[must_use]
pub fn is_number(value: &Value) -> bool {
    !matches!(value, Value::Char(_)) && number(value).is_some()
}

/// The number of a value; a character is its code.
pub(crate) fn number(value: &Value) -> Option<Number> {
    Some(match value {
        Value::Byte(n) => Number::Int(i32::from(*n)),
        Value::Short(n) => Number::Int(i32::from(*n)),
        Value::Int(n) => Number::Int(*n),
        Value::Char(c) => Number::Int(i32::from(*c)),
        Value::Long(n) => Number::Long(*n),
        Value::Float(n) => Number::Double(f64::from(*n)),
        Value::Double(n) => Number::Double(*n),
        Value::BigInteger(n) => Number::Big(Rc::clone(n)),
        Value::Decimal(n) => Number::Decimal(Rc::clone(n)),
        _ => return None,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "conversions cut off as those of Java do"
)]
impl Number {
    /// `intValue()`
    pub(crate) fn int(&self) -> Outcome<i32> {
        Ok(match self {
            Self::Int(n) => *n,
            Self::Double(n) => *n as i32,
            other => other.long()? as i32,
        })
    }

    /// `longValue()`
    pub(crate) fn long(&self) -> Outcome<i64> {
        Ok(match self {
            Self::Int(n) => i64::from(*n),
            Self::Long(n) => *n,
            Self::Big(n) => low_bits(n),
            Self::Decimal(n) => n.to_long()?,
            Self::Double(n) => *n as i64,
        })
    }

    /// `doubleValue()`
    pub(crate) fn double(&self) -> f64 {
        match self {
            Self::Int(n) => f64::from(*n),
            Self::Long(n) => *n as f64,
            Self::Big(n) => n.to_f64().unwrap_or(f64::NAN),
            Self::Decimal(n) => n.to_double(),
            Self::Double(n) => *n,
        }
    }

    /// As a decimal; a double by its text.
    pub(crate) fn decimal(&self) -> Outcome<Rc<Decimal>> {
        Ok(match self {
            Self::Int(n) => Rc::new(Decimal::from(i64::from(*n))),
            Self::Long(n) => Rc::new(Decimal::from(*n)),
            Self::Big(n) => Rc::new(Decimal::from((**n).clone())),
            Self::Decimal(n) => Rc::clone(n),
            Self::Double(n) => Rc::new(Decimal::parse(&float::double_text(*n))?),
        })
    }

    /// As an integer of any size.
    pub(crate) fn big(&self) -> Outcome<Rc<BigInt>> {
        Ok(match self {
            Self::Int(n) => Rc::new(BigInt::from(*n)),
            Self::Long(n) => Rc::new(BigInt::from(*n)),
            Self::Big(n) => Rc::clone(n),
            Self::Decimal(n) => Rc::new(n.to_integer()?),
            Self::Double(_) => Rc::new(self.decimal()?.to_integer()?),
        })
    }
}

/// `intValue()` of a number.
#[must_use]
pub fn int_value(value: &Value) -> Option<i32> {
    number(value)?.int().ok()
}

/// `longValue()` of a number.
#[must_use]
pub fn long_value(value: &Value) -> Option<i64> {
    number(value)?.long().ok()
}

/// `doubleValue()` of a number.
#[must_use]
pub fn double_value(value: &Value) -> Option<f64> {
    number(value).map(|number| number.double())
}

/// A `float` from its shortest text, so that 1.1f is 1.1 as a decimal.
pub(crate) fn decimal_of(value: &Value) -> Option<Outcome<Rc<Decimal>>> {
    match value {
        Value::Float(n) => Some(Decimal::parse(&float::float_text(*n)).map(Rc::new)),
        other => number(other).map(|number| number.decimal()),
    }
}
