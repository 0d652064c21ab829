//! Numbers and other values out of text.

use crate::library::number::parse;
use crate::library::params;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A conversion of the trimmed text.
fn parsed(vm: &mut Vm, this: &Value, parse: fn(&str) -> Result<Value>) -> Result<Value> {
    let text = params::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    parse(trimmed(&text))
}

/// `trim()`
pub(super) fn trimmed(text: &Str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

pub(super) fn to_integer(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| parse::integer(text).map(Value::Int))
}

pub(super) fn to_long(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| parse::long(text).map(Value::Long))
}

pub(super) fn to_short(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| parse::short(text).map(Value::Short))
}

pub(super) fn to_double(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| parse::double(text).map(Value::Double))
}

pub(super) fn to_float(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| parse::float(text).map(Value::Float))
}

pub(super) fn to_big_decimal(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| parse::decimal(text).map(Value::decimal))
}

pub(super) fn to_big_integer(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| parse::big(text, 10).map(Value::big))
}

/// `toBoolean()`: true for `true`, `y` and `1`.
pub(super) fn to_boolean(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    parsed(vm, this, |text| {
        let yes = ["true", "y", "1"];
        Ok(Value::Bool(
            yes.iter().any(|yes| text.eq_ignore_ascii_case(yes)),
        ))
    })
}

pub(super) fn to_character(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    text.unit(0).map(Value::Char).ok_or_else(Thrown::mismatch)
}

/// Whether a conversion would succeed.
fn converts(vm: &mut Vm, this: &Value, parse: fn(&str) -> Result<Value>) -> Result<Value> {
    let succeeds = parsed(vm, this, parse);
    match succeeds {
        Ok(_) => Ok(Value::Bool(true)),
        Err(Thrown(why)) => match *why {
            crate::thrown::Why::Limit(limit) => Err(Thrown::limit(limit)),
            _ => Ok(Value::Bool(false)),
        },
    }
}

pub(super) fn is_integer(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    converts(vm, this, |text| parse::integer(text).map(Value::Int))
}

pub(super) fn is_long(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    converts(vm, this, |text| parse::long(text).map(Value::Long))
}

pub(super) fn is_double(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    converts(vm, this, |text| parse::double(text).map(Value::Double))
}

pub(super) fn is_big_decimal(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    converts(vm, this, |text| parse::decimal(text).map(Value::decimal))
}

pub(super) fn is_big_integer(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    converts(vm, this, |text| parse::big(text, 10).map(Value::big))
}
