//! Turns a model into a plan, and says everything that keeps it from becoming one.

mod channels;
mod content_modifier;
mod fields;
mod graph;
mod routes;
mod scripts;
mod senders;
mod settings;
mod steps;
mod stores;
mod xpath;

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::bundle::Bundle;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{self, Model, Position, Properties};
use crate::params::Parameters;
use crate::plan::{Plan, ProcessIndex};
use crate::usage::Usage;
use channels::Channels;
use fields::Fields;

/// A model's meaning, and what was found on the way.
pub(crate) struct Lowered {
    /// Absent if a diagnostic is an error.
    pub(crate) plan: Option<Plan>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) usage: Usage,
}

/// A process that steps can call.
#[derive(Clone, Copy)]
struct Callable {
    index: ProcessIndex,
    is_local: bool,
}

/// What lowering knows and collects.
struct Lowering<'m> {
    bundle: &'m Bundle,
    model: &'m Model,
    parameters: &'m Parameters,
    channels: Channels<'m>,
    processes: HashMap<&'m str, Callable>,
    namespaces: IndexMap<String, String>,
    /// Steps that call scripts.
    calls: Vec<scripts::Call<'m>>,
    diagnostics: Vec<Diagnostic>,
    usage: Usage,
}

/// Lowers a model.
pub(crate) fn lower(bundle: &Bundle, model: &Model, parameters: &Parameters) -> Lowered {
    let mut lowering = Lowering {
        bundle,
        model,
        parameters,
        channels: Channels::of(model),
        processes: HashMap::new(),
        namespaces: IndexMap::new(),
        calls: Vec::new(),
        diagnostics: Vec::new(),
        usage: Usage::default(),
    };
    let plan = lowering.plan();
    lowering.check_scripts(&plan.scripts);
    let failed = lowering.diagnostics.iter().any(Diagnostic::is_error);
    lowering.usage.resources.sort();
    lowering.usage.resources.dedup();
    Lowered {
        plan: (!failed).then_some(plan),
        diagnostics: lowering.diagnostics,
        usage: lowering.usage,
    }
}

impl<'m> Lowering<'m> {
    fn plan(&mut self) -> Plan {
        let settings = self.settings();
        self.report_unknown();
        self.index_processes();
        let manifest = &self.bundle.manifest;
        let model = self.model;
        Plan {
            id: manifest.symbolic_name.clone(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            settings,
            processes: model.processes.iter().map(|p| self.process(p)).collect(),
            entries: self.entries(),
            scripts: self.bundle.scripts(),
        }
    }

    fn index_processes(&mut self) {
        for (index, process) in self.model.processes.iter().enumerate() {
            let is_local = self.is_local(process);
            let callable = Callable { index, is_local };
            if self.processes.insert(&process.id, callable).is_some() {
                let message = format!("there are several processes with the id '{}'", process.id);
                let error = Diagnostic::error(Code::Reference, message);
                self.report(&process.id, process.position, error);
            }
        }
    }

    /// Whether a process is called by others; it is an entry point of its own otherwise.
    fn is_local(&self, process: &model::Process) -> bool {
        let properties = &process.properties;
        properties
            .get("processType")
            .is_some_and(|kind| kind.trim() == "directCall")
            || properties.component() == Some("LocalIntegrationProcess")
    }

    fn report_unknown(&mut self) {
        for unknown in &self.model.unknown {
            let message = format!("the element '{}' is not known and is ignored", unknown.name);
            let warning = Diagnostic::warning(Code::UnknownElement, message);
            self.report(&unknown.id, unknown.position, warning);
        }
    }

    /// Settings of one element.
    fn fields<'a>(
        &'a mut self,
        element: &'m str,
        properties: &'m Properties,
        position: Position,
    ) -> Fields<'a, 'm> {
        Fields::new(self, element, properties, position)
    }

    fn report(&mut self, element: &str, position: Position, diagnostic: Diagnostic) {
        let span = position.in_file(&self.model.file);
        self.diagnostics.push(diagnostic.at(element, span));
    }
}

/// A name for people: on one line.
fn display_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
