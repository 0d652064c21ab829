//! XPath 3.1 on documents.
//!
//! Two engines behind one handle. Plain location paths and comparisons, which are nearly all of the
//! expressions in real flows, run on an engine of our own, directly on the document's tree. All
//! others run on `xee-xpath`, which builds a second tree. One table of cases drives both, so that
//! they cannot differ.

mod fast;
mod full;
mod lexer;
mod value;

use std::sync::Arc;

use lockgate_core::limits;

pub(crate) use self::full::FullTree;
use self::value::Sequence;
use crate::document::Document;

/// Prefixes that an expression may use, with their namespace URIs. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces(Arc<[(String, String)]>);

impl<P: Into<String>, U: Into<String>> FromIterator<(P, U)> for Namespaces {
    fn from_iter<I: IntoIterator<Item = (P, U)>>(pairs: I) -> Self {
        pairs
            .into_iter()
            .map(|(prefix, uri)| (prefix.into(), uri.into()))
            .collect::<Vec<(String, String)>>()
            .into()
    }
}

impl From<Vec<(String, String)>> for Namespaces {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs.into())
    }
}

impl Namespaces {
    fn uri(&self, prefix: &str) -> Option<&str> {
        let mut pairs = self.0.iter().rev();
        pairs
            .find(|(known, _)| known == prefix)
            .map(|(_, uri)| uri.as_str())
    }
}

/// Looks up the text of `$name`. A variable without a value is an empty sequence.
pub type Variables<'v> = &'v dyn Fn(&str) -> Option<String>;

/// A lookup for expressions without variables.
#[must_use]
pub fn no_variables(_name: &str) -> Option<String> {
    None
}

/// What evaluates an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The engine for plain location paths and comparisons.
    Fast,
    /// The complete engine.
    Full,
}

/// A compiled expression: checked, and shared between threads at will.
#[derive(Clone, Debug)]
pub struct XPath {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    text: String,
    program: Program,
}

#[derive(Debug)]
enum Program {
    Fast(fast::Expr),
    Full(full::Expression),
}

impl XPath {
    /// Compiles an expression for the engine that suits it.
    ///
    /// # Errors
    /// If the expression is malformed, uses a prefix that is not in `namespaces`, or is too long.
    pub fn compile(text: &str, namespaces: &Namespaces) -> Result<Self, XPathError> {
        match Self::compile_for(Engine::Fast, text, namespaces) {
            Err(XPathError::NotFast { .. }) => Self::compile_for(Engine::Full, text, namespaces),
            result => result,
        }
    }

    /// Compiles an expression for one engine, whether or not it suits best.
    ///
    /// # Errors
    /// As [`compile`](Self::compile), and if the fast engine does not know the expression.
    pub fn compile_for(
        engine: Engine,
        text: &str,
        namespaces: &Namespaces,
    ) -> Result<Self, XPathError> {
        if text.len() > limits::XPATH_EXPRESSION {
            return Err(XPathError::TooComplex {
                expression: shorten(text),
                limit: "characters",
                value: limits::XPATH_EXPRESSION,
            });
        }
        let program =
            match engine {
                Engine::Fast => Program::Fast(fast::parse(text, namespaces).ok_or_else(|| {
                    XPathError::NotFast {
                        expression: shorten(text),
                    }
                })?),
                Engine::Full => Program::Full(full::Expression::compile(text, namespaces)?),
            };
        let text = text.to_owned();
        Ok(Self {
            inner: Arc::new(Inner { text, program }),
        })
    }

    /// The expression as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// What evaluates it.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.inner.program {
            Program::Fast(_) => Engine::Fast,
            Program::Full(_) => Engine::Full,
        }
    }

    /// The string value of the first item; empty if nothing is selected. Numbers have neither
    /// exponent nor `.0`.
    ///
    /// # Errors
    /// If the evaluation fails, as when text is compared with a number but is none.
    pub fn evaluate_string(
        &self,
        document: &Document<'_>,
        variables: Variables<'_>,
    ) -> Result<String, XPathError> {
        Ok(self.evaluate(document, variables)?.text())
    }

    /// The effective boolean value: whether any node is selected, a number is neither 0 nor NaN,
    /// text is not empty.
    ///
    /// # Errors
    /// If the evaluation fails or the result has no boolean value.
    pub fn evaluate_boolean(
        &self,
        document: &Document<'_>,
        variables: Variables<'_>,
    ) -> Result<bool, XPathError> {
        let truth = self.evaluate(document, variables)?.truth();
        truth.ok_or_else(|| XPathError::Evaluation {
            expression: shorten(self.text()),
            problem: "several values have no boolean value".into(),
        })
    }

    /// The first item as a whole number; nothing if nothing is selected.
    ///
    /// # Errors
    /// If the evaluation fails or the item is not a whole number.
    pub fn evaluate_integer(
        &self,
        document: &Document<'_>,
        variables: Variables<'_>,
    ) -> Result<Option<i64>, XPathError> {
        self.evaluate(document, variables)?.integer(self.text())
    }

    /// All items: elements, comments and instructions as XML that stands alone, everything else as
    /// its text.
    ///
    /// # Errors
    /// If the evaluation fails, or the result has more than [`limits::XML_BYTES`].
    pub fn evaluate_nodes(
        &self,
        document: &Document<'_>,
        variables: Variables<'_>,
    ) -> Result<Vec<String>, XPathError> {
        let limit = limits::XML_BYTES;
        let texts = self.evaluate(document, variables)?.serialise(limit);
        texts.ok_or_else(|| XPathError::ResultTooLarge {
            expression: shorten(self.text()),
            limit,
        })
    }

    /// The string values of all items.
    ///
    /// # Errors
    /// If the evaluation fails, or the result has more than [`limits::XML_BYTES`].
    pub fn evaluate_strings(
        &self,
        document: &Document<'_>,
        variables: Variables<'_>,
    ) -> Result<Vec<String>, XPathError> {
        let limit = limits::XML_BYTES;
        let texts = self.evaluate(document, variables)?.texts(limit);
        texts.ok_or_else(|| XPathError::ResultTooLarge {
            expression: shorten(self.text()),
            limit,
        })
    }

    fn evaluate<'d>(
        &self,
        document: &'d Document<'_>,
        variables: Variables<'_>,
    ) -> Result<Sequence<'d>, XPathError> {
        match &self.inner.program {
            Program::Fast(expr) => expr
                .evaluate(document.tree(), variables)
                .map_err(|problem| XPathError::Evaluation {
                    expression: shorten(self.text()),
                    problem,
                }),
            Program::Full(expression) => expression.evaluate(document, variables),
        }
    }
}

/// Why an expression was refused, or failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XPathError {
    /// Not an XPath expression, or one with an unknown prefix or function.
    #[error("the XPath expression {expression:?} cannot be compiled: {problem}")]
    Syntax {
        /// The expression, shortened.
        expression: String,
        /// What the compiler says.
        problem: String,
    },
    /// A prefix that the flow's namespace mapping does not contain.
    #[error(
        "the XPath expression {expression:?} uses the prefix {prefix:?}, \
         which the flow's namespace mapping does not declare"
    )]
    UndeclaredPrefix {
        /// The expression, shortened.
        expression: String,
        /// The prefix.
        prefix: String,
    },
    /// Too long or too deeply nested.
    #[error("the XPath expression {expression:?} has more than {value} {limit}")]
    TooComplex {
        /// The expression, shortened.
        expression: String,
        /// What there is too much of.
        limit: &'static str,
        /// How much is allowed.
        value: usize,
    },
    /// A function that reads more XML or reaches out of the document.
    #[error("the XPath expression {expression:?} uses {function}(), which is not available")]
    Unavailable {
        /// The expression, shortened.
        expression: String,
        /// The function.
        function: String,
    },
    /// Only the full engine knows the expression.
    #[error("the XPath expression {expression:?} is not a plain location path")]
    NotFast {
        /// The expression, shortened.
        expression: String,
    },
    /// The document is larger than the full engine may be given.
    #[error(
        "the XPath expression {expression:?} can be evaluated on at most {limit} bytes, but the \
         document has {bytes}; a plain location path has no such limit"
    )]
    DocumentTooLarge {
        /// The expression, shortened.
        expression: String,
        /// Size of the document.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// What it selects is larger than a document may be.
    #[error("the XPath expression {expression:?} selects more than {limit} bytes")]
    ResultTooLarge {
        /// The expression, shortened.
        expression: String,
        /// Bytes allowed.
        limit: usize,
    },
    /// The expression failed on this document.
    #[error("the XPath expression {expression:?} failed: {problem}")]
    Evaluation {
        /// The expression, shortened.
        expression: String,
        /// What happened.
        problem: String,
    },
    /// A whole number was asked for.
    #[error("the XPath expression {expression:?} selects {value:?}, which is not a whole number")]
    NotInteger {
        /// The expression, shortened.
        expression: String,
        /// What it selects, shortened.
        value: String,
    },
}

/// The beginning of a text, for messages.
fn shorten(text: &str) -> String {
    const CHARS: usize = 200;
    match text.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
