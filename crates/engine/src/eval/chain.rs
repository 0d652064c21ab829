//! Method calls, properties and indices behind a value: the part of OGNL that flows use.

use std::sync::Arc;

use lockgate_flow::expr::ognl::{self, Argument, Call};

use crate::error::StepError;
use crate::exchange::Exchange;
use crate::value::Value;

/// Follows `tail` from `value`. Anything called on `null` is `null`.
pub(crate) fn follow(value: Value, tail: &str, exchange: &Exchange) -> Result<Value, StepError> {
    if tail.is_empty() || value.is_null() {
        return Ok(value);
    }
    let calls = ognl::parse(tail).map_err(|_| {
        StepError::of_class(
            METHOD_NOT_FOUND,
            format!(
                "{tail:?} is neither part of a header or property name nor a chain of methods."
            ),
        )
    })?;
    let mut value = value;
    for call in &calls {
        if value.is_null() {
            return Ok(Value::Null);
        }
        value = step(&value, call, exchange)?;
    }
    Ok(value)
}

const METHOD_NOT_FOUND: &str = "org.apache.camel.component.bean.MethodNotFoundException";
const OUT_OF_BOUNDS: &str = "java.lang.IndexOutOfBoundsException";

fn step(value: &Value, call: &Call, exchange: &Exchange) -> Result<Value, StepError> {
    match call {
        Call::Method { name, arguments } => method(value, name, arguments, exchange),
        Call::Property(name) => method(value, name, &[], exchange),
        Call::Index(index) => element(value, index),
    }
}

fn method(
    value: &Value,
    name: &str,
    arguments: &[Argument],
    exchange: &Exchange,
) -> Result<Value, StepError> {
    let found = match (value, name, arguments) {
        (_, "toString", []) => Some(to_string(value, exchange)?),
        (Value::List(values), ..) => list_method(values, name, arguments)?,
        (Value::Bytes(bytes), "length", []) => Some(count(bytes.len())),
        (Value::Int(number), "intValue" | "longValue", []) => Some(Value::Int(*number)),
        #[expect(clippy::cast_possible_truncation, reason = "Java truncates too")]
        (Value::Number(number), "intValue" | "longValue", []) => Some(Value::Int(*number as i64)),
        (Value::Error(error), "message" | "getMessage", []) => {
            Some(Value::from(error.message.as_str()))
        }
        (Value::Text(_) | Value::Xml(_) | Value::Bytes(_), ..) => {
            let text = exchange.value_text(value)?.unwrap_or_default();
            text_method(&text, name, arguments)?
        }
        _ => None,
    };
    found.ok_or_else(|| {
        let class = METHOD_NOT_FOUND;
        StepError::of_class(
            class,
            format!(
                "There is no method {name:?} with {} arguments on this value.",
                arguments.len()
            ),
        )
    })
}

fn to_string(value: &Value, exchange: &Exchange) -> Result<Value, StepError> {
    Ok(exchange
        .value_text(value)?
        .map_or(Value::Null, |text| Value::text(text.as_ref())))
}

fn list_method(
    values: &Arc<[Value]>,
    name: &str,
    arguments: &[Argument],
) -> Result<Option<Value>, StepError> {
    Ok(Some(match (name, arguments) {
        ("size", []) => count(values.len()),
        ("isEmpty" | "empty", []) => Value::Bool(values.is_empty()),
        ("get", [index]) => element(&Value::List(Arc::clone(values)), index)?,
        ("contains", [argument]) => {
            let wanted = argument_text(argument);
            Value::Bool(
                values
                    .iter()
                    .any(|value| value.to_text().as_deref() == wanted.as_deref()),
            )
        }
        _ => return Ok(None),
    }))
}

fn text_method(text: &str, name: &str, arguments: &[Argument]) -> Result<Option<Value>, StepError> {
    Ok(Some(match (name, arguments) {
        ("toUpperCase", []) => Value::from(text.to_uppercase()),
        ("toLowerCase", []) => Value::from(text.to_lowercase()),
        ("trim", []) => Value::from(text.trim_matches(|c| c <= ' ')),
        ("length", []) => count(text.encode_utf16().count()),
        ("isEmpty" | "empty", []) => Value::Bool(text.is_empty()),
        ("substring", [Argument::Integer(from)]) => substring(text, *from, None)?,
        ("substring", [Argument::Integer(from), Argument::Integer(to)]) => {
            substring(text, *from, Some(*to))?
        }
        ("indexOf", [Argument::Text(part)]) => position(text, text.find(part.as_str())),
        ("lastIndexOf", [Argument::Text(part)]) => position(text, text.rfind(part.as_str())),
        ("contains", [Argument::Text(part)]) => Value::Bool(text.contains(part.as_str())),
        ("startsWith", [Argument::Text(part)]) => Value::Bool(text.starts_with(part.as_str())),
        ("endsWith", [Argument::Text(part)]) => Value::Bool(text.ends_with(part.as_str())),
        ("equals", [argument]) => Value::Bool(argument_text(argument).as_deref() == Some(text)),
        ("equalsIgnoreCase", [Argument::Text(other)]) => {
            Value::Bool(text.to_lowercase() == other.to_lowercase())
        }
        ("concat", [Argument::Text(other)]) => Value::from(format!("{text}{other}")),
        ("replace", [Argument::Text(from), Argument::Text(to)]) => {
            Value::from(text.replace(from.as_str(), to))
        }
        _ => return Ok(None),
    }))
}

/// `substring` counts UTF-16 units, as Java does.
fn substring(text: &str, from: i64, to: Option<i64>) -> Result<Value, StepError> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = i64::try_from(units.len()).unwrap_or(i64::MAX);
    let to = to.unwrap_or(length);
    let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    match range.and_then(|(from, to)| units.get(from..to)) {
        Some(part) => Ok(Value::from(String::from_utf16_lossy(part))),
        None => Err(StepError::of_class(
            "java.lang.StringIndexOutOfBoundsException",
            format!("substring({from}, {to}) of a text of {length} characters."),
        )),
    }
}

fn position(text: &str, byte: Option<usize>) -> Value {
    byte.map_or(Value::Int(-1), |at| {
        count(text[..at].encode_utf16().count())
    })
}

/// `[0]`, `[last]` and `[last-1]`. A single value is a list of one, as for repeated headers.
fn element(value: &Value, index: &Argument) -> Result<Value, StepError> {
    let values = match value {
        Value::List(values) => values.as_ref(),
        single => std::slice::from_ref(single),
    };
    let at = match index {
        Argument::Integer(at) => usize::try_from(*at).ok(),
        Argument::Text(text) => {
            from_last(text).and_then(|back| (values.len()).checked_sub(back + 1))
        }
        Argument::Boolean(_) | Argument::Null => None,
    };
    at.and_then(|at| values.get(at)).cloned().ok_or_else(|| {
        StepError::of_class(
            OUT_OF_BOUNDS,
            format!(
                "There is no element {index:?} in a list of {}.",
                values.len()
            ),
        )
    })
}

fn from_last(text: &str) -> Option<usize> {
    match text.strip_prefix("last")? {
        "" => Some(0),
        rest => rest.strip_prefix('-')?.trim().parse().ok(),
    }
}

fn argument_text(argument: &Argument) -> Option<String> {
    match argument {
        Argument::Integer(number) => Some(number.to_string()),
        Argument::Boolean(value) => Some(value.to_string()),
        Argument::Null => None,
        Argument::Text(text) => Some(text.clone()),
    }
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
