//! `groovy.json.JsonSlurper` and `JsonSlurperClassic`.

use std::cell::Cell;

use crate::class::{Class, ClassRef};
use crate::library::collection::LINKED_HASH_MAP;
use crate::library::enumeration::{Constant, enumeration};
use crate::list::ListKind;
use crate::map::MapKind;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::{classic, parse};

pub(super) static JSON_SLURPER: Class = Class::new("groovy.json.JsonSlurper")
    .constructor(new)
    .methods(&[
        ("parse", parse),
        ("parseText", parse_text),
        ("getType", get_type),
        ("setType", set_type),
    ]);

pub(super) static JSON_SLURPER_CLASSIC: Class = Class::new("groovy.json.JsonSlurperClassic")
    .constructor(new_classic)
    .methods(&[("parse", parse_classic), ("parseText", parse_text_classic)]);

enumeration! {
    /// `groovy.json.JsonParserType`: all of them read with one parser here.
    pub(super) JSON_PARSER_TYPE TYPES "groovy.json.JsonParserType"
    [CHAR_BUFFER, INDEX_OVERLAY, CHARACTER_SOURCE, LAX]
    statics []
    methods []
}

struct Slurper {
    class: &'static Class,
    /// Which of [`TYPES`] was chosen.
    kind: Cell<usize>,
}

impl Object for Slurper {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let slurper = Value::object(Slurper {
        class: &JSON_SLURPER,
        kind: Cell::new(0),
    });
    match args {
        [] => {}
        [Value::Map(named)] => {
            for (name, value) in named.to_vec() {
                let name = vm.text(&name)?;
                vm.set(&slurper, &name, &value)?;
            }
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(slurper)
}

fn new_classic(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [] => Ok(Value::object(Slurper {
            class: &JSON_SLURPER_CLASSIC,
            kind: Cell::new(0),
        })),
        _ => Err(Thrown::mismatch()),
    }
}

fn slurper(this: &Value) -> Result<&Slurper> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn get_type(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Constant::value(
        &JSON_PARSER_TYPE,
        TYPES,
        slurper(this)?.kind.get(),
    ))
}

fn set_type(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [kind] = args else {
        return Err(Thrown::mismatch());
    };
    let kind = Constant::of(kind, &JSON_PARSER_TYPE).ok_or_else(Thrown::mismatch)?;
    slurper(this)?
        .kind
        .set(usize::try_from(kind.ordinal).unwrap_or(0));
    Ok(this.clone())
}

fn parse_text(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    let text = match args {
        [] | [Value::Null] => None,
        [text @ (Value::Str(_) | Value::GString(_))] => Some(vm.text(text)?),
        _ => return Err(Thrown::mismatch()),
    };
    match text {
        Some(text) if !text.is_empty() => parse::parse(vm, &text, MapKind::Json),
        _ => Err(throw(
            "IllegalArgumentException",
            "Text must not be null or empty",
        )),
    }
}

fn parse(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    if matches!(args, [] | [Value::Null]) {
        return Err(throw("IllegalArgumentException", "Reader must not be null"));
    }
    let text = content(vm, args)?;
    if text.is_empty() {
        // Groovy reads an empty stream into a buffer, and then takes the buffer for the text.
        return parse::parse(vm, &"\0".repeat(256), MapKind::Json);
    }
    parse::parse(vm, &text, MapKind::Json)
}

fn parse_text_classic(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    let text = match args {
        [] | [Value::Null] => None,
        [text @ (Value::Str(_) | Value::GString(_))] => Some(vm.text(text)?),
        _ => return Err(Thrown::mismatch()),
    };
    match text {
        Some(text) if !text.is_empty() => classic::parse(vm, &text),
        _ => {
            let message = "The JSON input text should neither be null nor empty.";
            Err(throw("IllegalArgumentException", message))
        }
    }
}

fn parse_classic(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    let text = content(vm, args)?;
    classic::parse(vm, &text)
}

/// The text of a reader, a stream, a `byte[]` or a `char[]`; bytes are UTF-8 unless a charset says
/// otherwise.
fn content(vm: &mut Vm, args: &[Value]) -> Result<Str> {
    match args {
        [Value::Bytes(bytes)] => Ok(String::from_utf8_lossy(&bytes.borrow()).into_owned().into()),
        [chars @ Value::List(list)] if matches!(list.kind(), ListKind::Primitives(_)) => {
            vm.text(chars)
        }
        [source @ Value::Object(_)] => {
            let stream = source.class().name().ends_with("Stream");
            let charset: &[Value] = if stream { &[Value::text("UTF-8")] } else { &[] };
            let text = vm.invoke(source, "getText", charset)?;
            vm.text(&text)
        }
        [source @ (Value::Bytes(_) | Value::Object(_)), charset] => {
            let charset = vm.text(charset)?;
            let text = match source {
                Value::Bytes(_) => {
                    let string = crate::library::string::STRING.construct;
                    let string = string.ok_or_else(Thrown::mismatch)?;
                    string(vm, &[source.clone(), Value::Str(charset)])?
                }
                stream => vm.invoke(stream, "getText", &[Value::Str(charset)])?,
            };
            vm.text(&text)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// What objects of a parsed text are.
pub(crate) static LAZY_MAP: Class = Class::new("groovy.json.internal.LazyMap")
    .extends(&[&LINKED_HASH_MAP])
    .methods(&[("toString", lazy_map_to_string)]);

/// Unlike the maps that a script writes, it shows itself as Java does: `{a=1}`.
fn lazy_map_to_string(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    vm.to_string(this).map(Value::Str)
}
