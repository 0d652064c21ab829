//! What the classes of dates and times have in common.

use std::cmp::Ordering;

use crate::class::ClassRef;
use crate::library::date::{int, long, longs};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::classes;
use super::duration::Duration;
use super::fields::{self, field_name, unit_name};
use super::period::Period;
use super::temporal::{DAY, Kind, Temporal, from_local_nanos, local_nanos};
use super::{calendar, formatter, print, zone_id};

impl Object for Temporal {
    fn class(&self) -> ClassRef {
        ClassRef::Native(classes::class(self.kind))
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(print::text(self).into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| same(self, other)))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| same(self, other))
    }

    fn hash(&self) -> Option<i32> {
        Some(hash(self))
    }

    fn compare(&self, _vm: &mut Vm, other: &Value) -> Result<Option<Ordering>> {
        let other = other
            .downcast::<Self>()
            .filter(|other| other.kind == self.kind);
        Ok(other.map(|other| order(self, other)))
    }
}

fn same(a: &Temporal, b: &Temporal) -> bool {
    let id = |of: &Temporal| of.zone.as_ref().map(|zone| zone.id().to_owned());
    a.kind == b.kind && a.at == b.at && a.offset == b.offset && id(a) == id(b)
}

/// By the moment, then by what the clock shows.
fn order(a: &Temporal, b: &Temporal) -> Ordering {
    a.nanos().cmp(&b.nanos()).then(a.at.cmp(&b.at))
}

/// Java's hash code.
#[expect(clippy::cast_possible_truncation, reason = "a hash")]
fn hash(of: &Temporal) -> i32 {
    let fold = |number: i64| (number ^ (number.cast_unsigned() >> 32).cast_signed()) as i32;
    let nanos = local_nanos(of.at);
    let date = || {
        let year = i32::from(of.at.year());
        let (month, day) = (i32::from(of.at.month()), i32::from(of.at.day()));
        (year & !0x7ff) ^ ((year << 11) + (month << 6) + day)
    };
    let time = || fold(nanos.rem_euclid(DAY) as i64);
    match of.kind {
        Kind::Date => date(),
        Kind::Time => time(),
        Kind::DateTime => date() ^ time(),
        Kind::Instant => {
            let seconds = nanos.div_euclid(1_000_000_000) as i64;
            fold(seconds).wrapping_add(51_i32.wrapping_mul(of.at.subsec_nanosecond()))
        }
        Kind::Offset => date() ^ time() ^ of.offset,
        Kind::Zoned => {
            let id = of.zone.as_ref().map_or("", |zone| zone.id());
            date() ^ time() ^ of.offset ^ Str::from(id).java_hash().rotate_left(3)
        }
    }
}

/// A date or time as a value.
pub(super) fn value(temporal: Temporal) -> Value {
    Value::object(temporal)
}

/// The date or time that a value is.
pub(super) fn temporal(value: &Value) -> Result<&Temporal> {
    match value {
        Value::Null => Err(throw_bare("NullPointerException")),
        value => value.downcast().ok_or_else(Thrown::mismatch),
    }
}

/// A field as an `int`.
pub(super) fn number(this: &Value, field: &str) -> Result<Value> {
    let found = fields::get(temporal(this)?, field);
    Ok(int(found.ok_or_else(|| fields::unsupported_field(field))?))
}

/// `plusDays(n)` and the like.
pub(super) fn plus_units(this: &Value, args: &[Value], sign: i64, unit: &str) -> Result<Value> {
    let [amount] = args else {
        return Err(Thrown::mismatch());
    };
    let amount = long(amount).ok_or_else(Thrown::mismatch)?;
    let of = temporal(this)?;
    let moved = of.plus(
        amount
            .checked_mul(sign)
            .ok_or_else(super::temporal::too_far)?,
        unit,
    )?;
    Ok(value(moved))
}

/// `plus(n, unit)`, `plus(duration)`, `plus(period)`; a whole number means days or seconds.
pub(super) fn plus(this: &Value, args: &[Value], sign: i64) -> Result<Value> {
    let of = temporal(this)?;
    let moved = match args {
        [_, unit] => {
            return plus_units(
                this,
                args.get(..1).unwrap_or_default(),
                sign,
                unit_name(unit)?,
            );
        }
        [amount] => {
            if let Some(duration) = amount.downcast::<Duration>() {
                let (seconds, nanos) = duration.parts();
                of.plus(seconds * sign, "SECONDS")?
                    .plus(nanos * sign, "NANOS")?
            } else if let Some(period) = amount.downcast::<Period>() {
                let months = period.years * 12 + period.months;
                of.plus(months * sign, "MONTHS")?
                    .plus(period.days * sign, "DAYS")?
            } else {
                return Err(Thrown::mismatch());
            }
        }
        _ => return Err(Thrown::mismatch()),
    };
    Ok(value(moved))
}

/// `withDayOfMonth(n)` and the like.
pub(super) fn with_number(this: &Value, args: &[Value], field: &str) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    let number = calendar::ordinal(number).ok_or_else(Thrown::mismatch)?;
    fields::with(temporal(this)?, field, number).map(value)
}

/// `with(field, n)`, `with(adjuster)`.
pub(super) fn with(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let of = temporal(this)?;
    match args {
        [field, _] => with_number(this, args.get(1..).unwrap_or_default(), field_name(field)?),
        [part] => {
            if let Some(part) = part.downcast::<Temporal>() {
                let (date, time) = match part.kind {
                    Kind::Date => (part.at.date(), of.at.time()),
                    Kind::Time => (of.at.date(), part.at.time()),
                    _ => return Ok(value(part.clone())),
                };
                return of.moved(date.to_datetime(time)).map(value);
            }
            match part.class().name().as_str() {
                "java.time.DayOfWeek" => with_number(this, args, "DAY_OF_WEEK"),
                "java.time.Month" => with_number(this, args, "MONTH_OF_YEAR"),
                _ => vm.invoke(part, "adjustInto", std::slice::from_ref(this)),
            }
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `truncatedTo(unit)`
pub(super) fn truncated_to(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [unit] = args else {
        return Err(Thrown::mismatch());
    };
    let (of, unit) = (temporal(this)?, unit_name(unit)?);
    let size = fields::unit_nanos(unit).filter(|nanos| *nanos <= DAY);
    let size = size.ok_or_else(|| {
        crate::throwable::throw(
            "UnsupportedTemporalTypeException",
            "Unit is too large to be used for truncation",
        )
    })?;
    let nanos = local_nanos(of.at);
    of.moved(from_local_nanos(nanos - nanos.rem_euclid(DAY) % size)?)
        .map(value)
}

/// `until(other, unit)`
pub(super) fn until(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [other, unit] => {
            let units = temporal(this)?.until(temporal(other)?, unit_name(unit)?)?;
            Ok(Value::Long(units))
        }
        [other] => Ok(Value::object(Period::between(
            temporal(this)?,
            temporal(other)?,
        ))),
        _ => Err(Thrown::mismatch()),
    }
}

/// `ChronoUnit.between(a, b)`
pub(super) fn between(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [from, to] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(Value::Long(
        temporal(from)?.until(temporal(to)?, unit_name(this)?)?,
    ))
}

/// `isBefore`, `isAfter`, `isEqual`.
pub(super) fn relation(this: &Value, args: &[Value], wanted: Ordering) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let (of, other) = (temporal(this)?, temporal(other)?);
    Ok(Value::Bool(of.nanos().cmp(&other.nanos()) == wanted))
}

/// `compareTo`: dates by the difference of years, months or days.
pub(super) fn compare_to(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let (of, other) = (temporal(this)?, temporal(other)?);
    if matches!(of.kind, Kind::Date | Kind::DateTime) {
        let parts = |at: jiff::civil::DateTime| {
            [
                i32::from(at.year()),
                i32::from(at.month()),
                i32::from(at.day()),
            ]
        };
        let mut pairs = parts(of.at).into_iter().zip(parts(other.at));
        if let Some((a, b)) = pairs.find(|(a, b)| a != b) {
            return Ok(Value::Int(a - b));
        }
    }
    Ok(Value::Int(order(of, other) as i32))
}

/// `get(field)`
pub(super) fn get(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [field] = args else {
        return Err(Thrown::mismatch());
    };
    number(this, field_name(field)?)
}

/// `getLong(field)`
pub(super) fn get_long(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [field] = args else {
        return Err(Thrown::mismatch());
    };
    let field = field_name(field)?;
    let found = fields::get(temporal(this)?, field);
    found
        .map(Value::Long)
        .ok_or_else(|| fields::unsupported_field(field))
}

/// `isSupported(field or unit)`
pub(super) fn is_supported(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [what] = args else {
        return Err(Thrown::mismatch());
    };
    let of = temporal(this)?;
    Ok(Value::Bool(match field_name(what) {
        Ok(field) => fields::get(of, field).is_some(),
        Err(_) => of.plus(0, unit_name(what)?).is_ok(),
    }))
}

/// `format(formatter)`
pub(super) fn format(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [formatter] = args else {
        return Err(Thrown::mismatch());
    };
    formatter::formatter(formatter)?
        .print(temporal(this)?)
        .map(Value::text)
}

/// The same date or time in another class.
pub(super) fn as_kind(this: &Value, kind: Kind) -> Result<Value> {
    let of = temporal(this)?;
    Ok(value(match kind {
        Kind::Date => Temporal::date(of.at.date()),
        Kind::Time => Temporal::time(of.at.time()),
        Kind::DateTime => Temporal::local(Kind::DateTime, of.at),
        Kind::Offset => Temporal::with_offset(of.at, of.offset),
        Kind::Zoned => Temporal::zoned(of.at, zone_id::of_offset(of.offset), None)?,
        Kind::Instant => Temporal::instant(of.nanos())?,
    }))
}

/// `LocalDate.of(2024, 1, 31)` and the like: year, month, day, hour, minute, second, nanosecond.
pub(super) fn of_parts(kind: Kind, args: &[Value]) -> Result<Temporal> {
    let mut args = args.to_vec();
    if kind != Kind::Time
        && let Some(month) = args.get_mut(1)
    {
        *month = Value::Long(calendar::ordinal(month).ok_or_else(Thrown::mismatch)?);
    }
    let numbers = longs(&args).ok_or_else(Thrown::mismatch)?;
    let date = |numbers: &[i64]| match numbers {
        [year, month, day] => fields::checked_date(*year, *month, *day),
        _ => Err(Thrown::mismatch()),
    };
    let time = |numbers: &[i64]| match numbers {
        [hour, minute, rest @ ..] if rest.len() <= 2 => {
            let part = |index: usize| rest.get(index).copied().unwrap_or(0);
            fields::checked_time(*hour, *minute, part(0), part(1))
        }
        _ => Err(Thrown::mismatch()),
    };
    Ok(match kind {
        Kind::Date => Temporal::date(date(&numbers)?),
        Kind::Time => Temporal::time(time(&numbers)?),
        _ => {
            let (first, second) = numbers.split_at_checked(3).ok_or_else(Thrown::mismatch)?;
            Temporal::local(Kind::DateTime, date(first)?.to_datetime(time(second)?))
        }
    })
}
