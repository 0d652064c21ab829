//! What user functions of message mappings find: the context of the mapping, and an output queue.

use std::cell::RefCell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static MAPPING_CONTEXT: Class = Class::new("com.sap.it.api.mapping.MappingContext")
    .methods(&[
        ("getHeader", get_header),
        ("setHeader", set_header),
        ("getProperty", get_property),
        ("setProperty", set_property),
    ]);

pub(super) static OUTPUT: Class = Class::new("com.sap.it.api.mapping.Output").methods(&[
    ("addValue", add_value),
    ("addSuppress", add_suppress),
    ("addContextChange", add_context_change),
    ("isSuppress", is_suppress),
]);

/// The mapping context over a message.
pub struct MappingContext {
    message: Value,
}

impl MappingContext {
    /// The context of this message.
    #[must_use]
    pub fn new(message: Value) -> Self {
        Self { message }
    }
}

impl Object for MappingContext {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MAPPING_CONTEXT)
    }
}

fn message(this: &Value) -> Result<&Value> {
    let context = this.downcast::<MappingContext>();
    Ok(&context.ok_or_else(Thrown::mismatch)?.message)
}

/// A header or property is text here, as values of a mapping are.
fn texts(vm: &mut Vm, value: &Value) -> Result<Value> {
    match value {
        Value::Null => Ok(Value::Null),
        other => vm.to_string(other).map(Value::Str),
    }
}

fn get_header(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let headers = vm.invoke(message(this)?, "getHeaders", &[])?;
    let value = vm.invoke(&headers, "get", args)?;
    texts(vm, &value)
}

fn set_header(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    vm.invoke(message(this)?, "setHeader", args)
}

fn get_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let value = vm.invoke(message(this)?, "getProperty", args)?;
    texts(vm, &value)
}

fn set_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    vm.invoke(message(this)?, "setProperty", args)
}

/// A value of an output queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Queued {
    /// A value.
    Value(Str),
    /// The target node is left out.
    Suppress,
    /// The end of a context.
    ContextChange,
}

/// The output queue of a user function.
#[derive(Clone, Default)]
pub struct Output(Rc<RefCell<Vec<Queued>>>);

impl Output {
    /// What was put into it.
    #[must_use]
    pub fn take(&self) -> Vec<Queued> {
        self.0.take()
    }
}

impl Object for Output {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&OUTPUT)
    }
}

fn push(vm: &mut Vm, this: &Value, queued: Queued) -> Result<Value> {
    vm.step(1)?;
    let output = this.downcast::<Output>().ok_or_else(Thrown::mismatch)?;
    output.0.borrow_mut().push(queued);
    Ok(Value::Null)
}

fn add_value(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let text = vm.to_string(value)?;
    push(vm, this, Queued::Value(text))
}

fn add_suppress(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    push(vm, this, Queued::Suppress)
}

fn add_context_change(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    push(vm, this, Queued::ContextChange)
}

/// The text that stands for a suppressed value in a queue.
const SUPPRESSED: &str = "_sUpPresSeD_";

fn is_suppress(_vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Str(text)] => Ok(Value::Bool(text.as_str() == SUPPRESSED)),
        [_] => Ok(Value::Bool(false)),
        _ => Err(Thrown::mismatch()),
    }
}
