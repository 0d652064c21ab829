//! `groovy.json.StreamingJsonBuilder`: writes while its closures run.

use std::cell::Cell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::closure::{Closure, Strategy};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::builder::WRONG_ARGUMENTS;
use super::write;

pub(super) static STREAMING_JSON_BUILDER: Class = Class::new("groovy.json.StreamingJsonBuilder")
    .constructor(new)
    .methods(&[("call", call)]);

pub(super) static STREAMING_JSON_DELEGATE: Class =
    Class::new("groovy.json.StreamingJsonBuilder$StreamingJsonDelegate");

struct Streaming {
    writer: Value,
}

impl Object for Streaming {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&STREAMING_JSON_BUILDER)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let writer = &self.writer;
        match args {
            [] | [Value::Map(_)] => {
                let value = args.first().cloned();
                let value = value.unwrap_or_else(|| Value::Map(Map::new(MapKind::Linked)));
                json(
                    vm,
                    writer,
                    &Value::Map(Map::linked([(Value::text(name), value)])),
                )?;
            }
            [.., Value::Closure(closure)] => {
                print(vm, writer, "{")?;
                json(vm, writer, &Value::text(name))?;
                print(vm, writer, ":")?;
                match args {
                    [_] => members(vm, writer, &Map::new(MapKind::Linked), closure, &[])?,
                    [Value::Map(map), _] => members(vm, writer, map, closure, &[])?,
                    [items, _] => each(vm, writer, items, closure)?,
                    _ => return Err(throw("groovy.json.JsonException", WRONG_ARGUMENTS)),
                }
                print(vm, writer, "}")?;
            }
            _ => return Err(throw("groovy.json.JsonException", WRONG_ARGUMENTS)),
        }
        Ok(Some(this.clone()))
    }
}

/// What calls inside a closure are made on: each writes a member.
struct Delegate {
    writer: Value,
    first: Cell<bool>,
}

impl Object for Delegate {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&STREAMING_JSON_DELEGATE)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        _this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let writer = &self.writer;
        if !self.first.replace(false) {
            print(vm, writer, ",")?;
        }
        json(vm, writer, &Value::text(name))?;
        print(vm, writer, ":")?;
        match args {
            [Value::Closure(closure)] => {
                members(vm, writer, &Map::new(MapKind::Linked), closure, &[])?;
            }
            [value] => json(vm, writer, value)?,
            [
                items @ (Value::List(_) | Value::Set(_) | Value::Range(_)),
                Value::Closure(closure),
            ] => {
                each(vm, writer, items, closure)?;
            }
            [value, Value::Closure(closure)] => {
                let value = std::slice::from_ref(value);
                members(vm, writer, &Map::new(MapKind::Linked), closure, value)?;
            }
            several => json(vm, writer, &Value::list(several.to_vec()))?,
        }
        Ok(Some(Value::Null))
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [writer, rest @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    match rest {
        [] | [Value::Null] => {}
        [content] => json(vm, writer, content)?,
        _ => return Err(Thrown::mismatch()),
    }
    Ok(Value::object(Streaming {
        writer: writer.clone(),
    }))
}

fn call(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let streaming: &Streaming = this.downcast().ok_or_else(Thrown::mismatch)?;
    let writer = &streaming.writer;
    match args {
        [Value::Closure(closure)] => {
            members(vm, writer, &Map::new(MapKind::Linked), closure, &[])?;
            Ok(Value::Null)
        }
        [value @ (Value::Map(_) | Value::List(_))] => {
            json(vm, writer, value)?;
            Ok(value.clone())
        }
        [
            items @ (Value::List(_) | Value::Set(_) | Value::Range(_)),
            Value::Closure(closure),
        ] => {
            each(vm, writer, items, closure)?;
            Ok(items.clone())
        }
        several => {
            let list = Value::list(several.to_vec());
            json(vm, writer, &list)?;
            Ok(list)
        }
    }
}

fn print(vm: &mut Vm, writer: &Value, text: &str) -> Result<()> {
    vm.invoke(writer, "write", &[Value::text(text)]).map(drop)
}

fn json(vm: &mut Vm, writer: &Value, value: &Value) -> Result<()> {
    let json = write::to_json(vm, value)?;
    print(vm, writer, &json)
}

/// Writes an object: these members, then those of the closure.
fn members(
    vm: &mut Vm,
    writer: &Value,
    map: &Rc<Map>,
    closure: &Rc<Closure>,
    args: &[Value],
) -> Result<()> {
    let given = write::to_json(vm, &Value::Map(Rc::clone(map)))?;
    print(vm, writer, given.strip_suffix('}').unwrap_or(&given))?;
    let delegate = Delegate {
        writer: writer.clone(),
        first: Cell::new(map.is_empty()),
    };
    let closure = closure.rehydrated(Value::object(delegate), Strategy::DelegateFirst);
    vm.call(&Value::Closure(closure), args)?;
    print(vm, writer, "}")
}

/// Writes an array of the objects that a closure makes of each item.
fn each(vm: &mut Vm, writer: &Value, items: &Value, closure: &Rc<Closure>) -> Result<()> {
    print(vm, writer, "[")?;
    for (at, item) in vm.items(items)?.into_iter().enumerate() {
        if at > 0 {
            print(vm, writer, ",")?;
        }
        members(vm, writer, &Map::new(MapKind::Linked), closure, &[item])?;
    }
    print(vm, writer, "]")
}
