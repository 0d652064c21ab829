//! `org.w3c.dom.NodeList` and `NamedNodeMap`: they follow changes of the document.

use std::cell::RefCell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::arena::{Dom, Id};
use super::node::Node;

/// `org.w3c.dom.NodeList`
pub(super) static NODE_LIST: Class = Class::interface("org.w3c.dom.NodeList").methods(&[
    ("getLength", length),
    ("item", item),
    ("iterator", iterator),
    ("size", length),
]);

/// `org.w3c.dom.NamedNodeMap`
pub(super) static NAMED_NODE_MAP: Class = Class::interface("org.w3c.dom.NamedNodeMap").methods(&[
    ("getLength", length),
    ("item", item),
    ("getNamedItem", |vm, this, args| {
        let [name] = args else {
            return Err(Thrown::mismatch());
        };
        let (list, name) = (list(this)?, args::text(vm, name)?);
        let found = list.dom.attribute(list.top, &name);
        Ok(found.map_or(Value::Null, |id| Node::value(&list.dom, id)))
    }),
    ("getNamedItemNS", |vm, this, args| {
        let [uri, local] = args else {
            return Err(Thrown::mismatch());
        };
        let uri = if uri.is_null() {
            "".into()
        } else {
            args::text(vm, uri)?
        };
        let (list, local) = (list(this)?, args::text(vm, local)?);
        let found = list.dom.attribute_in(list.top, &uri, &local);
        Ok(found.map_or(Value::Null, |id| Node::value(&list.dom, id)))
    }),
    ("setNamedItem", |vm, this, args| {
        let list = list(this)?;
        vm.invoke(&Node::value(&list.dom, list.top), "setAttributeNode", args)
    }),
    ("removeNamedItem", |vm, this, args| {
        let [name] = args else {
            return Err(Thrown::mismatch());
        };
        let (list, name) = (list(this)?, args::text(vm, name)?);
        let found = list
            .dom
            .attribute(list.top, &name)
            .ok_or_else(super::arena::not_found)?;
        list.dom.detach(found);
        Ok(Value::Null)
    }),
]);

/// What a list holds.
pub(super) enum Wanted {
    /// The children.
    Children,
    /// The attributes.
    Attributes,
    /// Elements below with this written name, or all.
    Tag(Str),
    /// Elements below with this namespace and local name.
    Name(Str, Str),
    /// Just these.
    These(Vec<Id>),
}

/// A list of nodes.
pub(super) struct List {
    dom: Rc<Dom>,
    top: Id,
    wanted: Wanted,
    /// What it held when it was last looked at.
    held: RefCell<(Option<u64>, Rc<[Id]>)>,
}

impl List {
    fn ids(&self) -> Rc<[Id]> {
        let version = Some(self.dom.version());
        let (seen, ids) = self.held.borrow().clone();
        if seen == version {
            return ids;
        }
        let any = |wanted: &str, is: &str| wanted == "*" || wanted == is;
        let ids: Rc<[Id]> = match &self.wanted {
            Wanted::Children => self.dom.children(self.top),
            Wanted::Attributes => self.dom.read(self.top, |data| data.attributes.clone()),
            Wanted::Tag(name) => self.dom.elements(self.top, |data| any(name, &data.name)),
            Wanted::Name(uri, local) => self.dom.elements(self.top, |data| {
                any(uri, data.uri.as_deref().unwrap_or_default()) && any(local, data.local())
            }),
            Wanted::These(ids) => ids.clone(),
        }
        .into();
        self.held.replace((version, Rc::clone(&ids)));
        ids
    }
}

impl Object for List {
    fn class(&self) -> ClassRef {
        ClassRef::Native(match self.wanted {
            Wanted::Attributes => &NAMED_NODE_MAP,
            _ => &NODE_LIST,
        })
    }

    fn items(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        let nodes = self.ids();
        Ok(Some(
            nodes.iter().map(|id| Node::value(&self.dom, *id)).collect(),
        ))
    }
}

/// A list of nodes below another.
pub(super) fn of(node: &Node, wanted: Wanted) -> Value {
    Value::object(List {
        dom: Rc::clone(&node.dom),
        top: node.id,
        wanted,
        held: RefCell::new((None, Rc::new([]))),
    })
}

/// The children of a node.
pub(super) fn children(node: &Node) -> Value {
    of(node, Wanted::Children)
}

/// The attributes of an element.
pub(super) fn attributes(node: &Node) -> Value {
    of(node, Wanted::Attributes)
}

/// A list of these nodes, which stays as it is.
pub(crate) fn these(dom: &Rc<Dom>, ids: Vec<Id>) -> Value {
    let node = Node {
        dom: Rc::clone(dom),
        id: super::arena::DOCUMENT,
    };
    of(&node, Wanted::These(ids))
}

fn list(this: &Value) -> Result<Rc<List>> {
    this.downcast_rc().ok_or_else(Thrown::mismatch)
}

fn length(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let ids = list(this)?.ids();
    vm.step(1)?;
    Ok(args::size(ids.len()))
}

fn item(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [index] = args else {
        return Err(Thrown::mismatch());
    };
    let (list, index) = (list(this)?, usize::try_from(args::int(index)?));
    let found = index.ok().and_then(|index| list.ids().get(index).copied());
    Ok(found.map_or(Value::Null, |id| Node::value(&list.dom, id)))
}

fn iterator(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let items = vm.items(this)?;
    vm.invoke(&Value::list(items), "iterator", &[])
}
