//! `XmlParser`, which reads documents into nodes that can be changed, and what goes with it.

mod builder;
mod name;
mod node;
mod node_list;
mod printer;

use std::cell::Cell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::xml_source::{Settings, Source};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::names::{EMPTY, NameId, XMLNS};
use crate::xml::parse::Options;
use crate::xml::scan::is_blank;
use crate::xml::tree::{Id, Kind, Tree};

use name::QName;
pub(crate) use node::Node;
use node_list::NODE_LIST;
pub(crate) use node_list::{is_node_list, property, set_property};
pub(crate) use printer::markup;

/// `groovy.util.XmlParser`
pub(crate) static XML_PARSER: Class = Class::new("groovy.util.XmlParser")
    .constructor(construct)
    .methods(&[
        ("parse", parse),
        ("parseText", parse_text),
        ("isTrimWhitespace", |_, this, _| {
            Ok(Value::Bool(parser(this)?.trim.get()))
        }),
        ("setTrimWhitespace", |_, this, args| {
            set(&parser(this)?.trim, args)
        }),
        ("isKeepIgnorableWhitespace", |_, this, _| {
            Ok(Value::Bool(parser(this)?.keep.get()))
        }),
        ("setKeepIgnorableWhitespace", |_, this, args| {
            set(&parser(this)?.keep, args)
        }),
        ("isNamespaceAware", |_, this, _| {
            Ok(Value::Bool(parser(this)?.prefixes.get()))
        }),
        ("setNamespaceAware", |_, this, args| {
            set(&parser(this)?.prefixes, args)
        }),
        ("setFeature", |vm, this, args| {
            parser(this)?.settings.set_feature(vm, args)
        }),
        ("getFeature", |vm, this, args| {
            parser(this)?.settings.get_feature(vm, args)
        }),
        ("setEntityResolver", |_, _, _| Ok(Value::Null)),
        ("setErrorHandler", |_, _, _| Ok(Value::Null)),
        ("setDTDHandler", |_, _, _| Ok(Value::Null)),
        ("setProperty", |_, _, _| Ok(Value::Null)),
    ]);

pub(super) static CLASSES: &[&Class] = &[
    &XML_PARSER,
    &node::NODE,
    &NODE_LIST,
    &name::QNAME,
    &name::NAMESPACE,
    &builder::NODE_BUILDER,
    &printer::XML_NODE_PRINTER,
];

struct XmlParser {
    settings: Settings,
    trim: Cell<bool>,
    keep: Cell<bool>,
    /// Names keep their prefixes.
    prefixes: Cell<bool>,
}

impl Object for XmlParser {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&XML_PARSER)
    }
}

fn construct(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let settings = Settings::of(args)?;
    Ok(Value::object(XmlParser {
        prefixes: settings.namespaces.clone(),
        settings,
        trim: Cell::new(false),
        keep: Cell::new(false),
    }))
}

fn parser(this: &Value) -> Result<&XmlParser> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn set(flag: &Cell<bool>, args: &[Value]) -> Result<Value> {
    let [Value::Bool(on)] = args else {
        return Err(Thrown::mismatch());
    };
    flag.set(*on);
    Ok(Value::Null)
}

fn parse(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [source] = args else {
        return Err(Thrown::mismatch());
    };
    let source = Source::of(vm, source)?;
    parser(this)?.read(vm, &source)
}

fn parse_text(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let source = Source::of_text(vm, args)?;
    parser(this)?.read(vm, &source)
}

impl XmlParser {
    fn read(&self, vm: &mut Vm, source: &Source) -> Result<Value> {
        let options = Options {
            namespaces: self.settings.namespaces.get(),
            doctype: self.settings.doctype.get(),
            everything: false,
            blanks: true,
        };
        let tree = source.parse(vm, options)?;
        vm.step(tree.nodes.len() as u64)?;
        vm.reserve(tree.nodes.len().saturating_mul(400))?;
        let names = Names {
            tree: &tree,
            prefixes: self.prefixes.get(),
            made: Vec::new(),
        };
        let root = Convert {
            parser: self,
            names,
        }
        .element(tree.root, None);
        root.watch();
        Ok(Value::Object(root))
    }

    /// The text between two tags, as it becomes a child.
    fn text(&self, text: &str) -> Option<Str> {
        if !self.trim.get() && (self.keep.get() || !is_blank(text)) {
            return Some(text.into());
        }
        let trimmed = text.trim_matches(|c| c <= ' ');
        (!trimmed.is_empty()).then(|| trimmed.into())
    }
}

/// Names of nodes, each made once.
struct Names<'t> {
    tree: &'t Tree,
    prefixes: bool,
    made: Vec<Option<Value>>,
}

impl Names<'_> {
    fn value(&mut self, id: NameId) -> Value {
        let at = id as usize;
        if let Some(Some(made)) = self.made.get(at) {
            return made.clone();
        }
        let names = &self.tree.names;
        let made = match names.get(id) {
            Some(name) if name.uri != EMPTY => {
                let prefix = if self.prefixes {
                    names.text(name.prefix)
                } else {
                    "".into()
                };
                Value::object(QName {
                    uri: names.text(name.uri),
                    local: names.text(name.local),
                    prefix,
                })
            }
            name => Value::Str(names.text(name.map_or(EMPTY, |name| name.local))),
        };
        if self.made.len() <= at {
            self.made.resize(at + 1, None);
        }
        if let Some(place) = self.made.get_mut(at) {
            *place = Some(made.clone());
        }
        made
    }
}

/// Makes nodes of a tree.
struct Convert<'c> {
    parser: &'c XmlParser,
    names: Names<'c>,
}

impl Convert<'_> {
    /// An element with all below it; the parser bounds how deep that is.
    fn element(&mut self, id: Id, parent: Option<&Rc<Node>>) -> Rc<Node> {
        let tree = self.names.tree;
        let Some(element) = tree.node(id) else {
            return Node::new(Value::Null, Map::new(MapKind::Linked), Value::Null);
        };
        let attributes = Map::new(MapKind::Linked);
        for attribute in tree.attributes(element) {
            let name = tree.names.get(attribute.name);
            if name.is_some_and(|name| tree.names.str(name.uri) == XMLNS) {
                continue;
            }
            let name = self.names.value(attribute.name);
            attributes.put(name, Value::text(tree.text(attribute.value)));
        }
        let node = Node::new(self.names.value(element.name), attributes, Value::Null);
        node.set_parent(parent);
        let mut children = Vec::new();
        let mut text = "";
        for (child, found) in tree.children(id) {
            if found.kind == Kind::Element {
                children.extend(self.parser.text(text).map(Value::Str));
                text = "";
                children.push(Value::Object(self.element(child, Some(&node))));
            } else {
                text = tree.text(found.span);
            }
        }
        children.extend(self.parser.text(text).map(Value::Str));
        node.set_value(node_list::of(children));
        node
    }
}

#[cfg(test)]
mod tests;
