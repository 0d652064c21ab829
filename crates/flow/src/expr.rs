//! Simple templates and predicates as syntax trees.
//!
//! Parsing happens once, when a flow is read; the engine evaluates the trees.

mod error;
pub mod ognl;
mod predicate;
mod template;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub(crate) use error::excerpt;
pub use error::{Problem, SyntaxError};

/// Text with `${…}` functions in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Template {
    /// The text it was parsed from.
    pub source: String,
    /// Literals and functions in order. A single function yields its raw value.
    pub parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Part {
    /// Text as is, escapes already resolved.
    Literal(String),
    /// A `${…}`.
    Function(Function),
}

/// A `${…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Function {
    /// `${header.N}`, `${in.header.N}`: the whole remainder, looked up as a name first and only then
    /// split into a name and an OGNL tail.
    Header(Template),
    /// `${property.N}`: as for headers, case-sensitive.
    Property(Template),
    /// `${body}`, `${in.body}`, with an OGNL tail such as `length`, possibly empty.
    Body(String),
    /// `${bodyAs(String)}` with an OGNL tail, possibly empty.
    BodyAsText(String),
    /// `${date:now:PATTERN}` and `${date-with-timezone:now:ZONE:PATTERN}`.
    Date {
        /// Seconds added to now.
        offset_seconds: i64,
        /// Time zone name; absent means UTC.
        zone: Option<String>,
        /// Java `SimpleDateFormat` pattern.
        pattern: String,
    },
    /// `${exception.message}`.
    ExceptionMessage,
    /// `${exception.stacktrace}`.
    ExceptionStacktrace,
    /// `${null}`.
    Null,
    /// `${camelId}`: the flow's id.
    CamelId,
    /// `${exchangeId}`, `${id}`.
    ExchangeId,
    /// `${file:…}`.
    File(FilePart),
}

/// A part of the file name in header `CamelFileName`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FilePart {
    /// `file:name`.
    Name,
    /// `file:onlyname`.
    OnlyName,
    /// `file:onlyname.noext`.
    OnlyNameNoExt,
    /// `file:ext`.
    Ext,
}

/// Comparisons joined strictly from left to right, without precedence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Predicate {
    /// The text it was parsed from.
    pub source: String,
    /// The first comparison.
    pub first: Comparison,
    /// The others, each with how it joins what came before.
    pub rest: Vec<(Connective, Comparison)>,
}

/// How comparisons are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Connective {
    /// Both hold.
    And,
    /// Either holds.
    Or,
}

/// `left operator right`, or a single value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Left operand.
    pub left: Operand,
    /// Operator and right operand; absent for a single value.
    pub test: Option<(Operator, Operand)>,
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Operand {
    /// `${…}` bare, or a quoted literal that may contain `${…}`.
    Template(Template),
    /// Bare number, as spelled.
    Number(String),
    /// Bare `true` or `false`.
    Boolean(bool),
    /// Bare `null`.
    Null,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Operator {
    /// `=` or `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `contains`.
    Contains,
    /// `not contains`.
    NotContains,
    /// `in`: the right side split at commas.
    In,
    /// `not in`.
    NotIn,
    /// `regex`: the whole value must match.
    Regex,
    /// `not regex`.
    NotRegex,
}
