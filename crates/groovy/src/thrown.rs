//! How a call ends when it does not return.

use crate::value::Value;

/// What calls return.
pub type Result<T> = std::result::Result<T, Thrown>;

/// What was thrown.
#[derive(Debug)]
pub struct Thrown(pub(crate) Box<Why>);

#[derive(Debug)]
pub(crate) enum Why {
    /// An exception object; scripts may catch it.
    Exception(Value),
    /// No overload takes these arguments; the caller makes a `MissingMethodException` of it.
    Mismatch,
    /// A bound was reached; no script can catch it.
    Limit(Limit),
}

/// A bound that a run reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// Too many instructions.
    #[error("the script ran too many instructions")]
    Steps,
    /// Too much memory.
    #[error("the script holds too much memory")]
    Memory,
    /// Calls too deep.
    #[error("the script calls itself too deeply")]
    Depth,
    /// A regular expression takes too long.
    #[error("a regular expression of the script takes too long")]
    Regex,
    /// Too much text printed or logged.
    #[error("the script prints too much")]
    Output,
    /// Slept too long altogether.
    #[error("the script sleeps too long")]
    Sleep,
    /// The host gave the run up.
    #[error("the run was stopped")]
    Stopped,
}

impl Thrown {
    /// An exception object.
    #[must_use]
    pub fn exception(value: Value) -> Self {
        Self(Box::new(Why::Exception(value)))
    }

    /// No overload takes these arguments.
    #[must_use]
    pub fn mismatch() -> Self {
        Self(Box::new(Why::Mismatch))
    }

    /// A bound was reached.
    #[must_use]
    pub fn limit(limit: Limit) -> Self {
        Self(Box::new(Why::Limit(limit)))
    }
}
