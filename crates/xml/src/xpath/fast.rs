//! The engine for plain location paths and comparisons.

mod compare;
mod eval;
mod parse;

pub(super) use self::parse::parse;

/// An expression that the fast engine knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a | b`; a single path is a union of one.
    Union(Vec<Path>),
    Not(Box<Expr>),
    Boolean(Box<Expr>),
    Count(Vec<Path>),
    /// `local-name()` of the context item.
    LocalName,
    /// `last()`.
    Last,
    /// A number literal: its value and its canonical spelling.
    Number(f64, String),
    Text(String),
    Variable(String),
}

/// A general comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A location path.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    start: Start,
    steps: Vec<Step>,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq)]
enum Start {
    /// `/`.
    Root,
    /// The context item.
    Context,
    /// `(…)[…]`: predicates count over the whole selection.
    Group(Vec<Path>, Vec<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
struct Step {
    axis: Axis,
    test: Test,
    predicates: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Child,
    Attribute,
    /// `//`, which precedes a step whose predicates count per parent.
    DescendantOrSelf,
    /// `//name`, when no predicate counts.
    Descendant,
    Itself,
    Parent,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    AnyNode,
    Text,
    Name {
        namespace: Namespace,
        /// Absent for `*`.
        local: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq)]
enum Namespace {
    Any,
    None,
    Uri(String),
}

impl Expr {
    /// Whether its value can be a number, so that as a predicate it selects by position.
    fn is_numeric(&self) -> bool {
        matches!(self, Expr::Count(_) | Expr::Last | Expr::Number(..))
    }

    /// Whether, as a predicate, it depends on the position within the context.
    fn counts(&self) -> bool {
        match self {
            Expr::Or(parts) | Expr::And(parts) => parts.iter().any(Expr::counts),
            Expr::Compare(_, left, right) => **left == Expr::Last || **right == Expr::Last,
            Expr::Not(inner) | Expr::Boolean(inner) => inner.counts(),
            _ => self.is_numeric(),
        }
    }
}
