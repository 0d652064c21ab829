//! Reading the arguments of a library call.

use std::rc::Rc;

use crate::closure::Closure;
use crate::library::params;
use crate::list::List;
use crate::map::Map;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// An `int`, from any whole number that is one.
pub(crate) fn int(value: &Value) -> Result<i32> {
    match value {
        Value::Int(n) => Ok(*n),
        other => long(other)?.try_into().map_err(|_| Thrown::mismatch()),
    }
}

/// A `long`, from any whole number that is one.
pub(crate) fn long(value: &Value) -> Result<i64> {
    match value {
        Value::Byte(n) => Ok(i64::from(*n)),
        Value::Short(n) => Ok(i64::from(*n)),
        Value::Int(n) => Ok(i64::from(*n)),
        Value::Long(n) => Ok(*n),
        Value::Char(c) => Ok(i64::from(*c)),
        _ => Err(Thrown::mismatch()),
    }
}

/// A number of things: negative counts as none.
pub(crate) fn count(value: &Value) -> Result<usize> {
    Ok(usize::try_from(int(value)?).unwrap_or(0))
}

/// A closure, still as a value to call.
pub(crate) fn closure(value: &Value) -> Result<&Rc<Closure>> {
    match value {
        Value::Closure(closure) => Ok(closure),
        _ => Err(Thrown::mismatch()),
    }
}

/// The text of a `String`, `GString` or `StringBuilder`.
pub(crate) fn text(vm: &mut Vm, value: &Value) -> Result<Str> {
    params::text(vm, value)
}

/// A list or array.
pub(crate) fn list(value: &Value) -> Result<&Rc<List>> {
    match value {
        Value::List(list) => Ok(list),
        _ => Err(Thrown::mismatch()),
    }
}

/// A map.
pub(crate) fn map(value: &Value) -> Result<&Rc<Map>> {
    match value {
        Value::Map(map) => Ok(map),
        _ => Err(Thrown::mismatch()),
    }
}

/// A set.
pub(crate) fn set(value: &Value) -> Result<&Rc<Map>> {
    match value {
        Value::Set(set) => Ok(set),
        _ => Err(Thrown::mismatch()),
    }
}

/// A number of things, as Java's `int` shows it.
pub(crate) fn size(len: usize) -> Value {
    Value::Int(i32::try_from(len).unwrap_or(i32::MAX))
}
