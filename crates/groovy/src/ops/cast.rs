//! Conversions: declared types, casts and `as`.

pub(crate) mod collections;
mod distance;
mod scalars;

use std::ptr;

use crate::class::{Class, ClassRef};
use crate::library::{collection, number, object, string};
use crate::ops::hash;
use crate::ops::number as number_ops;
use crate::ops::text::plain;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::error::no_constructor_text;

pub use distance::distance;

/// Whether both are one class.
pub(crate) fn is(class: &'static Class, other: &'static Class) -> bool {
    ptr::eq(class, other)
}

/// What assigning `value` to a variable of type `to` stores, and what `(T) value` gives.
///
/// # Errors
/// `GroovyCastException`
pub fn cast(vm: &mut Vm, value: &Value, to: &ClassRef) -> Result<Value> {
    match to {
        ClassRef::Primitive(class) => scalars::primitive(vm, value, class, to),
        _ if value.is_null() => Ok(Value::Null),
        ClassRef::Native(class) if is(class, &object::OBJECT) => Ok(value.clone()),
        _ if is_instance(value, to) => Ok(value.clone()),
        ClassRef::Array(element) => collections::array(vm, value, (element, to), cast),
        ClassRef::Native(class) => native(vm, value, class, to),
        ClassRef::Script(_) => constructed(vm, value, to),
    }
}

fn native(vm: &mut Vm, value: &Value, class: &'static Class, to: &ClassRef) -> Result<Value> {
    if is(class, &string::STRING) {
        if let Value::List(list) = value
            && list.is_array()
        {
            // Java's `toString()`, which for characters differs from Groovy's.
            let hash = hash::java_hash(value);
            return Ok(Value::text(format!("{}@{hash:x}", value.class().name())));
        }
        return Ok(Value::Str(vm.to_string(value)?));
    }
    if is(class, &number::BOOLEAN) {
        return Ok(Value::Bool(vm.truth(value)?));
    }
    if is(class, &number::CHARACTER) {
        return scalars::character(vm, value, to);
    }
    if is(class, &object::CLASS) {
        return Err(failed(vm, value, to));
    }
    if class.is_a(&collection::COLLECTION)
        && let Some(result) = collections::collection(vm, value, class)
    {
        return result;
    }
    if class.is_a(&number::NUMBER)
        && let Some(result) = scalars::number_of(vm, value, class, to)
    {
        return result;
    }
    constructed(vm, value, to)
}

/// `value as T`
///
/// # Errors
/// `GroovyCastException`
pub fn as_type(vm: &mut Vm, value: &Value, to: &ClassRef) -> Result<Value> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let class = match to {
        ClassRef::Native(class) | ClassRef::Primitive(class) => class,
        ClassRef::Array(element) if !is_instance(value, to) => {
            return collections::array(vm, value, (element, to), as_type);
        }
        _ => return cast(vm, value, to),
    };
    let result = match value {
        Value::Str(_) | Value::GString(_) => scalars::text_as(vm, value, class),
        Value::List(_) | Value::Set(_) | Value::Range(_) => {
            collections::collection_as(vm, value, class)
        }
        _ if !number_ops::is_number(value) => None,
        _ if is(class, &number::BIG_DECIMAL) => scalars::decimal_by_text(value),
        _ if is(class, &number::BIG_INTEGER) => scalars::big_by_text(value),
        _ => None,
    };
    if let Some(result) = result {
        return result;
    }
    if is(class, &string::STRING) {
        return Ok(Value::Str(vm.text(value)?));
    }
    cast(vm, value, to)
}

/// A number as another class of numbers.
pub(crate) fn convert_number(value: &Value, class: &'static Class) -> Result<Value> {
    let number = number_ops::number(value).ok_or_else(Thrown::mismatch)?;
    scalars::convert(value, &number, class)?.ok_or_else(Thrown::mismatch)
}

/// A list or map as arguments of a constructor, a closure as an implementation of an interface.
fn constructed(vm: &mut Vm, value: &Value, to: &ClassRef) -> Result<Value> {
    let interface = match to {
        ClassRef::Native(class) => class.interface,
        _ => false,
    };
    if interface && matches!(value, Value::Closure(_) | Value::Map(_)) {
        return Ok(value.clone());
    }
    let args = match value {
        Value::List(list) => list.to_vec(),
        Value::Set(set) => set.keys(),
        Value::Range(_) => vm.items(value)?,
        Value::Map(_) => vec![value.clone()],
        _ => return Err(failed(vm, value, to)),
    };
    let made = match to {
        ClassRef::Script(class) => class.construct(vm, &args),
        ClassRef::Native(class) => match class.construct {
            Some(construct) => construct(vm, &args),
            None => Err(Thrown::mismatch()),
        },
        _ => Err(Thrown::mismatch()),
    };
    match made {
        Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {
            let reason = no_constructor_text(to, &args);
            let hint = format!(" due to: groovy.lang.GroovyRuntimeException: {reason}");
            Err(failed_with(vm, value, to, &hint))
        }
        other => other,
    }
}

/// `GroovyCastException`
fn failed(vm: &mut Vm, value: &Value, to: &ClassRef) -> Thrown {
    let hint = match value {
        Value::Null => boxed_hint(to),
        _ => String::new(),
    };
    failed_with(vm, value, to, &hint)
}

fn failed_with(vm: &mut Vm, value: &Value, to: &ClassRef, hint: &str) -> Thrown {
    let shown = match plain(value) {
        Some(text) => text,
        None => match vm.to_string(value) {
            Ok(text) => text,
            Err(thrown) => return thrown,
        },
    };
    let (name, class) = match value {
        Value::Null => ("null".to_owned(), to.name()),
        other => (other.class().name(), to.name()),
    };
    let message =
        format!("Cannot cast object '{shown}' with class '{name}' to class '{class}'{hint}");
    throw("GroovyCastException", message)
}

fn boxed_hint(to: &ClassRef) -> String {
    match to {
        ClassRef::Primitive(class) => format!(". Try '{}' instead", class.name),
        _ => String::new(),
    }
}

/// `value instanceof T`; `false` for `null`.
#[must_use]
pub fn is_instance(value: &Value, of: &ClassRef) -> bool {
    !value.is_null() && value.class().is_a(of)
}

#[cfg(test)]
mod tests;
