//! What a flow uses: steps, adapters, expression functions and files, counted by name.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::expr::{FilePart, Function, Operand, Operator, Part, Predicate, Template};
use crate::scripts::Script;

/// What a flow uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Steps, events and subprocesses by display name.
    pub steps: BTreeMap<String, Count>,
    /// Sender and receiver adapters.
    pub adapters: BTreeMap<String, Count>,
    /// Functions and operators of expressions.
    pub expressions: BTreeMap<String, Count>,
    /// Scripts, stylesheets, mappings and other files that steps name.
    pub resources: Vec<Resource>,
    /// Scripts of the bundle that steps call.
    pub scripts: Vec<Script>,
}

/// How often something is used, and whether it can run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Uses.
    pub uses: usize,
    /// Whether this version of Lockgate executes it.
    pub runs: bool,
}

/// A file that a step names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Resource {
    /// What the step calls it: `script`, `stylesheet`, `mapping`, `schema` or `metadata`.
    pub kind: &'static str,
    /// Path below `src/main/resources`, or an expression that gives it.
    pub path: String,
    /// Symbolic name of the artifact that owns the file, when it is another one.
    pub artifact: Option<String>,
    /// Whether the file is in this bundle.
    pub present: bool,
    /// Whether the step that names it can run.
    pub runs: bool,
}

impl Usage {
    pub(crate) fn step(&mut self, name: &str, runs: bool) {
        add(&mut self.steps, name, runs);
    }

    pub(crate) fn adapter(&mut self, name: &str, runs: bool) {
        add(&mut self.adapters, name, runs);
    }

    pub(crate) fn expression(&mut self, name: &str, runs: bool) {
        add(&mut self.expressions, name, runs);
    }

    pub(crate) fn template(&mut self, template: &Template) {
        for part in &template.parts {
            let Part::Function(function) = part else {
                continue;
            };
            self.expression(function_name(function), true);
            if let Function::Header(name) | Function::Property(name) = function {
                self.template(name);
            }
        }
    }

    pub(crate) fn predicate(&mut self, predicate: &Predicate) {
        self.expression("condition", true);
        let rest = predicate.rest.iter().map(|(_, comparison)| comparison);
        for comparison in std::iter::once(&predicate.first).chain(rest) {
            self.operand(&comparison.left);
            if let Some((operator, right)) = &comparison.test {
                self.expression(operator_name(*operator), true);
                self.operand(right);
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        if let Operand::Template(template) = operand {
            self.template(template);
        }
    }
}

fn add(counts: &mut BTreeMap<String, Count>, name: &str, runs: bool) {
    let count = counts.entry(name.to_owned()).or_default();
    count.uses += 1;
    count.runs = runs;
}

fn function_name(function: &Function) -> &'static str {
    match function {
        Function::Header(_) => "${header.…}",
        Function::Property(_) => "${property.…}",
        Function::Body(_) => "${body}",
        Function::BodyAsText(_) => "${bodyAs(String)}",
        Function::Date { zone: None, .. } => "${date:now:…}",
        Function::Date { .. } => "${date-with-timezone:now:…}",
        Function::ExceptionMessage => "${exception.message}",
        Function::ExceptionStacktrace => "${exception.stacktrace}",
        Function::Null => "${null}",
        Function::CamelId => "${camelId}",
        Function::ExchangeId => "${exchangeId}",
        Function::File(FilePart::Name) => "${file:name}",
        Function::File(FilePart::OnlyName) => "${file:onlyname}",
        Function::File(FilePart::OnlyNameNoExt) => "${file:onlyname.noext}",
        Function::File(FilePart::Ext) => "${file:ext}",
    }
}

fn operator_name(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "=",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Contains => "contains",
        Operator::NotContains => "not contains",
        Operator::In => "in",
        Operator::NotIn => "not in",
        Operator::Regex => "regex",
        Operator::NotRegex => "not regex",
    }
}
