//! The fields of a calendar: what a moment is in a zone, and which moment fields mean.

use super::civil;
use super::zone::{At, Zone};

/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;

/// Fields of `java.util.Calendar`, by their numbers.
pub(crate) mod field {
    pub(crate) const ERA: usize = 0;
    pub(crate) const YEAR: usize = 1;
    pub(crate) const MONTH: usize = 2;
    pub(crate) const WEEK_OF_YEAR: usize = 3;
    pub(crate) const WEEK_OF_MONTH: usize = 4;
    pub(crate) const DAY_OF_MONTH: usize = 5;
    pub(crate) const DAY_OF_YEAR: usize = 6;
    pub(crate) const DAY_OF_WEEK: usize = 7;
    pub(crate) const DAY_OF_WEEK_IN_MONTH: usize = 8;
    pub(crate) const AM_PM: usize = 9;
    pub(crate) const HOUR: usize = 10;
    pub(crate) const HOUR_OF_DAY: usize = 11;
    pub(crate) const MINUTE: usize = 12;
    pub(crate) const SECOND: usize = 13;
    pub(crate) const MILLISECOND: usize = 14;
    pub(crate) const ZONE_OFFSET: usize = 15;
    pub(crate) const DST_OFFSET: usize = 16;
    /// How many there are.
    pub(crate) const COUNT: usize = 17;
}

/// First day of the week (1 is Sunday), and how many days of a week the first week of a year has.
pub(crate) type Week = (i64, i64);

/// What a moment is in a zone.
pub(crate) struct Fields {
    /// Astronomical: 0 is 1 BC.
    pub year: i64,
    /// From 0.
    pub month: i64,
    /// Of the month.
    pub day: i64,
    /// Days since 1970.
    pub days: i64,
    /// Milliseconds since midnight on the clock.
    pub time: i64,
    /// Offset of the zone.
    pub at: At,
}

impl Fields {
    /// What a moment is.
    pub(crate) fn of(millis: i64, zone: &Zone) -> Self {
        let at = zone.at(millis);
        let local = millis.saturating_add(i64::from(at.offset) * 1000);
        let days = local.div_euclid(DAY);
        let (year, month, day) = civil::date(days);
        Self {
            year,
            month,
            day,
            days,
            time: local.rem_euclid(DAY),
            at,
        }
    }

    pub(crate) fn hour(&self) -> i64 {
        self.time / 3_600_000
    }

    pub(crate) fn minute(&self) -> i64 {
        self.time / 60_000 % 60
    }

    pub(crate) fn second(&self) -> i64 {
        self.time / 1000 % 60
    }

    pub(crate) fn milli(&self) -> i64 {
        self.time % 1000
    }

    /// 1 is Sunday.
    pub(crate) fn weekday(&self) -> i64 {
        civil::weekday(self.days)
    }

    pub(crate) fn day_of_year(&self) -> i64 {
        self.days - civil::days(self.year, 0, 1) + 1
    }

    pub(crate) fn week_of_month(&self, week: Week) -> i64 {
        (self.days - first_week(civil::days(self.year, self.month, 1), week)).div_euclid(7) + 1
    }

    /// The year that the week belongs to, and its number.
    pub(crate) fn week_of_year(&self, week: Week) -> (i64, i64) {
        let start = |year| first_week(civil::days(year, 0, 1), week);
        let year = match self.year {
            year if self.days < start(year) => year - 1,
            year if self.days >= start(year + 1) => year + 1,
            year => year,
        };
        (year, (self.days - start(year)) / 7 + 1)
    }

    /// A field by its number.
    pub(crate) fn get(&self, number: usize, week: Week, standard: i64) -> i64 {
        match number {
            field::ERA => i64::from(self.year > 0),
            field::YEAR if self.year > 0 => self.year,
            field::YEAR => 1 - self.year,
            field::MONTH => self.month,
            field::WEEK_OF_YEAR => self.week_of_year(week).1,
            field::WEEK_OF_MONTH => self.week_of_month(week),
            field::DAY_OF_MONTH => self.day,
            field::DAY_OF_YEAR => self.day_of_year(),
            field::DAY_OF_WEEK => self.weekday(),
            field::DAY_OF_WEEK_IN_MONTH => (self.day - 1) / 7 + 1,
            field::AM_PM => self.hour() / 12,
            field::HOUR => self.hour() % 12,
            field::HOUR_OF_DAY => self.hour(),
            field::MINUTE => self.minute(),
            field::SECOND => self.second(),
            field::MILLISECOND => self.milli(),
            field::ZONE_OFFSET => standard,
            _ => i64::from(self.at.offset) * 1000 - standard,
        }
    }
}

/// The first day of the week that counts as the first of the period beginning at `start`.
pub(crate) fn first_week(start: i64, (first, minimal): Week) -> i64 {
    let week = on_or_before(start + 6, first);
    if week - start >= minimal {
        week - 7
    } else {
        week
    }
}

/// The last day that is not after `day` and has this weekday.
pub(crate) fn on_or_before(day: i64, weekday: i64) -> i64 {
    day - (civil::weekday(day) - weekday).rem_euclid(7)
}

/// Fields as they are set one after the other; the last ones decide.
#[derive(Clone)]
pub(crate) struct Setting {
    values: [i64; field::COUNT],
    /// When each was set: 0 is never, 1 is computed from a moment.
    stamps: [u32; field::COUNT],
    next: u32,
}

impl Setting {
    /// Nothing set.
    pub(crate) fn new() -> Self {
        Self {
            values: [0; field::COUNT],
            stamps: [0; field::COUNT],
            next: 2,
        }
    }

    /// All computed from a moment.
    pub(crate) fn computed(values: [i64; field::COUNT]) -> Self {
        Self {
            values,
            stamps: [1; field::COUNT],
            next: 2,
        }
    }

    /// The fields that there are, as computed from a moment; the others stay unset.
    pub(crate) fn settled(&self, computed: &Self) -> Self {
        let mut settled = computed.clone();
        for (stamp, old) in settled.stamps.iter_mut().zip(self.stamps) {
            *stamp = old.min(1);
        }
        settled
    }

    /// Whether some field is unset.
    pub(crate) fn is_partial(&self) -> bool {
        self.stamps.contains(&0)
    }

    /// Sets a field.
    pub(crate) fn set(&mut self, number: usize, value: i64) {
        let (Some(slot), Some(stamp)) = (self.values.get_mut(number), self.stamps.get_mut(number))
        else {
            return;
        };
        *slot = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        *stamp = self.next;
        self.next = self.next.saturating_add(1);
    }

    /// Takes a field out.
    pub(crate) fn clear(&mut self, number: usize) {
        if let (Some(slot), Some(stamp)) =
            (self.values.get_mut(number), self.stamps.get_mut(number))
        {
            *slot = 0;
            *stamp = 0;
        }
    }

    /// Whether a field was set, and not computed.
    pub(crate) fn is_set(&self, number: usize) -> bool {
        self.stamp(number) > 1
    }

    fn stamp(&self, number: usize) -> u32 {
        self.stamps.get(number).copied().unwrap_or(0)
    }

    /// A field, when there is one.
    pub(crate) fn get(&self, number: usize) -> Option<i64> {
        (self.stamp(number) > 0).then(|| self.values.get(number).copied().unwrap_or(0))
    }

    /// When both of two fields were set.
    fn both(&self, a: usize, b: usize) -> u32 {
        match (self.stamp(a), self.stamp(b)) {
            (0, _) | (_, 0) => 0,
            (a, b) => a.max(b),
        }
    }

    /// The moment that the fields mean.
    pub(crate) fn millis(&self, zone: &Zone, week: Week) -> i64 {
        let day = self.day(week);
        let local = day.saturating_mul(DAY).saturating_add(self.time());
        if self.is_set(field::ZONE_OFFSET) || self.is_set(field::DST_OFFSET) {
            let offset = |number| self.get(number).unwrap_or(0);
            return local - offset(field::ZONE_OFFSET) - offset(field::DST_OFFSET);
        }
        zone.resolve_local(local)
    }

    fn time(&self) -> i64 {
        let of_day = self.stamp(field::HOUR_OF_DAY);
        let mut of_half = self.both(field::HOUR, field::AM_PM);
        if of_day == 0 && of_half == 0 {
            of_half = self.stamp(field::HOUR).max(self.stamp(field::AM_PM));
        }
        let get = |number| self.get(number).unwrap_or(0);
        let hours = if of_half > of_day {
            get(field::HOUR) + 12 * get(field::AM_PM)
        } else {
            get(field::HOUR_OF_DAY)
        };
        let minutes = hours * 60 + get(field::MINUTE);
        (minutes * 60 + get(field::SECOND)) * 1000 + get(field::MILLISECOND)
    }

    /// Days since 1970: which fields decide depends on which were set last.
    fn day(&self, week: Week) -> i64 {
        let year = self.get(field::YEAR).unwrap_or(1970);
        let before_christ = self.get(field::ERA) == Some(0);
        let year = if before_christ { 1 - year } else { year };
        match self.deciding() {
            Deciding::DayOfYear => {
                let day = self.get(field::DAY_OF_YEAR).unwrap_or(1);
                civil::days(year, 0, 1) + day - 1
            }
            Deciding::WeekOfYear => {
                let number = self.get(field::WEEK_OF_YEAR).unwrap_or(1);
                self.in_week(first_week(civil::days(year, 0, 1), week), number, week)
            }
            Deciding::DayOfMonth => {
                self.month_start(year) + self.get(field::DAY_OF_MONTH).unwrap_or(1) - 1
            }
            Deciding::WeekOfMonth => {
                let number = self.get(field::WEEK_OF_MONTH).unwrap_or(1);
                self.in_week(first_week(self.month_start(year), week), number, week)
            }
            Deciding::WeekdayInMonth => self.weekday_in_month(year, week),
        }
    }

    fn month_start(&self, year: i64) -> i64 {
        civil::days(year, self.get(field::MONTH).unwrap_or(0), 1)
    }

    /// The day of the week in a week, counted from the first.
    fn in_week(&self, first: i64, number: i64, (first_day, _): Week) -> i64 {
        let weekday = self.get(field::DAY_OF_WEEK).unwrap_or(first_day);
        on_or_before(first + 6, (weekday - 1).rem_euclid(7) + 1) + 7 * (number - 1)
    }

    fn weekday_in_month(&self, year: i64, (first_day, _): Week) -> i64 {
        let start = self.month_start(year);
        let weekday = self.get(field::DAY_OF_WEEK).unwrap_or(first_day);
        let weekday = (weekday - 1).rem_euclid(7) + 1;
        let number = self.get(field::DAY_OF_WEEK_IN_MONTH).unwrap_or(1);
        if number >= 0 {
            return on_or_before(start + 7 * number - 1, weekday);
        }
        let length = civil::month_length(year, self.get(field::MONTH).unwrap_or(0));
        on_or_before(start + length + 7 * (number + 1) - 1, weekday)
    }

    /// Java's rule for fields that contradict each other.
    fn deciding(&self) -> Deciding {
        let weekday = field::DAY_OF_WEEK;
        let mut of_month = self.stamp(field::DAY_OF_MONTH);
        let mut week_of_month = self.both(field::WEEK_OF_MONTH, weekday);
        let mut in_month = self.both(field::DAY_OF_WEEK_IN_MONTH, weekday);
        let of_year = self.stamp(field::DAY_OF_YEAR);
        let mut week_of_year = self.both(field::WEEK_OF_YEAR, weekday);
        let mut best = [week_of_month, in_month, of_year, week_of_year]
            .into_iter()
            .fold(of_month, u32::max);
        if best == 0 {
            week_of_month = self.stamp(field::WEEK_OF_MONTH);
            in_month = self
                .stamp(field::DAY_OF_WEEK_IN_MONTH)
                .max(self.stamp(weekday));
            week_of_year = self.stamp(field::WEEK_OF_YEAR);
            best = week_of_month.max(in_month).max(week_of_year);
            if best == 0 {
                of_month = self.stamp(field::MONTH);
                best = of_month;
            }
        }
        let weeks = self.stamp(field::WEEK_OF_YEAR);
        if best == of_month {
            Deciding::DayOfMonth
        } else if best == week_of_month && self.stamp(field::WEEK_OF_MONTH) >= weeks
            || best == in_month && self.stamp(field::DAY_OF_WEEK_IN_MONTH) >= weeks
        {
            let by_week = if week_of_month == in_month {
                self.stamp(field::WEEK_OF_MONTH) >= self.stamp(field::DAY_OF_WEEK_IN_MONTH)
            } else {
                best == week_of_month
            };
            if by_week {
                Deciding::WeekOfMonth
            } else {
                Deciding::WeekdayInMonth
            }
        } else if best == of_year {
            Deciding::DayOfYear
        } else {
            Deciding::WeekOfYear
        }
    }
}

#[derive(Clone, Copy)]
enum Deciding {
    DayOfMonth,
    WeekOfMonth,
    WeekdayInMonth,
    DayOfYear,
    WeekOfYear,
}
