//! What headers and properties hold.

use std::sync::Arc;

use bytes::Bytes;

use crate::error::StepError;

/// The value of a header or an exchange property. Copies are shallow.
#[derive(Clone, Debug)]
pub enum Value {
    /// Java's `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Number(f64),
    /// Text.
    Text(Arc<str>),
    /// Raw bytes.
    Bytes(Bytes),
    /// Serialised XML nodes; text when inserted into text.
    Xml(Arc<str>),
    /// Several values, such as a repeated header.
    List(Arc<[Value]>),
    /// A caught exception.
    Error(Arc<StepError>),
}

impl Value {
    /// Text as a value.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
