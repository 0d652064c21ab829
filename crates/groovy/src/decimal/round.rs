//! Rounding.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::{Decimal, Digits, Outcome, Problem, power_of_ten, scale_of, shift, shift_small, up_to};

/// `java.math.RoundingMode`, in the order of its constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the Java constant its name says")]
pub enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    Unnecessary,
}

impl Rounding {
    /// All, as Java numbers them.
    pub const ALL: [Self; 8] = [
        Self::Up,
        Self::Down,
        Self::Ceiling,
        Self::Floor,
        Self::HalfUp,
        Self::HalfDown,
        Self::HalfEven,
        Self::Unnecessary,
    ];

    /// Its name in Java.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "UP",
            Self::Down => "DOWN",
            Self::Ceiling => "CEILING",
            Self::Floor => "FLOOR",
            Self::HalfUp => "HALF_UP",
            Self::HalfDown => "HALF_DOWN",
            Self::HalfEven => "HALF_EVEN",
            Self::Unnecessary => "UNNECESSARY",
        }
    }
}

/// `java.math.MathContext`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    /// Digits kept; 0 for all.
    pub precision: u32,
    /// How.
    pub rounding: Rounding,
}

/// `number / divisor`, rounded to an integer. The divisor is not zero.
pub(super) fn quotient(number: &BigInt, divisor: &BigInt, mode: Rounding) -> Outcome<BigInt> {
    let (whole, rest) = (number / divisor, number % divisor);
    if rest.is_zero() {
        return Ok(whole);
    }
    let negative = number.is_negative() != divisor.is_negative();
    let half = (rest.abs() * 2_u8).cmp(&divisor.abs());
    let away = match mode {
        Rounding::Unnecessary => return Err(Problem::Inexact),
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfDown => half.is_gt(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && whole.bit(0)),
    };
    Ok(match (away, negative) {
        (false, _) => whole,
        (true, false) => whole + 1,
        (true, true) => whole - 1,
    })
}

impl Decimal {
    /// `setScale`
    ///
    /// # Errors
    /// [`Problem::Inexact`], [`Problem::Large`]
    pub fn set_scale(&self, scale: i32, mode: Rounding) -> Outcome<Self> {
        if scale == self.scale {
            return Ok(self.clone());
        }
        if scale > self.scale {
            let up = up_to(scale, self.scale);
            if let Digits::Small(small) = &self.digits
                && let Some(small) = shift_small(*small, up)
            {
                return Ok(Self::small(small, scale));
            }
            return Ok(Self::new(shift(self.unscaled(), up)?, scale));
        }
        let down = up_to(self.scale, scale);
        if down > self.precision() + 1 {
            // All that is left of it is which side of zero it is on.
            let tiny = BigInt::from(self.signum());
            return Ok(Self::new(quotient(&tiny, &BigInt::from(100), mode)?, scale));
        }
        let rounded = quotient(&self.unscaled(), &power_of_ten(down), mode)?;
        Ok(Self::new(rounded, scale))
    }

    /// `round`
    ///
    /// # Errors
    /// [`Problem::Inexact`], [`Problem::Scale`]
    pub fn round(&self, context: Context) -> Outcome<Self> {
        let precision = u64::from(context.precision);
        let mut rounded = self.clone();
        // Twice when 99.9 becomes 100.
        while precision > 0 && rounded.precision() > precision {
            let drop = i64::try_from(rounded.precision() - precision).unwrap_or(i64::MAX / 2);
            let scale = scale_of(i64::from(rounded.scale) - drop, rounded.is_zero())?;
            rounded = rounded.set_scale(scale, context.rounding)?;
        }
        Ok(rounded)
    }
}
