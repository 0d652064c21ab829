//! A parsed document and what a script changed in it.
//!
//! The tree itself never changes. Attributes and bodies that a script sets are seen at once; nodes
//! that it appends or replaces are closures, which run when the document is written.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use foldhash::fast::FixedState;

use crate::class::ClassRef;
use crate::cycles::{self, Watched};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::names::{EMPTY, XMLNS};
use crate::xml::tree::{Id, Kind, NONE, Node, Tree};

/// A document.
pub(crate) struct Document {
    pub(crate) tree: Tree,
    edits: RefCell<HashMap<Id, Edit, FixedState>>,
    edited: Cell<bool>,
}

/// What changed of a node.
#[derive(Default)]
struct Edit {
    attributes: Option<Rc<Map>>,
    children: Option<Vec<Child>>,
    replacements: Vec<Builder>,
}

/// A closure that writes nodes, and the path it was given to.
#[derive(Clone)]
pub(crate) struct Builder {
    pub(crate) closure: Value,
    pub(crate) path: Value,
}

/// A child of a node that was changed.
#[derive(Clone)]
pub(crate) enum Child {
    /// A node of the tree.
    Node(Id),
    /// A value that became a child.
    Value(Value),
    /// Nodes that are written by a closure.
    Builder(Builder),
}

impl Document {
    pub(crate) fn new(tree: Tree) -> Rc<Self> {
        Rc::new(Self {
            tree,
            edits: RefCell::default(),
            edited: Cell::new(false),
        })
    }

    fn edit<T>(self: &Rc<Self>, id: Id, change: impl FnOnce(&mut Edit) -> T) -> T {
        if !self.edited.replace(true) {
            let document: Rc<dyn Object> = self.clone();
            cycles::watch(Watched::Object(Rc::downgrade(&document)));
        }
        change(self.edits.borrow_mut().entry(id).or_default())
    }

    fn edited<T>(&self, id: Id, look: impl FnOnce(&Edit) -> Option<T>) -> Option<T> {
        if !self.edited.get() {
            return None;
        }
        self.edits.borrow().get(&id).and_then(look)
    }

    /// Children that replace those of the tree.
    pub(crate) fn changed_children(&self, id: Id) -> Option<Vec<Child>> {
        self.edited(id, |edit| edit.children.clone())
    }

    /// What is to be written instead of a node.
    pub(crate) fn replacement(&self, id: Id) -> Option<Builder> {
        self.edited(id, |edit| edit.replacements.last().cloned())
    }

    /// Writes something else instead of a node.
    pub(crate) fn replace(self: &Rc<Self>, id: Id, builder: Builder) {
        self.edit(id, |edit| edit.replacements.push(builder));
    }

    /// Takes back the last replacement, for as long as it is written.
    pub(crate) fn take_replacement(self: &Rc<Self>, id: Id) -> Option<Builder> {
        self.edit(id, |edit| edit.replacements.pop())
    }

    /// Replaces all children by one value.
    pub(crate) fn set_body(self: &Rc<Self>, id: Id, value: Value) {
        self.edit(id, |edit| edit.children = Some(vec![Child::Value(value)]));
    }

    /// Adds a child.
    pub(crate) fn append(self: &Rc<Self>, id: Id, child: Child) {
        self.edit(id, |edit| {
            let children = edit.children.get_or_insert_with(|| {
                let own = self.tree.children(id);
                own.map(|(child, _)| Child::Node(child)).collect()
            });
            children.push(child);
        });
    }

    /// The children of a node.
    pub(crate) fn children(&self, id: Id) -> Vec<Child> {
        self.changed_children(id).unwrap_or_else(|| {
            let own = self.tree.children(id);
            own.map(|(child, _)| Child::Node(child)).collect()
        })
    }

    /// Calls `see` with each element below a node, until it says `false`; whether it never did.
    pub(crate) fn each_element(
        &self,
        id: Id,
        see: &mut dyn FnMut(Id, &Node) -> Result<bool>,
    ) -> Result<bool> {
        if let Some(children) = self.changed_children(id) {
            for child in children {
                if let Child::Node(child) = child
                    && let Some(node) = self.tree.node(child)
                    && node.kind == Kind::Element
                    && !see(child, node)?
                {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        for (child, node) in self.tree.children(id) {
            if node.kind == Kind::Element && !see(child, node)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The name of an element, without its prefix when it has a namespace.
    pub(crate) fn name(&self, id: Id) -> Str {
        let names = &self.tree.names;
        let name = self.tree.node(id).and_then(|node| names.get(node.name));
        names.text(name.map_or(EMPTY, |name| name.local))
    }

    /// The namespace of an element, or the empty string.
    pub(crate) fn namespace(&self, id: Id) -> Str {
        let names = &self.tree.names;
        let name = self.tree.node(id).and_then(|node| names.get(node.name));
        names.text(name.map_or(EMPTY, |name| name.uri))
    }

    /// The element above.
    pub(crate) fn parent(&self, id: Id) -> Option<Id> {
        self.tree
            .node(id)
            .map(|node| node.parent)
            .filter(|parent| *parent != NONE)
    }

    /// The text of an element.
    pub(crate) fn text(&self, vm: &mut Vm, id: Id) -> Result<Str> {
        if !self.edited.get() {
            return Ok(self.tree.text_of(id));
        }
        let mut text = String::new();
        self.push_text(vm, id, &mut text)?;
        Ok(text.into())
    }

    fn push_text(&self, vm: &mut Vm, id: Id, out: &mut String) -> Result<()> {
        let Some(children) = self.changed_children(id) else {
            for (child, node) in self.tree.children(id) {
                match node.kind {
                    Kind::Element => self.push_text(vm, child, out)?,
                    _ => out.push_str(self.tree.text(node.span)),
                }
            }
            return Ok(());
        };
        for child in children {
            match child {
                Child::Node(child) => match self.tree.node(child) {
                    Some(node) if node.kind != Kind::Element => {
                        out.push_str(self.tree.text(node.span));
                    }
                    _ => self.push_text(vm, child, out)?,
                },
                Child::Value(value) => out.push_str(&vm.to_string(&value)?),
                Child::Builder(_) => {}
            }
        }
        Ok(())
    }

    /// The value of an attribute; its key has the form `{namespace}name` when it has one.
    pub(crate) fn attribute(&self, vm: &mut Vm, id: Id, key: &str) -> Result<Option<Str>> {
        if let Some(map) = self.edited(id, |edit| edit.attributes.clone()) {
            return match map.get_str(key) {
                None | Some(Value::Null) => Ok(None),
                Some(value) => vm.text(&value).map(Some),
            };
        }
        let Some(node) = self.tree.node(id) else {
            return Ok(None);
        };
        let (uri, local) = match key.strip_prefix('{').and_then(|key| key.split_once('}')) {
            Some((uri, local)) => (uri, local),
            None => ("", key),
        };
        let names = &self.tree.names;
        let (Some(uri), Some(local)) = (names.find(uri), names.find(local)) else {
            return Ok(None);
        };
        let found = self.tree.attributes(node).iter().find(|attribute| {
            names
                .get(attribute.name)
                .is_some_and(|name| name.uri == uri && name.local == local)
        });
        Ok(found.map(|attribute| self.tree.text(attribute.value).into()))
    }

    /// The attributes of an element as Java's hash table, which a script may change.
    pub(crate) fn attributes(self: &Rc<Self>, id: Id) -> Rc<Map> {
        if let Some(map) = self.edited(id, |edit| edit.attributes.clone()) {
            return map;
        }
        let map = Map::new(MapKind::Hash);
        if let Some(node) = self.tree.node(id) {
            for attribute in self.tree.attributes(node).iter().rev() {
                let Some(name) = self.tree.names.get(attribute.name) else {
                    continue;
                };
                let uri = self.tree.names.str(name.uri);
                let key = match uri {
                    XMLNS => continue,
                    "" => self.tree.names.text(name.local),
                    _ => format!("{{{uri}}}{}", self.tree.names.str(name.local)).into(),
                };
                map.put(
                    Value::Str(key),
                    Value::text(self.tree.text(attribute.value)),
                );
            }
        }
        self.edit(id, |edit| edit.attributes = Some(Rc::clone(&map)));
        map
    }

    /// The attributes, when a script asked for them all and so may have changed them.
    pub(crate) fn changed_attributes(&self, id: Id) -> Option<Rc<Map>> {
        self.edited(id, |edit| edit.attributes.clone())
    }
}

impl Object for Document {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&super::raw::NODE)
    }

    fn release(&self) {
        drop(self.edits.take());
    }
}
