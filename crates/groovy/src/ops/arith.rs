//! Arithmetic and the other operators that values overload.

use crate::ast::{BinaryOp, UnaryOp};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `left op right` of every operator except `&&`, `||`, `in`, `=~`, `==~`, `===` and comparisons.
///
/// # Errors
/// What the operation throws; `MissingMethodException` when the left side has no such method.
pub fn binary(vm: &mut Vm, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
    match (op, left, right) {
        (BinaryOp::Plus, Value::Int(a), Value::Int(b)) => Ok(Value::Int(a.wrapping_add(*b))),
        (BinaryOp::Minus, Value::Int(a), Value::Int(b)) => Ok(Value::Int(a.wrapping_sub(*b))),
        _ => match method(op) {
            Some(name) => vm.invoke(left, name, std::slice::from_ref(right)),
            None => Err(Thrown::mismatch()),
        },
    }
}

/// `-a`, `+a`, `~a`.
///
/// # Errors
/// What the operation throws.
pub fn unary(vm: &mut Vm, op: UnaryOp, value: &Value) -> Result<Value> {
    let name = match op {
        UnaryOp::Minus => "negative",
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
