//! Dates as `java.util` and `java.text` have them.

pub(crate) mod args;
mod calendar;
mod civil;
mod fields;
pub(crate) mod format;
mod gregorian;
pub(crate) mod locale;
mod moment;
mod names;
mod pattern;
mod print;
mod scan;
mod simple_format;
mod time_unit;
mod time_zone;
mod zone;
mod zone_names;

use crate::class::Class;
use crate::value::Value;

pub(crate) use args::{default_zone, int, long, longs};
pub(crate) use locale::Locale;
pub(crate) use names::{HALVES, Names};
pub(crate) use time_zone::zone_of;

pub(crate) use zone::Zone;

pub(super) static CLASSES: &[&Class] = &[
    &moment::DATE,
    &moment::TIMESTAMP,
    &moment::SQL_DATE,
    &gregorian::CALENDAR,
    &gregorian::GREGORIAN_CALENDAR,
    &time_zone::TIME_ZONE,
    &time_zone::ZONE_INFO,
    &locale::LOCALE,
    &simple_format::DATE_FORMAT,
    &simple_format::SIMPLE_DATE_FORMAT,
    &simple_format::PARSE_POSITION,
    &time_unit::TIME_UNIT,
];

/// A `java.util.Date`.
#[must_use]
pub fn date(millis: i64) -> Value {
    moment::Moment::value(&moment::DATE, millis)
}

/// Milliseconds since 1970 of a `Date` or a `Calendar`.
#[must_use]
pub fn millis(value: &Value) -> Option<i64> {
    args::millis(value)
}

/// A moment as `SimpleDateFormat` writes it in a zone.
///
/// # Errors
/// When the pattern is none.
pub(crate) fn print(millis: i64, pattern: &str, zone: &Zone) -> crate::thrown::Result<String> {
    let format = format::DateFormat::new(pattern, Locale::us(), zone.clone(), 0)?;
    Ok(format.print(millis))
}

/// The zone that a text begins with the name of, and the length of the name.
pub(crate) fn zone_named(text: &str) -> Option<(Zone, usize)> {
    let (names, _, len) = zone_names::starting(text)?;
    let zone = names.zones.first().and_then(|id| Zone::region(id))?;
    Some((zone, len))
}

/// The year that the week of a day (since 1970) belongs to, and the number of the week.
pub(crate) fn week_of_year(day: i64, week: (i64, i64)) -> (i64, i64) {
    day_fields(day).week_of_year(week)
}

/// The number of the week of a day in its month.
pub(crate) fn week_of_month(day: i64, week: (i64, i64)) -> i64 {
    day_fields(day).week_of_month(week)
}

fn day_fields(day: i64) -> fields::Fields {
    fields::Fields::of(day.saturating_mul(fields::DAY), &Zone::utc())
}

#[cfg(test)]
mod tests;
