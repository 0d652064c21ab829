//! Reading a format.

use crate::throwable::throw;
use crate::thrown::{Result, Thrown};

pub(super) enum Piece<'a> {
    Text(&'a str),
    Spec(Spec<'a>),
}

/// `%1$-5.2f`
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the format"
)]
pub(super) struct Spec<'a> {
    pub(super) source: &'a str,
    pub(super) index: Option<usize>,
    pub(super) left: bool,
    pub(super) alternate: bool,
    pub(super) plus: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    pub(super) group: bool,
    pub(super) parentheses: bool,
    pub(super) previous: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) conversion: char,
    /// The letter behind `t`.
    pub(super) date: char,
}

/// Texts and specifiers in order.
pub(super) fn pieces(format: &str) -> Result<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (text, behind) = rest.split_at(at);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        let (spec, after) = spec(behind)?;
        pieces.push(Piece::Spec(spec));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

fn unknown(conversion: char) -> Thrown {
    let message = format!("Conversion = '{conversion}'");
    throw("java.util.UnknownFormatConversionException", message)
}

/// A number at the front.
fn number(text: &str) -> (Option<usize>, &str) {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = text.split_at(digits);
    if number.is_empty() {
        return (None, text);
    }
    (Some(number.parse().unwrap_or(usize::MAX)), rest)
}

/// The specifier at the front, which begins with `%`.
fn spec(text: &str) -> Result<(Spec<'_>, &str)> {
    let mut spec = Spec::default();
    let mut rest = text.get(1..).unwrap_or("");
    if let (Some(index), behind) = number(rest)
        && let Some(behind) = behind.strip_prefix('$')
    {
        spec.index = Some(index);
        rest = behind;
    }
    loop {
        let mut chars = rest.chars();
        let flag = match chars.next() {
            Some('-') => &mut spec.left,
            Some('#') => &mut spec.alternate,
            Some('+') => &mut spec.plus,
            Some(' ') => &mut spec.space,
            Some('0') => &mut spec.zero,
            Some(',') => &mut spec.group,
            Some('(') => &mut spec.parentheses,
            Some('<') => &mut spec.previous,
            _ => break,
        };
        *flag = true;
        rest = chars.as_str();
    }
    (spec.width, rest) = number(rest);
    if let Some(behind) = rest.strip_prefix('.') {
        (spec.precision, rest) = number(behind);
        if spec.precision.is_none() {
            return Err(unknown('.'));
        }
    }
    let mut chars = rest.chars();
    let Some(conversion) = chars.next() else {
        return Err(unknown('%'));
    };
    if !"bBhHsScCdoxXeEfgGtTn%".contains(conversion) {
        return Err(unknown(conversion));
    }
    spec.conversion = conversion;
    if matches!(conversion, 't' | 'T') {
        spec.date = chars.next().ok_or_else(|| unknown(conversion))?;
    }
    rest = chars.as_str();
    spec.source = text.get(..text.len() - rest.len()).unwrap_or(text);
    check(&spec)?;
    Ok((spec, rest))
}

/// What does not go together.
fn check(spec: &Spec<'_>) -> Result<()> {
    if (spec.left || spec.zero) && spec.width.is_none() && spec.conversion != 'n' {
        let source = spec.source.to_owned();
        return Err(throw("java.util.MissingFormatWidthException", source));
    }
    if spec.left && spec.zero {
        return Err(throw(
            "java.util.IllegalFormatFlagsException",
            "Flags = '-0'",
        ));
    }
    if spec.plus && spec.space {
        return Err(throw(
            "java.util.IllegalFormatFlagsException",
            "Flags = '+ '",
        ));
    }
    if let Some(precision) = spec.precision
        && matches!(spec.conversion, 'd' | 'x' | 'X' | 'o' | 'c' | 'C')
    {
        let message = precision.to_string();
        return Err(throw("java.util.IllegalFormatPrecisionException", message));
    }
    Ok(())
}
