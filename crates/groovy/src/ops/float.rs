//! Binary floating point as Java shows it.

/// `Double.toString`
#[must_use]
pub fn double_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return infinite(number < 0.0);
    }
    if number == 0.0 {
        return zero(number.is_sign_negative());
    }
    java_form(&format!("{number:e}"))
}

/// `Float.toString`
#[must_use]
pub fn float_text(number: f32) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return infinite(number < 0.0);
    }
    if number == 0.0 {
        return zero(number.is_sign_negative());
    }
    java_form(&format!("{number:e}"))
}

fn infinite(negative: bool) -> String {
    if negative { "-Infinity" } else { "Infinity" }.to_owned()
}

fn zero(negative: bool) -> String {
    if negative { "-0.0" } else { "0.0" }.to_owned()
}

/// `1.25e-5` → `1.25E-5`, `1.5e2` → `150.0`.
fn java_form(shortest: &str) -> String {
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !(-3..7).contains(&exponent) {
        let rest = if rest.is_empty() { "0" } else { rest };
        return format!("{sign}{first}.{rest}E{exponent}");
    }
    let digits = format!("{first}{rest}");
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    match digits.split_at_checked(whole) {
        Some((whole, "")) => format!("{sign}{whole}.0"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}.0", "0".repeat(whole - digits.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_look_as_in_java() {
        for (number, expected) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (123.456, "123.456"),
            (1_234_567.0, "1234567.0"),
            (9_999_999.5, "9999999.5"),
            (1e7, "1.0E7"),
            (1.25e21, "1.25E21"),
            (-1.5e-9, "-1.5E-9"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (100.0 / 3.0, "33.333333333333336"),
        ] {
            assert_eq!(double_text(number), expected);
        }
        assert_eq!(float_text(0.1), "0.1");
        assert_eq!(float_text(1e10), "1.0E10");
    }
}
