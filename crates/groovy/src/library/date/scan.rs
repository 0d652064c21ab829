//! How `SimpleDateFormat` reads dates.

use super::fields::{Setting, field};
use super::names::{HALVES, Names};
use super::pattern::Piece;
use super::zone::Zone;
use super::zone_names;

/// What a format reads with.
pub(crate) struct Reading<'a> {
    pub zone: &'a Zone,
    pub names: &'a Names,
    pub week: super::fields::Week,
    pub lenient: bool,
    /// Where the hundred years of two-digit years begin, in milliseconds.
    pub century: i64,
}

/// The moment that `text` says from byte `at`, and the byte behind it; or where it cannot be read.
pub(crate) fn scan(
    pieces: &[Piece],
    text: &str,
    at: usize,
    reading: &Reading<'_>,
) -> Result<(i64, usize), usize> {
    let mut scanner = Scanner {
        text,
        at,
        reading,
        set: Setting::new(),
        week_year: None,
        ambiguous: None,
    };
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(expected) => scanner.expect(expected)?,
            Piece::Letter(letter, count) => {
                let abuts = matches!(pieces.get(index + 1), Some(Piece::Letter(..)));
                scanner.letter(*letter, *count, abuts)?;
            }
        }
    }
    let end = scanner.at;
    scanner.millis().map(|millis| (millis, end)).ok_or(end)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    reading: &'a Reading<'a>,
    set: Setting,
    week_year: Option<i64>,
    /// The year, when its two digits may mean the first or the last of the hundred years.
    ambiguous: Option<i64>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn expect(&mut self, expected: &str) -> Result<(), usize> {
        for c in expected.chars() {
            if !self.rest().starts_with(c) {
                return Err(self.at);
            }
            self.at += c.len_utf8();
        }
        Ok(())
    }

    fn letter(&mut self, letter: char, count: usize, abuts: bool) -> Result<(), usize> {
        let start = self.at;
        let blank = |c| c == ' ' || c == '\t';
        self.at += self.rest().len() - self.rest().trim_start_matches(blank).len();
        if self.rest().is_empty() {
            return Err(start);
        }
        let end = abuts.then_some(start + count);
        match letter {
            'G' => self.name(field::ERA, &[&self.reading.names.eras]),
            'M' | 'L' if count > 2 => {
                let names = self.reading.names;
                self.name(field::MONTH, &[&names.months, &names.short_months])
            }
            'E' => {
                let names = self.reading.names;
                self.name(field::DAY_OF_WEEK, &[&names.days, &names.short_days])
            }
            'a' => self.name(field::AM_PM, &[&HALVES]),
            'z' | 'Z' => self.zone(),
            'X' => self.iso_zone(count),
            'y' | 'Y' => self.year(letter, count, end),
            _ => {
                let number = self.number(end)?;
                self.numeric(letter, number);
                Ok(())
            }
        }
    }

    fn numeric(&mut self, letter: char, number: i64) {
        let (number_of, value) = match letter {
            'M' | 'L' => (field::MONTH, number - 1),
            'd' => (field::DAY_OF_MONTH, number),
            'k' => (field::HOUR_OF_DAY, if number == 24 { 0 } else { number }),
            'H' => (field::HOUR_OF_DAY, number),
            'h' => (field::HOUR, if number == 12 { 0 } else { number }),
            'K' => (field::HOUR, number),
            'm' => (field::MINUTE, number),
            's' => (field::SECOND, number),
            'S' => (field::MILLISECOND, number),
            'D' => (field::DAY_OF_YEAR, number),
            'F' => (field::DAY_OF_WEEK_IN_MONTH, number),
            'w' => (field::WEEK_OF_YEAR, number),
            'W' => (field::WEEK_OF_MONTH, number),
            _ => (field::DAY_OF_WEEK, if number == 7 { 1 } else { number + 1 }),
        };
        self.set.set(number_of, value);
    }

    /// A whole number, up to byte `end` when the next number follows at once.
    fn number(&mut self, end: Option<usize>) -> Result<i64, usize> {
        let rest = match end {
            Some(end) => self.text.get(self.at..end).ok_or(self.at)?,
            None => self.rest(),
        };
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let digits_read = digits.get(..count).unwrap_or_default();
        if digits_read.is_empty() {
            return Err(self.at);
        }
        let number = digits_read.bytes().fold(0_i64, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(i64::from(digit - b'0'))
        });
        let negative = digits.len() < rest.len();
        self.at += count + usize::from(negative);
        Ok(if negative { -number } else { number })
    }

    fn year(&mut self, letter: char, count: usize, end: Option<usize>) -> Result<(), usize> {
        let start = self.at;
        let mut year = self.number(end)?;
        let two_digits = self.at - start == 2 && year >= 0;
        if count <= 2 && two_digits {
            let first = super::fields::Fields::of(self.reading.century, self.reading.zone).year;
            let in_century = first.rem_euclid(100);
            let next = if year < in_century { 100 } else { 0 };
            let ambiguous = year == in_century;
            year += first - in_century + next;
            self.ambiguous = ambiguous.then_some(year);
        }
        if letter == 'Y' {
            self.week_year = Some(year);
        } else {
            self.week_year = None;
            self.set.set(field::YEAR, year);
        }
        Ok(())
    }

    /// The longest of these names, in any case; its place is the value.
    fn name(&mut self, number: usize, lists: &[&[&str]]) -> Result<(), usize> {
        let rest = self.rest();
        let mut best = None;
        for list in lists {
            for (index, name) in list.iter().enumerate() {
                let longer = best.is_none_or(|(_, len)| name.len() > len);
                if longer && !name.is_empty() && begins(rest, name) {
                    best = Some((index, name.len()));
                }
            }
        }
        let (index, len) = best.ok_or(self.at)?;
        let first = usize::from(number == field::DAY_OF_WEEK);
        self.set
            .set(number, i64::try_from(index + first).unwrap_or(0));
        self.at += len;
        Ok(())
    }

    fn zone(&mut self) -> Result<(), usize> {
        let rest = self.rest();
        if let Some(sign) = sign_of(rest) {
            self.at += 1;
            return self.offset(sign, 0, false);
        }
        if begins(rest, "GMT") {
            self.at += 3;
            let Some(sign) = sign_of(self.rest()) else {
                self.set_offset(0, 0);
                return Ok(());
            };
            self.at += 1;
            return self.offset(sign, 0, true);
        }
        let (names, daylight, len) = zone_names::starting(rest).ok_or(self.at)?;
        let own = self.reading.zone.id();
        let id = names
            .zones
            .iter()
            .find(|id| **id == own)
            .or(names.zones.first());
        let zone = Zone::lenient(id.copied().unwrap_or("GMT"));
        let now = self
            .reading
            .century
            .saturating_add(80 * 366 * super::fields::DAY);
        let saving = if daylight { zone.saving(now) } else { 0 };
        self.set_offset(zone.standard_offset(now), saving);
        self.at += len;
        Ok(())
    }

    fn iso_zone(&mut self, count: usize) -> Result<(), usize> {
        if self.rest().starts_with('Z') {
            self.at += 1;
            self.set_offset(0, 0);
            return Ok(());
        }
        let sign = sign_of(self.rest()).ok_or(self.at)?;
        self.at += 1;
        self.offset(sign, count, count == 3)
    }

    fn set_offset(&mut self, standard: i32, saving: i32) {
        self.set.set(field::ZONE_OFFSET, i64::from(standard) * 1000);
        self.set.set(field::DST_OFFSET, i64::from(saving) * 1000);
    }

    /// Hours, and minutes unless `count` is 1. One digit of hours is enough in `GMT+1:00`.
    fn offset(&mut self, sign: i32, count: usize, colon: bool) -> Result<(), usize> {
        let mut hours = self.digit()?;
        match self.digit() {
            Ok(digit) => hours = hours * 10 + digit,
            Err(_) if count == 0 && colon => {}
            Err(at) => return Err(at),
        }
        let mut minutes = 0;
        if count != 1 {
            if colon {
                self.expect(":")?;
            }
            minutes = self.digit()? * 10 + self.digit()?;
        }
        if hours > 23 || minutes > 59 {
            return Err(self.at);
        }
        self.set_offset(sign * (hours * 3600 + minutes * 60), 0);
        Ok(())
    }

    fn digit(&mut self) -> Result<i32, usize> {
        let digit = self
            .rest()
            .bytes()
            .next()
            .filter(u8::is_ascii_digit)
            .ok_or(self.at)?;
        self.at += 1;
        Ok(i32::from(digit - b'0'))
    }

    fn millis(mut self) -> Option<i64> {
        let (zone, week) = (self.reading.zone, self.reading.week);
        if let Some(year) = self.week_year {
            self.set_week_date(year);
        }
        let mut millis = self.set.millis(zone, week);
        if let Some(year) = self.ambiguous
            && millis < self.reading.century
        {
            self.set.set(field::YEAR, year + 100);
            millis = self.set.millis(zone, week);
        }
        (self.reading.lenient || is_exact(&self.set, millis, self.reading)).then_some(millis)
    }

    /// `YYYY` with a week and a day of the week means that day, whatever its year.
    fn set_week_date(&mut self, year: i64) {
        let week = self.reading.week;
        let number = self.set.get(field::WEEK_OF_YEAR).unwrap_or(1);
        let weekday = self.set.get(field::DAY_OF_WEEK).unwrap_or(week.0);
        let first = super::fields::first_week(super::civil::days(year, 0, 1), week);
        let weekday = (weekday - 1).rem_euclid(7) + 1;
        let day = super::fields::on_or_before(first + 6, weekday) + 7 * (number - 1);
        let (year, month, day) = super::civil::date(day);
        self.set.set(field::YEAR, year);
        self.set.set(field::MONTH, month);
        self.set.set(field::DAY_OF_MONTH, day);
    }
}

/// Whether the fields that were read are those of the moment.
fn is_exact(set: &Setting, millis: i64, reading: &Reading<'_>) -> bool {
    let offset = |number| set.get(number).unwrap_or(0) / 1000;
    let zone = if set.is_set(field::ZONE_OFFSET) {
        let seconds = offset(field::ZONE_OFFSET) + offset(field::DST_OFFSET);
        Zone::fixed("", i32::try_from(seconds).unwrap_or(0))
    } else {
        reading.zone.clone()
    };
    let fields = super::fields::Fields::of(millis, &zone);
    (0..field::ZONE_OFFSET)
        .filter(|number| set.is_set(*number))
        .all(|number| set.get(number) == Some(fields.get(number, reading.week, 0)))
}

fn sign_of(text: &str) -> Option<i32> {
    match text.bytes().next()? {
        b'+' => Some(1),
        b'-' => Some(-1),
        _ => None,
    }
}

/// Whether a text begins with a name, in any case.
fn begins(text: &str, name: &str) -> bool {
    let mut chars = text.chars();
    name.chars().all(|expected| {
        chars
            .next()
            .is_some_and(|c| c == expected || c.to_lowercase().eq(expected.to_lowercase()))
    })
}
