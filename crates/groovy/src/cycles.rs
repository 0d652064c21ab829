//! Values that hold each other in a ring would outlive their run. Every container into which a
//! script puts another container is noted here, and emptied when the run is over.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::closure::Closure;
use crate::list::List;
use crate::map::Map;
use crate::object::Object;
use crate::vm::frame::SharedCell;

/// Something that may hold itself.
pub(crate) enum Watched {
    List(Weak<List>),
    Map(Weak<Map>),
    Cell(Weak<SharedCell>),
    Closure(Weak<Closure>),
    Object(Weak<dyn Object>),
}

impl Watched {
    fn is_gone(&self) -> bool {
        match self {
            Self::List(list) => list.strong_count() == 0,
            Self::Map(map) => map.strong_count() == 0,
            Self::Cell(cell) => cell.strong_count() == 0,
            Self::Closure(closure) => closure.strong_count() == 0,
            Self::Object(object) => object.strong_count() == 0,
        }
    }

    fn release(&self) {
        match self {
            Self::List(list) => drop(list.upgrade().map(|list| list.replace(Vec::new()))),
            Self::Map(map) => drop(map.upgrade().map(|map| map.take())),
            Self::Cell(cell) => drop(cell.upgrade().map(|cell| cell.release())),
            Self::Closure(closure) => {
                drop(closure.upgrade().map(|closure| closure.delegate.take()));
            }
            Self::Object(object) => drop(
                object
                    .upgrade()
                    .map(|object: Rc<dyn Object>| object.release()),
            ),
        }
    }
}

#[derive(Default)]
struct Noted {
    all: Vec<Watched>,
    sweep_at: usize,
}

thread_local! {
    static NOTED: RefCell<Noted> = RefCell::default();
}

/// Notes a container.
pub(crate) fn watch(one: Watched) {
    NOTED.with_borrow_mut(|noted| {
        if noted.all.len() >= noted.sweep_at.max(1024) {
            noted.all.retain(|one| !one.is_gone());
            noted.sweep_at = noted.all.len() * 2;
        }
        noted.all.push(one);
    });
}

/// Empties what is still there. To be called when a run has ended and its result is copied.
pub(crate) fn release() {
    let noted = NOTED.take();
    for one in noted.all {
        one.release();
    }
}
