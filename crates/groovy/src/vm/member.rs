//! Properties, indexes and names that are no local variables.

use std::rc::Rc;

use crate::class::ClassRef;
use crate::closure::class::class_of;
use crate::closure::{Closure, Strategy};
use crate::code::NameId;
use crate::library::{self, xml_parser};
use crate::script_class::Instance;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::Frame;

impl Vm {
    /// A name that is no local variable.
    pub(crate) fn variable(&mut self, f: &Frame<'_>, name: NameId) -> Result<Value> {
        let name = f.loaded.unit.name(name);
        match f.closure {
            Some(closure) => self.get(&Value::Closure(Rc::clone(closure)), name),
            None => self.get(f.this, name),
        }
    }

    /// Assigns to a name that is no local variable.
    pub(crate) fn set_variable(
        &mut self,
        f: &Frame<'_>,
        name: NameId,
        value: &Value,
    ) -> Result<()> {
        let name = f.loaded.unit.name(name);
        match f.closure {
            Some(closure) => self.set(&Value::Closure(Rc::clone(closure)), name, value),
            None => self.set(f.this, name, value),
        }
    }

    /// A field of `this` by its place in the class.
    pub(crate) fn field(&self, f: &Frame<'_>, class: u32, at: u32) -> Value {
        let offset = f.loaded.class(class).offset();
        let instance = f.this.downcast::<Instance>();
        instance
            .map(|one| one.field(offset + at as usize))
            .unwrap_or_default()
    }

    pub(crate) fn set_field(&self, f: &Frame<'_>, class: u32, at: u32, value: Value) {
        let offset = f.loaded.class(class).offset();
        if let Some(instance) = f.this.downcast_rc::<Instance>() {
            instance.set_field(offset + at as usize, value);
        }
    }

    /// Reads a property.
    ///
    /// # Errors
    /// What its getter throws; `MissingPropertyException` when there is none.
    pub fn get(&mut self, object: &Value, name: &str) -> Result<Value> {
        match self.try_get(object, name)? {
            Some(value) => Ok(value),
            None => Err(self.missing_property(object, name)),
        }
    }

    /// Reads a property; `None` when there is none.
    pub(crate) fn try_get(&mut self, object: &Value, name: &str) -> Result<Option<Value>> {
        self.step(1)?;
        match object {
            Value::Null => {
                return Err(throw(
                    "NullPointerException",
                    format!("Cannot get property '{name}' on null object"),
                ));
            }
            Value::Map(map) => {
                if let Some(value) = map.get_str(name) {
                    return Ok(Some(value));
                }
                if !map.is_plain() {
                    return self.invoke(object, "get", &[Value::text(name)]).map(Some);
                }
                return Ok(Some(Value::Null));
            }
            Value::Closure(closure) => return self.closure_get(closure, name),
            Value::Class(class) => return self.static_get(object, class, name),
            Value::Object(it) => {
                if let Some(value) = it.get(self, object, name)? {
                    return Ok(Some(value));
                }
            }
            Value::List(list) if xml_parser::is_node_list(list) => {
                return xml_parser::property(self, list, name).map(Some);
            }
            _ => {}
        }
        if name == "class" {
            return Ok(Some(Value::Class(object.class())));
        }
        if let Some(getter) = self.table(object).getter(name) {
            return getter(self, object, &[]).map(Some);
        }
        match object {
            Value::List(list) if list.is_array() && name == "length" => {
                let length = i32::try_from(list.len()).unwrap_or(i32::MAX);
                Ok(Some(Value::Int(length)))
            }
            Value::Bytes(bytes) if name == "length" => {
                let length = i32::try_from(bytes.borrow().len()).unwrap_or(i32::MAX);
                Ok(Some(Value::Int(length)))
            }
            Value::List(_) | Value::Set(_) | Value::Range(_) => {
                self.get_of_each(object, name).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// `list.name`: the property of each item that is not `null`.
    fn get_of_each(&mut self, list: &Value, name: &str) -> Result<Value> {
        let mut values = Vec::new();
        for item in self.items(list)? {
            if item.is_null() {
                continue;
            }
            let Some(value) = self.try_get(&item, name)? else {
                let class = list.class().name();
                let item = item.class().name();
                return Err(throw(
                    "MissingPropertyException",
                    format!(
                        "Exception evaluating property '{name}' for {class}, Reason: \
                         groovy.lang.MissingPropertyException: No such property: {name} for \
                         class: {item}"
                    ),
                ));
            };
            values.push(value);
        }
        Ok(Value::list(values))
    }

    fn static_get(
        &mut self,
        object: &Value,
        class: &ClassRef,
        name: &str,
    ) -> Result<Option<Value>> {
        if name == "class" {
            return Ok(Some(object.clone()));
        }
        match class {
            ClassRef::Script(class) => {
                if let Some(value) = class.get_static(self, name)? {
                    return Ok(Some(value));
                }
            }
            ClassRef::Native(class) | ClassRef::Primitive(class) => {
                if let Some(value) = class.constant(name) {
                    return Ok(Some(value));
                }
                for prefix in ["get", "is"] {
                    let getter = accessor(prefix, name);
                    if let Some(getter) = class.static_method(&getter) {
                        return getter(self, &[]).map(Some);
                    }
                }
            }
            ClassRef::Array(_) => {}
        }
        match library::object::CLASS.getter(name) {
            Some(getter) => getter(self, object, &[]).map(Some),
            None => Ok(None),
        }
    }

    /// A name inside a closure: its own properties, then those of owner and delegate.
    fn closure_get(&mut self, closure: &Rc<Closure>, name: &str) -> Result<Option<Value>> {
        match name {
            "class" => return Ok(Some(Value::Class(class_of(closure)))),
            "owner" => return Ok(Some(closure.owner.clone())),
            "delegate" => return Ok(Some(closure.delegate.borrow().clone())),
            "thisObject" => return Ok(Some(closure.this.clone())),
            _ => {}
        }
        let this = Value::Closure(Rc::clone(closure));
        if let Some(getter) = library::closure::CLOSURE.getter(name) {
            return getter(self, &this, &[]).map(Some);
        }
        self.deeper(|vm| {
            for object in around(closure) {
                if let Some(value) = vm.try_get(&object, name)? {
                    return Ok(Some(value));
                }
            }
            Ok(None)
        })
    }

    /// Sets a property.
    ///
    /// # Errors
    /// What its setter throws; `MissingPropertyException` when there is none.
    pub fn set(&mut self, object: &Value, name: &str, value: &Value) -> Result<()> {
        if self.try_set(object, name, value)? {
            return Ok(());
        }
        Err(self.missing_property(object, name))
    }

    fn try_set(&mut self, object: &Value, name: &str, value: &Value) -> Result<bool> {
        self.step(1)?;
        match object {
            Value::Null => Err(throw(
                "NullPointerException",
                format!("Cannot set property '{name}' on null object"),
            )),
            Value::Map(map) => {
                if map.is_locked() || !map.is_plain() {
                    let args = [Value::text(name), value.clone()];
                    return self.invoke(object, "put", &args).map(|_| true);
                }
                map.put(Value::text(name), value.clone());
                Ok(true)
            }
            Value::Closure(closure) => self.closure_set(closure, name, value),
            Value::Class(ClassRef::Script(class)) => class.set_static(self, name, value),
            Value::Object(it) if it.set(self, object, name, value)? => Ok(true),
            Value::List(list) if xml_parser::set_property(list, name, value)? => Ok(true),
            _ => {
                let setter = accessor("set", name);
                let Some(setter) = self.table(object).method(&setter) else {
                    return match object {
                        Value::List(list) if !list.is_array() => {
                            Err(throw("IllegalArgumentException", "argument type mismatch"))
                        }
                        _ => Ok(false),
                    };
                };
                setter(self, object, std::slice::from_ref(value)).map(|_| true)
            }
        }
    }

    fn closure_set(&mut self, closure: &Rc<Closure>, name: &str, value: &Value) -> Result<bool> {
        if name == "delegate" {
            closure.set_delegate(value.clone());
            return Ok(true);
        }
        let setter = accessor("set", name);
        if let Some(setter) = library::closure::CLOSURE.method(&setter) {
            let this = Value::Closure(Rc::clone(closure));
            return setter(self, &this, std::slice::from_ref(value)).map(|_| true);
        }
        self.deeper(|vm| {
            for object in around(closure) {
                if vm.try_set(&object, name, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// `a.@b`
    pub(crate) fn attribute(&mut self, object: &Value, name: &str) -> Result<Value> {
        if let Value::Object(it) = object
            && let Some(value) = it.get(self, object, &format!("@{name}"))?
        {
            return Ok(value);
        }
        if let Value::List(list) = object
            && xml_parser::is_node_list(list)
        {
            return xml_parser::property(self, list, &format!("@{name}"));
        }
        if let Value::List(_) | Value::Set(_) = object {
            let mut values = Vec::new();
            for item in self.items(object)? {
                if !item.is_null() {
                    values.push(self.attribute(&item, name)?);
                }
            }
            return Ok(Value::list(values));
        }
        Err(throw(
            "MissingFieldException",
            format!("No such field: {name} for class: {}", object.class().name()),
        ))
    }

    /// `a.@b = c`
    pub(crate) fn set_attribute(
        &mut self,
        object: &Value,
        name: &str,
        value: &Value,
    ) -> Result<()> {
        if let Value::Object(it) = object
            && it.set(self, object, &format!("@{name}"), value)?
        {
            return Ok(());
        }
        if let Value::List(list) = object
            && xml_parser::set_property(list, &format!("@{name}"), value)?
        {
            return Ok(());
        }
        Err(throw(
            "MissingFieldException",
            format!("No such field: {name} for class: {}", object.class().name()),
        ))
    }

    /// `a[b]`
    pub(crate) fn index(&mut self, object: &Value, args: &[Value]) -> Result<Value> {
        match (object, args) {
            (Value::List(list), [Value::Int(at)]) if !list.is_array() => {
                let length = list.len();
                let from_end = i64::try_from(length).unwrap_or(i64::MAX);
                let at = if *at < 0 {
                    i64::from(*at) + from_end
                } else {
                    i64::from(*at)
                };
                match usize::try_from(at) {
                    Ok(at) => Ok(list.get(at).unwrap_or_default()),
                    Err(_) => self.invoke(object, "getAt", args),
                }
            }
            (Value::Map(map), [key]) if map.is_plain() => Ok(map.get(key).unwrap_or_default()),
            (_, [_]) => self.invoke(object, "getAt", args),
            (_, many) => self.invoke(object, "getAt", &[Value::list(many.to_vec())]),
        }
    }

    /// `a[b] = c`
    pub(crate) fn set_index(
        &mut self,
        object: &Value,
        args: &[Value],
        value: &Value,
    ) -> Result<()> {
        let key = match args {
            [key] => key.clone(),
            many => Value::list(many.to_vec()),
        };
        self.invoke(object, "putAt", &[key, value.clone()])
            .map(drop)
    }
}

/// Where a closure looks for names, in order.
pub(crate) fn around(closure: &Rc<Closure>) -> Vec<Value> {
    let delegate = closure.delegate.borrow().clone();
    let owner = closure.owner.clone();
    let same = delegate.is_same(&owner);
    let own = matches!(&delegate, Value::Closure(one) if Rc::ptr_eq(one, closure));
    let mut objects = match closure.strategy.get() {
        Strategy::OwnerFirst if same || own => vec![owner],
        Strategy::OwnerFirst => vec![owner, delegate],
        Strategy::DelegateFirst if same || own => vec![owner],
        Strategy::DelegateFirst => vec![delegate, owner],
        Strategy::OwnerOnly => vec![owner],
        Strategy::DelegateOnly => vec![delegate],
        Strategy::ToSelf => Vec::new(),
    };
    objects.retain(|object| !object.is_null());
    objects
}

/// `get` and `name` → `getName`.
pub(crate) fn accessor(prefix: &str, property: &str) -> String {
    let mut chars = property.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{prefix}{}{}", first.unwrap_or_default(), chars.as_str())
}
