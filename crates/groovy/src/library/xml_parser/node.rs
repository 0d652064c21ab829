//! `groovy.util.Node`

use std::cell::RefCell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::cycles::{self, Watched};
use crate::list::List;
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::name::QName;
use super::{builder, node_list};

/// How deep nodes may nest for what walks through them.
const DEPTH: usize = 1_000;

/// `groovy.util.Node`
pub(super) static NODE: Class = Class::new("groovy.util.Node")
    .constructor(construct)
    .methods(&[
        ("name", |_, this, _| Ok(of(this)?.name.borrow().clone())),
        ("value", |_, this, _| Ok(of(this)?.value.borrow().clone())),
        ("setValue", set_value),
        ("text", text),
        ("attributes", |_, this, _| {
            Ok(Value::Map(of(this)?.attributes()))
        }),
        ("attribute", attribute),
        ("children", |_, this, _| Ok(of(this)?.children())),
        ("parent", |_, this, _| Ok(of(this)?.parent())),
        ("iterator", |vm, this, _| {
            let children = of(this)?.children();
            vm.invoke(&children, "iterator", &[])
        }),
        ("get", get_at),
        ("getAt", get_at),
        ("append", append),
        ("appendNode", append_node),
        ("remove", remove),
        ("replaceNode", replace_node),
        ("plus", plus),
        ("depthFirst", depth_first),
        ("breadthFirst", breadth_first),
        ("localText", local_text),
        ("clone", clone),
    ]);

/// A node: an element that can be changed.
pub(crate) struct Node {
    name: RefCell<Value>,
    attributes: RefCell<Rc<Map>>,
    value: RefCell<Value>,
    parent: RefCell<Option<Rc<Self>>>,
}

impl Node {
    pub(super) fn new(name: Value, attributes: Rc<Map>, value: Value) -> Rc<Self> {
        Rc::new(Self {
            name: RefCell::new(name),
            attributes: RefCell::new(attributes),
            value: RefCell::new(value),
            parent: RefCell::new(None),
        })
    }

    /// A node that a script makes, as the last child of another.
    pub(super) fn make(
        parent: Option<&Rc<Self>>,
        name: Value,
        attributes: Option<Rc<Map>>,
        value: Option<Value>,
    ) -> Rc<Self> {
        let attributes = attributes.unwrap_or_else(|| Map::new(MapKind::Hash));
        let value = value.unwrap_or_else(|| node_list::of(Vec::new()));
        let node = Self::new(name, attributes, value);
        node.watch();
        if let Some(parent) = parent {
            node.set_parent(Some(parent));
            parent.list().push(Value::Object(node.clone()));
        }
        node
    }

    /// Nodes know their parents and those know them: that ends with the run.
    pub(super) fn watch(self: &Rc<Self>) {
        let object: Rc<dyn Object> = self.clone();
        cycles::watch(Watched::Object(Rc::downgrade(&object)));
    }

    pub(super) fn set_parent(&self, parent: Option<&Rc<Self>>) {
        *self.parent.borrow_mut() = parent.cloned();
    }

    pub(super) fn set_value(&self, value: Value) {
        *self.value.borrow_mut() = value;
    }

    pub(crate) fn name(&self) -> Value {
        self.name.borrow().clone()
    }

    pub(crate) fn value(&self) -> Value {
        self.value.borrow().clone()
    }

    pub(crate) fn attributes(&self) -> Rc<Map> {
        self.attributes.borrow().clone()
    }

    fn parent(&self) -> Value {
        let parent = self.parent.borrow().clone();
        parent.map_or(Value::Null, |parent| Value::Object(parent))
    }

    pub(super) fn attribute(&self, key: &Value) -> Value {
        self.attributes().get(key).unwrap_or(Value::Null)
    }

    pub(super) fn set_attribute(&self, name: &str, value: &Value) {
        self.attributes().put(Value::text(name), value.clone());
    }

    /// `children()`: the list itself, when there is one.
    pub(crate) fn children(&self) -> Value {
        match self.value() {
            Value::Null => node_list::of(Vec::new()),
            list @ Value::List(_) => list,
            other => node_list::of(vec![other]),
        }
    }

    fn items(&self) -> Vec<Value> {
        match self.value() {
            Value::Null => Vec::new(),
            Value::List(list) => list.to_vec(),
            other => vec![other],
        }
    }

    /// The list of children, which other values become when there is none.
    fn list(&self) -> Rc<List> {
        if let Value::List(list) = self.value() {
            return list;
        }
        let made = node_list::of(vec![self.value()]);
        self.set_value(made.clone());
        match made {
            Value::List(list) => list,
            _ => List::new(crate::list::ListKind::ArrayList, Vec::new()),
        }
    }

    /// The child nodes with a name, which may hold `*`.
    pub(super) fn named(&self, name: &Value) -> Vec<Value> {
        let wanted = name.downcast::<QName>();
        let matches = |child: &Rc<Self>| match (wanted, child.name().downcast::<QName>()) {
            (Some(wanted), _) => wanted.matches(&child.name()),
            (None, Some(own)) => own.matches(name),
            (None, None) => child.name().as_str() == name.as_str(),
        };
        let items = self.items().into_iter();
        items
            .filter(|item| {
                item.downcast_rc::<Self>()
                    .is_some_and(|child| matches(&child))
            })
            .collect()
    }

    /// The property `name`.
    pub(super) fn property(self: &Rc<Self>, vm: &mut Vm, name: &str) -> Result<Value> {
        if let Some(attribute) = name.strip_prefix('@') {
            return Ok(self.attribute(&Value::text(attribute)));
        }
        match name {
            ".." => Ok(self.parent()),
            "*" => Ok(self.children()),
            "**" => depth_first(vm, &Value::Object(self.clone()), &[]),
            _ => {
                vm.step(self.items().len() as u64)?;
                Ok(node_list::of(self.named(&Value::text(name))))
            }
        }
    }

    /// Where a node stands in the list of its parent.
    fn position(self: &Rc<Self>, list: &List) -> Option<usize> {
        let same = |item: &Value| {
            item.downcast_rc::<Self>()
                .is_some_and(|it| Rc::ptr_eq(&it, self))
        };
        list.items().iter().position(same)
    }

    /// Makes copies of `nodes` stand behind this node.
    fn insert_after(self: &Rc<Self>, parent: &Rc<Self>, nodes: &[Rc<Self>]) {
        let list = parent.list();
        let mut at = self.position(&list).map_or(list.len(), |at| at + 1);
        for node in nodes {
            let copy = Self::new(node.name(), node.attributes(), node.value());
            copy.set_parent(Some(parent));
            copy.watch();
            at += usize::from(list.insert(at, Value::Object(copy)));
        }
    }

    fn leave(self: &Rc<Self>, parent: &Rc<Self>) {
        let list = parent.list();
        if let Some(at) = self.position(&list) {
            drop(list.remove(at));
        }
        self.set_parent(None);
    }
}

impl Object for Node {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&NODE)
    }

    fn get(&self, vm: &mut Vm, this: &Value, name: &str) -> Result<Option<Value>> {
        of(this)?.property(vm, name).map(Some)
    }

    fn set(&self, _vm: &mut Vm, _this: &Value, name: &str, value: &Value) -> Result<bool> {
        if let Some(attribute) = name.strip_prefix('@') {
            self.set_attribute(attribute, value);
            return Ok(true);
        }
        match (name, value) {
            ("value", _) => self.set_value(value.clone()),
            ("name", _) => *self.name.borrow_mut() = value.clone(),
            ("attributes", Value::Map(map)) => *self.attributes.borrow_mut() = map.clone(),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let mut text = String::new();
        self.push_shown(vm, &mut text, 0)?;
        Ok(Some(text.into()))
    }

    fn items(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        Ok(Some(self.items()))
    }

    fn release(&self) {
        drop(self.parent.take());
        let value = self.value.replace(Value::Null);
        drop(self.attributes.borrow().take());
        if let Value::List(list) = value {
            for item in list.replace(Vec::new()) {
                if let Some(child) = item.downcast_rc::<Self>() {
                    child.release();
                }
            }
        }
    }
}

impl Node {
    /// `name[attributes={…}; value=[…]]`
    fn push_shown(&self, vm: &mut Vm, text: &mut String, depth: usize) -> Result<()> {
        deeper(vm, depth)?;
        vm.reserve(text.len())?;
        text.push_str(&vm.to_string(&self.name())?);
        text.push_str("[attributes=");
        text.push_str(&vm.to_string(&Value::Map(self.attributes()))?);
        text.push_str("; value=");
        match self.value() {
            Value::List(list) => {
                text.push('[');
                for (at, item) in list.to_vec().iter().enumerate() {
                    if at > 0 {
                        text.push_str(", ");
                    }
                    match item.downcast::<Self>() {
                        Some(node) => node.push_shown(vm, text, depth + 1)?,
                        None => text.push_str(&vm.to_string(item)?),
                    }
                }
                text.push(']');
            }
            other => text.push_str(&vm.to_string(&other)?),
        }
        text.push(']');
        Ok(())
    }
}

/// Counts a step down; a script may have nested nodes without end.
fn deeper(vm: &mut Vm, depth: usize) -> Result<()> {
    vm.step(1)?;
    if depth > DEPTH {
        return Err(throw_bare("StackOverflowError"));
    }
    Ok(())
}

/// The node that a value is.
pub(super) fn of(this: &Value) -> Result<Rc<Node>> {
    this.downcast_rc().ok_or_else(Thrown::mismatch)
}

fn construct(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [parent, name, rest @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let parent = match parent {
        Value::Null => None,
        parent => Some(of(parent)?),
    };
    made(parent.as_ref(), name, rest)
}

/// A new node of a name, perhaps attributes, and perhaps a value.
fn made(parent: Option<&Rc<Node>>, name: &Value, rest: &[Value]) -> Result<Value> {
    let (attributes, value) = match rest {
        [] => (None, None),
        [Value::Map(attributes)] => (Some(attributes.clone()), None),
        [value] => (None, Some(value.clone())),
        [Value::Map(attributes), value] => (Some(attributes.clone()), Some(value.clone())),
        _ => return Err(Thrown::mismatch()),
    };
    let name = match name {
        Value::Null => return Err(Thrown::mismatch()),
        name => name.clone(),
    };
    Ok(Value::Object(Node::make(parent, name, attributes, value)))
}

fn set_value(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    of(this)?.set_value(value.clone());
    Ok(Value::Null)
}

fn text(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut text = String::new();
    push_text(vm, this, &mut text, 0)?;
    Ok(Value::Str(text.into()))
}

/// Appends the text of a node or a string; other values have none, unless they are all of it.
pub(super) fn push_text(vm: &mut Vm, of: &Value, text: &mut String, depth: usize) -> Result<()> {
    deeper(vm, depth)?;
    if let Some(string) = of.as_str() {
        text.push_str(string);
        return Ok(());
    }
    let Some(node) = of.downcast::<Node>() else {
        return Ok(());
    };
    match node.value() {
        Value::List(list) => {
            vm.reserve(text.len())?;
            list.to_vec()
                .iter()
                .try_for_each(|item| push_text(vm, item, text, depth + 1))
        }
        other => {
            text.push_str(&vm.to_string(&other)?);
            Ok(())
        }
    }
}

fn attribute(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [key] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(of(this)?.attribute(key))
}

fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let node = of(this)?;
    match args {
        [name] if name.downcast::<QName>().is_some() => Ok(node_list::of(node.named(name))),
        [name @ (Value::Str(_) | Value::GString(_))] => {
            let name = vm.text(name)?;
            node.property(vm, &name)
        }
        [_] => {
            let children = node.children();
            vm.invoke(&children, "getAt", args)
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn append(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [child] = args else {
        return Err(Thrown::mismatch());
    };
    let (node, added) = (of(this)?, of(child)?);
    added.set_parent(Some(&node));
    node.list().push(child.clone());
    Ok(Value::Bool(true))
}

fn append_node(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, rest @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    made(Some(&of(this)?), name, rest)
}

fn remove(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [child] = args else {
        return Err(Thrown::mismatch());
    };
    let (node, child) = (of(this)?, of(child)?);
    child.set_parent(None);
    let list = node.list();
    let removed = child.position(&list).and_then(|at| list.remove(at));
    Ok(Value::Bool(removed.is_some()))
}

/// The parent of a node that is to be replaced or followed.
fn parent_of(node: &Rc<Node>, what: &str) -> Result<Rc<Node>> {
    let parent = node.parent.borrow().clone();
    parent.ok_or_else(|| {
        throw(
            "UnsupportedOperationException",
            format!("{what} is not supported"),
        )
    })
}

fn replace_node(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let node = of(this)?;
    let parent = parent_of(&node, "Replacing the root node")?;
    match args {
        [closure @ Value::Closure(_)] => {
            let nodes = builder::nodes_of(vm, closure)?;
            node.insert_after(&parent, &nodes);
        }
        [other] => node.insert_after(&parent, &[of(other)?]),
        _ => return Err(Thrown::mismatch()),
    }
    node.leave(&parent);
    Ok(this.clone())
}

fn plus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let node = of(this)?;
    let parent = parent_of(&node, "Adding sibling nodes to the root node")?;
    let nodes = builder::nodes_of(vm, closure)?;
    node.insert_after(&parent, &nodes);
    Ok(Value::Null)
}

fn depth_first(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut all = vec![this.clone()];
    let node = of(this)?;
    push_below(vm, &node, &mut all, 0)?;
    Ok(node_list::of(all))
}

/// Everything below a node; text that is the only child of a child is left out.
fn push_below(vm: &mut Vm, node: &Node, all: &mut Vec<Value>, depth: usize) -> Result<()> {
    deeper(vm, depth)?;
    for item in node.items() {
        let Some(child) = item.downcast_rc::<Node>() else {
            if item.as_str().is_some() {
                all.push(item);
            }
            continue;
        };
        all.push(item);
        if !has_only_text(&child) {
            push_below(vm, &child, all, depth + 1)?;
        }
    }
    Ok(())
}

fn has_only_text(node: &Node) -> bool {
    matches!(node.items().as_slice(), [Value::Str(_)])
}

fn breadth_first(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut all = vec![this.clone()];
    let mut level = of(this)?.items();
    while !level.is_empty() {
        let mut next = Vec::new();
        for item in level {
            vm.step(1)?;
            if let Some(child) = item.downcast::<Node>() {
                if !has_only_text(child) {
                    next.extend(child.items());
                }
            } else if item.as_str().is_none() {
                continue;
            }
            all.push(item);
        }
        vm.reserve(all.len().saturating_mul(size_of::<Value>()))?;
        level = next;
    }
    Ok(node_list::of(all))
}

fn local_text(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut texts = Vec::new();
    for item in of(this)?.items() {
        if item.downcast::<Node>().is_none() {
            texts.push(Value::Str(vm.to_string(&item)?));
        }
    }
    Ok(Value::list(texts))
}

fn clone(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let node = of(this)?;
    let attributes = Map::new(MapKind::Hash);
    for (key, value) in node.attributes().to_vec() {
        attributes.put(key, value);
    }
    let value = match node.value() {
        list @ Value::List(_) => copied(vm, &list, 0)?,
        other => other,
    };
    Ok(Value::Object(Node::make(
        None,
        node.name(),
        Some(attributes),
        Some(value),
    )))
}

/// A copy of a list of children, and of all below.
fn copied(vm: &mut Vm, list: &Value, depth: usize) -> Result<Value> {
    deeper(vm, depth)?;
    let Value::List(list) = list else {
        return Ok(list.clone());
    };
    if !std::ptr::eq(list.table(), &node_list::NODE_LIST) {
        return Ok(Value::List(list.clone()));
    }
    let mut copies = Vec::new();
    for item in list.to_vec() {
        copies.push(match item.downcast::<Node>() {
            None => item,
            Some(child) => {
                let value = copied(vm, &child.value(), depth + 1)?;
                let attributes = Map::new(MapKind::Hash);
                for (key, value) in child.attributes().to_vec() {
                    attributes.put(key, value);
                }
                Value::Object(Node::make(
                    None,
                    child.name(),
                    Some(attributes),
                    Some(value),
                ))
            }
        });
    }
    Ok(node_list::of(copies))
}
