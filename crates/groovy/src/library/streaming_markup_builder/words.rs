//! The words behind `mkp`, and the properties that take them with `<<`.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::map::Map;
use crate::object::Object;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::streamer::Streamer;

/// The namespace of the words.
pub(super) const KEYWORDS: &str = "http://www.codehaus.org/Groovy/markup/keywords";

/// Does what a word says.
pub(super) fn say(
    streamer: &Streamer,
    vm: &mut Vm,
    this: &Value,
    word: &str,
    map: Option<&Rc<Map>>,
    body: &Value,
) -> Result<Value> {
    let entries = map.map(|map| map.to_vec()).unwrap_or_default();
    match word {
        "yield" => streamer.content(vm, this, body)?,
        "yieldUnescaped" => {
            let text = vm.text(body)?;
            streamer.unescaped(&text);
        }
        "xmlDeclaration" => declaration(streamer),
        "comment" => {
            streamer.raw("<!--");
            streamer.escaped(&vm.text(body)?);
            streamer.raw("-->");
        }
        "pi" => {
            for (target, instruction) in entries {
                instruction_of(streamer, vm, &target, &instruction)?;
            }
        }
        "declareNamespace" => {
            for (prefix, uri) in entries {
                let (prefix, uri) = (vm.text(&prefix)?, vm.text(&uri)?);
                let prefix = if prefix.is_empty() {
                    ":".into()
                } else {
                    prefix
                };
                streamer.declare_prefix(prefix, uri);
            }
        }
        "getNamespaces" => {
            let maps = [&streamer.current, &streamer.pending].map(|prefixes| {
                let prefixes = prefixes.borrow();
                let entries = prefixes.iter();
                Value::Map(Map::linked(entries.map(|(prefix, uri)| {
                    (Value::Str(prefix.clone()), Value::Str(uri.clone()))
                })))
            });
            return Ok(Value::list(maps.into()));
        }
        other => {
            let message = format!("Tag {other} is not allowed in namespace {KEYWORDS}");
            return Err(throw("GroovyRuntimeException", message));
        }
    }
    Ok(Value::Null)
}

fn declaration(streamer: &Streamer) {
    let quote = streamer.quote();
    streamer.raw(&format!("<?xml version={quote}1.0{quote}"));
    if let Some(encoding) = &streamer.style.encoding {
        streamer.raw(&format!(" encoding={quote}{encoding}{quote}"));
    }
    streamer.raw("?>\n");
}

fn instruction_of(
    streamer: &Streamer,
    vm: &mut Vm,
    target: &Value,
    instruction: &Value,
) -> Result<()> {
    let target = vm.text(target)?;
    streamer.raw("<?");
    streamer.unescaped(&target);
    if let Value::Map(map) = instruction {
        for (name, value) in map.to_vec() {
            let (name, value) = (vm.text(&name)?, vm.text(&value)?);
            let double =
                value.contains('\'') || (streamer.style.double_quotes && !value.contains('"'));
            let quote = if double { '"' } else { '\'' };
            streamer.unescaped(&format!(" {name}={quote}{value}{quote}"));
        }
    } else {
        let text = vm.text(instruction)?;
        streamer.unescaped(&format!(" {text}"));
    }
    streamer.raw("?>");
    Ok(())
}

/// The word that a property says with `<<`.
pub(super) fn sink(property: &str) -> Option<&'static str> {
    Some(match property {
        "out" => "yield",
        "unescaped" => "yieldUnescaped",
        "namespaces" => "declareNamespace",
        "pi" => "pi",
        "comment" => "comment",
        _ => return None,
    })
}

static SINK: Class =
    Class::new("groovy.xml.streamingmarkupsupport.BaseMarkupBuilder$Document$OutputSink")
        .methods(&[("leftShift", left_shift)]);

/// A property that takes values with `<<`.
pub(super) struct Sink {
    pub(super) builder: Value,
    pub(super) word: &'static str,
}

impl Object for Sink {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&SINK)
    }
}

fn left_shift(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (Some(sink), [value]) = (this.downcast::<Sink>(), args) else {
        return Err(Thrown::mismatch());
    };
    let Some(streamer) = sink.builder.downcast_rc::<Streamer>() else {
        return Err(Thrown::mismatch());
    };
    let (map, body) = match value {
        Value::Map(map) => (Some(map), &Value::Null),
        other => (None, other),
    };
    say(&streamer, vm, &sink.builder, sink.word, map, body)?;
    Ok(this.clone())
}
