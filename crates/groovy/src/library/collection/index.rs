//! `list[…]` and `list[…] = …`.

use std::rc::Rc;

use super::cursor;
use super::list::growable;
use crate::library::args;
use crate::list::List;
use crate::range::Range;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// An index from the beginning, of one that may count from the end.
fn from_end(index: i32, len: usize) -> Result<usize> {
    if let Ok(at) = usize::try_from(index) {
        return Ok(at);
    }
    let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    len.checked_sub(back).ok_or_else(|| {
        throw(
            "java.lang.ArrayIndexOutOfBoundsException",
            format!("Negative array index [{index}] too large for array size {len}"),
        )
    })
}

/// `this[index]`, `this[range]`, `this[indexes]`, `this[i, j]`
pub(super) fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [index] = args else {
        return many(vm, this, args);
    };
    match index {
        Value::Range(range) => by_range(vm, this, range),
        Value::List(_) | Value::Set(_) => {
            let indexes = cursor::items(vm, index)?;
            many(vm, this, &indexes)
        }
        Value::Str(name) => spread(vm, this, name),
        Value::GString(_) => {
            let name = vm.text(index)?;
            spread(vm, this, &name)
        }
        _ => one(vm, this, whole(index)?),
    }
}

/// A number as an index; fractions are cut off.
fn whole(index: &Value) -> Result<i32> {
    match index {
        Value::Decimal(number) if number.scale() == 0 => {
            i32::try_from(number.unscaled()).map_err(|_| Thrown::mismatch())
        }
        Value::BigInteger(number) => i32::try_from(&**number).map_err(|_| Thrown::mismatch()),
        other => args::int(other),
    }
}

fn one(vm: &mut Vm, this: &Value, index: i32) -> Result<Value> {
    if let Value::List(list) = this {
        let at = from_end(index, list.len())?;
        let item = list.get(at);
        if item.is_none() && list.is_array() {
            return Err(throw(
                "java.lang.ArrayIndexOutOfBoundsException",
                index.to_string(),
            ));
        }
        return Ok(item.unwrap_or(Value::Null));
    }
    let items = cursor::items(vm, this)?;
    let at = from_end(index, items.len())?;
    Ok(items.into_iter().nth(at).unwrap_or(Value::Null))
}

fn many(vm: &mut Vm, this: &Value, indexes: &[Value]) -> Result<Value> {
    let mut picked = Vec::new();
    for index in indexes {
        match index {
            Value::Range(_) | Value::List(_) => {
                let part = get_at(vm, this, std::slice::from_ref(index))?;
                picked.extend(cursor::items(vm, &part)?);
            }
            other => picked.push(one(vm, this, whole(other)?)?),
        }
    }
    Ok(Value::list(picked))
}

/// `list['name']`: the property of every item.
fn spread(vm: &mut Vm, this: &Value, name: &str) -> Result<Value> {
    let mut values = Vec::new();
    for item in cursor::items(vm, this)? {
        if !item.is_null() {
            values.push(vm.get(&item, name)?);
        }
    }
    Ok(Value::list(values))
}

/// First and last place a range stands for, first the lower one, and whether it runs down; `None`
/// when nothing is in it.
fn bounds(range: &Range, len: usize) -> Result<Option<(i64, i64, bool)>> {
    let (from, to) = (args::long(&range.from)?, args::long(&range.to)?);
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let down_as_written = from > to;
    // `1..<-1`: the end is moved before its sign is looked at.
    let to = match (range.exclusive, down_as_written) {
        (true, _) if from == to => return Ok(None),
        (true, false) => to - 1,
        (true, true) if to < 0 && from >= 0 => to - 1,
        (true, true) => to + 1,
        (false, _) => to,
    };
    let place = |at: i64| if at < 0 { at + len } else { at };
    let (from, to) = (place(from), place(to));
    if range.exclusive && down_as_written && to < from && range_end_negative(range) {
        return Ok(None);
    }
    Ok(Some(if from > to {
        (to, from, true)
    } else {
        (from, to, false)
    }))
}

fn range_end_negative(range: &Range) -> bool {
    args::long(&range.to).is_ok_and(|to| to < 0)
}

fn by_range(vm: &mut Vm, this: &Value, range: &Range) -> Result<Value> {
    let items = cursor::items(vm, this)?;
    let kind = match this {
        Value::List(list) if !list.is_array() => Some(list.kind()),
        _ => None,
    };
    let make = |items| match kind {
        Some(kind @ crate::list::ListKind::LinkedList) => Value::List(List::new(kind, items)),
        _ => Value::list(items),
    };
    let Some((low, high, down)) = bounds(range, items.len())? else {
        return Ok(make(Vec::new()));
    };
    let bad = |what: &str, at: i64| {
        throw(
            "java.lang.IndexOutOfBoundsException",
            format!("{what} = {at}"),
        )
    };
    let start = usize::try_from(low).map_err(|_| bad("fromIndex", low))?;
    let end = usize::try_from(high + 1).map_err(|_| bad("toIndex", high + 1))?;
    let part = items
        .get(start..end)
        .ok_or_else(|| bad("toIndex", high + 1))?;
    let mut part = part.to_vec();
    if down {
        part.reverse();
    }
    Ok(make(part))
}

/// `this[index] = item`, `this[range] = items`, `this[indexes] = items`
pub(super) fn put_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (list, [index, value]) = (args::list(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    match index {
        Value::Range(range) => put_range(vm, list, range, value)?,
        Value::List(_) => {
            let indexes = cursor::items(vm, index)?;
            let values = cursor::items(vm, value)?;
            for (index, value) in indexes.iter().zip(values) {
                put_one(vm, list, whole(index)?, value)?;
            }
        }
        _ => put_one(vm, list, whole(index)?, value.clone())?,
    }
    Ok(Value::Null)
}

fn put_one(vm: &mut Vm, list: &Rc<List>, index: i32, value: Value) -> Result<()> {
    let at = from_end(index, list.len())?;
    if list.is_array() {
        let value = match list.kind() {
            crate::list::ListKind::Primitives(class) => {
                let to = crate::class::ClassRef::Primitive(class);
                crate::ops::cast::cast(vm, &value, &to)?
            }
            _ => value,
        };
        return list.set(at, value).map(drop).ok_or_else(|| {
            throw(
                "java.lang.ArrayIndexOutOfBoundsException",
                index.to_string(),
            )
        });
    }
    if at >= list.len() {
        growable(list)?;
        let missing = at - list.len();
        vm.step(missing as u64)?;
        vm.reserve(missing.saturating_mul(size_of::<Value>()))?;
        let mut more = vec![Value::Null; missing];
        more.push(value);
        list.splice(list.len(), more);
        return Ok(());
    }
    if matches!(list.kind(), crate::list::ListKind::Unmodifiable) {
        return Err(throw_bare("java.lang.UnsupportedOperationException"));
    }
    list.set(at, value).map(drop).ok_or_else(Thrown::mismatch)
}

fn put_range(vm: &mut Vm, list: &Rc<List>, range: &Range, value: &Value) -> Result<()> {
    growable(list)?;
    let more = match value {
        Value::List(_) | Value::Set(_) | Value::Range(_) => cursor::items(vm, value)?,
        one => vec![one.clone()],
    };
    let mut items = list.to_vec();
    let (low, high) = match bounds(range, items.len())? {
        Some((low, high, _)) => (low, high + 1),
        None => (args::long(&range.from)?, args::long(&range.from)?),
    };
    let start = usize::try_from(low).unwrap_or(0).min(items.len());
    let end = usize::try_from(high).unwrap_or(0).clamp(start, items.len());
    items.splice(start..end, more);
    list.replace(items);
    Ok(())
}
