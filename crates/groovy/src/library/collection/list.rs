//! What `java.util.Collection` and `java.util.List` can do, and Groovy's operators on them.

use std::rc::Rc;

use super::cursor;
use super::similar;
use super::visit::Visitor;
use crate::library::args;
use crate::list::{List, ListKind};
use crate::map::{Key, Keys, Map};
use crate::ops::equal;
use crate::range::Range;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

const BOUNDS: &str = "java.lang.IndexOutOfBoundsException";

/// Refuses when nothing may be added to a list, or taken from it.
pub(super) fn growable(list: &List) -> Result<()> {
    if list.is_growable() {
        return Ok(());
    }
    Err(throw_bare("java.lang.UnsupportedOperationException"))
}

fn writable(list: &List) -> Result<()> {
    if matches!(list.kind(), ListKind::Unmodifiable) {
        return Err(throw_bare("java.lang.UnsupportedOperationException"));
    }
    Ok(())
}

fn changeable(set: &Map) -> Result<()> {
    if set.is_locked() {
        return Err(throw_bare("java.lang.UnsupportedOperationException"));
    }
    Ok(())
}

/// An index that Java's own methods take.
pub(super) fn index(list: &List, index: &Value) -> Result<usize> {
    let (index, len) = (args::int(index)?, list.len());
    let at = usize::try_from(index).ok().filter(|at| *at < len);
    at.ok_or_else(|| throw(BOUNDS, format!("Index: {index}, Size: {len}")))
}

/// `add(item)`, `add(index, item)`
pub(super) fn add(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match (this, args) {
        (Value::List(list), [item]) => {
            growable(list)?;
            list.push(item.clone());
            Ok(Value::Bool(true))
        }
        (Value::List(list), [at, item]) => {
            growable(list)?;
            let (at, len) = (args::int(at)?, list.len());
            let inserted = usize::try_from(at).is_ok_and(|at| list.insert(at, item.clone()));
            if inserted {
                return Ok(Value::Null);
            }
            Err(throw(BOUNDS, format!("Index: {at}, Size: {len}")))
        }
        (Value::Set(set), [item]) => {
            changeable(set)?;
            super::map::put_key(vm, set, item.clone()).map(Value::Bool)
        }
        (Value::Range(_), [_]) => Err(throw_bare("java.lang.UnsupportedOperationException")),
        _ => Err(Thrown::mismatch()),
    }
}

/// `addAll(items)`, `addAll(index, items)`; of Groovy with the items one by one.
pub(super) fn add_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [items] if is_sequence(items) => {
            let items = cursor::items(vm, items)?;
            similar::add_all(vm, this, items).map(Value::Bool)
        }
        [at, items] if is_sequence(items) => {
            let list = args::list(this)?;
            growable(list)?;
            let (at, len) = (args::int(at)?, list.len());
            let at = usize::try_from(at)
                .ok()
                .filter(|at| *at <= len)
                .ok_or_else(|| throw(BOUNDS, format!("Index: {at}, Size: {len}")))?;
            let items = cursor::items(vm, items)?;
            let any = !items.is_empty();
            list.splice(at, items);
            Ok(Value::Bool(any))
        }
        [Value::Null] => Err(throw_bare("java.lang.NullPointerException")),
        [at @ Value::Int(_), items @ ..] => {
            let items = Value::list(items.to_vec());
            add_all(vm, this, &[at.clone(), items])
        }
        [] => Err(Thrown::mismatch()),
        items => similar::add_all(vm, this, items.to_vec()).map(Value::Bool),
    }
}

/// Whether Java or Groovy takes a value for a collection or array of items.
fn is_sequence(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Bytes(_) => true,
        Value::Object(_) => value
            .class()
            .is_a(&crate::class::ClassRef::Native(&super::ITERABLE)),
        _ => false,
    }
}

/// `this << item`
pub(super) fn left_shift(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    add(vm, this, args)?;
    Ok(this.clone())
}

/// `remove(index)`, `remove(item)`
pub(super) fn remove(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match (this, args) {
        (Value::List(list), [at @ (Value::Int(_) | Value::Short(_) | Value::Byte(_))]) => {
            growable(list)?;
            let at = index(list, at)?;
            Ok(list.remove(at).unwrap_or(Value::Null))
        }
        (Value::List(list), []) => {
            growable(list)?;
            list.remove(0)
                .ok_or_else(|| throw_bare("java.util.NoSuchElementException"))
        }
        (_, [_]) => remove_item(vm, this, args),
        _ => Err(Thrown::mismatch()),
    }
}

/// `removeElement(item)`
pub(super) fn remove_item(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [item] = args else {
        return Err(Thrown::mismatch());
    };
    match this {
        Value::List(list) => {
            growable(list)?;
            let at = position(vm, list, item)?;
            Ok(Value::Bool(at.and_then(|at| list.remove(at)).is_some()))
        }
        Value::Set(set) => {
            changeable(set)?;
            super::map::remove_key(vm, set, item).map(|old| Value::Bool(old.is_some()))
        }
        _ => Err(throw_bare("java.lang.UnsupportedOperationException")),
    }
}

/// `removeAt(index)`
pub(super) fn remove_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at] = args else {
        return Err(Thrown::mismatch());
    };
    remove(vm, this, &[Value::Int(args::int(at)?)])
}

/// The first place of an item, by Java's `equals`.
fn position(vm: &mut Vm, list: &Rc<List>, item: &Value) -> Result<Option<usize>> {
    for (at, other) in list.to_vec().iter().enumerate() {
        vm.step(1)?;
        if item.is_same(other) || equal::java_equals(vm, item, other)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Items to look others up among, by Java's `equals`.
fn keys(items: Vec<Value>) -> Keys {
    items.into_iter().map(Key).collect()
}

/// Keeps only what `keep` says; whether that changed anything.
fn retain(
    vm: &mut Vm,
    this: &Value,
    mut keep: impl FnMut(&mut Vm, &Value) -> Result<bool>,
) -> Result<Value> {
    let items = cursor::items(vm, this)?;
    let before = items.len();
    let mut kept = Vec::with_capacity(before);
    for item in items {
        vm.step(1)?;
        if keep(vm, &item)? {
            kept.push(item);
        }
    }
    if kept.len() == before {
        return Ok(Value::Bool(false));
    }
    match this {
        Value::List(list) => {
            growable(list)?;
            list.replace(kept);
        }
        Value::Set(set) => {
            changeable(set)?;
            let kept = keys(kept);
            for item in set.keys() {
                if !kept.contains(&Key(item.clone())) {
                    super::map::remove_key(vm, set, &item)?;
                }
            }
        }
        _ => return Err(throw_bare("java.lang.UnsupportedOperationException")),
    }
    Ok(Value::Bool(true))
}

/// `removeAll(items)`, `removeAll { }`, `removeIf { }`
pub(super) fn remove_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [closure @ Value::Closure(_)] => {
            let visitor = Visitor::new(this, closure)?;
            retain(vm, this, |vm, item| Ok(!visitor.test(vm, item)?))
        }
        [items] if is_sequence(items) => {
            let gone = keys(cursor::items(vm, items)?);
            retain(vm, this, |_, item| Ok(!gone.contains(&Key(item.clone()))))
        }
        [] => Err(Thrown::mismatch()),
        items => {
            let gone = keys(items.to_vec());
            retain(vm, this, |_, item| Ok(!gone.contains(&Key(item.clone()))))
        }
    }
}

/// `retainAll(items)`, `retainAll { }`
pub(super) fn retain_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [closure @ Value::Closure(_)] => {
            let visitor = Visitor::new(this, closure)?;
            retain(vm, this, |vm, item| visitor.test(vm, item))
        }
        [items] if is_sequence(items) => {
            let kept = keys(cursor::items(vm, items)?);
            retain(vm, this, |_, item| Ok(kept.contains(&Key(item.clone()))))
        }
        [] => Err(Thrown::mismatch()),
        items => {
            let kept = keys(items.to_vec());
            retain(vm, this, |_, item| Ok(kept.contains(&Key(item.clone()))))
        }
    }
}

/// `clear()`
pub(super) fn clear(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    match this {
        Value::List(list) => {
            growable(list)?;
            list.replace(Vec::new());
        }
        Value::Set(set) => {
            changeable(set)?;
            set.take();
            if let Some(origin) = set.origin() {
                origin.take();
            }
        }
        _ => return Err(throw_bare("java.lang.UnsupportedOperationException")),
    }
    Ok(Value::Null)
}

/// `get(index)`
pub(super) fn get(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at] = args else {
        return Err(Thrown::mismatch());
    };
    let list = args::list(this)?;
    let at = index(list, at)?;
    Ok(list.get(at).unwrap_or(Value::Null))
}

/// `set(index, item)`: the old one.
pub(super) fn set(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at, item] = args else {
        return Err(Thrown::mismatch());
    };
    let list = args::list(this)?;
    writable(list)?;
    let at = index(list, at)?;
    Ok(list.set(at, item.clone()).unwrap_or(Value::Null))
}

/// `size()`
pub(super) fn size(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(args::size(match this {
        Value::List(list) => list.len(),
        Value::Set(set) => set.len(),
        Value::Bytes(bytes) => bytes.borrow().len(),
        other => cursor::items(vm, other)?.len(),
    }))
}

/// `isEmpty()`
pub(super) fn is_empty(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let size = size(vm, this, &[])?;
    Ok(Value::Bool(matches!(size, Value::Int(0))))
}

/// `contains(item)`, by Java's `equals`
pub(super) fn contains(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [item] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(Value::Bool(match this {
        Value::List(list) => position(vm, list, item)?.is_some(),
        Value::Set(set) => super::map::has_key(vm, set, item)?,
        other => {
            let mut any = false;
            for other in cursor::items(vm, other)? {
                any |= equal::java_equals(vm, &other, item)?;
            }
            any
        }
    }))
}

/// `containsAll(items)`
pub(super) fn contains_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [items] = args else {
        return Err(Thrown::mismatch());
    };
    let mine = keys(cursor::items(vm, this)?);
    let all = cursor::items(vm, items)?;
    Ok(Value::Bool(
        all.into_iter().all(|item| mine.contains(&Key(item))),
    ))
}

/// `indexOf(item)`
pub(super) fn index_of(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [item] = args else {
        return Err(Thrown::mismatch());
    };
    let items = List::new(ListKind::ArrayList, cursor::items(vm, this)?);
    let at = position(vm, &items, item)?;
    Ok(at.map_or(Value::Int(-1), args::size))
}

/// `lastIndexOf(item)`
pub(super) fn last_index_of(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [item] = args else {
        return Err(Thrown::mismatch());
    };
    for (at, other) in cursor::items(vm, this)?.iter().enumerate().rev() {
        if equal::java_equals(vm, item, other)? {
            return Ok(args::size(at));
        }
    }
    Ok(Value::Int(-1))
}

/// `subList(from, to)`: a copy.
pub(super) fn sub_list(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [from, to] = args else {
        return Err(Thrown::mismatch());
    };
    let items = cursor::items(vm, this)?;
    let (from, to) = (args::int(from)?, args::int(to)?);
    let Ok(start) = usize::try_from(from) else {
        return Err(throw(BOUNDS, format!("fromIndex = {from}")));
    };
    let end = usize::try_from(to).unwrap_or(0);
    if end > items.len() {
        return Err(throw(BOUNDS, format!("toIndex = {to}")));
    }
    if from > to {
        let message = format!("fromIndex({from}) > toIndex({to})");
        return Err(throw("java.lang.IllegalArgumentException", message));
    }
    Ok(Value::list(
        items.get(start..end).unwrap_or_default().to_vec(),
    ))
}

/// `toArray()`, `toArray(array)`
pub(super) fn to_array(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let kind = match args {
        [Value::List(like)] if like.is_array() => like.kind(),
        [] => ListKind::Array(&crate::library::object::OBJECT),
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::List(List::new(kind, cursor::items(vm, this)?)))
}

/// `clone()`
pub(super) fn clone(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(match this {
        Value::List(list) => Value::List(List::new(list.kind(), list.to_vec())),
        Value::Set(set) => Value::Set(super::map::copy(set)),
        Value::Bytes(bytes) => Value::bytes(bytes.borrow().clone()),
        other => other.clone(),
    })
}

/// `replaceAll { }` of Java: every item by what it gives.
pub(super) fn replace_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (list, [closure]) = (args::list(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    writable(list)?;
    for (at, item) in list.to_vec().iter().enumerate() {
        let item = vm.call(closure, std::slice::from_ref(item))?;
        // Past the end only when the closure made the list shorter.
        let _ = list.set(at, item);
    }
    Ok(Value::Null)
}

/// `indices`
pub(super) fn indices(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let to = size(vm, this, &[])?;
    Ok(Value::Range(Rc::new(Range {
        from: Value::Int(0),
        to,
        exclusive: true,
    })))
}

/// `properties`: those of the list itself.
pub(super) fn properties(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let empty = args::list(this)?.is_empty();
    Ok(Value::Map(Map::linked([
        (Value::text("class"), Value::Class(this.class())),
        (Value::text("empty"), Value::Bool(empty)),
    ])))
}

/// `toString()` in Groovy's form
pub(super) fn to_text(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    vm.text(this).map(Value::Str)
}

/// `isCase(item)`
pub(super) fn is_case(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    contains(vm, this, args)
}
