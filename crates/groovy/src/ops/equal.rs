//! `==`, `equals` and the equality of keys.

use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// Whether two keys are one key: Java's `equals`, without running a script.
#[must_use]
pub fn same_key(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::BigInteger(a), Value::BigInteger(b)) => a == b,
        (Value::Decimal(a), Value::Decimal(b)) => a == b,
        (Value::Object(x), Value::Object(y)) => a.is_same(b) || x.same_key(&**y),
        (Value::List(x), Value::List(y)) if !x.is_array() && !y.is_array() => {
            a.is_same(b) || {
                let (x, y) = (x.to_vec(), y.to_vec());
                x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| same_key(x, y))
            }
        }
        _ => a.is_same(b),
    }
}

/// `a == b`
///
/// # Errors
/// What `equals` and `compareTo` of a script's classes throw.
pub fn equals(vm: &mut Vm, a: &Value, b: &Value) -> Result<bool> {
    java_equals(vm, a, b)
}

/// `a.equals(b)`
///
/// # Errors
/// What `equals` of a script's class throws.
pub fn java_equals(_vm: &mut Vm, a: &Value, b: &Value) -> Result<bool> {
    Ok(same_key(a, b))
}
