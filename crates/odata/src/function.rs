//! Function imports.

use std::fmt;

use async_trait::async_trait;
use http::Method;

use crate::call::Call;
use crate::error::{Error, Result};
use crate::model::Edm;
use crate::set::Reply;
use crate::value::Value;

/// What a function import looks like.
#[derive(Debug)]
pub struct Function {
    /// Its name in URLs.
    pub name: &'static str,
    /// Its only method.
    pub method: Method,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub returns: Returns,
}

/// A parameter of a function import.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub edm: Edm,
    /// Whether it has to be there.
    pub is_required: bool,
}

/// What a function import gives.
#[derive(Clone, Copy, Debug)]
pub enum Returns {
    /// Nothing.
    Nothing,
    /// A value, in plain text.
    Value(Edm),
    /// One entity of this set.
    Entity(&'static str),
}

impl Function {
    /// A function called by POST.
    #[must_use]
    pub const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        returns: Returns,
    ) -> Self {
        Self {
            name,
            method: Method::POST,
            parameters,
            returns,
        }
    }
}

impl Parameter {
    /// A text that has to be there.
    #[must_use]
    pub const fn text(name: &'static str) -> Self {
        Self {
            name,
            edm: Edm::String,
            is_required: true,
        }
    }

    /// A boolean that has to be there.
    #[must_use]
    pub const fn boolean(name: &'static str) -> Self {
        Self {
            edm: Edm::Boolean,
            ..Self::text(name)
        }
    }

    /// The same, which may be left out.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }
}

/// A function import.
#[async_trait]
pub trait FunctionImport: fmt::Debug + Send + Sync + 'static {
    /// What it looks like.
    fn describe(&self) -> &'static Function;

    /// The roles of which a caller needs one; no role at all means everybody who is authenticated.
    fn needs(&self) -> &'static [&'static str];

    /// Calls it.
    async fn call(&self, call: &Call, arguments: &Arguments) -> Result<Reply>;
}

/// The arguments of a call, of the types that [`Function::parameters`] says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    values: Vec<(&'static str, Value)>,
}

impl Arguments {
    pub(crate) fn new(values: Vec<(&'static str, Value)>) -> Self {
        Self { values }
    }

    /// A text; `None` when it was left out.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// When it was left out.
    pub fn required(&self, name: &str) -> Result<&str> {
        let missing = || Error::bad_request(format!("The parameter {name} is missing."));
        self.text(name).ok_or_else(missing)
    }

    /// A boolean; `None` when it was left out.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let found = self.values.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value)
    }
}
