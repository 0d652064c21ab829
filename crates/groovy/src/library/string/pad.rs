//! Filling up and repeating.

use crate::library::params;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Which sides are filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Both,
}

pub(super) fn pad_left(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    filled(vm, this, args, Side::Left)
}

pub(super) fn pad_right(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    filled(vm, this, args, Side::Right)
}

pub(super) fn center(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    filled(vm, this, args, Side::Both)
}

fn filled(vm: &mut Vm, this: &Value, args: &[Value], side: Side) -> Result<Value> {
    let (width, padding) = match args {
        [width] => (width, " ".into()),
        [width, padding] => (width, params::text(vm, padding)?),
        _ => return Err(Thrown::mismatch()),
    };
    let text = params::text(vm, this)?;
    let width = usize::try_from(params::number(width)?).unwrap_or(0);
    let Some(missing @ 1..) = width.checked_sub(text.units()) else {
        return Ok(Value::Str(text));
    };
    vm.reserve(missing.saturating_mul(4))?;
    vm.step(1 + missing as u64 / 16)?;
    let (left, right) = match side {
        Side::Left => (missing, 0),
        Side::Right => (0, missing),
        Side::Both => (missing / 2, missing - missing / 2),
    };
    let fill = |count: usize| -> String {
        if padding.is_empty() {
            return String::new();
        }
        padding.chars().cycle().take(count).collect()
    };
    Ok(Value::text(format!("{}{text}{}", fill(left), fill(right))))
}

/// `text * times`
pub(super) fn multiply(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [times] = args else {
        return Err(Thrown::mismatch());
    };
    let times = params::number(times)?;
    let Ok(count) = usize::try_from(times) else {
        let message =
            format!("multiply() should be called with a number of 0 or greater not: {times}");
        return Err(throw("IllegalArgumentException", message));
    };
    let text = params::text(vm, this)?;
    let bytes = text.len().saturating_mul(count);
    vm.reserve(bytes)?;
    vm.step(1 + bytes as u64 / 64)?;
    Ok(Value::text(text.repeat(count)))
}
