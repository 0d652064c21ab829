//! `groovy.lang.Script` with its binding, and scripts run by scripts.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::map::Map;
use crate::object::Object;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `groovy.lang.Script`
pub static SCRIPT: Class = Class::new("groovy.lang.Script").methods(&[
    ("evaluate", evaluate),
    ("getBinding", binding),
    ("setBinding", |_, _, _| Ok(Value::Null)),
]);
/// `groovy.lang.Binding`
pub static BINDING: Class = Class::new("groovy.lang.Binding").methods(&[
    ("getVariable", get_variable),
    ("getVariables", variables),
    ("hasVariable", has_variable),
    ("removeVariable", remove_variable),
    ("setVariable", set_variable),
]);
/// `groovy.util.Eval`
pub static EVAL: Class = Class::new("groovy.util.Eval").statics(&[
    ("me", eval_me),
    ("x", |vm, args| eval_with(vm, &["x"], args)),
    ("xy", |vm, args| eval_with(vm, &["x", "y"], args)),
    ("xyz", |vm, args| eval_with(vm, &["x", "y", "z"], args)),
]);

pub(super) static CLASSES: &[&Class] = &[&SCRIPT, &BINDING, &EVAL];

/// The variables of a script.
pub(crate) struct Binding(pub(crate) Rc<Map>);

impl Object for Binding {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&BINDING)
    }

    fn get(&self, _vm: &mut Vm, _this: &Value, name: &str) -> Result<Option<Value>> {
        if name == "variables" {
            return Ok(None);
        }
        Ok(self.0.get_str(name))
    }

    fn set(&self, _vm: &mut Vm, _this: &Value, name: &str, value: &Value) -> Result<bool> {
        self.0.put(Value::text(name), value.clone());
        Ok(true)
    }
}

fn of(this: &Value) -> Result<&Binding> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn get_variable(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = vm.text(name)?;
    of(this)?.0.get_str(&name).ok_or_else(|| {
        let message = format!("No such property: {name} for class: groovy.lang.Binding");
        throw("MissingPropertyException", message)
    })
}

fn variables(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Map(Rc::clone(&of(this)?.0)))
}

fn has_variable(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = vm.text(name)?;
    Ok(Value::Bool(of(this)?.0.get_str(&name).is_some()))
}

fn set_variable(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    of(this)?.0.put(name.clone(), value.clone());
    Ok(Value::Null)
}

fn remove_variable(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    drop(of(this)?.0.remove(name));
    Ok(Value::Null)
}

fn binding(vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::object(Binding(vm.binding())))
}

fn evaluate(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    eval_with(vm, &[], args)
}

fn eval_me(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [name, value, source] => {
            let (name, source) = (vm.text(name)?, vm.text(source)?);
            vm.evaluate(&source, &[(&name, value)])
        }
        args => eval_with(vm, &[], args),
    }
}

/// Runs the last argument as a script, the others being variables of these names.
fn eval_with(vm: &mut Vm, names: &[&str], args: &[Value]) -> Result<Value> {
    let Some((source, values)) = args.split_last() else {
        return Err(Thrown::mismatch());
    };
    if values.len() != names.len() {
        return Err(Thrown::mismatch());
    }
    let source = vm.text(source)?;
    let variables: Vec<_> = names.iter().copied().zip(values).collect();
    vm.evaluate(&source, &variables)
}
