//! The members of `java.util.Calendar` and `GregorianCalendar`.

use std::cmp::Ordering;

use crate::class::Class;
use crate::library::object::COMPARABLE;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::args::{default_zone, int, long, longs, millis, zone_and_locale};
use super::calendar::{Calendar, update};
use super::civil;
use super::fields::{DAY, Fields, Setting, field};
use super::format::DateFormat;
use super::locale::Locale;
use super::moment::{DATE, Moment};
use super::time_zone::{TimeZone, zone_of};

/// Names of the fields, the usual one last.
pub(super) const FIELDS: &[(&str, usize)] = &[
    ("ERA", field::ERA),
    ("YEAR", field::YEAR),
    ("MONTH", field::MONTH),
    ("WEEK_OF_YEAR", field::WEEK_OF_YEAR),
    ("WEEK_OF_MONTH", field::WEEK_OF_MONTH),
    ("DATE", field::DAY_OF_MONTH),
    ("DAY_OF_MONTH", field::DAY_OF_MONTH),
    ("DAY_OF_YEAR", field::DAY_OF_YEAR),
    ("DAY_OF_WEEK", field::DAY_OF_WEEK),
    ("DAY_OF_WEEK_IN_MONTH", field::DAY_OF_WEEK_IN_MONTH),
    ("AM_PM", field::AM_PM),
    ("HOUR", field::HOUR),
    ("HOUR_OF_DAY", field::HOUR_OF_DAY),
    ("MINUTE", field::MINUTE),
    ("SECOND", field::SECOND),
    ("MILLISECOND", field::MILLISECOND),
];

/// `java.util.Calendar`
pub(crate) static CALENDAR: Class = Class::new("java.util.Calendar")
    .extends(&[&COMPARABLE])
    .statics(&[("getInstance", new)])
    .constants(&[
        ("ERA", || Value::Int(0)),
        ("YEAR", || Value::Int(1)),
        ("MONTH", || Value::Int(2)),
        ("WEEK_OF_YEAR", || Value::Int(3)),
        ("WEEK_OF_MONTH", || Value::Int(4)),
        ("DATE", || Value::Int(5)),
        ("DAY_OF_MONTH", || Value::Int(5)),
        ("DAY_OF_YEAR", || Value::Int(6)),
        ("DAY_OF_WEEK", || Value::Int(7)),
        ("DAY_OF_WEEK_IN_MONTH", || Value::Int(8)),
        ("AM_PM", || Value::Int(9)),
        ("HOUR", || Value::Int(10)),
        ("HOUR_OF_DAY", || Value::Int(11)),
        ("MINUTE", || Value::Int(12)),
        ("SECOND", || Value::Int(13)),
        ("MILLISECOND", || Value::Int(14)),
        ("ZONE_OFFSET", || Value::Int(15)),
        ("DST_OFFSET", || Value::Int(16)),
        ("SUNDAY", || Value::Int(1)),
        ("MONDAY", || Value::Int(2)),
        ("TUESDAY", || Value::Int(3)),
        ("WEDNESDAY", || Value::Int(4)),
        ("THURSDAY", || Value::Int(5)),
        ("FRIDAY", || Value::Int(6)),
        ("SATURDAY", || Value::Int(7)),
        ("JANUARY", || Value::Int(0)),
        ("FEBRUARY", || Value::Int(1)),
        ("MARCH", || Value::Int(2)),
        ("APRIL", || Value::Int(3)),
        ("MAY", || Value::Int(4)),
        ("JUNE", || Value::Int(5)),
        ("JULY", || Value::Int(6)),
        ("AUGUST", || Value::Int(7)),
        ("SEPTEMBER", || Value::Int(8)),
        ("OCTOBER", || Value::Int(9)),
        ("NOVEMBER", || Value::Int(10)),
        ("DECEMBER", || Value::Int(11)),
        ("AM", || Value::Int(0)),
        ("PM", || Value::Int(1)),
    ])
    .methods(&[
        ("get", get),
        ("getAt", get),
        ("set", set),
        ("putAt", put_at),
        ("add", |_, this, args| moved(this, args, Calendar::add)),
        ("roll", roll),
        ("clear", clear),
        ("clearTime", clear_time),
        ("getTime", |_, this, _| {
            calendar(this)?.check()?;
            Ok(Moment::value(&DATE, calendar(this)?.millis()))
        }),
        ("setTime", set_time),
        ("getTimeInMillis", |_, this, _| {
            calendar(this)?.check()?;
            Ok(Value::Long(calendar(this)?.millis()))
        }),
        ("setTimeInMillis", set_time),
        ("getTimeZone", |_, this, _| {
            Ok(TimeZone::value(calendar(this)?.zone()))
        }),
        ("setTimeZone", set_time_zone),
        ("getFirstDayOfWeek", |_, this, _| {
            Ok(int(calendar(this)?.week().0))
        }),
        ("setFirstDayOfWeek", |_, this, args| set_week(this, args, 0)),
        ("getMinimalDaysInFirstWeek", |_, this, _| {
            Ok(int(calendar(this)?.week().1))
        }),
        ("setMinimalDaysInFirstWeek", |_, this, args| {
            set_week(this, args, 1)
        }),
        ("isLenient", |_, this, _| {
            Ok(Value::Bool(calendar(this)?.state().lenient))
        }),
        ("setLenient", set_lenient),
        ("isSet", is_set),
        ("getActualMaximum", |_, this, args| limit(this, args, true)),
        ("getMaximum", |_, _, args| outer_limit(args)),
        ("getActualMinimum", |_, this, args| limit(this, args, false)),
        ("getMinimum", |_, this, args| limit(this, args, false)),
        ("before", |_, this, args| {
            compare_with(this, args, Ordering::Less)
        }),
        ("after", |_, this, args| {
            compare_with(this, args, Ordering::Greater)
        }),
        ("compareTo", compare_to),
        ("clone", |_, this, _| {
            Ok(Value::object(calendar(this)?.copy()))
        }),
        ("copyWith", copy_with),
        ("updated", copy_with),
        ("format", format),
        ("next", |_, this, _| shifted(this, 1)),
        ("previous", |_, this, _| shifted(this, -1)),
        ("minus", minus),
        ("upto", |vm, this, args| walk(vm, this, args, 1)),
        ("toInstant", |_, this, _| {
            crate::library::time::instant(calendar(this)?.millis())
        }),
        ("downto", |vm, this, args| walk(vm, this, args, -1)),
    ]);

/// `java.util.GregorianCalendar`
pub(crate) static GREGORIAN_CALENDAR: Class = Class::new("java.util.GregorianCalendar")
    .extends(&[&CALENDAR])
    .constructor(new)
    .constants(&[("BC", || Value::Int(0)), ("AD", || Value::Int(1))])
    .methods(&[("isLeapYear", |_, _, args| match args {
        [year] => Ok(Value::Bool(civil::is_leap(
            long(year).ok_or_else(Thrown::mismatch)?,
        ))),
        _ => Err(Thrown::mismatch()),
    })]);

fn calendar(this: &Value) -> Result<&Calendar> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let Some(numbers) = longs(args).filter(|numbers| !numbers.is_empty()) else {
        let (zone, locale) = zone_and_locale(vm, args)?;
        return Ok(Value::object(Calendar::new(
            vm.host().now(),
            zone,
            locale.week(),
        )));
    };
    if !matches!(numbers.len(), 3 | 5 | 6) {
        return Err(Thrown::mismatch());
    }
    let calendar = Calendar::new(0, default_zone(vm), Locale::us().week());
    calendar.change(|state| state.set = Setting::new());
    set_date(&calendar, &numbers);
    Ok(Value::object(calendar))
}

fn set_date(calendar: &Calendar, numbers: &[i64]) {
    let order = [
        field::YEAR,
        field::MONTH,
        field::DAY_OF_MONTH,
        field::HOUR_OF_DAY,
        field::MINUTE,
        field::SECOND,
    ];
    for (number, value) in order.into_iter().zip(numbers) {
        calendar.set(number, *value);
    }
}

fn number_of(arg: &Value) -> Result<usize> {
    let number = long(arg).ok_or_else(Thrown::mismatch)?;
    let found = usize::try_from(number)
        .ok()
        .filter(|number| *number < field::COUNT);
    found.ok_or_else(|| throw("ArrayIndexOutOfBoundsException", number.to_string()))
}

fn get(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [number] => Ok(int(calendar(this)?.get(number_of(number)?)?)),
        _ => Err(Thrown::mismatch()),
    }
}

fn set(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [_] => update(vm, calendar(this)?, args)?,
        [number, value] => {
            let value = long(value).ok_or_else(Thrown::mismatch)?;
            calendar(this)?.set(number_of(number)?, value);
        }
        several => {
            let numbers = longs(several).filter(|numbers| matches!(numbers.len(), 3 | 5 | 6));
            set_date(calendar(this)?, &numbers.ok_or_else(Thrown::mismatch)?);
        }
    }
    Ok(Value::Null)
}

fn put_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [_, _] => set(vm, this, args),
        _ => Err(Thrown::mismatch()),
    }
}

fn moved(
    this: &Value,
    args: &[Value],
    change: fn(&Calendar, usize, i64) -> Result<()>,
) -> Result<Value> {
    let [number, amount] = args else {
        return Err(Thrown::mismatch());
    };
    let amount = long(amount).ok_or_else(Thrown::mismatch)?;
    change(calendar(this)?, number_of(number)?, amount)?;
    Ok(Value::Null)
}

fn roll(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [number, Value::Bool(up)] => {
            let amount = Value::Int(if *up { 1 } else { -1 });
            moved(this, &[number.clone(), amount], Calendar::roll)
        }
        args => moved(this, args, Calendar::roll),
    }
}

fn clear(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let number = match args {
        [] => None,
        [number] => Some(number_of(number)?),
        _ => return Err(Thrown::mismatch()),
    };
    calendar(this)?.change(|state| {
        match number {
            Some(number) => state.set.clear(number),
            None => state.set = Setting::new(),
        }
        state.millis = None;
    });
    Ok(Value::Null)
}

fn clear_time(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    calendar(this)?.change(|state| {
        let day = state.fields().days;
        state.set_local(day, 0);
    });
    Ok(this.clone())
}

fn set_time(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [time] = args else {
        return Err(Thrown::mismatch());
    };
    if time.is_null() {
        return Err(throw_bare("NullPointerException"));
    }
    let time = millis(time)
        .or_else(|| long(time))
        .ok_or_else(Thrown::mismatch)?;
    calendar(this)?.change(|state| state.set_millis(time));
    Ok(Value::Null)
}

fn set_time_zone(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [zone] = args else {
        return Err(Thrown::mismatch());
    };
    let zone = zone_of(zone).ok_or_else(Thrown::mismatch)?;
    calendar(this)?.change(|state| {
        state.zone = zone;
        if let Some(millis) = state.millis {
            state.set_millis(millis);
        }
    });
    Ok(Value::Null)
}

fn set_week(this: &Value, args: &[Value], which: usize) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    let number = long(number).ok_or_else(Thrown::mismatch)?;
    calendar(this)?.change(|state| {
        match which {
            0 => state.week.0 = number.clamp(1, 7),
            _ => state.week.1 = number.clamp(1, 7),
        }
        if let Some(millis) = state.millis {
            state.set_millis(millis);
        }
    });
    Ok(Value::Null)
}

fn set_lenient(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Bool(lenient)] = args else {
        return Err(Thrown::mismatch());
    };
    calendar(this)?.change(|state| state.lenient = *lenient);
    Ok(Value::Null)
}

fn is_set(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [number] => {
            let number = number_of(number)?;
            Ok(Value::Bool(
                calendar(this)?.state().set.get(number).is_some(),
            ))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// The largest or smallest value of a field around the moment.
fn limit(this: &Value, args: &[Value], largest: bool) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    let number_of = number_of(number)?;
    if !largest {
        let from_one = matches!(number_of, field::YEAR | 3 | field::DAY_OF_MONTH..=8);
        return Ok(int(i64::from(from_one)));
    }
    let state = calendar(this)?.state();
    let fields = state.fields();
    let length = civil::month_length(fields.year, fields.month);
    let last_day = Fields::of(
        state
            .zone
            .resolve_local(civil::days(fields.year, fields.month, length) * DAY),
        &state.zone,
    );
    Ok(match number_of {
        field::DAY_OF_MONTH => int(length),
        field::DAY_OF_YEAR => int(if civil::is_leap(fields.year) {
            366
        } else {
            365
        }),
        field::WEEK_OF_MONTH => int(last_day.week_of_month(state.week)),
        field::DAY_OF_WEEK_IN_MONTH => int((length - 1 - (fields.day - 1) % 7) / 7 + 1),
        field::WEEK_OF_YEAR => {
            let start = |year| super::fields::first_week(civil::days(year, 0, 1), state.week);
            int((start(fields.year + 1) - start(fields.year)) / 7)
        }
        _ => return outer_limit(args),
    })
}

fn outer_limit(args: &[Value]) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(int(match number_of(number)? {
        field::ERA | field::AM_PM => 1,
        field::YEAR => 292_278_994,
        field::MONTH | field::HOUR => 11,
        field::WEEK_OF_YEAR => 53,
        field::WEEK_OF_MONTH | field::DAY_OF_WEEK_IN_MONTH => 6,
        field::DAY_OF_MONTH => 31,
        field::DAY_OF_YEAR => 366,
        field::DAY_OF_WEEK => 7,
        field::HOUR_OF_DAY => 23,
        field::MINUTE | field::SECOND => 59,
        field::MILLISECOND => 999,
        field::ZONE_OFFSET => 50_400_000,
        _ => 7_200_000,
    }))
}

fn other(args: &[Value]) -> Result<i64> {
    match args {
        [other] => millis(other).ok_or_else(Thrown::mismatch),
        _ => Err(Thrown::mismatch()),
    }
}

/// Unlike a date, a calendar is neither before nor after what is no calendar.
fn compare_with(this: &Value, args: &[Value], wanted: Ordering) -> Result<Value> {
    let [Value::Object(_)] = args else {
        return Ok(Value::Bool(false));
    };
    let is_calendar = args
        .first()
        .is_some_and(|other| other.downcast::<Calendar>().is_some());
    Ok(Value::Bool(
        is_calendar && calendar(this)?.millis().cmp(&other(args)?) == wanted,
    ))
}

fn compare_to(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(Value::Int(
        calendar(this)?.millis().cmp(&other(args)?) as i32
    ))
}

fn copy_with(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let copy = calendar(this)?.copy();
    update(vm, &copy, args)?;
    Ok(Value::object(copy))
}

fn format(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [pattern] = args else {
        return Err(Thrown::mismatch());
    };
    let pattern = vm.text(pattern)?;
    let calendar = calendar(this)?;
    let format = DateFormat::new(&pattern, Locale::us(), calendar.zone(), 0)?;
    Ok(Value::text(format.print(calendar.millis())))
}

fn shifted(this: &Value, days: i64) -> Result<Value> {
    let copy = calendar(this)?.copy();
    copy.add(field::DAY_OF_MONTH, days)?;
    Ok(Value::object(copy))
}

fn minus(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let calendar = calendar(this)?;
    let zone = calendar.zone();
    let other = Fields::of(other(args)?, &zone).days;
    Ok(int(Fields::of(calendar.millis(), &zone).days - other))
}

fn walk(vm: &mut Vm, this: &Value, args: &[Value], step: i64) -> Result<Value> {
    let [to, closure] = args else {
        return Err(Thrown::mismatch());
    };
    let to = millis(to).ok_or_else(Thrown::mismatch)?;
    let mut at = this.clone();
    while (to - calendar(&at)?.millis()).signum() != -step {
        vm.call(closure, std::slice::from_ref(&at))?;
        at = shifted(&at, step)?;
    }
    Ok(Value::Null)
}
