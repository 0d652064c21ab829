//! How dates and times of `java.time` are written.

use std::fmt::Write;

use jiff::civil::DateTime;

use crate::library::date::{HALVES, Locale, Names};
use crate::throwable::throw;
use crate::thrown::Result;

use super::fields;
use super::pattern::{Piece, Style};
use super::temporal::{Kind, Temporal, bad};

/// `toString()`
pub(super) fn text(of: &Temporal) -> String {
    let mut out = String::new();
    if of.kind.has_date() {
        let date = of.at.date();
        // Years beyond four digits have a sign.
        let sign = if date.year() < 0 { "-" } else { "" };
        let year = date.year().unsigned_abs();
        put(
            &mut out,
            format_args!("{sign}{year:04}-{:02}-{:02}", date.month(), date.day()),
        );
    }
    if of.kind.has_date() && of.kind.has_time() {
        out.push('T');
    }
    if of.kind.has_time() {
        time(&mut out, of.at, of.kind == Kind::Instant);
    }
    match of.kind {
        Kind::Instant => out.push('Z'),
        Kind::Offset | Kind::Zoned => out.push_str(&offset_id(of.offset)),
        _ => {}
    }
    if let Some(zone) = &of.zone
        && of.kind == Kind::Zoned
        && !super::zone_id::is_offset(zone)
    {
        put(&mut out, format_args!("[{}]", zone.id()));
    }
    out
}

fn put(out: &mut String, args: std::fmt::Arguments<'_>) {
    out.write_fmt(args)
        .expect("invariant: a string takes all text");
}

fn time(out: &mut String, at: DateTime, seconds: bool) {
    put(out, format_args!("{:02}:{:02}", at.hour(), at.minute()));
    let nano = at.subsec_nanosecond();
    if seconds || at.second() > 0 || nano > 0 {
        put(out, format_args!(":{:02}", at.second()));
    }
    if nano == 0 {
        return;
    }
    if nano % 1_000_000 == 0 {
        put(out, format_args!(".{:03}", nano / 1_000_000));
    } else if nano % 1000 == 0 {
        put(out, format_args!(".{:06}", nano / 1000));
    } else {
        put(out, format_args!(".{nano:09}"));
    }
}

/// `+02:00`, or `Z`.
pub(super) fn offset_id(seconds: i32) -> String {
    if seconds == 0 {
        "Z".to_owned()
    } else {
        offset(seconds, "+HH:MM:ss", "Z")
    }
}

/// An offset in a shape; capital letters always appear, small ones when they are not zero.
fn offset(seconds: i32, shape: &str, none: &str) -> String {
    if seconds == 0 {
        return none.to_owned();
    }
    let abs = seconds.unsigned_abs();
    let (hours, minutes, seconds_left) = (abs / 3600, abs / 60 % 60, abs % 60);
    let colon = if shape.contains(':') { ":" } else { "" };
    let mut out = String::new();
    put(
        &mut out,
        format_args!("{}{hours:02}", if seconds < 0 { '-' } else { '+' }),
    );
    if shape.contains("MM") || minutes > 0 {
        put(&mut out, format_args!("{colon}{minutes:02}"));
    }
    if shape.contains("ss") && seconds_left > 0 {
        put(&mut out, format_args!("{colon}{seconds_left:02}"));
    }
    out
}

/// The name of a month, a day of the week and so on.
pub(super) fn name(field: &str, value: i64, style: Style, locale: &Locale) -> Option<String> {
    let names = Names::of(&locale.language);
    let index = usize::try_from(value).ok()?;
    let short = style == Style::Short;
    let found = match field {
        "MONTH_OF_YEAR" if short => names.short_months.get(index.checked_sub(1)?),
        "MONTH_OF_YEAR" => names.months.get(index.checked_sub(1)?),
        "DAY_OF_WEEK" if short => names.short_days.get(index % 7),
        "DAY_OF_WEEK" => names.days.get(index % 7),
        "AMPM_OF_DAY" => HALVES.get(index),
        "ERA" if style == Style::Full && index == 1 => Some(&"Anno Domini"),
        "ERA" => names.eras.get(index),
        _ if short => return Some(format!("Q{value}")),
        _ => return Some(value.to_string()),
    };
    let found = *found?;
    match style {
        Style::Narrow => found.chars().next().map(String::from),
        _ => Some(found.to_owned()),
    }
}

/// Writes pieces of a format.
pub(super) fn print(pieces: &[Piece], of: &Temporal, locale: &Locale) -> Result<String> {
    let mut out = String::new();
    pieces_of(&mut out, pieces, of, locale)?;
    Ok(out)
}

fn pieces_of(out: &mut String, pieces: &[Piece], of: &Temporal, locale: &Locale) -> Result<()> {
    for piece in pieces {
        piece_of(out, piece, of, locale)?;
    }
    Ok(())
}

/// A field, including those that depend on the locale.
fn value(of: &Temporal, field: &'static str, locale: &Locale) -> Result<i64> {
    let date = || of.kind.has_date() && of.kind != Kind::Instant;
    let found = match field {
        "WEEK_YEAR" | "WEEK_OF_YEAR" if date() => {
            let (year, week) = week_of(of, locale.week());
            Some(if field == "WEEK_YEAR" { year } else { week })
        }
        "ISO_WEEK_YEAR" | "ISO_WEEK" if date() => {
            let (year, week) = week_of(of, (2, 4));
            Some(if field == "ISO_WEEK_YEAR" { year } else { week })
        }
        "LOCAL_DAY_OF_WEEK" if date() => {
            let weekday = i64::from(of.at.weekday().to_sunday_zero_offset());
            Some((weekday + 1 - locale.week().0).rem_euclid(7) + 1)
        }
        "WEEK_OF_MONTH" if date() => Some(crate::library::date::week_of_month(
            fields::epoch_day(of.at.date()),
            locale.week(),
        )),
        "ALIGNED_DAY_OF_WEEK_IN_MONTH" if date() => Some((i64::from(of.at.day()) - 1) % 7 + 1),
        field => fields::get(of, field),
    };
    found.ok_or_else(|| match field {
        "WEEK_YEAR" => throw(
            "UnsupportedTemporalTypeException",
            "Unsupported field: WeekBasedYear",
        ),
        field => fields::unsupported_field(field),
    })
}

fn week_of(of: &Temporal, week: (i64, i64)) -> (i64, i64) {
    crate::library::date::week_of_year(fields::epoch_day(of.at.date()), week)
}

fn piece_of(out: &mut String, piece: &Piece, of: &Temporal, locale: &Locale) -> Result<()> {
    match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Number {
            field,
            least,
            most,
            signed,
        } => {
            number(
                out,
                (*field, *least, *most, *signed),
                value(of, field, locale)?,
            )?;
        }
        Piece::ShortYear(field) => {
            let year = value(of, field, locale)?;
            put(out, format_args!("{:02}", year.rem_euclid(100)));
        }
        Piece::Fraction { least, most, point } => {
            let nano = value(of, "NANO_OF_SECOND", locale)?;
            let digits = format!("{nano:09}");
            let wanted = digits.trim_end_matches('0').len().clamp(*least, *most);
            if wanted > 0 {
                out.push_str(if *point { "." } else { "" });
                out.push_str(digits.get(..wanted).unwrap_or_default());
            }
        }
        Piece::Name(field, style) => {
            let value = value(of, field, locale)?;
            out.push_str(&name(field, value, *style, locale).unwrap_or_default());
        }
        Piece::Offset { shape, none } => {
            let seconds = needed_offset(of)?;
            out.push_str(&offset(seconds, shape, none));
        }
        Piece::Gmt { full } => gmt(out, needed_offset(of)?, *full),
        Piece::ZoneId => out.push_str(needed_zone(of)?.id()),
        Piece::ZoneName { full } => {
            let zone = needed_zone(of)?;
            let millis = super::temporal::millis(of.nanos());
            if super::zone_id::is_offset(&zone) {
                out.push_str(zone.id());
            } else {
                out.push_str(&zone.name(millis, zone.at(millis).daylight, *full));
            }
        }
        Piece::Instant => {
            needed_offset(of)?;
            out.push_str(&text(&Temporal::instant(of.nanos())?));
        }
        Piece::Optional(inner) => {
            let before = out.len();
            if pieces_of(out, inner, of, locale).is_err() {
                out.truncate(before);
            }
        }
    }
    Ok(())
}

fn number(
    out: &mut String,
    (field, least, most, signed): (&'static str, usize, usize, bool),
    value: i64,
) -> Result<()> {
    let digits = value.unsigned_abs().to_string();
    if digits.len() > most {
        let message = format!(
            "Field {} cannot be printed as the value {value} exceeds the maximum print width of {most}",
            fields::camel(field)
        );
        return Err(bad(message));
    }
    if value < 0 {
        out.push('-');
    } else if signed && (4..19).contains(&least) && digits.len() > least {
        out.push('+');
    }
    put(out, format_args!("{digits:0>least$}"));
    Ok(())
}

fn gmt(out: &mut String, seconds: i32, full: bool) {
    out.push_str("GMT");
    if seconds == 0 {
        return;
    }
    let abs = seconds.unsigned_abs();
    out.push(if seconds < 0 { '-' } else { '+' });
    let (hours, minutes) = (abs / 3600, abs / 60 % 60);
    match (full, minutes) {
        (true, _) => put(out, format_args!("{hours:02}:{minutes:02}")),
        (false, 0) => put(out, format_args!("{hours}")),
        (false, _) => put(out, format_args!("{hours}:{minutes:02}")),
    }
}

fn needed_offset(of: &Temporal) -> Result<i32> {
    if of.kind.has_offset() {
        return Ok(of.offset);
    }
    Err(fields::unsupported_field("OFFSET_SECONDS"))
}

fn needed_zone(of: &Temporal) -> Result<crate::library::date::Zone> {
    match (&of.zone, of.kind) {
        (Some(zone), _) => Ok(zone.clone()),
        (None, Kind::Offset) => Ok(super::zone_id::of_offset(of.offset)),
        (None, _) => Err(bad(format!(
            "Unable to extract ZoneId from temporal {}",
            text(of)
        ))),
    }
}
