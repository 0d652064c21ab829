//! Arguments of methods on dates.

use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::locale::Locale;
use super::moment::Moment;
use super::time_zone::zone_of;
use super::zone::Zone;

/// A whole number.
pub(crate) fn long(value: &Value) -> Option<i64> {
    match value {
        Value::Byte(n) => Some(i64::from(*n)),
        Value::Short(n) => Some(i64::from(*n)),
        Value::Int(n) => Some(i64::from(*n)),
        Value::Long(n) => Some(*n),
        _ => None,
    }
}

/// An `Integer`.
#[expect(clippy::cast_possible_truncation, reason = "as Java's cast does")]
pub(crate) fn int(number: i64) -> Value {
    Value::Int(number as i32)
}

/// All arguments, when they are whole numbers.
pub(crate) fn longs(args: &[Value]) -> Option<Vec<i64>> {
    args.iter().map(long).collect()
}

/// The milliseconds of a `Date` or `Calendar`.
pub(crate) fn millis(value: &Value) -> Option<i64> {
    if let Some(moment) = value.downcast::<Moment>() {
        return Some(moment.millis.get());
    }
    let calendar = value.downcast::<super::calendar::Calendar>()?;
    Some(calendar.millis())
}

/// The default zone of the run.
pub(crate) fn default_zone(vm: &Vm) -> Zone {
    Zone::lenient(&vm.host().time_zone())
}

/// Pattern, zone and locale among arguments, in whatever order overloads have them.
pub(crate) fn zone_and_locale(vm: &Vm, args: &[Value]) -> Result<(Zone, Locale)> {
    let mut zone = None;
    let mut locale = None;
    for arg in args {
        if let Some(one) = zone_of(arg) {
            zone = Some(one);
        } else if let Some(one) = arg.downcast::<Locale>() {
            locale = Some(one.clone());
        } else {
            return Err(Thrown::mismatch());
        }
    }
    Ok((
        zone.unwrap_or_else(|| default_zone(vm)),
        locale.unwrap_or_else(Locale::us),
    ))
}
