//! `java.time.Period`

use crate::class::{Class, ClassRef};
use crate::library::date::{int, longs};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::formatter::{text_of, unreadable};
use super::members::temporal;
use super::temporal::Temporal;

pub(super) static PERIOD: Class = Class::new("java.time.Period")
    .constants(&[("ZERO", || Value::object(Period::default()))])
    .statics(&[
        ("of", |_, args| match longs(args).as_deref() {
            Some([years, months, days]) => Ok(Period::value(*years, *months, *days)),
            _ => Err(Thrown::mismatch()),
        }),
        ("ofYears", |_, args| Ok(Period::value(only(args)?, 0, 0))),
        ("ofMonths", |_, args| Ok(Period::value(0, only(args)?, 0))),
        ("ofWeeks", |_, args| {
            Ok(Period::value(0, 0, only(args)?.saturating_mul(7)))
        }),
        ("ofDays", |_, args| Ok(Period::value(0, 0, only(args)?))),
        ("between", |_, args| match args {
            [from, to] => Ok(Value::object(Period::between(
                temporal(from)?,
                temporal(to)?,
            ))),
            _ => Err(Thrown::mismatch()),
        }),
        ("parse", parse),
    ])
    .methods(&[
        ("getYears", |_, this, _| Ok(int(period(this)?.years))),
        ("getMonths", |_, this, _| Ok(int(period(this)?.months))),
        ("getDays", |_, this, _| Ok(int(period(this)?.days))),
        ("toTotalMonths", |_, this, _| {
            let period = period(this)?;
            Ok(Value::Long(period.years * 12 + period.months))
        }),
        ("isZero", |_, this, _| {
            Ok(Value::Bool(*period(this)? == Period::default()))
        }),
        ("isNegative", |_, this, _| {
            let period = period(this)?;
            Ok(Value::Bool(
                period.years < 0 || period.months < 0 || period.days < 0,
            ))
        }),
        ("negated", |_, this, _| scaled(this, -1)),
        ("multipliedBy", |_, this, args| scaled(this, only(args)?)),
        ("plusDays", |_, this, args| plus_days(this, args)),
        ("normalized", |_, this, _| {
            let period = period(this)?;
            let months = period.years * 12 + period.months;
            Ok(Period::value(months / 12, months % 12, period.days))
        }),
    ]);

/// Years, months and days, each within an `int`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) years: i64,
    pub(super) months: i64,
    pub(super) days: i64,
}

impl Period {
    fn value(years: i64, months: i64, days: i64) -> Value {
        let int = |number: i64| number.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        Value::object(Self {
            years: int(years),
            months: int(months),
            days: int(days),
        })
    }

    /// From one date to the other.
    pub(super) fn between(from: &Temporal, to: &Temporal) -> Self {
        let (from, to) = (from.at.date(), to.at.date());
        let month = |date: jiff::civil::Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let mut months = month(to) - month(from);
        let mut days = i64::from(to.day()) - i64::from(from.day());
        if months > 0 && days < 0 {
            months -= 1;
            let moved = Temporal::date(from).plus(months, "MONTHS");
            let start = moved.map_or(from, |moved| moved.at.date());
            days = super::fields::epoch_day(to) - super::fields::epoch_day(start);
        } else if months < 0 && days > 0 {
            months += 1;
            days -= i64::from(to.days_in_month());
        }
        Self {
            years: months / 12,
            months: months % 12,
            days,
        }
    }
}

impl Object for Period {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&PERIOD)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let parts = [(self.years, 'Y'), (self.months, 'M'), (self.days, 'D')];
        let text: String = parts
            .iter()
            .filter(|(number, _)| *number != 0)
            .map(|(number, letter)| format!("{number}{letter}"))
            .collect();
        let text = if text.is_empty() { "0D" } else { &text };
        Ok(Some(format!("P{text}").into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other.downcast::<Self>() == Some(self))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        (other as &dyn std::any::Any).downcast_ref::<Self>() == Some(self)
    }

    fn hash(&self) -> Option<i32> {
        let int = |number: i64| i32::try_from(number).unwrap_or(0);
        let (months, days) = (
            int(self.months).rotate_left(8),
            int(self.days).rotate_left(16),
        );
        Some(int(self.years).wrapping_add(months).wrapping_add(days))
    }
}

fn period(this: &Value) -> Result<&Period> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn only(args: &[Value]) -> Result<i64> {
    match longs(args).as_deref() {
        Some([number]) => Ok(*number),
        _ => Err(Thrown::mismatch()),
    }
}

fn scaled(this: &Value, factor: i64) -> Result<Value> {
    let period = period(this)?;
    let times = |number: i64| number.saturating_mul(factor);
    Ok(Period::value(
        times(period.years),
        times(period.months),
        times(period.days),
    ))
}

fn plus_days(this: &Value, args: &[Value]) -> Result<Value> {
    let period = period(this)?;
    Ok(Period::value(
        period.years,
        period.months,
        period.days.saturating_add(only(args)?),
    ))
}

/// `P1Y2M3D`, `P2W`, `-P1D`
fn parse(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = text_of(vm, text)?;
    read(&text.to_uppercase()).ok_or_else(|| unreadable(&text, 0, " to a Period"))
}

fn read(text: &str) -> Option<Value> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut rest = text.strip_prefix('P').filter(|rest| !rest.is_empty())?;
    let mut parts = [0_i64; 4];
    for (part, letter) in parts.iter_mut().zip(['Y', 'M', 'W', 'D']) {
        if let Some((number, after)) = rest.split_once(letter) {
            *part = number.parse::<i32>().ok().map(i64::from)? * sign;
            rest = after;
        }
    }
    let [years, months, weeks, days] = parts;
    rest.is_empty()
        .then(|| Period::value(years, months, weeks * 7 + days))
}
