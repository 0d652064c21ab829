//! What `StreamingMarkupBuilder` writes with: any call is an element, `mkp` and its like are
//! words of their own. Changed documents of `XmlSlurper` are written with it, too.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::closure::Closure;
use crate::library::xml_slurper::Path;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::escape::{Charset, escape};
use crate::xml::names::XML;

use super::words;

/// The class of the delegate of the closures.
pub(crate) static DOCUMENT: Class =
    Class::new("groovy.xml.streamingmarkupsupport.BaseMarkupBuilder$Document");

/// Prefixes and what they stand for.
pub(crate) type Prefixes = Vec<(Str, Str)>;

/// How to write.
#[derive(Clone)]
pub(crate) struct Style {
    /// Attributes stand in double quotes.
    pub(crate) double_quotes: bool,
    /// Empty elements have an end tag.
    pub(crate) expand: bool,
    /// The encoding, when it is known.
    pub(crate) encoding: Option<Str>,
}

/// A document being written.
pub(crate) struct Streamer {
    pub(super) style: Style,
    charset: Charset,
    out: RefCell<String>,
    /// The property that was read last: the prefix of the next call.
    prefix: RefCell<Str>,
    /// Prefixes in scope.
    pub(crate) current: RefCell<Prefixes>,
    /// Prefixes that the next element declares.
    pub(crate) pending: RefCell<Prefixes>,
    depth: Cell<u32>,
}

/// What an element contains.
pub(crate) enum Body<'b> {
    /// Nothing: it is an empty element.
    Nothing,
    /// A value.
    Value(&'b Value),
    /// What is written by the caller.
    Inner(&'b mut dyn FnMut(&mut Vm) -> Result<()>),
}

impl Streamer {
    pub(crate) fn new(style: Style) -> Rc<Self> {
        let charset = style
            .encoding
            .as_deref()
            .map_or(Charset::Ascii, Charset::named);
        Rc::new(Self {
            style,
            charset,
            out: RefCell::default(),
            prefix: RefCell::new("".into()),
            current: RefCell::new(vec![
                ("xml".into(), XML.into()),
                ("mkp".into(), words::KEYWORDS.into()),
            ]),
            pending: RefCell::default(),
            depth: Cell::new(0),
        })
    }

    /// What was written.
    pub(crate) fn take(&self) -> String {
        self.out.take()
    }

    pub(crate) fn raw(&self, text: &str) {
        self.out.borrow_mut().push_str(text);
    }

    pub(super) fn quote(&self) -> &'static str {
        if self.style.double_quotes { "\"" } else { "'" }
    }

    fn refer(&self) -> impl Fn(char) -> bool {
        let charset = self.charset;
        move |c| !charset.has(c)
    }

    /// Markup, except for characters that the encoding lacks.
    pub(super) fn unescaped(&self, text: &str) {
        escape(
            &mut self.out.borrow_mut(),
            text,
            |_| None,
            self.refer(),
            true,
        );
    }

    /// Text.
    pub(crate) fn escaped(&self, text: &str) {
        escape(
            &mut self.out.borrow_mut(),
            text,
            in_text,
            self.refer(),
            true,
        );
    }

    fn attribute_value(&self, text: &str) {
        let double = self.style.double_quotes;
        let replace = |byte| match byte {
            b'\'' if !double => Some("&apos;"),
            b'"' if double => Some("&quot;"),
            b'\n' => Some("&#10;"),
            b'\r' => Some("&#13;"),
            b'\t' => Some("&#09;"),
            other => in_text(other),
        };
        escape(
            &mut self.out.borrow_mut(),
            text,
            replace,
            self.refer(),
            true,
        );
    }

    fn attribute(&self, name: &str, value: &str) {
        self.raw(" ");
        self.unescaped(name);
        self.raw("=");
        self.raw(self.quote());
        self.attribute_value(value);
        self.raw(self.quote());
    }

    fn knows(&self, prefix: &str) -> bool {
        let known = |prefixes: &Prefixes| prefixes.iter().any(|(known, _)| &**known == prefix);
        known(&self.current.borrow()) || known(&self.pending.borrow())
    }

    /// An element.
    pub(crate) fn element(
        &self,
        vm: &mut Vm,
        this: &Value,
        (prefix, name): (&str, &str),
        attributes: &[(Str, Str)],
        body: Body<'_>,
    ) -> Result<()> {
        vm.step(1)?;
        vm.reserve(0)?;
        let tag = self.tag(prefix, name)?;
        self.raw("<");
        self.unescaped(&tag);
        for (key, value) in attributes {
            match key.split_once('$') {
                None => self.attribute(key, value),
                Some((prefix, local)) if self.knows(prefix) => {
                    let local = local.split_once('}').map_or(local, |(_, local)| local);
                    self.attribute(&format!("{prefix}:{local}"), value);
                }
                Some((prefix, _)) => {
                    let message = format!("bad attribute namespace tag: {prefix} in {key}");
                    return Err(throw("GroovyRuntimeException", message));
                }
            }
        }
        let hidden = self.declare();
        if matches!(body, Body::Nothing) && !self.style.expand {
            self.raw("/>");
        } else {
            self.raw(">");
            let pending = self.pending.take();
            self.body(vm, this, body)?;
            *self.pending.borrow_mut() = pending;
            self.raw("</");
            self.unescaped(&tag);
            self.raw(">");
        }
        let mut current = self.current.borrow_mut();
        for (prefix, before) in hidden {
            current.retain(|(known, _)| *known != prefix);
            if let Some(before) = before {
                current.push((prefix, before));
            }
        }
        Ok(())
    }

    /// The name of an element as it is written.
    fn tag(&self, prefix: &str, name: &str) -> Result<Str> {
        if prefix.is_empty() {
            return Ok(name.into());
        }
        if !self.knows(prefix) {
            let message = format!("Namespace prefix: {prefix} is not bound to a URI");
            return Err(throw("GroovyRuntimeException", message));
        }
        let pending = self.pending.borrow();
        let undone = pending
            .iter()
            .any(|(known, uri)| &**known == prefix && uri.is_empty());
        if prefix == ":" || undone {
            return Ok(name.into());
        }
        Ok(format!("{prefix}:{name}").into())
    }

    /// Writes the declarations that are pending; what they hide.
    fn declare(&self) -> Vec<(Str, Option<Str>)> {
        if self.pending.borrow().is_empty() {
            return Vec::new();
        }
        let mut pending = self.pending.borrow().clone();
        crate::xml::order::like_a_hash_table(&mut pending, |(prefix, _)| prefix, 16);
        let mut hidden = Vec::new();
        for (prefix, uri) in pending {
            if uri.is_empty() {
                continue;
            }
            let mut current = self.current.borrow_mut();
            let known = current.iter_mut().find(|(known, _)| *known == prefix);
            match known {
                Some((_, before)) => {
                    hidden.push((prefix.clone(), Some(std::mem::replace(before, uri.clone()))));
                }
                None => {
                    current.push((prefix.clone(), uri.clone()));
                    hidden.push((prefix.clone(), None));
                }
            }
            drop(current);
            match prefix.as_str() {
                ":" => self.attribute("xmlns", &uri),
                prefix => self.attribute(&format!("xmlns:{prefix}"), &uri),
            }
        }
        hidden
    }

    fn body(&self, vm: &mut Vm, this: &Value, body: Body<'_>) -> Result<()> {
        let depth = self.depth.get() + 1;
        if depth > vm.limits().depth {
            return Err(crate::throwable::throw_bare("StackOverflowError"));
        }
        self.depth.set(depth);
        let written = match body {
            Body::Nothing => Ok(()),
            Body::Value(value) => self.content(vm, this, value),
            Body::Inner(write) => write(vm),
        };
        self.depth.set(depth - 1);
        written
    }

    /// Writes a value: closures are run, paths are written as markup, the rest is text.
    pub(crate) fn content(&self, vm: &mut Vm, this: &Value, value: &Value) -> Result<()> {
        match value {
            Value::Null => Ok(()),
            Value::Str(text) => {
                self.escaped(text);
                Ok(())
            }
            Value::Closure(_) => self.run(vm, this, value, this),
            Value::List(_) | Value::Set(_) | Value::Range(_) => {
                for item in vm.items(value)? {
                    match &item {
                        Value::Closure(_) => self.run(vm, this, &item, this)?,
                        Value::Object(_) if Path::of(&item).is_some() => {
                            self.content(vm, this, &item)?;
                        }
                        other => self.escaped(&vm.text(other)?),
                    }
                }
                Ok(())
            }
            _ => match Path::of(value) {
                Some(path) => path.build(vm, self, this),
                None => {
                    self.escaped(&vm.text(value)?);
                    Ok(())
                }
            },
        }
    }

    /// Runs a closure with this as its delegate.
    pub(crate) fn run(
        &self,
        vm: &mut Vm,
        this: &Value,
        closure: &Value,
        argument: &Value,
    ) -> Result<()> {
        let Value::Closure(closure) = closure else {
            return Err(Thrown::mismatch());
        };
        let bound: Rc<Closure> = closure.rehydrated(this.clone(), closure.strategy.get());
        let takes_one = bound.arity() > 0 || bound.code.implicit_it();
        let args = if takes_one {
            std::slice::from_ref(argument)
        } else {
            &[]
        };
        vm.call(&Value::Closure(bound), args).map(drop)
    }

    /// A call with a name: an element, or a word behind `mkp`.
    fn named(&self, vm: &mut Vm, this: &Value, name: &str, args: &[Value]) -> Result<Value> {
        let prefix = self.prefix.replace("".into());
        let mut attributes = Vec::new();
        let mut map = None;
        let mut body = &Value::Null;
        for arg in args {
            match arg {
                Value::Map(given) => map = Some(given),
                other => body = other,
            }
        }
        if prefix.as_str() == "mkp" {
            return words::say(self, vm, this, name, map, body);
        }
        for (key, value) in map.map(|map| map.to_vec()).unwrap_or_default() {
            attributes.push((vm.text(&key)?, vm.text(&value)?));
        }
        let body = match body {
            Value::Null => Body::Nothing,
            value => Body::Value(value),
        };
        self.element(vm, this, (&prefix, name), &attributes, body)?;
        Ok(Value::Null)
    }

    /// Declares a prefix for the next element.
    pub(crate) fn declare_prefix(&self, prefix: Str, uri: Str) {
        let same = |(known, bound): &(Str, Str)| *known == prefix && *bound == uri;
        if self.current.borrow().iter().any(same) {
            return;
        }
        let mut pending = self.pending.borrow_mut();
        pending.retain(|(known, _)| *known != prefix);
        pending.push((prefix, uri));
    }
}

impl Object for Streamer {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&DOCUMENT)
    }

    fn call(&self, vm: &mut Vm, this: &Value, name: &str, args: &[Value]) -> Result<Option<Value>> {
        self.named(vm, this, name, args).map(Some)
    }

    fn get(&self, _vm: &mut Vm, this: &Value, name: &str) -> Result<Option<Value>> {
        if let Some(word) = words::sink(name) {
            return Ok(Some(Value::object(words::Sink {
                builder: this.clone(),
                word,
            })));
        }
        *self.prefix.borrow_mut() = name.into();
        Ok(Some(this.clone()))
    }
}

fn in_text(byte: u8) -> Option<&'static str> {
    match byte {
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'&' => Some("&amp;"),
        _ => None,
    }
}
