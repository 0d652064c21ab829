//! `DocumentBuilderFactory`, `DocumentBuilder` and `groovy.xml.DOMBuilder`.

use crate::class::{Class, ClassRef};
use crate::library::xml_source::{Settings, Source};
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::parse::Options;

use super::arena::{self, Dom};
use super::node::Node;

/// `javax.xml.parsers.DocumentBuilderFactory`
pub(super) static DOCUMENT_BUILDER_FACTORY: Class =
    Class::new("javax.xml.parsers.DocumentBuilderFactory")
        .statics(&[("newInstance", |_, _| {
            let settings = Settings::new(false, true);
            Ok(Value::object(Builder {
                class: &DOCUMENT_BUILDER_FACTORY,
                settings,
            }))
        })])
        .methods(&[
            ("newDocumentBuilder", |_, this, _| {
                let settings = builder(this)?.settings.clone();
                Ok(Value::object(Builder {
                    class: &DOCUMENT_BUILDER,
                    settings,
                }))
            }),
            ("setNamespaceAware", |_, this, args| {
                let [Value::Bool(on)] = args else {
                    return Err(Thrown::mismatch());
                };
                builder(this)?.settings.namespaces.set(*on);
                Ok(Value::Null)
            }),
            ("isNamespaceAware", |_, this, _| {
                Ok(Value::Bool(builder(this)?.settings.namespaces.get()))
            }),
            ("setFeature", |vm, this, args| {
                builder(this)?.settings.set_feature(vm, args)
            }),
            ("getFeature", |vm, this, args| {
                builder(this)?.settings.get_feature(vm, args)
            }),
            ("setValidating", ignore),
            ("setExpandEntityReferences", ignore),
            ("setXIncludeAware", ignore),
            ("setIgnoringComments", ignore),
            ("setIgnoringElementContentWhitespace", ignore),
            ("setCoalescing", ignore),
            ("setAttribute", ignore),
        ]);

/// `javax.xml.parsers.DocumentBuilder`
pub(super) static DOCUMENT_BUILDER: Class = Class::new("javax.xml.parsers.DocumentBuilder")
    .methods(&[
        ("parse", parse),
        ("newDocument", |_, _, _| {
            Ok(Node::value(&Dom::new(), arena::DOCUMENT))
        }),
        ("isNamespaceAware", |_, this, _| {
            Ok(Value::Bool(builder(this)?.settings.namespaces.get()))
        }),
        ("setErrorHandler", ignore),
        ("setEntityResolver", ignore),
        ("reset", ignore),
    ]);

/// `groovy.xml.DOMBuilder`
pub(super) static DOM_BUILDER: Class = Class::new("groovy.xml.DOMBuilder")
    .statics(&[
        ("parse", |vm, args| {
            let (source, rest) = args.split_first().ok_or_else(Thrown::mismatch)?;
            let settings = Settings::of(rest)?;
            let source = Source::of(vm, source)?;
            read(vm, &settings, &source)
        }),
        ("newInstance", |_, args| {
            let settings = Settings::of(args)?;
            Ok(Value::object(Builder {
                class: &DOM_BUILDER,
                settings,
            }))
        }),
    ])
    .methods(&[("parseText", |vm, this, args| {
        let source = Source::of_text(vm, args)?;
        read(vm, &builder(this)?.settings, &source)
    })]);

struct Builder {
    class: &'static Class,
    settings: Settings,
}

impl Object for Builder {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

fn builder(this: &Value) -> Result<&Builder> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// Settings that change nothing: nothing is validated, fetched or left out.
fn ignore(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Null)
}

fn parse(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let source = Source::of(vm, args.first().ok_or_else(Thrown::mismatch)?)?;
    read(vm, &builder(this)?.settings, &source)
}

fn read(vm: &mut Vm, settings: &Settings, source: &Source) -> Result<Value> {
    let options = Options {
        namespaces: settings.namespaces.get(),
        doctype: settings.doctype.get(),
        everything: true,
        blanks: true,
    };
    let tree = source.parse(vm, options)?;
    vm.step(tree.nodes.len() as u64)?;
    vm.reserve(tree.nodes.len().saturating_mul(300))?;
    Ok(Node::value(&Dom::of(&tree), arena::DOCUMENT))
}
