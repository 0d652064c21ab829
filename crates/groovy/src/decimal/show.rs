//! Decimals as text.

use std::fmt;

use super::Decimal;

impl fmt::Display for Decimal {
    /// `toString`: with an exponent when it is very small or its scale negative.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled().to_string();
        let (sign, digits) = split_sign(&digits);
        if self.scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let exponent = digits.len() as i64 - 1 - i64::from(self.scale);
        if self.scale > 0 && exponent >= -6 {
            return write!(f, "{sign}{}", plain(digits, self.scale));
        }
        let (first, rest) = digits.split_at(1);
        write!(f, "{sign}{first}")?;
        if !rest.is_empty() {
            write!(f, ".{rest}")?;
        }
        if exponent != 0 {
            write!(f, "E{exponent:+}")?;
        }
        Ok(())
    }
}

impl Decimal {
    /// How long [`Decimal::to_plain`] would be, about.
    #[must_use]
    pub fn plain_len(&self) -> usize {
        let digits = self.precision() + u64::from(self.scale.unsigned_abs());
        usize::try_from(digits).unwrap_or(usize::MAX)
    }

    /// `toPlainString`: without an exponent.
    #[must_use]
    pub fn to_plain(&self) -> String {
        let digits = self.unscaled().to_string();
        let (sign, digits) = split_sign(&digits);
        if self.scale > 0 {
            return format!("{sign}{}", plain(digits, self.scale));
        }
        if self.is_zero() {
            return "0".to_owned();
        }
        let zeros = self.scale.unsigned_abs() as usize;
        format!("{sign}{digits}{}", "0".repeat(zeros))
    }

    /// `toEngineeringString`: exponents are multiples of three.
    #[must_use]
    pub fn to_engineering(&self) -> String {
        let plain = self.to_string();
        if !plain.contains('E') {
            return plain;
        }
        let digits = self.unscaled().to_string();
        let (sign, digits) = split_sign(&digits);
        let exponent = digits.len() as i64 - 1 - i64::from(self.scale);
        let over = usize::try_from(exponent.rem_euclid(3)).unwrap_or(0);
        let mut power = exponent - exponent.rem_euclid(3);
        let mut text = sign.to_owned();
        if self.is_zero() {
            text.push('0');
            if over > 0 {
                power += 3;
                text.push('.');
                text.push_str(&"0".repeat(3 - over));
            }
        } else if digits.len() <= over + 1 {
            text.push_str(digits);
            text.push_str(&"0".repeat(over + 1 - digits.len()));
        } else {
            let (whole, fraction) = digits.split_at(over + 1);
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        }
        if power != 0 {
            text.push_str(&format!("E{power:+}"));
        }
        text
    }
}

fn split_sign(digits: &str) -> (&str, &str) {
    match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    }
}

/// Digits with a point before the last `scale` of them.
fn plain(digits: &str, scale: i32) -> String {
    let scale = scale.unsigned_abs() as usize;
    match digits.len().checked_sub(scale) {
        Some(whole) if whole > 0 => {
            let (whole, fraction) = digits.split_at(whole);
            format!("{whole}.{fraction}")
        }
        _ => format!(
            "0.{}{digits}",
            "0".repeat(scale.saturating_sub(digits.len()))
        ),
    }
}
