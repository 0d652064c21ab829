//! Operations that end a stream.

use super::collector::{Collector, gather};
use super::optional::Optional;
use super::{Of, drain, one, open};
use crate::library::{args, collection, params};
use crate::list::{List, ListKind};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Whether a closure gives this answer for some item.
fn some(vm: &mut Vm, this: &Value, args: &[Value], wanted: bool) -> Result<bool> {
    let closure = one(args)?;
    let (_, mut pipe) = open(this)?;
    while let Some(item) = pipe.next(vm)? {
        let answer = vm.call(&closure, &[item])?;
        if vm.truth(&answer)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `anyMatch { }`
pub(super) fn any(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    some(vm, this, args, true).map(Value::Bool)
}

/// `allMatch { }`
pub(super) fn all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    some(vm, this, args, false).map(|found| Value::Bool(!found))
}

/// `noneMatch { }`
pub(super) fn none(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    some(vm, this, args, true).map(|found| Value::Bool(!found))
}

/// `findFirst()`, `findAny()`
pub(super) fn first(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let (of, mut pipe) = open(this)?;
    Ok(Optional::of(of, pipe.next(vm)?))
}

/// `forEach { }`
pub(super) fn for_each(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let closure = one(args)?;
    let (_, mut pipe) = open(this)?;
    while let Some(item) = pipe.next(vm)? {
        vm.call(&closure, &[item])?;
    }
    Ok(Value::Null)
}

/// `iterator()`
pub(super) fn iterator(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let (_, items) = drain(vm, this)?;
    collection::Iter::over(vm, &Value::list(items))
}

/// `count()`
pub(super) fn count(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let (_, items) = drain(vm, this)?;
    Ok(Value::Long(i64::try_from(items.len()).unwrap_or(i64::MAX)))
}

/// `toList()`
pub(super) fn to_list(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let (_, items) = drain(vm, this)?;
    Ok(Value::List(List::new(ListKind::Unmodifiable, items)))
}

/// `toArray()`
pub(super) fn to_array(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    use crate::library::{number, object};
    let (of, items) = drain(vm, this)?;
    let kind = match of {
        Of::Objects => ListKind::Array(&object::OBJECT),
        Of::Ints => ListKind::Primitives(&number::INTEGER),
        Of::Longs => ListKind::Primitives(&number::LONG),
        Of::Doubles => ListKind::Primitives(&number::DOUBLE),
    };
    Ok(Value::List(List::new(kind, items)))
}

/// `min()`, `min(comparator)`
pub(super) fn min(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    extreme(vm, this, args, "min")
}

/// `max()`, `max(comparator)`
pub(super) fn max(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    extreme(vm, this, args, "max")
}

fn extreme(vm: &mut Vm, this: &Value, args: &[Value], name: &str) -> Result<Value> {
    let (of, items) = drain(vm, this)?;
    if items.is_empty() {
        return Ok(Optional::of(of, None));
    }
    let found = vm.invoke(&Value::list(items), name, args)?;
    Ok(Optional::of(of, Some(found)))
}

/// `reduce { a, b -> }`, `reduce(identity) { a, b -> }`
pub(super) fn reduce(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (mut so_far, closure) = match args {
        [closure] => (None, closure),
        [identity, closure] | [identity, closure, _] => (Some(identity.clone()), closure),
        _ => return Err(Thrown::mismatch()),
    };
    let (of, mut pipe) = open(this)?;
    while let Some(item) = pipe.next(vm)? {
        so_far = Some(match so_far {
            Some(so_far) => vm.call(closure, &[so_far, item])?,
            None => item,
        });
    }
    match args {
        [_] => Ok(Optional::of(of, so_far)),
        _ => Ok(so_far.unwrap_or_default()),
    }
}

/// The sum of numbers, as the stream of them gives it.
pub(super) fn total(of: Of, items: &[Value]) -> Result<Value> {
    if of == Of::Doubles {
        return doubles(items).map(Value::Double);
    }
    let mut sum = 0_i64;
    for item in items {
        sum = sum.wrapping_add(args::long(item)?);
    }
    #[expect(clippy::cast_possible_truncation, reason = "int sums wrap")]
    match of {
        Of::Ints => Ok(Value::Int(sum as i32)),
        Of::Longs => Ok(Value::Long(sum)),
        Of::Doubles | Of::Objects => Err(Thrown::mismatch()),
    }
}

fn doubles(items: &[Value]) -> Result<f64> {
    items
        .iter()
        .try_fold(0.0, |sum, item| Ok(sum + params::double(item)?))
}

/// The mean of numbers; `None` of none.
pub(super) fn mean(items: &[Value]) -> Result<Option<f64>> {
    #[expect(clippy::cast_precision_loss, reason = "as Java does it")]
    let count = items.len() as f64;
    Ok(match items {
        [] => None,
        items => Some(doubles(items)? / count),
    })
}

/// `sum()` of numbers
pub(super) fn sum(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let (of, items) = drain(vm, this)?;
    total(of, &items)
}

/// `average()` of numbers
pub(super) fn average(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let (_, items) = drain(vm, this)?;
    Ok(Optional::of(Of::Doubles, mean(&items)?.map(Value::Double)))
}

/// `collect(collector)`; of Groovy `collect { }`
pub(super) fn collect(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [collector] if collector.downcast::<Collector>().is_some() => {
            let (_, items) = drain(vm, this)?;
            gather(vm, collector, items, 0)
        }
        [supplier, accumulate, _combine] => {
            let (_, items) = drain(vm, this)?;
            let into = vm.call(supplier, &[])?;
            for item in items {
                vm.call(accumulate, &[into.clone(), item])?;
            }
            Ok(into)
        }
        [] | [Value::Closure(_)] => {
            let (_, items) = drain(vm, this)?;
            vm.invoke(&Value::list(items), "collect", args)
        }
        _ => Err(Thrown::mismatch()),
    }
}
