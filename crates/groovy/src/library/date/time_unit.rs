//! `java.util.concurrent.TimeUnit`

use std::time::Duration;

use crate::library::enumeration::{Constant, enumeration};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::args::long;

enumeration! {
    /// `java.util.concurrent.TimeUnit`
    pub(super) TIME_UNIT UNITS "java.util.concurrent.TimeUnit"
    [NANOSECONDS, MICROSECONDS, MILLISECONDS, SECONDS, MINUTES, HOURS, DAYS]
    statics []
    methods [
        ("toNanos", |_, this, args| convert(this, args, 0)),
        ("toMicros", |_, this, args| convert(this, args, 1)),
        ("toMillis", |_, this, args| convert(this, args, 2)),
        ("toSeconds", |_, this, args| convert(this, args, 3)),
        ("toMinutes", |_, this, args| convert(this, args, 4)),
        ("toHours", |_, this, args| convert(this, args, 5)),
        ("toDays", |_, this, args| convert(this, args, 6)),
        ("convert", convert_from),
        ("sleep", sleep),
    ]
}

/// Nanoseconds of each unit.
const NANOS: [i128; 7] = [
    1,
    1000,
    1_000_000,
    1_000_000_000,
    60_000_000_000,
    3_600_000_000_000,
    86_400_000_000_000,
];

fn nanos(index: usize) -> i128 {
    NANOS.get(index).copied().unwrap_or(1)
}

fn unit(value: &Value) -> Result<usize> {
    let unit = Constant::of(value, &TIME_UNIT).ok_or_else(Thrown::mismatch)?;
    usize::try_from(unit.ordinal).map_err(|_| Thrown::mismatch())
}

/// Whole units; what is too large is the largest number.
fn converted(amount: i64, from: usize, to: usize) -> i64 {
    let amount = i128::from(amount) * nanos(from) / nanos(to);
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

fn convert(this: &Value, args: &[Value], to: usize) -> Result<Value> {
    let [amount] = args else {
        return Err(Thrown::mismatch());
    };
    let amount = long(amount).ok_or_else(Thrown::mismatch)?;
    Ok(Value::Long(converted(amount, unit(this)?, to)))
}

fn convert_from(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [amount, from] = args else {
        return Err(Thrown::mismatch());
    };
    let amount = long(amount).ok_or_else(Thrown::mismatch)?;
    Ok(Value::Long(converted(amount, unit(from)?, unit(this)?)))
}

fn sleep(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [amount] = args else {
        return Err(Thrown::mismatch());
    };
    let amount = long(amount).ok_or_else(Thrown::mismatch)?;
    let nanos = u64::try_from(converted(amount, unit(this)?, 0)).unwrap_or(0);
    vm.host()
        .sleep(Duration::from_nanos(nanos))
        .map_err(Thrown::limit)?;
    Ok(Value::Null)
}
