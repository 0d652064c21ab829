//! `java.util.Date` and the classes of `java.sql` below it.

use std::cell::Cell;
use std::cmp::Ordering;

use crate::class::{Class, ClassRef};
use crate::library::object::COMPARABLE;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::args::{default_zone, int, long, longs, millis, zone_and_locale};
use super::calendar::{self, Calendar};
use super::civil;
use super::fields::{DAY, Fields};
use super::format::{self, DateFormat};
use super::locale::Locale;
use super::zone::Zone;

/// `java.util.Date`
pub(crate) static DATE: Class = Class::new("java.util.Date")
    .extends(&[&COMPARABLE])
    .constructor(new)
    .statics(&[
        ("parse", parse),
        ("parseToStringDate", parse_to_string_date),
        ("from", from_instant),
        ("UTC", |_, args| {
            Ok(Value::Long(civil_millis(&Zone::utc(), args)?))
        }),
    ])
    .methods(&[
        ("getTime", |_, this, _| {
            Ok(Value::Long(moment(this)?.millis.get()))
        }),
        ("setTime", set_time),
        ("getYear", |vm, this, _| {
            field(vm, this, |fields| fields.year - 1900)
        }),
        ("getMonth", |vm, this, _| {
            field(vm, this, |fields| fields.month)
        }),
        ("getDate", |vm, this, _| {
            field(vm, this, |fields| fields.day)
        }),
        ("getDay", |vm, this, _| {
            field(vm, this, |fields| fields.weekday() - 1)
        }),
        ("getHours", |vm, this, _| field(vm, this, Fields::hour)),
        ("getMinutes", |vm, this, _| field(vm, this, Fields::minute)),
        ("getSeconds", |vm, this, _| field(vm, this, Fields::second)),
        ("getTimezoneOffset", |vm, this, _| {
            field(vm, this, |f| i64::from(-f.at.offset / 60))
        }),
        ("setYear", |vm, this, args| set_field(vm, this, args, 0)),
        ("setMonth", |vm, this, args| set_field(vm, this, args, 1)),
        ("setDate", |vm, this, args| set_field(vm, this, args, 2)),
        ("setHours", |vm, this, args| set_field(vm, this, args, 3)),
        ("setMinutes", |vm, this, args| set_field(vm, this, args, 4)),
        ("setSeconds", |vm, this, args| set_field(vm, this, args, 5)),
        ("before", |_, this, args| {
            compare_with(this, args, Ordering::Less)
        }),
        ("after", |_, this, args| {
            compare_with(this, args, Ordering::Greater)
        }),
        ("compareTo", compare_to),
        ("equals", equals),
        ("hashCode", |_, this, _| {
            Ok(Value::Int(hash(moment(this)?.millis.get())))
        }),
        ("clone", |_, this, _| copy(this, moment(this)?.millis.get())),
        ("toString", |vm, this, _| {
            Ok(Value::Str(text(vm, moment(this)?)))
        }),
        ("toGMTString", |_, this, _| {
            styled(this, "d MMM yyyy HH:mm:ss 'GMT'", &Zone::utc())
        }),
        ("toLocaleString", |vm, this, _| {
            styled(this, "MMM d, yyyy h:mm:ss a", &default_zone(vm))
        }),
        ("toInstant", |_, this, _| {
            crate::library::time::instant(moment(this)?.millis.get())
        }),
        ("toTimestamp", |_, this, _| {
            Ok(Moment::value(&TIMESTAMP, moment(this)?.millis.get()))
        }),
        ("toCalendar", to_calendar),
        ("format", format),
        ("getDateString", |vm, this, _| {
            styled(this, "M/d/yy", &default_zone(vm))
        }),
        ("getTimeString", |vm, this, _| {
            styled(this, "h:mm:ss a", &default_zone(vm))
        }),
        ("getDateTimeString", |vm, this, _| {
            styled(this, "M/d/yy h:mm:ss a", &default_zone(vm))
        }),
        ("plus", |vm, this, args| plus(vm, this, args, 1)),
        ("minus", minus),
        ("next", |vm, this, _| plus(vm, this, &[Value::Int(1)], 1)),
        ("previous", |vm, this, _| {
            plus(vm, this, &[Value::Int(1)], -1)
        }),
        ("upto", |vm, this, args| walk(vm, this, args, 1)),
        ("downto", |vm, this, args| walk(vm, this, args, -1)),
        ("clearTime", clear_time),
        ("getAt", get_at),
        ("putAt", set),
        ("set", set),
        ("copyWith", copy_with),
        ("updated", copy_with),
    ]);

/// `java.sql.Timestamp`
pub(crate) static TIMESTAMP: Class = Class::new("java.sql.Timestamp")
    .extends(&[&DATE])
    .constructor(|_, args| sql(&TIMESTAMP, args))
    .statics(&[("valueOf", timestamp_of), ("from", from_instant)])
    .methods(&[("getNanos", |_, this, _| {
        Ok(int(moment(this)?.millis.get().rem_euclid(1000) * 1_000_000))
    })]);

/// `java.sql.Date`
pub(crate) static SQL_DATE: Class = Class::new("java.sql.Date")
    .extends(&[&DATE])
    .constructor(|_, args| sql(&SQL_DATE, args))
    .statics(&[("valueOf", sql_date_of)]);

/// A moment.
pub(crate) struct Moment {
    class: &'static Class,
    /// Milliseconds since 1970.
    pub millis: Cell<i64>,
}

impl Moment {
    /// A moment of this class.
    pub(crate) fn value(class: &'static Class, millis: i64) -> Value {
        Value::object(Self {
            class,
            millis: Cell::new(millis),
        })
    }
}

impl Object for Moment {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(text(vm, self)))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        let other = other.downcast::<Self>();
        Ok(other.is_some_and(|other| other.millis == self.millis))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| other.millis == self.millis)
    }

    fn hash(&self) -> Option<i32> {
        Some(hash(self.millis.get()))
    }

    fn compare(&self, _vm: &mut Vm, other: &Value) -> Result<Option<Ordering>> {
        Ok(millis(other).map(|other| self.millis.get().cmp(&other)))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a hash")]
fn hash(millis: i64) -> i32 {
    (millis ^ (millis >> 32)) as i32
}

fn moment(this: &Value) -> Result<&Moment> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn text(vm: &Vm, moment: &Moment) -> Str {
    let pattern = match moment.class.name {
        "java.sql.Timestamp" => "yyyy-MM-dd HH:mm:ss.SSS",
        "java.sql.Date" => "yyyy-MM-dd",
        _ => "EEE MMM dd HH:mm:ss zzz y",
    };
    let text = pattern_text(moment.millis.get(), pattern, &default_zone(vm));
    match moment.class.name {
        // Trailing zeros of the fraction go, but one stays.
        "java.sql.Timestamp" => {
            let short = text.trim_end_matches('0');
            let zero = if short.ends_with('.') { "0" } else { "" };
            format!("{short}{zero}").into()
        }
        _ => text.into(),
    }
}

fn pattern_text(millis: i64, pattern: &str, zone: &Zone) -> String {
    let format = DateFormat::new(pattern, Locale::us(), zone.clone(), 0);
    format.map_or_else(|_| String::new(), |format| format.print(millis))
}

fn styled(this: &Value, pattern: &str, zone: &Zone) -> Result<Value> {
    Ok(Value::text(pattern_text(
        moment(this)?.millis.get(),
        pattern,
        zone,
    )))
}

fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let millis = match args {
        [] => vm.host().now(),
        [Value::Str(text)] => {
            let zone = default_zone(vm);
            format::parse_loosely(text, &zone)
                .ok_or_else(|| throw_bare("IllegalArgumentException"))?
        }
        [number] => long(number).ok_or_else(Thrown::mismatch)?,
        args => civil_millis(&default_zone(vm), args)?,
    };
    Ok(Moment::value(&DATE, millis))
}

/// Milliseconds of year (from 1900), month, day and so on.
fn civil_millis(zone: &Zone, args: &[Value]) -> Result<i64> {
    let numbers = longs(args).ok_or_else(Thrown::mismatch)?;
    let [year, month, day, rest @ ..] = &numbers[..] else {
        return Err(Thrown::mismatch());
    };
    let time = |index: usize| rest.get(index).copied().unwrap_or(0);
    let seconds = (time(0) * 60 + time(1)) * 60 + time(2);
    let days = civil::days(1900 + year, *month, *day);
    Ok(zone.resolve_local(
        days.saturating_mul(DAY)
            .saturating_add(seconds.saturating_mul(1000)),
    ))
}

fn sql(class: &'static Class, args: &[Value]) -> Result<Value> {
    match args {
        [number] => Ok(Moment::value(
            class,
            long(number).ok_or_else(Thrown::mismatch)?,
        )),
        _ => Err(Thrown::mismatch()),
    }
}

fn timestamp_of(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = vm.text(text)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let format = DateFormat::new("yyyy-MM-dd HH:mm:ss", Locale::us(), default_zone(vm), 0)?;
    let millis = format.scan(whole, 0).ok().zip(digits.parse::<i64>().ok());
    let Some(((millis, _), fraction)) = millis else {
        let message = "Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]";
        return Err(throw("IllegalArgumentException", message));
    };
    Ok(Moment::value(&TIMESTAMP, millis + fraction))
}

fn sql_date_of(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = vm.text(text)?;
    let format = DateFormat::new("yyyy-MM-dd", Locale::us(), default_zone(vm), 0)?;
    let (millis, _) = format
        .scan(&text, 0)
        .map_err(|_| throw_bare("IllegalArgumentException"))?;
    Ok(Moment::value(&SQL_DATE, millis))
}

fn from_instant(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [instant] = args else {
        return Err(Thrown::mismatch());
    };
    let millis = vm.invoke(instant, "toEpochMilli", &[])?;
    Ok(Moment::value(
        &DATE,
        long(&millis).ok_or_else(Thrown::mismatch)?,
    ))
}

/// `Date.parse(pattern, text[, zone])`
fn parse(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Str(text)] => {
            let zone = default_zone(vm);
            let millis = format::parse_loosely(text, &zone);
            millis
                .map(Value::Long)
                .ok_or_else(|| throw_bare("IllegalArgumentException"))
        }
        [_, Value::Null, ..] => Err(throw_bare("NullPointerException")),
        [pattern, text, rest @ ..] => {
            let (pattern, text) = (vm.text(pattern)?, vm.text(text)?);
            let (zone, locale) = zone_and_locale(vm, rest)?;
            let format = DateFormat::new(&pattern, locale, zone, vm.host().now())?;
            format
                .read(&text)
                .map(|millis| Moment::value(&DATE, millis))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn parse_to_string_date(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = vm.text(text)?;
    let pattern = "EEE MMM dd HH:mm:ss z yyyy";
    let format = DateFormat::new(pattern, Locale::us(), default_zone(vm), vm.host().now())?;
    format
        .read(&text)
        .map(|millis| Moment::value(&DATE, millis))
}

fn set_time(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [number] => moment(this)?
            .millis
            .set(long(number).ok_or_else(Thrown::mismatch)?),
        _ => return Err(Thrown::mismatch()),
    }
    Ok(Value::Null)
}

fn field(vm: &Vm, this: &Value, read: impl Fn(&Fields) -> i64) -> Result<Value> {
    Ok(int(read(&Fields::of(
        moment(this)?.millis.get(),
        &default_zone(vm),
    ))))
}

/// Sets year (from 1900), month, day, hour, minute or second.
fn set_field(vm: &Vm, this: &Value, args: &[Value], index: usize) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    let number = long(number).ok_or_else(Thrown::mismatch)?;
    let (moment, zone) = (moment(this)?, default_zone(vm));
    let fields = Fields::of(moment.millis.get(), &zone);
    let mut parts = [
        fields.year - 1900,
        fields.month,
        fields.day,
        fields.hour(),
        fields.minute(),
        fields.second(),
    ];
    if let Some(part) = parts.get_mut(index) {
        *part = number;
    }
    let parts: Vec<Value> = parts.iter().copied().map(Value::Long).collect();
    moment
        .millis
        .set(civil_millis(&zone, &parts)?.saturating_add(fields.milli()));
    Ok(Value::Null)
}

fn other_millis(args: &[Value]) -> Result<i64> {
    match args {
        [Value::Null] => Err(throw_bare("NullPointerException")),
        [other] => millis(other).ok_or_else(Thrown::mismatch),
        _ => Err(Thrown::mismatch()),
    }
}

fn compare_with(this: &Value, args: &[Value], wanted: Ordering) -> Result<Value> {
    Ok(Value::Bool(
        moment(this)?.millis.get().cmp(&other_millis(args)?) == wanted,
    ))
}

fn compare_to(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(Value::Int(
        moment(this)?.millis.get().cmp(&other_millis(args)?) as i32,
    ))
}

fn equals(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [other] => moment(this)?.equals(vm, other).map(Value::Bool),
        _ => Err(Thrown::mismatch()),
    }
}

/// A date of the same class.
fn copy(this: &Value, millis: i64) -> Result<Value> {
    Ok(Moment::value(moment(this)?.class, millis))
}

fn to_calendar(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let calendar = Calendar::new(
        moment(this)?.millis.get(),
        default_zone(vm),
        Locale::us().week(),
    );
    Ok(Value::object(calendar))
}

fn format(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [pattern, rest @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let pattern = vm.text(pattern)?;
    let (zone, locale) = zone_and_locale(vm, rest)?;
    vm.reserve(pattern.len())?;
    let format = DateFormat::new(&pattern, locale, zone, 0)?;
    Ok(Value::text(format.print(moment(this)?.millis.get())))
}

/// The same time of the clock, days later.
fn plus_days(zone: &Zone, millis: i64, days: i64) -> i64 {
    let fields = Fields::of(millis, zone);
    let day = fields.days.saturating_add(days);
    zone.resolve_local(day.saturating_mul(DAY).saturating_add(fields.time))
}

fn plus(vm: &mut Vm, this: &Value, args: &[Value], sign: i64) -> Result<Value> {
    let [days] = args else {
        return Err(Thrown::mismatch());
    };
    let days = long(days).ok_or_else(Thrown::mismatch)?;
    let millis = plus_days(
        &default_zone(vm),
        moment(this)?.millis.get(),
        days.saturating_mul(sign),
    );
    copy(this, millis)
}

/// A number of days takes those away; another date gives the days between.
fn minus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [other] if millis(other).is_some() => {
            let (zone, own) = (default_zone(vm), moment(this)?.millis.get());
            let other = millis(other).unwrap_or(own);
            Ok(int(
                Fields::of(own, &zone).days - Fields::of(other, &zone).days
            ))
        }
        args => plus(vm, this, args, -1),
    }
}

fn walk(vm: &mut Vm, this: &Value, args: &[Value], step: i64) -> Result<Value> {
    let [to, closure] = args else {
        return Err(Thrown::mismatch());
    };
    let to = millis(to).ok_or_else(Thrown::mismatch)?;
    let zone = default_zone(vm);
    let mut at = moment(this)?.millis.get();
    if (to - at).signum() == -step {
        let (way, relation) = if step > 0 {
            ("upto", "earlier")
        } else {
            ("downto", "later")
        };
        let message = format!(
            "The argument ({}) to {way}() cannot be {relation} than the value ({}) it's called on.",
            text(
                vm,
                &Moment {
                    class: &DATE,
                    millis: Cell::new(to)
                }
            ),
            text(vm, moment(this)?),
        );
        return Err(throw("GroovyRuntimeException", message));
    }
    while (to - at).signum() != -step {
        let date = copy(this, at)?;
        vm.call(closure, &[date])?;
        at = plus_days(&zone, at, step);
    }
    Ok(Value::Null)
}

fn clear_time(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let (zone, moment) = (default_zone(vm), moment(this)?);
    let day = Fields::of(moment.millis.get(), &zone).days;
    moment
        .millis
        .set(zone.resolve_local(day.saturating_mul(DAY)));
    Ok(this.clone())
}

fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let calendar = to_calendar(vm, this, &[])?;
    vm.invoke(&calendar, "get", args)
}

/// `set(year: 2024, …)`, or a field and its value.
fn set(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let calendar = Calendar::new(
        moment(this)?.millis.get(),
        default_zone(vm),
        Locale::us().week(),
    );
    calendar::update(vm, &calendar, args)?;
    moment(this)?.millis.set(calendar.millis());
    Ok(Value::Null)
}

fn copy_with(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let copy = copy(this, moment(this)?.millis.get())?;
    set(vm, &copy, args)?;
    Ok(copy)
}
