//! `hashCode()`.

use std::rc::Rc;

use crate::decimal::integer_hash;
use crate::object;
use crate::ops::NESTING;
use crate::value::Value;

/// Java's hash code of a value.
#[must_use]
pub fn java_hash(value: &Value) -> i32 {
    hash(value, 0)
}

fn hash(value: &Value, depth: u32) -> i32 {
    if depth > NESTING {
        return 0;
    }
    match value {
        Value::Null => 0,
        Value::Str(text) => text.java_hash(),
        Value::Int(n) => *n,
        Value::Byte(n) => i32::from(*n),
        Value::Short(n) => i32::from(*n),
        Value::Char(c) => i32::from(*c),
        Value::Long(n) => fold(n.cast_unsigned()),
        Value::Float(n) => {
            let bits = if n.is_nan() { 0x7fc0_0000 } else { n.to_bits() };
            bits.cast_signed()
        }
        Value::Double(n) => fold(double_bits(*n)),
        Value::Bool(true) => 1231,
        Value::Bool(false) => 1237,
        Value::BigInteger(n) => integer_hash(n),
        Value::Decimal(n) => n.java_hash(),
        Value::GString(text) => {
            let text = text.plain().unwrap_or_default();
            crate::text::Str::from(text).java_hash().wrapping_add(37)
        }
        Value::List(list) if list.is_array() => address(Rc::as_ptr(list).cast()),
        Value::List(list) => list.items().iter().fold(1, |sum: i32, item| {
            sum.wrapping_mul(31).wrapping_add(hash(item, depth + 1))
        }),
        Value::Map(map) => map.to_vec().iter().fold(0, |sum: i32, (key, value)| {
            sum.wrapping_add(hash(key, depth + 1) ^ hash(value, depth + 1))
        }),
        Value::Set(set) => set
            .keys()
            .iter()
            .fold(0, |sum: i32, key| sum.wrapping_add(hash(key, depth + 1))),
        Value::Range(range) => {
            let hash_of = |end: &Value| hash(end, depth + 1);
            hash_of(&range.from)
                .wrapping_mul(31)
                .wrapping_add(hash_of(&range.to))
        }
        Value::Class(class) => crate::text::Str::from(class.name()).java_hash(),
        Value::Closure(closure) => address(Rc::as_ptr(closure).cast()),
        Value::Bytes(bytes) => address(Rc::as_ptr(bytes).cast()),
        Value::Object(it) => it.hash().unwrap_or_else(|| object::identity(it)),
    }
}

/// The bits of a double with one NaN.
pub(crate) fn double_bits(number: f64) -> u64 {
    if number.is_nan() {
        0x7ff8_0000_0000_0000
    } else {
        number.to_bits()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "both halves are folded into one"
)]
fn fold(bits: u64) -> i32 {
    ((bits ^ (bits >> 32)) as u32).cast_signed()
}

#[expect(clippy::cast_possible_truncation, reason = "a hash")]
fn address(pointer: *const ()) -> i32 {
    ((pointer as usize >> 4) as u32).cast_signed() & i32::MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::Decimal;
    use crate::map::Map;

    #[test]
    fn hashes_are_those_of_java() {
        let list = Value::list(vec![Value::Int(1), Value::text("a"), Value::Null]);
        assert_eq!(java_hash(&list), ((31 + 1) * 31 + 97) * 31);
        let map = Map::linked([(Value::text("a"), Value::Int(1))]);
        assert_eq!(java_hash(&Value::Map(map)), 97 ^ 1);
        assert_eq!(java_hash(&Value::Double(1.0)), 1_072_693_248);
        assert_eq!(java_hash(&Value::Long(-1)), 0);
        assert_eq!(java_hash(&Value::Long(1 << 32)), 1);
        assert_eq!(java_hash(&Value::Bool(true)), 1231);
        let decimal = Decimal::parse("1.0").unwrap();
        assert_eq!(java_hash(&Value::decimal(decimal)), 311);
    }
}
