//! Arithmetic and the other operators that values overload.

mod numeric;

use std::rc::Rc;

use crate::ast::{BinaryOp, UnaryOp};
use crate::gstring::GString;
use crate::ops::ambiguous::ambiguous;
use crate::ops::number::{is_number, number};
use crate::ops::text;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(crate) use numeric::{complement, integer_division, negative, numeric, step};

/// `left op right` of every operator except `&&`, `||`, `in`, `=~`, `==~`, `===` and comparisons.
///
/// # Errors
/// What the operation throws; `MissingMethodException` when the left side has no such method.
#[inline]
pub fn binary(vm: &mut Vm, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
    if let (Value::Int(a), Value::Int(b)) = (left, right) {
        match op {
            BinaryOp::Plus => return Ok(Value::Int(a.wrapping_add(*b))),
            BinaryOp::Minus => return Ok(Value::Int(a.wrapping_sub(*b))),
            BinaryOp::Multiply => return Ok(Value::Int(a.wrapping_mul(*b))),
            _ => {}
        }
    }
    any(vm, op, left, right)
}

fn any(vm: &mut Vm, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
    if let Some(result) = numeric(vm, op, left, right) {
        return result;
    }
    if right.is_null()
        && let Some(thrown) = with_null(op, left)
    {
        return Err(thrown);
    }
    match (op, left, right) {
        (BinaryOp::Plus, Value::Str(_), _) => return concat(vm, left, right),
        (BinaryOp::Plus, Value::GString(_), _) => return plus_gstring(vm, left, right),
        (BinaryOp::Plus, Value::Null, Value::Str(_) | Value::GString(_)) => {
            return concat(vm, left, right);
        }
        (BinaryOp::Plus, Value::Null, _) => {
            let right = vm.to_string(right)?;
            let message = format!("Cannot execute null+{right}");
            return Err(throw("NullPointerException", message));
        }
        (BinaryOp::BitAnd, Value::Bool(a), Value::Bool(b)) => return Ok(Value::Bool(*a & *b)),
        (BinaryOp::BitOr, Value::Bool(a), Value::Bool(b)) => return Ok(Value::Bool(*a | *b)),
        (BinaryOp::BitXor, Value::Bool(a), Value::Bool(b)) => return Ok(Value::Bool(*a ^ *b)),
        _ => {}
    }
    match method(op) {
        Some(name) => vm.invoke(left, name, std::slice::from_ref(right)),
        None => Err(Thrown::mismatch()),
    }
}

/// Why a number or character and `null` cannot be combined; `None` when the left side is neither.
/// Several overloads take `null` in the four basic operations; the others ask it for its value.
pub(crate) fn with_null(op: BinaryOp, left: &Value) -> Option<Thrown> {
    number(left)?;
    let mut prototypes = vec!["class java.lang.Character", "class java.lang.Number"];
    match op {
        BinaryOp::Plus if is_number(left) => {
            prototypes.insert(1, "class java.lang.String");
            if matches!(left, Value::Decimal(_)) {
                prototypes.push("class java.math.MathContext");
            }
        }
        BinaryOp::Plus | BinaryOp::Minus | BinaryOp::Multiply | BinaryOp::Divide => {}
        // A class of numbers that lacks the operation says so before it looks at the other side.
        BinaryOp::Remainder | BinaryOp::ShiftLeft | BinaryOp::ShiftRight
            if matches!(left, Value::Decimal(_)) =>
        {
            return Some(numeric::unsupported(op, left));
        }
        _ => return Some(throw_bare("NullPointerException")),
    }
    let method = format!("{}#{}", left.class().name(), method(op)?);
    Some(ambiguous(&method, &[Value::Null], &prototypes))
}

/// Both texts, one after the other.
///
/// # Errors
/// What `toString` of either throws, and when there is too much text.
pub(crate) fn concat(vm: &mut Vm, left: &Value, right: &Value) -> Result<Value> {
    let start = match left {
        Value::Str(text) => text.len(),
        _ => 0,
    };
    vm.reserve(start)?;
    vm.step(1 + start as u64 / 256)?;
    let mut out = String::with_capacity(start + 16);
    text::write_text(vm, &mut out, left)?;
    text::write_text(vm, &mut out, right)?;
    Ok(Value::text(out))
}

/// A `GString` and a string stay a `GString`; with anything else it becomes a string.
pub(crate) fn plus_gstring(vm: &mut Vm, left: &Value, right: &Value) -> Result<Value> {
    let joined = match (left, right) {
        (Value::GString(a), Value::GString(b)) => a.joined(b),
        (Value::GString(a), Value::Str(b)) => a.joined(&GString::from(b)),
        _ => return concat(vm, left, right),
    };
    vm.step(joined.values.len() as u64)?;
    vm.reserve(joined.strings.len().saturating_mul(32))?;
    Ok(Value::GString(Rc::new(joined)))
}

/// `-a`, `+a`, `~a`.
///
/// # Errors
/// What the operation throws.
pub fn unary(vm: &mut Vm, op: UnaryOp, value: &Value) -> Result<Value> {
    let name = match op {
        UnaryOp::Minus => {
            if let Some(result) = negative(value) {
                return result;
            }
            "negative"
        }
        UnaryOp::Plus => "positive",
        UnaryOp::BitNot => "bitwiseNegate",
        UnaryOp::Not => return Ok(Value::Bool(!vm.truth(value)?)),
    };
    vm.invoke(value, name, &[])
}

/// The method an operator calls.
#[must_use]
pub fn method(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Plus => "plus",
        BinaryOp::Minus => "minus",
        BinaryOp::Multiply => "multiply",
        BinaryOp::Divide => "div",
        BinaryOp::Remainder => "mod",
        BinaryOp::Power => "power",
        BinaryOp::BitAnd => "and",
        BinaryOp::BitOr => "or",
        BinaryOp::BitXor => "xor",
        BinaryOp::ShiftLeft => "leftShift",
        BinaryOp::ShiftRight => "rightShift",
        BinaryOp::ShiftRightUnsigned => "rightShiftUnsigned",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
