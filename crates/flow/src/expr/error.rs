use thiserror::Error;

/// Why a text is not an expression, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{problem} at character {at}")]
pub struct SyntaxError {
    /// Where the problem is, counted in characters from 1.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with an expression.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Problem {
    /// Longer than `limits::EXPRESSION`.
    #[error("the expression is longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Functions nested deeper than `limits::EXPRESSION_DEPTH`.
    #[error("more than {limit} functions are nested in each other")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A `${` without its `}`.
    #[error("'${{' is never closed by '}}'")]
    UnclosedFunction,
    /// A `${…}` whose function is not known.
    #[error("unknown function '${{{0}}}'")]
    UnknownFunction(String),
    /// A `${date:…}` that cannot be read.
    #[error("a date needs the form '${{date:now:PATTERN}}', not '${{{0}}}'")]
    InvalidDate(String),
    /// A time zone id that does not exist.
    #[error("unknown time zone '{0}'")]
    UnknownZone(String),
    /// A method chain that cannot be read.
    #[error("'{0}' is not a chain of methods and indices")]
    InvalidCalls(String),
    /// A quote that is never closed.
    #[error("the quote {0} is never closed")]
    UnclosedQuote(char),
    /// The end, or an operator, where a value must be.
    #[error("a value is missing")]
    MissingValue,
    /// Something that is not a comparison operator.
    #[error(
        "'{0}' is not an operator (=, !=, <, <=, >, >=, contains, in, regex, or these with not)"
    )]
    UnknownOperator(String),
    /// Something other than `and` or `or` after a comparison.
    #[error("'and' or 'or' is missing before '{0}'")]
    MissingConnective(String),
}

impl SyntaxError {
    /// A problem at byte `offset` of `source`.
    pub(crate) fn new(source: &str, offset: usize, problem: Problem) -> Self {
        let before = source.char_indices().take_while(|(i, _)| *i < offset);
        Self {
            at: before.count() + 1,
            problem,
        }
    }
}

/// At most 40 characters of `text`, for messages.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
