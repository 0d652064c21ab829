//! `java.time.Duration`

use std::cmp::Ordering;
use std::fmt::Write;

use crate::class::{Class, ClassRef};
use crate::library::date::{int, long, longs};
use crate::library::object::COMPARABLE;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::fields::{unit_name, unit_nanos};
use super::formatter::{text_of, unreadable};
use super::members::temporal;
use super::temporal::SECOND;

pub(super) static DURATION: Class = Class::new("java.time.Duration")
    .extends(&[&COMPARABLE])
    .constants(&[("ZERO", || Value::object(Duration(0)))])
    .statics(&[
        ("ofDays", |_, args| of(args, "DAYS")),
        ("ofHours", |_, args| of(args, "HOURS")),
        ("ofMinutes", |_, args| of(args, "MINUTES")),
        ("ofSeconds", of_seconds),
        ("ofMillis", |_, args| of(args, "MILLIS")),
        ("ofNanos", |_, args| of(args, "NANOS")),
        ("of", |_, args| match args {
            [_, unit] => of(args.get(..1).unwrap_or_default(), unit_name(unit)?),
            _ => Err(Thrown::mismatch()),
        }),
        ("between", between),
        ("parse", parse),
    ])
    .methods(&[
        ("toDays", |_, this, _| whole(this, 86_400 * SECOND)),
        ("toHours", |_, this, _| whole(this, 3600 * SECOND)),
        ("toMinutes", |_, this, _| whole(this, 60 * SECOND)),
        ("getSeconds", |_, this, _| {
            Ok(Value::Long(duration(this)?.parts().0))
        }),
        ("toMillis", |_, this, _| whole(this, 1_000_000)),
        ("toNanos", |_, this, _| whole(this, 1)),
        ("getNano", |_, this, _| Ok(int(duration(this)?.parts().1))),
        ("isZero", |_, this, _| {
            Ok(Value::Bool(duration(this)?.0 == 0))
        }),
        ("isNegative", |_, this, _| {
            Ok(Value::Bool(duration(this)?.0 < 0))
        }),
        ("negated", |_, this, _| made(-duration(this)?.0)),
        ("abs", |_, this, _| made(duration(this)?.0.abs())),
        ("plus", |_, this, args| moved(this, args, 1)),
        ("minus", |_, this, args| moved(this, args, -1)),
        ("plusDays", |_, this, args| plus_units(this, args, "DAYS")),
        ("plusHours", |_, this, args| plus_units(this, args, "HOURS")),
        ("plusMinutes", |_, this, args| {
            plus_units(this, args, "MINUTES")
        }),
        ("plusSeconds", |_, this, args| {
            plus_units(this, args, "SECONDS")
        }),
        ("plusMillis", |_, this, args| {
            plus_units(this, args, "MILLIS")
        }),
        ("multipliedBy", |_, this, args| {
            let factor = only(args)?;
            made(duration(this)?.0.saturating_mul(i128::from(factor)))
        }),
        ("dividedBy", |_, this, args| match only(args)? {
            0 => Err(throw("ArithmeticException", "Cannot divide by zero")),
            divisor => made(duration(this)?.0 / i128::from(divisor)),
        }),
        ("compareTo", |_, this, args| match args {
            [other] => Ok(Value::Int(duration(this)?.0.cmp(&duration(other)?.0) as i32)),
            _ => Err(Thrown::mismatch()),
        }),
    ]);

/// Nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Duration(i128);

impl Duration {
    /// Whole seconds, and the nanoseconds that are left.
    pub(super) fn parts(self) -> (i64, i64) {
        let seconds = i64::try_from(self.0.div_euclid(SECOND)).unwrap_or(i64::MAX);
        (
            seconds,
            i64::try_from(self.0.rem_euclid(SECOND)).unwrap_or(0),
        )
    }

    fn text(self) -> String {
        if self.0 == 0 {
            return "PT0S".to_owned();
        }
        let seconds = self.0 / SECOND;
        let mut out = "PT".to_owned();
        let mut put = |args: std::fmt::Arguments<'_>| {
            out.write_fmt(args)
                .expect("invariant: a string takes all text");
        };
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        if hours != 0 {
            put(format_args!("{hours}H"));
        }
        if minutes != 0 {
            put(format_args!("{minutes}M"));
        }
        let (rest, nanos) = (seconds % 60, (self.0 % SECOND).abs());
        let sign = if rest == 0 && self.0 < 0 { "-" } else { "" };
        if nanos > 0 {
            let fraction = format!("{nanos:09}");
            put(format_args!(
                "{sign}{rest}.{}S",
                fraction.trim_end_matches('0')
            ));
        } else if rest != 0 {
            put(format_args!("{rest}S"));
        }
        out
    }
}

impl Object for Duration {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&DURATION)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.text().into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other.downcast::<Self>() == Some(self))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        (other as &dyn std::any::Any).downcast_ref::<Self>() == Some(self)
    }

    fn hash(&self) -> Option<i32> {
        let (seconds, nanos) = self.parts();
        #[expect(clippy::cast_possible_truncation, reason = "a hash")]
        let hash = (seconds ^ (seconds >> 32)) as i32;
        Some(hash.wrapping_add(51_i32.wrapping_mul(i32::try_from(nanos).unwrap_or(0))))
    }

    fn compare(&self, _vm: &mut Vm, other: &Value) -> Result<Option<Ordering>> {
        Ok(other.downcast::<Self>().map(|other| self.0.cmp(&other.0)))
    }
}

fn made(nanos: i128) -> Result<Value> {
    if i64::try_from(nanos / SECOND).is_err() {
        return Err(throw("ArithmeticException", "Exceeds capacity of Duration"));
    }
    Ok(Value::object(Duration(nanos)))
}

fn duration(this: &Value) -> Result<&Duration> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn only(args: &[Value]) -> Result<i64> {
    match args {
        [number] => long(number).ok_or_else(Thrown::mismatch),
        _ => Err(Thrown::mismatch()),
    }
}

fn of(args: &[Value], unit: &str) -> Result<Value> {
    let nanos = unit_nanos(unit).ok_or_else(|| {
        throw(
            "UnsupportedTemporalTypeException",
            "Unit must not have an estimated duration",
        )
    })?;
    made(i128::from(only(args)?) * nanos)
}

fn of_seconds(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match longs(args).as_deref() {
        Some([seconds]) => made(i128::from(*seconds) * SECOND),
        Some([seconds, nanos]) => made(i128::from(*seconds) * SECOND + i128::from(*nanos)),
        _ => Err(Thrown::mismatch()),
    }
}

/// `ChronoUnit.getDuration()`
pub(super) fn of_unit(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    of(&[Value::Int(1)], unit_name(this)?)
}

fn between(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [from, to] = args else {
        return Err(Thrown::mismatch());
    };
    let nanos = temporal(from)?.until(temporal(to)?, "NANOS");
    match nanos {
        Ok(nanos) => made(i128::from(nanos)),
        // Long spans do not fit into nanoseconds.
        Err(_) => made(i128::from(temporal(from)?.until(temporal(to)?, "SECONDS")?) * SECOND),
    }
}

fn whole(this: &Value, unit: i128) -> Result<Value> {
    let amount = duration(this)?.0.div_euclid(unit);
    let amount = if unit > SECOND {
        duration(this)?.0 / unit
    } else {
        amount
    };
    let amount =
        i64::try_from(amount).map_err(|_| throw("ArithmeticException", "long overflow"))?;
    Ok(Value::Long(amount))
}

fn moved(this: &Value, args: &[Value], sign: i128) -> Result<Value> {
    let other = match args {
        [other] => duration(other)?.0,
        [amount, unit] => {
            let unit = unit_nanos(unit_name(unit)?).ok_or_else(Thrown::mismatch)?;
            i128::from(long(amount).ok_or_else(Thrown::mismatch)?) * unit
        }
        _ => return Err(Thrown::mismatch()),
    };
    made(duration(this)?.0 + sign * other)
}

fn plus_units(this: &Value, args: &[Value], unit: &str) -> Result<Value> {
    let nanos = unit_nanos(unit).unwrap_or(1);
    made(duration(this)?.0 + i128::from(only(args)?) * nanos)
}

/// `PT1H30M`, `P1DT2.5S`, `-PT10M`
fn parse(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = text_of(vm, text)?;
    match read(&text.to_uppercase()) {
        Some(nanos) => made(nanos),
        None => Err(unreadable(&text, 0, " to a Duration")),
    }
}

fn read(text: &str) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (text, ""),
    };
    let mut nanos = match days.strip_suffix('D') {
        Some(days) => days
            .parse::<i64>()
            .ok()
            .map(|days| i128::from(days) * 86_400 * SECOND)?,
        None if days.is_empty() && !time.is_empty() => 0,
        None => return None,
    };
    let mut rest = time;
    for (letter, unit) in [('H', 3600 * SECOND), ('M', 60 * SECOND)] {
        if let Some((number, after)) = rest.split_once(letter) {
            nanos += i128::from(number.parse::<i64>().ok()?) * unit;
            rest = after;
        }
    }
    if let Some(seconds) = rest.strip_suffix('S') {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
        if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let fraction: i128 = format!("{fraction:0<9}").parse().ok()?;
        let minus = whole.starts_with('-');
        nanos += i128::from(whole.parse::<i64>().ok()?) * SECOND;
        nanos += if minus { -fraction } else { fraction };
        rest = "";
    }
    rest.is_empty().then_some(sign * nanos)
}
