//! `XmlSlurper` and the paths it reads documents into.

mod build;
mod document;
mod edit;
mod members;
mod path;
mod raw;

use std::cell::Cell;

use crate::class::{Class, ClassRef};
use crate::library::xml_source::{self, Source};
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::parse::Options;

use document::Document;
pub(crate) use path::Path;

/// `groovy.util.XmlSlurper`
pub(crate) static XML_SLURPER: Class = Class::new("groovy.util.XmlSlurper")
    .constructor(construct)
    .methods(&[
        ("parse", parse),
        ("parseText", parse_text),
        ("setKeepIgnorableWhitespace", set_keep),
        ("setKeepWhitespace", set_keep),
        ("isKeepIgnorableWhitespace", is_keep),
        ("setFeature", set_feature),
        ("getFeature", get_feature),
        ("setEntityResolver", ignore),
        ("setEntityBaseUrl", ignore),
        ("setErrorHandler", ignore),
        ("setDTDHandler", ignore),
        ("setProperty", ignore),
    ]);

pub(super) static CLASSES: &[&Class] = &[
    &XML_SLURPER,
    &members::GPATH_RESULT,
    &members::NODE_CHILD,
    &members::NODE_CHILDREN,
    &members::NODE_PARENTS,
    &members::FILTERED_NODE_CHILDREN,
    &members::ATTRIBUTES,
    &members::FILTERED_ATTRIBUTES,
    &members::ATTRIBUTE,
    &members::NO_CHILDREN,
    &raw::NODE,
];

struct XmlSlurper {
    settings: xml_source::Settings,
    keep: Cell<bool>,
}

impl Object for XmlSlurper {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&XML_SLURPER)
    }
}

fn construct(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let settings = xml_source::Settings::of(args)?;
    Ok(Value::object(XmlSlurper {
        settings,
        keep: Cell::new(false),
    }))
}

fn slurper(this: &Value) -> Result<&XmlSlurper> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

impl XmlSlurper {
    fn read(&self, vm: &mut Vm, source: &Source) -> Result<Value> {
        let options = Options {
            namespaces: self.settings.namespaces.get(),
            doctype: self.settings.doctype.get(),
            everything: false,
            blanks: self.keep.get(),
        };
        let tree = source.parse(vm, options)?;
        Ok(Path::root(Document::new(tree)))
    }
}

fn parse(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [source] = args else {
        return Err(Thrown::mismatch());
    };
    let source = Source::of(vm, source)?;
    slurper(this)?.read(vm, &source)
}

fn parse_text(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let source = Source::of_text(vm, args)?;
    slurper(this)?.read(vm, &source)
}

fn set_keep(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Bool(keep)] = args else {
        return Err(Thrown::mismatch());
    };
    slurper(this)?.keep.set(*keep);
    Ok(Value::Null)
}

fn is_keep(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(slurper(this)?.keep.get()))
}

fn set_feature(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    slurper(this)?.settings.set_feature(vm, args)
}

fn get_feature(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    slurper(this)?.settings.get_feature(vm, args)
}

/// Handlers change nothing: external entities are never read, and faults are thrown.
fn ignore(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Null)
}

#[cfg(test)]
mod tests;
