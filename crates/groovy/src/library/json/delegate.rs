//! Closures as JSON objects: every call inside becomes a member.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::closure::{Closure, Strategy};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

pub(super) static JSON_DELEGATE: Class = Class::new("groovy.json.JsonDelegate");

/// What the calls in a closure are made on.
struct Delegate {
    content: Rc<Map>,
}

impl Object for Delegate {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&JSON_DELEGATE)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        _this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let value = match args {
            [value] => value.clone(),
            [
                items @ (Value::List(_) | Value::Set(_)),
                Value::Closure(closure),
            ] => each(vm, items, closure)?,
            several => Value::list(several.to_vec()),
        };
        self.content.put(Value::text(name), value.clone());
        Ok(Some(value))
    }
}

/// The members that a closure makes, called with these arguments.
pub(super) fn content(vm: &mut Vm, closure: &Rc<Closure>, args: &[Value]) -> Result<Rc<Map>> {
    let content = Map::new(MapKind::Linked);
    let delegate = Delegate {
        content: Rc::clone(&content),
    };
    let closure = closure.rehydrated(Value::object(delegate), Strategy::DelegateFirst);
    vm.call(&Value::Closure(closure), args)?;
    Ok(content)
}

/// The objects that a closure makes of each item.
pub(super) fn each(vm: &mut Vm, items: &Value, closure: &Rc<Closure>) -> Result<Value> {
    let mut objects = Vec::new();
    for item in vm.items(items)? {
        objects.push(Value::Map(content(vm, closure, &[item])?));
    }
    let list = crate::list::List::new(crate::list::ListKind::ArrayList, Vec::new());
    list.replace(objects);
    Ok(Value::List(list))
}
