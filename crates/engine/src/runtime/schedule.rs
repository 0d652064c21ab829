//! When a cron schedule fires next.
//!
//! The `cron` crate reads the fields; the calendar is jiff's, so that time zones are the same as
//! everywhere else.

use std::str::FromStr as _;

use cron::TimeUnitSpec as _;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use lockgate_core::clock::Timestamp;

/// A cron schedule in a time zone.
#[derive(Clone, Debug)]
pub(super) struct CronSchedule {
    fields: cron::Schedule,
    zone: TimeZone,
    /// Runs in every hour, so changes of the clock by an hour are nothing to it.
    hourly: bool,
}

/// No schedule is searched beyond this year; the fields end there too.
const LAST_YEAR: i16 = 2100;

impl CronSchedule {
    /// A schedule of seven Quartz fields.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub(super) fn new(expression: &str, zone: &str) -> Result<Self, String> {
        let fields = cron::Schedule::from_str(expression)
            .map_err(|error| format!("The schedule {expression:?} cannot be read: {error}."))?;
        let zone =
            TimeZone::get(zone).map_err(|_| format!("The time zone {zone:?} is unknown."))?;
        let hourly = (0..24).all(|hour| fields.hours().includes(hour));
        Ok(Self {
            fields,
            zone,
            hourly,
        })
    }

    /// The first instant after `now`; `None` when the schedule has expired.
    ///
    /// A time that the clock skips in spring fires when the clock has moved on. A time that it
    /// repeats in autumn fires once, but schedules of every hour go on through the repeated hour.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let instant = jiff::Timestamp::from_microsecond(now.micros()).ok()?;
        let offset = self.zone.to_offset(instant);
        let local = self.next_local(offset.to_datetime(instant))?;
        let here = offset.to_timestamp(local).ok()?;
        let next = if self.hourly && self.includes(self.zone.to_datetime(here)) {
            here
        } else {
            self.zone.to_timestamp(local).ok()?
        };
        Some(Timestamp::from_micros(next.as_microsecond()))
    }

    /// The first local time after `after` that the fields allow.
    fn next_local(&self, after: DateTime) -> Option<DateTime> {
        let from = after
            .with()
            .subsec_nanosecond(0)
            .build()
            .ok()?
            .checked_add(1.second())
            .ok()?;
        if let Some(time) = self.next_time(from.date(), from.time()) {
            return Some(from.date().to_datetime(time));
        }
        let mut date = from.date().tomorrow().ok()?;
        while date.year() <= LAST_YEAR {
            if !self
                .fields
                .years()
                .includes(u32::try_from(date.year()).ok()?)
            {
                date = Date::new(date.year() + 1, 1, 1).ok()?;
            } else if !self
                .fields
                .months()
                .includes(u32::try_from(date.month()).ok()?)
            {
                date = date.last_of_month().tomorrow().ok()?;
            } else if let Some(time) = self.next_time(date, Time::midnight()) {
                return Some(date.to_datetime(time));
            } else {
                date = date.tomorrow().ok()?;
            }
        }
        None
    }

    /// The first time of `date` at or after `from`.
    fn next_time(&self, date: Date, from: Time) -> Option<Time> {
        if !self.includes_date(date) {
            return None;
        }
        let (hour, minute, second) = (unit(from.hour()), unit(from.minute()), unit(from.second()));
        let seconds = |least: u32| self.fields.seconds().iter().find(|value| *value >= least);
        let minutes = |least: u32| self.fields.minutes().iter().find(|value| *value >= least);
        let hours = |least: u32| self.fields.hours().iter().find(|value| *value >= least);
        let found = (|| {
            let h = hours(hour)?;
            if h > hour {
                return Some((h, minutes(0)?, seconds(0)?));
            }
            let within = minutes(minute).and_then(|m| {
                if m > minute {
                    return Some((m, seconds(0)?));
                }
                let same = seconds(second).map(|s| (m, s));
                same.or_else(|| Some((minutes(minute + 1)?, seconds(0)?)))
            });
            match within {
                Some((m, s)) => Some((h, m, s)),
                None => Some((hours(hour + 1)?, minutes(0)?, seconds(0)?)),
            }
        })();
        let (hour, minute, second) = found?;
        let unit = |value: u32| i8::try_from(value).ok();
        Time::new(unit(hour)?, unit(minute)?, unit(second)?, 0).ok()
    }

    fn includes(&self, time: DateTime) -> bool {
        self.includes_date(time.date())
            && self.fields.hours().includes(unit(time.hour()))
            && self.fields.minutes().includes(unit(time.minute()))
            && self.fields.seconds().includes(unit(time.second()))
    }

    fn includes_date(&self, date: Date) -> bool {
        // Quartz counts the days of the week from Sunday, which is 1.
        let weekday = unit(date.weekday().to_sunday_one_offset());
        u32::try_from(date.year()).is_ok_and(|year| self.fields.years().includes(year))
            && self.fields.months().includes(unit(date.month()))
            && self.fields.days_of_month().includes(unit(date.day()))
            && self.fields.days_of_week().includes(weekday)
    }
}

fn unit(value: i8) -> u32 {
    u32::from(value.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let schedule = CronSchedule::new(expression, zone).unwrap();
        let from: jiff::Timestamp = from.parse().unwrap();
        let mut now = Timestamp::from_micros(from.as_microsecond());
        let mut found = Vec::new();
        while found.len() < count {
            let Some(next) = schedule.next(now) else {
                break;
            };
            assert!(next > now, "{expression} stands still");
            found.push(
                jiff::Timestamp::from_microsecond(next.micros())
                    .unwrap()
                    .to_string(),
            );
            now = next;
        }
        found
    }

    #[test]
    fn schedules_of_real_flows_fire_when_they_say() {
        for (expression, zone, from, expected) in [
            (
                "0 0/10 * * * ? *",
                "UTC",
                "2026-11-23T06:05:00Z",
                &["2026-11-23T06:10:00Z", "2026-11-23T06:20:00Z"][..],
            ),
            (
                "0 3/10 0-23 ? * * *",
                "UTC",
                "2026-11-23T06:54:00Z",
                &["2026-11-23T07:03:00Z", "2026-11-23T07:13:00Z"],
            ),
            (
                "0 0 5-19 ? * MON,TUE *",
                "UTC",
                "2026-11-24T19:00:00Z",
                &["2026-11-30T05:00:00Z"],
            ),
            (
                "0 30 10,14,18 * * ? *",
                "Europe/Berlin",
                "2026-11-23T09:30:00Z",
                &["2026-11-23T13:30:00Z", "2026-11-23T17:30:00Z"],
            ),
            (
                "0 0 12 1 1 ? 2032",
                "UTC",
                "2026-11-23T06:00:00Z",
                &["2032-01-01T12:00:00Z"],
            ),
            (
                "0 0 0 29 2 ? *",
                "UTC",
                "2026-11-23T06:00:00Z",
                &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"],
            ),
            (
                "0 0 1 ? * 1 *",
                "UTC",
                "2026-11-23T06:00:00Z",
                &["2026-11-29T01:00:00Z"],
            ),
            (
                "* * * * * ? *",
                "UTC",
                "2026-11-23T23:59:58.500Z",
                &["2026-11-23T23:59:59Z", "2026-11-24T00:00:00Z"],
            ),
            (
                "0 0 22 * * ? *",
                "Etc/GMT+2",
                "2026-11-23T06:00:00Z",
                &["2026-11-24T00:00:00Z"],
            ),
        ] {
            assert_eq!(
                times(expression, zone, from, expected.len()),
                expected,
                "{expression}"
            );
        }
    }

    #[test]
    fn an_expired_schedule_does_not_fire() {
        assert!(times("0 0 12 1 1 ? 2020", "UTC", "2026-11-23T06:00:00Z", 1).is_empty());
        assert!(times("0 0 12 30 2 ? *", "UTC", "2026-11-23T06:00:00Z", 1).is_empty());
    }

    #[test]
    fn clock_changes_neither_stop_nor_double_a_schedule() {
        // Spring: 02:30 does not exist on 2026-03-29 in Berlin.
        assert_eq!(
            times("0 30 2 * * ? *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]
        );
        // Autumn: 02:30 happens twice on 2026-10-25.
        assert_eq!(
            times("0 30 2 * * ? *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
        assert_eq!(
            times(
                "0 0/30 * * * ? *",
                "Europe/Berlin",
                "2026-10-25T00:00:00Z",
                5
            ),
            [
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T01:30:00Z",
                "2026-10-25T02:00:00Z",
                "2026-10-25T02:30:00Z"
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(CronSchedule::new("0 0 * *", "UTC").is_err());
        assert!(CronSchedule::new("0 0 0 * * ? *", "Mars/Olympus").is_err());
    }
}
