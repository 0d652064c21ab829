//! The classes of dates and times: `LocalDate` and its like.

use std::cmp::Ordering;

use crate::class::{Class, Method};
use crate::library::date::{Zone, default_zone, int, long, longs};
use crate::library::object::COMPARABLE;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::calendar::{DAY_OF_WEEK, MONTH, nth};
use super::fields;
use super::formatter::{Formatter, formatter, text_of};
use super::members::{
    as_kind, compare_to, format, get, get_long, is_supported, number, of_parts, plus, plus_units,
    relation, temporal, truncated_to, until, value, with, with_number,
};
use super::temporal::{Kind, SECOND, Temporal, epoch, too_far};
use super::zone_id;

/// Members of every date and time.
static TEMPORAL: Class = Class::interface("java.time.temporal.Temporal")
    .extends(&[&COMPARABLE])
    .methods(&[
        ("plus", |_, this, args| plus(this, args, 1)),
        ("minus", |_, this, args| plus(this, args, -1)),
        ("with", with),
        ("until", until),
        ("get", get),
        ("getLong", get_long),
        ("isSupported", is_supported),
        ("format", format),
        ("compareTo", compare_to),
        ("isBefore", |_, this, args| {
            relation(this, args, Ordering::Less)
        }),
        ("isAfter", |_, this, args| {
            relation(this, args, Ordering::Greater)
        }),
        ("isEqual", |_, this, args| {
            relation(this, args, Ordering::Equal)
        }),
    ]);

/// Members of what has a date.
static DATED: Class = Class::interface("java.time.chrono.ChronoLocalDate")
    .extends(&[&TEMPORAL])
    .methods(&[
        ("plusDays", |_, this, args| {
            plus_units(this, args, 1, "DAYS")
        }),
        ("plusWeeks", |_, this, args| {
            plus_units(this, args, 1, "WEEKS")
        }),
        ("plusMonths", |_, this, args| {
            plus_units(this, args, 1, "MONTHS")
        }),
        ("plusYears", |_, this, args| {
            plus_units(this, args, 1, "YEARS")
        }),
        ("minusDays", |_, this, args| {
            plus_units(this, args, -1, "DAYS")
        }),
        ("minusWeeks", |_, this, args| {
            plus_units(this, args, -1, "WEEKS")
        }),
        ("minusMonths", |_, this, args| {
            plus_units(this, args, -1, "MONTHS")
        }),
        ("minusYears", |_, this, args| {
            plus_units(this, args, -1, "YEARS")
        }),
        ("withDayOfMonth", |_, this, args| {
            with_number(this, args, "DAY_OF_MONTH")
        }),
        ("withDayOfYear", |_, this, args| {
            with_number(this, args, "DAY_OF_YEAR")
        }),
        ("withMonth", |_, this, args| {
            with_number(this, args, "MONTH_OF_YEAR")
        }),
        ("withYear", |_, this, args| with_number(this, args, "YEAR")),
        ("getYear", |_, this, _| number(this, "YEAR")),
        ("getMonthValue", |_, this, _| number(this, "MONTH_OF_YEAR")),
        ("getMonth", |_, this, _| {
            Ok(nth(&MONTH, i64::from(temporal(this)?.at.month())))
        }),
        ("getDayOfMonth", |_, this, _| number(this, "DAY_OF_MONTH")),
        ("getDayOfYear", |_, this, _| number(this, "DAY_OF_YEAR")),
        ("getDayOfWeek", |_, this, _| {
            let day = temporal(this)?.at.weekday().to_monday_one_offset();
            Ok(nth(&DAY_OF_WEEK, i64::from(day)))
        }),
        ("toLocalDate", |_, this, _| as_kind(this, Kind::Date)),
    ]);

/// Members of what has a time of the day.
static TIMED: Class = Class::interface("java.time.temporal.TemporalAccessor")
    .extends(&[&TEMPORAL])
    .methods(&[
        ("plusHours", |_, this, args| {
            plus_units(this, args, 1, "HOURS")
        }),
        ("plusMinutes", |_, this, args| {
            plus_units(this, args, 1, "MINUTES")
        }),
        ("plusSeconds", |_, this, args| {
            plus_units(this, args, 1, "SECONDS")
        }),
        ("plusNanos", |_, this, args| {
            plus_units(this, args, 1, "NANOS")
        }),
        ("minusHours", |_, this, args| {
            plus_units(this, args, -1, "HOURS")
        }),
        ("minusMinutes", |_, this, args| {
            plus_units(this, args, -1, "MINUTES")
        }),
        ("minusSeconds", |_, this, args| {
            plus_units(this, args, -1, "SECONDS")
        }),
        ("minusNanos", |_, this, args| {
            plus_units(this, args, -1, "NANOS")
        }),
        ("withHour", |_, this, args| {
            with_number(this, args, "HOUR_OF_DAY")
        }),
        ("withMinute", |_, this, args| {
            with_number(this, args, "MINUTE_OF_HOUR")
        }),
        ("withSecond", |_, this, args| {
            with_number(this, args, "SECOND_OF_MINUTE")
        }),
        ("withNano", |_, this, args| {
            with_number(this, args, "NANO_OF_SECOND")
        }),
        ("getHour", |_, this, _| number(this, "HOUR_OF_DAY")),
        ("getMinute", |_, this, _| number(this, "MINUTE_OF_HOUR")),
        ("getSecond", |_, this, _| number(this, "SECOND_OF_MINUTE")),
        ("getNano", |_, this, _| number(this, "NANO_OF_SECOND")),
        ("truncatedTo", truncated_to),
        ("toLocalTime", |_, this, _| as_kind(this, Kind::Time)),
    ]);

/// Members of what has an offset from Greenwich.
static MOMENT: Class = Class::interface("java.time.chrono.ChronoZonedDateTime")
    .extends(&[&DATED, &TIMED])
    .methods(&[
        ("getOffset", |_, this, _| {
            Ok(zone_id::value(zone_id::of_offset(temporal(this)?.offset)))
        }),
        ("toInstant", |_, this, _| as_kind(this, Kind::Instant)),
        ("toEpochSecond", epoch_second),
        ("toLocalDateTime", |_, this, _| {
            as_kind(this, Kind::DateTime)
        }),
        ("toOffsetDateTime", |_, this, _| as_kind(this, Kind::Offset)),
    ]);

pub(super) static LOCAL_DATE: Class = Class::new("java.time.LocalDate")
    .extends(&[&DATED])
    .constants(&[("EPOCH", || value(Temporal::date(epoch().date())))])
    .statics(&[
        ("of", |_, args| of_parts(Kind::Date, args).map(value)),
        ("now", |vm, args| now(vm, args, Kind::Date)),
        ("parse", |vm, args| {
            parse(vm, args, Kind::Date, "ISO_LOCAL_DATE")
        }),
        ("from", |_, args| from(args, Kind::Date)),
        ("ofEpochDay", |_, args| {
            let day = only(args)?;
            Ok(value(Temporal::date(fields::from_epoch_day(day)?)))
        }),
        ("ofYearDay", |_, args| match longs(args).as_deref() {
            Some([year, day]) => {
                let first = Temporal::date(fields::checked_date(*year, 1, 1)?);
                fields::with(&first, "DAY_OF_YEAR", *day).map(value)
            }
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .methods(&[
        ("toEpochDay", |_, this, _| {
            Ok(Value::Long(fields::epoch_day(temporal(this)?.at.date())))
        }),
        ("lengthOfMonth", |_, this, _| {
            Ok(int(i64::from(temporal(this)?.at.date().days_in_month())))
        }),
        ("lengthOfYear", |_, this, _| {
            Ok(int(i64::from(temporal(this)?.at.date().days_in_year())))
        }),
        ("isLeapYear", |_, this, _| {
            Ok(Value::Bool(temporal(this)?.at.date().in_leap_year()))
        }),
        ("atStartOfDay", at_start_of_day),
        ("atTime", at_time),
    ]);

pub(super) static LOCAL_TIME: Class = Class::new("java.time.LocalTime")
    .extends(&[&TIMED])
    .constants(&[
        ("MIDNIGHT", || value(Temporal::time(jiff::civil::Time::MIN))),
        ("MIN", || value(Temporal::time(jiff::civil::Time::MIN))),
        ("MAX", || value(Temporal::time(jiff::civil::Time::MAX))),
        ("NOON", || {
            value(Temporal::time(jiff::civil::time(12, 0, 0, 0)))
        }),
    ])
    .statics(&[
        ("of", |_, args| of_parts(Kind::Time, args).map(value)),
        ("now", |vm, args| now(vm, args, Kind::Time)),
        ("parse", |vm, args| {
            parse(vm, args, Kind::Time, "ISO_LOCAL_TIME")
        }),
        ("from", |_, args| from(args, Kind::Time)),
        ("ofSecondOfDay", |_, args| {
            let second = only(args)?;
            fields::check("SECOND_OF_DAY", second)?;
            Ok(value(Temporal::time(fields::time_of_nanos(
                second * 1_000_000_000,
            )?)))
        }),
    ])
    .methods(&[
        ("toSecondOfDay", |_, this, _| number(this, "SECOND_OF_DAY")),
        ("toNanoOfDay", |_, this, _| {
            Ok(Value::Long(
                fields::get(temporal(this)?, "NANO_OF_DAY").unwrap_or(0),
            ))
        }),
        ("atDate", |_, this, args| {
            combined(args.first().unwrap_or(&Value::Null), this)
        }),
    ]);

pub(super) static LOCAL_DATE_TIME: Class = Class::new("java.time.LocalDateTime")
    .extends(&[&DATED, &TIMED])
    .statics(&[
        ("of", date_time_of),
        ("now", |vm, args| now(vm, args, Kind::DateTime)),
        ("parse", |vm, args| {
            parse(vm, args, Kind::DateTime, "ISO_LOCAL_DATE_TIME")
        }),
        ("from", |_, args| from(args, Kind::DateTime)),
        ("ofInstant", |vm, args| {
            let zoned = of_instant(vm, args)?;
            as_kind(&zoned, Kind::DateTime)
        }),
        ("ofEpochSecond", |_, args| match args {
            [second, nano, offset] => {
                let parts = long(second).zip(long(nano)).ok_or_else(Thrown::mismatch)?;
                let nanos = i128::from(parts.0) * SECOND + i128::from(parts.1);
                let at = Temporal::at_offset(nanos, zone_id::seconds(offset)?)?.at;
                Ok(value(Temporal::local(Kind::DateTime, at)))
            }
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .methods(&[
        ("atZone", |vm, this, args| match args {
            [zone] => {
                let zone = zone_id::zone(vm, zone)?;
                Temporal::zoned(temporal(this)?.at, zone, None).map(value)
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("atOffset", at_offset),
        ("toInstant", |vm, this, args| {
            let offset = at_offset(vm, this, args)?;
            as_kind(&offset, Kind::Instant)
        }),
        ("toEpochSecond", |vm, this, args| {
            let offset = at_offset(vm, this, args)?;
            epoch_second(vm, &offset, &[])
        }),
    ]);

pub(super) static OFFSET_DATE_TIME: Class = Class::new("java.time.OffsetDateTime")
    .extends(&[&MOMENT])
    .statics(&[
        ("of", |vm, args| located(vm, args, Kind::Offset)),
        ("now", |vm, args| now(vm, args, Kind::Offset)),
        ("parse", |vm, args| {
            parse(vm, args, Kind::Offset, "ISO_OFFSET_DATE_TIME")
        }),
        ("ofInstant", |vm, args| {
            let zoned = of_instant(vm, args)?;
            as_kind(&zoned, Kind::Offset)
        }),
    ])
    .methods(&[
        ("withOffsetSameInstant", |_, this, args| {
            let seconds = zone_id::seconds(args.first().unwrap_or(&Value::Null))?;
            Temporal::at_offset(temporal(this)?.nanos(), seconds).map(value)
        }),
        ("withOffsetSameLocal", at_offset),
        ("atZoneSameInstant", same_instant),
        ("toZonedDateTime", |_, this, _| as_kind(this, Kind::Zoned)),
    ]);

pub(super) static ZONED_DATE_TIME: Class = Class::new("java.time.ZonedDateTime")
    .extends(&[&MOMENT])
    .statics(&[
        ("of", |vm, args| located(vm, args, Kind::Zoned)),
        ("now", |vm, args| now(vm, args, Kind::Zoned)),
        ("parse", |vm, args| {
            parse(vm, args, Kind::Zoned, "ISO_ZONED_DATE_TIME")
        }),
        ("ofInstant", of_instant),
    ])
    .methods(&[
        ("getZone", |_, this, _| {
            Ok(zone_id::value(
                temporal(this)?.zone.clone().unwrap_or_else(Zone::utc),
            ))
        }),
        ("withZoneSameInstant", same_instant),
        ("withZoneSameLocal", |vm, this, args| match args {
            [zone] => {
                let zone = zone_id::zone(vm, zone)?;
                Temporal::zoned(temporal(this)?.at, zone, None).map(value)
            }
            _ => Err(Thrown::mismatch()),
        }),
    ]);

pub(super) static INSTANT: Class = Class::new("java.time.Instant")
    .extends(&[&TEMPORAL])
    .constants(&[("EPOCH", || value(Temporal::local(Kind::Instant, epoch())))])
    .statics(&[
        ("now", |vm, args| now(vm, args, Kind::Instant)),
        ("parse", |vm, args| {
            parse(vm, args, Kind::Instant, "ISO_INSTANT")
        }),
        ("ofEpochMilli", |_, args| {
            Ok(value(Temporal::instant(
                i128::from(only(args)?) * 1_000_000,
            )?))
        }),
        ("ofEpochSecond", |_, args| match longs(args).as_deref() {
            Some([second]) => Temporal::instant(i128::from(*second) * SECOND).map(value),
            Some([second, nano]) => {
                Temporal::instant(i128::from(*second) * SECOND + i128::from(*nano)).map(value)
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("from", |_, args| from(args, Kind::Instant)),
    ])
    .methods(&[
        ("toEpochMilli", |_, this, _| {
            let millis = temporal(this)?.nanos().div_euclid(1_000_000);
            i64::try_from(millis)
                .map(Value::Long)
                .map_err(|_| too_far())
        }),
        ("getEpochSecond", epoch_second),
        ("getNano", |_, this, _| number(this, "NANO_OF_SECOND")),
        ("plusMillis", |_, this, args| {
            plus_units(this, args, 1, "MILLIS")
        }),
        ("plusSeconds", |_, this, args| {
            plus_units(this, args, 1, "SECONDS")
        }),
        ("plusNanos", |_, this, args| {
            plus_units(this, args, 1, "NANOS")
        }),
        ("minusMillis", |_, this, args| {
            plus_units(this, args, -1, "MILLIS")
        }),
        ("minusSeconds", |_, this, args| {
            plus_units(this, args, -1, "SECONDS")
        }),
        ("minusNanos", |_, this, args| {
            plus_units(this, args, -1, "NANOS")
        }),
        ("truncatedTo", truncated_to as Method),
        ("atZone", same_instant),
        ("atOffset", |_, this, args| match args {
            [offset] => {
                Temporal::at_offset(temporal(this)?.nanos(), zone_id::seconds(offset)?).map(value)
            }
            _ => Err(Thrown::mismatch()),
        }),
    ]);

/// All of them.
pub(super) static ALL: &[&Class] = &[
    &TEMPORAL,
    &DATED,
    &TIMED,
    &MOMENT,
    &LOCAL_DATE,
    &LOCAL_TIME,
    &LOCAL_DATE_TIME,
    &OFFSET_DATE_TIME,
    &ZONED_DATE_TIME,
    &INSTANT,
];

/// The class of a kind.
pub(super) fn class(kind: Kind) -> &'static Class {
    match kind {
        Kind::Date => &LOCAL_DATE,
        Kind::Time => &LOCAL_TIME,
        Kind::DateTime => &LOCAL_DATE_TIME,
        Kind::Offset => &OFFSET_DATE_TIME,
        Kind::Zoned => &ZONED_DATE_TIME,
        Kind::Instant => &INSTANT,
    }
}

fn only(args: &[Value]) -> Result<i64> {
    match args {
        [number] => long(number).ok_or_else(Thrown::mismatch),
        _ => Err(Thrown::mismatch()),
    }
}

fn now(vm: &mut Vm, args: &[Value], kind: Kind) -> Result<Value> {
    let zone = match args {
        [] => match default_zone(vm) {
            zone if zone.id() == "GMT" => zone_id::find("GMT").unwrap_or(zone),
            zone => zone,
        },
        [zone] => zone_id::zone(vm, zone)?,
        _ => return Err(Thrown::mismatch()),
    };
    let zoned = Temporal::in_zone(i128::from(vm.host().now()) * 1_000_000, zone)?;
    match kind {
        Kind::Zoned => Ok(value(zoned)),
        kind => as_kind(&value(zoned), kind),
    }
}

fn parse(vm: &mut Vm, args: &[Value], kind: Kind, iso: &str) -> Result<Value> {
    match args {
        [text] => {
            let text = text_of(vm, text)?;
            Formatter::iso(iso).read(&text, kind).map(value)
        }
        [text, by] => {
            let text = text_of(vm, text)?;
            formatter(by)?.read(&text, kind).map(value)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `LocalDate.from(other)`
fn from(args: &[Value], kind: Kind) -> Result<Value> {
    match args {
        [other] => {
            let of = temporal(other)?;
            let has = (!kind.has_date() || of.kind.has_date())
                && (!kind.has_time() || of.kind.has_time());
            let has = has && (kind == Kind::Instant || of.kind != Kind::Instant);
            if has {
                as_kind(other, kind)
            } else {
                Err(Thrown::mismatch())
            }
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn date_time_of(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [date, time] => combined(date, time),
        args => of_parts(Kind::DateTime, args).map(value),
    }
}

fn combined(date: &Value, time: &Value) -> Result<Value> {
    let at = temporal(date)?
        .at
        .date()
        .to_datetime(temporal(time)?.at.time());
    Ok(value(Temporal::local(Kind::DateTime, at)))
}

/// `of(…, zone)`: parts or a date and a time, then a zone or offset.
fn located(vm: &mut Vm, args: &[Value], kind: Kind) -> Result<Value> {
    let Some((zone, parts)) = args.split_last() else {
        return Err(Thrown::mismatch());
    };
    let zone = zone_id::zone(vm, zone)?;
    let at = match parts {
        [at] => temporal(at)?.at,
        parts => temporal(&date_time_of(vm, parts)?)?.at,
    };
    Ok(value(match (kind, zone.fixed_offset()) {
        (Kind::Offset, Some(offset)) => Temporal::with_offset(at, offset),
        (Kind::Offset, None) => return Err(Thrown::mismatch()),
        _ => Temporal::zoned(at, zone, None)?,
    }))
}

fn of_instant(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [instant, zone] => same_instant(vm, instant, std::slice::from_ref(zone)),
        _ => Err(Thrown::mismatch()),
    }
}

fn same_instant(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [zone] => {
            let zone = zone_id::zone(vm, zone)?;
            Temporal::in_zone(temporal(this)?.nanos(), zone).map(value)
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn at_offset(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [offset] => {
            let offset = zone_id::seconds(offset)?;
            Ok(value(Temporal::with_offset(temporal(this)?.at, offset)))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn epoch_second(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let seconds = temporal(this)?.nanos().div_euclid(SECOND);
    i64::try_from(seconds)
        .map(Value::Long)
        .map_err(|_| too_far())
}

fn at_start_of_day(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let at = temporal(this)?.at;
    match args {
        [] => Ok(value(Temporal::local(Kind::DateTime, at))),
        [zone] => {
            let zone = zone_id::zone(vm, zone)?;
            Temporal::zoned(at, zone, None).map(value)
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn at_time(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [time] => combined(this, time),
        parts => combined(this, &value(of_parts(Kind::Time, parts)?)),
    }
}
