//! How `SimpleDateFormat` writes dates.

use std::fmt::Write;

use super::fields::Fields;
use super::names::{HALVES, Names};
use super::pattern::Piece;
use super::zone::Zone;

/// What a format writes with.
pub(crate) struct Style<'a> {
    pub zone: &'a Zone,
    pub names: &'a Names,
    pub week: super::fields::Week,
}

/// Writes a moment.
pub(crate) fn print(pieces: &[Piece], millis: i64, style: &Style<'_>) -> String {
    let fields = Fields::of(millis, style.zone);
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Letter(letter, count) => {
                letter_of(&mut out, (*letter, *count), &fields, millis, style);
            }
        }
    }
    out
}

fn letter_of(
    out: &mut String,
    (letter, count): (char, usize),
    fields: &Fields,
    millis: i64,
    style: &Style<'_>,
) {
    let names = style.names;
    let number = match letter {
        'G' => return out.push_str(name(&names.eras, i64::from(fields.year > 0))),
        'y' => return year(out, of_era(fields.year), count),
        'Y' => return year(out, of_era(fields.week_of_year(style.week).0), count),
        'M' | 'L' if count >= 4 => return out.push_str(name(&names.months, fields.month)),
        'M' | 'L' if count == 3 => return out.push_str(name(&names.short_months, fields.month)),
        'E' if count >= 4 => return out.push_str(name(&names.days, fields.weekday() - 1)),
        'E' => return out.push_str(name(&names.short_days, fields.weekday() - 1)),
        'a' => return out.push_str(name(&HALVES, fields.hour() / 12)),
        'z' => return out.push_str(&style.zone.name(millis, fields.at.daylight, count >= 4)),
        'Z' => return offset(out, fields.at.offset, ""),
        'X' => return iso_offset(out, fields.at.offset, count),
        'M' | 'L' => fields.month + 1,
        'd' => fields.day,
        'k' if fields.hour() == 0 => 24,
        'k' | 'H' => fields.hour(),
        'h' if fields.hour() % 12 == 0 => 12,
        'h' | 'K' => fields.hour() % 12,
        'm' => fields.minute(),
        's' => fields.second(),
        'S' => fields.milli(),
        'D' => fields.day_of_year(),
        'F' => (fields.day - 1) / 7 + 1,
        'w' => fields.week_of_year(style.week).1,
        'W' => fields.week_of_month(style.week),
        _ => (fields.weekday() + 5) % 7 + 1,
    };
    padded(out, number, count);
}

fn name<'a>(names: &[&'a str], index: i64) -> &'a str {
    let index = usize::try_from(index).unwrap_or(0);
    names.get(index).copied().unwrap_or_default()
}

fn of_era(year: i64) -> i64 {
    if year > 0 { year } else { 1 - year }
}

fn year(out: &mut String, year: i64, count: usize) {
    if count == 2 {
        padded(out, year % 100, 2);
    } else {
        padded(out, year, count);
    }
}

/// A number with leading zeros.
pub(crate) fn padded(out: &mut String, number: i64, width: usize) {
    write!(out, "{number:0width$}").expect("invariant: a string takes all text");
}

/// `+0200`, or with something between hours and minutes.
pub(crate) fn offset(out: &mut String, seconds: i32, between: &str) {
    out.push(if seconds < 0 { '-' } else { '+' });
    let minutes = i64::from(seconds.unsigned_abs() / 60);
    padded(out, minutes / 60, 2);
    out.push_str(between);
    padded(out, minutes % 60, 2);
}

fn iso_offset(out: &mut String, seconds: i32, count: usize) {
    if seconds / 60 == 0 {
        return out.push('Z');
    }
    match count {
        1 => {
            out.push(if seconds < 0 { '-' } else { '+' });
            padded(out, i64::from(seconds.unsigned_abs() / 3600), 2);
        }
        2 => offset(out, seconds, ""),
        _ => offset(out, seconds, ":"),
    }
}
