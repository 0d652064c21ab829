//! `java.util.Random`, whose numbers follow from its seed, and `SecureRandom`.

use std::cell::Cell;

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::object::Object;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const MASK: u64 = (1 << 48) - 1;

/// A generator of random numbers.
pub(crate) struct Random {
    /// Of the sequence that Java defines; `None` when the host makes the bits.
    seed: Option<Cell<u64>>,
    /// The second of two numbers that are made together.
    gaussian: Cell<Option<f64>>,
}

impl Random {
    fn seeded(seed: i64) -> Self {
        Self {
            seed: Some(Cell::new((seed.cast_unsigned() ^ MULTIPLIER) & MASK)),
            gaussian: Cell::new(None),
        }
    }

    fn bits(&self, vm: &Vm, bits: u32) -> i32 {
        let state = match &self.seed {
            Some(seed) => {
                let next = seed.get().wrapping_mul(MULTIPLIER).wrapping_add(0xB) & MASK;
                seed.set(next);
                next
            }
            None => {
                let mut bytes = [0; 8];
                vm.host().random(&mut bytes);
                u64::from_le_bytes(bytes) & MASK
            }
        };
        #[expect(clippy::cast_possible_truncation, reason = "these bits are wanted")]
        let wanted = (state >> (48 - bits)) as u32;
        if bits == 32 {
            wanted.cast_signed()
        } else {
            (wanted & ((1 << bits) - 1)).cast_signed()
        }
    }

    /// `nextInt(bound)`
    pub(crate) fn below(&self, vm: &mut Vm, bound: i32) -> Result<i32> {
        if bound <= 0 {
            let message = "bound must be positive";
            return Err(throw("java.lang.IllegalArgumentException", message));
        }
        if bound & bound.wrapping_neg() == bound {
            let scaled = i64::from(bound) * i64::from(self.bits(vm, 31));
            #[expect(clippy::cast_possible_truncation, reason = "31 bits are left")]
            return Ok((scaled >> 31) as i32);
        }
        loop {
            vm.step(1)?;
            let bits = self.bits(vm, 31);
            let value = bits % bound;
            if bits.wrapping_sub(value).wrapping_add(bound - 1) >= 0 {
                return Ok(value);
            }
        }
    }

    fn long(&self, vm: &Vm) -> i64 {
        let high = i64::from(self.bits(vm, 32)) << 32;
        high.wrapping_add(i64::from(self.bits(vm, 32)))
    }

    fn double(&self, vm: &Vm) -> f64 {
        let high = i64::from(self.bits(vm, 26)) << 27;
        let all = high + i64::from(self.bits(vm, 27));
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let all = all as f64;
        all / (1_u64 << 53) as f64
    }

    fn gaussian(&self, vm: &mut Vm) -> Result<f64> {
        if let Some(known) = self.gaussian.take() {
            return Ok(known);
        }
        loop {
            vm.step(1)?;
            let (x, y) = (2.0 * self.double(vm) - 1.0, 2.0 * self.double(vm) - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.gaussian.set(Some(y * scale));
                return Ok(x * scale);
            }
        }
    }
}

impl Object for Random {
    fn class(&self) -> ClassRef {
        ClassRef::Native(if self.seed.is_some() {
            &RANDOM
        } else {
            &SECURE_RANDOM
        })
    }
}

/// `java.util.Random`
pub(super) static RANDOM: Class = Class::new("java.util.Random")
    .constructor(|vm, args| {
        let seed = match args {
            [] => {
                let mut bytes = [0; 8];
                vm.host().random(&mut bytes);
                i64::from_le_bytes(bytes)
            }
            [seed] => args::long(seed)?,
            _ => return Err(Thrown::mismatch()),
        };
        Ok(Value::object(Random::seeded(seed)))
    })
    .methods(&[
        ("nextBoolean", |vm, this, _| {
            Ok(Value::Bool(of(this)?.bits(vm, 1) != 0))
        }),
        ("nextBytes", next_bytes),
        ("nextDouble", |vm, this, _| {
            Ok(Value::Double(of(this)?.double(vm)))
        }),
        ("nextFloat", |vm, this, _| {
            #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
            let bits = of(this)?.bits(vm, 24) as f32;
            Ok(Value::Float(bits / (1 << 24) as f32))
        }),
        ("nextGaussian", |vm, this, _| {
            of(this)?.gaussian(vm).map(Value::Double)
        }),
        ("nextInt", |vm, this, args| match args {
            [] => Ok(Value::Int(of(this)?.bits(vm, 32))),
            [bound] => of(this)?.below(vm, args::int(bound)?).map(Value::Int),
            _ => Err(Thrown::mismatch()),
        }),
        ("nextLong", |vm, this, _| {
            Ok(Value::Long(of(this)?.long(vm)))
        }),
        ("setSeed", |_, this, args| match (args, &of(this)?.seed) {
            ([seed], Some(state)) => {
                let seed = args::long(seed)?.cast_unsigned();
                state.set((seed ^ MULTIPLIER) & MASK);
                Ok(Value::Null)
            }
            _ => Ok(Value::Null),
        }),
    ]);

/// `java.security.SecureRandom`
pub(super) static SECURE_RANDOM: Class = Class::new("java.security.SecureRandom")
    .extends(&[&RANDOM])
    .constructor(|_, _| Ok(secure()))
    .statics(&[
        ("getInstance", |_, _| Ok(secure())),
        ("getInstanceStrong", |_, _| Ok(secure())),
    ]);

/// `java.util.Random`, to make one.
pub(crate) fn new_class() -> &'static Class {
    &RANDOM
}

fn secure() -> Value {
    Value::object(Random {
        seed: None,
        gaussian: Cell::new(None),
    })
}

/// The generator that a value is.
pub(crate) fn of(this: &Value) -> Result<&Random> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn next_bytes(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (random, [Value::Bytes(bytes)]) = (of(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let len = bytes.borrow().len();
    vm.step(1 + len as u64 / 4)?;
    if random.seed.is_none() {
        vm.host().random(&mut bytes.borrow_mut());
        return Ok(Value::Null);
    }
    let mut made = Vec::with_capacity(len + 4);
    while made.len() < len {
        made.extend(random.bits(vm, 32).to_le_bytes());
    }
    for (place, byte) in bytes.borrow_mut().iter_mut().zip(made) {
        *place = byte;
    }
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn a_seed_gives_the_sequence_of_java() {
        let mut vm = vm();
        let random = Value::object(Random::seeded(42));
        for (name, args, expected) in [
            ("nextInt", vec![], "Integer -1170105035"),
            ("nextInt", vec![Value::Int(10)], "Integer 3"),
            ("nextInt", vec![Value::Int(16)], "Integer 10"),
            ("nextLong", vec![], "Long 884324181205335268"),
            ("nextDouble", vec![], "Double 0.9420735430282128"),
            ("nextBoolean", vec![], "Boolean true"),
            ("nextFloat", vec![], "Float 0.6655489"),
            ("nextGaussian", vec![], "Double -0.8761154839986063"),
            (
                "nextInt",
                vec![Value::Int(0)],
                "!IllegalArgumentException bound must be positive",
            ),
        ] {
            let result = vm.invoke(&random, name, &args);
            assert_eq!(shown(&mut vm, result), expected, "{name}");
        }
        let bytes = Value::bytes(vec![0; 6]);
        let random = Value::object(Random::seeded(42));
        vm.invoke(&random, "nextBytes", std::slice::from_ref(&bytes))
            .unwrap();
        let Value::Bytes(bytes) = bytes else {
            panic!("no bytes")
        };
        assert_eq!(*bytes.borrow(), [53, 157, 65, 186, 247, 138]);
    }
}
