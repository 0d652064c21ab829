//! What scripts change in documents.

use std::rc::Rc;

use crate::class::ClassRef;
use crate::closure::{Closure, Code};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::document::{Builder, Child};
use super::members::{item_at, path};
use super::path::{Item, Path, Select};

/// Calls `change` with each element of a path, and the path of that element.
fn each_place(
    vm: &mut Vm,
    path: &Rc<Path>,
    change: &mut dyn FnMut(crate::xml::tree::Id, &Value),
) -> Result<()> {
    if matches!(
        path.select,
        Select::Attribute(_) | Select::Attributes | Select::FilteredAttributes(_)
    ) {
        return Ok(());
    }
    let mut places = Vec::new();
    path.each_node(vm, &mut |_, item| {
        if let Item::Node(id) = item {
            places.push(id);
        }
        Ok(true)
    })?;
    for id in places {
        let place = match path.select {
            Select::Node(_) => Value::Object(path.clone()),
            _ => path.parent.as_ref().unwrap_or(path).node(id),
        };
        change(id, &place);
    }
    Ok(())
}

/// `replaceNode(closure)`
pub(super) fn replace_node(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let path = path(this)?;
    each_place(vm, &path, &mut |id, place| {
        let builder = Builder {
            closure: closure.clone(),
            path: place.clone(),
        };
        path.document.replace(id, builder);
    })?;
    Ok(Value::Null)
}

/// `replaceBody(value)`
pub(super) fn replace_body(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let value = match args {
        [] => &Value::Null,
        [value] => value,
        _ => return Err(Thrown::mismatch()),
    };
    let path = path(this)?;
    each_place(vm, &path, &mut |id, _| {
        path.document.set_body(id, value.clone())
    })?;
    Ok(Value::Null)
}

/// `appendNode(value)`
pub(super) fn append_node(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let value = match args {
        [] => &Value::Null,
        [value] => value,
        _ => return Err(Thrown::mismatch()),
    };
    let path = path(this)?;
    each_place(vm, &path, &mut |id, place| {
        let child = match value {
            Value::Closure(_) => Child::Builder(Builder {
                closure: value.clone(),
                path: place.clone(),
            }),
            _ => Child::Value(value.clone()),
        };
        path.document.append(id, child);
    })?;
    Ok(Value::Null)
}

/// `path << value`
pub(super) fn left_shift(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    append_node(vm, this, args)?;
    Ok(this.clone())
}

/// `path + value`: what is selected is followed by `value` when it is written.
pub(super) fn plus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let code = Followed {
        value: value.clone(),
    };
    let closure = Closure::new(Rc::new(code), Value::Null, Value::Null);
    replace_node(vm, this, &[Value::Closure(closure)])?;
    Ok(this.clone())
}

/// Writes what it is called with, and then a value.
struct Followed {
    value: Value,
}

impl Code for Followed {
    fn run(&self, vm: &mut Vm, closure: &Rc<Closure>, args: &[Value]) -> Result<Value> {
        let builder = closure.delegate.borrow().clone();
        for value in args.iter().chain([&self.value]) {
            let keywords = vm.get(&builder, "mkp")?;
            vm.invoke(&keywords, "yield", std::slice::from_ref(value))?;
        }
        Ok(Value::Null)
    }

    fn parameters(&self) -> &[Option<ClassRef>] {
        &[None]
    }
}

/// `path[index] = value`
pub(super) fn put_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let place = match args {
        [Value::Int(index), _] => item_at(vm, &path(this)?, *index)?,
        [name @ (Value::Str(_) | Value::GString(_)), value] => {
            let name = vm.text(name)?;
            set_property(vm, this, &name, value)?;
            return Ok(Value::Null);
        }
        _ => return Err(Thrown::mismatch()),
    };
    let value = &args[1..];
    match value {
        [Value::Closure(_)] => replace_node(vm, &place, value),
        _ => replace_body(vm, &place, value),
    }
}

/// `setProperty(name, value)`
pub(super) fn set_property_call(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let name = vm.text(name)?;
    set_property(vm, this, &name, value)?;
    Ok(Value::Null)
}

/// `path.name = value` and `path.@name = value`
pub(super) fn set_property(vm: &mut Vm, this: &Value, name: &str, value: &Value) -> Result<()> {
    if let Some(name) = name.strip_prefix('@') {
        if !matches!(value, Value::Str(_) | Value::GString(_)) {
            return Ok(());
        }
        let (path, value) = (path(this)?, Value::Str(vm.text(value)?));
        return each_place(vm, &path, &mut |id, _| {
            let key = path.key_of(name);
            path.document
                .attributes(id)
                .put(Value::Str(key), value.clone());
        });
    }
    let below = vm.get(this, name)?;
    match value {
        Value::Map(map) => {
            for (key, value) in map.to_vec() {
                let key = vm.text(&key)?;
                set_property(vm, &below, &format!("@{key}"), &value)?;
            }
            Ok(())
        }
        Value::Closure(_) => replace_node(vm, &below, std::slice::from_ref(value)).map(drop),
        _ => replace_body(vm, &below, std::slice::from_ref(value)).map(drop),
    }
}
