//! `BigInteger`.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, Zero};

use crate::class::{Constant, Function, Method};
use crate::decimal::{fits, power_of};
use crate::library::number::integral::radix_of;
use crate::library::number::parse;
use crate::library::params;
use crate::ops::ambiguous::ambiguous;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static CONSTANTS: &[(&str, Constant)] = &[
    ("ZERO", || Value::big(BigInt::zero())),
    ("ONE", || Value::big(BigInt::one())),
    ("TEN", || Value::big(BigInt::from(10))),
];

pub(super) static STATICS: &[(&str, Function)] = &[("valueOf", |_, args| match args {
    [number] => Ok(Value::big(BigInt::from(params::long(number)?))),
    _ => Err(Thrown::mismatch()),
})];

pub(super) static METHODS: &[(&str, Method)] = &[
    ("add", |vm, this, args| {
        two(vm, this, args, |a, b| Ok(a + b))
    }),
    ("subtract", |vm, this, args| {
        two(vm, this, args, |a, b| Ok(a - b))
    }),
    ("multiply", |vm, this, args| {
        two(vm, this, args, |a, b| {
            fits(a.bits() + b.bits())?;
            Ok(a * b)
        })
    }),
    ("divide", |vm, this, args| {
        two(vm, this, args, |a, b| Ok(a / nonzero(b)?))
    }),
    ("remainder", |vm, this, args| {
        two(vm, this, args, |a, b| Ok(a % nonzero(b)?))
    }),
    ("mod", |vm, this, args| {
        two(vm, this, args, |a, b| {
            let b = positive(b)?;
            Ok(((a % b) + b) % b)
        })
    }),
    ("gcd", |vm, this, args| {
        two(vm, this, args, |a, b| Ok(gcd(a.abs(), b.abs())))
    }),
    ("max", |vm, this, args| {
        two(vm, this, args, |a, b| Ok(a.max(b).clone()))
    }),
    ("min", |vm, this, args| {
        two(vm, this, args, |a, b| Ok(a.min(b).clone()))
    }),
    ("pow", pow),
    ("modPow", mod_pow),
    ("negate", |_, this, _| Ok(Value::big(-of(this)?.clone()))),
    ("not", |_, this, _| Ok(Value::big(!of(this)?.clone()))),
    ("signum", |_, this, _| {
        Ok(Value::Int(match of(this)?.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        }))
    }),
    ("bitLength", |_, this, _| {
        let number = of(this)?;
        let bits = if number.is_negative() {
            (!number).bits()
        } else {
            number.bits()
        };
        Ok(Value::Int(i32::try_from(bits).unwrap_or(i32::MAX)))
    }),
    ("testBit", |_, this, args| match args {
        [bit] => {
            let bit = u64::try_from(params::int(bit)?)
                .map_err(|_| throw("ArithmeticException", "Negative bit address"))?;
            Ok(Value::Bool(of(this)?.bit(bit)))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("shiftLeft", |_, this, args| match args {
        [bits] => shifted(of(this)?, params::int(bits)?.into()),
        _ => Err(Thrown::mismatch()),
    }),
    ("shiftRight", |_, this, args| match args {
        [bits] => shifted(of(this)?, -i64::from(params::int(bits)?)),
        _ => Err(Thrown::mismatch()),
    }),
    ("toByteArray", |_, this, _| {
        Ok(Value::bytes(of(this)?.to_signed_bytes_be()))
    }),
    ("toString", to_string),
    ("intValueExact", |_, this, _| {
        let exact = i32::try_from(of(this)?).map(Value::Int);
        exact.map_err(|_| throw("ArithmeticException", "BigInteger out of int range"))
    }),
    ("longValueExact", |_, this, _| {
        let exact = i64::try_from(of(this)?).map(Value::Long);
        exact.map_err(|_| throw("ArithmeticException", "BigInteger out of long range"))
    }),
];

/// `new BigInteger(…)`: of text, of bytes, of a sign and bytes.
pub(super) fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    Ok(Value::big(match args {
        [Value::Bytes(bytes)] => {
            let bytes = bytes.borrow();
            if bytes.is_empty() {
                return Err(throw("NumberFormatException", "Zero length BigInteger"));
            }
            BigInt::from_signed_bytes_be(&bytes)
        }
        [signum, Value::Bytes(bytes)] => {
            let magnitude = BigUint::from_bytes_be(&bytes.borrow());
            let sign = match params::int(signum)? {
                -1 => Sign::Minus,
                0 if magnitude.is_zero() => Sign::NoSign,
                1 => Sign::Plus,
                0 => {
                    let text = "signum-magnitude mismatch";
                    return Err(throw("NumberFormatException", text));
                }
                _ => return Err(throw("NumberFormatException", "Invalid signum value")),
            };
            BigInt::from_biguint(sign, magnitude)
        }
        [Value::Null] => {
            let prototypes = ["class java.lang.String", "class [I", "class [B"];
            return Err(ambiguous("java.math.BigInteger#<init>", args, &prototypes));
        }
        [text] => parse::big(&params::text(vm, text)?, 10)?,
        [text, radix] => {
            let text = params::text(vm, text)?;
            parse::big(&text, radix_of(params::int(radix)?)?)?
        }
        _ => return Err(Thrown::mismatch()),
    }))
}

/// Shifted to the left, or to the right when `bits` is negative.
fn shifted(number: &BigInt, bits: i64) -> Result<Value> {
    let distance = bits.unsigned_abs();
    if bits < 0 {
        return Ok(Value::big(number >> distance));
    }
    fits(number.bits().saturating_add(distance))?;
    Ok(Value::big(number << distance))
}

fn of(value: &Value) -> Result<&BigInt> {
    match value {
        Value::BigInteger(number) => Ok(number),
        _ => Err(Thrown::mismatch()),
    }
}

fn two(
    vm: &mut Vm,
    this: &Value,
    args: &[Value],
    apply: fn(&BigInt, &BigInt) -> Result<BigInt>,
) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let a = of(this)?;
    // Groovy widens the argument of these methods.
    let widened;
    let b = match other {
        Value::BigInteger(b) => &**b,
        other => {
            widened = BigInt::from(params::long(other)?);
            &widened
        }
    };
    vm.step(1 + (a.bits() + b.bits()) / 64)?;
    apply(a, b).map(Value::big)
}

fn nonzero(number: &BigInt) -> Result<&BigInt> {
    if number.is_zero() {
        return Err(throw("ArithmeticException", "BigInteger divide by zero"));
    }
    Ok(number)
}

fn positive(number: &BigInt) -> Result<&BigInt> {
    if !number.is_positive() {
        return Err(throw(
            "ArithmeticException",
            "BigInteger: modulus not positive",
        ));
    }
    Ok(number)
}

fn gcd(mut a: BigInt, mut b: BigInt) -> BigInt {
    while !b.is_zero() {
        (a, b) = (b.clone(), a % b);
    }
    a
}

fn pow(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [exponent] = args else {
        return Err(Thrown::mismatch());
    };
    let exponent = u32::try_from(params::int(exponent)?)
        .map_err(|_| throw("ArithmeticException", "Negative exponent"))?;
    let power = power_of(of(this)?, exponent)?;
    vm.step(power.bits() / 8)?;
    Ok(Value::big(power))
}

fn mod_pow(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::BigInteger(exponent), Value::BigInteger(modulus)] = args else {
        return Err(Thrown::mismatch());
    };
    let modulus = positive(modulus)?;
    if exponent.is_negative() {
        return Err(throw("ArithmeticException", "BigInteger not invertible."));
    }
    vm.step(exponent.bits().saturating_mul(1 + modulus.bits() / 64))?;
    let base = ((of(this)? % modulus) + modulus) % modulus;
    Ok(Value::big(base.modpow(exponent, modulus)))
}

fn to_string(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let number = of(this)?;
    vm.step(1 + number.bits() / 8)?;
    match args {
        [] => Ok(Value::text(number.to_string())),
        [radix] => {
            let radix = radix_of(params::int(radix)?).unwrap_or(10);
            Ok(Value::text(number.to_str_radix(radix)))
        }
        _ => Err(Thrown::mismatch()),
    }
}
