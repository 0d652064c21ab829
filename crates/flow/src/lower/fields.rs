//! Reads an element's settings and reports what is wrong with them.

use lockgate_core::limits;

use super::{Lowering, xpath};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Predicate, Template};
use crate::model::{Position, Properties};
use crate::params::Context;
use crate::plan::Condition;
use crate::rows::{self, Row};

/// The settings of one element.
pub(super) struct Fields<'a, 'm> {
    pub(super) lowering: &'a mut Lowering<'m>,
    element: &'m str,
    properties: &'m Properties,
    position: Position,
}

impl<'a, 'm> Fields<'a, 'm> {
    pub(super) fn new(
        lowering: &'a mut Lowering<'m>,
        element: &'m str,
        properties: &'m Properties,
        position: Position,
    ) -> Self {
        Self {
            lowering,
            element,
            properties,
            position,
        }
    }

    /// The text of a setting with parameters resolved; empty when the element does not have it.
    pub(super) fn text(&self, key: &str) -> String {
        let text = self.properties.get(key).unwrap_or_default();
        self.lowering.parameters.resolve(text, Context::Plain)
    }

    /// All settings with their texts as they stand in the file.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&'m str, &'m str)> {
        let properties = self.properties;
        properties
            .iter()
            .map(|(key, property)| (key, property.value.as_str()))
    }

    /// The setting without white space around it, or `default` when it is absent or empty.
    pub(super) fn word(&self, key: &str, default: &str) -> String {
        match self.text(key).trim() {
            "" => default.to_owned(),
            word => word.to_owned(),
        }
    }

    /// Whether the element has a setting, be it empty.
    pub(super) fn has(&self, key: &str) -> bool {
        self.properties.get(key).is_some()
    }

    /// A switch. `1` and `0` are spelled by some components.
    pub(super) fn switch(&mut self, key: &str, default: bool) -> bool {
        match self.word(key, "").to_ascii_lowercase().as_str() {
            "" => default,
            "true" | "1" => true,
            "false" | "0" => false,
            _ => {
                self.setting(key, "must be true or false");
                default
            }
        }
    }

    /// The rows of a table, parameters resolved in each cell.
    pub(super) fn rows(&mut self, key: &str) -> Vec<Row> {
        let text = self.properties.get(key).unwrap_or_default();
        let parameters = self.lowering.parameters;
        // A table that is a parameter as a whole holds rows; a reference inside a cell holds text.
        let is_parameter = text.trim_start().starts_with("{{");
        let resolved = is_parameter.then(|| parameters.resolve(text, Context::Plain));
        match rows::parse(resolved.as_deref().unwrap_or(text)) {
            Ok(mut rows) => {
                if !is_parameter {
                    for row in &mut rows {
                        row.map(|cell| parameters.resolve(cell, Context::Escaped));
                    }
                }
                rows
            }
            Err(error) => {
                self.error(key, Code::Table, format!("{key}: {error}"));
                Vec::new()
            }
        }
    }

    /// Parses a template.
    pub(super) fn template(&mut self, key: &str, text: &str) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => {
                self.lowering.usage.template(&template);
                Some(template)
            }
            Err(error) => {
                self.error(key, Code::Template, format!("{key}: {error}"));
                None
            }
        }
    }

    /// Checks an XPath.
    pub(super) fn xpath(&mut self, key: &str, text: &str) -> Option<String> {
        let result = if text.len() > limits::EXPRESSION {
            Err("the expression is too long".to_owned())
        } else {
            xpath::check(text, &self.lowering.namespaces)
        };
        self.lowering.usage.expression("XPath", result.is_ok());
        match result {
            Ok(()) => Some(text.to_owned()),
            Err(why) => {
                self.error(key, Code::XPath, format!("{key}: {why}"));
                None
            }
        }
    }

    /// Parses a condition, which is an XPath if `is_xpath`. Values of parameters may carry entities.
    pub(super) fn condition(&mut self, text: &str, is_xpath: bool) -> Option<Condition> {
        let text = self.lowering.parameters.resolve(text, Context::Escaped);
        let text = text.trim();
        if is_xpath {
            return self.xpath("condition", text).map(Condition::XPath);
        }
        match Predicate::parse(text) {
            Ok(predicate) => {
                self.lowering.usage.predicate(&predicate);
                Some(Condition::Simple(predicate))
            }
            Err(error) => {
                self.error("condition", Code::Condition, format!("condition: {error}"));
                None
            }
        }
    }

    /// Reports a setting that is missing or has a value that means nothing.
    pub(super) fn setting(&mut self, key: &str, problem: &str) {
        self.error(key, Code::Setting, format!("{key} {problem}"));
    }

    /// Reports an error about a setting.
    pub(super) fn error(&mut self, key: &str, code: Code, message: String) {
        let place = self.properties.position(key).unwrap_or(self.position);
        self.report(Diagnostic::error(code, message), place);
    }

    /// Reports a warning about a setting.
    pub(super) fn warning(&mut self, key: &str, code: Code, message: String) {
        let place = self.properties.position(key).unwrap_or(self.position);
        self.report(Diagnostic::warning(code, message), place);
    }

    fn report(&mut self, diagnostic: Diagnostic, place: Position) {
        self.lowering.report(self.element, place, diagnostic);
    }
}
