//! `java.util.UUID`

use std::cmp::Ordering;

use md5::{Digest, Md5};

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::object::COMPARABLE;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A UUID.
struct Uuid(u128);

impl Uuid {
    fn high(&self) -> i64 {
        ((self.0 >> 64) as u64).cast_signed()
    }

    fn low(&self) -> i64 {
        (self.0 as u64).cast_signed()
    }

    /// Of bytes, whose version and variant are set.
    fn of_bytes(bytes: [u8; 16], version: u128) -> Self {
        let bits = u128::from_be_bytes(bytes);
        let bits = bits & !(0xf << 76) | (version << 76);
        Self(bits & !(0b11 << 62) | (0b10 << 62))
    }

    fn text(&self) -> String {
        let hex = format!("{:032x}", self.0);
        let part = |from, to| hex.get(from..to).unwrap_or_default();
        let parts = [
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32),
        ];
        parts.join("-")
    }
}

impl Object for Uuid {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&UUID)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.text().into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| other.0 == self.0))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| other.0 == self.0)
    }

    fn hash(&self) -> Option<i32> {
        let folded = self.high() ^ self.low();
        Some(((folded >> 32) ^ folded) as i32)
    }

    fn compare(&self, _vm: &mut Vm, other: &Value) -> Result<Option<Ordering>> {
        let halves = |it: &Self| (it.high(), it.low());
        Ok(other
            .downcast::<Self>()
            .map(|other| halves(self).cmp(&halves(other))))
    }
}

/// `java.util.UUID`
pub(super) static UUID: Class = Class::new("java.util.UUID")
    .extends(&[&COMPARABLE])
    .constructor(|_, args| match args {
        [high, low] => {
            let half = |value| args::long(value).map(|half| u128::from(half.cast_unsigned()));
            Ok(Value::object(Uuid(half(high)? << 64 | half(low)?)))
        }
        _ => Err(Thrown::mismatch()),
    })
    .statics(&[
        ("fromString", from_string),
        ("nameUUIDFromBytes", |vm, args| match args {
            [Value::Bytes(bytes)] => {
                let bytes = bytes.borrow();
                vm.step(1 + bytes.len() as u64 / 16)?;
                Ok(Value::object(Uuid::of_bytes(
                    Md5::digest(&*bytes).into(),
                    3,
                )))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("randomUUID", |vm, _| {
            let mut bytes = [0; 16];
            vm.host().random(&mut bytes);
            Ok(Value::object(Uuid::of_bytes(bytes, 4)))
        }),
    ])
    .methods(&[
        ("getLeastSignificantBits", |_, this, _| {
            Ok(Value::Long(uuid(this)?.low()))
        }),
        ("getMostSignificantBits", |_, this, _| {
            Ok(Value::Long(uuid(this)?.high()))
        }),
        ("version", |_, this, _| {
            Ok(Value::Int(((uuid(this)?.0 >> 76) & 0xf) as i32))
        }),
        ("variant", |_, this, _| {
            Ok(Value::Int(((uuid(this)?.0 >> 62) & 0b11) as i32))
        }),
    ]);

fn uuid(this: &Value) -> Result<&Uuid> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn from_string(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = args::text(vm, text)?;
    let bad = || {
        throw(
            "java.lang.IllegalArgumentException",
            format!("Invalid UUID string: {text}"),
        )
    };
    let parts: Vec<&str> = text.split('-').collect();
    if parts.len() != 5 {
        return Err(bad());
    }
    let mut bits: u128 = 0;
    for (part, digits) in parts.iter().zip([8, 4, 4, 4, 12]) {
        let number = u64::from_str_radix(part, 16).map_err(|_| bad())?;
        let mask = (1_u128 << (digits * 4)) - 1;
        bits = bits << (digits * 4) | (u128::from(number) & mask);
    }
    Ok(Value::object(Uuid(bits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn a_name_has_the_uuid_of_java() {
        let mut vm = vm();
        let named = UUID.static_method("nameUUIDFromBytes").unwrap();
        let result = named(&mut vm, &[Value::bytes(b"a".to_vec())]);
        let text = "UUID 0cc175b9-c0f1-36a8-b1c3-99e269772661";
        assert_eq!(shown(&mut vm, result), text);
        let it = from_string(
            &mut vm,
            &[Value::text("0cc175b9-c0f1-36a8-b1c3-99e269772661")],
        );
        let it = it.unwrap();
        let it: &Uuid = it.downcast().unwrap();
        assert_eq!(it.hash(), Some(344_259_730));
        assert_eq!(it.high(), 919_145_239_626_725_032);
        let short = from_string(&mut vm, &[Value::text("1-2-3-4-5")]);
        assert_eq!(
            shown(&mut vm, short),
            "UUID 00000001-0002-0003-0004-000000000005"
        );
        let none = from_string(&mut vm, &[Value::text("x")]);
        assert_eq!(
            shown(&mut vm, none),
            "!IllegalArgumentException Invalid UUID string: x"
        );
    }
}
