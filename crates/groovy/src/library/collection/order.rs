//! `sort`, `min`, `max`, `unique` and their like.

use std::cmp::Ordering;

use super::cursor;
use super::similar;
use super::visit::Visitor;
use crate::library::args;
use crate::list::{List, ListKind};
use crate::map::{Key, Keys, Map};
use crate::ops::hash;
use crate::sort;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;

/// How Groovy orders what it sorts: numbers of any kind among each other, and by hash code what
/// cannot be compared.
pub(super) fn groovy_order(vm: &mut Vm, a: &Value, b: &Value) -> Result<Ordering> {
    match vm.compare(a, b) {
        Err(Thrown(why)) if matches!(*why, Why::Exception(_)) => {
            if vm.equals(a, b)? {
                return Ok(Ordering::Equal);
            }
            Ok(hash::java_hash(a).cmp(&hash::java_hash(b)))
        }
        order => order,
    }
}

/// Compares with a `Comparator`: a closure of two, or an object.
pub(super) fn compare_with(vm: &mut Vm, by: &Value, a: &Value, b: &Value) -> Result<Ordering> {
    let both = [a.clone(), b.clone()];
    let answer = match by {
        Value::Closure(_) => vm.call(by, &both)?,
        other => vm.invoke(other, "compare", &both)?,
    };
    vm.compare(&answer, &Value::Int(0))
}

/// What something is ordered by.
enum Order<'a> {
    Natural,
    /// A comparator, or a closure of two.
    Comparator(&'a Value),
    /// A closure that gives what is compared.
    Key(&'a Value),
}

impl<'a> Order<'a> {
    fn new(by: Option<&'a Value>) -> Self {
        match by {
            None | Some(Value::Null) => Self::Natural,
            Some(by @ Value::Closure(closure)) if closure.arity() == 1 => Self::Key(by),
            Some(by) => Self::Comparator(by),
        }
    }

    fn sorted(&self, vm: &mut Vm, this: &Value, items: Vec<Value>) -> Result<Vec<Value>> {
        vm.step(items.len() as u64)?;
        vm.reserve(items.len().saturating_mul(2 * size_of::<Value>()))?;
        match self {
            Self::Natural => sort::try_stable(items, |a, b| {
                vm.step(1)?;
                groovy_order(vm, a, b)
            }),
            Self::Comparator(by) => sort::try_stable(items, |a, b| compare_with(vm, by, a, b)),
            Self::Key(by) => {
                let keyed = keys(vm, this, by, items)?;
                let sorted = sort::try_stable(keyed, |(a, _), (b, _)| {
                    vm.step(1)?;
                    groovy_order(vm, a, b)
                })?;
                Ok(sorted.into_iter().map(|(_, item)| item).collect())
            }
        }
    }

    fn best(&self, vm: &mut Vm, this: &Value, wanted: Ordering) -> Result<Value> {
        let items = cursor::items(vm, this)?;
        match self {
            Self::Natural => {
                let present = items.into_iter().filter(|item| !item.is_null());
                best(present.collect(), wanted, |a, b| vm.compare(a, b))
            }
            Self::Comparator(by) => best(items, wanted, |a, b| compare_with(vm, by, a, b)),
            Self::Key(by) => {
                let keyed = keys(vm, this, by, items)?;
                let keyed = keyed
                    .into_iter()
                    .map(|(key, item)| Value::list(vec![key, item]));
                let first = |pair: &Value, at| match pair {
                    Value::List(pair) => pair.get(at).unwrap_or(Value::Null),
                    _ => Value::Null,
                };
                let best = best(keyed.collect(), wanted, |a, b| {
                    vm.compare(&first(a, 0), &first(b, 0))
                })?;
                Ok(first(&best, 1))
            }
        }
    }
}

fn keys(vm: &mut Vm, this: &Value, by: &Value, items: Vec<Value>) -> Result<Vec<(Value, Value)>> {
    let visitor = Visitor::new(this, by)?;
    let keyed = items
        .into_iter()
        .map(|item| Ok((visitor.call(vm, &item)?, item)));
    keyed.collect()
}

fn best(
    items: Vec<Value>,
    wanted: Ordering,
    mut order: impl FnMut(&Value, &Value) -> Result<Ordering>,
) -> Result<Value> {
    let mut best = None;
    for item in items {
        best = Some(match best {
            Some(best) if order(&item, &best)? != wanted => best,
            _ => item,
        });
    }
    Ok(best.unwrap_or(Value::Null))
}

/// `min()`, `min { }`, `min(comparator)`
pub(crate) fn min(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Order::new(args.first()).best(vm, this, Ordering::Less)
}

/// `max()`, `max { }`, `max(comparator)`
pub(crate) fn max(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Order::new(args.first()).best(vm, this, Ordering::Greater)
}

/// `sort()`, `sort { }`, `sort(comparator)`, `sort(mutate)`, `sort(mutate) { }`: sorts a list or
/// array itself unless told not to; a sorted list of anything else; a sorted map of a map.
pub(crate) fn sort(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (mutate, by) = match args {
        [] => (true, None),
        [Value::Bool(mutate)] => (*mutate, None),
        [by] => (true, Some(by)),
        [Value::Bool(mutate), by] => (*mutate, Some(by)),
        _ => return Err(Thrown::mismatch()),
    };
    if let Value::Map(map) = this {
        return sorted_map(vm, this, map, by);
    }
    let items = cursor::items(vm, this)?;
    let sorted = Order::new(by).sorted(vm, this, items)?;
    if let Value::List(list) = this
        && mutate
    {
        if matches!(list.kind(), ListKind::Unmodifiable) {
            return Err(throw_bare("java.lang.UnsupportedOperationException"));
        }
        list.replace(sorted);
        // With a comparator it is `java.util.List.sort`, which gives nothing.
        let of_java = matches!(args, [by] if !matches!(by, Value::Closure(_) | Value::Bool(_)));
        return Ok(if of_java && !list.is_array() {
            Value::Null
        } else {
            this.clone()
        });
    }
    as_sorted(this, sorted)
}

/// `toSorted()` and its forms: leaves what it sorts as it was.
pub(crate) fn to_sorted(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if let Value::Map(map) = this {
        return sorted_map(vm, this, map, args.first());
    }
    let items = cursor::items(vm, this)?;
    let sorted = Order::new(args.first()).sorted(vm, this, items)?;
    as_sorted(this, sorted)
}

fn as_sorted(this: &Value, sorted: Vec<Value>) -> Result<Value> {
    Ok(match this {
        Value::List(list) if list.is_array() => Value::List(List::new(list.kind(), sorted)),
        _ => Value::list(sorted),
    })
}

fn sorted_map(
    vm: &mut Vm,
    this: &Value,
    map: &std::rc::Rc<Map>,
    by: Option<&Value>,
) -> Result<Value> {
    match by {
        None => {
            let sorted = Map::new(crate::map::MapKind::Tree);
            for (key, value) in map.to_vec() {
                super::map::put(vm, &sorted, key, value)?;
            }
            Ok(Value::Map(sorted))
        }
        Some(by @ Value::Closure(_)) => {
            let items = cursor::items(vm, this)?;
            let entries = Order::new(Some(by)).sorted(vm, this, items)?;
            let result = Value::Map(Map::linked([]));
            let sorted = similar::like(vm, &result, entries)?;
            Ok(sorted)
        }
        Some(comparator) => {
            let sorted = Map::ordered(comparator.clone());
            for (key, value) in map.to_vec() {
                super::map::put(vm, &sorted, key, value)?;
            }
            Ok(Value::Map(sorted))
        }
    }
}

/// `unique()`, `unique { }`, `unique(mutate)`, `unique(mutate) { }`
pub(crate) fn unique(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (mutate, by) = match args {
        [] => (true, None),
        [Value::Bool(mutate)] => (*mutate, None),
        [by] => (true, Some(by)),
        [Value::Bool(mutate), by] => (*mutate, Some(by)),
        _ => return Err(Thrown::mismatch()),
    };
    let items = cursor::items(vm, this)?;
    let before = items.len();
    let distinct = distinct(vm, this, items, by)?;
    match this {
        Value::List(list) if mutate && !list.is_array() => {
            if distinct.len() < before {
                super::list::growable(list)?;
                list.replace(distinct);
            }
            Ok(this.clone())
        }
        Value::Set(_) if mutate => {
            super::list::clear(vm, this, &[])?;
            similar::add_all(vm, this, distinct)?;
            Ok(this.clone())
        }
        _ => similar::like(vm, this, distinct),
    }
}

/// `toUnique()`, `toUnique { }`
pub(crate) fn to_unique(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let items = cursor::items(vm, this)?;
    let distinct = distinct(vm, this, items, args.first())?;
    Ok(match this {
        Value::List(list) if list.is_array() => Value::List(List::new(list.kind(), distinct)),
        _ => return similar::like(vm, this, distinct),
    })
}

fn distinct(
    vm: &mut Vm,
    this: &Value,
    items: Vec<Value>,
    by: Option<&Value>,
) -> Result<Vec<Value>> {
    if let Order::Comparator(by) = Order::new(by) {
        return first_of_each(
            vm,
            items.into_iter().map(|i| (i.clone(), i)).collect(),
            |vm, a, b| Ok(compare_with(vm, by, a, b)?.is_eq()),
        );
    }
    let keyed = match by {
        Some(by) if !by.is_null() => keys(vm, this, by, items)?,
        _ => items.into_iter().map(|item| (item.clone(), item)).collect(),
    };
    let texts = keyed.iter().all(|(key, _)| matches!(key, Value::Str(_)));
    if texts || keyed.iter().all(|(key, _)| matches!(key, Value::Int(_))) {
        let mut seen: Keys = Keys::default();
        let first = keyed
            .into_iter()
            .filter(|(key, _)| seen.insert(Key(key.clone())));
        return Ok(first.map(|(_, item)| item).collect());
    }
    first_of_each(vm, keyed, |vm, a, b| Ok(groovy_order(vm, a, b)?.is_eq()))
}

fn first_of_each(
    vm: &mut Vm,
    keyed: Vec<(Value, Value)>,
    same: impl Fn(&mut Vm, &Value, &Value) -> Result<bool>,
) -> Result<Vec<Value>> {
    let mut kept: Vec<(Value, Value)> = Vec::new();
    for (key, item) in keyed {
        let mut seen = false;
        for (other, _) in &kept {
            vm.step(1)?;
            if same(vm, &key, other)? {
                seen = true;
                break;
            }
        }
        if !seen {
            kept.push((key, item));
        }
    }
    Ok(kept.into_iter().map(|(_, item)| item).collect())
}

/// `reverse()`, `reverse(mutate)`
pub(crate) fn reverse(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut items = cursor::items(vm, this)?;
    items.reverse();
    let mutate = match args {
        [] => false,
        [Value::Bool(mutate)] => *mutate,
        _ => return Err(Thrown::mismatch()),
    };
    match this {
        Value::List(list) if mutate => {
            list.replace(items);
            Ok(this.clone())
        }
        Value::List(list) if list.is_array() => Ok(Value::List(List::new(list.kind(), items))),
        _ => similar::like(vm, this, items),
    }
}

/// `swap(i, j)`
pub(crate) fn swap(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (list, [i, j]) = (args::list(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let (i, j) = (super::list::index(list, i)?, super::list::index(list, j)?);
    let mut items = list.to_vec();
    items.swap(i, j);
    list.replace(items);
    Ok(this.clone())
}
