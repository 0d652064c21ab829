//! Which method a call means.

use std::any::Any;
use std::rc::Rc;

use crate::ast::BinaryOp;
use crate::class::{Class, ClassRef, Method};
use crate::closure::Closure;
use crate::closure::class::class_of;
use crate::library;
use crate::ops;
use crate::proxy;
use crate::range::Range;
use crate::script_class::Instance;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::eval::NameText;
use crate::vm::member::around;

impl Vm {
    /// Calls a closure, or anything else with a method `call`.
    ///
    /// # Errors
    /// What it throws.
    pub fn call(&mut self, callee: &Value, args: &[Value]) -> Result<Value> {
        match callee {
            Value::Closure(closure) => self.call_closure(closure, "doCall", args),
            other => self.invoke(other, "call", args),
        }
    }

    fn call_closure(&mut self, closure: &Rc<Closure>, name: &str, args: &[Value]) -> Result<Value> {
        self.step(1)?;
        match closure.code.run(self, closure, args) {
            Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {
                Err(self.missing_call(closure, name, args))
            }
            other => other,
        }
    }

    /// Calls a method.
    ///
    /// # Errors
    /// What it throws; `MissingMethodException` when there is none.
    pub fn invoke(&mut self, object: &Value, name: &str, args: &[Value]) -> Result<Value> {
        match self.try_invoke(object, name, args)? {
            Some(value) => Ok(value),
            None => Err(self.missing_method(object, name, args)),
        }
    }

    /// Calls a method; `None` when there is none that takes these arguments.
    pub(crate) fn try_invoke(
        &mut self,
        object: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        self.step(1)?;
        if !self.categories.is_empty()
            && let Some(result) = self.call_category(object, name, args)?
        {
            return Ok(Some(result));
        }
        match object {
            Value::Null => return self.invoke_null(name, args).map(Some),
            Value::Closure(closure) => return self.invoke_closure(object, closure, name, args),
            Value::Class(class) => return self.invoke_static(object, class, name, args),
            Value::Object(it) => {
                if let Some(result) = it.call(self, object, name, args)? {
                    return Ok(Some(result));
                }
            }
            _ => {}
        }
        let table = self.table(object);
        if let Some(result) = self.attempt_method(table.method(name), object, args)? {
            return Ok(Some(result));
        }
        // A static method may be called on an object of its class.
        if let Some(function) = table.static_method(name) {
            match function(self, args) {
                Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {}
                other => return other.map(Some),
            }
        }
        match object {
            Value::Map(map) => match map.get_str(name) {
                Some(value @ Value::Closure(_)) => self.call(&value, args).map(Some),
                _ => Ok(None),
            },
            Value::Object(it) => it.call_missing(self, object, name, args),
            _ => Ok(None),
        }
    }

    fn attempt_method(
        &mut self,
        method: Option<Method>,
        object: &Value,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let Some(method) = method else {
            return Ok(None);
        };
        match method(self, object, args) {
            Err(Thrown(why)) if matches!(*why, Why::Mismatch) => Ok(None),
            other => other.map(Some),
        }
    }

    /// A method that every object has.
    pub(crate) fn call_object(
        &mut self,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Value> {
        let method = library::object::OBJECT.method(name);
        match self.attempt_method(method, this, args)? {
            Some(value) => Ok(value),
            None => Err(self.missing_method(this, name, args)),
        }
    }

    fn invoke_null(&mut self, name: &str, args: &[Value]) -> Result<Value> {
        match (name, args) {
            ("toString", []) => Ok(Value::text("null")),
            ("equals" | "is", [other]) => Ok(Value::Bool(other.is_null())),
            ("asType", [_]) => Ok(Value::Null),
            ("asBoolean", []) => Ok(Value::Bool(false)),
            ("getClass", []) => Ok(Value::class_of(&library::object::NULL_OBJECT)),
            ("getAt", [index @ (Value::Null | Value::Str(_) | Value::GString(_))]) => {
                let name = self.text(index)?;
                self.get(&Value::Null, &name)
            }
            ("plus", [other]) => match other {
                Value::Str(_) | Value::GString(_) => {
                    let text = self.text(other)?;
                    Ok(Value::text(format!("null{text}")))
                }
                _ => Err(null_call(name)),
            },
            ("with", [closure @ Value::Closure(_)]) => self.call(closure, &[Value::Null]),
            ("iterator" | "each" | "collect" | "print" | "println" | "inspect" | "dump", _) => {
                match self.attempt_method(
                    library::object::OBJECT.method(name),
                    &Value::Null,
                    args,
                )? {
                    Some(value) => Ok(value),
                    None => Err(null_call(name)),
                }
            }
            _ => Err(null_call(name)),
        }
    }

    fn invoke_closure(
        &mut self,
        object: &Value,
        closure: &Rc<Closure>,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        if name == "getClass" && args.is_empty() {
            return Ok(Some(Value::Class(class_of(closure))));
        }
        if matches!(name, "call" | "doCall") {
            return self.call_closure(closure, name, args).map(Some);
        }
        let method = library::closure::CLOSURE.method(name);
        if let Some(result) = self.attempt_method(method, object, args)? {
            return Ok(Some(result));
        }
        self.deeper(|vm| {
            for object in around(closure) {
                if let Some(result) = vm.try_invoke(&object, name, args)? {
                    return Ok(Some(result));
                }
            }
            Ok(None)
        })
    }

    fn invoke_static(
        &mut self,
        object: &Value,
        class: &ClassRef,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        match class {
            ClassRef::Script(class) => {
                if let Some(result) = class.call_static(self, name, args)? {
                    return Ok(Some(result));
                }
            }
            ClassRef::Native(class) | ClassRef::Primitive(class) => {
                if let Some(function) = class.static_method(name) {
                    match function(self, args) {
                        Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {}
                        other => return other.map(Some),
                    }
                }
            }
            ClassRef::Array(_) => {}
        }
        if name == "newInstance" {
            return self.new_instance(class, args).map(Some);
        }
        self.attempt_method(library::object::CLASS.method(name), object, args)
    }

    /// The table in which methods of a value are found.
    #[must_use]
    pub fn table(&self, value: &Value) -> &'static Class {
        match value {
            Value::List(list) => list.table(),
            Value::Map(map) => map.table(),
            Value::Set(set) => set.table_of_set(),
            Value::Object(object) => match (&**object as &dyn Any).downcast_ref::<Instance>() {
                Some(instance) => instance.class.table(),
                None => native_table(&object.class()),
            },
            other => native_table(&other.class()),
        }
    }

    /// `value` is the case `label` of a switch, or `in` it.
    pub(crate) fn is_case(&mut self, label: &Value, value: &Value) -> Result<bool> {
        match label {
            Value::Null => Ok(value.is_null()),
            Value::Class(class) => Ok(ops::cast::is_instance(value, class)),
            Value::Closure(_) => {
                let result = self.call(label, std::slice::from_ref(value))?;
                self.truth(&result)
            }
            Value::Map(map) if map.is_plain() => {
                let found = map.get(value).unwrap_or_default();
                self.truth(&found)
            }
            Value::Set(set) if set.is_plain() => Ok(set.contains(value)),
            Value::List(list) if !list.is_array() => {
                for item in list.to_vec() {
                    self.step(1)?;
                    if ops::equal::java_equals(self, &item, value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Value::Range(range) => self.in_range(label, range, value),
            Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Object(_) => {
                let found = self.try_invoke(label, "isCase", std::slice::from_ref(value))?;
                match found {
                    Some(result) => self.truth(&result),
                    None => self.equals(label, value),
                }
            }
            _ => self.equals(label, value),
        }
    }

    fn in_range(&mut self, this: &Value, range: &Range, value: &Value) -> Result<bool> {
        if let (Value::Int(from), Value::Int(to), Value::Int(n)) = (&range.from, &range.to, value) {
            let (low, high) = (from.min(to), from.max(to));
            let end = range.exclusive && n == to;
            return Ok(low <= n && n <= high && !end);
        }
        let args = std::slice::from_ref(value);
        let result = self.invoke(this, "contains", args)?;
        self.truth(&result)
    }

    /// `a =~ b`, `a ==~ b`
    pub(crate) fn matched(&mut self, op: BinaryOp, text: &Value, pattern: &Value) -> Result<Value> {
        if op == BinaryOp::Match {
            return ops::regex::matches(self, text, pattern).map(Value::Bool);
        }
        ops::regex::find(self, text, pattern)
    }

    /// `object.&name`
    pub(crate) fn method_pointer(object: Value, name: NameText<'_>) -> Value {
        let name = name.to_string();
        let owner = object.clone();
        Closure::method(owner, move |vm, args| vm.invoke(&object, &name, args))
    }

    /// What a variable of this type stores.
    ///
    /// # Errors
    /// `GroovyCastException`
    pub fn cast(&mut self, value: &Value, class: &ClassRef) -> Result<Value> {
        match proxy::implement(value, class) {
            Some(proxy) if matches!(value, Value::Closure(_)) => Ok(proxy),
            _ => ops::cast::cast(self, value, class),
        }
    }

    /// `value as T`
    ///
    /// # Errors
    /// `GroovyCastException`
    pub fn as_type(&mut self, value: &Value, class: &ClassRef) -> Result<Value> {
        if let Some(proxy) = proxy::implement(value, class) {
            return Ok(proxy);
        }
        if let Value::Object(object) = value
            && value
                .downcast::<Instance>()
                .is_some_and(|one| one.has_method("asType"))
            && let Some(made) =
                object.call(self, value, "asType", &[Value::Class(class.clone())])?
        {
            return Ok(made);
        }
        ops::cast::as_type(self, value, class)
    }
}

fn native_table(class: &ClassRef) -> &'static Class {
    match class {
        ClassRef::Native(class) | ClassRef::Primitive(class) => class,
        _ => &library::object::OBJECT,
    }
}

fn null_call(name: &str) -> Thrown {
    let message = format!("Cannot invoke method {name}() on null object");
    throw("NullPointerException", message)
}
