//! What fields that were read mean together.

use jiff::civil::{Date, Time};

use crate::thrown::Result;

use super::fields::{check, checked_date, checked_time, from_epoch_day, time_of_nanos};
use super::scan::Found;
use super::temporal::{Kind, Temporal, bad};

/// How much sense fields have to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolver {
    /// As written.
    Strict,
    /// The 31st of a shorter month is its last day.
    Smart,
    /// 32 January is 1 February.
    Lenient,
}

/// Date and time of what was read.
pub(super) struct Resolved {
    pub(super) date: Option<Date>,
    pub(super) time: Option<Time>,
}

/// Puts fields together.
pub(super) fn resolve(found: &Found, resolver: Resolver) -> Result<Resolved> {
    Ok(Resolved {
        date: date(found, resolver)?,
        time: time(found, resolver)?,
    })
}

fn year(found: &Found, resolver: Resolver) -> Option<i64> {
    if let Some(year) = found.get("YEAR") {
        return Some(year);
    }
    let year = found.get("YEAR_OF_ERA")?;
    match found.get("ERA") {
        Some(0) => Some(1 - year),
        None if resolver == Resolver::Strict => None,
        _ => Some(year),
    }
}

fn date(found: &Found, resolver: Resolver) -> Result<Option<Date>> {
    if let Some(days) = found.get("EPOCH_DAY") {
        return from_epoch_day(days).map(Some);
    }
    let Some(year) = year(found, resolver) else {
        return Ok(None);
    };
    if let Some(quarter_free) = found.get("MONTH_OF_YEAR") {
        let Some(day) = found.get("DAY_OF_MONTH") else {
            return Ok(None);
        };
        return month_date(year, quarter_free, day, resolver).map(Some);
    }
    let Some(day) = found.get("DAY_OF_YEAR") else {
        return Ok(None);
    };
    check("DAY_OF_YEAR", day)?;
    let first = super::fields::epoch_day(checked_date(year, 1, 1)?);
    let date = from_epoch_day(first + day - 1)?;
    if i64::from(date.year()) != year {
        let message = format!("Invalid date 'DayOfYear 366' as '{year}' is not a leap year");
        return Err(bad(message));
    }
    Ok(Some(date))
}

fn month_date(year: i64, month: i64, day: i64, resolver: Resolver) -> Result<Date> {
    match resolver {
        Resolver::Strict => checked_date(year, month, day),
        Resolver::Smart => {
            check("MONTH_OF_YEAR", month)?;
            check("DAY_OF_MONTH", day)?;
            let last = i64::from(checked_date(year, month, 1)?.days_in_month());
            checked_date(year, month, day.min(last))
        }
        Resolver::Lenient => {
            let first = Temporal::date(checked_date(year, 1, 1)?);
            let moved = first.plus(month - 1, "MONTHS")?.plus(day - 1, "DAYS")?;
            Ok(moved.at.date())
        }
    }
}

fn time(found: &Found, resolver: Resolver) -> Result<Option<Time>> {
    for (field, unit) in [
        ("NANO_OF_DAY", 1),
        ("MILLI_OF_DAY", 1_000_000),
        ("SECOND_OF_DAY", 1_000_000_000),
    ] {
        if let Some(value) = found.get(field) {
            check(field, value)?;
            return time_of_nanos(value.saturating_mul(unit)).map(Some);
        }
    }
    let Some(hour) = hour(found, resolver)? else {
        return Ok(None);
    };
    let get = |field| found.get(field).unwrap_or(0);
    checked_time(
        hour,
        get("MINUTE_OF_HOUR"),
        get("SECOND_OF_MINUTE"),
        get("NANO_OF_SECOND"),
    )
    .map(Some)
}

fn hour(found: &Found, resolver: Resolver) -> Result<Option<i64>> {
    let checked = |field| -> Result<Option<i64>> {
        let value = found.get(field);
        if let Some(value) = value
            && resolver != Resolver::Lenient
        {
            check(field, value)?;
        }
        Ok(value)
    };
    if let Some(hour) = checked("HOUR_OF_DAY")? {
        return Ok(Some(hour));
    }
    if let Some(hour) = checked("CLOCK_HOUR_OF_DAY")? {
        return Ok(Some(hour % 24));
    }
    let of_half = match checked("CLOCK_HOUR_OF_AMPM")? {
        Some(hour) => Some(hour % 12),
        None => checked("HOUR_OF_AMPM")?,
    };
    Ok(of_half
        .zip(checked("AMPM_OF_DAY")?)
        .map(|(hour, half)| half * 12 + hour))
}

/// A date or time of a class, when what was read has all it needs.
pub(super) fn build(found: &Found, kind: Kind, resolver: Resolver) -> Result<Option<Temporal>> {
    let Resolved { date, time } = resolve(found, resolver)?;
    let offset = found
        .get("OFFSET_SECONDS")
        .and_then(|seconds| i32::try_from(seconds).ok());
    let both = date.zip(time).map(|(date, time)| date.to_datetime(time));
    Ok(match kind {
        Kind::Date => date.map(Temporal::date),
        Kind::Time => time.map(Temporal::time),
        Kind::DateTime => both.map(|at| Temporal::local(kind, at)),
        Kind::Offset => both
            .zip(offset)
            .map(|(at, offset)| Temporal::with_offset(at, offset)),
        Kind::Zoned | Kind::Instant => {
            let zone = found.zone.clone();
            let zone = zone.or_else(|| offset.map(super::zone_id::of_offset));
            let zoned = both.zip(zone).map(|(at, zone)| match offset {
                // The moment counts when both are given.
                Some(offset) => {
                    let nanos = Temporal::with_offset(at, offset).nanos();
                    Temporal::in_zone(nanos, zone)
                }
                None => Temporal::zoned(at, zone, None),
            });
            match (zoned.transpose()?, kind) {
                (Some(zoned), Kind::Instant) => Some(Temporal::instant(zoned.nanos())?),
                (zoned, _) => zoned,
            }
        }
    })
}
