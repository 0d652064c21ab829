//! The model as drawn: BPMN elements with their property texts and places.
//!
//! Nothing is interpreted here, nothing is dropped: an element that is not known keeps its name.

mod read;

use std::fmt;

use indexmap::IndexMap;

use crate::diagnostic::Span;

pub use read::read;

/// A line and a column, both from 1, in the model's file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: u32,
    /// Column in characters.
    pub column: u32,
}

/// One integration flow as drawn.
#[derive(Clone, Debug)]
pub struct Model {
    /// Path of the model inside the bundle.
    pub file: String,
    /// Flow-wide properties.
    pub properties: Properties,
    /// Where the collaboration begins.
    pub position: Position,
    /// Senders, receivers and pools.
    pub participants: Vec<Participant>,
    /// Adapter channels.
    pub channels: Vec<Channel>,
    /// Main and local processes.
    pub processes: Vec<Process>,
    /// Elements beside these that are not known.
    pub unknown: Vec<Unknown>,
}

/// Properties of one element in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Properties(pub(crate) IndexMap<String, Property>);

/// The text of one property. Parameters are still references. Some adapters keep passwords here, so
/// that printing it shows where it is, not what it is.
#[derive(Clone)]
pub struct Property {
    /// The text.
    pub value: String,
    /// Where it is.
    pub position: Position,
}

impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "*** at {line}:{column}")
    }
}

impl Properties {
    /// The text of a property; `None` when the element does not have it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|property| property.value.as_str())
    }

    /// Where a property is.
    #[must_use]
    pub fn position(&self, key: &str) -> Option<Position> {
        self.0.get(key).map(|property| property.position)
    }

    /// All properties in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Property)> {
        self.0
            .iter()
            .map(|(key, property)| (key.as_str(), property))
    }

    /// The component's name: what `cmdVariantUri` says after `cname::`, without a namespace prefix.
    /// Names contain `/` and blanks, so the name ends where the next part begins.
    #[must_use]
    pub fn component(&self) -> Option<&str> {
        const NEXT: [&str; 5] = ["/version::", "/vendor::", "/tp::", "/mp::", "/direction::"];
        let uri = self.get("cmdVariantUri")?;
        let (_, rest) = uri.split_once("cname::")?;
        let end = NEXT.iter().filter_map(|part| rest.find(part)).min();
        let name = &rest[..end.unwrap_or(rest.len())];
        Some(name.rsplit_once(':').map_or(name, |(_, name)| name))
    }
}

/// A sender, a receiver, or the pool of a process.
#[derive(Clone, Debug)]
pub struct Participant {
    /// Element id.
    pub id: String,
    /// Display name; part of names of properties that adapters set.
    pub name: String,
    /// `EndpointSender`, `EndpointRecevier` (spelled so), or `IntegrationProcess`.
    pub kind: String,
    /// The process of a pool.
    pub process: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// A message flow: an adapter between a participant and an element.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Element id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Where the arrow begins.
    pub source: String,
    /// Where the arrow ends; its direction means nothing.
    pub target: String,
    /// Adapter settings.
    pub properties: Properties,
    /// Where it is.
    pub position: Position,
}

/// A main or local process.
#[derive(Clone, Debug)]
pub struct Process {
    /// Element id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Process settings.
    pub properties: Properties,
    /// What is in it.
    pub scope: Scope,
    /// Where it is.
    pub position: Position,
}

/// Elements and the sequence flows between them.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Events, steps, gateways and subprocesses in the order of the file.
    pub elements: Vec<Element>,
    /// Edges in the order of the file, which is the order in which routes are tried.
    pub flows: Vec<SequenceFlow>,
}

/// An event, a step, a gateway or a subprocess.
#[derive(Clone, Debug)]
pub struct Element {
    /// Element id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What BPMN calls it.
    pub kind: ElementKind,
    /// What an event reacts to or causes.
    pub event: Option<Event>,
    /// Settings, those of the event definition included.
    pub properties: Properties,
    /// The default route of a gateway.
    pub default: Option<String>,
    /// Repetition of a process call.
    pub repetition: Option<Repetition>,
    /// What is in a subprocess.
    pub scope: Option<Scope>,
    /// Where it is.
    pub position: Position,
}

/// What BPMN calls an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// `startEvent`.
    StartEvent,
    /// `endEvent`.
    EndEvent,
    /// `callActivity`.
    CallActivity,
    /// `serviceTask`.
    ServiceTask,
    /// `exclusiveGateway`.
    ExclusiveGateway,
    /// `parallelGateway`.
    ParallelGateway,
    /// `subProcess`.
    SubProcess,
    /// Anything else, by its tag name.
    Other(String),
}

/// What an event reacts to or causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// `messageEventDefinition`.
    Message,
    /// `timerEventDefinition`.
    Timer,
    /// `errorEventDefinition`.
    Error,
    /// `escalationEventDefinition`.
    Escalation,
    /// `terminateEventDefinition`.
    Terminate,
    /// Anything else, by its tag name.
    Other(String),
}

/// `standardLoopCharacteristics` of a process call.
#[derive(Clone, Debug)]
pub struct Repetition {
    /// Most iterations, as text.
    pub maximum: Option<String>,
    /// The text of the condition.
    pub condition: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// An edge.
#[derive(Clone, Debug)]
pub struct SequenceFlow {
    /// Element id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Id of the element it leaves.
    pub source: String,
    /// Id of the element it enters.
    pub target: String,
    /// The text of its condition.
    pub condition: Option<String>,
    /// Settings.
    pub properties: Properties,
    /// Where it is.
    pub position: Position,
}

/// An element that is not known.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Tag name.
    pub name: String,
    /// Element id, or nothing.
    pub id: String,
    /// Where it is.
    pub position: Position,
}

impl Position {
    /// The place in a file.
    #[must_use]
    pub fn in_file(self, file: &str) -> Span {
        Span {
            file: file.to_owned(),
            line: self.line,
            column: self.column,
        }
    }
}

impl Model {
    /// Calls `visit` with the id of an element, each of its texts that may refer to parameters, and
    /// the place of that text.
    pub(crate) fn visit_texts(&self, visit: &mut dyn FnMut(&str, &str, Position)) {
        self.properties.visit("", visit);
        for channel in &self.channels {
            channel.properties.visit(&channel.id, visit);
        }
        for process in &self.processes {
            process.properties.visit(&process.id, visit);
        }
        for scope in self.scopes() {
            for element in &scope.elements {
                element.properties.visit(&element.id, visit);
                if let Some(repetition) = &element.repetition {
                    let texts = [&repetition.maximum, &repetition.condition];
                    for text in texts.into_iter().flatten() {
                        visit(&element.id, text, repetition.position);
                    }
                }
            }
            for flow in &scope.flows {
                flow.properties.visit(&flow.id, visit);
                if let Some(condition) = &flow.condition {
                    visit(&flow.id, condition, flow.position);
                }
            }
        }
    }

    /// Every scope of the flow: that of each process, then those of its subprocesses.
    pub(crate) fn scopes(&self) -> Vec<&Scope> {
        let mut scopes: Vec<&Scope> = self.processes.iter().map(|p| &p.scope).collect();
        let mut next = 0;
        while let Some(scope) = scopes.get(next).copied() {
            scopes.extend(scope.elements.iter().filter_map(|e| e.scope.as_ref()));
            next += 1;
        }
        scopes
    }
}

impl Properties {
    fn visit(&self, element: &str, visit: &mut dyn FnMut(&str, &str, Position)) {
        for (_, property) in self.iter() {
            visit(element, &property.value, property.position);
        }
    }
}
