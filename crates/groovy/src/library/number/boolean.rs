//! `Boolean`.

use crate::class::{Constant, Function, Method};
use crate::library::number::common::order;
use crate::library::params;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static CONSTANTS: &[(&str, Constant)] = &[
    ("TRUE", || Value::Bool(true)),
    ("FALSE", || Value::Bool(false)),
];

pub(super) static STATICS: &[(&str, Function)] = &[
    ("parseBoolean", new),
    ("valueOf", new),
    ("toString", |_, args| match args {
        [Value::Bool(yes)] => Ok(Value::text(yes.to_string())),
        _ => Err(Thrown::mismatch()),
    }),
    ("compare", |_, args| match args {
        [Value::Bool(a), Value::Bool(b)] => Ok(Value::Int(order(a.cmp(b)))),
        _ => Err(Thrown::mismatch()),
    }),
    ("logicalAnd", |vm, args| two(vm, args, |a, b| a & b)),
    ("logicalOr", |vm, args| two(vm, args, |a, b| a | b)),
    ("logicalXor", |vm, args| two(vm, args, |a, b| a ^ b)),
];

pub(super) static METHODS: &[(&str, Method)] = &[
    ("booleanValue", |_, this, _| Ok(this.clone())),
    ("toBoolean", |_, this, _| Ok(this.clone())),
    ("and", |vm, this, args| with(vm, this, args, |a, b| a & b)),
    ("or", |vm, this, args| with(vm, this, args, |a, b| a | b)),
    ("xor", |vm, this, args| with(vm, this, args, |a, b| a ^ b)),
    ("implies", |vm, this, args| {
        with(vm, this, args, |a, b| !a | b)
    }),
    ("compareTo", |_, this, args| match (this, args) {
        (Value::Bool(a), [Value::Bool(b)]) => Ok(Value::Int(order(a.cmp(b)))),
        _ => Err(Thrown::mismatch()),
    }),
];

/// `new Boolean(…)`: true for `true` in any case.
pub(super) fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(match args {
        [Value::Bool(yes)] => *yes,
        [Value::Null] => false,
        [text] => params::text(vm, text)?.eq_ignore_ascii_case("true"),
        _ => return Err(Thrown::mismatch()),
    }))
}

fn two(vm: &mut Vm, args: &[Value], apply: fn(bool, bool) -> bool) -> Result<Value> {
    match args {
        [a, b] => with(vm, a, std::slice::from_ref(b), apply),
        _ => Err(Thrown::mismatch()),
    }
}

fn with(_: &mut Vm, this: &Value, args: &[Value], apply: fn(bool, bool) -> bool) -> Result<Value> {
    match (this, args) {
        (Value::Bool(a), [Value::Bool(b)]) => Ok(Value::Bool(apply(*a, *b))),
        (Value::Bool(a), [Value::Null]) => Ok(Value::Bool(apply(*a, false))),
        _ => Err(Thrown::mismatch()),
    }
}
