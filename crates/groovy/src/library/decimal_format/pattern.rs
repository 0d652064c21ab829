//! Patterns such as `#,##0.00`.

use crate::decimal::{Context, Decimal, Rounding};
use crate::library::format::symbols::{Symbols, grouped};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};

/// Digits that a format may ask for.
pub(super) const MOST: usize = 10_000;

/// A pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Pattern {
    positive: (String, String),
    negative: (String, String),
    pub(super) least_whole: usize,
    pub(super) least_fraction: usize,
    pub(super) most_fraction: usize,
    /// Digits of a group; 0 for none.
    pub(super) group: usize,
    /// Digits the point is moved by: 2 for percent.
    pub(super) shift: i32,
    /// Digits of the exponent; 0 for none.
    exponent: usize,
}

/// Reads a pattern.
pub(super) fn parse(text: &str) -> Result<Pattern> {
    let mut pattern = Pattern::default();
    let malformed = || {
        let message = format!("Malformed pattern \"{text}\"");
        throw("IllegalArgumentException", message)
    };
    let mut reader = Reader { rest: text };
    let prefix = reader.affix(&mut pattern.shift);
    reader.number(&mut pattern, malformed)?;
    let suffix = reader.affix(&mut pattern.shift);
    pattern.positive = (prefix, suffix);
    pattern.negative = (
        format!("-{}", pattern.positive.0),
        pattern.positive.1.clone(),
    );
    if let Some(rest) = reader.rest.strip_prefix(';') {
        let mut reader = Reader { rest };
        let mut ignored = Pattern::default();
        let prefix = reader.affix(&mut ignored.shift);
        reader.number(&mut ignored, malformed)?;
        let suffix = reader.affix(&mut ignored.shift);
        if (prefix.as_str(), suffix.as_str()) != (&*pattern.positive.0, &*pattern.positive.1) {
            pattern.negative = (prefix, suffix);
        }
        return if reader.rest.is_empty() {
            Ok(pattern)
        } else {
            Err(malformed())
        };
    }
    if reader.rest.is_empty() {
        return Ok(pattern);
    }
    Err(malformed())
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Text before or behind the digits.
    fn affix(&mut self, shift: &mut i32) -> String {
        let mut affix = String::new();
        let mut quoted = false;
        while let Some(c) = self.rest.chars().next() {
            if c == '\'' {
                self.eat(c);
                if self.eat('\'') {
                    affix.push('\'');
                } else {
                    quoted = !quoted;
                }
                continue;
            }
            if !quoted && matches!(c, '#' | '0'..='9' | ',' | '.' | ';') {
                break;
            }
            if !quoted && c == '%' {
                *shift = 2;
            }
            if !quoted && c == '\u{2030}' {
                *shift = 3;
            }
            self.eat(c);
            match c {
                '\u{a4}' if !quoted => affix.push('$'),
                c => affix.push(c),
            }
        }
        affix
    }

    fn number(&mut self, pattern: &mut Pattern, malformed: impl Fn() -> Thrown) -> Result<()> {
        let mut point = false;
        let mut since_comma = None;
        let mut before = 0;
        let mut any = false;
        while let Some(c) = self.rest.chars().next() {
            match c {
                '#' if point => pattern.most_fraction += 1,
                '#' if pattern.least_whole > 0 => return Err(malformed()),
                '#' => before += 1,
                '0' if point && pattern.most_fraction > pattern.least_fraction => {
                    return Err(malformed());
                }
                '0' if point => {
                    pattern.least_fraction += 1;
                    pattern.most_fraction += 1;
                }
                '0' => pattern.least_whole += 1,
                ',' if !point => since_comma = Some(0),
                '.' if !point => point = true,
                _ => break,
            }
            any = true;
            self.eat(c);
            if let (Some(count), '#' | '0', false) = (&mut since_comma, c, point) {
                *count += 1;
            }
        }
        if point && before > 0 && pattern.least_whole == 0 && pattern.least_fraction == 0 {
            pattern.least_whole = 1;
        }
        pattern.group = since_comma.unwrap_or(0);
        if self.rest.starts_with("E0") {
            self.eat('E');
            while self.eat('0') {
                pattern.exponent += 1;
            }
        }
        let bounded = pattern.least_whole <= MOST && pattern.most_fraction <= MOST;
        (any && bounded).then_some(()).ok_or_else(malformed)
    }
}

impl Pattern {
    /// Digits between the sign texts.
    pub(super) fn with_sign(&self, negative: bool, digits: &str) -> String {
        let (prefix, suffix) = if negative {
            &self.negative
        } else {
            &self.positive
        };
        format!("{prefix}{digits}{suffix}")
    }

    /// Whether a text is negative, and what is behind its prefix.
    pub(super) fn without_sign<'a>(&self, text: &'a str) -> Option<(bool, &'a str)> {
        let negative = text.strip_prefix(&*self.negative.0);
        match (text.strip_prefix(&*self.positive.0), negative) {
            (Some(rest), None) => Some((false, rest)),
            (None, Some(rest)) => Some((true, rest)),
            (Some(rest), Some(_)) if self.positive.0.len() >= self.negative.0.len() => {
                Some((false, rest))
            }
            (Some(_), Some(rest)) => Some((true, rest)),
            (None, None) => None,
        }
    }

    /// The digits of a number that is not negative.
    pub(super) fn digits(
        &self,
        number: &Decimal,
        rounding: Rounding,
        grouping: bool,
        symbols: Symbols,
    ) -> Result<String> {
        let number = number.scale_by_ten(self.shift)?;
        if self.exponent > 0 {
            return self.scientific(&number, rounding, symbols);
        }
        let scale = i32::try_from(self.most_fraction).unwrap_or(0);
        let plain = number.set_scale(scale, rounding)?.to_plain();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let least = self.least_whole.saturating_sub(whole.len());
        // Without a `0` before the point there is none in front of a fraction.
        let whole = if whole == "0" && self.least_whole == 0 && self.most_fraction > 0 {
            String::new()
        } else {
            format!("{}{whole}", "0".repeat(least))
        };
        let mut kept = fraction
            .trim_end_matches('0')
            .len()
            .max(self.least_fraction);
        kept = kept.min(fraction.len());
        let fraction = fraction.get(..kept).unwrap_or(fraction);
        let whole = if grouping {
            grouped(&whole, self.group, symbols.group)
        } else {
            whole
        };
        Ok(match (whole.is_empty(), fraction.is_empty()) {
            (true, true) => "0".to_owned(),
            (_, true) => whole,
            _ => format!("{whole}{}{fraction}", symbols.decimal),
        })
    }

    fn scientific(&self, number: &Decimal, rounding: Rounding, symbols: Symbols) -> Result<String> {
        let whole = self.least_whole.max(1);
        let precision = u32::try_from(whole + self.most_fraction).unwrap_or(1);
        let rounded = number.round(Context {
            precision,
            rounding,
        })?;
        let digits = rounded.unscaled().to_string();
        let exponent = if number.is_zero() {
            0
        } else {
            digits.len() as i64 - i64::from(rounded.scale()) - whole as i64
        };
        let mut digits = digits.trim_end_matches('0').to_owned();
        while digits.len() < whole + self.least_fraction {
            digits.push('0');
        }
        let (before, behind) = digits.split_at(whole);
        let sign = if exponent < 0 { "-" } else { "" };
        let width = self.exponent;
        let exponent = format!("E{sign}{:0width$}", exponent.unsigned_abs());
        Ok(if behind.is_empty() {
            format!("{before}{exponent}")
        } else {
            format!("{before}{}{behind}{exponent}", symbols.decimal)
        })
    }
}
