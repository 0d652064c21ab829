//! `groovy.xml.StreamingMarkupBuilder`

pub(crate) mod streamer;
mod words;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::io::{WRITABLE, write_text};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use streamer::{Streamer, Style};

/// `groovy.xml.StreamingMarkupBuilder`
pub(crate) static STREAMING_MARKUP_BUILDER: Class = Class::new("groovy.xml.StreamingMarkupBuilder")
    .constructor(construct)
    .methods(&[
        ("bind", bind),
        ("bindNode", bind_node),
        ("getEncoding", get_encoding),
        ("setEncoding", set_encoding),
        ("getUseDoubleQuotes", get_double_quotes),
        ("isUseDoubleQuotes", get_double_quotes),
        ("setUseDoubleQuotes", set_double_quotes),
        ("getExpandEmptyElements", get_expand),
        ("isExpandEmptyElements", get_expand),
        ("setExpandEmptyElements", set_expand),
    ]);

/// What `bind` gives: it writes each time it is asked for its text.
static BOUND: Class = Class::new("groovy.xml.StreamingMarkupBuilder$Bound")
    .extends(&[&WRITABLE])
    .methods(&[("writeTo", write_to), ("toString", to_string)]);

pub(super) static CLASSES: &[&Class] = &[&STREAMING_MARKUP_BUILDER, &BOUND];

#[derive(Default)]
struct Settings {
    double_quotes: Cell<bool>,
    expand: Cell<bool>,
    encoding: RefCell<Option<Str>>,
}

impl Object for Settings {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&STREAMING_MARKUP_BUILDER)
    }
}

struct Bound {
    what: Value,
    style: Style,
}

impl Bound {
    fn write(&self, vm: &mut Vm) -> Result<Str> {
        let streamer = Streamer::new(self.style.clone());
        let this = Value::Object(streamer.clone());
        match &self.what {
            closure @ Value::Closure(_) => streamer.run(vm, &this, closure, &this)?,
            node => streamer.content(vm, &this, node)?,
        }
        Ok(streamer.take().into())
    }
}

impl Object for Bound {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&BOUND)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        self.write(vm).map(Some)
    }
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let builder = Value::object(Settings::default());
    match args {
        [] => {}
        [Value::Map(named)] => {
            for (name, value) in named.to_vec() {
                let name = vm.text(&name)?;
                vm.set(&builder, &name, &value)?;
            }
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(builder)
}

fn settings(this: &Value) -> Result<Rc<Settings>> {
    this.downcast_rc().ok_or_else(Thrown::mismatch)
}

fn bound(this: &Value, what: &Value) -> Result<Value> {
    let settings = settings(this)?;
    let style = Style {
        double_quotes: settings.double_quotes.get(),
        expand: settings.expand.get(),
        encoding: settings.encoding.borrow().clone(),
    };
    Ok(Value::object(Bound {
        what: what.clone(),
        style,
    }))
}

fn bind(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [closure @ Value::Closure(_)] => bound(this, closure),
        _ => Err(Thrown::mismatch()),
    }
}

fn bind_node(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [node] => bound(this, node),
        _ => Err(Thrown::mismatch()),
    }
}

fn write_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (Some(bound), [writer]) = (this.downcast_rc::<Bound>(), args) else {
        return Err(Thrown::mismatch());
    };
    let text = bound.write(vm)?;
    write_text(vm, writer, &text)?;
    Ok(writer.clone())
}

fn to_string(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    vm.text(this).map(Value::Str)
}

fn get_encoding(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let encoding = settings(this)?.encoding.borrow().clone();
    Ok(encoding.map_or(Value::Null, Value::Str))
}

fn set_encoding(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let encoding = match args {
        [Value::Null] => None,
        [encoding] => Some(vm.text(encoding)?),
        _ => return Err(Thrown::mismatch()),
    };
    settings(this)?.encoding.replace(encoding);
    Ok(Value::Null)
}

fn flag(vm: &mut Vm, args: &[Value]) -> Result<bool> {
    match args {
        [value] => vm.truth(value),
        _ => Err(Thrown::mismatch()),
    }
}

fn get_double_quotes(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(settings(this)?.double_quotes.get()))
}

fn set_double_quotes(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let on = flag(vm, args)?;
    settings(this)?.double_quotes.set(on);
    Ok(Value::Null)
}

fn get_expand(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(settings(this)?.expand.get()))
}

fn set_expand(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let on = flag(vm, args)?;
    settings(this)?.expand.set(on);
    Ok(Value::Null)
}
