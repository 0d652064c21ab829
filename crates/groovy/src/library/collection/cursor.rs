//! Walking through what can be walked through, one item after the other, as Java's iterators do:
//! a list or map that is changed meanwhile is noticed.

use std::rc::Rc;
use std::vec::IntoIter;

use super::entry::Entry;
use super::iterator::Iter;
use super::make::CONCURRENT_HASH_MAP;
use crate::list::List;
use crate::map::Map;
use crate::range::Range;
use crate::throwable::throw_bare;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// A walk through a value.
pub struct Cursor(Kind);

enum Kind {
    List {
        list: Rc<List>,
        at: usize,
        changes: u32,
    },
    /// Entries of a map, items of a set, or keys or entries in a view of a map.
    Map {
        map: Rc<Map>,
        view: Option<Rc<Map>>,
        items: IntoIter<Value>,
        /// As the map began, where that counts.
        changes: Option<u32>,
    },
    Range {
        range: Rc<Range>,
        at: u64,
    },
    Items(IntoIter<Value>),
    Iterator(Value),
}

impl Cursor {
    /// A walk through the items of a collection, the entries of a map, the characters of a text,
    /// what an iterator still has; through one thing otherwise, and nothing for `null`.
    ///
    /// # Errors
    /// What asking an object for its items throws.
    pub fn over(vm: &mut Vm, value: &Value) -> Result<Self> {
        Ok(Self(match value {
            Value::Null => Kind::Items(Vec::new().into_iter()),
            Value::List(list) => Kind::List {
                at: 0,
                changes: list.changes(),
                list: Rc::clone(list),
            },
            Value::Map(map) => {
                let entries = map.to_vec().into_iter();
                let entries = entries.map(|(key, value)| Entry::of(map, key, value));
                Kind::Map {
                    items: entries.collect::<Vec<_>>().into_iter(),
                    changes: counted(map),
                    map: Rc::clone(map),
                    view: None,
                }
            }
            Value::Set(set) => {
                let origin = set.origin();
                let map = origin.as_ref().unwrap_or(set);
                Kind::Map {
                    items: set.keys().into_iter(),
                    changes: counted(map),
                    map: Rc::clone(map),
                    view: origin.is_some().then(|| Rc::clone(set)),
                }
            }
            Value::Range(range) if range.len().is_some() => Kind::Range {
                range: Rc::clone(range),
                at: 0,
            },
            Value::Range(range) => Kind::Items(steps(vm, range)?.into_iter()),
            Value::Object(object) => {
                if value.downcast::<Iter>().is_some() {
                    Kind::Iterator(value.clone())
                } else {
                    let items = object.items(vm, value)?;
                    Kind::Items(items.unwrap_or_else(|| vec![value.clone()]).into_iter())
                }
            }
            other => Kind::Items(parts(vm, other)?.into_iter()),
        }))
    }

    /// The next item.
    ///
    /// # Errors
    /// `ConcurrentModificationException`, and when a bound of the run is reached.
    pub fn next(&mut self, vm: &mut Vm) -> Result<Option<Value>> {
        vm.step(1)?;
        match &mut self.0 {
            Kind::List { list, at, changes } => {
                if *at == list.len() {
                    return Ok(None);
                }
                if *changes != list.changes() {
                    return Err(throw_bare("java.util.ConcurrentModificationException"));
                }
                let item = list.get(*at);
                *at += 1;
                Ok(item)
            }
            Kind::Map {
                map,
                items,
                changes,
                ..
            } => {
                if items.len() > 0 && *changes != counted(map) {
                    return Err(throw_bare("java.util.ConcurrentModificationException"));
                }
                Ok(items.next())
            }
            Kind::Range { range, at } => {
                let item = range.get(*at);
                *at = at.saturating_add(1);
                Ok(item)
            }
            Kind::Items(items) => Ok(items.next()),
            Kind::Iterator(iterator) => match iterator.downcast::<Iter>() {
                Some(iter) => iter.next(vm),
                None => Ok(None),
            },
        }
    }

    /// Takes the item just seen, the `seen`-th, out of what it is a walk through; `false` when
    /// that cannot be.
    pub(super) fn remove(&mut self, last: &Value) -> bool {
        match &mut self.0 {
            Kind::List { list, at, changes } if list.is_growable() => {
                let Some(before) = at.checked_sub(1) else {
                    return false;
                };
                *at = before;
                let removed = list.remove(before);
                *changes = list.changes();
                removed.is_some()
            }
            Kind::Map {
                map, view, changes, ..
            } if !map.is_locked() => {
                let key = last.downcast::<Entry>().map(Entry::key);
                let removed = map.remove(&key.unwrap_or_else(|| last.clone()));
                if let Some(view) = view {
                    view.remove(last);
                }
                *changes = counted(map);
                removed.is_some()
            }
            _ => false,
        }
    }
}

/// How often a map was changed; `None` for one that loops may change.
fn counted(map: &Map) -> Option<u32> {
    let free = std::ptr::eq(map.table(), &raw const CONCURRENT_HASH_MAP);
    (!free).then(|| map.changes())
}

/// What a loop over a value sees, at once.
///
/// # Errors
/// What iterating throws.
pub fn items(vm: &mut Vm, value: &Value) -> Result<Vec<Value>> {
    match value {
        Value::List(list) => {
            vm.step(list.len() as u64)?;
            return Ok(list.to_vec());
        }
        Value::Set(set) => return Ok(set.keys()),
        Value::Range(range) => {
            if let Some(len) = range.len() {
                let bytes = usize::try_from(len).unwrap_or(usize::MAX);
                vm.reserve(bytes.saturating_mul(size_of::<Value>()))?;
                vm.step(len)?;
                return Ok(range.to_vec());
            }
        }
        _ => {}
    }
    let mut cursor = Cursor::over(vm, value)?;
    let mut items = Vec::new();
    while let Some(item) = cursor.next(vm)? {
        items.push(item);
    }
    Ok(items)
}

fn parts(vm: &mut Vm, value: &Value) -> Result<Vec<Value>> {
    match value {
        Value::Str(text) => {
            vm.step(text.len() as u64)?;
            vm.reserve(text.len().saturating_mul(80))?;
            Ok(text.chars().map(|c| Value::text(String::from(c))).collect())
        }
        Value::GString(_) => {
            let text = vm.text(value)?;
            parts(vm, &Value::Str(text))
        }
        Value::Bytes(bytes) => {
            let bytes = bytes.borrow();
            vm.step(bytes.len() as u64)?;
            vm.reserve(bytes.len().saturating_mul(size_of::<Value>()))?;
            Ok(bytes.iter().map(|b| Value::Byte(b.cast_signed())).collect())
        }
        other => Ok(vec![other.clone()]),
    }
}

/// The values of a range of things that only `next()` counts.
fn steps(vm: &mut Vm, range: &Range) -> Result<Vec<Value>> {
    let down = vm.compare(&range.from, &range.to)?.is_gt();
    let step = if down { "previous" } else { "next" };
    let mut values = Vec::new();
    let mut at = range.from.clone();
    loop {
        let order = vm.compare(&at, &range.to)?;
        let past = if down { order.is_lt() } else { order.is_gt() };
        if past || (order.is_eq() && range.exclusive) {
            return Ok(values);
        }
        let following = vm.invoke(&at, step, &[])?;
        values.push(at);
        at = following;
        vm.reserve(size_of::<Value>())?;
    }
}
