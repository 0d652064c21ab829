//! Loops that numbers make.

use crate::ast::BinaryOp;
use crate::library::params;
use crate::ops::arith;
use crate::ops::number::is_number;
use crate::ops::text::plain;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `times { }`
pub(super) fn times(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    for index in 0..params::number(this)? {
        vm.step(1)?;
        vm.call(closure, &[Value::Int(index)])?;
    }
    Ok(Value::Null)
}

/// `upto(last) { }`
pub(super) fn upto(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [last, closure @ Value::Closure(_)] if is_number(last) => {
            if vm.compare(this, last)?.is_gt() {
                return Err(wrong_way("upto", "less", this, last));
            }
            walk(vm, this, last, &Value::Int(1), closure)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `downto(last) { }`
pub(super) fn downto(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [last, closure @ Value::Closure(_)] if is_number(last) => {
            if vm.compare(this, last)?.is_lt() {
                return Err(wrong_way("downto", "greater", this, last));
            }
            walk(vm, this, last, &Value::Int(-1), closure)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `step(end, by) { }`: the end is left out.
pub(super) fn step(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [end, by, closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    if !is_number(end) || !is_number(by) {
        return Err(Thrown::mismatch());
    }
    let direction = vm.compare(by, &Value::Int(0))?;
    let ahead = vm.compare(end, this)?;
    if ahead.is_eq() {
        return Ok(Value::Null);
    }
    if direction != ahead {
        let message = format!(
            "Infinite loop in {}.step({}, {})",
            show(this),
            show(end),
            show(by)
        );
        return Err(throw("GroovyRuntimeException", message));
    }
    let mut at = this.clone();
    while vm.compare(end, &at)? == direction {
        vm.step(1)?;
        vm.call(closure, std::slice::from_ref(&at))?;
        at = arith::binary(vm, BinaryOp::Plus, &at, by)?;
    }
    Ok(Value::Null)
}

fn walk(vm: &mut Vm, first: &Value, last: &Value, by: &Value, closure: &Value) -> Result<Value> {
    let past = vm.compare(by, &Value::Int(0))?;
    let mut at = first.clone();
    while vm.compare(&at, last)? != past {
        vm.step(1)?;
        vm.call(closure, std::slice::from_ref(&at))?;
        if vm.compare(&at, last)?.is_eq() {
            break;
        }
        at = arith::binary(vm, BinaryOp::Plus, &at, by)?;
    }
    Ok(Value::Null)
}

fn wrong_way(name: &str, than: &str, this: &Value, last: &Value) -> Thrown {
    let message = format!(
        "The argument ({}) to {name}() cannot be {than} than the value ({}) it's called on.",
        show(last),
        show(this)
    );
    throw("GroovyRuntimeException", message)
}

fn show(value: &Value) -> String {
    plain(value).map_or_else(String::new, |text| text.as_str().to_owned())
}
