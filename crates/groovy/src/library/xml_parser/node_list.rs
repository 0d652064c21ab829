//! `groovy.util.NodeList`: a list whose properties are those of its nodes, joined.

use std::rc::Rc;

use crate::class::Class;
use crate::library::collection::ARRAY_LIST;
use crate::list::{List, ListKind};
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::name::QName;
use super::node::{self, Node};

/// `groovy.util.NodeList`
pub(crate) static NODE_LIST: Class = Class::new("groovy.util.NodeList")
    .extends(&[&ARRAY_LIST])
    .constructor(construct)
    .methods(&[
        ("getAt", get_at),
        ("text", text),
        ("replaceNode", replace_node),
        ("plus", plus),
        ("clone", clone),
    ]);

/// A list of these.
pub(super) fn of(items: Vec<Value>) -> Value {
    Value::List(List::new(ListKind::Of(&NODE_LIST), items))
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [] | [Value::Int(_)] => Ok(of(Vec::new())),
        [items] => vm.items(items).map(of),
        _ => Err(Thrown::mismatch()),
    }
}

fn list(this: &Value) -> Result<&Rc<List>> {
    match this {
        Value::List(list) => Ok(list),
        _ => Err(Thrown::mismatch()),
    }
}

/// Whether a list is one of these.
pub(crate) fn is_node_list(list: &List) -> bool {
    matches!(list.kind(), ListKind::Of(class) if std::ptr::eq(class, &NODE_LIST))
}

/// The property `name` of a list of nodes: what its nodes have by that name.
pub(crate) fn property(vm: &mut Vm, list: &List, name: &str) -> Result<Value> {
    if let Some(attribute) = name.strip_prefix('@') {
        let mut values = Vec::new();
        for item in list.to_vec() {
            values.push(node::of(&item)?.attribute(&Value::text(attribute)));
        }
        return Ok(Value::list(values));
    }
    let mut found = Vec::new();
    for item in list.to_vec() {
        let Some(node) = item.downcast_rc::<Node>() else {
            continue;
        };
        match node.property(vm, name)? {
            Value::List(items) => found.extend(items.to_vec()),
            other => found.push(other),
        }
    }
    Ok(of(found))
}

/// Sets an attribute of all nodes of a list; `false` when `name` is none.
pub(crate) fn set_property(list: &List, name: &str, value: &Value) -> Result<bool> {
    let Some(attribute) = name.strip_prefix('@').filter(|_| is_node_list(list)) else {
        return Ok(false);
    };
    for item in list.to_vec() {
        node::of(&item)?.set_attribute(attribute, value);
    }
    Ok(true)
}

fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Str(name)] => property(vm, list(this)?, name),
        [name @ Value::GString(_)] => {
            let name = vm.text(name)?;
            property(vm, list(this)?, &name)
        }
        [name] if name.downcast::<QName>().is_some() => {
            let mut found = Vec::new();
            for item in list(this)?.to_vec() {
                if let Some(node) = item.downcast_rc::<Node>() {
                    found.extend(node.named(name));
                }
            }
            Ok(of(found))
        }
        _ => inherited(vm, this, "getAt", args),
    }
}

/// The method of `ArrayList`.
fn inherited(vm: &mut Vm, this: &Value, name: &str, args: &[Value]) -> Result<Value> {
    match ARRAY_LIST.method(name) {
        Some(method) => method(vm, this, args),
        None => Err(Thrown::mismatch()),
    }
}

fn text(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut text = String::new();
    for item in list(this)?.to_vec() {
        node::push_text(vm, &item, &mut text, 0)?;
    }
    Ok(Value::Str(Str::from(text)))
}

fn replace_node(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let items = list(this)?.to_vec();
    let [only] = items.as_slice() else {
        let message = format!(
            "replaceNode() can only be used to replace a single node, but was applied to {} nodes",
            items.len()
        );
        return Err(throw("GroovyRuntimeException", message));
    };
    vm.invoke(only, "replaceNode", args)
}

fn plus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if !matches!(args, [Value::Closure(_)]) {
        return inherited(vm, this, "plus", args);
    }
    for item in list(this)?.to_vec() {
        vm.invoke(&item, "plus", args)?;
    }
    Ok(Value::Null)
}

fn clone(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut copies = Vec::new();
    for item in list(this)?.to_vec() {
        copies.push(match item.downcast::<Node>() {
            Some(_) => vm.invoke(&item, "clone", &[])?,
            None => item,
        });
    }
    Ok(of(copies))
}
