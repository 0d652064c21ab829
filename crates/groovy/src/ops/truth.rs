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
        Value::Decimal(n) => !n.is_zero(),
        Value::Str(text) => !text.is_empty(),
        Value::GString(text) => text.is_true(),
        Value::List(list) => !list.is_empty(),
        Value::Map(map) | Value::Set(map) => !map.is_empty(),
        Value::Bytes(bytes) => !bytes.borrow().is_empty(),
        Value::Object(object) => object.truth(),
        Value::Range(range) => !(range.exclusive && range.from.is_same(&range.to)),
        Value::Closure(_) | Value::Class(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::Decimal;

    #[test]
    fn zero_and_empty_are_false() {
        let falsy = [
            Value::Null,
            Value::Int(0),
            Value::Double(-0.0),
            Value::decimal(Decimal::parse("0.00").unwrap()),
            Value::text(""),
            Value::list(Vec::new()),
            Value::bytes(Vec::new()),
        ];
        for value in falsy {
            assert!(!truth(&value), "{value:?}");
        }
        let truthy = [
            Value::text("false"),
            Value::Double(f64::NAN),
            Value::list(vec![Value::Null]),
        ];
        for value in truthy {
            assert!(truth(&value), "{value:?}");
        }
    }
}
