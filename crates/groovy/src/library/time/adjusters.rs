//! `java.time.temporal.TemporalAdjusters`

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;

use super::calendar;
use super::fields::with;
use super::members::{temporal, value};
use super::temporal::Temporal;

pub(super) static TEMPORAL_ADJUSTERS: Class = Class::new("java.time.temporal.TemporalAdjusters")
    .statics(&[
        ("firstDayOfMonth", |_, _| {
            adjuster(Adjuster::First("DAY_OF_MONTH"))
        }),
        ("firstDayOfYear", |_, _| {
            adjuster(Adjuster::First("DAY_OF_YEAR"))
        }),
        ("lastDayOfMonth", |_, _| {
            adjuster(Adjuster::Last("DAY_OF_MONTH", "MONTHS"))
        }),
        ("lastDayOfYear", |_, _| {
            adjuster(Adjuster::Last("DAY_OF_YEAR", "YEARS"))
        }),
        ("firstDayOfNextMonth", |_, _| {
            adjuster(Adjuster::Next("DAY_OF_MONTH", "MONTHS"))
        }),
        ("firstDayOfNextYear", |_, _| {
            adjuster(Adjuster::Next("DAY_OF_YEAR", "YEARS"))
        }),
        ("next", |_, args| weekday(args, 1, 7)),
        ("nextOrSame", |_, args| weekday(args, 1, 0)),
        ("previous", |_, args| weekday(args, -1, 7)),
        ("previousOrSame", |_, args| weekday(args, -1, 0)),
    ]);

pub(super) static TEMPORAL_ADJUSTER: Class = Class::interface(
    "java.time.temporal.TemporalAdjuster",
)
.methods(&[("adjustInto", |_, this, args| match args {
    [of] => {
        let adjuster: &Adjuster = this.downcast().ok_or_else(Thrown::mismatch)?;
        adjuster.adjust(temporal(of)?).map(value)
    }
    _ => Err(Thrown::mismatch()),
})]);

enum Adjuster {
    /// The first value of a field.
    First(&'static str),
    /// The day before the next of a unit begins.
    Last(&'static str, &'static str),
    /// The day on which the next of a unit begins.
    Next(&'static str, &'static str),
    /// A day of the week, forward or back, and how far when it is that day.
    Weekday { day: i64, sign: i64, same: i64 },
}

impl Adjuster {
    fn adjust(&self, of: &Temporal) -> Result<Temporal> {
        match *self {
            Self::First(field) => with(of, field, 1),
            Self::Next(field, unit) => with(of, field, 1)?.plus(1, unit),
            Self::Last(field, unit) => with(of, field, 1)?.plus(1, unit)?.plus(-1, "DAYS"),
            Self::Weekday { day, sign, same } => {
                let today = i64::from(of.at.weekday().to_monday_one_offset());
                let days = match ((day - today) * sign).rem_euclid(7) {
                    0 => same,
                    days => days,
                };
                of.plus(days * sign, "DAYS")
            }
        }
    }
}

impl Object for Adjuster {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&TEMPORAL_ADJUSTER)
    }
}

fn adjuster(adjuster: Adjuster) -> Result<Value> {
    Ok(Value::object(adjuster))
}

fn weekday(args: &[Value], sign: i64, same: i64) -> Result<Value> {
    let [day] = args else {
        return Err(Thrown::mismatch());
    };
    let day = calendar::ordinal(day).ok_or_else(Thrown::mismatch)?;
    adjuster(Adjuster::Weekday { day, sign, same })
}
