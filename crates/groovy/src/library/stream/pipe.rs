//! How items go through the operations of a stream.

use std::rc::Rc;
use std::vec::IntoIter;

use super::{Of, items_of};
use crate::library::collection::Cursor;
use crate::map::Map;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// An operation on every item.
pub(super) enum Stage {
    Map(Value),
    Filter(Value),
    Peek(Value),
    Flat(Value),
    /// Refuses items that are not of this primitive.
    Only(Of),
    /// So many more.
    Limit(u64),
    /// Not before so many.
    Skip(u64),
    Distinct(Rc<Map>),
}

enum Source {
    Cursor(Cursor),
    Iterate { next: Value, by: Value, first: bool },
}

/// Where items come from, and what they go through.
pub(super) struct Pipe {
    source: Source,
    stages: Vec<Stage>,
    /// Items that came into being on the way, and the operation that is next for them.
    under_way: Vec<(usize, IntoIter<Value>)>,
}

/// What an operation makes of an item.
enum Passed {
    On(Value),
    Many(Vec<Value>),
    Dropped,
}

impl Pipe {
    fn new(source: Source) -> Self {
        Self {
            source,
            stages: Vec::new(),
            under_way: Vec::new(),
        }
    }

    /// The items of a value.
    pub(super) fn over(vm: &mut Vm, value: &Value) -> Result<Self> {
        Ok(Self::new(Source::Cursor(Cursor::over(vm, value)?)))
    }

    /// A first item, and then always what a closure makes of the last one.
    pub(super) fn iterate(first: Value, by: Value) -> Self {
        Self::new(Source::Iterate {
            next: first,
            by,
            first: true,
        })
    }

    /// Adds an operation.
    pub(super) fn push(&mut self, stage: Stage) {
        self.stages.push(stage);
    }

    /// The next item that comes through.
    pub(super) fn next(&mut self, vm: &mut Vm) -> Result<Option<Value>> {
        loop {
            vm.step(1)?;
            let Some((item, at)) = self.pull(vm)? else {
                return Ok(None);
            };
            if let Some(item) = self.pass(vm, item, at)? {
                return Ok(Some(item));
            }
        }
    }

    /// An item, and the operation that is next for it.
    fn pull(&mut self, vm: &mut Vm) -> Result<Option<(Value, usize)>> {
        let full = |stage: &Stage| matches!(stage, Stage::Limit(0));
        let behind = self.stages.iter().rposition(full);
        while let Some((at, items)) = self.under_way.last_mut() {
            if behind.is_some_and(|full| *at <= full) {
                return Ok(None);
            }
            match items.next() {
                Some(item) => return Ok(Some((item, *at))),
                None => drop(self.under_way.pop()),
            }
        }
        if behind.is_some() {
            return Ok(None);
        }
        let item = match &mut self.source {
            Source::Cursor(cursor) => cursor.next(vm)?,
            Source::Iterate { next, by, first } => {
                if !std::mem::take(first) {
                    *next = vm.call(by, std::slice::from_ref(next))?;
                }
                Some(next.clone())
            }
        };
        Ok(item.map(|item| (item, 0)))
    }

    fn pass(&mut self, vm: &mut Vm, item: Value, at: usize) -> Result<Option<Value>> {
        let mut item = item;
        for (index, stage) in self.stages.iter_mut().enumerate().skip(at) {
            vm.step(1)?;
            match stage.apply(vm, item)? {
                Passed::On(on) => item = on,
                Passed::Many(many) => {
                    self.under_way.push((index + 1, many.into_iter()));
                    return Ok(None);
                }
                Passed::Dropped => return Ok(None),
            }
        }
        Ok(Some(item))
    }
}

impl Stage {
    fn apply(&mut self, vm: &mut Vm, item: Value) -> Result<Passed> {
        let passes = match self {
            Self::Map(closure) => return Ok(Passed::On(vm.call(closure, &[item])?)),
            Self::Flat(closure) => {
                let many = vm.call(closure, &[item])?;
                return Ok(Passed::Many(items_of(vm, &many)?));
            }
            Self::Peek(closure) => {
                vm.call(closure, std::slice::from_ref(&item))?;
                true
            }
            Self::Filter(closure) => {
                let answer = vm.call(closure, std::slice::from_ref(&item))?;
                vm.truth(&answer)?
            }
            Self::Only(of) => {
                check(*of, &item)?;
                true
            }
            Self::Limit(left) => {
                *left = left.saturating_sub(1);
                true
            }
            Self::Skip(0) => true,
            Self::Skip(left) => {
                *left -= 1;
                false
            }
            Self::Distinct(seen) => seen.put(item.clone(), Value::Bool(true)).is_none(),
        };
        Ok(if passes {
            Passed::On(item)
        } else {
            Passed::Dropped
        })
    }
}

/// Only what is of a primitive can be in its stream.
fn check(of: Of, item: &Value) -> Result<()> {
    let wanted = match (of, item) {
        (Of::Objects, _)
        | (Of::Ints, Value::Int(_))
        | (Of::Longs, Value::Long(_))
        | (Of::Doubles, Value::Double(_)) => return Ok(()),
        (Of::Ints, _) => "java.lang.Integer",
        (Of::Longs, _) => "java.lang.Long",
        (Of::Doubles, _) => "java.lang.Double",
    };
    if item.is_null() {
        return Err(crate::throwable::throw_bare(
            "java.lang.NullPointerException",
        ));
    }
    let message = format!("{} cannot be cast to {wanted}", item.class().name());
    Err(throw("java.lang.ClassCastException", message))
}
