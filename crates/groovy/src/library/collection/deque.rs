//! `Queue`, `Deque`, `Stack` and the other lists that are used from their ends.

use super::{COLLECTION, LIST, cursor, list, make, similar};
use crate::class::Class;
use crate::library::args;
use crate::list::List;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.util.Queue`
pub(super) static QUEUE: Class = Class::interface("java.util.Queue")
    .extends(&[&COLLECTION])
    .methods(&[
        ("element", |_, this, _| peek(this, End::First, true)),
        ("offer", list::add),
        ("peek", |_, this, _| peek(this, End::First, false)),
        ("poll", |_, this, _| take(this, End::First, false)),
        ("remove", queue_remove),
    ]);

/// `java.util.Deque`
pub(super) static DEQUE: Class = Class::interface("java.util.Deque")
    .extends(&[&QUEUE])
    .methods(&[
        ("addFirst", add_first),
        ("addLast", |vm, this, args| {
            list::add(vm, this, args).map(|_| Value::Null)
        }),
        ("descendingIterator", |vm, this, _| {
            let mut items = cursor::items(vm, this)?;
            items.reverse();
            super::Iter::over(vm, &Value::list(items))
        }),
        ("getFirst", |_, this, _| peek(this, End::First, true)),
        ("getLast", |_, this, _| peek(this, End::Last, true)),
        ("offerFirst", |vm, this, args| {
            add_first(vm, this, args).map(|_| Value::Bool(true))
        }),
        ("offerLast", list::add),
        ("peekFirst", |_, this, _| peek(this, End::First, false)),
        ("peekLast", |_, this, _| peek(this, End::Last, false)),
        ("pollFirst", |_, this, _| take(this, End::First, false)),
        ("pollLast", |_, this, _| take(this, End::Last, false)),
        ("removeFirst", |_, this, _| take(this, End::First, true)),
        ("removeLast", |_, this, _| take(this, End::Last, true)),
    ]);

/// `java.util.ArrayDeque`
pub(super) static ARRAY_DEQUE: Class = Class::new("java.util.ArrayDeque")
    .extends(&[&DEQUE])
    .constructor(|vm, args| make::of(vm, &ARRAY_DEQUE, args))
    .methods(&[
        ("push", add_first),
        ("pop", |_, this, _| take(this, End::First, true)),
    ]);

/// `java.util.PriorityQueue`: kept sorted.
pub(super) static PRIORITY_QUEUE: Class = Class::new("java.util.PriorityQueue")
    .extends(&[&QUEUE])
    .constructor(|vm, args| {
        let queue = make::of(vm, &PRIORITY_QUEUE, args)?;
        super::order::sort(vm, &queue, &[])
    })
    .methods(&[
        ("add", priority_add),
        ("offer", priority_add),
        ("leftShift", priority_add),
    ]);

/// `java.util.Vector`
pub(super) static VECTOR: Class = Class::new("java.util.Vector")
    .extends(&[&LIST])
    .constructor(|vm, args| make::of(vm, &VECTOR, args))
    .methods(&[
        ("addElement", list::add),
        ("elementAt", list::get),
        ("elements", |vm, this, _| super::Iter::over(vm, this)),
        ("firstElement", |_, this, _| peek(this, End::First, true)),
        ("lastElement", |_, this, _| peek(this, End::Last, true)),
        ("removeAllElements", list::clear),
    ]);

/// `java.util.Stack`
pub(super) static STACK: Class = Class::new("java.util.Stack")
    .extends(&[&VECTOR])
    .constructor(|vm, args| make::of(vm, &STACK, args))
    .methods(&[
        ("empty", list::is_empty),
        ("peek", |_, this, _| {
            peek(this, End::Last, false).and_then(not_empty)
        }),
        ("pop", |_, this, _| {
            take(this, End::Last, false).and_then(not_empty)
        }),
        ("push", |vm, this, args| {
            list::add(vm, this, args)?;
            args.first().cloned().ok_or_else(Thrown::mismatch)
        }),
    ]);

/// `java.util.concurrent.CopyOnWriteArrayList`
pub(super) static COPY_ON_WRITE_LIST: Class =
    Class::new("java.util.concurrent.CopyOnWriteArrayList")
        .extends(&[&LIST])
        .constructor(|vm, args| make::of(vm, &COPY_ON_WRITE_LIST, args));

#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

fn at(list: &List, end: End) -> Option<usize> {
    let last = list.len().checked_sub(1)?;
    Some(match end {
        End::First => 0,
        End::Last => last,
    })
}

fn peek(this: &Value, end: End, must: bool) -> Result<Value> {
    let list = args::list(this)?;
    found(at(list, end).and_then(|at| list.get(at)), must)
}

fn take(this: &Value, end: End, must: bool) -> Result<Value> {
    let list = args::list(this)?;
    list::growable(list)?;
    found(at(list, end).and_then(|at| list.remove(at)), must)
}

fn found(item: Option<Value>, must: bool) -> Result<Value> {
    match item {
        None if must => Err(throw_bare("java.util.NoSuchElementException")),
        item => Ok(item.unwrap_or(Value::Null)),
    }
}

fn not_empty(item: Value) -> Result<Value> {
    if item.is_null() {
        return Err(throw_bare("java.util.EmptyStackException"));
    }
    Ok(item)
}

fn add_first(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (list, [item]) = (args::list(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    list::growable(list)?;
    list.splice(0, vec![item.clone()]);
    Ok(Value::Null)
}

fn queue_remove(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [] => take(this, End::First, true),
        _ => list::remove(vm, this, args),
    }
}

fn priority_add(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let added = list::add(vm, this, args)?;
    super::order::sort(vm, this, &[])?;
    Ok(added)
}

/// `push(item)` of Groovy 2.4: at the end.
pub(super) fn push(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [item] = args else {
        return Err(Thrown::mismatch());
    };
    similar::add_all(vm, this, vec![item.clone()]).map(Value::Bool)
}

/// `pop()` of Groovy 2.4: the last.
pub(super) fn pop(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let list = args::list(this)?;
    list::growable(list)?;
    let last = at(list, End::Last).and_then(|at| list.remove(at));
    last.ok_or_else(|| {
        throw(
            "java.util.NoSuchElementException",
            "Cannot pop() an empty List",
        )
    })
}

/// `removeLast()`
pub(super) fn remove_last(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let list = args::list(this)?;
    list::growable(list)?;
    let last = at(list, End::Last).and_then(|at| list.remove(at));
    last.ok_or_else(|| {
        throw(
            "java.util.NoSuchElementException",
            "Cannot removeLast() an empty List",
        )
    })
}
