//! Groovy truth.

use crate::value::Value;

/// Whether a condition with this value holds.
#[must_use]
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Byte(n) => *n != 0,
        Value::Short(n) => *n != 0,
        Value::Int(n) => *n != 0,
        Value::Long(n) => *n != 0,
        Value::Float(n) => *n != 0.0,
        Value::Double(n) => *n != 0.0,
        Value::Char(c) => *c != 0,
        Value::BigInteger(n) => n.sign() != num_bigint::Sign::NoSign,
        Value::Decimal(n) => n.unscaled().sign() != num_bigint::Sign::NoSign,
        Value::Str(text) => !text.is_empty(),
        Value::GString(text) => {
            text.strings.iter().any(|one| !one.is_empty()) || !text.values.is_empty()
        }
        Value::List(list) => !list.is_empty(),
        Value::Map(map) | Value::Set(map) => !map.is_empty(),
        Value::Bytes(bytes) => !bytes.borrow().is_empty(),
        Value::Object(object) => object.truth(),
        Value::Range(_) | Value::Closure(_) | Value::Class(_) => true,
    }
}
