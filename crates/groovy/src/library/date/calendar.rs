//! `java.util.Calendar` and `GregorianCalendar`, as fields and the moment they mean.

use std::cell::RefCell;

use crate::class::ClassRef;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::args::long;
use super::civil;
use super::fields::{DAY, Fields, Setting, Week, field};
use super::gregorian::GREGORIAN_CALENDAR;
use super::zone::Zone;

/// Names of the fields as `set(name: value)` has them.
const NAMES: &[(&str, usize)] = &[
    ("year", field::YEAR),
    ("month", field::MONTH),
    ("date", field::DAY_OF_MONTH),
    ("dayOfMonth", field::DAY_OF_MONTH),
    ("hourOfDay", field::HOUR_OF_DAY),
    ("minute", field::MINUTE),
    ("second", field::SECOND),
];

/// A calendar.
pub(crate) struct Calendar(RefCell<State>);

#[derive(Clone)]
pub(super) struct State {
    pub(super) zone: Zone,
    pub(super) week: Week,
    pub(super) lenient: bool,
    pub(super) set: Setting,
    /// The moment, unless fields were set since.
    pub(super) millis: Option<i64>,
}

impl State {
    /// The fields of a moment, all computed.
    pub(super) fn computed(&self, millis: i64) -> Setting {
        let fields = Fields::of(millis, &self.zone);
        let standard = i64::from(self.zone.standard_offset(millis)) * 1000;
        Setting::computed(std::array::from_fn(|number| {
            fields.get(number, self.week, standard)
        }))
    }

    pub(super) fn millis(&self) -> i64 {
        self.millis
            .unwrap_or_else(|| self.set.millis(&self.zone, self.week))
    }

    pub(super) fn fields(&self) -> Fields {
        Fields::of(self.millis(), &self.zone)
    }

    /// Takes over the moment that the fields mean.
    pub(super) fn complete(&mut self) {
        let millis = self.millis();
        self.set_millis(millis);
    }

    pub(super) fn set_millis(&mut self, millis: i64) {
        self.millis = Some(millis);
        self.set = self.computed(millis);
    }

    /// Moves to a day and a time of the clock.
    pub(super) fn set_local(&mut self, day: i64, time: i64) {
        self.set_millis(
            self.zone
                .resolve_local(day.saturating_mul(DAY).saturating_add(time)),
        );
    }

    /// Moves to a month, on its last day if it has not as many.
    pub(super) fn set_month(&mut self, year: i64, month: i64) {
        let fields = self.fields();
        let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12));
        let day = fields.day.min(civil::month_length(year, month));
        self.set_local(civil::days(year, month, day), fields.time);
    }
}

impl Calendar {
    /// A calendar at a moment.
    pub(crate) fn new(millis: i64, zone: Zone, week: Week) -> Self {
        let mut state = State {
            zone,
            week,
            lenient: true,
            set: Setting::new(),
            millis: None,
        };
        state.set_millis(millis);
        Self(RefCell::new(state))
    }

    /// `getTimeInMillis()`: fields that were set get the values they have there.
    pub(crate) fn millis(&self) -> i64 {
        self.change(|state| {
            let millis = state.millis();
            if state.millis.is_none() {
                state.millis = Some(millis);
                state.set = state.set.settled(&state.computed(millis));
            }
            millis
        })
    }

    /// Its zone.
    pub(crate) fn zone(&self) -> Zone {
        self.0.borrow().zone.clone()
    }

    /// Its rule of weeks.
    pub(crate) fn week(&self) -> Week {
        self.0.borrow().week
    }

    /// A copy of what it is.
    pub(super) fn state(&self) -> State {
        self.0.borrow().clone()
    }

    /// Changes what it is.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.borrow_mut())
    }

    /// Another calendar with the same state.
    pub(super) fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    /// `get(field)`: the fields that were set count from now on.
    pub(super) fn get(&self, number: usize) -> Result<i64> {
        self.check()?;
        self.change(|state| {
            if state.millis.is_none() || state.set.is_partial() {
                state.complete();
            }
            state.set.get(number).ok_or_else(Thrown::mismatch)
        })
    }

    /// A calendar that is not lenient refuses fields that no moment has.
    pub(super) fn check(&self) -> Result<()> {
        let state = self.0.borrow();
        if state.lenient || state.millis.is_some() {
            return Ok(());
        }
        let computed = state.computed(state.millis());
        let wrong = (0..field::ZONE_OFFSET).find(|number| {
            state.set.is_set(*number) && state.set.get(*number) != computed.get(*number)
        });
        match wrong {
            Some(number) => {
                let name = super::gregorian::FIELDS
                    .iter()
                    .rfind(|(_, field)| *field == number);
                let name = name.map_or("?", |(name, _)| *name);
                Err(throw("IllegalArgumentException", name))
            }
            None => Ok(()),
        }
    }

    pub(super) fn set(&self, number: usize, value: i64) {
        self.change(|state| {
            state.set.set(number, value);
            state.millis = None;
        });
    }

    /// `add(field, amount)`
    pub(super) fn add(&self, number: usize, amount: i64) -> Result<()> {
        self.check()?;
        self.change(|state| {
            state.complete();
            let fields = state.fields();
            let days = match number {
                field::YEAR => {
                    state.set_month(fields.year.saturating_add(amount), fields.month);
                    return Ok(());
                }
                field::MONTH => {
                    state.set_month(fields.year, fields.month.saturating_add(amount));
                    return Ok(());
                }
                field::WEEK_OF_YEAR | field::WEEK_OF_MONTH | field::DAY_OF_WEEK_IN_MONTH => 7,
                field::DAY_OF_MONTH | field::DAY_OF_YEAR | field::DAY_OF_WEEK => 1,
                _ => {
                    let unit = unit(number).ok_or_else(|| bad_field(number))?;
                    let moved = state.millis().saturating_add(amount.saturating_mul(unit));
                    state.set_millis(moved);
                    return Ok(());
                }
            };
            let day = fields.days.saturating_add(amount.saturating_mul(days));
            state.set_local(day, fields.time);
            Ok(())
        })
    }

    /// `roll(field, amount)`: larger fields stay.
    pub(super) fn roll(&self, number: usize, amount: i64) -> Result<()> {
        self.check()?;
        self.change(|state| {
            state.complete();
            let fields = state.fields();
            let wrap =
                |at: i64, from: i64, count: i64| (at - from + amount).rem_euclid(count) + from;
            match number {
                field::YEAR => state.set_month(fields.year.saturating_add(amount), fields.month),
                field::MONTH => state.set_month(fields.year, wrap(fields.month, 0, 12)),
                field::DAY_OF_MONTH => {
                    let day = wrap(
                        fields.day,
                        1,
                        civil::month_length(fields.year, fields.month),
                    );
                    state.set_local(fields.days - fields.day + day, fields.time);
                }
                field::DAY_OF_YEAR => {
                    let length = if civil::is_leap(fields.year) {
                        366
                    } else {
                        365
                    };
                    let day = wrap(fields.day_of_year(), 1, length);
                    state.set_local(fields.days - fields.day_of_year() + day, fields.time);
                }
                field::DAY_OF_WEEK => {
                    let in_week = (fields.weekday() - state.week.0).rem_euclid(7);
                    state.set_local(fields.days - in_week + wrap(in_week, 0, 7), fields.time);
                }
                _ => {
                    let unit = unit(number).ok_or_else(|| bad_field(number))?;
                    let count = match number {
                        field::AM_PM => 2,
                        field::HOUR => 12,
                        field::HOUR_OF_DAY => 24,
                        field::MILLISECOND => 1000,
                        _ => 60,
                    };
                    let at = fields.time / unit % count;
                    let time = fields.time + (wrap(at, 0, count) - at) * unit;
                    state.set_local(fields.days, time);
                }
            }
            Ok(())
        })
    }
}

fn bad_field(number: usize) -> Thrown {
    match number {
        field::ZONE_OFFSET.. => crate::throwable::throw_bare("IllegalArgumentException"),
        _ => throw(
            "UnsupportedOperationException",
            "This field of a calendar cannot be moved",
        ),
    }
}

/// Milliseconds of a field of the time of day.
fn unit(number: usize) -> Option<i64> {
    Some(match number {
        field::AM_PM => 43_200_000,
        field::HOUR | field::HOUR_OF_DAY => 3_600_000,
        field::MINUTE => 60_000,
        field::SECOND => 1000,
        field::MILLISECOND => 1,
        _ => return None,
    })
}

/// `set(year: 2024, month: 0)`, or a field and its value.
pub(super) fn update(vm: &mut Vm, calendar: &Calendar, args: &[Value]) -> Result<()> {
    match args {
        [Value::Map(named)] => {
            for (name, value) in named.to_vec() {
                let name = vm.text(&name)?;
                let known = NAMES.iter().find(|(known, _)| *known == name.as_str());
                if let (Some((_, number)), Some(value)) = (known, long(&value)) {
                    calendar.set(*number, value);
                }
            }
            Ok(())
        }
        [number, value] => {
            let number = long(number).and_then(|number| usize::try_from(number).ok());
            let (number, value) = number.zip(long(value)).ok_or_else(Thrown::mismatch)?;
            calendar.set(number, value);
            Ok(())
        }
        _ => Err(Thrown::mismatch()),
    }
}

impl Object for Calendar {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&GREGORIAN_CALENDAR)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let state = self.state();
        let time = state
            .millis
            .map_or("?".to_owned(), |millis| millis.to_string());
        Ok(Some(
            format!(
                "java.util.GregorianCalendar[time={time},zone={}]",
                state.zone.id()
            )
            .into(),
        ))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other.downcast::<Self>().is_some_and(|other| {
            other.millis() == self.millis() && other.zone().id() == self.zone().id()
        }))
    }

    fn hash(&self) -> Option<i32> {
        let millis = self.millis();
        #[expect(clippy::cast_possible_truncation, reason = "a hash")]
        let hash = (millis ^ (millis >> 32)) as i32;
        Some(hash)
    }

    fn compare(&self, _vm: &mut Vm, other: &Value) -> Result<Option<std::cmp::Ordering>> {
        Ok(super::args::millis(other).map(|other| self.millis().cmp(&other)))
    }
}
