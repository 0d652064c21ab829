//! `keySet()`, `values()` and `entrySet()`: what is taken out of the sets is taken out of the map.

use std::rc::Rc;

use super::entry::Entry;
use super::{COLLECTION, SET, cursor};
use crate::class::Class;
use crate::library::args;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::throwable::throw_bare;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

macro_rules! views {
    ($($id:ident $name:literal)*) => {
        $(static $id: Class = Class::new($name).extends(&[&SET]).methods(&[
            ("add", refuse), ("addAll", refuse), ("leftShift", refuse),
        ]);)*
    };
}

views! {
    LINKED_KEYS "java.util.LinkedHashMap$LinkedKeySet"
    HASH_KEYS "java.util.HashMap$KeySet"
    TREE_KEYS "java.util.TreeMap$KeySet"
    LINKED_ENTRIES "java.util.LinkedHashMap$LinkedEntrySet"
    HASH_ENTRIES "java.util.HashMap$EntrySet"
    TREE_ENTRIES "java.util.TreeMap$EntrySet"
}

/// What `values()` gives.
static VALUES: Class = Class::new("java.util.LinkedHashMap$LinkedValues")
    .extends(&[&COLLECTION])
    .methods(&[
        ("add", refuse),
        ("addAll", refuse),
        ("leftShift", refuse),
        ("remove", refuse),
        ("removeAll", refuse),
        ("removeIf", refuse),
        ("retainAll", refuse),
        ("clear", refuse),
    ]);

fn refuse(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Err(throw_bare("java.lang.UnsupportedOperationException"))
}

/// `keySet()`
pub(super) fn key_set(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    let class = match map.kind() {
        MapKind::Hash | MapKind::Table => &HASH_KEYS,
        MapKind::Tree => &TREE_KEYS,
        MapKind::Unmodifiable => {
            return Ok(Value::Set(Map::set_of(MapKind::Unmodifiable, map.keys())));
        }
        MapKind::Linked | MapKind::Json | MapKind::Caseless => &LINKED_KEYS,
    };
    Ok(Value::Set(Map::view(class, map, map.keys())))
}

/// `entrySet()`
pub(super) fn entry_set(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let map = args::map(this)?;
    let entries = cursor::items(vm, this)?;
    let class = match map.kind() {
        MapKind::Hash | MapKind::Table => &HASH_ENTRIES,
        MapKind::Tree => &TREE_ENTRIES,
        MapKind::Unmodifiable => {
            return Ok(Value::Set(Map::set_of(MapKind::Unmodifiable, entries)));
        }
        MapKind::Linked | MapKind::Json | MapKind::Caseless => &LINKED_ENTRIES,
    };
    Ok(Value::Set(Map::view(class, map, entries)))
}

/// `values()`: as they are now.
pub(super) fn values(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let values = args::map(this)?.values();
    Ok(Value::List(List::new(ListKind::Of(&VALUES), values)))
}

/// Takes out of a map what was taken out of a view of it.
pub(super) fn removed(origin: &Rc<Map>, item: &Value) {
    match item.downcast::<Entry>() {
        Some(entry) => origin.remove(&entry.key()),
        None => origin.remove(item),
    };
}
