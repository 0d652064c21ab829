//! Days and dates: the calendar of Java, Julian before 15 October 1582 and Gregorian since. Years
//! are astronomical: 0 is 1 BC.

/// 15 October 1582, in days since 1970.
const CUTOVER: i64 = -141_427;

/// Days since 1970 of a date. Months count from 0; any month and day is fine.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year.saturating_add(month.div_euclid(12));
    let month = month.rem_euclid(12) + 1;
    let gregorian = gregorian_days(year, month).saturating_add(day);
    if gregorian >= CUTOVER {
        gregorian
    } else {
        julian_days(year, month).saturating_add(day)
    }
}

/// Year, month from 0, and day of a day.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    if days >= CUTOVER {
        return from_cycles(days, 146_097, 400, |year| {
            year / 1460 - year / 36_524 + year / 146_096
        });
    }
    // The Julian calendar is two days ahead of the Gregorian one in year 0.
    from_cycles(days.saturating_add(2), 1461, 4, |year| year / 1460)
}

/// Length of a month from 0.
pub(crate) fn month_length(year: i64, month: i64) -> i64 {
    days(year, month + 1, 1) - days(year, month, 1)
}

/// Whether a year has 366 days.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year < 1582 || year % 100 != 0 || year % 400 == 0)
}

/// Day of the week, 1 for Sunday.
pub(crate) fn weekday(days: i64) -> i64 {
    days.saturating_add(4).rem_euclid(7) + 1
}

/// The day before the first of a month, counting years from March so that leap days come last.
fn gregorian_days(year: i64, month: i64) -> i64 {
    let year = if month <= 2 {
        year.saturating_sub(1)
    } else {
        year
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    march_days(year, month).saturating_add(leaps)
}

fn julian_days(year: i64, month: i64) -> i64 {
    let year = if month <= 2 {
        year.saturating_sub(1)
    } else {
        year
    };
    march_days(year, month).saturating_add(year.div_euclid(4)) - 2
}

fn march_days(year: i64, month: i64) -> i64 {
    let in_year = (153 * ((month + 9) % 12) + 2) / 5;
    year.saturating_mul(365).saturating_add(in_year) - 719_469
}

/// The date of a day, in a calendar that repeats every `cycle` days and `years` years; `leaps` are
/// the leap days before a day of the cycle.
fn from_cycles(days: i64, cycle: i64, years: i64, leaps: fn(i64) -> i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let (round, in_cycle) = (shifted.div_euclid(cycle), shifted.rem_euclid(cycle));
    let year = (in_cycle - leaps(in_cycle)) / 365;
    let before = 365 * year + year / 4 - if years == 400 { year / 100 } else { 0 };
    let in_year = in_cycle - before;
    let march_month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12;
    let year = year + round * years + i64::from(month < 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for day in (-3_000_000..3_000_000)
            .step_by(97)
            .chain(-141_500..-141_400)
        {
            let (year, month, of_month) = date(day);
            assert_eq!(
                days(year, month, of_month),
                day,
                "{year}-{month}-{of_month}"
            );
        }
    }

    #[test]
    fn the_calendar_changes_in_1582() {
        assert_eq!(date(0), (1970, 0, 1));
        assert_eq!(date(CUTOVER), (1582, 9, 15));
        assert_eq!(date(CUTOVER - 1), (1582, 9, 4));
        assert_eq!(days(1582, 9, 10), days(1582, 9, 20));
        assert_eq!(days(1, 0, 1), -719_164);
        assert_eq!(date(-719_164), (1, 0, 1));
        assert_eq!(weekday(0), 5);
    }
}
