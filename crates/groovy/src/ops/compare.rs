//! `<=>` and the order of sorted collections.

use std::cmp::Ordering;

use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// `a <=> b`
///
/// # Errors
/// When they cannot be compared, and what `compareTo` of a script's class throws.
pub fn compare(_vm: &mut Vm, a: &Value, b: &Value) -> Result<Ordering> {
    Ok(natural(a, b))
}

/// The order of keys of sorted maps, without running a script; what cannot be compared is equal.
#[must_use]
pub fn natural(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.encode_utf16().cmp(b.encode_utf16()),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
