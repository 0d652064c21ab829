//! Members of every number.

use std::cmp::Ordering;

use crate::ast::{BinaryOp, UnaryOp};
use crate::class::{Class, Method};
use crate::library::number::{BIG_DECIMAL, BIG_INTEGER, BYTE, FLOAT, INTEGER, LONG, SHORT, loops};
use crate::library::params;
use crate::ops::arith;
use crate::ops::cast::{as_type, is};
use crate::ops::number::{is_number, number};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A method that is an operator.
macro_rules! operator {
    ($op:ident) => {
        |vm, this, args| match args {
            [right] => operate(vm, BinaryOp::$op, this, right),
            _ => Err(Thrown::mismatch()),
        }
    };
}

/// A conversion to another class of numbers.
macro_rules! to {
    ($class:ident) => {
        |vm, this, args| match args {
            [] => converted(vm, this, &$class),
            _ => Err(Thrown::mismatch()),
        }
    };
}

pub(super) static METHODS: &[(&str, Method)] = &[
    ("plus", operator!(Plus)),
    ("minus", operator!(Minus)),
    ("multiply", operator!(Multiply)),
    ("div", operator!(Divide)),
    ("mod", operator!(Remainder)),
    ("power", operator!(Power)),
    ("and", operator!(BitAnd)),
    ("or", operator!(BitOr)),
    ("xor", operator!(BitXor)),
    ("leftShift", operator!(ShiftLeft)),
    ("rightShift", operator!(ShiftRight)),
    ("rightShiftUnsigned", operator!(ShiftRightUnsigned)),
    ("intdiv", |_, this, args| match args {
        [right] => arith::integer_division(this, right),
        _ => Err(Thrown::mismatch()),
    }),
    ("negative", negate),
    ("unaryMinus", negate),
    ("positive", itself),
    ("unaryPlus", itself),
    ("bitwiseNegate", |_, this, _| arith::complement(this)),
    ("next", |vm, this, _| arith::step(vm, this, BinaryOp::Plus)),
    ("previous", |vm, this, _| {
        arith::step(vm, this, BinaryOp::Minus)
    }),
    ("abs", abs),
    ("intValue", to!(INTEGER)),
    ("longValue", to!(LONG)),
    ("shortValue", to!(SHORT)),
    ("byteValue", to!(BYTE)),
    ("doubleValue", double_value),
    ("floatValue", to!(FLOAT)),
    ("toInteger", to!(INTEGER)),
    ("toLong", to!(LONG)),
    ("toDouble", double_value),
    ("toFloat", to!(FLOAT)),
    ("toBigDecimal", to!(BIG_DECIMAL)),
    ("toBigInteger", to!(BIG_INTEGER)),
    ("compareTo", compare_to),
    ("times", loops::times),
    ("upto", loops::upto),
    ("downto", loops::downto),
    ("step", loops::step),
];

fn operate(vm: &mut Vm, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
    if let Some(result) = arith::numeric(vm, op, left, right) {
        return result;
    }
    match (op, right) {
        (BinaryOp::Plus, Value::Str(_) | Value::GString(_)) => arith::concat(vm, left, right),
        (op, Value::Null) => Err(arith::with_null(op, left).unwrap_or_else(Thrown::mismatch)),
        _ => Err(Thrown::mismatch()),
    }
}

fn itself(_: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    Ok(this.clone())
}

fn negate(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    match arith::negative(this) {
        Some(result) => result,
        None => arith::unary(vm, UnaryOp::Minus, this),
    }
}

fn abs(_: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    Ok(match this {
        Value::Int(n) => Value::Int(n.wrapping_abs()),
        Value::Long(n) => Value::Long(n.wrapping_abs()),
        Value::Byte(n) => Value::Int(i32::from(*n).abs()),
        Value::Short(n) => Value::Int(i32::from(*n).abs()),
        Value::Float(n) => Value::Float(n.abs()),
        Value::Double(n) => Value::Double(n.abs()),
        Value::BigInteger(n) => Value::big(num_bigint::BigInt::from(n.magnitude().clone())),
        Value::Decimal(n) => Value::decimal(n.abs()),
        _ => return Err(Thrown::mismatch()),
    })
}

/// `toX()` and `xValue()`: decimals of floats are made by their text.
fn converted(vm: &mut Vm, this: &Value, class: &'static Class) -> Result<Value> {
    if is(class, &BIG_DECIMAL) || is(class, &BIG_INTEGER) {
        let to = crate::class::ClassRef::Native(class);
        return as_type(vm, this, &to);
    }
    crate::ops::cast::convert_number(this, class)
}

fn double_value(_: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    let number = number(this).ok_or_else(Thrown::mismatch)?;
    Ok(Value::Double(number.double()))
}

fn compare_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [other] if is_number(other) || matches!(other, Value::Char(_)) => {
            Ok(Value::Int(order(vm.compare(this, other)?)))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// -1, 0 or 1.
pub(crate) fn order(order: Ordering) -> i32 {
    order as i32
}

/// One `int` argument.
pub(super) fn one_int(values: &[Value]) -> Result<i32> {
    match values {
        [value] => params::int(value),
        _ => Err(Thrown::mismatch()),
    }
}
