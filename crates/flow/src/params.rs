//! Externalised parameters: declared in the bundle, configured at deployment, substituted into
//! property texts.

mod declaration;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use indexmap::IndexMap;
use lockgate_core::limits;
use serde::Serialize;

use crate::bundle::{Bundle, RESOURCES};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Model, Position};
use crate::properties;
use declaration::Declaration;

pub use declaration::ParameterType;

/// File of default values, below `src/main/resources`.
const DEFAULTS: &str = "parameters.prop";
/// File of declarations, below `src/main/resources`.
const DECLARATIONS: &str = "parameters.propdef";

/// One parameter of a flow, as shown to whoever configures it. Some hold keys, so that printing one
/// does not show its values.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The value in the bundle, if it has one.
    pub default: Option<String>,
    /// The value given at deployment, if there is one.
    pub configured: Option<String>,
    /// What values are legal.
    pub kind: ParameterType,
    /// Whether the value must not be empty.
    pub required: bool,
    /// What the author says about it.
    pub description: String,
}

/// The parameters that a bundle has, in the order of declaration, with the values configured for them.
/// Values configured for parameters that it does not have are left out.
#[must_use]
pub fn parameters(bundle: &Bundle, configured: &BTreeMap<String, String>) -> Vec<Parameter> {
    let mut known = Parameters::read(bundle, &BTreeMap::new(), &mut Vec::new()).into_list();
    for parameter in &mut known {
        parameter.configured = configured.get(&parameter.name).cloned();
    }
    known
}

/// Where a text with references stands; decides how values are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// A property or a condition as a whole: values are inserted as they are.
    Plain,
    /// Inside something that is XML inside the property's text: values are stored escaped, so that
    /// one level of entities is resolved.
    Escaped,
}

/// All parameters of a flow with their values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    parameters: IndexMap<String, Parameter>,
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameter")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("required", &self.required)
            .finish_non_exhaustive()
    }
}

impl Parameter {
    /// The value in force.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.configured.as_deref().or(self.default.as_deref())
    }
}

impl Parameters {
    /// Reads the bundle's defaults and declarations and puts the configured values over them.
    pub(crate) fn read(
        bundle: &Bundle,
        configured: &BTreeMap<String, String>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut this = Self::default();
        for declaration in declarations(bundle, diagnostics) {
            let parameter = this.entry(&declaration.name);
            parameter.kind = declaration.kind;
            parameter.required = declaration.required;
            parameter.description = declaration.description;
        }
        for (name, value) in defaults(bundle, diagnostics) {
            this.entry(&name).default = Some(value);
        }
        for (name, value) in configured {
            this.entry(name).configured = Some(value.clone());
        }
        this
    }

    fn entry(&mut self, name: &str) -> &mut Parameter {
        self.parameters
            .entry(name.to_owned())
            .or_insert_with(|| Parameter {
                name: name.to_owned(),
                default: None,
                configured: None,
                kind: ParameterType::Text,
                required: false,
                description: String::new(),
            })
    }

    /// Everything there is to know about the parameters, in the order of declaration.
    pub(crate) fn into_list(self) -> Vec<Parameter> {
        self.parameters.into_values().collect()
    }

    /// Replaces every `{{name}}` by the value of that parameter; what has no value becomes empty and
    /// is reported by [`Parameters::check`].
    pub(crate) fn resolve(&self, text: &str, context: Context) -> String {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = next_reference(rest) {
            resolved.push_str(before);
            let value = self.value(name).unwrap_or_default();
            match context {
                Context::Plain => resolved.push_str(value),
                Context::Escaped => resolved.push_str(&unescape(value)),
            }
            rest = after;
        }
        resolved.push_str(rest);
        resolved
    }

    /// The value of the parameter that a reference names. Inside a table that is still text, the
    /// name is escaped like everything else.
    fn value(&self, name: &str) -> Option<&str> {
        let find = |name: &str| self.parameters.get(name).and_then(Parameter::value);
        find(name).or_else(|| find(&unescape(name)))
    }

    /// Reports references without a value, configured values without a use, and values in use that
    /// are not what the declaration asks for. `false` if substitution would make the model larger
    /// than it may be.
    pub(crate) fn check(&self, model: &Model, diagnostics: &mut Vec<Diagnostic>) -> bool {
        let mut used = HashSet::new();
        let mut resolved = 0usize;
        let mut visit = |element: &str, text: &str, position: Position| {
            let mut rest = text;
            while let Some((_, name, after)) = next_reference(rest) {
                let value = self.value(name);
                resolved = resolved.saturating_add(value.map_or(0, str::len));
                if value.is_none() {
                    diagnostics.push(
                        Diagnostic::error(
                            Code::MissingParameter,
                            format!("parameter '{}' has no value", unescape(name)),
                        )
                        .hint("Configure a value for it.")
                        .at(element, position.in_file(&model.file)),
                    );
                }
                used.insert(unescape(name).into_owned());
                rest = after;
            }
        };
        model.visit_texts(&mut visit);
        let fits = resolved <= limits::MODEL_RESOLVED;
        if !fits {
            let message = "with its parameters substituted the model is too large";
            diagnostics.push(Diagnostic::error(Code::TooLarge, message));
        }
        for parameter in self.parameters.values() {
            let is_used = used.contains(&parameter.name);
            if is_used {
                diagnostics.extend(check_value(parameter));
            }
            if parameter.configured.is_some() && parameter.default.is_none() && !is_used {
                let message = format!("the flow has no parameter '{}'", parameter.name);
                diagnostics.push(
                    Diagnostic::warning(Code::UnusedConfiguration, message)
                        .hint("Names are case-sensitive."),
                );
            }
        }
        fits
    }
}

/// Whether the value is what the declaration asks for. The value itself is not told: it may be
/// secret.
fn check_value(parameter: &Parameter) -> Option<Diagnostic> {
    let value = parameter.value().unwrap_or_default();
    let file = format!("{RESOURCES}{DECLARATIONS}");
    if value.is_empty() {
        return parameter.required.then(|| {
            let message = format!("required parameter '{}' is empty", parameter.name);
            Diagnostic::warning(Code::RequiredParameter, message)
                .hint("Configure a value before the flow is used.")
                .in_file(file)
        });
    }
    (!parameter.kind.admits(value)).then(|| {
        let Parameter { name, kind, .. } = parameter;
        let message = format!("the value of parameter '{name}' is not {kind}");
        Diagnostic::error(Code::ParameterType, message).in_file(file)
    })
}

fn defaults(bundle: &Bundle, diagnostics: &mut Vec<Diagnostic>) -> IndexMap<String, String> {
    let text = String::from_utf8_lossy(bundle.resource(DEFAULTS).unwrap_or_default());
    properties::parse(&text).unwrap_or_else(|error| {
        diagnostics.push(
            Diagnostic::error(Code::ParameterFile, error.to_string())
                .in_file(format!("{RESOURCES}{DEFAULTS}")),
        );
        IndexMap::new()
    })
}

/// A bundle whose declarations are missing or unreadable has optional text parameters only.
fn declarations(bundle: &Bundle, diagnostics: &mut Vec<Diagnostic>) -> Vec<Declaration> {
    let Some(bytes) = bundle.resource(DECLARATIONS) else {
        return Vec::new();
    };
    declaration::parse(bytes).unwrap_or_else(|error| {
        let message = format!("parameter declarations are ignored: {error}");
        diagnostics.push(
            Diagnostic::warning(Code::ParameterFile, message)
                .in_file(format!("{RESOURCES}{DECLARATIONS}")),
        );
        Vec::new()
    })
}

/// The text before the first reference, the name in it, and the text after it. A name is as short as
/// possible and does not cross lines.
fn next_reference(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text[from..].find("{{")?;
        let inner = &text[open + 2..];
        let line = inner.split('\n').next().unwrap_or_default();
        if let Some(close) = line.find("}}") {
            return Some((&text[..open], &inner[..close], &inner[close + 2..]));
        }
        from = open + 2 + line.len();
    }
}

/// Resolves the predefined entities and character references, once.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        resolved.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((c, end)) => {
                resolved.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                resolved.push('&');
                rest = &rest[1..];
            }
        }
    }
    resolved.push_str(rest);
    Cow::Owned(resolved)
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests;
