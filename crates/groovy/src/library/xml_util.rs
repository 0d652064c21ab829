//! `groovy.xml.XmlUtil`

use crate::class::{Class, ClassRef};
use crate::library::dom;
use crate::library::streaming_markup_builder::streamer::{Streamer, Style};
use crate::library::throwable::EXCEPTION;
use crate::library::xml_parser::{self, Node};
use crate::library::xml_slurper::Path;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::escape::{Charset, escape};
use crate::xml::parse::{Options, parse};
use crate::xml::write::Writer;

/// `groovy.xml.XmlUtil`
pub(crate) static XML_UTIL: Class = Class::new("groovy.xml.XmlUtil").statics(&[
    ("serialize", serialize),
    ("escapeXml", escape_xml),
    ("escapeControlCharacters", escape_control_characters),
]);

pub(super) static CLASSES: &[&Class] = &[&XML_UTIL];

fn serialize(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [what] => pretty(vm, what).map(Value::text),
        [what, to] => {
            let text = pretty(vm, what)?;
            super::transformer::write_to(vm, to, &text)?;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// The document that something is, indented.
fn pretty(vm: &mut Vm, what: &Value) -> Result<String> {
    if let Some(node) = what.downcast::<dom::node::Node>() {
        return element(vm, node);
    }
    let text = match what {
        Value::Str(text) => text.clone(),
        Value::GString(_) => vm.text(what)?,
        Value::Object(_) => match as_markup(vm, what)? {
            Some(text) => text,
            None => return Err(Thrown::mismatch()),
        },
        _ => return Err(Thrown::mismatch()),
    };
    indented(vm, &text)
}

/// The document that an element of a DOM is, indented; that is also its text.
pub(crate) fn element(vm: &mut Vm, node: &dom::node::Node) -> Result<String> {
    let mut writer = Writer::new(Charset::Unicode, Some(2));
    writer.declaration("UTF-8", None);
    node.dom.write(node.id, &mut writer);
    vm.step(writer.len() as u64 / 32)?;
    vm.reserve(writer.len())?;
    Ok(writer.finish())
}

/// The markup of a path, a node or something that can be written.
fn as_markup(vm: &mut Vm, what: &Value) -> Result<Option<Str>> {
    if let Some(path) = Path::of(what) {
        let streamer = Streamer::new(Style {
            double_quotes: false,
            expand: false,
            encoding: Some("UTF-8".into()),
        });
        streamer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let this = Value::Object(streamer.clone());
        return match path.build(vm, &streamer, &this) {
            Ok(()) => Ok(Some(streamer.take().into())),
            Err(thrown) => failed(vm, thrown).map(Some),
        };
    }
    if let Some(node) = what.downcast_rc::<Node>() {
        return xml_parser::markup(vm, &node).map(Some);
    }
    let writable = ClassRef::Native(&crate::library::io::WRITABLE);
    if what.class().is_a(&writable) {
        return vm.text(what).map(Some);
    }
    Ok(None)
}

/// Groovy tries to write this sentence as XML when a closure in a document throws, so that what
/// is thrown is that it is none.
fn failed(vm: &mut Vm, Thrown(why): Thrown) -> Result<Str> {
    match *why {
        Why::Exception(cause) if cause.class().is_a(&ClassRef::Native(&EXCEPTION)) => {
            let message = vm.get(&cause, "message")?;
            let message = vm.text(&message)?;
            Ok(format!("Couldn't convert node to string because: {message}").into())
        }
        other => Err(Thrown(Box::new(other))),
    }
}

/// Parses a document and writes it with two spaces for each level.
pub(crate) fn indented(vm: &mut Vm, text: &str) -> Result<String> {
    vm.step(text.len() as u64 / 32)?;
    vm.reserve(text.len().saturating_mul(4))?;
    let options = Options {
        namespaces: true,
        doctype: true,
        everything: true,
        blanks: true,
    };
    let tree = parse(text, options)
        .map_err(|(fault, text)| throw("GroovyRuntimeException", fault.to_text(&text)))?;
    let mut writer = Writer::new(Charset::Unicode, Some(2));
    writer.declaration("UTF-8", None);
    writer.tree(&tree);
    Ok(writer.finish())
}

fn escape_xml(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    replaced(vm, args, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&apos;"),
        _ => None,
    })
}

/// References to control characters; the last of them is left out, as in Groovy.
static CONTROLS: [&str; 31] = [
    "&#0;", "&#1;", "&#2;", "&#3;", "&#4;", "&#5;", "&#6;", "&#7;", "&#8;", "&#9;", "&#10;",
    "&#11;", "&#12;", "&#13;", "&#14;", "&#15;", "&#16;", "&#17;", "&#18;", "&#19;", "&#20;",
    "&#21;", "&#22;", "&#23;", "&#24;", "&#25;", "&#26;", "&#27;", "&#28;", "&#29;", "&#30;",
];

fn escape_control_characters(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    replaced(vm, args, |byte| CONTROLS.get(usize::from(byte)).copied())
}

fn replaced(
    vm: &mut Vm,
    args: &[Value],
    replace: impl Fn(u8) -> Option<&'static str>,
) -> Result<Value> {
    let text = match args {
        [Value::Null] => return Ok(Value::Null),
        [text @ (Value::Str(_) | Value::GString(_))] => vm.text(text)?,
        _ => return Err(Thrown::mismatch()),
    };
    vm.step(text.len() as u64 / 64)?;
    vm.reserve(text.len().saturating_mul(2))?;
    let mut escaped = String::with_capacity(text.len());
    escape(&mut escaped, &text, replace, |_| false, false);
    Ok(Value::text(escaped))
}
