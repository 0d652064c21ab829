//! Parts and combinations of collections: `take`, `plus`, `collate`, `flatten` and their like.

use super::cursor;
use super::similar;
use super::visit::Visitor;
use crate::library::args;
use crate::list::{List, ListKind};
use crate::map::{Key, Keys, Map, MapKind};
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A part of a collection: an array of an array.
fn part(vm: &mut Vm, this: &Value, items: Vec<Value>) -> Result<Value> {
    match this {
        Value::List(list) if list.is_array() => Ok(Value::List(List::new(list.kind(), items))),
        _ => similar::like(vm, this, items),
    }
}

fn none_of(this: &Value, what: &str) -> Thrown {
    let message = match (what, this) {
        ("first" | "last", Value::List(list)) if list.is_array() => {
            format!("Cannot access {what}() element from an empty array")
        }
        ("first" | "last", Value::List(_) | Value::Range(_)) => {
            format!("Cannot access {what}() element from an empty List")
        }
        ("first" | "last", _) => format!("Cannot access {what}() element from an empty Iterable"),
        (_, Value::List(list)) if list.is_array() => {
            format!("Cannot access {what}() for an empty array")
        }
        ("tail", _) => "Cannot access tail() for an empty iterable".to_owned(),
        _ => format!("Cannot access {what}() for an empty Iterable"),
    };
    throw("java.util.NoSuchElementException", message)
}

/// `first()`, `head()`
pub(crate) fn first(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let first = cursor::Cursor::over(vm, this)?.next(vm)?;
    first.ok_or_else(|| none_of(this, "first"))
}

/// `last()`
pub(crate) fn last(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let last = match this {
        Value::List(list) => list.len().checked_sub(1).and_then(|at| list.get(at)),
        _ => cursor::items(vm, this)?.pop(),
    };
    last.ok_or_else(|| none_of(this, "last"))
}

/// `tail()`
pub(crate) fn tail(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut items = cursor::items(vm, this)?;
    if items.is_empty() {
        return Err(none_of(this, "tail"));
    }
    items.remove(0);
    part(vm, this, items)
}

/// `init()`
pub(crate) fn init(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut items = cursor::items(vm, this)?;
    if items.pop().is_none() {
        return Err(none_of(this, "init"));
    }
    part(vm, this, items)
}

fn one_count(args: &[Value]) -> Result<usize> {
    match args {
        [count] => args::count(count),
        _ => Err(Thrown::mismatch()),
    }
}

/// `take(n)`
pub(crate) fn take(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let count = one_count(args)?;
    let items = cursor::items(vm, this)?;
    part(vm, this, items.into_iter().take(count).collect())
}

/// `takeRight(n)`
pub(crate) fn take_right(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let count = one_count(args)?;
    let items = cursor::items(vm, this)?;
    let skipped = items.len().saturating_sub(count);
    part(vm, this, items.into_iter().skip(skipped).collect())
}

/// `drop(n)`
pub(crate) fn drop_first(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let count = one_count(args)?;
    let items = cursor::items(vm, this)?;
    part(vm, this, items.into_iter().skip(count).collect())
}

/// `dropRight(n)`
pub(crate) fn drop_right(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let count = one_count(args)?;
    let items = cursor::items(vm, this)?;
    let kept = items.len().saturating_sub(count);
    part(vm, this, items.into_iter().take(kept).collect())
}

/// Number of items at the beginning to which a closure says yes, and all items.
fn while_true(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<(usize, Vec<Value>)> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, closure)?;
    let items = cursor::items(vm, this)?;
    for (at, item) in items.iter().enumerate() {
        if !visitor.test(vm, item)? {
            return Ok((at, items));
        }
    }
    Ok((items.len(), items))
}

/// `takeWhile { }`
pub(crate) fn take_while(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (at, items) = while_true(vm, this, args)?;
    part(vm, this, items.into_iter().take(at).collect())
}

/// `dropWhile { }`
pub(crate) fn drop_while(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (at, items) = while_true(vm, this, args)?;
    part(vm, this, items.into_iter().skip(at).collect())
}

/// What `plus`, `minus` and `intersect` see of the other side: many things of a collection.
fn is_many(value: &Value) -> bool {
    match value {
        Value::List(list) => !list.is_array(),
        Value::Set(_) | Value::Range(_) => true,
        _ => false,
    }
}

/// `this + other`
pub(crate) fn plus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut items = cursor::items(vm, this)?;
    let array = matches!(this, Value::List(list) if list.is_array());
    match args {
        [more] if is_many(more) || (array && matches!(more, Value::List(_))) => {
            items.extend(cursor::items(vm, more)?);
        }
        [one] => items.push(one.clone()),
        [at, more] => {
            let at = usize::try_from(args::int(at)?)
                .ok()
                .filter(|at| *at <= items.len());
            let at = at.ok_or_else(|| throw_bare("java.lang.IndexOutOfBoundsException"))?;
            let more = cursor::items(vm, more)?;
            items.splice(at..at, more);
        }
        [] => return Err(Thrown::mismatch()),
        _ => return Err(Thrown::mismatch()),
    }
    vm.reserve(items.len().saturating_mul(size_of::<Value>()))?;
    combined(vm, this, items)
}

/// What `+` and `-` give: an array of objects of any array.
fn combined(vm: &mut Vm, this: &Value, items: Vec<Value>) -> Result<Value> {
    match this {
        Value::List(list) if list.is_array() => {
            let kind = ListKind::Array(&crate::library::object::OBJECT);
            Ok(Value::List(List::new(kind, items)))
        }
        _ => similar::like(vm, this, items),
    }
}

/// `this - other`: by Groovy's equality.
pub(crate) fn minus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let array = matches!(this, Value::List(list) if list.is_array());
    let gone = if is_many(other) || (array && matches!(other, Value::List(_))) {
        cursor::items(vm, other)?
    } else {
        vec![other.clone()]
    };
    let gone = Among::new(gone);
    let mut kept = Vec::new();
    for item in cursor::items(vm, this)? {
        if !gone.has(vm, &item)? {
            kept.push(item);
        }
    }
    combined(vm, this, kept)
}

/// Items to find others among, by Groovy's equality.
struct Among {
    items: Vec<Value>,
    texts: Option<Keys>,
}

impl Among {
    fn new(items: Vec<Value>) -> Self {
        let plain = items.iter().all(|item| matches!(item, Value::Str(_)));
        let texts = (plain && items.len() > 4).then(|| items.iter().cloned().map(Key).collect());
        Self { items, texts }
    }

    fn has(&self, vm: &mut Vm, item: &Value) -> Result<bool> {
        if let (Some(texts), Value::Str(_)) = (&self.texts, item) {
            vm.step(1)?;
            return Ok(texts.contains(&Key(item.clone())));
        }
        for other in &self.items {
            vm.step(1)?;
            if vm.equals(other, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// `intersect(other)`
pub(crate) fn intersect(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let (mine, theirs) = (cursor::items(vm, this)?, cursor::items(vm, other)?);
    // Groovy looks for the shorter one's items among those of the longer.
    let (longer, shorter) = if mine.len() < theirs.len() {
        (theirs, mine)
    } else {
        (mine, theirs)
    };
    let (longer, mut both) = (Among::new(longer), Vec::new());
    for item in shorter {
        if longer.has(vm, &item)? {
            both.push(item);
        }
    }
    part(vm, this, both)
}

/// `disjoint(other)`
pub(crate) fn disjoint(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let theirs = Among::new(cursor::items(vm, other)?);
    for item in cursor::items(vm, this)? {
        if theirs.has(vm, &item)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

/// `this * n`
pub(crate) fn multiply(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let times = one_count(args)?;
    let items = cursor::items(vm, this)?;
    let len = items.len().saturating_mul(times);
    vm.reserve(len.saturating_mul(size_of::<Value>()))?;
    vm.step(len as u64)?;
    part(vm, this, items.iter().cycle().take(len).cloned().collect())
}

/// `join()`, `join(separator)`
pub(crate) fn join(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let separator = match args {
        [] | [Value::Null] => "".into(),
        [separator] => args::text(vm, separator)?,
        _ => return Err(Thrown::mismatch()),
    };
    let mut joined = String::new();
    let mut cursor = cursor::Cursor::over(vm, this)?;
    let mut any = false;
    while let Some(item) = cursor.next(vm)? {
        if any {
            joined.push_str(&separator);
        }
        any = true;
        let text = vm.text(&item)?;
        vm.step(text.len() as u64 / 64)?;
        joined.push_str(&text);
        if joined.len() > joined.capacity() / 2 {
            vm.reserve(joined.len().saturating_mul(2))?;
        }
    }
    Ok(Value::text(joined))
}

/// `flatten()`, `flatten { }`
pub(crate) fn flatten(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut flat = Vec::new();
    flatten_into(vm, this, args.first(), &mut flat, 0)?;
    match this {
        Value::List(list) if list.is_array() => Ok(Value::list(flat)),
        _ => similar::like(vm, this, flat),
    }
}

fn flatten_into(
    vm: &mut Vm,
    value: &Value,
    with: Option<&Value>,
    flat: &mut Vec<Value>,
    depth: u32,
) -> Result<()> {
    super::check_depth(depth)?;
    for item in cursor::items(vm, value)? {
        let item = match with {
            Some(closure) if !matches!(item, Value::List(_) | Value::Set(_)) => {
                vm.call(closure, std::slice::from_ref(&item))?
            }
            _ => item,
        };
        match &item {
            Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Bytes(_) => {
                flatten_into(vm, &item, with, flat, depth + 1)?;
            }
            _ => flat.push(item),
        }
    }
    Ok(())
}

/// `collate(size)`, `collate(size, step)`, with `keepRemainder` last
pub(crate) fn collate(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (size, step, keep) = match args {
        [size] => (args::int(size)?, args::int(size)?, true),
        [size, Value::Bool(keep)] => (args::int(size)?, args::int(size)?, *keep),
        [size, step] => (args::int(size)?, args::int(step)?, true),
        [size, step, Value::Bool(keep)] => (args::int(size)?, args::int(step)?, *keep),
        _ => return Err(Thrown::mismatch()),
    };
    let items = cursor::items(vm, this)?;
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return Ok(Value::list(vec![part(vm, this, items)?]));
    };
    let Some(step) = usize::try_from(step).ok().filter(|step| *step > 0) else {
        return Err(throw(
            "java.lang.IllegalArgumentException",
            "step cannot be zero",
        ));
    };
    let mut parts = Vec::new();
    let mut at = 0;
    while at < items.len() {
        let one: Vec<Value> = items.iter().skip(at).take(size).cloned().collect();
        vm.step(one.len() as u64)?;
        vm.reserve(one.len().saturating_mul(size_of::<Value>()))?;
        if !keep && one.len() < size {
            break;
        }
        parts.push(Value::list(one));
        at = at.saturating_add(step);
    }
    Ok(Value::list(parts))
}

/// `withIndex()`, `withIndex(offset)`
pub(crate) fn with_index(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let pairs = numbered(vm, this, args)?.into_iter();
    let pairs = pairs.map(|(index, item)| Value::list(vec![item, index]));
    Ok(Value::list(pairs.collect()))
}

/// `indexed()`, `indexed(offset)`
pub(crate) fn indexed(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(Value::Map(Map::linked(numbered(vm, this, args)?)))
}

fn numbered(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Vec<(Value, Value)>> {
    let from = match args {
        [] => 0,
        [from] => args::int(from)?,
        _ => return Err(Thrown::mismatch()),
    };
    let items = cursor::items(vm, this)?.into_iter();
    Ok((from..).map(Value::Int).zip(items).collect())
}

/// `toList()`
pub(crate) fn to_list(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::list(cursor::items(vm, this)?))
}

/// `toSet()`
pub(crate) fn to_set(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let items = cursor::items(vm, this)?;
    Ok(Value::Set(Map::set_of(MapKind::Linked, items)))
}

/// `transpose()`
pub(crate) fn transpose(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let rows = cursor::items(vm, this)?;
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| cursor::items(vm, row))
        .collect::<Result<_>>()?;
    let width = rows.iter().map(Vec::len).min().unwrap_or(0);
    let column = |at: usize| rows.iter().filter_map(|row| row.get(at).cloned()).collect();
    Ok(Value::list(
        (0..width).map(|at| Value::list(column(at))).collect(),
    ))
}

/// `combinations()`, `combinations { }`
pub(crate) fn combinations(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut all: Option<Vec<Vec<Value>>> = None;
    for choices in cursor::items(vm, this)? {
        let choices = cursor::items(vm, &choices)?;
        let so_far = all.unwrap_or_else(|| vec![Vec::new()]);
        let mut next = Vec::new();
        for choice in &choices {
            for one in &so_far {
                vm.step(1 + one.len() as u64)?;
                vm.reserve((one.len() + 4).saturating_mul(size_of::<Value>()))?;
                let mut longer = one.clone();
                longer.push(choice.clone());
                next.push(longer);
            }
        }
        all = Some(next);
    }
    each_of(vm, all.unwrap_or_default(), args)
}

/// `permutations()`, `permutations { }`: a set of lists, a list of what the closure gives.
pub(crate) fn permutations(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut all: Vec<Vec<Value>> = vec![Vec::new()];
    for item in cursor::items(vm, this)? {
        let mut next = Vec::new();
        for one in &all {
            for at in 0..=one.len() {
                vm.step(1 + one.len() as u64)?;
                vm.reserve((one.len() + 4).saturating_mul(size_of::<Value>()))?;
                let mut longer = one.clone();
                longer.insert(at, item.clone());
                next.push(longer);
            }
        }
        all = next;
    }
    if args.is_empty() {
        let lists = all.into_iter().map(Value::list);
        return Ok(Value::Set(Map::set_of(MapKind::Hash, lists)));
    }
    each_of(vm, all, args)
}

fn each_of(vm: &mut Vm, all: Vec<Vec<Value>>, args: &[Value]) -> Result<Value> {
    let mut lists: Vec<Value> = all.into_iter().map(Value::list).collect();
    if let [closure] = args {
        for list in &mut lists {
            *list = vm.call(closure, std::slice::from_ref(list))?;
        }
    }
    Ok(Value::list(lists))
}

/// `subsequences()`: a set of all lists with some of the items.
pub(crate) fn subsequences(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut all: Vec<Vec<Value>> = Vec::new();
    for item in cursor::items(vm, this)? {
        let mut next = Vec::new();
        for one in &all {
            vm.step(1 + one.len() as u64)?;
            vm.reserve((one.len() + 4).saturating_mul(size_of::<Value>()))?;
            let mut longer = one.clone();
            longer.push(item.clone());
            next.push(longer);
        }
        all.extend(next);
        all.push(vec![item]);
    }
    let lists = all.into_iter().map(Value::list);
    Ok(Value::Set(Map::set_of(MapKind::Hash, lists)))
}

/// `asImmutable()`: a copy that cannot be changed.
pub(crate) fn as_immutable(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(match this {
        Value::Map(map) => {
            let copy = Map::new(MapKind::Unmodifiable);
            for (key, value) in map.to_vec() {
                copy.put(key, value);
            }
            Value::Map(copy)
        }
        Value::Set(set) => Value::Set(Map::set_of(MapKind::Unmodifiable, set.keys())),
        other => {
            let items = cursor::items(vm, other)?;
            Value::List(List::new(ListKind::Unmodifiable, items))
        }
    })
}
