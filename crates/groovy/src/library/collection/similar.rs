//! Collections like others: what `findAll`, `plus` and their like give.

use std::rc::Rc;

use super::entry::Entry;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A collection of the kind Groovy takes for results that are like `this`, with these items; a map
/// when they are entries of one.
pub(super) fn like(vm: &mut Vm, this: &Value, items: Vec<Value>) -> Result<Value> {
    match this {
        Value::Map(map) => {
            let result = empty_map(map);
            for item in items {
                if let Some(entry) = item.downcast::<Entry>() {
                    super::map::put(vm, &result, entry.key(), entry.value())?;
                }
            }
            Ok(Value::Map(result))
        }
        Value::Set(set) => {
            let result = Value::Set(empty_map(set));
            add_all(vm, &result, items)?;
            Ok(result)
        }
        Value::List(list) => Ok(match list.kind() {
            kind @ (ListKind::LinkedList | ListKind::Of(_)) => Value::List(List::new(kind, items)),
            _ => Value::list(items),
        }),
        _ => Ok(Value::list(items)),
    }
}

/// Sorted like a sorted map, in the order they come otherwise.
pub(super) fn empty_map(map: &Rc<Map>) -> Rc<Map> {
    match (map.kind(), map.comparator()) {
        (MapKind::Tree, Some(comparator)) => Map::ordered(comparator),
        (MapKind::Tree, None) => Map::new(MapKind::Tree),
        _ => Map::new(MapKind::Linked),
    }
}

/// Adds items to a collection; whether that changed it.
pub(super) fn add_all(vm: &mut Vm, into: &Value, items: Vec<Value>) -> Result<bool> {
    vm.reserve(items.len().saturating_mul(size_of::<Value>()))?;
    match into {
        Value::List(list) => {
            super::list::growable(list)?;
            let any = !items.is_empty();
            list.splice(list.len(), items);
            Ok(any)
        }
        Value::Set(set) => {
            if set.is_locked() {
                return Err(throw_bare("java.lang.UnsupportedOperationException"));
            }
            let before = set.len();
            for item in items {
                super::map::put_key(vm, set, item)?;
            }
            Ok(set.len() > before)
        }
        Value::Object(_) => {
            let mut any = false;
            for item in items {
                let added = vm.invoke(into, "add", &[item])?;
                any |= vm.truth(&added)?;
            }
            Ok(any)
        }
        _ => Err(Thrown::mismatch()),
    }
}
