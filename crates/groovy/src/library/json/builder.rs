//! `groovy.json.JsonBuilder`

use std::cell::RefCell;

use crate::class::{Class, ClassRef};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::{delegate, pretty, write};

pub(super) static JSON_BUILDER: Class = Class::new("groovy.json.JsonBuilder")
    .constructor(new)
    .methods(&[
        ("call", call),
        ("getContent", get_content),
        ("toString", to_string),
        ("toPrettyString", to_pretty_string),
        ("writeTo", write_to),
        ("getProperties", get_properties),
    ]);

/// What a call of a builder with other arguments throws.
pub(super) const WRONG_ARGUMENTS: &str = "Expected no arguments, a single map, a single closure, \
                                          or a map and closure as arguments.";

struct Builder {
    content: RefCell<Value>,
}

impl Builder {
    fn content(&self) -> Value {
        self.content.borrow().clone()
    }

    fn set(&self, content: &Value) {
        let before = self.content.replace(content.clone());
        drop(before);
    }
}

impl Object for Builder {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&JSON_BUILDER)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        _this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let value = match args {
            [] => Value::Map(Map::new(MapKind::Hash)),
            [map @ Value::Map(_)] => map.clone(),
            [Value::Closure(closure)] => Value::Map(delegate::content(vm, closure, &[])?),
            [Value::Map(map), Value::Closure(closure)] => {
                let both = Map::linked(map.to_vec());
                for (name, value) in delegate::content(vm, closure, &[])?.to_vec() {
                    both.put(name, value);
                }
                Value::Map(both)
            }
            [
                items @ (Value::List(_) | Value::Set(_) | Value::Range(_)),
                Value::Closure(closure),
            ] => delegate::each(vm, items, closure)?,
            _ => return Err(throw("groovy.json.JsonException", WRONG_ARGUMENTS)),
        };
        let content = Value::Map(Map::linked([(Value::text(name), value)]));
        self.set(&content);
        Ok(Some(content))
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let text = write::to_json(vm, &self.content())?;
        Ok(Some(text.into()))
    }

    fn release(&self) {
        self.set(&Value::Null);
    }
}

fn new(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let content = match args {
        [] => Value::Null,
        [content] => content.clone(),
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::object(Builder {
        content: RefCell::new(content),
    }))
}

fn builder(this: &Value) -> Result<&Builder> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn call(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let content = match args {
        [Value::Closure(closure)] => Value::Map(delegate::content(vm, closure, &[])?),
        [content @ (Value::Map(_) | Value::List(_))] => content.clone(),
        [
            items @ (Value::List(_) | Value::Set(_) | Value::Range(_)),
            Value::Closure(closure),
        ] => delegate::each(vm, items, closure)?,
        several => Value::list(several.to_vec()),
    };
    builder(this)?.set(&content);
    Ok(content)
}

fn get_content(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(builder(this)?.content())
}

fn get_properties(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let content = builder(this)?.content();
    Ok(Value::Map(Map::linked([(Value::text("content"), content)])))
}

fn to_string(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    write::to_json(vm, &builder(this)?.content()).map(Value::text)
}

fn to_pretty_string(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let json = write::to_json(vm, &builder(this)?.content())?;
    pretty::pretty(vm, &json).map(Value::text)
}

fn write_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [writer] = args else {
        return Err(Thrown::mismatch());
    };
    let json = to_string(vm, this, &[])?;
    vm.invoke(writer, "write", &[json])?;
    Ok(writer.clone())
}
