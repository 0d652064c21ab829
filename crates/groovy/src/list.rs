//! Lists and arrays.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::cycles::{self, Watched};
use crate::library::collection;
use crate::meter;
use crate::value::Value;

const ELEMENT: usize = size_of::<Value>();

/// What a list is to Java.
#[derive(Clone, Copy, Debug)]
pub enum ListKind {
    /// `ArrayList`
    ArrayList,
    /// `LinkedList`
    LinkedList,
    /// `Arrays.asList`: elements may be set, not added or removed.
    Fixed,
    /// `Collections.unmodifiableList`, `asImmutable`.
    Unmodifiable,
    /// A list of another class, such as `Stack`, that may be changed.
    Of(&'static Class),
    /// An array of objects of a class.
    Array(&'static Class),
    /// An array of the primitive whose boxed class this is.
    Primitives(&'static Class),
}

/// A list or an array.
pub struct List {
    kind: Cell<ListKind>,
    items: RefCell<Vec<Value>>,
    /// How often its length was changed, for loops over it to notice.
    changes: Cell<u32>,
    watched: Cell<bool>,
}

impl List {
    /// A list of these items.
    #[must_use]
    pub fn new(kind: ListKind, items: Vec<Value>) -> Rc<Self> {
        meter::add(items.len() * ELEMENT + ELEMENT);
        Rc::new(Self {
            kind: Cell::new(kind),
            items: RefCell::new(items),
            changes: Cell::new(0),
            watched: Cell::new(false),
        })
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ListKind {
        self.kind.get()
    }

    /// Whether it is an array.
    #[must_use]
    pub fn is_array(&self) -> bool {
        matches!(self.kind(), ListKind::Array(_) | ListKind::Primitives(_))
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> ClassRef {
        ClassRef::Native(match self.kind() {
            ListKind::ArrayList => &collection::ARRAY_LIST,
            ListKind::LinkedList => &collection::LINKED_LIST,
            ListKind::Fixed => &collection::FIXED_LIST,
            ListKind::Unmodifiable => &collection::UNMODIFIABLE_LIST,
            ListKind::Of(class) => class,
            ListKind::Array(class) => return ClassRef::Array(Rc::new(ClassRef::Native(class))),
            ListKind::Primitives(class) => {
                return ClassRef::Array(Rc::new(ClassRef::Primitive(class)));
            }
        })
    }

    /// The table of its methods.
    #[must_use]
    pub fn table(&self) -> &'static Class {
        match self.kind() {
            ListKind::ArrayList => &collection::ARRAY_LIST,
            ListKind::LinkedList => &collection::LINKED_LIST,
            ListKind::Fixed => &collection::FIXED_LIST,
            ListKind::Unmodifiable => &collection::UNMODIFIABLE_LIST,
            ListKind::Of(class) => class,
            ListKind::Array(_) | ListKind::Primitives(_) => &collection::ARRAY,
        }
    }

    /// Whether items may be added and removed.
    #[must_use]
    pub fn is_growable(&self) -> bool {
        matches!(
            self.kind(),
            ListKind::ArrayList | ListKind::LinkedList | ListKind::Of(_)
        )
    }

    /// A number that differs after items were added or removed.
    #[must_use]
    pub fn changes(&self) -> u32 {
        self.changes.get()
    }

    fn changed(&self) {
        self.changes.set(self.changes.get().wrapping_add(1));
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items.borrow().get(index).cloned()
    }

    /// All items now, as loops see them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Value> {
        self.items.borrow().clone()
    }

    /// The items, for as long as nothing of the script runs.
    #[must_use]
    pub fn items(&self) -> Ref<'_, Vec<Value>> {
        self.items.borrow()
    }

    /// Adds at the end.
    pub fn push(self: &Rc<Self>, value: Value) {
        self.watch(&value);
        meter::add(ELEMENT);
        self.changed();
        self.items.borrow_mut().push(value);
    }

    /// Adds before `index`; `false` when that is past the end.
    #[must_use]
    pub fn insert(self: &Rc<Self>, index: usize, value: Value) -> bool {
        if index > self.len() {
            return false;
        }
        self.watch(&value);
        meter::add(ELEMENT);
        self.changed();
        self.items.borrow_mut().insert(index, value);
        true
    }

    /// Replaces the item at `index`; the old one, or `None` past the end.
    #[must_use]
    pub fn set(self: &Rc<Self>, index: usize, value: Value) -> Option<Value> {
        self.watch(&value);
        let mut items = self.items.borrow_mut();
        let item = items.get_mut(index)?;
        Some(std::mem::replace(item, value))
    }

    /// Takes out the item at `index`.
    #[must_use]
    pub fn remove(&self, index: usize) -> Option<Value> {
        if index >= self.len() {
            return None;
        }
        meter::sub(ELEMENT);
        self.changed();
        Some(self.items.borrow_mut().remove(index))
    }

    /// Replaces all items; the old ones.
    pub fn replace(self: &Rc<Self>, items: Vec<Value>) -> Vec<Value> {
        for value in &items {
            self.watch(value);
        }
        meter::add(items.len() * ELEMENT);
        self.changed();
        let old = self.items.replace(items);
        meter::sub(old.len() * ELEMENT);
        old
    }

    /// Adds all before `index`, or at the end when that is past it.
    pub fn splice(self: &Rc<Self>, index: usize, more: Vec<Value>) {
        for value in &more {
            self.watch(value);
        }
        meter::add(more.len() * ELEMENT);
        self.changed();
        let mut items = self.items.borrow_mut();
        let at = index.min(items.len());
        items.splice(at..at, more);
    }

    fn watch(self: &Rc<Self>, value: &Value) {
        if value.is_compound() && !self.watched.replace(true) {
            cycles::watch(Watched::List(Rc::downgrade(self)));
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        meter::sub(self.items.get_mut().len() * ELEMENT + ELEMENT);
    }
}
