//! Division.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use super::round::quotient;
use super::{Context, Decimal, Outcome, Problem, Rounding, fits, scale_of, shift};

impl Decimal {
    /// `divide` with as many digits as the quotient has.
    ///
    /// # Errors
    /// [`Problem::ByZero`], [`Problem::Endless`]
    pub fn divide_exact(&self, other: &Self) -> Outcome<Self> {
        let preferred = self.preferred_scale(other)?;
        if self.is_zero() {
            return Ok(Self::small(0, clamp(preferred)));
        }
        let (mut number, mut divisor) = (self.unscaled(), other.unscaled());
        let common = gcd(number.clone(), divisor.clone());
        number /= &common;
        divisor /= &common;
        let twos = take_out(&mut divisor, 2);
        let fives = take_out(&mut divisor, 5);
        if divisor.magnitude() != BigInt::one().magnitude() {
            return Err(Problem::Endless);
        }
        let digits = twos.max(fives);
        fits(digits.saturating_mul(4).saturating_add(number.bits()))?;
        let two = BigInt::from(2).pow(u32::try_from(digits - twos).unwrap_or(0));
        let five = BigInt::from(5).pow(u32::try_from(digits - fives).unwrap_or(0));
        // What is left of the divisor is its sign.
        let unscaled = number * two * five * divisor;
        let scale = scale_of(
            preferred + i64::try_from(digits).unwrap_or(i64::MAX / 2),
            false,
        )?;
        Ok(Self::new(unscaled, scale))
    }

    /// `divide` to so many digits after the point.
    ///
    /// # Errors
    /// [`Problem::ByZero`], [`Problem::Inexact`], [`Problem::Large`]
    pub fn divide_scaled(&self, other: &Self, scale: i32, mode: Rounding) -> Outcome<Self> {
        self.preferred_scale(other)?;
        let up = i64::from(scale) + i64::from(other.scale) - i64::from(self.scale);
        let (mut number, mut divisor) = (self.unscaled(), other.unscaled());
        let digits = up.unsigned_abs();
        if up >= 0 {
            number = shift(number, digits)?;
        } else {
            divisor = shift(divisor, digits)?;
        }
        Ok(Self::new(quotient(&number, &divisor, mode)?, scale))
    }

    /// `divide` to so many digits.
    ///
    /// # Errors
    /// [`Problem::ByZero`], [`Problem::Inexact`], [`Problem::Large`]
    pub fn divide_rounded(&self, other: &Self, context: Context) -> Outcome<Self> {
        if context.precision == 0 {
            return self.divide_exact(other);
        }
        let preferred = self.preferred_scale(other)?;
        if self.is_zero() {
            return Ok(Self::small(0, clamp(preferred)));
        }
        // One digit more than wanted, and a mark when there are more behind it.
        let wanted = i64::from(context.precision) + 2;
        let shortfall = wanted + signed(other.precision()) - signed(self.precision());
        let up = shortfall.max(0);
        let number = shift(self.unscaled(), up.unsigned_abs())?;
        let divisor = other.unscaled();
        let (whole, rest) = (&number / &divisor, &number % &divisor);
        let scale = preferred + up;
        if rest.is_zero() {
            let exact = Self::new(whole, scale_of(scale, false)?);
            return Ok(exact.round(context)?.strip_to(preferred));
        }
        let negative = self.signum() != other.signum();
        let marked = whole * 10 + if negative { -1 } else { 1 };
        Self::new(marked, scale_of(scale + 1, false)?).round(context)
    }

    /// `divideToIntegralValue`
    ///
    /// # Errors
    /// [`Problem::ByZero`], [`Problem::Large`]
    pub fn divide_to_integer(&self, other: &Self) -> Outcome<Self> {
        let preferred = self.preferred_scale(other)?;
        let whole = self.divide_scaled(other, 0, Rounding::Down)?;
        let scale = clamp(preferred);
        if scale >= 0 {
            return whole.set_scale(scale, Rounding::Unnecessary);
        }
        if whole.is_zero() {
            return Ok(Self::small(0, scale));
        }
        Ok(whole.strip_to(preferred))
    }

    /// `remainder`: with the sign of the dividend.
    ///
    /// # Errors
    /// [`Problem::ByZero`], [`Problem::Large`]
    pub fn remainder(&self, other: &Self) -> Outcome<Self> {
        let whole = self.divide_to_integer(other)?;
        self.subtract(&whole.multiply(other)?)
    }

    /// What Groovy's `/` gives: exact where possible, otherwise ten digits or more after the point.
    ///
    /// # Errors
    /// [`Problem::ByZero`], [`Problem::Large`]
    pub fn divide(&self, other: &Self) -> Outcome<Self> {
        match self.divide_exact(other) {
            Err(Problem::Endless) => {}
            other => return other,
        }
        let precision = self.precision().max(other.precision()) + 10;
        let context = Context {
            precision: u32::try_from(precision).unwrap_or(u32::MAX),
            rounding: Rounding::HalfUp,
        };
        let result = self.divide_rounded(other, context)?;
        let scale = self.scale.max(other.scale).max(10);
        if result.scale > scale {
            return result.set_scale(scale, Rounding::HalfUp);
        }
        Ok(result)
    }

    fn preferred_scale(&self, other: &Self) -> Outcome<i64> {
        if other.is_zero() {
            return Err(Problem::ByZero(self.is_zero()));
        }
        Ok(i64::from(self.scale) - i64::from(other.scale))
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4)
}

fn clamp(scale: i64) -> i32 {
    scale_of(scale, true).unwrap_or(0)
}

fn gcd(mut a: BigInt, mut b: BigInt) -> BigInt {
    while !b.is_zero() {
        (a, b) = (b.clone(), a % b);
    }
    if a.sign() == num_bigint::Sign::Minus {
        -a
    } else {
        a
    }
}

/// Divides by a small prime as often as possible; how often.
fn take_out(number: &mut BigInt, prime: u32) -> u64 {
    if prime == 2 {
        let twos = number.trailing_zeros().unwrap_or(0);
        *number >>= twos;
        return twos;
    }
    let mut count = 0;
    // From large powers to small, so that few divisions are needed.
    for exponent in (0..21_u32).rev() {
        let step = 1_u64 << exponent;
        if number.bits() < step {
            continue;
        }
        let power = BigInt::from(prime).pow(1 << exponent);
        while (&*number % &power).is_zero() && !number.is_zero() {
            *number /= &power;
            count += step;
        }
    }
    count
}
