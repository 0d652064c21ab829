//! `java.util.Iterator`, `ListIterator` and `Enumeration`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::ITERATOR;
use super::cursor::Cursor;
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::list::List;
use crate::object::Object;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// An iterator over anything.
pub(crate) struct Iter {
    cursor: RefCell<Cursor>,
    ahead: RefCell<Option<Value>>,
    last: RefCell<Option<Value>>,
}

impl Iter {
    /// An iterator over a value.
    pub(crate) fn over(vm: &mut Vm, value: &Value) -> Result<Value> {
        Ok(Value::object(Self {
            cursor: RefCell::new(Cursor::over(vm, value)?),
            ahead: RefCell::default(),
            last: RefCell::default(),
        }))
    }

    fn pull(&self, vm: &mut Vm) -> Result<Option<Value>> {
        // The walk is only busy when an iterator runs through itself.
        match self.cursor.try_borrow_mut() {
            Ok(mut cursor) => cursor.next(vm),
            Err(_) => Ok(None),
        }
    }

    /// The next item.
    pub(super) fn next(&self, vm: &mut Vm) -> Result<Option<Value>> {
        let ahead = self.ahead.take();
        let next = match ahead {
            Some(item) => Some(item),
            None => self.pull(vm)?,
        };
        self.last.replace(next.clone());
        Ok(next)
    }

    fn has_next(&self, vm: &mut Vm) -> Result<bool> {
        if self.ahead.borrow().is_some() {
            return Ok(true);
        }
        let next = self.pull(vm)?;
        let any = next.is_some();
        self.ahead.replace(next);
        Ok(any)
    }

    fn remove(&self) -> Result<Value> {
        let Some(last) = self.last.take() else {
            return Err(throw_bare("java.lang.IllegalStateException"));
        };
        if self.ahead.borrow().is_some() || !self.cursor.borrow_mut().remove(&last) {
            return Err(throw_bare("java.lang.UnsupportedOperationException"));
        }
        Ok(Value::Null)
    }
}

impl Object for Iter {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&ITER)
    }
}

/// What `iterator()` gives.
pub(super) static ITER: Class = Class::new("java.util.ArrayList$Itr")
    .extends(&[&ITERATOR])
    .methods(&[
        ("hasNext", has_next),
        ("hasMoreElements", has_next),
        ("next", next),
        ("nextElement", next),
        ("remove", |_, this, _| iter(this)?.remove()),
    ]);

fn iter(this: &Value) -> Result<&Iter> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn has_next(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    iter(this)?.has_next(vm).map(Value::Bool)
}

fn next(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let next = iter(this)?.next(vm)?;
    next.ok_or_else(|| throw_bare("java.util.NoSuchElementException"))
}

/// A `ListIterator`.
struct ListIter {
    list: Rc<List>,
    at: Cell<usize>,
    last: Cell<Option<usize>>,
    changes: Cell<u32>,
}

impl Object for ListIter {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&LIST_ITERATOR)
    }
}

/// `java.util.ListIterator`
pub(super) static LIST_ITERATOR: Class = Class::interface("java.util.ListIterator")
    .extends(&[&ITERATOR])
    .methods(&[
        ("hasNext", |_, this, _| {
            let it = list_iter(this)?;
            Ok(Value::Bool(it.at.get() < it.list.len()))
        }),
        ("hasPrevious", |_, this, _| {
            Ok(Value::Bool(list_iter(this)?.at.get() > 0))
        }),
        ("next", |_, this, _| list_iter(this)?.forward()),
        ("previous", |_, this, _| list_iter(this)?.back()),
        ("nextIndex", |_, this, _| {
            Ok(args::size(list_iter(this)?.at.get()))
        }),
        ("previousIndex", |_, this, _| {
            let at = list_iter(this)?.at.get();
            Ok(Value::Int(
                i32::try_from(at).unwrap_or(i32::MAX).saturating_sub(1),
            ))
        }),
        ("set", list_iterator_set),
        ("add", list_iterator_add),
        ("remove", list_iterator_remove),
    ]);

/// `listIterator()`, `listIterator(index)`
pub(super) fn list_iterator(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let list = args::list(this)?;
    let at = match args {
        [] => 0,
        [index] => {
            let index = args::int(index)?;
            usize::try_from(index)
                .ok()
                .filter(|at| *at <= list.len())
                .ok_or_else(|| {
                    throw(
                        "java.lang.IndexOutOfBoundsException",
                        format!("Index: {index}"),
                    )
                })?
        }
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::object(ListIter {
        list: Rc::clone(list),
        at: Cell::new(at),
        last: Cell::new(None),
        changes: Cell::new(list.changes()),
    }))
}

fn list_iter(this: &Value) -> Result<&ListIter> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

impl ListIter {
    fn check(&self) -> Result<()> {
        if self.changes.get() == self.list.changes() {
            return Ok(());
        }
        Err(throw_bare("java.util.ConcurrentModificationException"))
    }

    fn forward(&self) -> Result<Value> {
        self.check()?;
        let at = self.at.get();
        let item = self.list.get(at);
        let item = item.ok_or_else(|| throw_bare("java.util.NoSuchElementException"))?;
        self.last.set(Some(at));
        self.at.set(at + 1);
        Ok(item)
    }

    fn back(&self) -> Result<Value> {
        self.check()?;
        let at = self.at.get().checked_sub(1);
        let item = at.and_then(|at| Some((at, self.list.get(at)?)));
        let (at, item) = item.ok_or_else(|| throw_bare("java.util.NoSuchElementException"))?;
        self.last.set(Some(at));
        self.at.set(at);
        Ok(item)
    }
}

fn list_iterator_set(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (it, [value]) = (list_iter(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let last = it.last.get();
    last.and_then(|last| it.list.set(last, value.clone()))
        .ok_or_else(|| throw_bare("java.lang.IllegalStateException"))?;
    Ok(Value::Null)
}

fn list_iterator_add(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (it, [value]) = (list_iter(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    super::list::growable(&it.list)?;
    it.check()?;
    it.list.splice(it.at.get(), vec![value.clone()]);
    it.at.set(it.at.get() + 1);
    it.last.set(None);
    it.changes.set(it.list.changes());
    Ok(Value::Null)
}

fn list_iterator_remove(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let it = list_iter(this)?;
    super::list::growable(&it.list)?;
    let last = it.last.take();
    let last = last.ok_or_else(|| throw_bare("java.lang.IllegalStateException"))?;
    if it.list.remove(last).is_some() && last < it.at.get() {
        it.at.set(it.at.get() - 1);
    }
    it.changes.set(it.list.changes());
    Ok(Value::Null)
}
