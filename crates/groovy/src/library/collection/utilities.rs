//! `java.util.Collections`, `java.util.Arrays` and `groovy.util.GroovyCollections`.

use super::comparator::Comparator;
use super::{cursor, list, order, shape, similar};
use crate::class::Class;
use crate::library::args;
use crate::library::system::random;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::ops::hash;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.util.Collections`
pub(super) static COLLECTIONS: Class = Class::new("java.util.Collections")
    .constants(&[
        ("EMPTY_LIST", || locked(Vec::new())),
        ("EMPTY_MAP", || Value::Map(Map::new(MapKind::Unmodifiable))),
        ("EMPTY_SET", || Value::Set(Map::new(MapKind::Unmodifiable))),
    ])
    .statics(&[
        ("addAll", |vm, args| match args {
            [into, Value::List(more)] if more.is_array() => {
                similar::add_all(vm, into, more.to_vec()).map(Value::Bool)
            }
            [into, more @ ..] => similar::add_all(vm, into, more.to_vec()).map(Value::Bool),
            [] => Err(Thrown::mismatch()),
        }),
        ("binarySearch", binary_search),
        ("disjoint", |vm, args| on_first(vm, args, shape::disjoint)),
        ("emptyList", |_, _| Ok(locked(Vec::new()))),
        ("emptyMap", |_, _| {
            Ok(Value::Map(Map::new(MapKind::Unmodifiable)))
        }),
        ("emptySet", |_, _| {
            Ok(Value::Set(Map::new(MapKind::Unmodifiable)))
        }),
        ("fill", |_, args| match args {
            [Value::List(list), value] => {
                list.replace(vec![value.clone(); list.len()]);
                Ok(Value::Null)
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("frequency", |vm, args| {
            on_first(vm, args, super::visit::count)
        }),
        ("list", |vm, args| on_first(vm, args, shape::to_list)),
        ("max", |vm, args| extreme(vm, args, order::max)),
        ("min", |vm, args| extreme(vm, args, order::min)),
        ("nCopies", n_copies),
        ("reverse", |vm, args| match args {
            [list] => order::reverse(vm, list, &[Value::Bool(true)]).map(|_| Value::Null),
            _ => Err(Thrown::mismatch()),
        }),
        ("reverseOrder", |_, args| {
            Ok(Value::object(Comparator::Reverse(args.first().cloned())))
        }),
        ("rotate", rotate),
        ("shuffle", shuffle),
        ("singleton", |_, args| match args {
            [one] => Ok(Value::Set(Map::set_of(
                MapKind::Unmodifiable,
                [one.clone()],
            ))),
            _ => Err(Thrown::mismatch()),
        }),
        ("singletonList", |_, args| match args {
            [one] => Ok(locked(vec![one.clone()])),
            _ => Err(Thrown::mismatch()),
        }),
        ("singletonMap", |_, args| match args {
            [key, value] => {
                let map = Map::new(MapKind::Unmodifiable);
                map.put(key.clone(), value.clone());
                Ok(Value::Map(map))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("sort", |vm, args| {
            on_first(vm, args, order::sort).map(|_| Value::Null)
        }),
        ("swap", |vm, args| {
            on_first(vm, args, order::swap).map(|_| Value::Null)
        }),
        ("synchronizedList", itself),
        ("synchronizedMap", itself),
        ("synchronizedSet", itself),
        ("unmodifiableCollection", |vm, args| {
            on_first(vm, args, shape::as_immutable)
        }),
        ("unmodifiableList", |vm, args| {
            on_first(vm, args, shape::as_immutable)
        }),
        ("unmodifiableMap", |vm, args| {
            on_first(vm, args, shape::as_immutable)
        }),
        ("unmodifiableSet", |vm, args| {
            on_first(vm, args, shape::as_immutable)
        }),
    ]);

/// `java.util.Arrays`
pub(super) static ARRAYS: Class = Class::new("java.util.Arrays").statics(&[
    ("asList", |vm, args| {
        let items = match args {
            [Value::List(array)] if array.is_array() => array.to_vec(),
            items => items.to_vec(),
        };
        vm.reserve(items.len().saturating_mul(size_of::<Value>()))?;
        Ok(Value::List(List::new(ListKind::Fixed, items)))
    }),
    ("binarySearch", binary_search),
    ("copyOf", |vm, args| match args {
        [array, len] => copy_of_range(vm, array, 0, args::count(len)?),
        _ => Err(Thrown::mismatch()),
    }),
    ("copyOfRange", |vm, args| match args {
        [array, from, to] => copy_of_range(vm, array, args::count(from)?, args::count(to)?),
        _ => Err(Thrown::mismatch()),
    }),
    ("deepToString", |vm, args| on_first(vm, args, list::to_text)),
    ("equals", |vm, args| match args {
        [a, b] => {
            let (a, b) = (cursor::items(vm, a)?, cursor::items(vm, b)?);
            vm.equals(&Value::list(a), &Value::list(b)).map(Value::Bool)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("fill", |_, args| match args {
        [Value::List(array), value] => {
            array.replace(vec![value.clone(); array.len()]);
            Ok(Value::Null)
        }
        [Value::Bytes(array), value] => {
            let low = args::long(value)?.to_le_bytes();
            array.borrow_mut().fill(low.first().copied().unwrap_or(0));
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("hashCode", |vm, args| match args {
        [array] => {
            let items = cursor::items(vm, array)?;
            Ok(Value::Int(hash::java_hash(&Value::list(items))))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("sort", |vm, args| {
        on_first(vm, args, order::sort).map(|_| Value::Null)
    }),
    ("stream", |vm, args| {
        on_first(vm, args, crate::library::stream::of_items)
    }),
    ("toString", |vm, args| match args {
        [Value::Null] => Ok(Value::text("null")),
        [array] => {
            let items = cursor::items(vm, array)?;
            vm.text(&Value::list(items)).map(Value::Str)
        }
        _ => Err(Thrown::mismatch()),
    }),
]);

/// `groovy.util.GroovyCollections`
pub(super) static GROOVY_COLLECTIONS: Class =
    Class::new("groovy.util.GroovyCollections").statics(&[
        ("combinations", |vm, args| {
            on_first(vm, args, shape::combinations)
        }),
        ("max", |vm, args| on_first(vm, args, order::max)),
        ("min", |vm, args| on_first(vm, args, order::min)),
        ("subsequences", |vm, args| {
            on_first(vm, args, shape::subsequences)
        }),
        ("sum", |vm, args| on_first(vm, args, super::visit::sum)),
        ("transpose", |vm, args| on_first(vm, args, shape::transpose)),
    ]);

/// Calls a method with the first argument as its object.
fn on_first(
    vm: &mut Vm,
    args: &[Value],
    method: impl Fn(&mut Vm, &Value, &[Value]) -> Result<Value>,
) -> Result<Value> {
    match args {
        [Value::Null, ..] => Err(throw_bare("java.lang.NullPointerException")),
        [this, rest @ ..] => method(vm, this, rest),
        [] => Err(Thrown::mismatch()),
    }
}

fn itself(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    args.first().cloned().ok_or_else(Thrown::mismatch)
}

fn locked(items: Vec<Value>) -> Value {
    Value::List(List::new(ListKind::Unmodifiable, items))
}

fn extreme(
    vm: &mut Vm,
    args: &[Value],
    method: impl Fn(&mut Vm, &Value, &[Value]) -> Result<Value>,
) -> Result<Value> {
    match args {
        [items, rest @ ..] => {
            if cursor::items(vm, items)?.is_empty() {
                return Err(throw_bare("java.util.NoSuchElementException"));
            }
            method(vm, items, rest)
        }
        [] => Err(Thrown::mismatch()),
    }
}

fn n_copies(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [count, item] = args else {
        return Err(Thrown::mismatch());
    };
    let wanted = args::int(count)?;
    let Ok(count) = usize::try_from(wanted) else {
        let message = format!("List length = {wanted}");
        return Err(throw("java.lang.IllegalArgumentException", message));
    };
    vm.reserve(count.saturating_mul(size_of::<Value>()))?;
    vm.step(count as u64)?;
    Ok(locked(vec![item.clone(); count]))
}

/// The place of a key in a sorted list, or where it would be as a negative number.
fn binary_search(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (items, key) = match args {
        [items, key] | [items, key, _] => (cursor::items(vm, items)?, key),
        _ => return Err(Thrown::mismatch()),
    };
    let (mut low, mut high) = (0, items.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let Some(item) = items.get(middle) else { break };
        let order = match args.get(2) {
            Some(comparator) => order::compare_with(vm, comparator, item, key)?,
            None => vm.compare(item, key)?,
        };
        match order {
            std::cmp::Ordering::Equal => return Ok(args::size(middle)),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    let place = i32::try_from(low).unwrap_or(i32::MAX);
    Ok(Value::Int((-1_i32).saturating_sub(place)))
}

fn rotate(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [Value::List(list), by] = args else {
        return Err(Thrown::mismatch());
    };
    let mut items = list.to_vec();
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if len > 0 {
        let by = args::long(by)?.rem_euclid(len);
        items.rotate_right(usize::try_from(by).unwrap_or(0));
        list.replace(items);
    }
    Ok(Value::Null)
}

/// `shuffle(list)`, `shuffle(list, random)`
fn shuffle(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (list, generator) = match args {
        [Value::List(list)] => {
            let class = random::new_class();
            (
                list,
                class.construct.ok_or_else(Thrown::mismatch)?(vm, &[])?,
            )
        }
        [Value::List(list), generator] => (list, generator.clone()),
        _ => return Err(Thrown::mismatch()),
    };
    let generator = random::of(&generator)?;
    let mut items = list.to_vec();
    for last in (1..items.len()).rev() {
        let bound = i32::try_from(last + 1).unwrap_or(i32::MAX);
        let other = generator.below(vm, bound)?;
        items.swap(last, usize::try_from(other).unwrap_or(0));
    }
    list.replace(items);
    Ok(Value::Null)
}

fn copy_of_range(vm: &mut Vm, array: &Value, from: usize, to: usize) -> Result<Value> {
    let len = to.saturating_sub(from);
    vm.reserve(len.saturating_mul(size_of::<Value>()))?;
    vm.step(len as u64)?;
    match array {
        Value::Bytes(bytes) => {
            let bytes = bytes.borrow();
            let part = bytes.iter().skip(from).copied();
            Ok(Value::bytes(
                part.chain(std::iter::repeat(0)).take(len).collect(),
            ))
        }
        Value::List(list) => {
            let filler = match list.kind() {
                ListKind::Primitives(class) => zero(class),
                _ => Value::Null,
            };
            let items = list.to_vec().into_iter().skip(from);
            let filled = items.chain(std::iter::repeat(filler)).take(len);
            Ok(Value::List(List::new(list.kind(), filled.collect())))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// What a new array of a primitive holds.
fn zero(class: &Class) -> Value {
    match class.name {
        "java.lang.Integer" => Value::Int(0),
        "java.lang.Long" => Value::Long(0),
        "java.lang.Short" => Value::Short(0),
        "java.lang.Float" => Value::Float(0.0),
        "java.lang.Double" => Value::Double(0.0),
        "java.lang.Character" => Value::Char(0),
        "java.lang.Boolean" => Value::Bool(false),
        _ => Value::Null,
    }
}
