//! `groovy.xml.MarkupBuilderHelper`: what `mkp` is.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::writer::Writer;

/// `groovy.xml.MarkupBuilderHelper`
pub(super) static MARKUP_BUILDER_HELPER: Class = Class::new("groovy.xml.MarkupBuilderHelper")
    .methods(&[
        ("yield", |vm, this, args| put(vm, this, args, true)),
        ("yieldUnescaped", |vm, this, args| {
            put(vm, this, args, false)
        }),
        ("comment", comment),
        ("xmlDeclaration", xml_declaration),
        ("pi", pi),
    ]);

struct Helper {
    writer: Rc<Writer>,
}

impl Object for Helper {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MARKUP_BUILDER_HELPER)
    }
}

/// The helper of a builder.
pub(super) fn of(writer: Rc<Writer>) -> Value {
    Value::object(Helper { writer })
}

fn writer(this: &Value) -> Result<Rc<Writer>> {
    let helper: &Helper = this.downcast().ok_or_else(Thrown::mismatch)?;
    Ok(Rc::clone(&helper.writer))
}

fn put(vm: &mut Vm, this: &Value, args: &[Value], escaped: bool) -> Result<Value> {
    let text = match args {
        [Value::Null] => return Err(throw_bare("NullPointerException")),
        [value] => vm.to_string(value)?,
        _ => return Err(Thrown::mismatch()),
    };
    let writer = writer(this)?;
    writer.put(&text, escaped);
    writer.printer.send(vm)?;
    Ok(Value::Null)
}

fn comment(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let text = format!("<!-- {} -->", vm.to_string(value)?);
    put(vm, this, &[Value::text(text)], false)
}

fn xml_declaration(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Map(attributes)] = args else {
        return Err(Thrown::mismatch());
    };
    let writer = writer(this)?;
    writer.instruction(vm, "xml", attributes)?;
    writer.printer.send(vm)?;
    Ok(Value::Null)
}

fn pi(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Map(instructions)] = args else {
        return Err(Thrown::mismatch());
    };
    let writer = writer(this)?;
    if let Some((name, Value::Map(attributes))) = instructions.to_vec().into_iter().next() {
        let name = vm.to_string(&name)?;
        writer.instruction(vm, &name, &attributes)?;
        writer.printer.send(vm)?;
    }
    Ok(Value::Null)
}
