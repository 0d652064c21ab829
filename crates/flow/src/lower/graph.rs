//! Processes: nodes and the edges between them.

use std::collections::{HashMap, HashSet};

use super::scripts::Call;
use super::{Lowering, display_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds;
use crate::model::{self, Element, ElementKind, Event, Scope, SequenceFlow};
use crate::params::Context;
use crate::plan::{End, ExceptionScope, Node, NodeIndex, Process, StepSpec};

/// The nodes of one scope and the sequence flows between them.
pub(super) struct Graph<'m> {
    nodes: HashMap<&'m str, NodeIndex>,
    outgoing: HashMap<&'m str, Vec<&'m SequenceFlow>>,
}

impl<'m> Graph<'m> {
    /// The node that a sequence flow leads to.
    pub(super) fn target(&self, flow: &SequenceFlow) -> Option<NodeIndex> {
        self.nodes.get(flow.target.as_str()).copied()
    }

    /// The sequence flows that leave an element, in document order.
    pub(super) fn outgoing(&self, element: &str) -> &[&'m SequenceFlow] {
        self.outgoing.get(element).map_or(&[], Vec::as_slice)
    }
}

/// Whether an element is a node of its scope; starts and subprocesses are not.
fn is_node(element: &Element) -> bool {
    !matches!(
        element.kind,
        ElementKind::StartEvent | ElementKind::SubProcess
    )
}

/// Whether an element is an exception subprocess.
fn is_exception_subprocess(element: &Element) -> bool {
    let starts_on_error = |scope: &Scope| {
        let mut starts = scope
            .elements
            .iter()
            .filter(|e| e.kind == ElementKind::StartEvent);
        starts.any(|start| start.event == Some(Event::Error))
    };
    element.kind == ElementKind::SubProcess
        && (element.properties.get("activityType") == Some("ErrorEventSubProcessTemplate")
            || element.properties.component() == Some("ErrorEventSubProcessTemplate")
            || element.scope.as_ref().is_some_and(starts_on_error))
}

impl<'m> Lowering<'m> {
    pub(super) fn process(&mut self, process: &'m model::Process) -> Process {
        let mut nodes = Vec::new();
        let graph = self.graph(&process.scope, nodes.len());
        let start = self.start(process, &graph);
        self.nodes(&process.scope, &graph, false, &mut nodes);
        let exception = self.exception(&process.scope, &mut nodes);
        let name = match process.name.as_str() {
            "" => self.channels.pool_name(&process.id),
            name => name,
        };
        let handling = process.properties.get("transactionalHandling");
        let handling = self
            .parameters
            .resolve(handling.unwrap_or_default(), Context::Plain);
        let lowered = Process {
            id: process.id.clone(),
            name: display_name(name),
            nodes,
            start,
            exception,
            transactional: handling.trim() == "Required",
        };
        self.report_unreachable(&lowered, process);
        lowered
    }

    /// Nodes of a scope are numbered from `first` on.
    fn graph(&mut self, scope: &'m Scope, first: NodeIndex) -> Graph<'m> {
        let mut nodes = HashMap::new();
        for (offset, element) in scope.elements.iter().filter(|e| is_node(e)).enumerate() {
            if nodes.insert(element.id.as_str(), first + offset).is_some() {
                let message = format!("there are several elements with the id '{}'", element.id);
                let error = Diagnostic::error(Code::Reference, message);
                self.report(&element.id, element.position, error);
            }
        }
        let elements: HashSet<&str> = scope.elements.iter().map(|e| e.id.as_str()).collect();
        let mut outgoing: HashMap<&str, Vec<&SequenceFlow>> = HashMap::new();
        for flow in &scope.flows {
            if !elements.contains(flow.source.as_str()) || !nodes.contains_key(flow.target.as_str())
            {
                let message = format!(
                    "sequence flow '{}' leads from '{}' to '{}', which are not both steps here",
                    flow.id, flow.source, flow.target
                );
                let error = Diagnostic::error(Code::Reference, message);
                self.report(&flow.id, flow.position, error);
            }
            outgoing.entry(flow.source.as_str()).or_default().push(flow);
        }
        Graph { nodes, outgoing }
    }

    /// Where a process begins.
    fn start(&mut self, process: &'m model::Process, graph: &Graph<'m>) -> Option<NodeIndex> {
        let starts: Vec<&Element> = starts(&process.scope).collect();
        if starts.len() != 1 {
            let message = format!(
                "process '{}' has {} start events; it must have one",
                display_name(&process.name),
                starts.len()
            );
            let error = Diagnostic::error(Code::Structure, message);
            self.report(&process.id, process.position, error);
        }
        self.first_node(starts.first().copied()?, graph)
    }

    fn first_node(&mut self, start: &'m Element, graph: &Graph<'m>) -> Option<NodeIndex> {
        let known = !matches!(
            start.event,
            Some(Event::Escalation | Event::Terminate | Event::Other(_))
        );
        self.usage
            .step(kinds::start_name(start.event.as_ref()), known);
        if !known {
            let message = format!("'{}' starts in a way that is not known", start.name);
            let error = Diagnostic::error(Code::UnknownElement, message);
            self.report(&start.id, start.position, error);
        }
        self.only_successor(start, graph)
    }

    /// What follows an element that is not a gateway.
    fn only_successor(&mut self, element: &'m Element, graph: &Graph<'m>) -> Option<NodeIndex> {
        let outgoing = graph.outgoing(&element.id);
        if outgoing.len() > 1 {
            let message = format!(
                "'{}' has {} outgoing sequence flows; only routers and multicasts may have several",
                display_name(&element.name),
                outgoing.len()
            );
            let error = Diagnostic::error(Code::Structure, message);
            self.report(&element.id, element.position, error);
        }
        graph.target(outgoing.first()?)
    }

    fn nodes(
        &mut self,
        scope: &'m Scope,
        graph: &Graph<'m>,
        in_exception: bool,
        nodes: &mut Vec<Node>,
    ) {
        for element in scope.elements.iter().filter(|element| is_node(element)) {
            // Without a spec an error was reported, and the plan is dropped.
            let spec = self.step(element, graph);
            let spec = spec.unwrap_or(StepSpec::End(End::Message(None)));
            if let StepSpec::Script(script) = &spec {
                self.calls.push(Call::new(element, script));
            }
            let next = match (&element.kind, &spec) {
                (ElementKind::ExclusiveGateway | ElementKind::ParallelGateway, _) => None,
                (ElementKind::EndEvent, _) => self.no_successor(element, graph),
                _ => self.only_successor(element, graph),
            };
            nodes.push(Node {
                id: element.id.clone(),
                name: display_name(&element.name),
                spec,
                next,
                in_exception,
            });
        }
    }

    fn no_successor(&mut self, end: &'m Element, graph: &Graph<'m>) -> Option<NodeIndex> {
        if !graph.outgoing(&end.id).is_empty() {
            let message = format!("a sequence flow leaves the end event '{}'", end.id);
            let error = Diagnostic::error(Code::Structure, message);
            self.report(&end.id, end.position, error);
        }
        None
    }

    fn exception(&mut self, scope: &'m Scope, nodes: &mut Vec<Node>) -> Option<ExceptionScope> {
        let mut exception = None;
        for element in &scope.elements {
            if element.kind != ElementKind::SubProcess {
                continue;
            }
            let Some(inner) = element
                .scope
                .as_ref()
                .filter(|_| is_exception_subprocess(element))
            else {
                let message = format!("the subprocess '{}' is not supported", element.name);
                let error = Diagnostic::error(Code::UnsupportedStep, message);
                self.usage.step("Subprocess", false);
                self.report(&element.id, element.position, error);
                continue;
            };
            if exception.is_some() {
                let message = "a process can have one exception subprocess only";
                let error = Diagnostic::error(Code::Structure, message);
                self.report(&element.id, element.position, error);
            }
            self.usage.step("Exception Subprocess", true);
            let start = self.exception_nodes(element, inner, nodes);
            exception = Some(ExceptionScope {
                id: element.id.clone(),
                start,
            });
        }
        exception
    }

    fn exception_nodes(
        &mut self,
        subprocess: &'m Element,
        scope: &'m Scope,
        nodes: &mut Vec<Node>,
    ) -> Option<NodeIndex> {
        let graph = self.graph(scope, nodes.len());
        let starts: Vec<&Element> = starts(scope).collect();
        let nested = scope
            .elements
            .iter()
            .any(|e| e.kind == ElementKind::SubProcess);
        if starts.len() != 1 || nested {
            let message = "an exception subprocess must have one start event and no subprocess";
            let error = Diagnostic::error(Code::Structure, message);
            self.report(&subprocess.id, subprocess.position, error);
        }
        let start = starts
            .first()
            .and_then(|start| self.first_node(start, &graph));
        self.nodes(scope, &graph, true, nodes);
        start
    }

    /// Steps that processing never comes to are probably a mistake.
    fn report_unreachable(&mut self, process: &Process, source: &model::Process) {
        let mut reached = vec![false; process.nodes.len()];
        let exception = process.exception.as_ref().and_then(|scope| scope.start);
        let mut pending: Vec<NodeIndex> = process.start.into_iter().chain(exception).collect();
        while let Some(index) = pending.pop() {
            if std::mem::replace(&mut reached[index], true) {
                continue;
            }
            let node = &process.nodes[index];
            pending.extend(node.next);
            if let StepSpec::Router(router) = &node.spec {
                pending.extend(router.default);
                pending.extend(router.routes.iter().filter_map(|route| route.target));
            }
        }
        let unreached = process
            .nodes
            .iter()
            .zip(reached)
            .filter(|(_, reached)| !reached);
        let unreached: Vec<String> = unreached
            .map(|(node, _)| match node.name.as_str() {
                "" => node.id.clone(),
                name => name.to_owned(),
            })
            .collect();
        // An unsupported gateway hides what comes after it.
        let has_gaps = self.diagnostics.iter().any(Diagnostic::is_error);
        if !unreached.is_empty() && !has_gaps {
            let message = format!("no sequence flow leads to: {}", unreached.join(", "));
            let warning = Diagnostic::warning(Code::Structure, message);
            self.report(&source.id, source.position, warning);
        }
    }
}

fn starts(scope: &Scope) -> impl Iterator<Item = &Element> {
    let is_start = |element: &&Element| element.kind == ElementKind::StartEvent;
    scope.elements.iter().filter(is_start)
}
