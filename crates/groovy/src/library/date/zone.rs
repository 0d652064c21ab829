//! Time zones, as rules.

use std::rc::Rc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::zone_names;

/// Ids that Java keeps for the sake of old programs.
const OLD_IDS: &[(&str, &str)] = &[
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
    ("EST", "America/Panama"),
    ("MST", "America/Phoenix"),
    ("HST", "Pacific/Honolulu"),
];

/// Zones whose summer time is the standard time of the database.
const NEGATIVE: &[&str] = &[
    "Europe/Dublin",
    "Eire",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
];

const YEAR_1900: i64 = -2_208_988_800_000;
const YEAR_2020: i64 = 1_577_836_800_000;

/// A time zone.
#[derive(Clone)]
pub(crate) struct Zone(Rc<Inner>);

struct Inner {
    id: String,
    rules: Rules,
}

enum Rules {
    /// Seconds east of Greenwich.
    Fixed(i32),
    Named(TimeZone),
}

/// What holds at a moment.
#[derive(Clone, Copy)]
pub(crate) struct At {
    /// Seconds east of Greenwich.
    pub offset: i32,
    /// Whether it is daylight saving time.
    pub daylight: bool,
}

impl Zone {
    /// A fixed one.
    pub(crate) fn fixed(id: impl Into<String>, offset: i32) -> Self {
        Self(Rc::new(Inner {
            id: id.into(),
            rules: Rules::Fixed(offset),
        }))
    }

    /// UTC.
    pub(crate) fn utc() -> Self {
        Self::fixed("UTC", 0)
    }

    /// `TimeZone.getTimeZone(id)`; what is unknown is GMT.
    pub(crate) fn lenient(id: &str) -> Self {
        Self::region(id)
            .or_else(|| custom(id))
            .unwrap_or_else(|| Self::fixed("GMT", 0))
    }

    /// The zone of the database with exactly this id, or an old id of Java.
    pub(crate) fn region(id: &str) -> Option<Self> {
        let old = OLD_IDS.iter().find(|(old, _)| *old == id);
        let name = old.map_or(id, |(_, name)| name);
        if matches!(id, "UTC" | "GMT") {
            return Some(Self::fixed(id, 0));
        }
        let rules = TimeZone::get(name).ok()?;
        if rules.iana_name() != Some(name) {
            return None;
        }
        Some(Self(Rc::new(Inner {
            id: id.to_owned(),
            rules: Rules::Named(rules),
        })))
    }

    /// `getID()`
    pub(crate) fn id(&self) -> &str {
        &self.0.id
    }

    /// The fixed offset, when it is one.
    pub(crate) fn fixed_offset(&self) -> Option<i32> {
        match self.0.rules {
            Rules::Fixed(offset) => Some(offset),
            Rules::Named(_) => None,
        }
    }

    /// What holds at a moment in milliseconds.
    pub(crate) fn at(&self, millis: i64) -> At {
        match &self.0.rules {
            Rules::Fixed(offset) => At {
                offset: *offset,
                daylight: false,
            },
            // Java's calendars know no local mean time.
            Rules::Named(_) if millis < YEAR_1900 => At {
                offset: self.standard_offset(YEAR_2020),
                daylight: false,
            },
            Rules::Named(rules) => {
                let info = rules.to_offset_info(timestamp(millis));
                let negative = NEGATIVE.contains(&rules.iana_name().unwrap_or_default());
                let offset = info.offset().seconds();
                let daylight = if negative {
                    offset == 3600
                } else {
                    info.dst().is_dst()
                };
                At { offset, daylight }
            }
        }
    }

    /// Milliseconds of local time in which a calendar of Java sees this time of the clock: standard
    /// time when clocks were turned back, later by the gap when they were turned forward.
    pub(crate) fn resolve_local(&self, local: i64) -> i64 {
        let offset = match self.offsets(local) {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } => before,
            AmbiguousOffset::Fold { after, .. } => after,
        };
        local.saturating_sub(i64::from(offset.seconds()) * 1000)
    }

    /// The offsets that a time of the clock may have.
    pub(crate) fn offsets(&self, local: i64) -> AmbiguousOffset {
        match &self.0.rules {
            Rules::Fixed(seconds) => AmbiguousOffset::Unambiguous {
                offset: Offset::from_seconds(*seconds).unwrap_or(Offset::UTC),
            },
            Rules::Named(_) if local < YEAR_1900 => AmbiguousOffset::Unambiguous {
                offset: Offset::from_seconds(self.at(local).offset).unwrap_or(Offset::UTC),
            },
            Rules::Named(rules) => rules.to_ambiguous_timestamp(civil(local)).offset(),
        }
    }

    /// `getRawOffset()` in seconds: of standard time at a moment.
    pub(crate) fn standard_offset(&self, now: i64) -> i32 {
        const HALF_YEAR: i64 = 183 * 86_400_000;
        let here = self.at(now);
        if !here.daylight {
            return here.offset;
        }
        let other = self.at(now.saturating_add(HALF_YEAR));
        if other.daylight {
            here.offset.saturating_sub(3600)
        } else {
            other.offset
        }
    }

    /// How much daylight saving time adds in the year around a moment, in seconds.
    pub(crate) fn saving(&self, now: i64) -> i32 {
        const MONTH: i64 = 30 * 86_400_000;
        let standard = self.standard_offset(now);
        let year = (0..12).map(|month| self.at(now.saturating_add(month * MONTH)));
        let summer = year.into_iter().find(|at| at.daylight);
        summer.map_or(0, |at| at.offset.saturating_sub(standard))
    }

    /// `getDisplayName(daylight, style)`
    pub(crate) fn name(&self, now: i64, daylight: bool, long: bool) -> String {
        let standard = self.standard_offset(now);
        let abbreviation = self.abbreviation(now);
        if let Some(names) = zone_names::of_zone(self.id(), &abbreviation) {
            return match (long, daylight) {
                (true, _) => names.long(daylight),
                (false, true) => names.daylight.to_owned(),
                (false, false) => names.standard.to_owned(),
            };
        }
        if abbreviation.starts_with(|c: char| c.is_ascii_alphabetic()) && !long && !daylight {
            return abbreviation;
        }
        let saving = if daylight { self.saving(now) } else { 0 };
        gmt_id(standard.saturating_add(saving))
    }

    /// The abbreviation of standard time in the database.
    fn abbreviation(&self, now: i64) -> String {
        const HALF_YEAR: i64 = 183 * 86_400_000;
        match &self.0.rules {
            Rules::Fixed(_) => self.id().to_owned(),
            Rules::Named(rules) => {
                let summer = self.at(now).daylight;
                let when = if summer {
                    now.saturating_add(HALF_YEAR)
                } else {
                    now
                };
                rules
                    .to_offset_info(timestamp(when))
                    .abbreviation()
                    .to_owned()
            }
        }
    }
}

/// `GMT+02:00`
pub(crate) fn gmt_id(offset: i32) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    format!("GMT{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `GMT+2`, `GMT-0530` and `GMT+02:00`.
fn custom(id: &str) -> Option<Zone> {
    let rest = id.strip_prefix("GMT")?;
    let (sign, digits) = match rest.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, rest.strip_prefix('-')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 && hours.len() <= 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() <= 2 => (digits, "0"),
        None if digits.len() <= 4 => digits.split_at_checked(digits.len() - 2)?,
        None => return None,
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<i32>().ok(),
        false => None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let offset = sign * (hours * 3600 + minutes * 60);
    let id = if offset == 0 {
        "GMT".to_owned()
    } else {
        gmt_id(offset)
    };
    Some(Zone::fixed(id, offset))
}

/// A moment of the database; what is too far away is its first or last.
pub(crate) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

fn civil(local: i64) -> DateTime {
    Offset::UTC.to_datetime(timestamp(local))
}
