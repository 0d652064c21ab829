//! What Groovy does with every item of something: `each`, `collect`, `find` and their like. All of
//! it works on lists, sets, ranges, arrays, maps, texts, iterators and single objects.

use std::rc::Rc;

use super::cursor::{self, Cursor};
use super::entry::Entry;
use super::similar;
use crate::ast::BinaryOp;
use crate::library::args;
use crate::map::Map;
use crate::ops::arith;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A closure that is called with items. Of a map it may take entries, or keys and values.
pub(super) struct Visitor<'a> {
    closure: &'a Value,
    arity: usize,
    map: bool,
}

impl<'a> Visitor<'a> {
    /// Visits the items of `this` with a closure.
    pub(super) fn new(this: &Value, closure: &'a Value) -> Result<Self> {
        Ok(Self {
            closure,
            arity: args::closure(closure)?.arity(),
            map: matches!(this, Value::Map(_)),
        })
    }

    /// Calls it with an item.
    pub(super) fn call(&self, vm: &mut Vm, item: &Value) -> Result<Value> {
        self.call_with(vm, None, item, None)
    }

    /// Whether it says yes to an item.
    pub(super) fn test(&self, vm: &mut Vm, item: &Value) -> Result<bool> {
        let answer = self.call(vm, item)?;
        vm.truth(&answer)
    }

    /// Calls it with something before and after the item.
    fn call_with(
        &self,
        vm: &mut Vm,
        before: Option<&Value>,
        item: &Value,
        after: Option<Value>,
    ) -> Result<Value> {
        let others = usize::from(before.is_some()) + usize::from(after.is_some());
        if self.map
            && self.arity == 2 + others
            && let Some(entry) = item.downcast::<Entry>()
        {
            let mut all: Vec<Value> = before.cloned().into_iter().collect();
            all.extend([entry.key(), entry.value()]);
            all.extend(after);
            return vm.call(self.closure, &all);
        }
        match (before, after) {
            (None, None) => vm.call(self.closure, std::slice::from_ref(item)),
            (None, Some(after)) => vm.call(self.closure, &[item.clone(), after]),
            (Some(before), _) => vm.call(self.closure, &[before.clone(), item.clone()]),
        }
    }
}

/// `each { }`
pub(crate) fn each(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, closure)?;
    let mut cursor = Cursor::over(vm, this)?;
    while let Some(item) = cursor.next(vm)? {
        visitor.call(vm, &item)?;
    }
    Ok(this.clone())
}

/// `forEach`, of Java
pub(crate) fn for_each(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    each(vm, this, args).map(|_| Value::Null)
}

/// `eachWithIndex { item, index -> }`
pub(crate) fn each_with_index(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, closure)?;
    let mut cursor = Cursor::over(vm, this)?;
    let mut index = 0;
    while let Some(item) = cursor.next(vm)? {
        visitor.call_with(vm, None, &item, Some(args::size(index)))?;
        index += 1;
    }
    Ok(this.clone())
}

/// `reverseEach { }`
pub(crate) fn reverse_each(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, closure)?;
    for item in cursor::items(vm, this)?.iter().rev() {
        visitor.call(vm, item)?;
    }
    Ok(this.clone())
}

/// `collect()`, `collect { }`, `collect(into) { }`
pub(crate) fn collect(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [] => Ok(Value::list(cursor::items(vm, this)?)),
        [closure] => Ok(Value::list(collected(vm, this, closure)?)),
        [into, closure] => {
            let more = collected(vm, this, closure)?;
            similar::add_all(vm, into, more)?;
            Ok(into.clone())
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn collected(vm: &mut Vm, this: &Value, closure: &Value) -> Result<Vec<Value>> {
    let visitor = Visitor::new(this, closure)?;
    let mut cursor = Cursor::over(vm, this)?;
    let mut results = Vec::new();
    while let Some(item) = cursor.next(vm)? {
        results.push(visitor.call(vm, &item)?);
    }
    Ok(results)
}

/// `collectMany { }`
pub(crate) fn collect_many(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (closure, into) = match args {
        [closure] => (closure, Value::list(Vec::new())),
        [into, closure] => (closure, into.clone()),
        _ => return Err(Thrown::mismatch()),
    };
    for one in collected(vm, this, closure)? {
        let many = cursor::items(vm, &one)?;
        similar::add_all(vm, &into, many)?;
    }
    Ok(into)
}

/// `collectNested { }`
pub(crate) fn collect_nested(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, closure)?;
    nested(vm, this, &visitor, 0)
}

fn nested(vm: &mut Vm, value: &Value, visitor: &Visitor<'_>, depth: u32) -> Result<Value> {
    super::check_depth(depth)?;
    let mut results = Vec::new();
    for item in cursor::items(vm, value)? {
        results.push(match item {
            Value::List(_) | Value::Set(_) | Value::Range(_) => {
                nested(vm, &item, visitor, depth + 1)?
            }
            other => visitor.call(vm, &other)?,
        });
    }
    Ok(Value::list(results))
}

/// `find()`, `find { }`
pub(crate) fn find(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let found = first_match(vm, this, args)?;
    Ok(found.map_or(Value::Null, |(_, item)| item))
}

/// The first item to which a closure, or the truth, says yes.
fn first_match(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Option<(usize, Value)>> {
    let visitor = match args {
        [] => None,
        [closure] => Some(Visitor::new(this, closure)?),
        _ => return Err(Thrown::mismatch()),
    };
    let mut cursor = Cursor::over(vm, this)?;
    let mut index = 0;
    while let Some(item) = cursor.next(vm)? {
        if holds(vm, visitor.as_ref(), &item)? {
            return Ok(Some((index, item)));
        }
        index += 1;
    }
    Ok(None)
}

fn holds(vm: &mut Vm, visitor: Option<&Visitor<'_>>, item: &Value) -> Result<bool> {
    match visitor {
        Some(visitor) => visitor.test(vm, item),
        None => vm.truth(item),
    }
}

/// `findAll()`, `findAll { }`: a collection like this one, a map of a map.
pub(crate) fn find_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let visitor = match args {
        [] => None,
        [closure] => Some(Visitor::new(this, closure)?),
        _ => return Err(Thrown::mismatch()),
    };
    let mut cursor = Cursor::over(vm, this)?;
    let mut found = Vec::new();
    while let Some(item) = cursor.next(vm)? {
        if holds(vm, visitor.as_ref(), &item)? {
            found.push(item);
        }
    }
    similar::like(vm, this, found)
}

/// `findResult { }`, `findResult(default) { }`
pub(crate) fn find_result(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (default, closure) = match args {
        [closure] => (Value::Null, closure),
        [default, closure] => (default.clone(), closure),
        _ => return Err(Thrown::mismatch()),
    };
    let visitor = Visitor::new(this, closure)?;
    let mut cursor = Cursor::over(vm, this)?;
    while let Some(item) = cursor.next(vm)? {
        let result = visitor.call(vm, &item)?;
        if !result.is_null() {
            return Ok(result);
        }
    }
    Ok(default)
}

/// `findResults { }`
pub(crate) fn find_results(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let mut results = collected(vm, this, closure)?;
    results.retain(|result| !result.is_null());
    Ok(Value::list(results))
}

/// `findIndexOf { }`, `findIndexOf(from) { }`
pub(crate) fn find_index(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let found = matching_indexes(vm, this, args)?;
    Ok(found.first().map_or(Value::Int(-1), |at| args::size(*at)))
}

/// `findLastIndexOf { }`, `findLastIndexOf(from) { }`
pub(crate) fn find_last_index(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let found = matching_indexes(vm, this, args)?;
    Ok(found.last().map_or(Value::Int(-1), |at| args::size(*at)))
}

/// `findIndexValues { }`, `findIndexValues(from) { }`
pub(crate) fn find_indexes(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let found = matching_indexes(vm, this, args)?.into_iter();
    let found = found.map(|at| Value::Long(i64::try_from(at).unwrap_or(i64::MAX)));
    Ok(Value::list(found.collect()))
}

fn matching_indexes(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Vec<usize>> {
    let (from, closure) = match args {
        [closure] => (0, closure),
        [from, closure] => (args::count(from)?, closure),
        _ => return Err(Thrown::mismatch()),
    };
    let visitor = Visitor::new(this, closure)?;
    let mut cursor = Cursor::over(vm, this)?;
    let (mut index, mut found) = (0, Vec::new());
    while let Some(item) = cursor.next(vm)? {
        if index >= from && visitor.test(vm, &item)? {
            found.push(index);
        }
        index += 1;
    }
    Ok(found)
}

/// `any()`, `any { }`
pub(crate) fn any(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(first_match(vm, this, args)?.is_some()))
}

/// `every()`, `every { }`
pub(crate) fn every(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let visitor = match args {
        [] => None,
        [closure] => Some(Visitor::new(this, closure)?),
        _ => return Err(Thrown::mismatch()),
    };
    let mut cursor = Cursor::over(vm, this)?;
    while let Some(item) = cursor.next(vm)? {
        if !holds(vm, visitor.as_ref(), &item)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

/// `inject(start) { so_far, item -> }`, `inject { so_far, item -> }`
pub(crate) fn inject(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut cursor = Cursor::over(vm, this)?;
    let (mut so_far, closure) = match args {
        [closure] => {
            args::closure(closure)?;
            let first = cursor.next(vm)?.ok_or_else(|| {
                crate::throwable::throw(
                    "java.util.NoSuchElementException",
                    "Cannot call inject() on an empty collection without passing an initial value.",
                )
            })?;
            (first, closure)
        }
        [start, closure] => (start.clone(), closure),
        _ => return Err(Thrown::mismatch()),
    };
    let visitor = Visitor::new(this, closure)?;
    while let Some(item) = cursor.next(vm)? {
        so_far = visitor.call_with(vm, Some(&so_far), &item, None)?;
    }
    Ok(so_far)
}

/// `count(item)`, `count { }`
pub(crate) fn count(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [wanted] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, wanted).ok();
    let mut cursor = Cursor::over(vm, this)?;
    let mut count = 0;
    while let Some(item) = cursor.next(vm)? {
        let counts = match &visitor {
            Some(visitor) => visitor.test(vm, &item)?,
            None => vm.equals(&item, wanted)?,
        };
        count += usize::from(counts);
    }
    Ok(args::size(count))
}

/// `sum()`, `sum(start)`, `sum { }`, `sum(start) { }`
pub(crate) fn sum(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (start, closure) = match args {
        [] => (None, None),
        [closure @ Value::Closure(_)] => (None, Some(closure)),
        [start] => (Some(start.clone()), None),
        [start, closure] => (Some(start.clone()), Some(closure)),
        _ => return Err(Thrown::mismatch()),
    };
    let visitor = closure.map(|it| Visitor::new(this, it)).transpose()?;
    let mut cursor = Cursor::over(vm, this)?;
    let mut sum = start;
    while let Some(item) = cursor.next(vm)? {
        let item = match &visitor {
            Some(visitor) => visitor.call(vm, &item)?,
            None => item,
        };
        sum = Some(match sum {
            Some(sum) => arith::binary(vm, BinaryOp::Plus, &sum, &item)?,
            None => item,
        });
    }
    Ok(sum.unwrap_or(Value::Null))
}

/// `grep()`, `grep(filter)`
pub(crate) fn grep(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut found = Vec::new();
    for item in cursor::items(vm, this)? {
        let yes = match args {
            [] => vm.truth(&item)?,
            [filter] => {
                let answer = vm.invoke(filter, "isCase", std::slice::from_ref(&item))?;
                vm.truth(&answer)?
            }
            _ => return Err(Thrown::mismatch()),
        };
        if yes {
            found.push(item);
        }
    }
    similar::like(vm, this, found)
}

/// `split { }`: those it says yes to, and the others.
pub(crate) fn split(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, closure)?;
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for item in cursor::items(vm, this)? {
        if visitor.test(vm, &item)? {
            yes.push(item);
        } else {
            no.push(item);
        }
    }
    let both = [similar::like(vm, this, yes)?, similar::like(vm, this, no)?];
    Ok(Value::list(both.to_vec()))
}

/// `groupBy { }`, `groupBy({ }, { })`
pub(crate) fn group_by(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let closures = match args {
        [Value::List(closures)] => closures.to_vec(),
        closures => closures.to_vec(),
    };
    let items = cursor::items(vm, this)?;
    grouped(vm, this, items, &closures)
}

fn grouped(vm: &mut Vm, this: &Value, items: Vec<Value>, closures: &[Value]) -> Result<Value> {
    let [closure, inner @ ..] = closures else {
        return similar::like(vm, this, items);
    };
    let visitor = Visitor::new(this, closure)?;
    let groups = Map::linked([]);
    for item in items {
        let key = visitor.call(vm, &item)?;
        match groups.get(&key) {
            Some(Value::List(group)) => group.push(item),
            _ => drop(groups.put(key, Value::list(vec![item]))),
        }
    }
    for (key, group) in groups.to_vec() {
        let group = cursor::items(vm, &group)?;
        let group = if inner.is_empty() && !matches!(this, Value::Map(_)) {
            Value::list(group)
        } else {
            grouped(vm, this, group, inner)?
        };
        groups.put(key, group);
    }
    Ok(Value::Map(groups))
}

/// `groupEntriesBy { }`
pub(crate) fn group_entries(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let visitor = Visitor::new(this, closure)?;
    let groups = Map::linked([]);
    for item in cursor::items(vm, this)? {
        let key = visitor.call(vm, &item)?;
        match groups.get(&key) {
            Some(Value::List(group)) => group.push(item),
            _ => drop(groups.put(key, Value::list(vec![item]))),
        }
    }
    Ok(Value::Map(groups))
}

/// `countBy { }`
pub(crate) fn count_by(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    let counts = Map::linked([]);
    for key in collected(vm, this, closure)? {
        let count = match counts.get(&key) {
            Some(Value::Int(count)) => count.saturating_add(1),
            _ => 1,
        };
        counts.put(key, Value::Int(count));
    }
    Ok(Value::Map(counts))
}

/// `collectEntries { }`, `collectEntries()`, `collectEntries(into) { }`
pub(crate) fn collect_entries(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (into, closure) = match args {
        [] => (Map::linked([]), None),
        [Value::Map(into)] => (Rc::clone(into), None),
        [closure] => (Map::linked([]), Some(closure)),
        [Value::Map(into), closure] => (Rc::clone(into), Some(closure)),
        _ => return Err(Thrown::mismatch()),
    };
    let entries = match closure {
        Some(closure) => collected(vm, this, closure)?,
        None => cursor::items(vm, this)?,
    };
    for entry in entries {
        super::map::add_entry(vm, &into, &entry)?;
    }
    Ok(Value::Map(into))
}
