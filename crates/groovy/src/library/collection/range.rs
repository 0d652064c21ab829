//! `groovy.lang.Range`.

use std::rc::Rc;

use super::{cursor, list};
use crate::class::Method;
use crate::library::args;
use crate::range::Range;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Members of all ranges.
pub(super) const METHODS: &[(&str, Method)] = &[
    ("add", refuse),
    ("addAll", refuse),
    ("clear", refuse),
    ("contains", contains),
    ("containsWithinBounds", contains),
    ("get", get),
    ("getFrom", |vm, this, _| lower(vm, this)),
    ("getTo", |vm, this, _| upper(vm, this)),
    ("inspect", inspect),
    ("isCase", is_case),
    ("isReverse", |_, this, _| {
        Ok(Value::Bool(range(this)?.is_reverse()))
    }),
    ("leftShift", refuse),
    ("remove", refuse),
    ("removeAll", refuse),
    ("retainAll", refuse),
    ("set", refuse),
    ("size", size),
    ("step", step),
    ("subList", sub_list),
];

/// `inspect()`: the ends as they are written.
fn inspect(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let range = range(this)?;
    if !matches!(range.from, Value::Str(_)) || range.is_empty() || range.exclusive {
        return vm.text(this).map(Value::Str);
    }
    let from = vm.invoke(&range.from, "inspect", &[])?;
    let to = vm.invoke(&range.to, "inspect", &[])?;
    Ok(Value::text(format!(
        "{}..{}",
        vm.text(&from)?,
        vm.text(&to)?
    )))
}

fn refuse(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Err(throw_bare("java.lang.UnsupportedOperationException"))
}

fn range(this: &Value) -> Result<&Rc<Range>> {
    match this {
        Value::Range(range) => Ok(range),
        _ => Err(Thrown::mismatch()),
    }
}

fn size(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match range(this)?.len() {
        Some(len) => Ok(args::size(usize::try_from(len).unwrap_or(usize::MAX))),
        None => list::size(vm, this, args),
    }
}

/// The lower end, which is `from` also of a range that runs down.
fn lower(vm: &mut Vm, this: &Value) -> Result<Value> {
    let range = range(this)?;
    if !range.exclusive || range.is_empty() {
        return Ok(if range.is_reverse() {
            range.to.clone()
        } else {
            range.from.clone()
        });
    }
    let items = cursor::items(vm, this)?;
    let item = if range.is_reverse() {
        items.last()
    } else {
        items.first()
    };
    Ok(item.cloned().unwrap_or(Value::Null))
}

fn upper(vm: &mut Vm, this: &Value) -> Result<Value> {
    let range = range(this)?;
    if !range.exclusive || range.is_empty() {
        return Ok(if range.is_reverse() {
            range.from.clone()
        } else {
            range.to.clone()
        });
    }
    let items = cursor::items(vm, this)?;
    let item = if range.is_reverse() {
        items.first()
    } else {
        items.last()
    };
    Ok(item.cloned().unwrap_or(Value::Null))
}

/// `contains(value)`: integers of an `IntRange`; one of the values of any other.
fn contains(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let range = range(this)?;
    if let (Value::Int(from), Value::Int(to)) = (&range.from, &range.to) {
        let (from, to) = (i64::from(*from), i64::from(*to));
        let Value::Int(at) = value else {
            return Ok(Value::Bool(false));
        };
        let at = i64::from(*at);
        let inside = match (range.exclusive, from <= to) {
            (false, true) => from <= at && at <= to,
            (false, false) => to <= at && at <= from,
            (true, true) => from <= at && at < to,
            (true, false) => to < at && at <= from,
        };
        return Ok(Value::Bool(inside));
    }
    for item in cursor::items(vm, this)? {
        vm.step(1)?;
        if vm.equals(&item, value)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// `value in range`, and the label of a `switch`
fn is_case(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    contains(vm, this, args)
}

fn get(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at] = args else {
        return Err(Thrown::mismatch());
    };
    let at = args::int(at)?;
    let bad = |text: String| throw("java.lang.IndexOutOfBoundsException", text);
    let Ok(index) = usize::try_from(at) else {
        return Err(bad(format!("Index: {at} should not be negative")));
    };
    let item = match range(this)?.counted() {
        Some(_) => range(this)?.get(index as u64),
        None => cursor::items(vm, this)?.into_iter().nth(index),
    };
    match item {
        Some(item) => Ok(item),
        None => {
            let text = vm.text(this)?;
            Err(bad(format!("Index: {at} too big for range: {text}")))
        }
    }
}

/// `step(n)`, `step(n) { }`
fn step(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (step, closure) = match args {
        [step] => (args::int(step)?, None),
        [step, closure] => (args::int(step)?, Some(closure)),
        _ => return Err(Thrown::mismatch()),
    };
    let range = range(this)?;
    let stride = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    if stride == 0 {
        if range.from.is_same(&range.to) {
            return Ok(Value::list(Vec::new()));
        }
        return Err(throw(
            "groovy.lang.GroovyRuntimeException",
            "Infinite loop detected due to step size of 0",
        ));
    }
    let mut items = cursor::items(vm, this)?;
    if step < 0 {
        items.reverse();
    }
    let items: Vec<Value> = items.into_iter().step_by(stride).collect();
    let Some(closure) = closure else {
        return Ok(Value::list(items));
    };
    for item in items {
        vm.call(closure, &[item])?;
    }
    Ok(Value::Null)
}

/// `subList(from, to)`: a range of integers, a list otherwise.
fn sub_list(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let part = list::sub_list(vm, this, args)?;
    let items = cursor::items(vm, &part)?;
    match (items.first(), items.last()) {
        (Some(from @ Value::Int(_)), Some(to)) => Ok(Value::Range(Rc::new(Range {
            from: from.clone(),
            to: to.clone(),
            exclusive: false,
        }))),
        _ => Ok(part),
    }
}
