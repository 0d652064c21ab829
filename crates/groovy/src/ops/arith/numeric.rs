//! Operators on two numbers.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use crate::ast::BinaryOp;
use crate::decimal::{Decimal, fits, power_of};
use crate::ops::number::{Number, number};
use crate::ops::text::plain;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `left op right` of numbers and characters; `None` when one is neither.
pub(crate) fn numeric(
    vm: &mut Vm,
    op: BinaryOp,
    left: &Value,
    right: &Value,
) -> Option<Result<Value>> {
    let (a, b) = (number(left)?, number(right)?);
    Some(apply(vm, op, left, right, (a, b)))
}

fn apply(
    vm: &mut Vm,
    op: BinaryOp,
    left: &Value,
    right: &Value,
    (a, b): (Number, Number),
) -> Result<Value> {
    use BinaryOp::{
        BitAnd, BitOr, BitXor, Divide, Power, Remainder, ShiftLeft, ShiftRight, ShiftRightUnsigned,
    };
    vm.step(weight(&a).max(weight(&b)))?;
    match op {
        Power => return power(vm, left, right),
        ShiftLeft | ShiftRight | ShiftRightUnsigned => return shift(op, left, right, &a, &b),
        _ => {}
    }
    match (a, b) {
        (Number::Double(_), _) | (_, Number::Double(_))
            if matches!(op, BitAnd | BitOr | BitXor) =>
        {
            Err(unsupported(op, left))
        }
        (a @ Number::Double(_), b) | (a, b @ Number::Double(_)) => {
            doubles(op, a.double(), b.double())
        }
        (a, b) if matches!(op, Divide) => {
            let (a, b) = (a.decimal()?, b.decimal()?);
            Ok(Value::decimal(a.divide(&b)?))
        }
        (a @ Number::Decimal(_), b) | (a, b @ Number::Decimal(_)) => {
            let (a, b) = (a.decimal()?, b.decimal()?);
            decimals(op, left, &a, &b)
        }
        (a @ Number::Big(_), b) | (a, b @ Number::Big(_)) => bigs(op, &*a.big()?, &*b.big()?),
        (Number::Int(a), Number::Int(b)) => {
            if matches!(op, Remainder) && b == 0 {
                return Err(by_zero());
            }
            Ok(Value::Int(match op {
                BinaryOp::Plus => a.wrapping_add(b),
                BinaryOp::Minus => a.wrapping_sub(b),
                BinaryOp::Multiply => a.wrapping_mul(b),
                Remainder => a.wrapping_rem(b),
                BitAnd => a & b,
                BitOr => a | b,
                BitXor => a ^ b,
                _ => return Err(Thrown::mismatch()),
            }))
        }
        (a, b) => longs(op, a.long()?, b.long()?),
    }
}

fn weight(number: &Number) -> u64 {
    match number {
        Number::Big(n) => n.bits() / 64,
        Number::Decimal(n) => n.weight(),
        _ => 0,
    }
}

fn longs(op: BinaryOp, a: i64, b: i64) -> Result<Value> {
    if matches!(op, BinaryOp::Remainder) && b == 0 {
        return Err(by_zero());
    }
    Ok(Value::Long(match op {
        BinaryOp::Plus => a.wrapping_add(b),
        BinaryOp::Minus => a.wrapping_sub(b),
        BinaryOp::Multiply => a.wrapping_mul(b),
        BinaryOp::Remainder => a.wrapping_rem(b),
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        BinaryOp::BitXor => a ^ b,
        _ => return Err(Thrown::mismatch()),
    }))
}

fn doubles(op: BinaryOp, a: f64, b: f64) -> Result<Value> {
    Ok(Value::Double(match op {
        BinaryOp::Plus => a + b,
        BinaryOp::Minus => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        BinaryOp::Remainder => a % b,
        _ => return Err(Thrown::mismatch()),
    }))
}

fn decimals(op: BinaryOp, left: &Value, a: &Decimal, b: &Decimal) -> Result<Value> {
    Ok(Value::decimal(match op {
        BinaryOp::Plus => a.add(b)?,
        BinaryOp::Minus => a.subtract(b)?,
        BinaryOp::Multiply => a.multiply(b)?,
        _ => return Err(unsupported(op, left)),
    }))
}

fn bigs(op: BinaryOp, a: &BigInt, b: &BigInt) -> Result<Value> {
    Ok(Value::big(match op {
        BinaryOp::Plus => a + b,
        BinaryOp::Minus => a - b,
        BinaryOp::Multiply => {
            fits(a.bits() + b.bits())?;
            a * b
        }
        BinaryOp::Remainder => {
            if b.sign() != Sign::Plus {
                let text = "BigInteger: modulus not positive";
                return Err(throw("ArithmeticException", text));
            }
            ((a % b) + b) % b
        }
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        BinaryOp::BitXor => a ^ b,
        _ => return Err(Thrown::mismatch()),
    }))
}

fn shift(op: BinaryOp, left: &Value, right: &Value, a: &Number, b: &Number) -> Result<Value> {
    if matches!(b, Number::Double(_) | Number::Decimal(_)) {
        let shown = plain(right).unwrap_or_else(|| "".into());
        let message = format!(
            "Shift distance must be an integral type, but {shown} ({}) was supplied",
            right.class().name()
        );
        return Err(throw("UnsupportedOperationException", message));
    }
    let distance = b.int()?;
    let bits = distance.cast_unsigned();
    Ok(match (op, a) {
        (BinaryOp::ShiftLeft, Number::Int(n)) => Value::Int(n.wrapping_shl(bits)),
        (BinaryOp::ShiftRight, Number::Int(n)) => Value::Int(n.wrapping_shr(bits)),
        (_, Number::Int(n)) => Value::Int(n.cast_unsigned().wrapping_shr(bits).cast_signed()),
        (BinaryOp::ShiftLeft, Number::Long(n)) => Value::Long(n.wrapping_shl(bits)),
        (BinaryOp::ShiftRight, Number::Long(n)) => Value::Long(n.wrapping_shr(bits)),
        (_, Number::Long(n)) => Value::Long(n.cast_unsigned().wrapping_shr(bits).cast_signed()),
        _ => return Err(unsupported(op, left)),
    })
}

/// `-number`
pub(crate) fn negative(value: &Value) -> Option<Result<Value>> {
    if matches!(value, Value::Char(_)) {
        return None;
    }
    Some(Ok(match number(value)? {
        Number::Int(n) => Value::Int(n.wrapping_neg()),
        Number::Long(n) => Value::Long(n.wrapping_neg()),
        Number::Big(n) => Value::big(-&*n),
        Number::Decimal(n) => Value::decimal(n.negate()),
        #[expect(clippy::cast_possible_truncation, reason = "it was a float before")]
        Number::Double(n) if matches!(value, Value::Float(_)) => Value::Float(-n as f32),
        Number::Double(n) => Value::Double(-n),
    }))
}

/// `intdiv`
pub(crate) fn integer_division(left: &Value, right: &Value) -> Result<Value> {
    let (Some(a), Some(b)) = (number(left), number(right)) else {
        return Err(Thrown::mismatch());
    };
    Ok(match (&a, &b) {
        (Number::Double(_) | Number::Decimal(_), _)
        | (_, Number::Double(_) | Number::Decimal(_)) => {
            return Err(unsupported_named("intdiv()", left));
        }
        (Number::Big(_), _) | (_, Number::Big(_)) => {
            let (a, b) = (a.big()?, b.big()?);
            if b.sign() == Sign::NoSign {
                return Err(throw("ArithmeticException", "BigInteger divide by zero"));
            }
            Value::big(&*a / &*b)
        }
        (Number::Int(a), Number::Int(b)) => Value::Int(
            a.checked_div(*b)
                .or_else(|| wrapped(*b, *a))
                .ok_or_else(by_zero)?,
        ),
        _ => {
            let (a, b) = (a.long()?, b.long()?);
            Value::Long(
                a.checked_div(b)
                    .or_else(|| wrapped(b, a))
                    .ok_or_else(by_zero)?,
            )
        }
    })
}

/// The smallest number divided by -1 is itself.
fn wrapped<T: Default + PartialEq>(divisor: T, number: T) -> Option<T> {
    (divisor != T::default()).then_some(number)
}

/// `**`
pub(crate) fn power(vm: &mut Vm, left: &Value, right: &Value) -> Result<Value> {
    let (Some(base), Some(exponent)) = (number(left), number(right)) else {
        return Err(Thrown::mismatch());
    };
    if let (
        Value::Int(n),
        Value::Int(_)
        | Value::Long(_)
        | Value::BigInteger(_)
        | Value::Decimal(_)
        | Value::Double(_)
        | Value::Float(_)
        | Value::Byte(_)
        | Value::Short(_),
    ) = (right, left)
        && let Ok(power) = u32::try_from(*n)
    {
        let result = match &base {
            Number::Decimal(base) => Some(Value::decimal(base.pow(*n)?)),
            Number::Double(_) => None,
            base => Some(narrowed(&power_of(&*base.big()?, power)?, left)),
        };
        if let Some(result) = result {
            vm.step(match &result {
                Value::BigInteger(n) => n.bits() / 8,
                Value::Decimal(n) => n.weight() * 8,
                _ => 1,
            })?;
            return Ok(result);
        }
    }
    let answer = base.double().powf(exponent.double());
    #[expect(clippy::cast_possible_truncation, reason = "tried out")]
    let (int, long) = (answer as i32, answer as i64);
    #[expect(clippy::cast_precision_loss, reason = "tried out")]
    let back = long as f64;
    Ok(if f64::from(int) == answer {
        Value::Int(int)
    } else if back == answer {
        Value::Long(long)
    } else {
        Value::Double(answer)
    })
}

/// A power of an integer in its own type when it fits.
fn narrowed(number: &BigInt, like: &Value) -> Value {
    let narrow = match like {
        Value::Int(_) | Value::Short(_) | Value::Byte(_) => number.to_i32().map(Value::Int),
        Value::Long(_) => number.to_i64().map(Value::Long),
        _ => None,
    };
    narrow.unwrap_or_else(|| Value::big(number.clone()))
}

/// `next()` and `previous()`.
pub(crate) fn step(vm: &mut Vm, value: &Value, op: BinaryOp) -> Result<Value> {
    match value {
        Value::Char(unit) if matches!(op, BinaryOp::Plus) => Ok(Value::Char(unit.wrapping_add(1))),
        Value::Char(unit) => Ok(Value::Char(unit.wrapping_sub(1))),
        other => numeric(vm, op, other, &Value::Int(1)).unwrap_or_else(|| Err(Thrown::mismatch())),
    }
}

fn by_zero() -> Thrown {
    throw("ArithmeticException", "/ by zero")
}

/// The exception for an operation that a class of numbers lacks.
pub(super) fn unsupported(op: BinaryOp, left: &Value) -> Thrown {
    let name = super::method(op).unwrap_or_default();
    unsupported_named(&format!("{name}()"), left)
}

fn unsupported_named(operation: &str, left: &Value) -> Thrown {
    let shown = plain(left).unwrap_or_else(|| "".into());
    let message = format!(
        "Cannot use {operation} on this number type: {} with value: {shown}",
        left.class().name()
    );
    throw("UnsupportedOperationException", message)
}

/// `~number`
pub(crate) fn complement(value: &Value) -> Result<Value> {
    match number(value) {
        Some(Number::Int(n)) => Ok(Value::Int(!n)),
        Some(Number::Long(n)) => Ok(Value::Long(!n)),
        Some(Number::Big(n)) => Ok(Value::BigInteger(Rc::new(!&*n))),
        _ => Err(unsupported_named("bitwiseNegate()", value)),
    }
}
