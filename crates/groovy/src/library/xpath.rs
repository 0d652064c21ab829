//! `javax.xml.xpath`: XPath 1.0 over the DOM.

mod evaluate;
mod function;
mod parse;

use std::cell::RefCell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::dom::arena::{self, Dom};
use crate::library::dom::{self, node::Node};
use crate::library::throwable::EXCEPTION;
use crate::library::xml_source::Source;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::fault;
use crate::xml::parse::Options;

use evaluate::{Context, Evaluation, Found};
use parse::Expression;

/// `javax.xml.xpath.XPathExpressionException`
pub(super) static XPATH_EXPRESSION_EXCEPTION: Class =
    Class::new("javax.xml.xpath.XPathExpressionException").extends(&[&EXCEPTION]);

/// `javax.xml.xpath.XPathFactory`
static XPATH_FACTORY: Class = Class::new("javax.xml.xpath.XPathFactory")
    .statics(&[("newInstance", |_, _| Ok(Value::object(Factory)))])
    .methods(&[
        ("newXPath", |_, _, _| Ok(Value::object(XPath::default()))),
        ("setFeature", |_, _, _| Ok(Value::Null)),
    ]);

/// `javax.xml.xpath.XPath`
static XPATH: Class = Class::interface("javax.xml.xpath.XPath").methods(&[
    ("evaluate", |vm, this, args| {
        let [expression, rest @ ..] = args else {
            return Err(Thrown::mismatch());
        };
        let compiled = compiled(vm, this, expression)?;
        evaluated(vm, &compiled, rest)
    }),
    ("compile", |vm, this, args| {
        let [expression] = args else {
            return Err(Thrown::mismatch());
        };
        compiled(vm, this, expression).map(Value::object)
    }),
    ("setNamespaceContext", |_, this, args| {
        let [context] = args else {
            return Err(Thrown::mismatch());
        };
        xpath(this)?.namespaces.replace(context.clone());
        Ok(Value::Null)
    }),
    ("getNamespaceContext", |_, this, _| {
        Ok(xpath(this)?.namespaces.borrow().clone())
    }),
    ("reset", |_, this, _| {
        xpath(this)?.namespaces.replace(Value::Null);
        Ok(Value::Null)
    }),
]);

/// `javax.xml.xpath.XPathExpression`
static XPATH_EXPRESSION: Class = Class::interface("javax.xml.xpath.XPathExpression").methods(&[(
    "evaluate",
    |vm, this, args| {
        let compiled: Rc<Compiled> = this.downcast_rc().ok_or_else(Thrown::mismatch)?;
        evaluated(vm, &compiled, args)
    },
)]);

macro_rules! types {
    ($($name:literal),*) => { &[$(($name, || Value::object(Type($name)))),*] };
}

/// `javax.xml.xpath.XPathConstants`
static XPATH_CONSTANTS: Class = Class::new("javax.xml.xpath.XPathConstants")
    .constants(types!["NUMBER", "STRING", "BOOLEAN", "NODESET", "NODE"]);

/// `javax.xml.namespace.QName`, as far as it names a type of result.
static TYPE: Class = Class::new("javax.xml.namespace.QName");

/// `javax.xml.namespace.NamespaceContext`
static NAMESPACE_CONTEXT: Class = Class::interface("javax.xml.namespace.NamespaceContext");

pub(super) static CLASSES: &[&Class] = &[
    &XPATH_EXPRESSION_EXCEPTION,
    &XPATH_FACTORY,
    &XPATH,
    &XPATH_EXPRESSION,
    &XPATH_CONSTANTS,
    &TYPE,
    &NAMESPACE_CONTEXT,
];

/// What a result is wanted as.
struct Type(&'static str);

impl Object for Type {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&TYPE)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(
            format!("{{http://www.w3.org/1999/XSL/Transform}}{}", self.0).into(),
        ))
    }
}

struct Factory;

impl Object for Factory {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&XPATH_FACTORY)
    }
}

#[derive(Default)]
struct XPath {
    namespaces: RefCell<Value>,
}

impl Object for XPath {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&XPATH)
    }
}

fn xpath(this: &Value) -> Result<&XPath> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// An expression, with what its prefixes stand for.
struct Compiled {
    expression: Expression,
    namespaces: Vec<(String, Str)>,
}

impl Object for Compiled {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&XPATH_EXPRESSION)
    }
}

/// An exception that says what is wrong with an expression.
pub(super) fn wrong(message: impl Into<Str>) -> Thrown {
    fault::throw(&XPATH_EXPRESSION_EXCEPTION, message)
}

fn compiled(vm: &mut Vm, this: &Value, expression: &Value) -> Result<Compiled> {
    let text = args::text(vm, expression)?;
    vm.step(text.len() as u64)?;
    let (expression, prefixes) = parse::parse(&text).map_err(wrong)?;
    let context = xpath(this)?.namespaces.borrow().clone();
    let mut namespaces = Vec::new();
    for prefix in prefixes {
        let uri = match &context {
            _ if prefix == "xml" => Value::text(crate::xml::names::XML),
            Value::Null => Value::Null,
            context => vm.invoke(context, "getNamespaceURI", &[Value::text(prefix.as_str())])?,
        };
        if uri.is_null() {
            return Err(wrong(format!(
                "javax.xml.transform.TransformerException: Prefix must resolve to a namespace: \
                 {prefix}"
            )));
        }
        namespaces.push((prefix, vm.text(&uri)?));
    }
    Ok(Compiled {
        expression,
        namespaces,
    })
}

/// Evaluates for a node (or a document to be parsed), as a text or a type that is asked for.
fn evaluated(vm: &mut Vm, compiled: &Compiled, args: &[Value]) -> Result<Value> {
    let (item, wanted) = match args {
        [item] => (item, "STRING"),
        [item, wanted] => (
            item,
            wanted.downcast::<Type>().ok_or_else(Thrown::mismatch)?.0,
        ),
        _ => return Err(Thrown::mismatch()),
    };
    let node = match item.downcast::<Node>() {
        Some(node) => Node {
            dom: Rc::clone(&node.dom),
            id: node.id,
        },
        None => {
            let source = Source::of(vm, item)?;
            let options = Options {
                namespaces: true,
                doctype: true,
                everything: true,
                blanks: true,
            };
            Node {
                dom: Dom::of(&source.parse(vm, options)?),
                id: arena::DOCUMENT,
            }
        }
    };
    let evaluation = Evaluation::new(&node.dom, &compiled.namespaces);
    let context = Context {
        node: node.id,
        position: 1,
        size: 1,
    };
    let found = evaluation.evaluate(vm, &compiled.expression, &context)?;
    Ok(match (wanted, found) {
        ("STRING", found) => Value::text(evaluation.text(&found)),
        ("NUMBER", found) => Value::Double(evaluation.number(&found)),
        ("BOOLEAN", found) => Value::Bool(evaluate::truth(&found)),
        ("NODE", Found::Nodes(nodes)) => match nodes.first() {
            Some(id) => Node::value(&node.dom, *id),
            None => Value::Null,
        },
        (_, Found::Nodes(nodes)) => dom::nodes(&node.dom, nodes),
        (_, other) => {
            let kind = evaluate::kind(&other);
            return Err(wrong(format!(
                "javax.xml.transform.TransformerException: Can not convert {kind} to a NodeList!"
            )));
        }
    })
}

#[cfg(test)]
mod tests;
