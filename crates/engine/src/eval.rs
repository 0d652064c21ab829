//! Evaluates Simple templates over an exchange.
//!
//! A template that is a single `${…}` gives the value itself; any other gives text, in which `null`
//! is nothing. Conditions are in [`condition`].

pub(crate) mod chain;
pub mod condition;
pub mod date;
pub(crate) mod pattern;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use lockgate_core::clock::SharedClock;
use lockgate_flow::expr::{FilePart, Function, Part, Template, ognl};

use crate::error::StepError;
use crate::exchange::{Body, Exchange};
use crate::names;
use crate::receiver::{Call, FlowInfo};
use crate::value::Value;

/// What expressions may know besides the exchange.
#[derive(Clone, Copy, Debug)]
pub struct EvalContext<'a> {
    /// The flow that runs.
    pub flow: &'a FlowInfo,
    /// Time.
    pub clock: &'a SharedClock,
}

impl<'a> From<&Call<'a>> for EvalContext<'a> {
    fn from(call: &Call<'a>) -> Self {
        Self {
            flow: call.flow,
            clock: call.clock,
        }
    }
}

/// The template's value: raw if it is a single function, else text.
///
/// # Errors
/// When a method is called that the value does not have, a date pattern is malformed, or binary
/// data has an unknown character set.
pub fn value(
    template: &Template,
    exchange: &Exchange,
    context: &EvalContext<'_>,
) -> Result<Value, StepError> {
    match template.parts.as_slice() {
        [Part::Function(function)] => call(function, exchange, context),
        _ => Ok(Value::from(text(template, exchange, context)?)),
    }
}

/// The template's value as text; `null` is empty.
///
/// # Errors
/// As [`value`].
pub fn text(
    template: &Template,
    exchange: &Exchange,
    context: &EvalContext<'_>,
) -> Result<String, StepError> {
    let mut out = String::new();
    for part in &template.parts {
        match part {
            Part::Literal(literal) => out.push_str(literal),
            Part::Function(Function::Body(tail) | Function::BodyAsText(tail))
                if tail.is_empty() =>
            {
                out.push_str(&exchange.body_text()?.unwrap_or_default());
            }
            Part::Function(function) => {
                let value = call(function, exchange, context)?;
                out.push_str(&exchange.value_text(&value)?.unwrap_or_default());
            }
        }
    }
    Ok(out)
}

fn call(
    function: &Function,
    exchange: &Exchange,
    context: &EvalContext<'_>,
) -> Result<Value, StepError> {
    Ok(match function {
        Function::Header(name) => {
            look_up(&name_text(name, exchange, context)?, exchange, |name| {
                exchange.headers.get(name)
            })?
        }
        Function::Property(name) => {
            let name = name_text(name, exchange, context)?;
            look_up(&name, exchange, |name| exchange.properties.get(name))?
        }
        Function::Body(tail) => chain::follow(body(exchange), tail, exchange)?,
        Function::BodyAsText(tail) => {
            let text = exchange
                .body_text()?
                .map_or(Value::Null, |text| Value::text(text.as_ref()));
            chain::follow(text, tail, exchange)?
        }
        Function::Date {
            offset_seconds,
            zone,
            pattern,
        } => Value::from(date::now(
            context.clock.now(),
            *offset_seconds,
            zone.as_deref(),
            pattern,
        )?),
        Function::ExceptionMessage => caught(exchange, |error| error.message.clone()),
        Function::ExceptionStacktrace => caught(exchange, |error| stacktrace(error, exchange)),
        Function::Null => Value::Null,
        Function::CamelId => Value::from(context.flow.id.as_str()),
        Function::ExchangeId => exchange
            .properties
            .get(names::MESSAGE_ID)
            .cloned()
            .unwrap_or(Value::Null),
        Function::File(part) => file(*part, exchange),
    })
}

/// The name inside `${header.…}`; borrowed when it has no function in it, as nearly always.
fn name_text<'t>(
    name: &'t Template,
    exchange: &Exchange,
    context: &EvalContext<'_>,
) -> Result<Cow<'t, str>, StepError> {
    match name.parts.as_slice() {
        [Part::Literal(literal)] => Ok(Cow::Borrowed(literal)),
        _ => text(name, exchange, context).map(Cow::Owned),
    }
}

/// The value under the whole of `name`; only when there is none, `name` is split into a shorter
/// name and calls on its value.
fn look_up<'e>(
    name: &str,
    exchange: &'e Exchange,
    get: impl Fn(&str) -> Option<&'e Value>,
) -> Result<Value, StepError> {
    if let Some(value) = get(name) {
        return Ok(value.clone());
    }
    let Some((shorter, tail)) = ognl::split(name) else {
        return Ok(Value::Null);
    };
    match get(shorter.strip_suffix('?').unwrap_or(shorter)) {
        Some(value) => chain::follow(value.clone(), tail, exchange),
        None => Ok(Value::Null),
    }
}

pub(crate) fn body(exchange: &Exchange) -> Value {
    match &exchange.body {
        Body::Null => Value::Null,
        Body::Bytes(bytes) => Value::Bytes(bytes.clone()),
        Body::Text(text) => Value::Text(text.clone()),
    }
}

fn caught(exchange: &Exchange, text: impl Fn(&StepError) -> String) -> Value {
    match exchange.properties.get(names::EXCEPTION_CAUGHT) {
        Some(Value::Error(error)) => Value::from(text(error)),
        _ => Value::Null,
    }
}

/// Class, message and the failing model element: there are no Java frames to show.
fn stacktrace(error: &StepError, exchange: &Exchange) -> String {
    let step = exchange
        .properties
        .get(names::ERROR_STEP)
        .and_then(Value::as_text);
    let step = step.map_or_else(String::new, |step| format!("\n\tat {step}"));
    format!("{}: {}{step}", error.class, error.message)
}

/// A part of `CamelFileName`. The extension is what follows the last dot of the name proper.
fn file(part: FilePart, exchange: &Exchange) -> Value {
    let Some(name) = exchange
        .headers
        .get(names::FILE_NAME)
        .and_then(Value::as_text)
    else {
        return Value::Null;
    };
    let only = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match part {
        FilePart::Name => Value::from(name),
        FilePart::OnlyName => Value::from(only),
        FilePart::OnlyNameNoExt => {
            Value::from(only.rsplit_once('.').map_or(only, |(stem, _)| stem))
        }
        FilePart::Ext => only
            .rsplit_once('.')
            .map_or(Value::Null, |(_, ext)| Value::from(ext)),
    }
}
