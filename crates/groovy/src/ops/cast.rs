//! Conversions: declared types, casts and `as`.

use crate::class::ClassRef;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// What assigning `value` to a variable of type `to` stores, and what `(T) value` gives.
///
/// # Errors
/// `GroovyCastException`
pub fn cast(_vm: &mut Vm, value: &Value, _to: &ClassRef) -> Result<Value> {
    Ok(value.clone())
}

/// `value as T`
///
/// # Errors
/// `GroovyCastException`
pub fn as_type(vm: &mut Vm, value: &Value, to: &ClassRef) -> Result<Value> {
    cast(vm, value, to)
}

/// `value instanceof T`; `false` for `null`.
#[must_use]
pub fn is_instance(value: &Value, of: &ClassRef) -> bool {
    !value.is_null() && value.class().is_a(of)
}

/// Whether a parameter of type `to` takes `value` (boxing, widening, `GString` to `String`), and
/// how far it is from it: smaller is nearer. `None` when it does not.
#[must_use]
pub fn distance(value: &Value, to: Option<&ClassRef>) -> Option<u32> {
    match to {
        None => Some(100),
        Some(to) => (value.is_null() || is_instance(value, to)).then_some(0),
    }
}
