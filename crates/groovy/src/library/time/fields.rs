//! Fields and units: `ChronoField`, `ChronoUnit` and what they mean.

use jiff::Span;
use jiff::civil::{Date, Time, date};

use crate::library::enumeration::{Constant, enumeration};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;

use super::members;
use super::temporal::{Kind, Temporal, bad, local_nanos, too_far};

enumeration! {
    /// `java.time.temporal.ChronoUnit`
    pub(super) CHRONO_UNIT UNITS "java.time.temporal.ChronoUnit"
    [
        NANOS, MICROS, MILLIS, SECONDS, MINUTES, HOURS, HALF_DAYS, DAYS, WEEKS, MONTHS, YEARS,
        DECADES, CENTURIES, MILLENNIA, ERAS, FOREVER,
    ]
    statics []
    methods [
        ("toString", |_, this, _| Ok(Value::text(camel(unit_name(this)?)))),
        ("between", members::between),
        ("getDuration", super::duration::of_unit),
    ]
}

enumeration! {
    /// `java.time.temporal.ChronoField`
    pub(super) CHRONO_FIELD FIELDS "java.time.temporal.ChronoField"
    [
        NANO_OF_SECOND, NANO_OF_DAY, MICRO_OF_SECOND, MICRO_OF_DAY, MILLI_OF_SECOND, MILLI_OF_DAY,
        SECOND_OF_MINUTE, SECOND_OF_DAY, MINUTE_OF_HOUR, MINUTE_OF_DAY, HOUR_OF_AMPM,
        CLOCK_HOUR_OF_AMPM, HOUR_OF_DAY, CLOCK_HOUR_OF_DAY, AMPM_OF_DAY, DAY_OF_WEEK,
        ALIGNED_DAY_OF_WEEK_IN_MONTH, ALIGNED_DAY_OF_WEEK_IN_YEAR, DAY_OF_MONTH, DAY_OF_YEAR,
        EPOCH_DAY, ALIGNED_WEEK_OF_MONTH, ALIGNED_WEEK_OF_YEAR, MONTH_OF_YEAR, PROLEPTIC_MONTH,
        YEAR_OF_ERA, YEAR, ERA, INSTANT_SECONDS, OFFSET_SECONDS,
    ]
    statics []
    methods [("toString", |_, this, _| Ok(Value::text(camel(field_name(this)?))))]
}

/// The name of the `ChronoUnit` that a value is.
pub(super) fn unit_name(value: &Value) -> Result<&'static str> {
    Constant::of(value, &CHRONO_UNIT)
        .map(|unit| unit.name)
        .ok_or_else(Thrown::mismatch)
}

/// The name of the `ChronoField` that a value is.
pub(super) fn field_name(value: &Value) -> Result<&'static str> {
    Constant::of(value, &CHRONO_FIELD)
        .map(|field| field.name)
        .ok_or_else(Thrown::mismatch)
}

/// `HOUR_OF_DAY` → `HourOfDay`
pub(super) fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| match word {
        "AMPM" => "AmPm".to_owned(),
        word => {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            format!("{first}{}", rest.to_lowercase())
        }
    });
    words.collect()
}

/// Nanoseconds of a unit of fixed length.
pub(super) fn unit_nanos(unit: &str) -> Option<i128> {
    Some(match unit {
        "NANOS" => 1,
        "MICROS" => 1000,
        "MILLIS" => 1_000_000,
        "SECONDS" => 1_000_000_000,
        "MINUTES" => 60_000_000_000,
        "HOURS" => 3_600_000_000_000,
        "HALF_DAYS" => 43_200_000_000_000,
        "DAYS" => 86_400_000_000_000,
        "WEEKS" => 604_800_000_000_000,
        _ => return None,
    })
}

/// Months of a longer unit.
pub(super) fn unit_months(unit: &str) -> Option<i64> {
    Some(match unit {
        "MONTHS" => 1,
        "YEARS" => 12,
        "DECADES" => 120,
        "CENTURIES" => 1200,
        "MILLENNIA" => 12_000,
        _ => return None,
    })
}

/// What a class throws that knows no such unit.
pub(super) fn unsupported_unit(unit: &str) -> Thrown {
    let message = format!("Unsupported unit: {}", camel(unit));
    throw("UnsupportedTemporalTypeException", message)
}

/// What a class throws that knows no such field.
pub(super) fn unsupported_field(field: &str) -> Thrown {
    let message = format!("Unsupported field: {}", camel(field));
    throw("UnsupportedTemporalTypeException", message)
}

/// Days since 1970.
pub(super) fn epoch_day(day: Date) -> i64 {
    let span = day.since(date(1970, 1, 1)).unwrap_or_default();
    i64::from(span.get_days())
}

/// The date of days since 1970.
pub(super) fn from_epoch_day(days: i64) -> Result<Date> {
    let span = Span::new().try_days(days).map_err(|_| too_far())?;
    date(1970, 1, 1).checked_add(span).map_err(|_| too_far())
}

/// The time of nanoseconds since midnight.
pub(super) fn time_of_nanos(nanos: i64) -> Result<Time> {
    let part = |unit: i64, count: i64| i8::try_from(nanos / unit % count).unwrap_or(0);
    let (hour, minute) = (part(3_600_000_000_000, 24), part(60_000_000_000, 60));
    let nano = i32::try_from(nanos % 1_000_000_000).unwrap_or(0);
    Time::new(hour, minute, part(1_000_000_000, 60), nano).map_err(|_| too_far())
}

/// A date, or Java's complaint.
pub(super) fn checked_date(year: i64, month: i64, day: i64) -> Result<Date> {
    check("YEAR", year)?;
    check("MONTH_OF_YEAR", month)?;
    check("DAY_OF_MONTH", day)?;
    let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    let (Ok(year), Ok(month), Ok(day)) = parts else {
        return Err(too_far());
    };
    Date::new(year, month, day).map_err(|_| {
        if month == 2 && day == 29 {
            return bad(format!(
                "Invalid date 'February 29' as '{year}' is not a leap year"
            ));
        }
        let month = usize::try_from(month - 1).ok();
        let name = month.and_then(|month| super::calendar::MONTHS.get(month));
        bad(format!(
            "Invalid date '{} {day}'",
            name.copied().unwrap_or_default()
        ))
    })
}

/// A time, or Java's complaint.
pub(super) fn checked_time(hour: i64, minute: i64, second: i64, nano: i64) -> Result<Time> {
    check("HOUR_OF_DAY", hour)?;
    check("MINUTE_OF_HOUR", minute)?;
    check("SECOND_OF_MINUTE", second)?;
    check("NANO_OF_SECOND", nano)?;
    let seconds = (hour * 60 + minute) * 60 + second;
    time_of_nanos(seconds * 1_000_000_000 + nano)
}

/// Smallest and largest value of a field.
fn range(field: &str) -> (i64, i64) {
    match field {
        "NANO_OF_SECOND" => (0, 999_999_999),
        "NANO_OF_DAY" => (0, 86_399_999_999_999),
        "MICRO_OF_SECOND" => (0, 999_999),
        "MILLI_OF_SECOND" => (0, 999),
        "MILLI_OF_DAY" => (0, 86_399_999),
        "SECOND_OF_DAY" => (0, 86_399),
        "SECOND_OF_MINUTE" | "MINUTE_OF_HOUR" => (0, 59),
        "MINUTE_OF_DAY" => (0, 1439),
        "HOUR_OF_AMPM" => (0, 11),
        "CLOCK_HOUR_OF_AMPM" | "MONTH_OF_YEAR" => (1, 12),
        "HOUR_OF_DAY" => (0, 23),
        "CLOCK_HOUR_OF_DAY" => (1, 24),
        "AMPM_OF_DAY" => (0, 1),
        "DAY_OF_WEEK" => (1, 7),
        "DAY_OF_MONTH" => (1, 31),
        "DAY_OF_YEAR" => (1, 366),
        "YEAR" | "YEAR_OF_ERA" => (-999_999_999, 999_999_999),
        _ => (i64::MIN, i64::MAX),
    }
}

/// Java's complaint about a value that no time has.
pub(super) fn check(field: &str, value: i64) -> Result<()> {
    let (least, most) = range(field);
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let most = match field {
        "DAY_OF_MONTH" => "28/31".to_owned(),
        "DAY_OF_YEAR" => "365/366".to_owned(),
        _ => most.to_string(),
    };
    let field = camel(field);
    Err(bad(format!(
        "Invalid value for {field} (valid values {least} - {most}): {value}"
    )))
}

/// A field of a date or time; `None` when its class has no such field.
pub(super) fn get(of: &Temporal, field: &str) -> Option<i64> {
    let (at, kind) = (of.at, of.kind);
    let time_nanos = i64::try_from(local_nanos(at).rem_euclid(super::temporal::DAY)).unwrap_or(0);
    let year = i64::from(at.year());
    if kind == Kind::Instant
        && !matches!(
            field,
            "NANO_OF_SECOND" | "MICRO_OF_SECOND" | "MILLI_OF_SECOND" | "INSTANT_SECONDS"
        )
    {
        return None;
    }
    let hour = i64::from(at.hour());
    let (needs_date, value) = match field {
        "NANO_OF_SECOND" => (false, time_nanos % 1_000_000_000),
        "NANO_OF_DAY" => (false, time_nanos),
        "MICRO_OF_SECOND" => (false, time_nanos / 1000 % 1_000_000),
        "MICRO_OF_DAY" => (false, time_nanos / 1000),
        "MILLI_OF_SECOND" => (false, time_nanos / 1_000_000 % 1000),
        "MILLI_OF_DAY" => (false, time_nanos / 1_000_000),
        "SECOND_OF_MINUTE" => (false, i64::from(at.second())),
        "SECOND_OF_DAY" => (false, time_nanos / 1_000_000_000),
        "MINUTE_OF_HOUR" => (false, i64::from(at.minute())),
        "MINUTE_OF_DAY" => (false, time_nanos / 60_000_000_000),
        "HOUR_OF_AMPM" => (false, hour % 12),
        "CLOCK_HOUR_OF_AMPM" => (false, (hour + 11) % 12 + 1),
        "HOUR_OF_DAY" => (false, hour),
        "CLOCK_HOUR_OF_DAY" => (false, (hour + 23) % 24 + 1),
        "AMPM_OF_DAY" => (false, hour / 12),
        "DAY_OF_WEEK" => (true, i64::from(at.weekday().to_monday_one_offset())),
        "DAY_OF_MONTH" => (true, i64::from(at.day())),
        "DAY_OF_YEAR" => (true, i64::from(at.day_of_year())),
        "EPOCH_DAY" => (true, epoch_day(at.date())),
        "MONTH_OF_YEAR" => (true, i64::from(at.month())),
        "PROLEPTIC_MONTH" => (true, year * 12 + i64::from(at.month()) - 1),
        "YEAR_OF_ERA" => (true, if year > 0 { year } else { 1 - year }),
        "YEAR" => (true, year),
        "ERA" => (true, i64::from(year > 0)),
        "QUARTER" => (true, (i64::from(at.month()) + 2) / 3),
        "INSTANT_SECONDS" if kind.has_offset() => {
            return i64::try_from(of.nanos().div_euclid(super::temporal::SECOND)).ok();
        }
        "OFFSET_SECONDS" if kind.has_offset() => return Some(i64::from(of.offset)),
        _ => return None,
    };
    let has = if needs_date {
        kind.has_date()
    } else {
        kind.has_time()
    };
    has.then_some(value)
}

/// The same date or time with another value of a field.
pub(super) fn with(of: &Temporal, field: &str, value: i64) -> Result<Temporal> {
    let old = get(of, field).ok_or_else(|| unsupported_field(field))?;
    check(field, value)?;
    let unit = match field {
        "YEAR" | "YEAR_OF_ERA" => return of.plus(value - i64::from(of.at.year()), "YEARS"),
        "MONTH_OF_YEAR" => "MONTHS",
        "DAY_OF_MONTH" => {
            checked_date(of.at.year().into(), of.at.month().into(), value)?;
            "DAYS"
        }
        "DAY_OF_WEEK" | "DAY_OF_YEAR" | "EPOCH_DAY" => "DAYS",
        "HOUR_OF_DAY" | "HOUR_OF_AMPM" | "CLOCK_HOUR_OF_DAY" | "CLOCK_HOUR_OF_AMPM" => "HOURS",
        "MINUTE_OF_HOUR" | "MINUTE_OF_DAY" => "MINUTES",
        "SECOND_OF_MINUTE" | "SECOND_OF_DAY" => "SECONDS",
        "MILLI_OF_SECOND" | "MILLI_OF_DAY" => {
            let nanos = i64::from(of.at.subsec_nanosecond()) % 1_000_000;
            return of
                .plus(-nanos, "NANOS")?
                .plus(value.saturating_sub(old), "MILLIS");
        }
        "NANO_OF_SECOND" | "NANO_OF_DAY" => "NANOS",
        _ => return Err(unsupported_field(field)),
    };
    of.plus(value.saturating_sub(old), unit)
}
