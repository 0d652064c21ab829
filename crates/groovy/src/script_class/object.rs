//! What objects of classes of the script answer to operators and calls.

use std::rc::Rc;

use super::instance::Instance;
use crate::class::{ClassRef, ScriptClass};
use crate::library::object::{COMPARABLE, OBJECT};
use crate::library::script::{Binding, SCRIPT};
use crate::list::{List, ListKind};
use crate::object::Object;
use crate::ops;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::member::accessor;

impl Object for Instance {
    fn class(&self) -> ClassRef {
        ClassRef::Script(Rc::clone(&self.class) as Rc<dyn ScriptClass>)
    }

    fn call(&self, vm: &mut Vm, this: &Value, name: &str, args: &[Value]) -> Result<Option<Value>> {
        if let Some(result) = self.call_own(vm, this, name, args)? {
            return Ok(Some(result));
        }
        if let Some(result) = self.call_made(vm, name, args)? {
            return Ok(Some(result));
        }
        if self.is_script()
            && let Some(method) = SCRIPT.methods.iter().find(|(own, _)| *own == name)
        {
            return (method.1)(vm, this, args).map(Some);
        }
        self.call_base(vm, name, args)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        if let Some(value @ Value::Closure(_)) = self.get(vm, this, name)? {
            return vm.call(&value, args).map(Some);
        }
        if !self.outer.is_null() {
            let outer = self.outer.clone();
            if let Some(result) = vm.deeper(|vm| vm.try_invoke(&outer, name, args))? {
                return Ok(Some(result));
            }
        }
        for missing in ["methodMissing", "invokeMethod"] {
            if self.has_method(missing) {
                let args = List::new(ListKind::Array(&OBJECT), args.to_vec());
                let args = [Value::text(name), Value::List(args)];
                return self.call_own(vm, this, missing, &args);
            }
        }
        Ok(None)
    }

    fn get(&self, vm: &mut Vm, this: &Value, name: &str) -> Result<Option<Value>> {
        if name == "class" {
            return Ok(None);
        }
        let loaded = self.class.loaded()?;
        let (name, raw) = match name.strip_prefix('@') {
            Some(name) => (name, true),
            None => (name, false),
        };
        if !raw
            && name != "binding"
            && self.has_method("getProperty")
            && let Some(value) = self.call_own(vm, this, "getProperty", &[Value::text(name)])?
        {
            return Ok(Some(value));
        }
        if !raw {
            for prefix in ["get", "is"] {
                let getter = accessor(prefix, name);
                if loaded.unit.id(&getter).is_some()
                    && let Some(value) = self.call_own(vm, this, &getter, &[])?
                {
                    return Ok(Some(value));
                }
            }
        }
        let field = loaded
            .unit
            .id(name)
            .and_then(|id| self.class.find_field(&loaded, id));
        if let Some((at, _)) = field {
            return Ok(Some(self.field(at)));
        }
        if let Some((class, at)) = self.class.find_static(name) {
            return class.static_field(vm, at).map(Some);
        }
        if raw {
            return Ok(None);
        }
        if self.is_script() {
            if let Some(value) = vm.binding().get_str(name) {
                return Ok(Some(value));
            }
            if name == "binding" {
                return Ok(Some(Value::object(Binding(vm.binding()))));
            }
        }
        let base = self.base.borrow().clone();
        if let Some(base) = base
            && let Some(value) = vm.try_get(&base, name)?
        {
            return Ok(Some(value));
        }
        if !self.outer.is_null() {
            let outer = self.outer.clone();
            if let Some(value) = vm.deeper(|vm| vm.try_get(&outer, name))? {
                return Ok(Some(value));
            }
        }
        for missing in ["propertyMissing", "get"] {
            if self.has_method(missing)
                && let Some(value) = self.call_own(vm, this, missing, &[Value::text(name)])?
            {
                return Ok(Some(value));
            }
        }
        self.call_made(vm, &accessor("get", name), &[])
    }

    fn set(&self, vm: &mut Vm, this: &Value, name: &str, value: &Value) -> Result<bool> {
        let loaded = self.class.loaded()?;
        let (name, raw) = match name.strip_prefix('@') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let setter = accessor("set", name);
        let args = std::slice::from_ref(value);
        if !raw && self.has_method("setProperty") {
            let args = [Value::text(name), value.clone()];
            if self.call_own(vm, this, "setProperty", &args)?.is_some() {
                return Ok(true);
            }
        }
        if !raw
            && loaded.unit.id(&setter).is_some()
            && self.call_own(vm, this, &setter, args)?.is_some()
        {
            return Ok(true);
        }
        let field = loaded
            .unit
            .id(name)
            .and_then(|id| self.class.find_field(&loaded, id));
        if let Some((at, field)) = field {
            if field.is_final {
                let class = &self.class.name;
                let message = format!("Cannot set readonly property: {name} for class: {class}");
                return Err(throw("ReadOnlyPropertyException", message));
            }
            self.store(vm, &loaded, at, field, value)?;
            return Ok(true);
        }
        if let Some((class, at)) = self.class.find_static(name) {
            class.set_static_field(vm, at, value.clone())?;
            return Ok(true);
        }
        if raw {
            return Ok(false);
        }
        if self.is_script() {
            vm.binding().put(Value::text(name), value.clone());
            return Ok(true);
        }
        let base = self.base.borrow().clone();
        if let Some(base @ Value::Map(_)) = base {
            return vm.set(&base, name, value).map(|()| true);
        }
        for missing in ["propertyMissing", "set"] {
            let args = [Value::text(name), value.clone()];
            if self.has_method(missing) && self.call_own(vm, this, missing, &args)?.is_some() {
                return Ok(true);
            }
        }
        if !self.outer.is_null() {
            let outer = self.outer.clone();
            return vm.deeper(|vm| vm.set(&outer, name, value)).map(|()| true);
        }
        Ok(false)
    }

    fn to_text(&self, vm: &mut Vm, this: &Value) -> Result<Option<Str>> {
        if let Some(text) = self.call_own(vm, this, "toString", &[])? {
            return vm.text(&text).map(Some);
        }
        if let Some((name, _)) = &self.constant {
            return Ok(name.as_str().cloned());
        }
        let loaded = self.class.loaded()?;
        if self
            .class
            .def(&loaded)
            .is_some_and(|def| def.derives.to_string)
        {
            return self.listed(vm).map(Some);
        }
        if self.throwable().is_some() && self.has_method("getMessage") {
            let message = self.call_own(vm, this, "getMessage", &[])?;
            let message = vm.text(&message.unwrap_or_default())?;
            return Ok(Some(format!("{}: {message}", self.class.name).into()));
        }
        let base = self.base.borrow().clone();
        match base {
            Some(base) => vm.to_string(&base).map(Some),
            None => Ok(None),
        }
    }

    fn equals(&self, vm: &mut Vm, other: &Value) -> Result<bool> {
        let Some(this) = self.value() else {
            return Ok(false);
        };
        if let Some(equal) = self.call_own(vm, &this, "equals", std::slice::from_ref(other))? {
            return vm.truth(&equal);
        }
        if let Value::Object(other) = other {
            return Ok(self.same_key(&**other));
        }
        Ok(false)
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        let loaded = self.class.loaded.upgrade();
        let (Some(other), Some(loaded)) = (other, loaded) else {
            return false;
        };
        let derived = self
            .class
            .def(&loaded)
            .is_some_and(|def| def.derives.equals);
        if !derived || !Rc::ptr_eq(&self.class, &other.class) {
            return std::ptr::eq(self, other);
        }
        let (a, b) = (self.fields.borrow().clone(), other.fields.borrow().clone());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| ops::equal::same_key(a, b))
    }

    fn hash(&self) -> Option<i32> {
        let loaded = self.class.loaded.upgrade()?;
        if !self.class.def(&loaded)?.derives.equals {
            return None;
        }
        let fields = self.fields.borrow().clone();
        let add = |hash: i32, field: &Value| {
            hash.wrapping_mul(31)
                .wrapping_add(ops::hash::java_hash(field))
        };
        Some(fields.iter().fold(7, add))
    }

    fn compare(&self, vm: &mut Vm, other: &Value) -> Result<Option<std::cmp::Ordering>> {
        let Some(this) = self.value() else {
            return Ok(None);
        };
        if !Object::class(self).is_a(&ClassRef::Native(&COMPARABLE)) && self.constant.is_none() {
            return Ok(None);
        }
        if let Some(order) = self.call_own(vm, &this, "compareTo", std::slice::from_ref(other))? {
            let zero = Value::Int(0);
            return vm.compare(&order, &zero).map(Some);
        }
        let other = other.downcast::<Self>();
        let places = self
            .constant
            .as_ref()
            .zip(other.and_then(|other| other.constant.as_ref()));
        Ok(places.map(|((_, a), (_, b))| a.cmp(b)))
    }

    fn items(&self, vm: &mut Vm, this: &Value) -> Result<Option<Vec<Value>>> {
        match self.call_own(vm, this, "iterator", &[])? {
            Some(iterator) => vm.items(&iterator).map(Some),
            None => match self.base.borrow().clone() {
                Some(base) => vm.items(&base).map(Some),
                None => Ok(None),
            },
        }
    }

    fn release(&self) {
        drop(self.fields.take());
        drop(self.base.take());
    }
}
