//! Closures and maps that stand for an object of an interface: `{ … } as Comparator`.

use crate::class::ClassRef;
use crate::object::Object;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// An object whose methods a closure, or the closures of a map, implement.
pub(crate) struct Proxy {
    class: ClassRef,
    target: Value,
}

/// The value as an object of an interface, when it is a closure or a map.
pub(crate) fn implement(value: &Value, class: &ClassRef) -> Option<Value> {
    let interface = match class {
        ClassRef::Native(class) => class.interface,
        ClassRef::Script(class) => class.is_interface(),
        _ => false,
    };
    let fits = matches!(value, Value::Closure(_) | Value::Map(_));
    let already = value.class().is_a(class);
    (interface && fits && !already).then(|| {
        Value::object(Proxy {
            class: class.clone(),
            target: value.clone(),
        })
    })
}

impl Object for Proxy {
    fn class(&self) -> ClassRef {
        self.class.clone()
    }

    fn call(
        &self,
        vm: &mut Vm,
        _this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let of_object = crate::library::object::OBJECT.method(name).is_some();
        match &self.target {
            Value::Map(map) => match map.get_str(name) {
                Some(implementation) => vm.call(&implementation, args).map(Some),
                None if of_object => Ok(None),
                None => Err(throw(
                    "UnsupportedOperationException",
                    format!("the map does not implement {name}()"),
                )),
            },
            _ if of_object => Ok(None),
            closure => vm.call(closure, args).map(Some),
        }
    }
}
