//! `java.util.stream.Collectors`.

use super::Of;
use super::finish::{mean, total};
use super::optional::Optional;
use crate::class::{Class, ClassRef, Function};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Limit, Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// How deep collectors may be inside each other.
const DEPTH: u32 = 100;

/// What makes one thing of the items of a stream.
pub(super) enum Collector {
    List,
    Set,
    /// Between, before and after.
    Joining([Str; 3]),
    Counting,
    /// Key, value, what merges two values, and what gives the map.
    Map(Value, Value, Option<Value>, Option<Value>),
    /// Key, what gives the map, and what collects each group.
    Groups(Value, Option<Value>, Value),
    Partition(Value, Value),
    Mapping(Value, Value),
    Filtering(Value, Value),
    Then(Value, Value),
    Into(Value),
    Sum(Of, Value),
    Mean(Value),
    /// `min` or `max`, by a comparator.
    Best(&'static str, Value),
    /// `reducing(identity) { a, b -> }`
    Reduce(Value, Value),
}

impl Object for Collector {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&COLLECTOR)
    }
}

/// `java.util.stream.Collector`
pub(super) static COLLECTOR: Class = Class::interface("java.util.stream.Collector");

/// A function that makes a collector of its arguments.
macro_rules! makes {
    ($args:pat => $collector:expr) => {
        |_, args| match args {
            $args => Ok(Value::object($collector)),
            _ => Err(Thrown::mismatch()),
        }
    };
}

/// `java.util.stream.Collectors`
pub(super) static COLLECTORS: Class = Class::new("java.util.stream.Collectors").statics(FUNCTIONS);

const FUNCTIONS: &[(&str, Function)] = &[
    (
        "averagingDouble",
        makes!([by] => Collector::Mean(by.clone())),
    ),
    ("averagingInt", makes!([by] => Collector::Mean(by.clone()))),
    ("averagingLong", makes!([by] => Collector::Mean(by.clone()))),
    (
        "collectingAndThen",
        makes!([inner, then] => Collector::Then(inner.clone(), then.clone())),
    ),
    ("counting", makes!([] => Collector::Counting)),
    (
        "filtering",
        makes!([by, inner] => Collector::Filtering(by.clone(), inner.clone())),
    ),
    ("groupingBy", grouping),
    ("joining", joining),
    (
        "mapping",
        makes!([by, inner] => Collector::Mapping(by.clone(), inner.clone())),
    ),
    ("maxBy", makes!([by] => Collector::Best("max", by.clone()))),
    ("minBy", makes!([by] => Collector::Best("min", by.clone()))),
    ("partitioningBy", |_, args| match args {
        [by] => Ok(Value::object(Collector::Partition(
            by.clone(),
            Value::object(Collector::List),
        ))),
        [by, inner] => Ok(Value::object(Collector::Partition(
            by.clone(),
            inner.clone(),
        ))),
        _ => Err(Thrown::mismatch()),
    }),
    (
        "reducing",
        makes!([first, by] => Collector::Reduce(first.clone(), by.clone())),
    ),
    (
        "summingDouble",
        makes!([by] => Collector::Sum(Of::Doubles, by.clone())),
    ),
    (
        "summingInt",
        makes!([by] => Collector::Sum(Of::Ints, by.clone())),
    ),
    (
        "summingLong",
        makes!([by] => Collector::Sum(Of::Longs, by.clone())),
    ),
    (
        "toCollection",
        makes!([supplier] => Collector::Into(supplier.clone())),
    ),
    ("toList", makes!([] => Collector::List)),
    ("toMap", to_map),
    ("toSet", makes!([] => Collector::Set)),
];

fn grouping(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (by, supplier, inner) = match args {
        [by] => (by, None, Value::object(Collector::List)),
        [by, inner] => (by, None, inner.clone()),
        [by, supplier, inner] => (by, Some(supplier.clone()), inner.clone()),
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::object(Collector::Groups(
        by.clone(),
        supplier,
        inner,
    )))
}

fn joining(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let mut texts = [Str::from(""), Str::from(""), Str::from("")];
    if !matches!(args.len(), 0 | 1 | 3) {
        return Err(Thrown::mismatch());
    }
    for (text, arg) in texts.iter_mut().zip(args) {
        *text = crate::library::args::text(vm, arg)?;
    }
    Ok(Value::object(Collector::Joining(texts)))
}

fn to_map(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [key, value, rest @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let rest = |at: usize| rest.get(at).cloned();
    Ok(Value::object(Collector::Map(
        key.clone(),
        value.clone(),
        rest(0),
        rest(1),
    )))
}

/// What a collector makes of items.
pub(super) fn gather(
    vm: &mut Vm,
    collector: &Value,
    items: Vec<Value>,
    depth: u32,
) -> Result<Value> {
    if depth > DEPTH {
        return Err(Thrown::limit(Limit::Depth));
    }
    vm.step(items.len() as u64)?;
    match collector.downcast().ok_or_else(Thrown::mismatch)? {
        Collector::List => Ok(Value::list(items)),
        Collector::Set => Ok(Value::Set(Map::set_of(MapKind::Hash, items))),
        Collector::Joining(texts) => joined(vm, texts, &items),
        Collector::Counting => Ok(Value::Long(i64::try_from(items.len()).unwrap_or(i64::MAX))),
        Collector::Map(key, value, merge, supplier) => {
            let map = supplied(vm, supplier.as_ref())?;
            for item in items {
                let key = vm.call(key, std::slice::from_ref(&item))?;
                let value = vm.call(value, &[item])?;
                enter(vm, &map, key, value, merge.as_ref())?;
            }
            Ok(map)
        }
        Collector::Groups(by, supplier, inner) => {
            let map = supplied(vm, supplier.as_ref())?;
            for (key, group) in groups(vm, by, items)? {
                let group = gather(vm, inner, group, depth + 1)?;
                vm.invoke(&map, "put", &[key, group])?;
            }
            Ok(map)
        }
        Collector::Partition(by, inner) => partition(vm, by, inner, items, depth),
        Collector::Mapping(by, inner) => {
            let items = mapped(vm, by, items)?;
            gather(vm, inner, items, depth + 1)
        }
        Collector::Filtering(by, inner) => {
            let (kept, _) = split(vm, by, items)?;
            gather(vm, inner, kept, depth + 1)
        }
        Collector::Then(inner, then) => {
            let gathered = gather(vm, inner, items, depth + 1)?;
            vm.call(then, &[gathered])
        }
        Collector::Into(supplier) => {
            let into = vm.call(supplier, &[])?;
            vm.invoke(&into, "addAll", &[Value::list(items)])?;
            Ok(into)
        }
        Collector::Sum(of, by) => total(*of, &mapped(vm, by, items)?),
        Collector::Mean(by) => Ok(Value::Double(mean(&mapped(vm, by, items)?)?.unwrap_or(0.0))),
        Collector::Best(name, by) => {
            let any = !items.is_empty();
            let best = vm.invoke(&Value::list(items), name, std::slice::from_ref(by))?;
            Ok(Optional::of(Of::Objects, any.then_some(best)))
        }
        Collector::Reduce(first, by) => {
            let mut so_far = first.clone();
            for item in items {
                so_far = vm.call(by, &[so_far, item])?;
            }
            Ok(so_far)
        }
    }
}

fn joined(vm: &mut Vm, [between, before, after]: &[Str; 3], items: &[Value]) -> Result<Value> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let (Value::Str(_) | Value::GString(_)) = item else {
            let class = item.class().name();
            let message = format!("{class} cannot be cast to java.lang.CharSequence");
            return Err(throw("java.lang.ClassCastException", message));
        };
        texts.push(item.clone());
    }
    let list = Value::list(texts);
    let middle = vm.invoke(&list, "join", &[Value::Str(between.clone())])?;
    let middle = vm.text(&middle)?;
    vm.reserve(middle.len())?;
    Ok(Value::text(format!("{before}{middle}{after}")))
}

fn supplied(vm: &mut Vm, supplier: Option<&Value>) -> Result<Value> {
    match supplier {
        Some(supplier) => vm.call(supplier, &[]),
        None => Ok(Value::Map(Map::new(MapKind::Hash))),
    }
}

/// Puts an entry of `toMap`, which refuses a key that is there when nothing merges the values.
fn enter(vm: &mut Vm, map: &Value, key: Value, value: Value, merge: Option<&Value>) -> Result<()> {
    let old = vm.invoke(map, "get", std::slice::from_ref(&key))?;
    let value = match (old, merge) {
        (Value::Null, _) => value,
        (old, Some(merge)) => vm.call(merge, &[old, value])?,
        (old, None) => {
            let (key, old) = (vm.to_string(&key)?, vm.to_string(&old)?);
            let value = vm.to_string(&value)?;
            let message =
                format!("Duplicate key {key} (attempted merging values {old} and {value})");
            return Err(throw("java.lang.IllegalStateException", message));
        }
    };
    vm.invoke(map, "put", &[key, value]).map(drop)
}

fn groups(vm: &mut Vm, by: &Value, items: Vec<Value>) -> Result<Vec<(Value, Vec<Value>)>> {
    let places = Map::new(MapKind::Linked);
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for item in items {
        let key = vm.call(by, std::slice::from_ref(&item))?;
        if key.is_null() {
            return Err(throw(
                "java.lang.NullPointerException",
                "element cannot be mapped to a null key",
            ));
        }
        let place = match places.get(&key) {
            Some(Value::Long(at)) => usize::try_from(at).unwrap_or(usize::MAX),
            _ => groups.len(),
        };
        match groups.get_mut(place) {
            Some((_, group)) => group.push(item),
            None => {
                let at = i64::try_from(place).unwrap_or(i64::MAX);
                places.put(key.clone(), Value::Long(at));
                groups.push((key, vec![item]));
            }
        }
    }
    Ok(groups)
}

fn mapped(vm: &mut Vm, by: &Value, items: Vec<Value>) -> Result<Vec<Value>> {
    items.into_iter().map(|item| vm.call(by, &[item])).collect()
}

/// Items to which a closure says yes, and the others.
fn split(vm: &mut Vm, by: &Value, items: Vec<Value>) -> Result<(Vec<Value>, Vec<Value>)> {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for item in items {
        let answer = vm.call(by, std::slice::from_ref(&item))?;
        match vm.truth(&answer)? {
            true => yes.push(item),
            false => no.push(item),
        }
    }
    Ok((yes, no))
}

fn partition(
    vm: &mut Vm,
    by: &Value,
    inner: &Value,
    items: Vec<Value>,
    depth: u32,
) -> Result<Value> {
    let (yes, no) = split(vm, by, items)?;
    let no = gather(vm, inner, no, depth + 1)?;
    let yes = gather(vm, inner, yes, depth + 1)?;
    let entries = [(Value::Bool(false), no), (Value::Bool(true), yes)];
    Ok(Value::Map(Map::linked(entries)))
}
