//! `groovy.util.XmlNodePrinter`

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::indent_printer::IndentPrinter;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::escape::escape;

use super::name::QName;
use super::node::{self, Node};

/// How deep nodes may nest.
const DEPTH: usize = 1_000;

/// `groovy.util.XmlNodePrinter`
pub(super) static XML_NODE_PRINTER: Class = Class::new("groovy.util.XmlNodePrinter")
    .constructor(construct)
    .methods(&[
        ("print", print),
        ("isPreserveWhitespace", |_, this, _| {
            Ok(Value::Bool(printer(this)?.preserve.get()))
        }),
        ("setPreserveWhitespace", |vm, this, args| {
            set(vm, &printer(this)?.preserve, args)
        }),
        ("isExpandEmptyElements", |_, this, _| {
            Ok(Value::Bool(printer(this)?.expand.get()))
        }),
        ("setExpandEmptyElements", |vm, this, args| {
            set(vm, &printer(this)?.expand, args)
        }),
        ("isNamespaceAware", |_, this, _| {
            Ok(Value::Bool(printer(this)?.aware.get()))
        }),
        ("setNamespaceAware", |vm, this, args| {
            set(vm, &printer(this)?.aware, args)
        }),
        ("getQuote", |_, this, _| {
            Ok(Value::Str(printer(this)?.quote.borrow().clone()))
        }),
        ("setQuote", |vm, this, args| {
            let [quote] = args else {
                return Err(Thrown::mismatch());
            };
            let quote = args::text(vm, quote)?;
            *printer(this)?.quote.borrow_mut() = quote;
            Ok(Value::Null)
        }),
    ]);

/// Writes nodes, indented.
struct XmlNodePrinter {
    out: Rc<IndentPrinter>,
    quote: RefCell<Str>,
    aware: Cell<bool>,
    preserve: Cell<bool>,
    expand: Cell<bool>,
}

impl Object for XmlNodePrinter {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&XML_NODE_PRINTER)
    }
}

impl XmlNodePrinter {
    fn new(out: Rc<IndentPrinter>, quote: Str) -> Self {
        Self {
            out,
            quote: RefCell::new(quote),
            aware: Cell::new(true),
            preserve: Cell::new(false),
            expand: Cell::new(false),
        }
    }

    /// Writes a node; `bound` are the prefixes declared around it.
    fn node(
        &self,
        vm: &mut Vm,
        node: &Node,
        bound: &mut Vec<(Str, Str)>,
        depth: usize,
    ) -> Result<()> {
        vm.step(1)?;
        if depth > DEPTH {
            return Err(throw_bare("StackOverflowError"));
        }
        let name = self.name(vm, &node.name())?;
        self.out.spaces();
        self.out.push("<");
        self.out.push(&name);
        self.namespace(&node.name(), bound);
        self.attributes(vm, node, bound)?;
        let value = node.value();
        if is_empty(&value) {
            if self.expand.get() {
                self.out.push("></");
                self.out.push(&name);
                self.out.push(">");
            } else {
                self.out.push("/>");
            }
            self.out.line();
            return Ok(());
        }
        self.out.push(">");
        let tight = self.preserve.get()
            && match &value {
                Value::List(list) => !list
                    .items()
                    .iter()
                    .any(|item| item.downcast::<Node>().is_some()),
                _ => true,
            };
        if !tight {
            self.out.line();
        }
        self.content(vm, &value, bound, depth)?;
        if !tight {
            self.out.spaces();
        }
        self.out.push("</");
        self.out.push(&name);
        self.out.push(">");
        self.out.line();
        Ok(())
    }

    fn content(
        &self,
        vm: &mut Vm,
        value: &Value,
        bound: &mut Vec<(Str, Str)>,
        depth: usize,
    ) -> Result<()> {
        let items = match value {
            Value::List(list) => list.to_vec(),
            other => vec![other.clone()],
        };
        self.out.deeper(1);
        for item in items {
            if let Some(child) = item.downcast_rc::<Node>() {
                let before = bound.clone();
                self.node(vm, &child, bound, depth + 1)?;
                *bound = before;
                continue;
            }
            let text = vm.text(&item)?;
            if self.preserve.get() {
                self.escaped(&text, false);
            } else {
                self.out.spaces();
                self.escaped(&text, false);
                self.out.line();
            }
        }
        self.out.deeper(-1);
        vm.reserve(0)
    }

    fn attributes(&self, vm: &mut Vm, node: &Node, bound: &mut Vec<(Str, Str)>) -> Result<()> {
        for (key, value) in node.attributes().to_vec() {
            let (name, value) = (self.name(vm, &key)?, vm.text(&value)?);
            let quote = self.quote.borrow().clone();
            self.out.push(" ");
            self.out.push(&name);
            self.out.push("=");
            self.out.push(&quote);
            self.escaped(&value, true);
            self.out.push(&quote);
            self.namespace(&key, bound);
        }
        Ok(())
    }

    /// Declares the prefix of a name, if nothing around it did.
    fn namespace(&self, name: &Value, bound: &mut Vec<(Str, Str)>) {
        let Some(name) = name.downcast::<QName>() else {
            return;
        };
        let known = bound
            .iter()
            .any(|(prefix, uri)| *prefix == name.prefix && *uri == name.uri);
        if !self.aware.get() || known {
            return;
        }
        bound.retain(|(prefix, _)| *prefix != name.prefix);
        bound.push((name.prefix.clone(), name.uri.clone()));
        self.out.push(" xmlns");
        if !name.prefix.is_empty() {
            self.out.push(":");
            self.out.push(&name.prefix);
        }
        let quote = self.quote.borrow().clone();
        self.out.push("=");
        self.out.push(&quote);
        self.out.push(&name.uri);
        self.out.push(&quote);
    }

    fn name(&self, vm: &mut Vm, name: &Value) -> Result<Str> {
        match name.downcast::<QName>() {
            Some(name) if self.aware.get() => Ok(name.qualified()),
            Some(name) => Ok(name.local.clone()),
            None => vm.to_string(name),
        }
    }

    fn escaped(&self, text: &str, attribute: bool) {
        let quote = self.quote.borrow();
        let quote = if attribute { quote.as_str() } else { "" };
        let replace = |byte| match byte {
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'&' => Some("&amp;"),
            b'\'' if quote == "'" => Some("&apos;"),
            b'"' if quote == "\"" => Some("&quot;"),
            b'\n' if attribute => Some("&#10;"),
            b'\r' if attribute => Some("&#13;"),
            _ => None,
        };
        self.out
            .change(|out| escape(out, text, replace, |_| false, false));
    }
}

/// Whether nothing is to be written between the tags.
fn is_empty(value: &Value) -> bool {
    matches!(value, Value::List(list) if list.is_empty())
}

/// The markup of a node, with the white space of its texts as it is.
pub(crate) fn markup(vm: &mut Vm, node: &Node) -> Result<Str> {
    let out = IndentPrinter::new(Value::Null, "  ".into());
    let printer = XmlNodePrinter::new(Rc::clone(&out), "\"".into());
    printer.preserve.set(true);
    printer.node(vm, node, &mut Vec::new(), 0)?;
    Ok(out.take().into())
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let mut texts: Vec<Str> = Vec::new();
    for text in args.iter().skip(1) {
        texts.push(args::text(vm, text)?);
    }
    let printer = match args.first() {
        None => XmlNodePrinter::new(IndentPrinter::new(Value::Null, "  ".into()), "\"".into()),
        Some(writer @ Value::Object(_)) => {
            let quote = |text: Option<&Str>| text.cloned().unwrap_or_else(|| "\"".into());
            match writer.downcast_rc::<IndentPrinter>() {
                Some(out) => XmlNodePrinter::new(out, quote(texts.first())),
                None => {
                    let indent = texts.first().cloned().unwrap_or_else(|| "  ".into());
                    let out = IndentPrinter::new(writer.clone(), indent);
                    XmlNodePrinter::new(out, quote(texts.get(1)))
                }
            }
        }
        Some(_) => return Err(Thrown::mismatch()),
    };
    Ok(Value::object(printer))
}

fn printer(this: &Value) -> Result<&XmlNodePrinter> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn set(vm: &mut Vm, flag: &Cell<bool>, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    flag.set(vm.truth(value)?);
    Ok(Value::Null)
}

fn print(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [node] = args else {
        return Err(Thrown::mismatch());
    };
    let node = node::of(node)?;
    let printer: Rc<XmlNodePrinter> = this.downcast_rc().ok_or_else(Thrown::mismatch)?;
    printer.node(vm, &node, &mut Vec::new(), 0)?;
    printer.out.send(vm)?;
    Ok(Value::Null)
}
