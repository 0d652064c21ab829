//! `java.math.BigDecimal`.

use num_bigint::BigInt;

/// A decimal number: `unscaled × 10^-scale`. The scale is part of the value: 1.0 is not 1.00.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: BigInt,
    scale: i32,
}

impl Decimal {
    /// A decimal of these parts.
    #[must_use]
    pub fn new(unscaled: BigInt, scale: i32) -> Self {
        Self { unscaled, scale }
    }

    /// Its digits.
    #[must_use]
    pub fn unscaled(&self) -> &BigInt {
        &self.unscaled
    }

    /// Digits after the point; negative for multiples of powers of ten.
    #[must_use]
    pub fn scale(&self) -> i32 {
        self.scale
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::new(number.into(), 0)
    }
}
