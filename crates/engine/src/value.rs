//! What headers and properties hold.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use lockgate_groovy::data::Data;

use crate::charset::Charset;
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
    /// What a script put there and no step knows: a map, a date, a decimal.
    Object(Arc<Data>),
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

    /// The text, if this is text or serialised XML.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Xml(text) => Some(text),
            _ => None,
        }
    }

    /// The value as Java's `toString()` spells it; `None` for `null`. Bytes are read as UTF-8: see
    /// [`Exchange::value_text`](crate::exchange::Exchange::value_text) for other character sets.
    #[must_use]
    pub fn to_text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::Number(number) => Cow::Owned(java_double(*number)),
            Self::Text(text) | Self::Xml(text) => Cow::Borrowed(text),
            Self::Bytes(bytes) => Charset::UTF_8.decode(bytes),
            Self::List(values) => Cow::Owned(java_list(values)),
            Self::Object(data) => Cow::Owned(data.to_string()),
            Self::Error(error) => Cow::Owned(format!("{}: {}", error.class, error.message)),
        })
    }
}

/// `Double.toString`: plain between 0.001 and 10,000,000, else with an exponent.
fn java_double(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{number:?}");
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let fraction = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{fraction}E{exponent}")
}

fn java_list(values: &[Value]) -> String {
    let texts: Vec<_> = values
        .iter()
        .map(|value| value.to_text().unwrap_or(Cow::Borrowed("null")))
        .collect();
    format!("[{}]", texts.join(", "))
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

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Text(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_java_spells_them() {
        let list = |values: &[Value]| Value::List(values.into());
        let cases = [
            (Value::Bool(true), "true"),
            (Value::Int(-7), "-7"),
            (Value::Number(1.0), "1.0"),
            (Value::Number(0.001), "0.001"),
            (Value::Number(1e7), "1.0E7"),
            (Value::Number(1.25e-4), "1.25E-4"),
            (Value::Number(-0.0), "-0.0"),
            (Value::Number(f64::NEG_INFINITY), "-Infinity"),
            (Value::from("x"), "x"),
            (Value::Bytes(Bytes::from_static("é".as_bytes())), "é"),
            (
                list(&[Value::from("a"), Value::Null, Value::Int(1)]),
                "[a, null, 1]",
            ),
            (list(&[]), "[]"),
            (
                Value::Error(Arc::new(StepError::of_class("a.B", "c"))),
                "a.B: c",
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(value.to_text().as_deref(), Some(expected));
        }
        assert!(Value::Null.to_text().is_none());
    }
}
