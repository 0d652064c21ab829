//! `$filter`: a condition on rows.

mod evaluate;
mod parse;
#[cfg(test)]
mod tests;

use crate::value::Value;

pub(crate) use evaluate::{compare, value_at};
pub(crate) use parse::property;

/// A condition or a value in `$filter`.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Both hold.
    And(Box<Filter>, Box<Filter>),
    /// One of them holds.
    Or(Box<Filter>, Box<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// A comparison.
    Compare(Box<Filter>, Comparison, Box<Filter>),
    /// A property, with those around it.
    Path(Vec<String>),
    /// A value that is written out.
    Literal(Value),
    /// A function with its arguments.
    Call(Function, Vec<Filter>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// A function in `$filter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `substringof('part', Property)`
    SubstringOf,
    /// `startswith(Property, 'start')`
    StartsWith,
    /// `endswith(Property, 'end')`
    EndsWith,
    /// `tolower(Property)`
    ToLower,
    /// `toupper(Property)`
    ToUpper,
    /// `trim(Property)`
    Trim,
    /// `length(Property)`
    Length,
    /// `concat(Property, Property)`
    Concat,
}

impl Filter {
    /// The conditions that all have to hold: itself, or both sides of an `and`, to any depth.
    #[must_use]
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(left, right) => [left.conjuncts(), right.conjuncts()].concat(),
            other => vec![other],
        }
    }

    /// For a comparison of a property with a value: `(["Status"], Equal, "FAILED")`, whatever side
    /// the property is on.
    #[must_use]
    pub fn comparison(&self) -> Option<(&[String], Comparison, &Value)> {
        let Self::Compare(left, comparison, right) = self else {
            return None;
        };
        match (&**left, &**right) {
            (Self::Path(path), Self::Literal(value)) => Some((path, *comparison, value)),
            (Self::Literal(value), Self::Path(path)) => Some((path, comparison.mirrored(), value)),
            _ => None,
        }
    }
}

impl Comparison {
    /// The comparison that says the same with its sides exchanged.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
        }
    }
}
