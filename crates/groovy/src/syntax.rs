//! From source text to the tree of [`crate::ast`] and back.

mod lexer;
mod literal;
mod parser;
mod printer;
mod source;
mod token;

use crate::ast::{Pos, Script};
pub use printer::print;
pub(crate) use printer::sign;

/// Bounds on what is read, so that no source can exhaust memory or stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the source in bytes.
    pub bytes: usize,
    /// Number of tokens.
    pub tokens: usize,
    /// How deep brackets, statements, types and prefix operators may stand in each other.
    pub depth: u32,
    /// How many operators or members may follow one another (`a + b + c`, `a.b().c()`), the
    /// operands' own ones included; the tree is that much deeper to the left.
    pub chain: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            tokens: 1 << 20,
            depth: 200,
            chain: 500,
        }
    }
}

/// Why a source is no script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", at.line, at.column)]
pub struct SyntaxError {
    /// Where.
    pub at: Pos,
    /// What is wrong there and what to do.
    pub message: String,
}

/// Reads a script.
///
/// # Errors
/// The first place that is not Groovy 2.4, or beyond the limits.
pub fn parse(source: &str, limits: Limits) -> Result<Script, Vec<SyntaxError>> {
    lexer::tokens(source, limits)
        .and_then(|tokens| parser::script(&tokens, limits))
        .map_err(|error| vec![*error])
}

/// An error is rare and large; boxed, it costs the good case nothing.
type Parsed<T> = Result<T, Box<SyntaxError>>;

/// The error `message` at a place.
fn error<T>(at: Pos, message: impl Into<String>) -> Parsed<T> {
    let message = message.into();
    Err(Box::new(SyntaxError { at, message }))
}
