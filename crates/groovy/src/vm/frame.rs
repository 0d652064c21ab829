//! The frame of a running function, and the variables that closures share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::closure::Closure;
use crate::code::{Function, Home, Slot};
use crate::cycles::{self, Watched};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::loaded::Loaded;

/// A variable that a function shares with closures in it.
#[derive(Default)]
pub(crate) struct SharedCell {
    value: RefCell<Value>,
    watched: Cell<bool>,
}

impl SharedCell {
    pub(crate) fn new(value: Value) -> Rc<Self> {
        let cell = Rc::new(Self::default());
        cell.set(value);
        cell
    }

    pub(crate) fn get(&self) -> Value {
        self.value.borrow().clone()
    }

    pub(crate) fn set(self: &Rc<Self>, value: Value) {
        if value.is_compound() && !self.watched.replace(true) {
            cycles::watch(Watched::Cell(Rc::downgrade(self)));
        }
        drop(self.value.replace(value));
    }

    /// Forgets the value, when the run is over.
    pub(crate) fn release(&self) {
        drop(self.value.take());
    }
}

/// A running function.
pub(crate) struct Frame<'a> {
    pub(crate) loaded: &'a Rc<Loaded>,
    pub(crate) function: &'a Function,
    /// `this`; a class in static methods.
    pub(crate) this: &'a Value,
    /// The closure that runs.
    pub(crate) closure: Option<&'a Rc<Closure>>,
    pub(crate) captured: &'a [Rc<SharedCell>],
    /// Where its variables begin.
    pub(crate) locals: usize,
    pub(crate) cells: usize,
}

impl Vm {
    pub(crate) fn local(&self, f: &Frame<'_>, slot: Slot) -> Value {
        let place = f.locals + slot as usize;
        self.stack.get(place).cloned().unwrap_or_default()
    }

    pub(crate) fn set_local(&mut self, f: &Frame<'_>, slot: Slot, value: Value) {
        if let Some(place) = self.stack.get_mut(f.locals + slot as usize) {
            *place = value;
        }
    }

    pub(crate) fn cell(&self, f: &Frame<'_>, slot: Slot) -> Option<&Rc<SharedCell>> {
        self.cells.get(f.cells + slot as usize)
    }

    /// Reads a variable.
    pub(crate) fn read(&self, f: &Frame<'_>, home: Home) -> Value {
        match home {
            Home::Local(slot) => self.local(f, slot),
            Home::Cell(slot) => self
                .cell(f, slot)
                .map(|cell| cell.get())
                .unwrap_or_default(),
            Home::Captured(slot) => {
                let cell = f.captured.get(slot as usize);
                cell.map(|cell| cell.get()).unwrap_or_default()
            }
        }
    }

    /// Writes a variable.
    pub(crate) fn write(&mut self, f: &Frame<'_>, home: Home, value: Value) {
        match home {
            Home::Local(slot) => self.set_local(f, slot, value),
            Home::Cell(slot) => {
                if let Some(cell) = self.cell(f, slot) {
                    Rc::clone(cell).set(value);
                }
            }
            Home::Captured(slot) => {
                if let Some(cell) = f.captured.get(slot as usize) {
                    cell.set(value);
                }
            }
        }
    }

    /// Begins a variable: closures made before keep the old one.
    pub(crate) fn begin(&mut self, f: &Frame<'_>, home: Home, value: Value) {
        match home {
            Home::Cell(slot) => {
                if let Some(place) = self.cells.get_mut(f.cells + slot as usize) {
                    *place = SharedCell::new(value);
                }
            }
            other => self.write(f, other, value),
        }
    }

    /// What something made here takes along.
    pub(crate) fn capture(&self, f: &Frame<'_>, homes: &[Home]) -> Box<[Rc<SharedCell>]> {
        let cell = |home: &Home| match home {
            Home::Cell(slot) => self.cell(f, *slot).cloned().unwrap_or_default(),
            Home::Captured(slot) => f.captured.get(*slot as usize).cloned().unwrap_or_default(),
            Home::Local(slot) => SharedCell::new(self.local(f, *slot)),
        };
        homes.iter().map(cell).collect()
    }
}
