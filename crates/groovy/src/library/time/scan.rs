//! How `DateTimeFormatter` reads.

use crate::library::date::{Locale, Zone};

use super::pattern::{Piece, Style};
use super::{print, zone_id};

/// What was read.
#[derive(Clone, Default)]
pub(super) struct Found {
    /// Fields, in the order in which they were read.
    pub(super) fields: Vec<(&'static str, i64)>,
    pub(super) zone: Option<Zone>,
}

impl Found {
    /// A field that was read.
    pub(super) fn get(&self, field: &str) -> Option<i64> {
        self.fields
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| *value)
    }

    pub(super) fn put(&mut self, field: &'static str, value: i64) {
        self.fields.retain(|(name, _)| *name != field);
        self.fields.push((field, value));
    }
}

/// Reads text.
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) locale: &'a Locale,
    /// Whether capital letters matter.
    pub(super) exact: bool,
    pub(super) found: Found,
}

/// Where reading failed.
type Failed = usize;

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads pieces one after the other.
    pub(super) fn pieces(&mut self, pieces: &[Piece]) -> Result<(), Failed> {
        for (index, piece) in pieces.iter().enumerate() {
            let after = pieces.get(index + 1..).unwrap_or_default();
            self.piece(piece, after)?;
        }
        Ok(())
    }

    fn piece(&mut self, piece: &Piece, after: &[Piece]) -> Result<(), Failed> {
        match piece {
            Piece::Text(text) => self.expect(text),
            Piece::Number {
                field,
                least,
                most,
                signed,
            } => {
                let reserved = if least == most { 0 } else { adjacent(after) };
                let value = self.number(*least, *most, *signed, reserved)?;
                self.set(field, value)
            }
            Piece::ShortYear(field) => {
                let year = self.number(2, 2, false, 0)?;
                self.set(field, 2000 + year)
            }
            Piece::Fraction { least, most, point } => self.fraction(*least, *most, *point),
            Piece::Name(field, style) => self.name(field, *style),
            Piece::Offset { shape, none } => self.offset(shape, none),
            Piece::Gmt { .. } => self.gmt(),
            Piece::ZoneId => self.zone_id(),
            Piece::ZoneName { .. } => self.zone_name(),
            Piece::Instant => self.instant(),
            Piece::Optional(inner) => {
                let (at, found) = (self.at, self.found.clone());
                if self.pieces(inner).is_err() {
                    self.at = at;
                    self.found = found;
                }
                Ok(())
            }
        }
    }

    fn set(&mut self, field: &'static str, value: i64) -> Result<(), Failed> {
        match self.found.get(field) {
            Some(before) if before != value => Err(self.at),
            _ => {
                self.found.put(field, value);
                Ok(())
            }
        }
    }

    fn begins(&self, expected: &str) -> bool {
        let exact = self.rest().starts_with(expected);
        exact
            || !self.exact
                && self
                    .rest()
                    .to_lowercase()
                    .starts_with(&expected.to_lowercase())
    }

    fn expect(&mut self, expected: &str) -> Result<(), Failed> {
        if !self.begins(expected) {
            return Err(self.at);
        }
        self.at += expected.len();
        Ok(())
    }

    /// A number; the last `reserved` of its digits belong to the numbers that follow at once.
    fn number(
        &mut self,
        least: usize,
        most: usize,
        signed: bool,
        reserved: usize,
    ) -> Result<i64, Failed> {
        let start = self.at;
        let rest = self.rest();
        let sign = rest
            .chars()
            .next()
            .filter(|c| signed && matches!(c, '+' | '-'));
        let digits = rest.get(usize::from(sign.is_some())..).unwrap_or_default();
        let count = digits
            .bytes()
            .take(most + reserved)
            .take_while(u8::is_ascii_digit)
            .count();
        let taken = count.saturating_sub(reserved).max(least).min(most);
        let plus = sign == Some('+');
        let too_long = least > 1 && least != most && taken > least && sign.is_none();
        if count < taken || taken < least || too_long || plus && taken <= least {
            return Err(start);
        }
        let value: i64 = digits
            .get(..taken)
            .and_then(|digits| digits.parse().ok())
            .ok_or(start)?;
        self.at += taken + usize::from(sign.is_some());
        Ok(if sign == Some('-') { -value } else { value })
    }

    fn fraction(&mut self, least: usize, most: usize, point: bool) -> Result<(), Failed> {
        if point {
            if !self.rest().starts_with('.') {
                return if least > 0 { Err(self.at) } else { Ok(()) };
            }
            self.at += 1;
        }
        let count = self
            .rest()
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if count < least.max(usize::from(point)) {
            return Err(self.at);
        }
        let digits = self.rest().get(..count).unwrap_or_default();
        let nano: i64 = format!("{digits:0<9}").parse().map_err(|_| self.at)?;
        self.at += count;
        self.set("NANO_OF_SECOND", nano)
    }

    fn name(&mut self, field: &'static str, style: Style) -> Result<(), Failed> {
        let values = match field {
            "AMPM_OF_DAY" | "ERA" => 0..=1,
            "MONTH_OF_YEAR" => 1..=12,
            "DAY_OF_WEEK" => 1..=7,
            _ => 1..=4,
        };
        let mut best: Option<(i64, usize)> = None;
        for value in values {
            let name = print::name(field, value, style, self.locale).unwrap_or_default();
            let longer = best.is_none_or(|(_, len)| name.len() > len);
            if longer && !name.is_empty() && self.begins(&name) {
                best = Some((value, name.len()));
            }
        }
        let (value, len) = best.ok_or(self.at)?;
        self.at += len;
        self.set(field, value)
    }

    fn digits(&mut self) -> Option<i32> {
        let digits = self.rest().get(..2)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.at += 2;
        digits.parse().ok()
    }

    fn offset(&mut self, shape: &str, none: &str) -> Result<(), Failed> {
        let start = self.at;
        if !none.starts_with(['+', '-']) && self.begins(none) {
            self.at += none.len();
            return self.set("OFFSET_SECONDS", 0);
        }
        let seconds = self
            .signed_offset(shape)
            .filter(|seconds| seconds.abs() <= 18 * 3600);
        match seconds {
            Some(seconds) => self.set("OFFSET_SECONDS", i64::from(seconds)),
            None => {
                self.at = start;
                Err(start)
            }
        }
    }

    fn signed_offset(&mut self, shape: &str) -> Option<i32> {
        let sign = match self.rest().bytes().next()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.at += 1;
        let hours = self.digits()?;
        let colon = shape.contains(':');
        let minutes = self.part(colon);
        if minutes.is_none() && shape.contains("MM") {
            return None;
        }
        let seconds = if shape.contains("ss") {
            self.part(colon)
        } else {
            None
        };
        Some(sign * (hours * 3600 + minutes.unwrap_or(0) * 60 + seconds.unwrap_or(0)))
    }

    /// Minutes or seconds, when they are there.
    fn part(&mut self, colon: bool) -> Option<i32> {
        let start = self.at;
        if colon {
            if !self.rest().starts_with(':') {
                return None;
            }
            self.at += 1;
        }
        let part = self.digits().filter(|part| *part < 60);
        if part.is_none() {
            self.at = start;
        }
        part
    }

    fn gmt(&mut self) -> Result<(), Failed> {
        self.expect("GMT")?;
        if !self.rest().starts_with(['+', '-']) {
            return self.set("OFFSET_SECONDS", 0);
        }
        self.offset("+HH:MM:ss", "Z")
    }

    fn zone_id(&mut self) -> Result<(), Failed> {
        let of_id = |c: char| c.is_ascii_alphanumeric() || "/_+-~:.".contains(c);
        let rest = self.rest();
        let mut len = rest.find(|c| !of_id(c)).unwrap_or(rest.len());
        while len > 0 {
            let zone = rest.get(..len).and_then(zone_id::find);
            if let Some(zone) = zone {
                self.at += len;
                self.found.zone = Some(zone);
                return Ok(());
            }
            len -= 1;
        }
        Err(self.at)
    }

    fn zone_name(&mut self) -> Result<(), Failed> {
        if let Some((zone, len)) = crate::library::date::zone_named(self.rest()) {
            self.at += len;
            self.found.zone = Some(zone);
            return Ok(());
        }
        self.zone_id()
    }

    /// A moment in UTC.
    fn instant(&mut self) -> Result<(), Failed> {
        self.pieces(&super::iso::pieces("ISO_LOCAL_DATE_TIME"))?;
        self.expect("Z")?;
        self.set("OFFSET_SECONDS", 0)
    }
}

/// Digits of the numbers of fixed width that follow at once.
fn adjacent(pieces: &[Piece]) -> usize {
    let fixed = pieces.iter().map_while(|piece| match piece {
        Piece::Number { least, most, .. } if least == most => Some(*least),
        Piece::ShortYear(_) => Some(2),
        Piece::Fraction {
            least,
            most,
            point: false,
        } if least == most => Some(*least),
        _ => None,
    });
    fixed.sum()
}
