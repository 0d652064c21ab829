//! `java.text.SimpleDateFormat`, `DateFormat` and `ParsePosition`.

use std::cell::{Cell, RefCell};

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::{Str, units_of};
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::args::{default_zone, int, long, millis};
use super::calendar::Calendar;
use super::format::DateFormat;
use super::locale::Locale;
use super::moment::{DATE, Moment};
use super::names::Names;
use super::time_zone::{TimeZone, zone_of};

/// `java.text.DateFormat`
pub(crate) static DATE_FORMAT: Class = Class::new("java.text.DateFormat")
    .constants(&[
        ("FULL", || Value::Int(0)),
        ("LONG", || Value::Int(1)),
        ("MEDIUM", || Value::Int(2)),
        ("SHORT", || Value::Int(3)),
        ("DEFAULT", || Value::Int(2)),
    ])
    .statics(&[
        ("getInstance", |vm, _| instance(vm, Some(3), Some(3), &[])),
        ("getDateInstance", |vm, args| styled(vm, args, true, false)),
        ("getTimeInstance", |vm, args| styled(vm, args, false, true)),
        ("getDateTimeInstance", |vm, args| {
            styled(vm, args, true, true)
        }),
    ])
    .methods(&[
        ("format", format),
        ("parse", parse),
        ("getTimeZone", |_, this, _| Ok(TimeZone::value(zone(this)?))),
        ("setTimeZone", set_time_zone),
        ("isLenient", |_, this, _| {
            Ok(Value::Bool(formatter(this)?.0.borrow().lenient))
        }),
        ("setLenient", set_lenient),
        ("getCalendar", get_calendar),
        ("setCalendar", set_calendar),
        ("clone", |_, this, _| {
            Ok(Value::object(Formatter(formatter(this)?.0.clone())))
        }),
        ("equals", equals),
        ("hashCode", |_, this, _| {
            Ok(Value::Int(hash(&formatter(this)?.0.borrow())))
        }),
    ]);

/// `java.text.SimpleDateFormat`
pub(crate) static SIMPLE_DATE_FORMAT: Class = Class::new("java.text.SimpleDateFormat")
    .extends(&[&DATE_FORMAT])
    .constructor(new)
    .methods(&[
        ("toPattern", to_pattern),
        ("toLocalizedPattern", to_pattern),
        ("applyPattern", apply_pattern),
        ("set2DigitYearStart", set_century),
        ("get2DigitYearStart", get_century),
    ]);

/// `java.text.ParsePosition`
pub(crate) static PARSE_POSITION: Class = Class::new("java.text.ParsePosition")
    .constructor(|_, args| {
        let [index] = args else {
            return Err(Thrown::mismatch());
        };
        let index = Cell::new(long(index).ok_or_else(Thrown::mismatch)?);
        Ok(Value::object(Position {
            index,
            error: Cell::new(-1),
        }))
    })
    .methods(&[
        ("getIndex", |_, this, _| {
            Ok(int(position(this)?.index.get()))
        }),
        ("setIndex", |_, this, args| {
            let [index] = args else {
                return Err(Thrown::mismatch());
            };
            position(this)?
                .index
                .set(long(index).ok_or_else(Thrown::mismatch)?);
            Ok(Value::Null)
        }),
        ("getErrorIndex", |_, this, _| {
            Ok(int(position(this)?.error.get()))
        }),
    ]);

struct Formatter(RefCell<DateFormat>);

struct Position {
    index: Cell<i64>,
    error: Cell<i64>,
}

impl Object for Formatter {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&SIMPLE_DATE_FORMAT)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let hash = hash(&self.0.borrow());
        Ok(Some(format!("{}@{hash:x}", SIMPLE_DATE_FORMAT.name).into()))
    }
}

impl Object for Position {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&PARSE_POSITION)
    }
}

fn hash(format: &DateFormat) -> i32 {
    Str::from(format.pattern.as_str()).java_hash()
}

fn formatter(this: &Value) -> Result<&Formatter> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn position(this: &Value) -> Result<&Position> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn zone(this: &Value) -> Result<super::zone::Zone> {
    Ok(formatter(this)?.0.borrow().zone.clone())
}

fn make(vm: &mut Vm, pattern: &str, locale: Locale) -> Result<Value> {
    let (zone, now) = (default_zone(vm), vm.host().now());
    vm.reserve(pattern.len())?;
    let format = DateFormat::new(pattern, locale, zone, now)?;
    Ok(Value::object(Formatter(RefCell::new(format))))
}

fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [] => make(vm, "M/d/yy h:mm a", Locale::us()),
        [Value::Null, ..] => Err(throw_bare("NullPointerException")),
        [pattern @ (Value::Str(_) | Value::GString(_))] => {
            let pattern = vm.text(pattern)?;
            make(vm, &pattern, Locale::us())
        }
        [pattern @ (Value::Str(_) | Value::GString(_)), locale] => {
            let pattern = vm.text(pattern)?;
            let locale = locale.downcast::<Locale>().ok_or_else(Thrown::mismatch)?;
            make(vm, &pattern, locale.clone())
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn styled(vm: &mut Vm, args: &[Value], date: bool, time: bool) -> Result<Value> {
    let styles: Vec<usize> = args
        .iter()
        .map_while(|arg| long(arg).and_then(|style| usize::try_from(style).ok()))
        .collect();
    let style = |index: usize| styles.get(index).copied().unwrap_or(2);
    let rest = args.get(styles.len()..).unwrap_or_default();
    let time_style = style(usize::from(date && time));
    instance(vm, date.then(|| style(0)), time.then_some(time_style), rest)
}

fn instance(
    vm: &mut Vm,
    date: Option<usize>,
    time: Option<usize>,
    rest: &[Value],
) -> Result<Value> {
    let locale = match rest {
        [] => Locale::us(),
        [locale] => locale
            .downcast::<Locale>()
            .ok_or_else(Thrown::mismatch)?
            .clone(),
        _ => return Err(Thrown::mismatch()),
    };
    let names = Names::of(&locale.language);
    let bad = |style| {
        throw(
            "IllegalArgumentException",
            format!("Illegal date style {style}"),
        )
    };
    let find = |patterns: &[&'static str; 4], style: usize| {
        patterns.get(style).copied().ok_or_else(|| bad(style))
    };
    let date = date.map(|style| find(&names.dates, style)).transpose()?;
    let time = time.map(|style| find(&names.times, style)).transpose()?;
    let both: Vec<&str> = date.into_iter().chain(time).collect();
    make(vm, &both.join(" "), locale)
}

fn format(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let format = formatter(this)?.0.borrow().clone();
    match args {
        [Value::Null] => Err(throw_bare("NullPointerException")),
        [date] => {
            let moment = millis(date).or_else(|| long(date)).ok_or_else(|| {
                throw(
                    "IllegalArgumentException",
                    "Cannot format given Object as a Date",
                )
            })?;
            Ok(Value::text(format.print(moment)))
        }
        [date, buffer, _] => {
            let moment = millis(date).ok_or_else(Thrown::mismatch)?;
            vm.invoke(buffer, "append", &[Value::text(format.print(moment))])
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn parse(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let format = formatter(this)?.0.borrow().clone();
    match args {
        [Value::Null, ..] => Err(throw_bare("NullPointerException")),
        [text @ (Value::Str(_) | Value::GString(_))] => {
            let text = vm.text(text)?;
            format
                .read(&text)
                .map(|millis| Moment::value(&DATE, millis))
        }
        [text @ (Value::Str(_) | Value::GString(_)), place] => {
            let text = vm.text(text)?;
            let position = position(place)?;
            let unit = usize::try_from(position.index.get()).unwrap_or(usize::MAX);
            let units =
                |byte| i64::try_from(units_of(text.get(..byte).unwrap_or(&text))).unwrap_or(0);
            let at = text.byte_of(unit).unwrap_or(text.len());
            match format.scan(&text, at) {
                Ok((millis, end)) => {
                    position.index.set(units(end));
                    Ok(Moment::value(&DATE, millis))
                }
                Err(at) => {
                    position.error.set(units(at));
                    Ok(Value::Null)
                }
            }
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn set_time_zone(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [zone] = args else {
        return Err(Thrown::mismatch());
    };
    let zone = zone_of(zone).ok_or_else(Thrown::mismatch)?;
    formatter(this)?.0.borrow_mut().zone = zone;
    Ok(Value::Null)
}

fn set_lenient(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Bool(lenient)] = args else {
        return Err(Thrown::mismatch());
    };
    formatter(this)?.0.borrow_mut().lenient = *lenient;
    Ok(Value::Null)
}

fn get_calendar(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let format = formatter(this)?.0.borrow().clone();
    Ok(Value::object(Calendar::new(
        vm.host().now(),
        format.zone,
        format.week,
    )))
}

fn set_calendar(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [calendar] = args else {
        return Err(Thrown::mismatch());
    };
    let calendar = calendar
        .downcast::<Calendar>()
        .ok_or_else(Thrown::mismatch)?;
    let mut format = formatter(this)?.0.borrow_mut();
    format.zone = calendar.zone();
    format.week = calendar.week();
    Ok(Value::Null)
}

fn equals(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let Some(other) = other.downcast::<Formatter>() else {
        return Ok(Value::Bool(false));
    };
    let (own, other) = (formatter(this)?.0.borrow(), other.0.borrow());
    Ok(Value::Bool(
        own.pattern == other.pattern && own.locale == other.locale,
    ))
}

fn to_pattern(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::text(formatter(this)?.0.borrow().pattern.as_str()))
}

fn apply_pattern(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [pattern] = args else {
        return Err(Thrown::mismatch());
    };
    let pattern = vm.text(pattern)?;
    formatter(this)?.0.borrow_mut().apply(&pattern)?;
    Ok(Value::Null)
}

fn set_century(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [start] = args else {
        return Err(Thrown::mismatch());
    };
    formatter(this)?.0.borrow_mut().century = millis(start).ok_or_else(Thrown::mismatch)?;
    Ok(Value::Null)
}

fn get_century(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Moment::value(&DATE, formatter(this)?.0.borrow().century))
}
