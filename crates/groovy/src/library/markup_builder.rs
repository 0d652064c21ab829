//! `groovy.xml.MarkupBuilder`: any call is an element, written with line breaks and indentation.

mod helper;
mod writer;

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::indent_printer::IndentPrinter;
use crate::map::Map;
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use writer::Writer;

/// `groovy.xml.MarkupBuilder`
pub(crate) static MARKUP_BUILDER: Class = Class::new("groovy.xml.MarkupBuilder")
    .constructor(construct)
    .methods(&[
        ("getMkp", get_mkp),
        ("getDoubleQuotes", |_, this, _| {
            flag(this, |writer| &writer.double_quotes)
        }),
        ("setDoubleQuotes", |vm, this, args| {
            set_flag(vm, this, args, |writer| &writer.double_quotes)
        }),
        ("isOmitNullAttributes", |_, this, _| {
            flag(this, |writer| &writer.omit_null)
        }),
        ("setOmitNullAttributes", |vm, this, args| {
            set_flag(vm, this, args, |writer| &writer.omit_null)
        }),
        ("isOmitEmptyAttributes", |_, this, _| {
            flag(this, |writer| &writer.omit_empty)
        }),
        ("setOmitEmptyAttributes", |vm, this, args| {
            set_flag(vm, this, args, |writer| &writer.omit_empty)
        }),
        ("isExpandEmptyElements", |_, this, _| {
            flag(this, |writer| &writer.expand)
        }),
        ("setExpandEmptyElements", |vm, this, args| {
            set_flag(vm, this, args, |writer| &writer.expand)
        }),
        ("isEscapeAttributes", |_, this, _| {
            flag(this, |writer| &writer.escape)
        }),
        ("setEscapeAttributes", |vm, this, args| {
            set_flag(vm, this, args, |writer| &writer.escape)
        }),
    ]);

pub(super) static CLASSES: &[&Class] = &[&MARKUP_BUILDER, &helper::MARKUP_BUILDER_HELPER];

struct MarkupBuilder {
    writer: Rc<Writer>,
}

impl Object for MarkupBuilder {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MARKUP_BUILDER)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let Some(parts) = Parts::of(args) else {
            return Ok(None);
        };
        self.writer.begin(vm, name, parts.attributes, parts.value)?;
        if let Some(closure) = parts.closure {
            self.writer.printer.send(vm)?;
            inside(vm, this, closure)?;
        }
        self.writer.complete(name);
        self.writer.printer.send(vm)?;
        Ok(Some(Value::text(name)))
    }
}

/// What an element is made of.
struct Parts<'a> {
    attributes: Option<&'a Rc<Map>>,
    value: Option<&'a Value>,
    closure: Option<&'a Value>,
}

impl<'a> Parts<'a> {
    /// The parts in these arguments; `None` for arguments that make no element.
    fn of(args: &'a [Value]) -> Option<Self> {
        let (args, closure) = match args {
            [rest @ .., closure @ Value::Closure(_)] if rest.len() < 3 => (rest, Some(closure)),
            _ => (args, None),
        };
        let (attributes, value) = match args {
            [] => (None, None),
            [Value::Map(map)] => (Some(map), None),
            [value] => (None, Some(value)),
            [Value::Map(map), value] | [value, Value::Map(map)] => (Some(map), Some(value)),
            _ => return None,
        };
        Some(Self {
            attributes,
            value,
            closure,
        })
    }
}

/// Runs a closure with the builder as its delegate.
fn inside(vm: &mut Vm, this: &Value, closure: &Value) -> Result<()> {
    if let Value::Closure(closure) = closure {
        closure.delegate.replace(this.clone());
    }
    vm.call(closure, &[]).map(drop)
}

fn construct(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let printer = match args {
        [] => IndentPrinter::new(Value::Null, "  ".into()),
        [writer @ Value::Object(_)] => match writer.downcast_rc() {
            Some(printer) => printer,
            None => IndentPrinter::new(writer.clone(), "  ".into()),
        },
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::object(MarkupBuilder {
        writer: Rc::new(Writer::new(printer)),
    }))
}

fn builder(this: &Value) -> Result<&MarkupBuilder> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn get_mkp(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(helper::of(Rc::clone(&builder(this)?.writer)))
}

fn flag(this: &Value, of: impl Fn(&Writer) -> &std::cell::Cell<bool>) -> Result<Value> {
    Ok(Value::Bool(of(&builder(this)?.writer).get()))
}

fn set_flag(
    vm: &mut Vm,
    this: &Value,
    args: &[Value],
    of: impl Fn(&Writer) -> &std::cell::Cell<bool>,
) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let on = vm.truth(value)?;
    of(&builder(this)?.writer).set(on);
    Ok(Value::Null)
}

#[cfg(test)]
mod tests;
