//! `java.util.stream`: streams of objects and of primitives, and what collects them.
//!
//! Items go through a stream one by one when its last operation asks for them, except that
//! `sorted` asks at once.

mod collector;
mod finish;
mod optional;
mod pipe;

use std::cell::RefCell;

use crate::class::{Class, ClassRef, Method};
use crate::library::{args, collection};
use crate::object::Object;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use pipe::{Pipe, Stage};

/// What a stream is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Objects,
    Ints,
    Longs,
    Doubles,
}

/// A stream; empty-handed once it was used.
struct Stream {
    of: Of,
    pipe: RefCell<Option<Pipe>>,
}

impl Stream {
    fn value(of: Of, pipe: Pipe) -> Value {
        let pipe = RefCell::new(Some(pipe));
        Value::object(Self { of, pipe })
    }
}

impl Object for Stream {
    fn class(&self) -> ClassRef {
        ClassRef::Native(match self.of {
            Of::Objects => &STREAM,
            Of::Ints => &INT_STREAM,
            Of::Longs => &LONG_STREAM,
            Of::Doubles => &DOUBLE_STREAM,
        })
    }
}

fn is_stream(value: &Value) -> bool {
    value.downcast::<Stream>().is_some()
}

/// Takes the items out of a stream, which can be done once.
fn open(this: &Value) -> Result<(Of, Pipe)> {
    let stream: &Stream = this.downcast().ok_or_else(Thrown::mismatch)?;
    match stream.pipe.take() {
        Some(pipe) => Ok((stream.of, pipe)),
        None => Err(throw(
            "java.lang.IllegalStateException",
            "stream has already been operated upon or closed",
        )),
    }
}

/// All that is left of a stream.
fn drain(vm: &mut Vm, this: &Value) -> Result<(Of, Vec<Value>)> {
    let (of, mut pipe) = open(this)?;
    let mut items = Vec::new();
    while let Some(item) = pipe.next(vm)? {
        vm.reserve(size_of::<Value>())?;
        items.push(item);
    }
    Ok((of, items))
}

/// `stream()` of what has items.
pub(crate) fn of_items(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [] = args else {
        return Err(Thrown::mismatch());
    };
    let of = match this {
        Value::List(list) => match list.kind() {
            crate::list::ListKind::Primitives(class) => match class.name {
                "java.lang.Integer" => Of::Ints,
                "java.lang.Long" => Of::Longs,
                "java.lang.Double" => Of::Doubles,
                _ => Of::Objects,
            },
            _ => Of::Objects,
        },
        _ => Of::Objects,
    };
    Ok(Stream::value(of, Pipe::over(vm, this)?))
}

/// `chars()` of a text: its UTF-16 units.
pub(crate) fn chars(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [] = args else {
        return Err(Thrown::mismatch());
    };
    let text = args::text(vm, this)?;
    vm.step(text.len() as u64)?;
    vm.reserve(text.len().saturating_mul(size_of::<Value>()))?;
    let units = text.encode_utf16().map(|unit| Value::Int(i32::from(unit)));
    let units = Value::list(units.collect());
    Ok(Stream::value(Of::Ints, Pipe::over(vm, &units)?))
}

/// A stream with one more operation, of something else or of the same.
fn then(this: &Value, to: Option<Of>, stage: Stage) -> Result<Value> {
    let (of, mut pipe) = open(this)?;
    pipe.push(stage);
    Ok(Stream::value(to.unwrap_or(of), pipe))
}

fn one(args: &[Value]) -> Result<Value> {
    match args {
        [one] => Ok(one.clone()),
        _ => Err(Thrown::mismatch()),
    }
}

/// `map`, which gives what the stream was of.
fn map(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (of, mut pipe) = open(this)?;
    pipe.push(Stage::Map(one(args)?));
    pipe.push(Stage::Only(of));
    Ok(Stream::value(of, pipe))
}

/// `mapToInt` and its like.
fn map_to(this: &Value, args: &[Value], to: Of) -> Result<Value> {
    let (_, mut pipe) = open(this)?;
    pipe.push(Stage::Map(one(args)?));
    pipe.push(Stage::Only(to));
    Ok(Stream::value(to, pipe))
}

/// `asDoubleStream` and `asLongStream`.
fn widen(vm: &mut Vm, this: &Value, to: Of) -> Result<Value> {
    let (_, items) = drain(vm, this)?;
    let wide = items.into_iter().map(|item| match (to, &item) {
        (Of::Doubles, other) => Ok(Value::Double(crate::library::params::double(other)?)),
        (_, other) => Ok(Value::Long(args::long(other)?)),
    });
    let wide = Value::list(wide.collect::<Result<_>>()?);
    Ok(Stream::value(to, Pipe::over(vm, &wide)?))
}

/// `sorted()`, `sorted(comparator)`
fn sorted(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (of, items) = drain(vm, this)?;
    let list = Value::list(items);
    vm.invoke(&list, "sort", args)?;
    Ok(Stream::value(of, Pipe::over(vm, &list)?))
}

fn counted(args: &[Value]) -> Result<u64> {
    let count = args::long(&one(args)?)?;
    u64::try_from(count).map_err(|_| throw("java.lang.IllegalArgumentException", count.to_string()))
}

fn itself(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(this.clone())
}

/// Members of all streams.
const METHODS: &[(&str, Method)] = &[
    ("allMatch", |vm, this, args| finish::all(vm, this, args)),
    ("anyMatch", |vm, this, args| finish::any(vm, this, args)),
    ("asDoubleStream", |vm, this, _| widen(vm, this, Of::Doubles)),
    ("asLongStream", |vm, this, _| widen(vm, this, Of::Longs)),
    ("average", finish::average),
    ("boxed", |_, this, _| {
        let (of, pipe) = open(this)?;
        match of {
            Of::Objects => Err(Thrown::mismatch()),
            _ => Ok(Stream::value(Of::Objects, pipe)),
        }
    }),
    ("close", |_, _, _| Ok(Value::Null)),
    ("collect", finish::collect),
    ("count", finish::count),
    ("distinct", |_, this, _| {
        let seen = crate::map::Map::new(crate::map::MapKind::Linked);
        then(this, None, Stage::Distinct(seen))
    }),
    ("filter", |_, this, args| {
        then(this, None, Stage::Filter(one(args)?))
    }),
    ("findAny", finish::first),
    ("findFirst", finish::first),
    ("flatMap", |_, this, args| {
        then(this, None, Stage::Flat(one(args)?))
    }),
    ("forEach", finish::for_each),
    ("forEachOrdered", finish::for_each),
    ("iterator", finish::iterator),
    ("limit", |_, this, args| {
        then(this, None, Stage::Limit(counted(args)?))
    }),
    ("map", map),
    ("mapToDouble", |_, this, args| {
        map_to(this, args, Of::Doubles)
    }),
    ("mapToInt", |_, this, args| map_to(this, args, Of::Ints)),
    ("mapToLong", |_, this, args| map_to(this, args, Of::Longs)),
    ("mapToObj", |_, this, args| map_to(this, args, Of::Objects)),
    ("max", finish::max),
    ("min", finish::min),
    ("noneMatch", |vm, this, args| finish::none(vm, this, args)),
    ("parallel", itself),
    ("peek", |_, this, args| {
        then(this, None, Stage::Peek(one(args)?))
    }),
    ("reduce", finish::reduce),
    ("sequential", itself),
    ("skip", |_, this, args| {
        then(this, None, Stage::Skip(counted(args)?))
    }),
    ("sorted", sorted),
    ("sum", finish::sum),
    ("toArray", finish::to_array),
    ("toList", finish::to_list),
    ("unordered", itself),
];

/// `java.util.stream.Stream`
static STREAM: Class = Class::interface("java.util.stream.Stream")
    .statics(&[
        ("concat", |vm, args| match args {
            [a, b] => {
                let (_, mut items) = drain(vm, a)?;
                items.extend(drain(vm, b)?.1);
                of_items(vm, &Value::list(items), &[])
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("empty", |vm, _| of_items(vm, &Value::list(Vec::new()), &[])),
        ("iterate", |_, args| match args {
            [seed, next] => Ok(Stream::value(
                Of::Objects,
                Pipe::iterate(seed.clone(), next.clone()),
            )),
            _ => Err(Thrown::mismatch()),
        }),
        ("of", |vm, args| match args {
            [array @ Value::List(list)] if list.is_array() => of_items(vm, array, &[]),
            items => of_items(vm, &Value::list(items.to_vec()), &[]),
        }),
    ])
    .methods(METHODS);

/// `java.util.stream.IntStream`
static INT_STREAM: Class = Class::interface("java.util.stream.IntStream")
    .statics(&[
        ("of", |vm, args| {
            let items = Value::list(args.to_vec());
            Ok(Stream::value(Of::Ints, Pipe::over(vm, &items)?))
        }),
        ("range", |vm, args| ints(vm, args, true)),
        ("rangeClosed", |vm, args| ints(vm, args, false)),
    ])
    .methods(METHODS);

/// `java.util.stream.LongStream`
static LONG_STREAM: Class = Class::interface("java.util.stream.LongStream").methods(METHODS);

/// `java.util.stream.DoubleStream`
static DOUBLE_STREAM: Class = Class::interface("java.util.stream.DoubleStream").methods(METHODS);

/// `range(from, to)`, `rangeClosed(from, to)`
fn ints(vm: &mut Vm, args: &[Value], exclusive: bool) -> Result<Value> {
    let [from, to] = args else {
        return Err(Thrown::mismatch());
    };
    let (from, to) = (args::int(from)?, args::int(to)?);
    let items = if from > to || (from == to && exclusive) {
        Value::list(Vec::new())
    } else {
        let (from, to) = (Value::Int(from), Value::Int(to));
        Value::Range(crate::range::Range::between(vm, from, to, exclusive)?)
    };
    Ok(Stream::value(Of::Ints, Pipe::over(vm, &items)?))
}

pub(super) static CLASSES: &[&Class] = &[
    &STREAM,
    &INT_STREAM,
    &LONG_STREAM,
    &DOUBLE_STREAM,
    &collector::COLLECTORS,
    &collector::COLLECTOR,
    &optional::OPTIONAL,
    &optional::OPTIONAL_INT,
    &optional::OPTIONAL_LONG,
    &optional::OPTIONAL_DOUBLE,
];

/// Items of something a closure gave: of a stream, or of what has items.
fn items_of(vm: &mut Vm, value: &Value) -> Result<Vec<Value>> {
    match value {
        Value::Null => Ok(Vec::new()),
        value if is_stream(value) => Ok(drain(vm, value)?.1),
        other => collection::items(vm, other),
    }
}
