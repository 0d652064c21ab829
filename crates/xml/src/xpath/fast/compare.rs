//! General comparisons, by the rules of XPath 3.1.

use std::cmp::Ordering;

use super::super::shorten;
use super::Comparison;

/// A value of an operand, atomised.
#[derive(Clone, Debug)]
pub(super) enum Atom {
    /// Text; a number when compared with one.
    Text(String),
    Number(f64),
}

impl Comparison {
    /// Whether the comparison holds for any pair. Stops at the first pair for which it does; fails at
    /// a pair of a number and text that is none.
    pub(super) fn any(self, left: &[Atom], right: &[Atom]) -> Result<bool, String> {
        for a in left {
            for b in right {
                if self.holds(a, b)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn holds(self, left: &Atom, right: &Atom) -> Result<bool, String> {
        let ordering = match (left, right) {
            (Atom::Number(a), Atom::Number(b)) => a.partial_cmp(b),
            (Atom::Number(a), Atom::Text(b)) => a.partial_cmp(&number(b)?),
            (Atom::Text(a), Atom::Number(b)) => number(a)?.partial_cmp(b),
            (Atom::Text(a), Atom::Text(b)) => Some(a.cmp(b)),
        };
        let is = |accept: fn(Ordering) -> bool| ordering.is_some_and(accept);
        Ok(match self {
            Comparison::Equal => is(Ordering::is_eq),
            Comparison::NotEqual => !is(Ordering::is_eq),
            Comparison::Less => is(Ordering::is_lt),
            Comparison::LessOrEqual => is(Ordering::is_le),
            Comparison::Greater => is(Ordering::is_gt),
            Comparison::GreaterOrEqual => is(Ordering::is_ge),
        })
    }
}

/// Reads an `xs:double`.
fn number(text: &str) -> Result<f64, String> {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    // Rust would also read words such as "inf".
    let is_plain = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    let number = match trimmed {
        "INF" | "+INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ if trimmed.bytes().all(is_plain) => trimmed.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| format!("{:?} is compared with a number but is none", shorten(text)))
}
