//! `javax.xml.transform`: the identity transformation, with its output properties.

use std::cell::RefCell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::dom::node::Node;
use crate::library::io::{OUTPUT_STREAM, write_bytes, write_text};
use crate::library::throwable::EXCEPTION;
use crate::library::xml_source::Source;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::escape::Charset;
use crate::xml::fault;
use crate::xml::parse::{Options, parse};
use crate::xml::write::Writer;

/// `javax.xml.transform.TransformerException`
pub(crate) static TRANSFORMER_EXCEPTION: Class =
    Class::new("javax.xml.transform.TransformerException").extends(&[&EXCEPTION]);

/// `javax.xml.transform.TransformerFactory`
static TRANSFORMER_FACTORY: Class = Class::new("javax.xml.transform.TransformerFactory")
    .statics(&[("newInstance", |_, _| Ok(Value::object(Factory)))])
    .methods(&[
        ("newTransformer", new_transformer),
        ("setAttribute", ignore),
        ("setFeature", ignore),
        ("setErrorListener", ignore),
        ("setURIResolver", ignore),
    ]);

/// `javax.xml.transform.Transformer`
static TRANSFORMER: Class = Class::new("javax.xml.transform.Transformer").methods(&[
    ("setOutputProperty", set_output_property),
    ("getOutputProperty", get_output_property),
    ("transform", transform),
    ("setParameter", ignore),
    ("setErrorListener", ignore),
    ("setURIResolver", ignore),
    ("reset", |_, this, _| {
        transformer(this)?.properties.take();
        Ok(Value::Null)
    }),
]);

macro_rules! keys {
    ($($name:literal $key:literal),*) => { &[$(($name, || Value::text($key))),*] };
}

/// `javax.xml.transform.OutputKeys`
static OUTPUT_KEYS: Class = Class::new("javax.xml.transform.OutputKeys").constants(keys![
    "CDATA_SECTION_ELEMENTS" "cdata-section-elements", "DOCTYPE_PUBLIC" "doctype-public",
    "DOCTYPE_SYSTEM" "doctype-system", "ENCODING" "encoding", "INDENT" "indent",
    "MEDIA_TYPE" "media-type", "METHOD" "method",
    "OMIT_XML_DECLARATION" "omit-xml-declaration", "STANDALONE" "standalone", "VERSION" "version"
]);

/// `javax.xml.transform.Source`
static SOURCE: Class = Class::interface("javax.xml.transform.Source");
/// `javax.xml.transform.Result`
static RESULT: Class = Class::interface("javax.xml.transform.Result");

/// `javax.xml.transform.dom.DOMSource`
static DOM_SOURCE: Class = Class::new("javax.xml.transform.dom.DOMSource")
    .extends(&[&SOURCE])
    .constructor(|_, args| End::value(&DOM_SOURCE, args))
    .methods(&[("getNode", |_, this, _| {
        Ok(end(this)?.inner.borrow().clone())
    })]);

/// `javax.xml.transform.stream.StreamSource`
static STREAM_SOURCE: Class = Class::new("javax.xml.transform.stream.StreamSource")
    .extends(&[&SOURCE])
    .constructor(|_, args| End::value(&STREAM_SOURCE, args))
    .methods(&[
        ("getReader", |_, this, _| {
            Ok(end(this)?.inner.borrow().clone())
        }),
        ("getInputStream", |_, this, _| {
            Ok(end(this)?.inner.borrow().clone())
        }),
    ]);

/// `javax.xml.transform.stream.StreamResult`
static STREAM_RESULT: Class = Class::new("javax.xml.transform.stream.StreamResult")
    .extends(&[&RESULT])
    .constructor(|_, args| End::value(&STREAM_RESULT, args))
    .methods(&[
        ("getWriter", |_, this, _| {
            Ok(end(this)?.inner.borrow().clone())
        }),
        ("getOutputStream", |_, this, _| {
            Ok(end(this)?.inner.borrow().clone())
        }),
        ("setWriter", set_inner),
        ("setOutputStream", set_inner),
    ]);

pub(super) static CLASSES: &[&Class] = &[
    &TRANSFORMER_EXCEPTION,
    &TRANSFORMER_FACTORY,
    &TRANSFORMER,
    &OUTPUT_KEYS,
    &SOURCE,
    &RESULT,
    &DOM_SOURCE,
    &STREAM_SOURCE,
    &STREAM_RESULT,
];

/// A source or a result: what it is around.
struct End {
    class: &'static Class,
    inner: RefCell<Value>,
}

impl End {
    fn value(class: &'static Class, args: &[Value]) -> Result<Value> {
        let inner = match args {
            [] => Value::Null,
            [inner] => inner.clone(),
            _ => return Err(Thrown::mismatch()),
        };
        Ok(Value::object(Self {
            class,
            inner: RefCell::new(inner),
        }))
    }
}

impl Object for End {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

fn end(this: &Value) -> Result<&End> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn set_inner(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [inner] = args else {
        return Err(Thrown::mismatch());
    };
    end(this)?.inner.replace(inner.clone());
    Ok(Value::Null)
}

struct Factory;

impl Object for Factory {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&TRANSFORMER_FACTORY)
    }
}

#[derive(Default)]
struct Transformer {
    properties: RefCell<Vec<(Str, Str)>>,
}

impl Object for Transformer {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&TRANSFORMER)
    }
}

impl Transformer {
    fn property(&self, name: &str) -> Option<Str> {
        let properties = self.properties.borrow();
        let found = properties.iter().find(|(known, _)| known.as_str() == name);
        found.map(|(_, value)| value.clone())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.property(name)
            .is_some_and(|known| known.as_str() == value)
    }

    /// Spaces for each level; Java 8 breaks lines without any unless it is told how many.
    fn indent(&self) -> Option<usize> {
        let spaces = ["xslt", "xalan"].into_iter().find_map(|library| {
            self.property(&format!("{{http://xml.apache.org/{library}}}indent-amount"))
        });
        let spaces = spaces
            .and_then(|spaces| spaces.trim().parse().ok())
            .unwrap_or(0usize);
        self.is("indent", "yes").then(|| spaces.min(64))
    }

    /// The document, as text in which the encoding has every character.
    fn write(&self, vm: &mut Vm, source: &Value) -> Result<String> {
        let encoding = self.property("encoding").unwrap_or_else(|| "UTF-8".into());
        let document = Document::of(vm, source)?;
        if self.is("method", "text") {
            return Ok(document.text());
        }
        let mut writer = Writer::new(Charset::named(&encoding), self.indent());
        if !self.is("omit-xml-declaration", "yes") {
            let standalone = self.property("standalone");
            let standalone = standalone.as_deref().or_else(|| document.standalone());
            writer.declaration(&encoding, standalone);
        }
        if let Some(system) = self.property("doctype-system") {
            let public = self.property("doctype-public");
            writer.doctype(&document.root(), public.as_deref(), &system);
        }
        document.write(&mut writer);
        vm.step(writer.len() as u64 / 32)?;
        vm.reserve(writer.len())?;
        Ok(writer.finish())
    }
}

/// What is transformed.
enum Document {
    Node(Rc<Node>),
    Tree(Box<crate::xml::tree::Tree>),
}

impl Document {
    fn of(vm: &mut Vm, source: &Value) -> Result<Self> {
        let around = end(source)?;
        let inner = around.inner.borrow().clone();
        if let Some(node) = inner.downcast_rc() {
            return Ok(Self::Node(node));
        }
        let source = Source::of(vm, &inner)?;
        let text = source.text()?;
        let options = Options {
            namespaces: true,
            doctype: true,
            everything: true,
            blanks: true,
        };
        vm.step(text.len() as u64 / 64)?;
        vm.reserve(text.len().saturating_mul(4))?;
        let tree = parse(&text, options)
            .map_err(|(fault, text)| fault::throw(&TRANSFORMER_EXCEPTION, fault.to_text(&text)))?;
        Ok(Self::Tree(Box::new(tree)))
    }

    fn write(&self, to: &mut Writer) {
        match self {
            Self::Node(node) => node.dom.write(node.id, to),
            Self::Tree(tree) => to.tree(tree),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Node(node) => node.dom.text(node.id),
            Self::Tree(tree) => tree.text_of(tree.root).to_string(),
        }
    }

    /// What a DOM document says of itself in its declaration.
    fn standalone(&self) -> Option<&'static str> {
        match self {
            Self::Node(node) if node.is_document() && !node.dom.standalone.get() => Some("no"),
            _ => None,
        }
    }

    fn root(&self) -> String {
        match self {
            Self::Node(node) => node.root_name(),
            Self::Tree(tree) => {
                let name = tree
                    .node(tree.root)
                    .and_then(|root| tree.names.get(root.name));
                name.map_or(String::new(), |name| {
                    tree.names.str(name.written).to_owned()
                })
            }
        }
    }
}

fn transformer(this: &Value) -> Result<&Transformer> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// Settings that change nothing here: nothing is fetched.
fn ignore(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Null)
}

fn new_transformer(_vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [] => Ok(Value::object(Transformer::default())),
        _ => Err(throw(
            "UnsupportedOperationException",
            "Scripts cannot run style sheets: use an XSLT mapping step of the flow instead.",
        )),
    }
}

fn set_output_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let (name, value) = (args::text(vm, name)?, args::text(vm, value)?);
    let mut properties = transformer(this)?.properties.borrow_mut();
    properties.retain(|(known, _)| *known != name);
    properties.push((name, value));
    Ok(Value::Null)
}

fn get_output_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    Ok(transformer(this)?
        .property(&name)
        .map_or(Value::Null, Value::Str))
}

fn transform(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [source, result] = args else {
        return Err(Thrown::mismatch());
    };
    let transformer: Rc<Transformer> = this.downcast_rc().ok_or_else(Thrown::mismatch)?;
    let text = transformer.write(vm, source)?;
    let to = end(result)?.inner.borrow().clone();
    if to.class().is_a(&ClassRef::Native(&OUTPUT_STREAM)) {
        let encoding = transformer
            .property("encoding")
            .unwrap_or_else(|| "UTF-8".into());
        let bytes = vm.invoke(&Value::text(text), "getBytes", &[Value::Str(encoding)])?;
        if let Value::Bytes(bytes) = bytes {
            let bytes = bytes.borrow().clone();
            write_bytes(vm, &to, &bytes)?;
        }
        return Ok(Value::Null);
    }
    write_text(vm, &to, &text)?;
    Ok(Value::Null)
}

/// Writes a text to a writer, or in UTF-8 to a stream.
pub(crate) fn write_to(vm: &mut Vm, to: &Value, text: &str) -> Result<()> {
    if to.class().is_a(&ClassRef::Native(&OUTPUT_STREAM)) {
        return write_bytes(vm, to, text.as_bytes());
    }
    write_text(vm, to, text)
}
