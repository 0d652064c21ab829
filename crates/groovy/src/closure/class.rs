//! The class that each closure of a script has.

use std::rc::Rc;

use super::Closure;
use crate::class::{ClassRef, ScriptClass};
use crate::library::closure::CLOSURE;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// The class of a closure; nothing but its name.
#[derive(Debug)]
struct ClosureClass(String);

/// What `getClass()` of a closure gives.
pub(crate) fn class_of(closure: &Closure) -> ClassRef {
    let name = closure.code.class_name();
    if name == CLOSURE.name {
        return ClassRef::Native(&CLOSURE);
    }
    ClassRef::Script(Rc::new(ClosureClass(name.to_owned())))
}

impl ScriptClass for ClosureClass {
    fn name(&self) -> &str {
        &self.0
    }

    fn supers(&self) -> Vec<ClassRef> {
        vec![ClassRef::Native(&CLOSURE)]
    }

    fn is_interface(&self) -> bool {
        false
    }

    fn is_enum(&self) -> bool {
        false
    }

    fn construct(&self, _vm: &mut Vm, _args: &[Value]) -> Result<Value> {
        Err(throw("InstantiationException", self.0.as_str()))
    }

    fn call_static(&self, _vm: &mut Vm, _name: &str, _args: &[Value]) -> Result<Option<Value>> {
        Ok(None)
    }

    fn get_static(&self, _vm: &mut Vm, _name: &str) -> Result<Option<Value>> {
        Ok(None)
    }

    fn set_static(&self, _vm: &mut Vm, _name: &str, _value: &Value) -> Result<bool> {
        Ok(false)
    }
}
