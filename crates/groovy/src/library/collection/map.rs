//! What `java.util.Map` can do, and Groovy's operators on maps.

use std::cmp::Ordering;
use std::rc::Rc;

use super::cursor;
use super::entry::Entry;
use super::make::{CONCURRENT_HASH_MAP, HASHTABLE};
use super::order::compare_with;
use super::similar;
use crate::library::args;
use crate::map::{Map, MapKind, buckets_for};
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

fn changeable(map: &Map) -> Result<()> {
    if map.is_locked() {
        return Err(throw_bare("java.lang.UnsupportedOperationException"));
    }
    Ok(())
}

/// `Hashtable` and `ConcurrentHashMap` take no `null`.
fn refuse_null(map: &Map, what: &Value) -> Result<()> {
    let strict = || {
        [&HASHTABLE, &CONCURRENT_HASH_MAP]
            .iter()
            .any(|class| map.table().is_a(class))
    };
    if what.is_null() && strict() {
        return Err(throw_bare("java.lang.NullPointerException"));
    }
    Ok(())
}

/// Where a comparator finds a key, or would put it.
fn search(
    vm: &mut Vm,
    map: &Rc<Map>,
    comparator: &Value,
    key: &Value,
) -> Result<std::result::Result<Value, usize>> {
    let keys = map.keys();
    let (mut low, mut high) = (0, keys.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let Some(other) = keys.get(middle) else { break };
        match compare_with(vm, comparator, key, other)? {
            Ordering::Equal => return Ok(Ok(other.clone())),
            Ordering::Less => high = middle,
            Ordering::Greater => low = middle + 1,
        }
    }
    Ok(Err(low))
}

/// Sets the value of a key, as the kind of map does it.
pub(super) fn put(vm: &mut Vm, map: &Rc<Map>, key: Value, value: Value) -> Result<Option<Value>> {
    changeable(map)?;
    refuse_null(map, &key)?;
    refuse_null(map, &value)?;
    if map.kind() == MapKind::Tree {
        if let Some(comparator) = map.comparator() {
            return match search(vm, map, &comparator, &key)? {
                Ok(same) => Ok(map.put(same, value)),
                Err(at) => {
                    map.insert_at(at, key, value);
                    Ok(None)
                }
            };
        }
        if key.is_null() {
            return Err(throw_bare("java.lang.NullPointerException"));
        }
    }
    Ok(map.put(key, value))
}

/// Adds a key to a set; whether it was new.
pub(super) fn put_key(vm: &mut Vm, set: &Rc<Map>, key: Value) -> Result<bool> {
    if has_key(vm, set, &key)? {
        return Ok(false);
    }
    put(vm, set, key, Value::Null)?;
    Ok(true)
}

/// The key as a map has it, which a comparator may find equal to this one.
fn known(vm: &mut Vm, map: &Rc<Map>, key: &Value) -> Result<Value> {
    refuse_null(map, key)?;
    match map.comparator() {
        Some(comparator) => match search(vm, map, &comparator, key)? {
            Ok(same) => Ok(same),
            Err(_) => Ok(key.clone()),
        },
        None => Ok(key.clone()),
    }
}

/// Whether there is such a key.
pub(super) fn has_key(vm: &mut Vm, map: &Rc<Map>, key: &Value) -> Result<bool> {
    let key = known(vm, map, key)?;
    Ok(map.contains(&key))
}

/// Takes out a key.
pub(super) fn remove_key(vm: &mut Vm, map: &Rc<Map>, key: &Value) -> Result<Option<Value>> {
    changeable(map)?;
    let key = known(vm, map, key)?;
    let old = map.remove(&key);
    if let (Some(origin), true) = (map.origin(), old.is_some()) {
        super::views::removed(&origin, &key);
    }
    Ok(old.map(|(_, value)| value))
}

/// A copy, as `clone()` makes it.
pub(super) fn copy(map: &Rc<Map>) -> Rc<Map> {
    let copy = match (map.kind(), map.comparator()) {
        (MapKind::Tree, Some(comparator)) => Map::ordered(comparator),
        (kind, _) => Map::with_capacity(kind, buckets_for(map.len())),
    };
    for (key, value) in map.to_vec() {
        copy.put(key, value);
    }
    copy
}

/// Looks up a key; one that is not there is made by the closure of `withDefault`.
pub(super) fn lookup(vm: &mut Vm, map: &Rc<Map>, key: &Value) -> Result<Value> {
    let key = known(vm, map, key)?;
    if let Some(value) = map.get(&key) {
        return Ok(value);
    }
    match map.default() {
        Some(closure) => {
            let value = vm.call(&closure, std::slice::from_ref(&key))?;
            map.put(key, value.clone());
            Ok(value)
        }
        None => Ok(Value::Null),
    }
}

/// `get(key)`, `get(key, default)` of Groovy, which puts the default
pub(super) fn get(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    match args {
        [key] => lookup(vm, map, key),
        [key, default] => {
            if !has_key(vm, map, key)? {
                put(vm, map, key.clone(), default.clone())?;
            }
            lookup(vm, map, key)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `getOrDefault(key, default)`
pub(super) fn get_or_default(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key, default]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let key = known(vm, map, key)?;
    Ok(map.get(&key).unwrap_or_else(|| default.clone()))
}

/// `put(key, value)`: the old value
pub(super) fn put_value(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key, value]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    Ok(put(vm, map, key.clone(), value.clone())?.unwrap_or(Value::Null))
}

/// `this[key] = value`
pub(super) fn put_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    put_value(vm, this, args)?;
    args.get(1).cloned().ok_or_else(Thrown::mismatch)
}

/// `putAll(map)`
pub(super) fn put_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    match args {
        [Value::Map(more)] => {
            let more = more.to_vec();
            map.expect(more.len());
            for (key, value) in more {
                vm.step(1)?;
                put(vm, map, key, value)?;
            }
        }
        [Value::Null] => return Err(throw_bare("java.lang.NullPointerException")),
        [entries @ (Value::List(_) | Value::Set(_))] => {
            for entry in cursor::items(vm, entries)? {
                add_entry(vm, map, &entry)?;
            }
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(Value::Null)
}

/// Puts an entry, a pair in a list, or all entries of a map.
pub(super) fn add_entry(vm: &mut Vm, map: &Rc<Map>, entry: &Value) -> Result<()> {
    match entry {
        Value::Map(more) => {
            for (key, value) in more.to_vec() {
                put(vm, map, key, value)?;
            }
        }
        Value::List(pair) => {
            let part = |at| pair.get(at).unwrap_or(Value::Null);
            put(vm, map, part(0), part(1))?;
        }
        other => match other.downcast::<Entry>() {
            Some(entry) => drop(put(vm, map, entry.key(), entry.value())?),
            None => {
                let (text, class) = (vm.text(other)?, other.class().name());
                return Err(throw(
                    "org.codehaus.groovy.runtime.typehandling.GroovyCastException",
                    format!(
                        "Cannot cast object '{text}' with class '{class}' to class \
                         'java.util.Map$Entry'"
                    ),
                ));
            }
        },
    }
    Ok(())
}

/// `this << map`, `this << entry`
pub(super) fn left_shift(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [entry @ (Value::Map(_) | Value::Object(_))] => add_entry(vm, args::map(this)?, entry)?,
        _ => return Err(Thrown::mismatch()),
    }
    Ok(this.clone())
}

/// `this + map`
pub(super) fn plus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let copy = Value::Map(similar::empty_map(args::map(this)?));
    put_all(vm, &copy, std::slice::from_ref(this))?;
    put_all(vm, &copy, args)?;
    Ok(copy)
}

/// `this - map`: without entries that both have
pub(super) fn minus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    filter_by(vm, this, args, false)
}

/// `intersect(map)`: entries that both have
pub(super) fn intersect(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    filter_by(vm, this, args, true)
}

fn filter_by(vm: &mut Vm, this: &Value, args: &[Value], both: bool) -> Result<Value> {
    let [Value::Map(other)] = args else {
        return Err(Thrown::mismatch());
    };
    let mut kept = Vec::new();
    for item in cursor::items(vm, this)? {
        let Some(entry) = item.downcast::<Entry>() else {
            continue;
        };
        let same = match other.get(&entry.key()) {
            Some(value) => vm.equals(&entry.value(), &value)?,
            None => false,
        };
        if same == both {
            kept.push(item);
        }
    }
    similar::like(vm, this, kept)
}

/// `remove(key)`, `remove(key, value)`
pub(super) fn remove(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    match args {
        [key] => Ok(remove_key(vm, map, key)?.unwrap_or(Value::Null)),
        [key, value] => {
            let same = match map.get(key) {
                Some(known) => vm.equals(&known, value)?,
                None => false,
            };
            if same {
                remove_key(vm, map, key)?;
            }
            Ok(Value::Bool(same))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `clear()`
pub(super) fn clear(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    changeable(map)?;
    map.take();
    Ok(Value::Null)
}

/// `containsKey(key)`
pub(super) fn contains_key(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    has_key(vm, map, key).map(Value::Bool)
}

/// `containsValue(value)`
pub(super) fn contains_value(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [value]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    for other in map.values() {
        vm.step(1)?;
        if crate::ops::equal::java_equals(vm, value, &other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// `isCase(key)`: the truth of its value
pub(super) fn is_case(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let value = lookup(vm, map, key)?;
    vm.truth(&value).map(Value::Bool)
}

/// `subMap(keys)`, `subMap(keys, default)`
pub(super) fn sub_map(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    let (keys, default) = match args {
        [keys @ (Value::List(_) | Value::Set(_))] => (keys, None),
        [keys @ (Value::List(_) | Value::Set(_)), default] => (keys, Some(default)),
        _ => return Err(Thrown::mismatch()),
    };
    let part = Map::linked([]);
    for key in cursor::items(vm, keys)? {
        match (map.get(&key), default) {
            (Some(value), _) => drop(part.put(key, value)),
            (None, Some(default)) => drop(part.put(key, default.clone())),
            (None, None) => {}
        }
    }
    Ok(Value::Map(part))
}

/// `withDefault { key -> }`
pub(super) fn with_default(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [closure @ Value::Closure(_)]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let copy = copy(map);
    copy.set_default(closure.clone());
    Ok(Value::Map(copy))
}

/// `putIfAbsent(key, value)`
pub(super) fn put_if_absent(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key, value]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let key = known(vm, map, key)?;
    match map.get(&key) {
        Some(known) if !known.is_null() => Ok(known),
        _ => {
            put(vm, map, key, value.clone())?;
            Ok(Value::Null)
        }
    }
}

/// Puts what a closure gave, or takes the key out when it gave `null`.
fn store(vm: &mut Vm, map: &Rc<Map>, key: &Value, value: Value) -> Result<Value> {
    if value.is_null() {
        remove_key(vm, map, key)?;
    } else {
        put(vm, map, key.clone(), value.clone())?;
    }
    Ok(value)
}

/// `computeIfAbsent(key) { }`
pub(super) fn compute_if_absent(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key, closure]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    match map.get(key) {
        Some(known) if !known.is_null() => Ok(known),
        _ => {
            let value = vm.call(closure, std::slice::from_ref(key))?;
            store(vm, map, key, value)
        }
    }
}

/// `computeIfPresent(key) { key, value -> }`
pub(super) fn compute_if_present(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key, closure]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    match map.get(key) {
        Some(known) if !known.is_null() => {
            let value = vm.call(closure, &[key.clone(), known])?;
            store(vm, map, key, value)
        }
        _ => Ok(Value::Null),
    }
}

/// `compute(key) { key, value -> }`
pub(super) fn compute(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key, closure]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let known = map.get(key).unwrap_or(Value::Null);
    let value = vm.call(closure, &[key.clone(), known])?;
    store(vm, map, key, value)
}

/// `merge(key, value) { old, new -> }`
pub(super) fn merge(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [key, value, closure]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let value = match map.get(key) {
        Some(known) if !known.is_null() => vm.call(closure, &[known, value.clone()])?,
        _ => value.clone(),
    };
    store(vm, map, key, value)
}

/// `replace(key, value)`, `replace(key, old, new)`
pub(super) fn replace(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    match args {
        [key, value] => match map.contains(key) {
            true => Ok(put(vm, map, key.clone(), value.clone())?.unwrap_or(Value::Null)),
            false => Ok(Value::Null),
        },
        [key, old, new] => {
            let same = match map.get(key) {
                Some(known) => vm.equals(&known, old)?,
                None => false,
            };
            if same {
                put(vm, map, key.clone(), new.clone())?;
            }
            Ok(Value::Bool(same))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `replaceAll { key, value -> }`
pub(super) fn replace_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [closure]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    for (key, value) in map.to_vec() {
        let value = vm.call(closure, &[key.clone(), value])?;
        put(vm, map, key, value)?;
    }
    Ok(Value::Null)
}

/// `forEach { key, value -> }`
pub(super) fn for_each(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [closure]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    for (key, value) in map.to_vec() {
        vm.call(closure, &[key, value])?;
    }
    Ok(Value::Null)
}

/// `size()`
pub(super) fn size(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(args::size(args::map(this)?.len()))
}

/// `isEmpty()`
pub(super) fn is_empty(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(args::map(this)?.is_empty()))
}

/// `clone()`
pub(super) fn clone(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Map(copy(args::map(this)?)))
}
