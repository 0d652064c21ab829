//! `java.math.BigDecimal`.

mod divide;
mod parse;
mod round;
mod show;

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

use crate::throwable::{throw, throw_bare};
use crate::thrown::{Limit, Thrown};

pub use round::{Context, Rounding};

/// Bits that digits may take: more is refused as using too much memory.
pub(crate) const MAX_BITS: u64 = 1 << 18;

/// A decimal number: `unscaled × 10^-scale`. The scale is part of the value: 1.0 is not 1.00.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: Digits,
    scale: i32,
}

/// `Small` whenever it fits, so that equal digits are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Digits {
    Small(i128),
    Big(Box<BigInt>),
}

impl Digits {
    fn of(number: BigInt) -> Self {
        match number.to_i128() {
            Some(small) => Self::Small(small),
            None => Self::Big(Box::new(number)),
        }
    }

    fn big(&self) -> BigInt {
        match self {
            Self::Small(small) => BigInt::from(*small),
            Self::Big(big) => (**big).clone(),
        }
    }
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Division by zero; whether zero was divided.
    ByZero(bool),
    /// The quotient has no end.
    Endless,
    /// A digit would have to be rounded, but must not.
    Inexact,
    /// The scale is out of range; whether below it.
    Scale(bool),
    /// The exponent of a power is out of range.
    Power,
    /// An exact integer is out of range.
    Range,
    /// More digits than [`MAX_BITS`] allows.
    Large,
    /// The text is no number.
    Text,
}

impl From<Problem> for Thrown {
    fn from(problem: Problem) -> Self {
        let arithmetic = |text: &'static str| throw("ArithmeticException", text);
        match problem {
            Problem::ByZero(false) => arithmetic("Division by zero"),
            Problem::ByZero(true) => arithmetic("Division undefined"),
            Problem::Endless => arithmetic(
                "Non-terminating decimal expansion; no exact representable decimal result.",
            ),
            Problem::Inexact => arithmetic("Rounding necessary"),
            Problem::Scale(false) | Problem::Range => arithmetic("Overflow"),
            Problem::Scale(true) => arithmetic("Underflow"),
            Problem::Power => arithmetic("Invalid operation"),
            Problem::Large => Self::limit(Limit::Memory),
            Problem::Text => throw_bare("NumberFormatException"),
        }
    }
}

/// What an operation gives.
pub type Outcome<T> = Result<T, Problem>;

impl Decimal {
    /// A decimal of these parts.
    #[must_use]
    pub fn new(unscaled: BigInt, scale: i32) -> Self {
        Self {
            digits: Digits::of(unscaled),
            scale,
        }
    }

    pub(crate) fn small(unscaled: i128, scale: i32) -> Self {
        Self {
            digits: Digits::Small(unscaled),
            scale,
        }
    }

    /// Its digits.
    #[must_use]
    pub fn unscaled(&self) -> BigInt {
        self.digits.big()
    }

    /// Digits after the point; negative for multiples of powers of ten.
    #[must_use]
    pub fn scale(&self) -> i32 {
        self.scale
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn signum(&self) -> i32 {
        match &self.digits {
            Digits::Small(small) => i32::from(small.signum() > 0) - i32::from(*small < 0),
            Digits::Big(big) => {
                if big.is_negative() {
                    -1
                } else {
                    1
                }
            }
        }
    }

    /// Whether it is zero, of any scale.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.signum() == 0
    }

    /// Number of its digits; 1 for zero.
    #[must_use]
    pub fn precision(&self) -> u64 {
        match &self.digits {
            Digits::Small(0) => 1,
            Digits::Small(small) => u64::from(small.unsigned_abs().ilog10()) + 1,
            Digits::Big(big) => digits_of(big),
        }
    }

    /// How much work an operation on it is, in steps.
    pub(crate) fn weight(&self) -> u64 {
        match &self.digits {
            Digits::Small(_) => 1,
            Digits::Big(big) => big.bits() / 64,
        }
    }

    /// `add`
    ///
    /// # Errors
    /// [`Problem::Large`]
    pub fn add(&self, other: &Self) -> Outcome<Self> {
        self.combine(other, i128::checked_add, |a, b| a + b)
    }

    /// `subtract`
    ///
    /// # Errors
    /// [`Problem::Large`]
    pub fn subtract(&self, other: &Self) -> Outcome<Self> {
        self.combine(other, i128::checked_sub, |a, b| a - b)
    }

    fn combine(
        &self,
        other: &Self,
        small: fn(i128, i128) -> Option<i128>,
        big: fn(BigInt, BigInt) -> BigInt,
    ) -> Outcome<Self> {
        let scale = self.scale.max(other.scale);
        let (up, other_up) = (up_to(scale, self.scale), up_to(scale, other.scale));
        if let (Digits::Small(a), Digits::Small(b)) = (&self.digits, &other.digits)
            && let (Some(a), Some(b)) = (shift_small(*a, up), shift_small(*b, other_up))
            && let Some(sum) = small(a, b)
        {
            return Ok(Self::small(sum, scale));
        }
        let (a, b) = (
            shift(self.unscaled(), up)?,
            shift(other.unscaled(), other_up)?,
        );
        Ok(Self::new(big(a, b), scale))
    }

    /// `multiply`
    ///
    /// # Errors
    /// [`Problem::Large`], [`Problem::Scale`]
    pub fn multiply(&self, other: &Self) -> Outcome<Self> {
        let scale = scale_of(
            i64::from(self.scale) + i64::from(other.scale),
            self.is_zero() || other.is_zero(),
        )?;
        if let (Digits::Small(a), Digits::Small(b)) = (&self.digits, &other.digits)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Self::small(product, scale));
        }
        let (a, b) = (self.unscaled(), other.unscaled());
        fits(a.bits() + b.bits())?;
        Ok(Self::new(a * b, scale))
    }

    /// `negate`
    #[must_use]
    pub fn negate(&self) -> Self {
        match &self.digits {
            Digits::Small(small) if *small != i128::MIN => Self::small(-small, self.scale),
            other => Self::new(-other.big(), self.scale),
        }
    }

    /// `abs`
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 {
            self.negate()
        } else {
            self.clone()
        }
    }

    /// `pow`
    ///
    /// # Errors
    /// [`Problem::Power`], [`Problem::Large`], [`Problem::Scale`]
    pub fn pow(&self, exponent: i32) -> Outcome<Self> {
        let power = u32::try_from(exponent).map_err(|_| Problem::Power)?;
        if power > 999_999_999 {
            return Err(Problem::Power);
        }
        let scale = scale_of(
            i64::from(self.scale) * i64::from(power),
            self.is_zero() && power > 0,
        )?;
        Ok(Self::new(power_of(&self.unscaled(), power)?, scale))
    }

    /// `compareTo`: 1.0 and 1.00 are equal.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return match (&self.digits, &other.digits) {
                (Digits::Small(a), Digits::Small(b)) => a.cmp(b),
                (a, b) => a.big().cmp(&b.big()),
            };
        }
        let signs = self.signum().cmp(&other.signum());
        if signs != Ordering::Equal || self.is_zero() {
            return signs;
        }
        let magnitude = self.magnitude().cmp(&other.magnitude());
        if magnitude != Ordering::Equal {
            return if self.signum() < 0 {
                magnitude.reverse()
            } else {
                magnitude
            };
        }
        let scale = self.scale.max(other.scale);
        // Of one magnitude, so that the shift is no longer than the digits of the other.
        let a = shift(self.unscaled(), up_to(scale, self.scale));
        let b = shift(other.unscaled(), up_to(scale, other.scale));
        a.and_then(|a| b.map(|b| a.cmp(&b)))
            .unwrap_or(Ordering::Equal)
    }

    /// The exponent of its first digit.
    fn magnitude(&self) -> i64 {
        i64::try_from(self.precision()).unwrap_or(i64::MAX / 2) - i64::from(self.scale)
    }

    /// `stripTrailingZeros`
    #[must_use]
    pub fn strip_trailing_zeros(&self) -> Self {
        if self.is_zero() {
            return Self::small(0, 0);
        }
        self.strip_to(i64::from(i32::MIN))
    }

    /// Takes zeros off the end as long as the scale stays at or above `least`.
    fn strip_to(&self, least: i64) -> Self {
        let mut scale = i64::from(self.scale);
        let stripped = match &self.digits {
            Digits::Small(small) => {
                let mut small = *small;
                while scale > least && small != 0 && small % 10 == 0 {
                    small /= 10;
                    scale -= 1;
                }
                Digits::Small(small)
            }
            Digits::Big(big) => {
                let text = big.to_string();
                let zeros = text.len() - text.trim_end_matches('0').len();
                let zeros = i64::try_from(zeros)
                    .unwrap_or(0)
                    .min((scale - least).max(0));
                scale -= zeros;
                let power = u32::try_from(zeros).unwrap_or(0);
                Digits::of(&**big / BigInt::from(10).pow(power))
            }
        };
        let scale = i32::try_from(scale).unwrap_or(self.scale);
        Self {
            digits: stripped,
            scale,
        }
    }

    /// The same digits with the point `places` further right.
    ///
    /// # Errors
    /// [`Problem::Scale`]
    pub fn scale_by_ten(&self, places: i32) -> Outcome<Self> {
        let scale = scale_of(i64::from(self.scale) - i64::from(places), self.is_zero())?;
        Ok(Self {
            digits: self.digits.clone(),
            scale,
        })
    }

    /// `toBigInteger`: without its fraction.
    ///
    /// # Errors
    /// [`Problem::Large`]
    pub fn to_integer(&self) -> Outcome<BigInt> {
        if self.scale <= 0 {
            return shift(self.unscaled(), up_to(0, self.scale));
        }
        if self.magnitude() <= 0 {
            return Ok(BigInt::zero());
        }
        Ok(self.set_scale(0, Rounding::Down)?.unscaled())
    }

    /// `toBigIntegerExact`
    ///
    /// # Errors
    /// [`Problem::Inexact`], [`Problem::Large`]
    pub fn to_integer_exact(&self) -> Outcome<BigInt> {
        Ok(self.set_scale(0, Rounding::Unnecessary)?.unscaled())
    }

    /// `longValue`: the low 64 bits.
    ///
    /// # Errors
    /// [`Problem::Large`]
    pub fn to_long(&self) -> Outcome<i64> {
        Ok(low_bits(&self.to_integer()?))
    }

    /// `doubleValue`
    #[must_use]
    pub fn to_double(&self) -> f64 {
        match &self.digits {
            #[expect(clippy::cast_precision_loss, reason = "as Java converts")]
            Digits::Small(small) if self.scale == 0 => *small as f64,
            // Rounded once, by the parser of the standard library.
            _ => format!("{}e{}", self.unscaled(), -i64::from(self.scale))
                .parse()
                .unwrap_or(f64::NAN),
        }
    }

    /// `hashCode`
    #[must_use]
    pub fn java_hash(&self) -> i32 {
        integer_hash(&self.unscaled())
            .wrapping_mul(31)
            .wrapping_add(self.scale)
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::small(i128::from(number), 0)
    }
}

impl From<BigInt> for Decimal {
    fn from(number: BigInt) -> Self {
        Self::new(number, 0)
    }
}

/// `BigInteger.hashCode`
pub(crate) fn integer_hash(number: &BigInt) -> i32 {
    let (sign, words) = number.to_u32_digits();
    let hash = words.iter().rev().fold(0_i32, |hash, word| {
        hash.wrapping_mul(31).wrapping_add(word.cast_signed())
    });
    match sign {
        Sign::Minus => hash.wrapping_neg(),
        Sign::NoSign => 0,
        Sign::Plus => hash,
    }
}

/// `BigInteger.longValue`: the low 64 bits.
pub(crate) fn low_bits(number: &BigInt) -> i64 {
    let low = number.iter_u64_digits().next().unwrap_or(0).cast_signed();
    if number.is_negative() {
        low.wrapping_neg()
    } else {
        low
    }
}

/// `number^power`, bounded.
pub(crate) fn power_of(number: &BigInt, power: u32) -> Outcome<BigInt> {
    let bits = number.magnitude().bits();
    if bits > 1 {
        fits(bits.saturating_mul(u64::from(power)))?;
    }
    Ok(number.pow(power))
}

/// Refuses numbers of more than [`MAX_BITS`].
pub(crate) fn fits(bits: u64) -> Outcome<()> {
    if bits > MAX_BITS {
        return Err(Problem::Large);
    }
    Ok(())
}

/// Number of decimal digits.
fn digits_of(number: &BigInt) -> u64 {
    // 1233/4096 is a little less than log10(2): at most one digit short per 10^5 bits.
    let mut digits = number.bits().saturating_sub(1).saturating_mul(1233) >> 12;
    let mut power = power_of_ten(digits);
    while number.magnitude() >= power.magnitude() {
        digits += 1;
        power *= 10;
    }
    digits.max(1)
}

fn power_of_ten(exponent: u64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent.min(MAX_BITS)).unwrap_or(0))
}

/// How many digits a number of scale `from` gains at scale `to`.
fn up_to(to: i32, from: i32) -> u64 {
    u64::try_from(i64::from(to) - i64::from(from)).unwrap_or(0)
}

fn shift_small(number: i128, digits: u64) -> Option<i128> {
    if digits == 0 || number == 0 {
        return Some(number);
    }
    let power = 10_i128.checked_pow(u32::try_from(digits).ok()?)?;
    number.checked_mul(power)
}

/// `number × 10^digits`
fn shift(number: BigInt, digits: u64) -> Outcome<BigInt> {
    if digits == 0 || number.is_zero() {
        return Ok(number);
    }
    fits(number.bits().saturating_add(digits.saturating_mul(4)))?;
    Ok(number * power_of_ten(digits))
}

/// A scale in range; that of zero is brought into it.
fn scale_of(scale: i64, zero: bool) -> Outcome<i32> {
    match i32::try_from(scale) {
        Ok(scale) => Ok(scale),
        Err(_) if zero => Ok(if scale > 0 { i32::MAX } else { i32::MIN }),
        Err(_) => Err(Problem::Scale(scale > 0)),
    }
}

#[cfg(test)]
mod tests;
