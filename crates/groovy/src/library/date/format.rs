//! `java.text.SimpleDateFormat`, as rules.

use crate::thrown::Result;

use super::fields::{DAY, Fields, Week};
use super::locale::Locale;
use super::names::Names;
use super::pattern::{self, Piece};
use super::print::{self, Style};
use super::scan::{self, Reading};
use super::zone::Zone;

/// A date format.
#[derive(Clone)]
pub(crate) struct DateFormat {
    pieces: Vec<Piece>,
    /// The pattern as given.
    pub pattern: String,
    /// Zone it writes in, and reads in when a text has none.
    pub zone: Zone,
    /// Language of names.
    pub locale: Locale,
    /// Rule of weeks.
    pub week: Week,
    /// Whether 30 February is 1 March.
    pub lenient: bool,
    /// Where the hundred years of two-digit years begin.
    pub century: i64,
}

impl DateFormat {
    /// A format; `now` decides what two-digit years mean.
    pub(crate) fn new(pattern: &str, locale: Locale, zone: Zone, now: i64) -> Result<Self> {
        Ok(Self {
            pieces: pattern::compile(pattern)?,
            pattern: pattern.to_owned(),
            week: locale.week(),
            century: eighty_years_before(now, &zone),
            zone,
            locale,
            lenient: true,
        })
    }

    /// Takes another pattern.
    pub(crate) fn apply(&mut self, pattern: &str) -> Result<()> {
        self.pieces = pattern::compile(pattern)?;
        pattern.clone_into(&mut self.pattern);
        Ok(())
    }

    /// Writes a moment.
    pub(crate) fn print(&self, millis: i64) -> String {
        let style = Style {
            zone: &self.zone,
            names: Names::of(&self.locale.language),
            week: self.week,
        };
        print::print(&self.pieces, millis, &style)
    }

    /// The moment that a text says from a byte, and the byte behind it; or where it cannot be read.
    pub(crate) fn scan(&self, text: &str, at: usize) -> std::result::Result<(i64, usize), usize> {
        let reading = Reading {
            zone: &self.zone,
            names: Names::of(&self.locale.language),
            week: self.week,
            lenient: self.lenient,
            century: self.century,
        };
        scan::scan(&self.pieces, text, at, &reading)
    }

    /// `parse(text)`: what follows is not looked at.
    pub(crate) fn read(&self, text: &str) -> Result<i64> {
        match self.scan(text, 0) {
            Ok((millis, _)) => Ok(millis),
            Err(at) => Err(unparseable(text, at)),
        }
    }
}

fn unparseable(text: &str, at: usize) -> crate::thrown::Thrown {
    let units = crate::text::units_of(text.get(..at).unwrap_or(text));
    let class = crate::library::throwable::named("ParseException");
    let message = format!("Unparseable date: \"{text}\"");
    let mut exception = crate::throwable::Throwable::new(class, Some(message.into()));
    exception.details.push((
        "errorOffset".into(),
        super::args::int(i64::try_from(units).unwrap_or(0)),
    ));
    crate::thrown::Thrown::exception(crate::value::Value::object(exception))
}

fn eighty_years_before(now: i64, zone: &Zone) -> i64 {
    let fields = Fields::of(now, zone);
    let day = super::civil::days(fields.year - 80, fields.month, fields.day);
    zone.resolve_local(day.saturating_mul(DAY).saturating_add(fields.time))
}

/// Patterns that the deprecated `new Date(text)` is read with.
const LOOSE: &[&str] = &[
    "yyyy/MM/dd HH:mm:ss Z",
    "yyyy/MM/dd HH:mm:ss",
    "yyyy/MM/dd HH:mm",
    "yyyy/MM/dd",
    "MM/dd/yyyy HH:mm:ss",
    "MM/dd/yyyy HH:mm",
    "MM/dd/yyyy",
    "EEE MMM dd HH:mm:ss zzz yyyy",
    "EEE, d MMM yyyy HH:mm:ss z",
    "EEE, d MMM yyyy HH:mm:ss",
    "d MMM yyyy HH:mm:ss z",
    "d MMM yyyy HH:mm:ss",
    "d MMM yyyy",
    "MMM d, yyyy HH:mm:ss",
    "MMM d, yyyy",
];

/// What the deprecated `new Date(text)` reads; `None` when it cannot.
pub(crate) fn parse_loosely(text: &str, zone: &Zone) -> Option<i64> {
    let text = text.trim();
    let starts_with_year = text.split('/').next().is_some_and(|first| first.len() == 4);
    LOOSE
        .iter()
        .filter(|pattern| !pattern.starts_with("MM/") || !starts_with_year)
        .filter(|pattern| !pattern.starts_with("yyyy/") || starts_with_year)
        .find_map(|pattern| {
            let format = DateFormat::new(pattern, Locale::us(), zone.clone(), 0).ok()?;
            let (millis, end) = format.scan(text, 0).ok()?;
            (end == text.len()).then_some(millis)
        })
}
