//! What all dates and times of `java.time` are: a time on the calendar, seen from some offset.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset};
use jiff::{Span, Timestamp};

use crate::library::date::Zone;
use crate::throwable::throw;
use crate::thrown::Result;

use super::fields;

/// Nanoseconds of a second.
pub(super) const SECOND: i128 = 1_000_000_000;
/// Nanoseconds of a day.
pub(super) const DAY: i128 = 86_400 * SECOND;

/// Which class it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `LocalDate`; the time is midnight.
    Date,
    /// `LocalTime`; the day is the first of 1970.
    Time,
    /// `LocalDateTime`
    DateTime,
    /// `OffsetDateTime`
    Offset,
    /// `ZonedDateTime`
    Zoned,
    /// `Instant`; the offset is that of UTC.
    Instant,
}

impl Kind {
    /// Simple name of the class.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Date => "LocalDate",
            Self::Time => "LocalTime",
            Self::DateTime => "LocalDateTime",
            Self::Offset => "OffsetDateTime",
            Self::Zoned => "ZonedDateTime",
            Self::Instant => "Instant",
        }
    }

    pub(super) fn has_date(self) -> bool {
        self != Self::Time
    }

    pub(super) fn has_time(self) -> bool {
        self != Self::Date
    }

    pub(super) fn has_offset(self) -> bool {
        matches!(self, Self::Offset | Self::Zoned | Self::Instant)
    }
}

/// A date, a time, or both.
#[derive(Clone)]
pub(super) struct Temporal {
    pub(super) kind: Kind,
    /// What calendar and clock show.
    pub(super) at: DateTime,
    /// Seconds east of Greenwich, where there is an offset.
    pub(super) offset: i32,
    pub(super) zone: Option<Zone>,
}

/// A `DateTimeException`.
pub(super) fn bad(message: impl Into<crate::text::Str>) -> crate::thrown::Thrown {
    throw("java.time.DateTimeException", message)
}

/// What a calculation beyond the years -9999 to 9999 throws.
pub(super) fn too_far() -> crate::thrown::Thrown {
    bad("Exceeds the years that can be represented: -9999 to 9999")
}

impl Temporal {
    pub(super) fn date(date: Date) -> Self {
        Self::local(Kind::Date, date.to_datetime(Time::midnight()))
    }

    pub(super) fn time(time: Time) -> Self {
        Self::local(Kind::Time, epoch().date().to_datetime(time))
    }

    /// Without an offset.
    pub(super) fn local(kind: Kind, at: DateTime) -> Self {
        Self {
            kind,
            at,
            offset: 0,
            zone: None,
        }
    }

    pub(super) fn with_offset(at: DateTime, offset: i32) -> Self {
        Self {
            kind: Kind::Offset,
            at,
            offset,
            zone: None,
        }
    }

    /// An `Instant` of nanoseconds since 1970.
    pub(super) fn instant(nanos: i128) -> Result<Self> {
        let stamp = Timestamp::from_nanosecond(nanos).map_err(|_| too_far())?;
        Ok(Self::local(Kind::Instant, Offset::UTC.to_datetime(stamp)))
    }

    /// A `ZonedDateTime` that a clock in a zone shows. A time that it skips is later by the gap; of
    /// a time that it shows twice the first is meant, or the one with the offset asked for.
    pub(super) fn zoned(at: DateTime, zone: Zone, wanted: Option<i32>) -> Result<Self> {
        let (mut at, local) = (at, local_nanos(at));
        let offset = match zone.offsets(millis(local)) {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, after } => {
                let gap = i128::from(after.seconds() - before.seconds()) * SECOND;
                at = from_local_nanos(local + gap)?;
                after
            }
            AmbiguousOffset::Fold { before, after } => {
                if wanted == Some(after.seconds()) {
                    after
                } else {
                    before
                }
            }
        };
        Ok(Self {
            kind: Kind::Zoned,
            at,
            offset: offset.seconds(),
            zone: Some(zone),
        })
    }

    /// A `ZonedDateTime` at a moment.
    pub(super) fn in_zone(nanos: i128, zone: Zone) -> Result<Self> {
        let offset = zone.at(millis(nanos)).offset;
        let at = from_local_nanos(nanos + i128::from(offset) * SECOND)?;
        Ok(Self {
            kind: Kind::Zoned,
            at,
            offset,
            zone: Some(zone),
        })
    }

    /// An `OffsetDateTime` at a moment.
    pub(super) fn at_offset(nanos: i128, offset: i32) -> Result<Self> {
        let at = from_local_nanos(nanos + i128::from(offset) * SECOND)?;
        Ok(Self::with_offset(at, offset))
    }

    /// The same with another calendar time, in the same class.
    pub(super) fn moved(&self, at: DateTime) -> Result<Self> {
        match (&self.zone, self.kind) {
            (Some(zone), Kind::Zoned) => Self::zoned(at, zone.clone(), Some(self.offset)),
            (zone, kind) => Ok(Self {
                kind,
                at,
                offset: self.offset,
                zone: zone.clone(),
            }),
        }
    }

    /// Nanoseconds since 1970 UTC; for what has no offset, as if it were UTC.
    pub(super) fn nanos(&self) -> i128 {
        local_nanos(self.at) - i128::from(self.offset) * SECOND
    }

    /// `plus(amount, unit)`; the unit by its name.
    pub(super) fn plus(&self, amount: i64, unit: &str) -> Result<Self> {
        let Some(nanos) = fields::unit_nanos(unit) else {
            return self.plus_months_or_years(amount, unit);
        };
        let of_days = nanos >= DAY && unit != "HALF_DAYS";
        let unsupported = match self.kind {
            Kind::Date => !of_days,
            Kind::Time => of_days,
            Kind::Instant => unit == "WEEKS",
            _ => false,
        };
        if unsupported {
            return Err(fields::unsupported_unit(unit));
        }
        let moved = i128::from(amount) * nanos;
        match self.kind {
            Kind::Time => {
                let time = (local_nanos(self.at) + moved).rem_euclid(DAY);
                Ok(Self::local(Kind::Time, from_local_nanos(time)?))
            }
            Kind::Zoned if !of_days => {
                let zone = self.zone.clone().unwrap_or_else(Zone::utc);
                Self::in_zone(self.nanos() + moved, zone)
            }
            _ => self.moved(from_local_nanos(local_nanos(self.at) + moved)?),
        }
    }

    fn plus_months_or_years(&self, amount: i64, unit: &str) -> Result<Self> {
        if matches!(self.kind, Kind::Time | Kind::Instant) {
            return Err(fields::unsupported_unit(unit));
        }
        let months = fields::unit_months(unit).ok_or_else(|| fields::unsupported_unit(unit))?;
        let months = amount.checked_mul(months).ok_or_else(too_far)?;
        let span = Span::new().try_months(months).map_err(|_| too_far())?;
        self.moved(self.at.checked_add(span).map_err(|_| too_far())?)
    }

    /// Whole units until another one.
    pub(super) fn until(&self, other: &Self, unit: &str) -> Result<i64> {
        let other = self.aligned(other)?;
        let (from, to) = if self.kind.has_offset() {
            (self.nanos(), other.nanos())
        } else {
            (local_nanos(self.at), local_nanos(other.at))
        };
        let amount = match fields::unit_nanos(unit) {
            Some(nanos) => {
                let of_days = nanos >= DAY && unit != "HALF_DAYS";
                if (self.kind == Kind::Date && !of_days) || (self.kind == Kind::Time && of_days) {
                    return Err(fields::unsupported_unit(unit));
                }
                if of_days && self.kind == Kind::Zoned {
                    (local_nanos(other.at) - local_nanos(self.at)) / nanos
                } else {
                    (to - from) / nanos
                }
            }
            None => {
                if matches!(self.kind, Kind::Time | Kind::Instant) {
                    return Err(fields::unsupported_unit(unit));
                }
                let months =
                    fields::unit_months(unit).ok_or_else(|| fields::unsupported_unit(unit))?;
                i128::from(months_between(self.at, other.at) / months)
            }
        };
        i64::try_from(amount).map_err(|_| throw("ArithmeticException", "long overflow"))
    }

    /// The other one as this class sees it.
    fn aligned(&self, other: &Self) -> Result<Self> {
        match self.kind {
            Kind::Zoned if other.kind.has_offset() => {
                let zone = self.zone.clone().unwrap_or_else(Zone::utc);
                Self::in_zone(other.nanos(), zone)
            }
            Kind::Offset if other.kind.has_offset() => Self::at_offset(other.nanos(), self.offset),
            Kind::Instant if other.kind.has_offset() => Self::instant(other.nanos()),
            kind if (!kind.has_date() || other.kind.has_date())
                && (!kind.has_time() || other.kind.has_time())
                && !kind.has_offset() =>
            {
                Ok(other.clone())
            }
            kind => Err(bad(format!(
                "Unable to obtain {} from TemporalAccessor: {} of type java.time.{}",
                kind.name(),
                super::print::text(other),
                other.kind.name()
            ))),
        }
    }
}

/// The first moment of 1970.
pub(super) fn epoch() -> DateTime {
    Offset::UTC.to_datetime(Timestamp::UNIX_EPOCH)
}

/// Nanoseconds since 1970 of a calendar time in UTC.
pub(super) fn local_nanos(at: DateTime) -> i128 {
    let days = fields::epoch_day(at.date());
    let time = at.time();
    let seconds =
        (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    i128::from(days) * DAY + i128::from(seconds) * SECOND + i128::from(time.subsec_nanosecond())
}

/// The calendar time of nanoseconds since 1970 in UTC.
pub(super) fn from_local_nanos(nanos: i128) -> Result<DateTime> {
    let days = i64::try_from(nanos.div_euclid(DAY)).map_err(|_| too_far())?;
    let date = fields::from_epoch_day(days)?;
    let in_day = i64::try_from(nanos.rem_euclid(DAY)).map_err(|_| too_far())?;
    Ok(date.to_datetime(fields::time_of_nanos(in_day)?))
}

/// Milliseconds, for looking up offsets.
pub(super) fn millis(nanos: i128) -> i64 {
    i64::try_from(nanos.div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

/// Whole months from one to the other.
fn months_between(from: DateTime, to: DateTime) -> i64 {
    let month = |at: DateTime| i64::from(at.year()) * 12 + i64::from(at.month());
    let within = |at: DateTime| (at.day(), at.time());
    let months = month(to) - month(from);
    match months {
        1.. if within(to) < within(from) => months - 1,
        ..=-1 if within(to) > within(from) => months + 1,
        months => months,
    }
}
