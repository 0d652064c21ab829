//! Exception objects.

use std::cell::RefCell;

use crate::class::{Class, ClassRef, property_name};
use crate::library::throwable;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A place in a script that an exception passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Method.
    pub function: String,
    /// File.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// An exception of a library class.
pub struct Throwable {
    /// Its class.
    pub class: &'static Class,
    /// Class name when it is one only the host knows, such as that of a transport error.
    pub foreign: Option<Str>,
    /// `getMessage()`
    pub message: RefCell<Option<Str>>,
    /// `getCause()`
    pub cause: RefCell<Value>,
    /// Where it was thrown, innermost first; filled when it first leaves a line of the script.
    pub frames: RefCell<Vec<Frame>>,
    /// What else can be read from it: `statusCode`, `responseBody` and so on.
    pub details: Vec<(Str, Value)>,
}

impl Throwable {
    /// An exception.
    #[must_use]
    pub fn new(class: &'static Class, message: Option<Str>) -> Self {
        Self {
            class,
            foreign: None,
            message: RefCell::new(message),
            cause: RefCell::new(Value::Null),
            frames: RefCell::default(),
            details: Vec::new(),
        }
    }

    /// What stands between class and message: the place in a document, for the one class that
    /// tells it, or a colon.
    fn place(&self) -> String {
        let detail = |name: &str| match self.detail(name) {
            Some(Value::Int(number)) => Some(number),
            _ => None,
        };
        match (detail("lineNumber"), detail("columnNumber")) {
            (Some(line), Some(column)) => {
                format!("; lineNumber: {line}; columnNumber: {column}; ")
            }
            _ => ": ".to_owned(),
        }
    }

    /// What else can be read from it by this name.
    pub(crate) fn detail(&self, name: &str) -> Option<Value> {
        let mut details = self.details.iter();
        let found = details.find(|(detail, _)| detail.as_str() == name);
        found.map(|(_, value)| value.clone())
    }

    /// The name of its class.
    #[must_use]
    pub fn class_name(&self) -> &str {
        self.foreign.as_deref().unwrap_or(self.class.name)
    }
}

impl Object for Throwable {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn get(&self, _vm: &mut Vm, _this: &Value, name: &str) -> Result<Option<Value>> {
        Ok(self.detail(name))
    }

    /// The getter of a detail.
    fn call_missing(
        &self,
        _vm: &mut Vm,
        _this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        if !args.is_empty() {
            return Ok(None);
        }
        let property = ["get", "is"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix).and_then(property_name));
        Ok(property.and_then(|property| self.detail(&property)))
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let name = self.class_name();
        Ok(Some(match &*self.message.borrow() {
            Some(message) => format!("{name}{}{message}", self.place()).into(),
            None => name.into(),
        }))
    }
}

/// Throws an exception of the library, by its full or simple name:
/// `throw("IllegalArgumentException", "…")`.
#[must_use]
pub fn throw(class: &'static str, message: impl Into<Str>) -> Thrown {
    let class = throwable::named(class);
    Thrown::exception(Value::object(Throwable::new(class, Some(message.into()))))
}

/// Throws an exception without a message.
#[must_use]
pub fn throw_bare(class: &'static str) -> Thrown {
    Thrown::exception(Value::object(Throwable::new(throwable::named(class), None)))
}
