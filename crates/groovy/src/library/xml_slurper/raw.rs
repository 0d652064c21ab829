//! `groovy.util.slurpersupport.Node`: the element behind a path, as a few methods give it away.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::tree::{Id, Kind};

use super::document::{Child, Document};

/// `groovy.util.slurpersupport.Node`
pub(crate) static NODE: Class = Class::new("groovy.util.slurpersupport.Node").methods(&[
    ("name", name),
    ("text", text),
    ("namespaceURI", namespace_uri),
    ("attributes", attributes),
    ("children", children),
    ("childNodes", child_nodes),
    ("localText", local_text_of),
    ("parent", parent),
]);

/// The element behind a path.
pub(super) struct Raw {
    pub(super) document: Rc<Document>,
    pub(super) id: Id,
}

impl Object for Raw {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&NODE)
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other.downcast::<Self>().is_some_and(|other| self.is(other)))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other: &dyn std::any::Any = other;
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.is(other))
    }

    fn hash(&self) -> Option<i32> {
        i32::try_from(self.id).ok()
    }
}

impl Raw {
    fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.document, &other.document) && self.id == other.id
    }
}

/// An element.
pub(super) fn node(document: &Rc<Document>, id: Id) -> Value {
    Value::object(Raw {
        document: Rc::clone(document),
        id,
    })
}

fn raw(this: &Value) -> Result<&Raw> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    Ok(Value::Str(raw.document.name(raw.id)))
}

fn text(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    raw.document.text(vm, raw.id).map(Value::Str)
}

fn namespace_uri(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    Ok(Value::Str(raw.document.namespace(raw.id)))
}

fn attributes(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    Ok(Value::Map(raw.document.attributes(raw.id)))
}

fn children(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    let children = raw.document.children(raw.id).into_iter();
    Ok(Value::list(
        children
            .filter_map(|child| shown(&raw.document, child))
            .collect(),
    ))
}

/// A child as scripts see it; closures that write are not seen.
pub(super) fn shown(document: &Rc<Document>, child: Child) -> Option<Value> {
    match child {
        Child::Value(value) => Some(value),
        Child::Builder(_) => None,
        Child::Node(id) => document.tree.node(id).map(|found| match found.kind {
            Kind::Element => node(document, id),
            _ => Value::text(document.tree.text(found.span)),
        }),
    }
}

fn child_nodes(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    let mut nodes = Vec::new();
    raw.document.each_element(raw.id, &mut |id, _| {
        nodes.push(node(&raw.document, id));
        Ok(true)
    })?;
    Ok(Value::list(nodes))
}

fn local_text_of(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    local_text(vm, &raw.document, raw.id)
}

fn parent(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let raw = raw(this)?;
    let above = raw.document.parent(raw.id);
    Ok(above.map_or(Value::Null, |above| node(&raw.document, above)))
}

/// `localText()`: the texts directly in an element.
pub(super) fn local_text(vm: &mut Vm, document: &Rc<Document>, id: Id) -> Result<Value> {
    let mut texts: Vec<Str> = Vec::new();
    for child in document.children(id) {
        match child {
            Child::Node(child) => {
                let node = document
                    .tree
                    .node(child)
                    .filter(|node| node.kind != Kind::Element);
                texts.extend(node.map(|node| document.tree.text(node.span).into()));
            }
            Child::Value(value) => texts.push(vm.to_string(&value)?),
            Child::Builder(_) => {}
        }
    }
    Ok(Value::list(texts.into_iter().map(Value::Str).collect()))
}
