//! `Double` and `Float`.

use crate::class::{Constant, Function, Method};
use crate::library::number::common::order;
use crate::library::number::parse;
use crate::library::params;
use crate::ops::compare::doubles;
use crate::ops::float::{double_text, float_text};
use crate::ops::number::double_value;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static DOUBLE_CONSTANTS: &[(&str, Constant)] = &[
    ("MAX_VALUE", || Value::Double(f64::MAX)),
    ("MIN_VALUE", || Value::Double(f64::from_bits(1))),
    ("NaN", || Value::Double(f64::NAN)),
    ("POSITIVE_INFINITY", || Value::Double(f64::INFINITY)),
    ("NEGATIVE_INFINITY", || Value::Double(f64::NEG_INFINITY)),
];

pub(super) static FLOAT_CONSTANTS: &[(&str, Constant)] = &[
    ("MAX_VALUE", || Value::Float(f32::MAX)),
    ("MIN_VALUE", || Value::Float(f32::from_bits(1))),
    ("NaN", || Value::Float(f32::NAN)),
    ("POSITIVE_INFINITY", || Value::Float(f32::INFINITY)),
    ("NEGATIVE_INFINITY", || Value::Float(f32::NEG_INFINITY)),
];

pub(super) static DOUBLE_STATICS: &[(&str, Function)] = &[
    ("parseDouble", new_double),
    ("valueOf", new_double),
    ("toString", |_, args| {
        Ok(Value::text(double_text(one(args)?)))
    }),
    ("compare", |_, args| match args {
        [a, b] => {
            let (a, b) = (params::double(a)?, params::double(b)?);
            Ok(Value::Int(order(doubles(a, b))))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("isNaN", |_, args| Ok(Value::Bool(one(args)?.is_nan()))),
    ("isInfinite", |_, args| {
        Ok(Value::Bool(one(args)?.is_infinite()))
    }),
    ("isFinite", |_, args| {
        Ok(Value::Bool(one(args)?.is_finite()))
    }),
    ("max", |_, args| two(args, f64::max)),
    ("min", |_, args| two(args, f64::min)),
    ("sum", |_, args| two(args, |a, b| a + b)),
    ("doubleToLongBits", |_, args| {
        Ok(Value::Long(one(args)?.to_bits().cast_signed()))
    }),
];

pub(super) static FLOAT_STATICS: &[(&str, Function)] = &[
    ("parseFloat", new_float),
    ("valueOf", new_float),
    ("toString", |_, args| match args {
        [Value::Float(n)] => Ok(Value::text(float_text(*n))),
        _ => Err(Thrown::mismatch()),
    }),
    ("isNaN", |_, args| Ok(Value::Bool(one(args)?.is_nan()))),
    ("isInfinite", |_, args| {
        Ok(Value::Bool(one(args)?.is_infinite()))
    }),
    ("floatToIntBits", |_, args| match args {
        [Value::Float(n)] => Ok(Value::Int(n.to_bits().cast_signed())),
        _ => Err(Thrown::mismatch()),
    }),
];

pub(super) static METHODS: &[(&str, Method)] = &[
    ("isNaN", |_, this, _| {
        Ok(Value::Bool(number(this)?.is_nan()))
    }),
    ("isInfinite", |_, this, _| {
        Ok(Value::Bool(number(this)?.is_infinite()))
    }),
    ("round", round),
    ("trunc", trunc),
];

/// `new Double(…)`
pub(super) fn new_double(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null] => Err(throw_bare("NullPointerException")),
        [text] if params::is_text(text) => {
            Ok(Value::Double(parse::double(&params::text(vm, text)?)?))
        }
        [number] => Ok(Value::Double(params::double(number)?)),
        _ => Err(Thrown::mismatch()),
    }
}

/// `new Float(…)`
#[expect(clippy::cast_possible_truncation, reason = "rounds, as Java does")]
pub(super) fn new_float(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null] => Err(throw_bare("NullPointerException")),
        [text] if params::is_text(text) => {
            Ok(Value::Float(parse::float(&params::text(vm, text)?)?))
        }
        [number] => Ok(Value::Float(params::double(number)? as f32)),
        _ => Err(Thrown::mismatch()),
    }
}

fn number(this: &Value) -> Result<f64> {
    double_value(this).ok_or_else(Thrown::mismatch)
}

fn one(args: &[Value]) -> Result<f64> {
    match args {
        [number] => params::double(number),
        _ => Err(Thrown::mismatch()),
    }
}

fn two(args: &[Value], apply: fn(f64, f64) -> f64) -> Result<Value> {
    match args {
        [a, b] => Ok(Value::Double(apply(params::double(a)?, params::double(b)?))),
        _ => Err(Thrown::mismatch()),
    }
}

/// `Math.round`: halves go up.
pub(crate) fn rounded(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// `round()` and `round(digits)`
#[expect(clippy::cast_possible_truncation, reason = "saturates, as in Java")]
fn round(_: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match (this, args) {
        (Value::Float(n), []) => Ok(Value::Int(rounded(f64::from(*n)) as i32)),
        (Value::Double(n), []) => Ok(Value::Long(rounded(*n) as i64)),
        (_, [digits]) => {
            let power = 10_f64.powi(params::int(digits)?);
            let moved = (number(this)? * power + 0.5).floor() / power;
            Ok(like(this, moved))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `trunc()` and `trunc(digits)`
fn trunc(_: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let number = number(this)?;
    match args {
        [] => Ok(like(this, number.trunc())),
        [digits] => {
            let power = 10_f64.powi(params::int(digits)?);
            Ok(like(this, (number * power).trunc() / power))
        }
        _ => Err(Thrown::mismatch()),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it was a float before")]
fn like(this: &Value, number: f64) -> Value {
    match this {
        Value::Float(_) => Value::Float(number as f32),
        _ => Value::Double(number),
    }
}
