//! `SortedMap`, `SortedSet` and what `TreeMap` and `TreeSet` add.

use std::cmp::Ordering;
use std::rc::Rc;

use super::entry::Entry;
use super::order::compare_with;
use super::{MAP, SET, map as maps, views};
use crate::class::Class;
use crate::library::args;
use crate::map::{Map, MapKind};
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.util.SortedMap`
pub(super) static SORTED_MAP: Class = Class::interface("java.util.SortedMap")
    .extends(&[&MAP])
    .methods(&[
        ("ceilingEntry", |vm, this, args| {
            near(vm, this, args, Side::Ceiling, true)
        }),
        ("ceilingKey", |vm, this, args| {
            near(vm, this, args, Side::Ceiling, false)
        }),
        ("descendingKeySet", |vm, this, _| {
            reversed_keys(vm, args::map(this)?)
        }),
        ("descendingMap", descending_map),
        ("firstEntry", |_, this, _| {
            Ok(end(args::map(this)?, false, true).unwrap_or(Value::Null))
        }),
        ("firstKey", |_, this, _| {
            must(end(args::map(this)?, false, false))
        }),
        ("floorEntry", |vm, this, args| {
            near(vm, this, args, Side::Floor, true)
        }),
        ("floorKey", |vm, this, args| {
            near(vm, this, args, Side::Floor, false)
        }),
        ("headMap", |vm, this, args| {
            part_of_map(vm, this, args, Part::Head)
        }),
        ("higherEntry", |vm, this, args| {
            near(vm, this, args, Side::Higher, true)
        }),
        ("higherKey", |vm, this, args| {
            near(vm, this, args, Side::Higher, false)
        }),
        ("lastEntry", |_, this, _| {
            Ok(end(args::map(this)?, true, true).unwrap_or(Value::Null))
        }),
        ("lastKey", |_, this, _| {
            must(end(args::map(this)?, true, false))
        }),
        ("lowerEntry", |vm, this, args| {
            near(vm, this, args, Side::Lower, true)
        }),
        ("lowerKey", |vm, this, args| {
            near(vm, this, args, Side::Lower, false)
        }),
        ("navigableKeySet", views::key_set),
        ("pollFirstEntry", |vm, this, _| {
            poll(vm, args::map(this)?, false, true)
        }),
        ("pollLastEntry", |vm, this, _| {
            poll(vm, args::map(this)?, true, true)
        }),
        ("subMap", sub_map),
        ("tailMap", |vm, this, args| {
            part_of_map(vm, this, args, Part::Tail)
        }),
    ]);

/// `java.util.SortedSet`
pub(super) static SORTED_SET: Class = Class::interface("java.util.SortedSet")
    .extends(&[&SET])
    .methods(&[
        ("ceiling", |vm, this, args| {
            near(vm, this, args, Side::Ceiling, false)
        }),
        ("descendingSet", |vm, this, _| {
            reversed_keys(vm, args::set(this)?)
        }),
        ("first", |_, this, _| {
            must(end(args::set(this)?, false, false))
        }),
        ("floor", |vm, this, args| {
            near(vm, this, args, Side::Floor, false)
        }),
        ("headSet", |vm, this, args| {
            part_of_set(vm, this, args, Part::Head)
        }),
        ("higher", |vm, this, args| {
            near(vm, this, args, Side::Higher, false)
        }),
        ("last", |_, this, _| {
            must(end(args::set(this)?, true, false))
        }),
        ("lower", |vm, this, args| {
            near(vm, this, args, Side::Lower, false)
        }),
        ("pollFirst", |vm, this, _| {
            poll(vm, args::set(this)?, false, false)
        }),
        ("pollLast", |vm, this, _| {
            poll(vm, args::set(this)?, true, false)
        }),
        ("tailSet", |vm, this, args| {
            part_of_set(vm, this, args, Part::Tail)
        }),
    ]);

#[derive(Clone, Copy)]
enum Side {
    Lower,
    Floor,
    Ceiling,
    Higher,
}

#[derive(Clone, Copy)]
enum Part {
    Head,
    Tail,
}

fn map_of(this: &Value) -> Result<&Rc<Map>> {
    match this {
        Value::Map(map) | Value::Set(map) => Ok(map),
        _ => Err(Thrown::mismatch()),
    }
}

fn must(item: Option<Value>) -> Result<Value> {
    item.ok_or_else(|| throw_bare("java.util.NoSuchElementException"))
}

fn end(map: &Rc<Map>, last: bool, entry: bool) -> Option<Value> {
    let mut all = map.to_vec();
    let (key, value) = if last {
        all.pop()
    } else {
        all.into_iter().next()
    }?;
    Some(if entry {
        Entry::of(map, key, value)
    } else {
        key
    })
}

fn poll(vm: &mut Vm, map: &Rc<Map>, last: bool, entry: bool) -> Result<Value> {
    let Some(key) = end(map, last, false) else {
        return Ok(Value::Null);
    };
    let found = end(map, last, entry).unwrap_or(Value::Null);
    maps::remove_key(vm, map, &key)?;
    Ok(found)
}

fn order(vm: &mut Vm, map: &Map, a: &Value, b: &Value) -> Result<Ordering> {
    vm.step(1)?;
    match map.comparator() {
        Some(comparator) => compare_with(vm, &comparator, a, b),
        None => vm.compare(a, b),
    }
}

fn near(vm: &mut Vm, this: &Value, args: &[Value], side: Side, entry: bool) -> Result<Value> {
    let (map, [key]) = (map_of(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let mut found = Value::Null;
    for (other, value) in map.to_vec() {
        let order = order(vm, map, &other, key)?;
        let fits = match side {
            Side::Lower => order.is_lt(),
            Side::Floor => order.is_le(),
            Side::Ceiling => order.is_ge(),
            Side::Higher => order.is_gt(),
        };
        if fits {
            found = if entry {
                Entry::of(map, other, value)
            } else {
                other
            };
            if matches!(side, Side::Ceiling | Side::Higher) {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

fn part(vm: &mut Vm, map: &Rc<Map>, args: &[Value], which: Part) -> Result<Rc<Map>> {
    let (bound, inclusive) = match (args, which) {
        ([bound], Part::Head) => (bound, false),
        ([bound], Part::Tail) => (bound, true),
        ([bound, Value::Bool(inclusive)], _) => (bound, *inclusive),
        _ => return Err(Thrown::mismatch()),
    };
    let result = empty_like(map);
    for (key, value) in map.to_vec() {
        let order = order(vm, map, &key, bound)?;
        let inside = match which {
            Part::Head => order.is_lt(),
            Part::Tail => order.is_gt(),
        };
        if inside || (order.is_eq() && inclusive) {
            result.put(key, value);
        }
    }
    Ok(result)
}

fn empty_like(map: &Map) -> Rc<Map> {
    match map.comparator() {
        Some(comparator) => Map::ordered(comparator),
        None => Map::new(MapKind::Tree),
    }
}

fn part_of_map(vm: &mut Vm, this: &Value, args: &[Value], which: Part) -> Result<Value> {
    part(vm, map_of(this)?, args, which).map(Value::Map)
}

fn part_of_set(vm: &mut Vm, this: &Value, args: &[Value], which: Part) -> Result<Value> {
    part(vm, map_of(this)?, args, which).map(Value::Set)
}

/// `subMap(from, to)` of a sorted map, `subMap(keys)` of Groovy
fn sub_map(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::List(_) | Value::Set(_), ..] => maps::sub_map(vm, this, args),
        [from, to] => {
            let tail = part(vm, map_of(this)?, std::slice::from_ref(from), Part::Tail)?;
            part(vm, &tail, std::slice::from_ref(to), Part::Head).map(Value::Map)
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn descending_map(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut all = args::map(this)?.to_vec();
    all.reverse();
    Ok(Value::Map(Map::linked(all)))
}

fn reversed_keys(_vm: &mut Vm, map: &Rc<Map>) -> Result<Value> {
    let mut keys = map.keys();
    keys.reverse();
    Ok(Value::Set(Map::set_of(MapKind::Linked, keys)))
}
