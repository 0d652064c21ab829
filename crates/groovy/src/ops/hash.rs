//! `hashCode()`.

use crate::value::Value;

/// Java's hash code of a value.
#[must_use]
pub fn java_hash(value: &Value) -> i32 {
    match value {
        Value::Str(text) => text.java_hash(),
        Value::Int(n) => *n,
        Value::Bool(yes) => {
            if *yes {
                1231
            } else {
                1237
            }
        }
        _ => 0,
    }
}
