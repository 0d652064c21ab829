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

pub(crate) use locale::Locale;

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

#[cfg(test)]
mod tests;
