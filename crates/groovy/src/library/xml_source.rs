//! What documents are read from, and the settings that all parsers share.

use std::borrow::Cow;
use std::cell::Cell;

use bytes::Bytes;

use crate::class::{Class, ClassRef};
use crate::library::io::InputStream;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::fault::{self, MALFORMED_URL, SAX_NOT_RECOGNIZED};
use crate::xml::input;
use crate::xml::parse::{self, Options};
use crate::xml::tree::Tree;

/// `org.xml.sax.InputSource`
pub(crate) static INPUT_SOURCE: Class =
    Class::new("org.xml.sax.InputSource").constructor(input_source);

/// `javax.xml.XMLConstants`
pub(crate) static XML_CONSTANTS: Class = Class::new("javax.xml.XMLConstants").constants(&[
    ("FEATURE_SECURE_PROCESSING", || {
        Value::text("http://javax.xml.XMLConstants/feature/secure-processing")
    }),
    ("ACCESS_EXTERNAL_DTD", || {
        Value::text("http://javax.xml.XMLConstants/property/accessExternalDTD")
    }),
    ("ACCESS_EXTERNAL_SCHEMA", || {
        Value::text("http://javax.xml.XMLConstants/property/accessExternalSchema")
    }),
    ("ACCESS_EXTERNAL_STYLESHEET", || {
        Value::text("http://javax.xml.XMLConstants/property/accessExternalStylesheet")
    }),
]);

pub(super) static CLASSES: &[&Class] = &[&INPUT_SOURCE, &XML_CONSTANTS];

/// A document, not yet parsed.
pub(crate) enum Source {
    Text(Str),
    Bytes(Bytes),
}

impl Source {
    /// The document in a reader, a stream, bytes or an `InputSource`.
    ///
    /// # Errors
    /// A text would be the address of a document, which is never fetched.
    pub(crate) fn of(vm: &mut Vm, value: &Value) -> Result<Self> {
        match value {
            Value::Null => Err(throw_bare("NullPointerException")),
            Value::Str(_) | Value::GString(_) => {
                let address = vm.text(value)?;
                Err(fault::throw(
                    &MALFORMED_URL,
                    format!("no protocol: {address}"),
                ))
            }
            Value::Bytes(bytes) => Ok(Self::Bytes(bytes.borrow().clone().into())),
            Value::Object(_) => {
                if let Some(source) = value.downcast::<InputSource>() {
                    return Self::of(vm, &source.inner);
                }
                Self::drain(vm, value)
            }
            _ => Err(Thrown::mismatch()),
        }
    }

    /// All that a reader or stream has left.
    fn drain(vm: &mut Vm, value: &Value) -> Result<Self> {
        if let Some(stream) = value.downcast::<InputStream>() {
            return Ok(Self::Bytes(stream.take_all()));
        }
        match vm.invoke(value, "getText", &[])? {
            Value::Str(text) => Ok(Self::Text(text)),
            _ => Err(Thrown::mismatch()),
        }
    }

    /// The document that a text is.
    pub(crate) fn of_text(vm: &mut Vm, args: &[Value]) -> Result<Self> {
        match args {
            [Value::Null] => Err(throw_bare("NullPointerException")),
            [Value::Str(text)] => Ok(Self::Text(text.clone())),
            [text @ Value::GString(_)] => vm.text(text).map(Self::Text),
            _ => Err(Thrown::mismatch()),
        }
    }

    /// Its text.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>> {
        match self {
            Self::Text(text) => Ok(Cow::Borrowed(text.as_str())),
            Self::Bytes(bytes) => input::decode(bytes),
        }
    }

    /// Parses it.
    pub(crate) fn parse(&self, vm: &mut Vm, options: Options) -> Result<Tree> {
        let text = self.text()?;
        vm.step(text.len() as u64 / 64)?;
        vm.reserve(text.len().saturating_mul(3))?;
        parse::parse(&text, options).map_err(|(fault, text)| fault.thrown(&text))
    }
}

struct InputSource {
    inner: Value,
}

impl Object for InputSource {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&INPUT_SOURCE)
    }
}

fn input_source(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [inner] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(Value::object(InputSource {
        inner: inner.clone(),
    }))
}

/// What all parsers can be told.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) namespaces: Cell<bool>,
    pub(crate) doctype: Cell<bool>,
}

const DISALLOW_DOCTYPE: &str = "http://apache.org/xml/features/disallow-doctype-decl";
const NAMESPACES: &str = "http://xml.org/sax/features/namespaces";

impl Settings {
    pub(crate) fn new(namespaces: bool, doctype: bool) -> Self {
        Self {
            namespaces: Cell::new(namespaces),
            doctype: Cell::new(doctype),
        }
    }

    /// The settings of a constructor `(validating, namespaceAware, allowDocType)`.
    pub(crate) fn of(args: &[Value]) -> Result<Self> {
        let (namespaces, doctype) = match args {
            [] | [Value::Object(_)] => (true, false),
            [Value::Bool(_), Value::Bool(namespaces)] => (*namespaces, false),
            [
                Value::Bool(_),
                Value::Bool(namespaces),
                Value::Bool(doctype),
            ] => (*namespaces, *doctype),
            _ => return Err(Thrown::mismatch()),
        };
        Ok(Self::new(namespaces, doctype))
    }

    /// `setFeature(name, on)`. Features that would fetch something have no effect.
    pub(crate) fn set_feature(&self, vm: &mut Vm, args: &[Value]) -> Result<Value> {
        let [name, Value::Bool(on)] = args else {
            return Err(Thrown::mismatch());
        };
        let name = vm.text(name)?;
        match name.as_str() {
            DISALLOW_DOCTYPE => self.doctype.set(!on),
            NAMESPACES => self.namespaces.set(*on),
            other => known(other)?,
        }
        Ok(Value::Null)
    }

    /// `getFeature(name)`
    pub(crate) fn get_feature(&self, vm: &mut Vm, args: &[Value]) -> Result<Value> {
        let [name] = args else {
            return Err(Thrown::mismatch());
        };
        let name = vm.text(name)?;
        Ok(Value::Bool(match name.as_str() {
            DISALLOW_DOCTYPE => !self.doctype.get(),
            NAMESPACES => self.namespaces.get(),
            other => {
                known(other)?;
                false
            }
        }))
    }
}

fn known(feature: &str) -> Result<()> {
    let families = [
        "http://xml.org/sax/features/",
        "http://apache.org/xml/features/",
        "http://javax.xml.XMLConstants/feature/",
    ];
    if families.iter().any(|family| feature.starts_with(family)) {
        return Ok(());
    }
    let message = format!("Feature '{feature}' is not recognized.");
    Err(fault::throw(&SAX_NOT_RECOGNIZED, message))
}
