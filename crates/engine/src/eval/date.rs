//! `${date:…}`: formats the time with Java `SimpleDateFormat` patterns.
//!
//! Patterns are applied as written, their authors' mistakes included: `hh` is the 12-hour clock,
//! `MM` is the month wherever it stands.

use std::fmt::Write as _;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lockgate_core::clock::Timestamp;

use crate::error::StepError;

/// `now` moved by `offset_seconds`, in `zone` (UTC when absent), formatted by `pattern`.
///
/// # Errors
/// When the zone is unknown or the pattern has a letter that means nothing.
pub fn now(
    now: Timestamp,
    offset_seconds: i64,
    zone: Option<&str>,
    pattern: &str,
) -> Result<String, StepError> {
    let zone = match zone {
        None => TimeZone::UTC,
        Some(name) => TimeZone::get(name)
            .map_err(|_| illegal(format!("The time zone {name:?} is unknown.")))?,
    };
    let micros = offset_seconds
        .checked_mul(1_000_000)
        .and_then(|offset| now.micros().checked_add(offset));
    let instant = micros.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
    let instant =
        instant.ok_or_else(|| illegal("The date lies outside the calendar.".to_owned()))?;
    format(&instant.to_zoned(zone), pattern)
}

/// Formats `time` by a `SimpleDateFormat` pattern.
fn format(time: &Zoned, pattern: &str) -> Result<String, StepError> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => quoted(&mut chars, &mut out)?,
            'a'..='z' | 'A'..='Z' => {
                let mut width = 1;
                while chars.next_if_eq(&c).is_some() {
                    width += 1;
                }
                field(time, c, width, &mut out)?;
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Text up to the closing quote; `''` is a quote, inside and outside.
fn quoted(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
) -> Result<(), StepError> {
    if chars.next_if_eq(&'\'').is_some() {
        out.push('\'');
        return Ok(());
    }
    loop {
        match chars.next() {
            Some('\'') if chars.next_if_eq(&'\'').is_some() => out.push('\''),
            Some('\'') => return Ok(()),
            Some(c) => out.push(c),
            None => {
                return Err(illegal(
                    "The date pattern has an unterminated quote.".to_owned(),
                ));
            }
        }
    }
}

fn field(time: &Zoned, letter: char, width: usize, out: &mut String) -> Result<(), StepError> {
    let hour = i64::from(time.hour());
    let number = match letter {
        'y' => return year(i64::from(time.year()), width, out),
        'Y' => return year(i64::from(saturday(time.date()).year()), width, out),
        'M' | 'L' if width >= 3 => {
            return name(
                MONTHS[usize::from(time.month().unsigned_abs()) - 1],
                width,
                out,
            );
        }
        'E' => {
            let day = time.weekday().to_sunday_zero_offset().unsigned_abs();
            return name(DAYS[usize::from(day)], width, out);
        }
        'a' => return push(out, if hour < 12 { "AM" } else { "PM" }),
        'G' => return push(out, if time.year() > 0 { "AD" } else { "BC" }),
        'z' => return push(out, &zone_name(time)),
        'Z' => return offset(time, "", true, out),
        'X' => return iso_offset(time, width, out),
        'M' | 'L' => i64::from(time.month()),
        'd' => i64::from(time.day()),
        'D' => i64::from(time.day_of_year()),
        'F' => i64::from((time.day() - 1) / 7 + 1),
        'w' => i64::from((saturday(time.date()).day_of_year() - 1) / 7 + 1),
        'W' => i64::from(
            (i16::from(time.day()) + saturday_offset(time.date().first_of_month()) - 1) / 7 + 1,
        ),
        'u' => i64::from(time.weekday().to_monday_one_offset()),
        'H' => hour,
        'k' => {
            if hour == 0 {
                24
            } else {
                hour
            }
        }
        'K' => hour % 12,
        'h' => {
            if hour % 12 == 0 {
                12
            } else {
                hour % 12
            }
        }
        'm' => i64::from(time.minute()),
        's' => i64::from(time.second()),
        'S' => i64::from(time.millisecond()),
        _ => {
            return Err(illegal(format!(
                "{letter:?} is not a letter of a date pattern; put text in single quotes."
            )));
        }
    };
    padded(number, width, out);
    Ok(())
}

/// Days before `date` in its week, which begins on Sunday.
fn saturday_offset(date: Date) -> i16 {
    i16::from(date.weekday().to_sunday_zero_offset())
}

/// The end of the week: weeks begin on Sunday and belong to the year they end in.
fn saturday(date: Date) -> Date {
    date.saturating_add(jiff::Span::new().days(6 - saturday_offset(date)))
}

fn year(year: i64, width: usize, out: &mut String) -> Result<(), StepError> {
    match width {
        2 => padded(year.rem_euclid(100), 2, out),
        _ => padded(year, width, out),
    }
    Ok(())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

fn name(name: &str, width: usize, out: &mut String) -> Result<(), StepError> {
    push(out, if width >= 4 { name } else { &name[..3] })
}

fn push(out: &mut String, text: &str) -> Result<(), StepError> {
    out.push_str(text);
    Ok(())
}

fn padded(number: i64, width: usize, out: &mut String) {
    // A pattern is at most as long as an expression; a width beyond that adds nothing.
    let width = width.min(64);
    write!(out, "{number:0width$}").expect("invariant: writing to a String does not fail");
}

/// The short name of the zone; zones that have none get Java's `GMT-02:00`.
fn zone_name(time: &Zoned) -> String {
    let info = time.time_zone().to_offset_info(time.timestamp());
    let abbreviation = info.abbreviation();
    if abbreviation.starts_with(['+', '-']) {
        let mut name = "GMT".to_owned();
        write_offset(time, ":", true, &mut name);
        return name;
    }
    abbreviation.to_owned()
}

/// `X`: `Z` for UTC, else hours, hours and minutes, or both with a colon.
fn iso_offset(time: &Zoned, width: usize, out: &mut String) -> Result<(), StepError> {
    if width > 3 {
        return Err(illegal(
            "A date pattern may have up to three 'X'.".to_owned(),
        ));
    }
    if time.offset().is_zero() {
        return push(out, "Z");
    }
    match width {
        1 => offset(time, "", false, out),
        2 => offset(time, "", true, out),
        _ => offset(time, ":", true, out),
    }
}

fn offset(time: &Zoned, separator: &str, minutes: bool, out: &mut String) -> Result<(), StepError> {
    write_offset(time, separator, minutes, out);
    Ok(())
}

fn write_offset(time: &Zoned, separator: &str, with_minutes: bool, out: &mut String) {
    let seconds = time.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    out.push(sign);
    padded(i64::from(minutes / 60), 2, out);
    if with_minutes {
        out.push_str(separator);
        padded(i64::from(minutes % 60), 2, out);
    }
}

fn illegal(message: String) -> StepError {
    StepError::of_class("java.lang.IllegalArgumentException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-12-30T00:05:09.007Z, a Monday.
    const NOW: Timestamp = Timestamp::from_micros(1_735_517_109_007_000);

    fn formatted(pattern: &str, zone: Option<&str>) -> String {
        now(NOW, 0, zone, pattern).unwrap()
    }

    #[test]
    fn patterns_of_real_flows_in_utc() {
        let cases = [
            ("yyyy-MM-dd'T'HH:mm:ss", "2024-12-30T00:05:09"),
            ("yyyy-MM-dd'T'HH:mm:ssX", "2024-12-30T00:05:09Z"),
            ("yyyy-MM-dd HH:mm:ssZ", "2024-12-30 00:05:09+0000"),
            ("yyyy-MM-dd HH:mm:ssz", "2024-12-30 00:05:09UTC"),
            ("yyyy-MM-dd'T'HH:mm:ssXXX", "2024-12-30T00:05:09Z"),
            ("yyyy-MM-dd'T'hh:mm:ss'Z'", "2024-12-30T12:05:09Z"),
            ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2024-12-30T00:05:09.007Z"),
            ("yyyyMMddHHmmss", "20241230000509"),
            ("HH:MM:SS.000'Z'", "00:12:07.000Z"),
            ("'PT'HH'H'mm'M'ss'S'", "PT00H05M09S"),
            ("HH'%3A'mm", "00%3A05"),
            ("yyyy-MM-dd'T'00:00:00.000'Z'", "2024-12-30T00:00:00.000Z"),
            ("yy M d H h m s S k K", "24 12 30 0 12 5 9 7 24 0"),
            ("EEE, dd MMM yyyy", "Mon, 30 Dec 2024"),
            ("EEEE MMMM a u", "Monday December AM 1"),
            ("YYYY-MM-dd w D F W", "2025-12-30 1 365 5 5"),
            ("''yyyy'' 'o''clock'", "'2024' o'clock"),
            ("SSSSSS", "000007"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(formatted(pattern, None), expected, "{pattern}");
        }
    }

    #[test]
    fn zones_change_the_time_and_its_suffix() {
        let cases = [
            (
                "Europe/Berlin",
                "yyyy-MM-dd HH:mm:ss z",
                "2024-12-30 01:05:09 CET",
            ),
            (
                "Europe/Berlin",
                "HH X XX XXX Z",
                "01 +01 +0100 +01:00 +0100",
            ),
            ("Asia/Kolkata", "HH:mm XXX X", "05:35 +05:30 +05"),
            (
                "America/Chicago",
                "yyyy-MM-dd HH:mm Z",
                "2024-12-29 18:05 -0600",
            ),
            ("Etc/GMT+2", "HH z Z", "22 GMT-02:00 -0200"),
        ];
        for (zone, pattern, expected) in cases {
            assert_eq!(formatted(pattern, Some(zone)), expected, "{zone} {pattern}");
        }
    }

    #[test]
    fn offsets_move_the_time() {
        let hours = |hours: i64| now(NOW, hours * 3600, None, "dd HH:mm").unwrap();
        assert_eq!(hours(-2), "29 22:05");
        assert_eq!(hours(24), "31 00:05");
        assert!(now(NOW, i64::MAX, None, "yyyy").is_err());
    }

    #[test]
    fn malformed_patterns_are_errors() {
        for pattern in ["yyyy-MM-ddThh", "b", "'abc", "XXXX", "yyyy''MM'"] {
            let error = now(NOW, 0, None, pattern).unwrap_err();
            assert_eq!(
                error.class, "java.lang.IllegalArgumentException",
                "{pattern}"
            );
        }
        assert!(now(NOW, 0, Some("Mars/Olympus"), "yyyy").is_err());
    }
}
