//! What parameters of Java types take.

use crate::library::string::builder::Builder;
use crate::ops::number;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A `String`, `GString`, `StringBuilder` or `StringBuffer`.
///
/// # Errors
/// A mismatch for anything else.
pub(crate) fn text(vm: &mut Vm, value: &Value) -> Result<Str> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::GString(text) => text.text(vm),
        Value::Object(_) => match value.downcast::<Builder>() {
            Some(builder) => Ok(builder.text()),
            None => Err(Thrown::mismatch()),
        },
        _ => Err(Thrown::mismatch()),
    }
}

/// Whether [`text`] takes it.
pub(crate) fn is_text(value: &Value) -> bool {
    match value {
        Value::Str(_) | Value::GString(_) => true,
        other => other.downcast::<Builder>().is_some(),
    }
}

/// An `int`, `short` or `byte`.
///
/// # Errors
/// A mismatch for anything else.
pub(crate) fn int(value: &Value) -> Result<i32> {
    match value {
        Value::Int(n) => Ok(*n),
        Value::Short(n) => Ok(i32::from(*n)),
        Value::Byte(n) => Ok(i32::from(*n)),
        _ => Err(Thrown::mismatch()),
    }
}

/// Any `java.lang.Number`, as an `int`.
///
/// # Errors
/// A mismatch for anything else.
pub(crate) fn number(value: &Value) -> Result<i32> {
    if !number::is_number(value) {
        return Err(Thrown::mismatch());
    }
    number::int_value(value).ok_or_else(Thrown::mismatch)
}

/// A `long` or smaller.
///
/// # Errors
/// A mismatch for anything else.
pub(crate) fn long(value: &Value) -> Result<i64> {
    match value {
        Value::Long(n) => Ok(*n),
        other => int(other).map(i64::from),
    }
}

/// An `int` parameter that a character fits too, such as that of `indexOf`.
///
/// # Errors
/// A mismatch for anything else.
pub(crate) fn code(value: &Value) -> Result<i32> {
    match value {
        Value::Char(unit) => Ok(i32::from(*unit)),
        other => int(other),
    }
}

/// A value of a `double` parameter.
///
/// # Errors
/// A mismatch for anything but a number or character.
pub(crate) fn double(value: &Value) -> Result<f64> {
    number::double_value(value).ok_or_else(Thrown::mismatch)
}

/// The items of a list or array argument.
///
/// # Errors
/// A mismatch for anything that is no collection, and what iterating throws.
pub(crate) fn items(vm: &mut Vm, value: &Value) -> Result<Vec<Value>> {
    match value {
        Value::List(_) | Value::Set(_) | Value::Range(_) => vm.items(value),
        _ => Err(Thrown::mismatch()),
    }
}
