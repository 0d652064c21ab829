//! Constructors of collections.

use std::rc::Rc;

use super::{MAP, cursor, map as maps};
use crate::class::Class;
use crate::library::args;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind, buckets_for};
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A method without an effect here.
pub(super) fn nothing(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Null)
}

/// Items given to a constructor: none, a capacity, or a collection.
fn items(vm: &mut Vm, args: &[Value]) -> Result<Vec<Value>> {
    match args {
        [] => Ok(Vec::new()),
        [Value::Null] => Err(throw_bare("java.lang.NullPointerException")),
        [items @ (Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Object(_))] => {
            let items = cursor::items(vm, items)?;
            vm.reserve(items.len().saturating_mul(size_of::<Value>()))?;
            Ok(items)
        }
        [capacity, ..] => {
            let capacity = args::int(capacity)?;
            if capacity < 0 {
                let message = format!("Illegal Capacity: {capacity}");
                return Err(throw("java.lang.IllegalArgumentException", message));
            }
            Ok(Vec::new())
        }
    }
}

fn list(vm: &mut Vm, kind: ListKind, args: &[Value]) -> Result<Value> {
    Ok(Value::List(List::new(kind, items(vm, args)?)))
}

/// `new ArrayList(…)`
pub(super) fn array_list(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    list(vm, ListKind::ArrayList, args)
}

/// `new LinkedList(…)`
pub(super) fn linked_list(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    list(vm, ListKind::LinkedList, args)
}

/// A list of another class.
pub(super) fn of(vm: &mut Vm, class: &'static Class, args: &[Value]) -> Result<Value> {
    list(vm, ListKind::Of(class), args)
}

/// An empty map or set of a constructor's arguments, and what is to go into it.
fn table(kind: MapKind, args: &[Value], min: u32) -> Result<Rc<Map>> {
    Ok(match args {
        [] => Map::new(kind),
        [Value::Null] => return Err(throw_bare("java.lang.NullPointerException")),
        [Value::Map(map) | Value::Set(map)] => {
            Map::with_capacity(kind, buckets_for(map.len()).max(min))
        }
        [Value::List(list)] => Map::with_capacity(kind, buckets_for(list.len()).max(min)),
        [Value::Range(_) | Value::Object(_)] => Map::new(kind),
        [capacity, ..] => {
            let capacity = args::int(capacity)?;
            let Ok(buckets) = u32::try_from(capacity) else {
                let message = format!("Illegal initial capacity: {capacity}");
                return Err(throw("java.lang.IllegalArgumentException", message));
            };
            Map::with_capacity(kind, buckets.clamp(1, 1 << 30).next_power_of_two())
        }
    })
}

fn map(vm: &mut Vm, kind: MapKind, args: &[Value]) -> Result<Value> {
    let map = table(kind, args, 1)?;
    fill_map(vm, map, args)
}

fn fill_map(vm: &mut Vm, map: Rc<Map>, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Map(from)] => {
            for (key, value) in from.to_vec() {
                vm.step(1)?;
                maps::put(vm, &map, key, value)?;
            }
        }
        [Value::List(_) | Value::Set(_) | Value::Range(_)] => return Err(Thrown::mismatch()),
        _ => {}
    }
    Ok(Value::Map(map))
}

fn set(vm: &mut Vm, kind: MapKind, args: &[Value]) -> Result<Value> {
    let set = table(kind, args, 16)?;
    fill_set(vm, set, args)
}

fn fill_set(vm: &mut Vm, set: Rc<Map>, args: &[Value]) -> Result<Value> {
    match args {
        [items @ (Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Object(_))] => {
            for item in cursor::items(vm, items)? {
                vm.step(1)?;
                maps::put_key(vm, &set, item)?;
            }
        }
        [Value::Map(_)] => return Err(Thrown::mismatch()),
        _ => {}
    }
    Ok(Value::Set(set))
}

/// `new HashMap(…)`
pub(super) fn hash_map(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    map(vm, MapKind::Hash, args)
}

/// `new LinkedHashMap(…)`
pub(super) fn linked_hash_map(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    map(vm, MapKind::Linked, args)
}

/// `new HashSet(…)`
pub(super) fn hash_set(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    set(vm, MapKind::Hash, args)
}

/// `new LinkedHashSet(…)`
pub(super) fn linked_hash_set(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    set(vm, MapKind::Linked, args)
}

/// The empty sorted map for a constructor's arguments.
fn sorted(args: &[Value]) -> Result<Rc<Map>> {
    Ok(match args {
        [comparator @ Value::Closure(_)] => Map::ordered(comparator.clone()),
        [comparator @ Value::Object(object)]
            if object.class().is_a(&crate::class::ClassRef::Native(
                &super::comparator::COMPARATOR,
            )) =>
        {
            Map::ordered(comparator.clone())
        }
        [Value::Map(like) | Value::Set(like)] => match like.comparator() {
            Some(comparator) => Map::ordered(comparator),
            None => Map::new(MapKind::Tree),
        },
        [] | [_] => Map::new(MapKind::Tree),
        _ => return Err(Thrown::mismatch()),
    })
}

/// `new TreeMap(…)`
pub(super) fn tree_map(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let map = sorted(args)?;
    fill_map(vm, map, args)
}

/// `new TreeSet(…)`
pub(super) fn tree_set(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let set = sorted(args)?;
    if set.comparator().is_some() && !matches!(args, [Value::Set(_)]) {
        return Ok(Value::Set(set));
    }
    fill_set(vm, set, args)
}

/// `java.util.concurrent.ConcurrentHashMap`
pub(super) static CONCURRENT_HASH_MAP: Class = Class::new("java.util.concurrent.ConcurrentHashMap")
    .extends(&[&MAP])
    .constructor(|vm, args| fill_map(vm, Map::of_class(MapKind::Hash, &CONCURRENT_HASH_MAP), args))
    .methods(&[("toString", to_string)]);

/// `java.util.Hashtable`
pub(super) static HASHTABLE: Class = Class::new("java.util.Hashtable")
    .extends(&[&MAP])
    .constructor(|vm, args| {
        let entries = match args {
            [Value::Map(from)] => from.len().saturating_mul(2),
            [capacity @ Value::Int(_), ..] => args::count(capacity)?,
            _ => 11,
        };
        let least = if matches!(args, [Value::Map(_)]) {
            11
        } else {
            1
        };
        fill_map(vm, Map::hashtable(&HASHTABLE, entries.max(least)), args)
    })
    .methods(&[
        ("contains", maps::contains_value),
        ("elements", |vm, this, _| {
            let values = Value::list(args::map(this)?.values());
            super::Iter::over(vm, &values)
        }),
        ("keys", |vm, this, _| {
            let keys = Value::list(args::map(this)?.keys());
            super::Iter::over(vm, &keys)
        }),
        ("toString", to_string),
    ]);

/// In Java's form: these have a `toString()` of their own.
fn to_string(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    vm.to_string(this).map(Value::Str)
}

/// `java.util.Properties`
pub(super) static PROPERTIES: Class = Class::new("java.util.Properties")
    .extends(&[&HASHTABLE])
    .constructor(|_, _| Ok(Value::Map(Map::of_class(MapKind::Hash, &PROPERTIES))))
    .methods(&[
        ("getProperty", |_, this, args| {
            let map = args::map(this)?;
            match args {
                [key] => Ok(map.get(key).unwrap_or(Value::Null)),
                [key, default] => Ok(map.get(key).unwrap_or_else(|| default.clone())),
                _ => Err(Thrown::mismatch()),
            }
        }),
        ("setProperty", maps::put_value),
        ("stringPropertyNames", super::views::key_set),
        ("propertyNames", |vm, this, _| {
            let keys = Value::list(args::map(this)?.keys());
            super::Iter::over(vm, &keys)
        }),
        ("load", load),
    ]);

/// `load(reader)`: lines of `key=value`.
fn load(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (map, [reader]) = (args::map(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let text = vm.invoke(reader, "getText", &[])?;
    let text = vm.text(&text)?;
    for line in text.lines().map(str::trim_start) {
        vm.step(1)?;
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let end = line.find(['=', ':', ' ', '\t']).unwrap_or(line.len());
        let (key, rest) = line.split_at(end);
        let value = rest
            .trim_start()
            .trim_start_matches(['=', ':'])
            .trim_start();
        map.put(Value::text(key), Value::text(value));
    }
    Ok(Value::Null)
}
