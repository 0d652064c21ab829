//! The members of `GPathResult` and the classes below it.

use std::rc::Rc;

use crate::class::Class;
use crate::library::collection::ITERABLE;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::path::{Item, Path, Select};
use super::{edit, raw};

/// `groovy.util.slurpersupport.GPathResult`
pub(crate) static GPATH_RESULT: Class = Class::new("groovy.util.slurpersupport.GPathResult")
    .extends(&[&ITERABLE])
    .methods(&[
        ("name", name),
        ("text", text),
        ("size", size),
        ("isEmpty", is_empty),
        ("children", children),
        ("childNodes", child_nodes),
        ("parent", parent),
        ("pop", pop),
        ("parents", parents),
        ("depthFirst", depth_first),
        ("breadthFirst", breadth_first),
        ("list", list),
        ("iterator", iterator),
        ("getAt", get_at),
        ("putAt", edit::put_at),
        ("find", find),
        ("findAll", find_all),
        ("each", each),
        ("eachWithIndex", each_with_index),
        ("collect", collect),
        ("getProperty", get_property),
        ("setProperty", edit::set_property_call),
        ("lookupNamespace", lookup_namespace),
        ("declareNamespace", declare_namespace),
        ("leftShift", edit::left_shift),
        ("plus", edit::plus),
        ("replaceNode", edit::replace_node),
        ("replaceBody", edit::replace_body),
        ("appendNode", edit::append_node),
        ("asBoolean", as_boolean),
        ("toInteger", to_integer),
        ("toLong", to_long),
        ("toFloat", to_float),
        ("toDouble", to_double),
        ("toBigDecimal", to_big_decimal),
        ("toBigInteger", to_big_integer),
        ("toBoolean", to_boolean),
        ("toURI", to_uri),
        ("toURL", to_url),
    ]);

/// `groovy.util.slurpersupport.NodeChild`
pub(crate) static NODE_CHILD: Class = Class::new("groovy.util.slurpersupport.NodeChild")
    .extends(&[&GPATH_RESULT])
    .methods(&[
        ("attributes", attributes),
        ("namespaceURI", namespace_uri),
        ("localText", local_text),
    ]);

/// `groovy.util.slurpersupport.NodeChildren`
pub(crate) static NODE_CHILDREN: Class =
    Class::new("groovy.util.slurpersupport.NodeChildren").extends(&[&GPATH_RESULT]);

/// `groovy.util.slurpersupport.NodeParents`
pub(crate) static NODE_PARENTS: Class =
    Class::new("groovy.util.slurpersupport.NodeParents").extends(&[&NODE_CHILDREN]);

/// `groovy.util.slurpersupport.FilteredNodeChildren`
pub(crate) static FILTERED_NODE_CHILDREN: Class =
    Class::new("groovy.util.slurpersupport.FilteredNodeChildren").extends(&[&NODE_CHILDREN]);

/// `groovy.util.slurpersupport.Attributes`
pub(crate) static ATTRIBUTES: Class =
    Class::new("groovy.util.slurpersupport.Attributes").extends(&[&NODE_CHILDREN]);

/// `groovy.util.slurpersupport.FilteredAttributes`
pub(crate) static FILTERED_ATTRIBUTES: Class =
    Class::new("groovy.util.slurpersupport.FilteredAttributes").extends(&[&ATTRIBUTES]);

/// `groovy.util.slurpersupport.Attribute`
pub(crate) static ATTRIBUTE: Class = Class::new("groovy.util.slurpersupport.Attribute")
    .extends(&[&GPATH_RESULT])
    .methods(&[("namespaceURI", namespace_uri)]);

/// `groovy.util.slurpersupport.NoChildren`
pub(crate) static NO_CHILDREN: Class =
    Class::new("groovy.util.slurpersupport.NoChildren").extends(&[&GPATH_RESULT]);

pub(super) fn path(this: &Value) -> Result<Rc<Path>> {
    Path::of(this).ok_or_else(Thrown::mismatch)
}

fn name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Str(path(this)?.name.clone()))
}

fn text(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    path(this)?.text(vm).map(Value::Str)
}

fn size(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let size = path(this)?.size(vm)?;
    Ok(Value::Int(i32::try_from(size).unwrap_or(i32::MAX)))
}

fn is_empty(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(path(this)?.size(vm)? == 0))
}

fn as_boolean(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let truth = |path: Rc<Path>| !matches!(path.select, Select::Nothing);
    Ok(Value::Bool(truth(path(this)?)))
}

fn children(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Object(path(this)?.children()))
}

/// The elements below, as the nodes that paths stand for.
fn child_nodes(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    let mut nodes = Vec::new();
    path.children().each_node(vm, &mut |_, item| {
        if let Item::Node(id) = item {
            nodes.push(raw::node(&path.document, id));
        }
        Ok(true)
    })?;
    Ok(Value::list(nodes))
}

/// `parent()`
pub(super) fn parent(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    if let Select::Node(id) = path.select {
        return Ok(match path.document.parent(id) {
            Some(above) => path.node(above),
            None => this.clone(),
        });
    }
    let name = path
        .parent
        .as_ref()
        .map_or_else(|| path.name.clone(), |above| above.name.clone());
    Ok(Value::object(path.below(name, Select::Parents)))
}

fn pop(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    let above = match (&path.select, &path.parent) {
        (Select::Filtered(_), Some(above)) => above.parent.as_ref().or(Some(above)),
        (_, above) => above.as_ref(),
    };
    Ok(above.map_or_else(|| this.clone(), |above| Value::Object(above.clone())))
}

fn parents(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Err(throw(
        "GroovyRuntimeException",
        "parents() not implemented yet",
    ))
}

/// `depthFirst()`
pub(super) fn depth_first(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    let mut all = Vec::new();
    let mut open = vec![path.to_vec(vm)?.into_iter()];
    while let Some(level) = open.last_mut() {
        match level.next() {
            None => drop(open.pop()),
            Some(item) => {
                vm.step(1)?;
                let below = Path::of(&item).ok_or_else(Thrown::mismatch)?.children();
                all.push(item);
                open.push(below.to_vec(vm)?.into_iter());
            }
        }
    }
    iterate(vm, all)
}

fn breadth_first(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut all = path(this)?.to_vec(vm)?;
    let mut at = 0;
    while let Some(item) = all.get(at) {
        vm.step(1)?;
        let below = Path::of(item).ok_or_else(Thrown::mismatch)?.children();
        all.extend(below.to_vec(vm)?);
        at += 1;
    }
    iterate(vm, all)
}

/// An iterator over these.
fn iterate(vm: &mut Vm, items: Vec<Value>) -> Result<Value> {
    vm.invoke(&Value::list(items), "iterator", &[])
}

fn iterator(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let items = path(this)?.to_vec(vm)?;
    iterate(vm, items)
}

fn list(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    path(this)?.to_vec(vm).map(Value::list)
}

fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    match args {
        [Value::Int(index)] => item_at(vm, &path, *index),
        [Value::Str(name)] => vm.get(this, name),
        [Value::GString(_)] => {
            let name = vm.text(&args[0])?;
            vm.get(this, &name)
        }
        [Value::Range(_) | Value::List(_)] => {
            let items = Value::list(path.to_vec(vm)?);
            vm.invoke(&items, "getAt", args)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `path[index]`
pub(super) fn item_at(vm: &mut Vm, path: &Rc<Path>, index: i32) -> Result<Value> {
    if let Select::Node(id) = path.select {
        return match index {
            0 => Ok(raw::node(&path.document, id)),
            _ => {
                let message = format!("Array index out of range: {index}");
                Err(throw("ArrayIndexOutOfBoundsException", message))
            }
        };
    }
    let mut found = None;
    if let Ok(index) = usize::try_from(index) {
        let mut left = index;
        path.each(vm, &mut |_, item| {
            if left == 0 {
                found = Some(item);
                return Ok(false);
            }
            left -= 1;
            Ok(true)
        })?;
    } else {
        let items = path.to_vec(vm)?;
        let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        found = items
            .len()
            .checked_sub(back)
            .and_then(|at| items.get(at).cloned());
    }
    Ok(found.unwrap_or_else(|| path.nothing(path.name.clone())))
}

fn find(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let path = path(this)?;
    let shown = match &path.select {
        Select::Nothing => return Ok(this.clone()),
        Select::Node(id) => Some(raw::node(&path.document, *id)),
        Select::Attribute(_) => Some(this.clone()),
        _ => None,
    };
    if let Some(shown) = shown {
        let holds = vm.call(closure, &[shown])?;
        return Ok(if vm.truth(&holds)? {
            this.clone()
        } else {
            path.nothing("".into())
        });
    }
    let mut found = None;
    path.each(vm, &mut |vm, item| {
        let holds = vm.call(closure, std::slice::from_ref(&item))?;
        if vm.truth(&holds)? {
            found = Some(item);
        }
        Ok(found.is_none())
    })?;
    Ok(found.unwrap_or_else(|| path.nothing(path.name.clone())))
}

fn find_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let path = path(this)?;
    let select = match path.select {
        Select::Node(_) | Select::Attribute(_) | Select::Nothing => return find(vm, this, args),
        Select::Attributes | Select::FilteredAttributes(_) => {
            Select::FilteredAttributes(closure.clone())
        }
        _ => Select::Filtered(closure.clone()),
    };
    Ok(Value::object(path.below(path.name.clone(), select)))
}

fn each(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    path(this)?.each(vm, &mut |vm, item| {
        vm.call(closure, &[item])?;
        Ok(true)
    })?;
    Ok(this.clone())
}

fn each_with_index(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let mut index = 0;
    path(this)?.each(vm, &mut |vm, item| {
        vm.call(closure, &[item, Value::Int(index)])?;
        index = index.wrapping_add(1);
        Ok(true)
    })?;
    Ok(this.clone())
}

fn collect(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    let closure = match args {
        [] => return path.to_vec(vm).map(Value::list),
        [closure @ Value::Closure(_)] => closure,
        _ => return Err(Thrown::mismatch()),
    };
    let mut collected = Vec::new();
    path.each(vm, &mut |vm, item| {
        collected.push(vm.call(closure, &[item])?);
        Ok(true)
    })?;
    Ok(Value::list(collected))
}

/// What Groovy gives everything that can be iterated: done on the items.
const OF_ITEMS: &[&str] = &[
    "any",
    "asList",
    "collate",
    "collectEntries",
    "collectMany",
    "collectNested",
    "combinations",
    "contains",
    "count",
    "countBy",
    "disjoint",
    "drop",
    "dropWhile",
    "every",
    "findIndexOf",
    "findIndexValues",
    "findLastIndexOf",
    "findResult",
    "findResults",
    "first",
    "flatten",
    "grep",
    "groupBy",
    "head",
    "indexed",
    "init",
    "inject",
    "join",
    "last",
    "max",
    "min",
    "minus",
    "reverseEach",
    "sort",
    "split",
    "spread",
    "sum",
    "tail",
    "take",
    "takeWhile",
    "toList",
    "toSet",
    "toSorted",
    "toSpreadMap",
    "toUnique",
    "unique",
    "withIndex",
    "toArray",
];

/// A method that Groovy gives everything that can be iterated.
pub(super) fn as_list(
    vm: &mut Vm,
    this: &Value,
    name: &str,
    args: &[Value],
) -> Result<Option<Value>> {
    if !OF_ITEMS.contains(&name) {
        return Ok(None);
    }
    let items = Value::list(path(this)?.to_vec(vm)?);
    vm.invoke(&items, name, args).map(Some)
}

fn get_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = vm.text(name)?;
    vm.get(this, &name)
}

fn lookup_namespace(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [prefix] = args else {
        return Err(Thrown::mismatch());
    };
    let prefix = vm.text(prefix)?;
    Ok(path(this)?
        .namespace(&prefix)
        .map_or(Value::Null, Value::Str))
}

fn declare_namespace(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Map(map)] = args else {
        return Err(Thrown::mismatch());
    };
    let path = path(this)?;
    let mut declared: Vec<(Str, Str)> = path.declared.borrow().to_vec();
    for (prefix, uri) in map.to_vec() {
        let (prefix, uri) = (vm.text(&prefix)?, vm.text(&uri)?);
        declared.retain(|(known, _)| *known != prefix);
        declared.push((prefix, uri));
    }
    *path.declared.borrow_mut() = Rc::new(declared);
    Ok(this.clone())
}

fn attributes(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    match path.select {
        Select::Node(id) => Ok(Value::Map(path.document.attributes(id))),
        _ => Err(Thrown::mismatch()),
    }
}

fn namespace_uri(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    Ok(Value::Str(match path.select {
        Select::Node(id) => path.document.namespace(id),
        _ => path.attribute_namespace(),
    }))
}

fn local_text(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let path = path(this)?;
    match path.select {
        Select::Node(id) => raw::local_text(vm, &path.document, id),
        _ => Err(Thrown::mismatch()),
    }
}

/// Converts the text as `String` does.
fn convert(vm: &mut Vm, this: &Value, method: &str) -> Result<Value> {
    let text = path(this)?.text(vm)?;
    vm.invoke(&Value::Str(text), method, &[])
}

macro_rules! conversions {
    ($($id:ident $name:literal)*) => {
        $(
            fn $id(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
                convert(vm, this, $name)
            }
        )*
    };
}

conversions! {
    to_integer "toInteger"
    to_long "toLong"
    to_float "toFloat"
    to_double "toDouble"
    to_big_decimal "toBigDecimal"
    to_big_integer "toBigInteger"
    to_boolean "toBoolean"
    to_uri "toURI"
    to_url "toURL"
}
