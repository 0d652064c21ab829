//! `org.w3c.dom.Element`

use std::rc::Rc;

use crate::class::Class;
use crate::library::args;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::arena::{Id, Kind};
use super::list::{self, Wanted};
use super::node::{NODE, Node, check_name, of};

/// `org.w3c.dom.Element`
pub(crate) static ELEMENT: Class = Class::interface("org.w3c.dom.Element")
    .extends(&[&NODE])
    .methods(&[
        ("getTagName", |vm, this, _| {
            vm.invoke(this, "getNodeName", &[])
        }),
        ("getAttribute", |vm, this, args| {
            let (node, found) = find(vm, this, args)?;
            Ok(Value::Str(value(&node, found)))
        }),
        ("getAttributeNS", |vm, this, args| {
            let (node, found) = find_ns(vm, this, args)?;
            Ok(Value::Str(value(&node, found)))
        }),
        ("getAttributeNode", |vm, this, args| {
            let (node, found) = find(vm, this, args)?;
            Ok(found.map_or(Value::Null, |id| Node::value(&node.dom, id)))
        }),
        ("getAttributeNodeNS", |vm, this, args| {
            let (node, found) = find_ns(vm, this, args)?;
            Ok(found.map_or(Value::Null, |id| Node::value(&node.dom, id)))
        }),
        ("hasAttribute", |vm, this, args| {
            Ok(Value::Bool(find(vm, this, args)?.1.is_some()))
        }),
        ("hasAttributeNS", |vm, this, args| {
            Ok(Value::Bool(find_ns(vm, this, args)?.1.is_some()))
        }),
        ("setAttribute", set_attribute),
        ("setAttributeNS", set_attribute_ns),
        ("setAttributeNode", set_attribute_node),
        ("setAttributeNodeNS", set_attribute_node),
        ("removeAttribute", |vm, this, args| {
            let (node, found) = find(vm, this, args)?;
            found.into_iter().for_each(|id| node.dom.detach(id));
            Ok(Value::Null)
        }),
        ("removeAttributeNS", |vm, this, args| {
            let (node, found) = find_ns(vm, this, args)?;
            found.into_iter().for_each(|id| node.dom.detach(id));
            Ok(Value::Null)
        }),
        ("removeAttributeNode", |_, _, args| {
            let [attribute] = args else {
                return Err(Thrown::mismatch());
            };
            let node = of(attribute)?;
            node.dom.detach(node.id);
            Ok(attribute.clone())
        }),
        ("getElementsByTagName", by_tag_name),
        ("getElementsByTagNameNS", by_tag_name_ns),
    ]);

fn find(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<(Rc<Node>, Option<Id>)> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let (node, name) = (of(this)?, args::text(vm, name)?);
    let found = node.dom.attribute(node.id, &name);
    Ok((node, found))
}

fn find_ns(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<(Rc<Node>, Option<Id>)> {
    let [uri, local] = args else {
        return Err(Thrown::mismatch());
    };
    let uri: Str = if uri.is_null() {
        "".into()
    } else {
        args::text(vm, uri)?
    };
    let (node, local) = (of(this)?, args::text(vm, local)?);
    let found = node.dom.attribute_in(node.id, &uri, &local);
    Ok((node, found))
}

fn value(node: &Node, attribute: Option<Id>) -> Str {
    let value = attribute.and_then(|id| node.dom.read(id, |data| Some(data.value.clone())));
    value.unwrap_or_else(|| "".into())
}

fn set_attribute(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let (name, value) = (args::text(vm, name)?, vm.text(value)?);
    put(&*of(this)?, None, name, value)
}

fn set_attribute_ns(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [uri, name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let uri = if uri.is_null() {
        None
    } else {
        Some(args::text(vm, uri)?)
    };
    let (name, value) = (args::text(vm, name)?, vm.text(value)?);
    put(
        &*of(this)?,
        Some(uri.filter(|uri| !uri.is_empty())),
        name,
        value,
    )
}

/// Sets an attribute; `uri` is given by methods that know namespaces.
fn put(node: &Node, uri: Option<Option<Str>>, name: Str, value: Str) -> Result<Value> {
    check_name(&name)?;
    let known = match &uri {
        None => node.dom.attribute(node.id, &name),
        Some(uri) => {
            let local = name.split_once(':').map_or(&*name, |(_, local)| local);
            node.dom
                .attribute_in(node.id, uri.as_deref().unwrap_or_default(), local)
        }
    };
    if let Some(known) = known {
        node.dom.change(known, |data| data.value = value);
        return Ok(Value::Null);
    }
    let aware = uri.is_some();
    let made = node.dom.add(Kind::Attribute, name, uri.flatten(), value);
    node.dom.change(made, |data| {
        data.aware = aware;
        data.parent = Some(node.id);
    });
    node.dom.change(node.id, |data| data.attributes.push(made));
    Ok(Value::Null)
}

fn set_attribute_node(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [attribute] = args else {
        return Err(Thrown::mismatch());
    };
    let (node, attribute) = (of(this)?, of(attribute)?);
    let name = attribute
        .dom
        .read(attribute.id, |data| data.name.to_string());
    let before = node.dom.attribute(node.id, &name);
    before.into_iter().for_each(|id| node.dom.detach(id));
    node.dom
        .change(attribute.id, |data| data.parent = Some(node.id));
    node.dom
        .change(node.id, |data| data.attributes.push(attribute.id));
    Ok(before.map_or(Value::Null, |id| Node::value(&node.dom, id)))
}

/// `getElementsByTagName(name)`
pub(super) fn by_tag_name(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    Ok(list::of(&*of(this)?, Wanted::Tag(name)))
}

/// `getElementsByTagNameNS(uri, local)`
pub(super) fn by_tag_name_ns(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [uri, local] = args else {
        return Err(Thrown::mismatch());
    };
    let uri = if uri.is_null() {
        "".into()
    } else {
        args::text(vm, uri)?
    };
    let local = args::text(vm, local)?;
    Ok(list::of(&*of(this)?, Wanted::Name(uri, local)))
}
