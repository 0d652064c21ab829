//! Reads the model's XML.

use lockgate_core::limits;
use lockgate_xml::Source;
use roxmltree::Node;

use super::{
    Channel, Element, ElementKind, Event, Model, Participant, Position, Process, Properties,
    Property, Repetition, Scope, SequenceFlow, Unknown,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::rows::text_of;

const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// Namespace of the format's own elements and attributes; three slashes, no host.
const IFL: &str = "http:///com.sap.ifl.model/Ifl.xsd";
/// Namespace of the diagram, which means nothing for running a flow.
const BPMNDI: &str = "http://www.omg.org/spec/BPMN/20100524/DI";
/// BPMN elements without meaning for running a flow.
const DECORATION: [&str; 8] = [
    "association",
    "documentation",
    "extensionElements",
    "group",
    "incoming",
    "laneSet",
    "outgoing",
    "textAnnotation",
];
/// Subprocesses inside each other. The format has one level.
const SUBPROCESS_DEPTH: usize = 8;

/// Reads a model. `file` is its path inside the bundle.
///
/// # Errors
/// If the bytes are too many, not XML, or not a BPMN document.
pub fn read(file: &str, bytes: &[u8]) -> Result<Model, Diagnostic> {
    let unreadable = |why: String| Diagnostic::error(Code::ModelSyntax, why).in_file(file);
    if bytes.len() > limits::MODEL_BYTES {
        let limit = limits::MODEL_BYTES;
        let message = format!(
            "the model has {} bytes; at most {limit} are allowed",
            bytes.len()
        );
        return Err(Diagnostic::error(Code::TooLarge, message).in_file(file));
    }
    let source = Source::from_bytes(bytes).map_err(|error| unreadable(error.to_string()))?;
    let document = source
        .document()
        .map_err(|error| unreadable(error.to_string()))?;
    let root = document.tree().root_element();
    if !root.has_tag_name((BPMN, "definitions")) {
        let name = root.tag_name().name();
        return Err(unreadable(format!(
            "the model is not a BPMN document but '{name}'"
        )));
    }
    let text = source.text();
    let reader = Reader {
        text,
        line_starts: line_starts(text),
    };
    Ok(reader.model(file, root))
}

fn line_starts(text: &str) -> Vec<usize> {
    let newlines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
    std::iter::once(0)
        .chain(newlines.map(|(at, _)| at + 1))
        .collect()
}

fn bpmn<'a, 'i>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |child| child.has_tag_name((BPMN, name)))
}

fn attribute(node: Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().to_owned()
}

struct Reader<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
}

impl Reader<'_> {
    fn position(&self, node: Node<'_, '_>) -> Position {
        let byte = node.range().start;
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let start = self.line_starts[line - 1];
        let column = self.text[start..byte].chars().count() + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position {
            line: number(line),
            column: number(column),
        }
    }

    fn model(&self, file: &str, root: Node<'_, '_>) -> Model {
        let mut model = Model {
            file: file.to_owned(),
            properties: Properties::default(),
            position: Position::default(),
            participants: Vec::new(),
            channels: Vec::new(),
            processes: Vec::new(),
            unknown: Vec::new(),
        };
        for node in root.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "collaboration" => self.collaboration(node, &mut model),
                "process" => model.processes.push(self.process(node)),
                _ => self.other(node, &mut model.unknown),
            }
        }
        model
    }

    fn collaboration(&self, collaboration: Node<'_, '_>, model: &mut Model) {
        model.properties = self.properties(collaboration);
        model.position = self.position(collaboration);
        for node in collaboration.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "participant" => model.participants.push(Participant {
                    id: attribute(node, "id"),
                    name: attribute(node, "name"),
                    kind: node.attribute((IFL, "type")).unwrap_or_default().to_owned(),
                    process: node.attribute("processRef").map(str::to_owned),
                    position: self.position(node),
                }),
                "messageFlow" => model.channels.push(Channel {
                    id: attribute(node, "id"),
                    name: attribute(node, "name"),
                    source: attribute(node, "sourceRef"),
                    target: attribute(node, "targetRef"),
                    properties: self.properties(node),
                    position: self.position(node),
                }),
                _ => self.other(node, &mut model.unknown),
            }
        }
    }

    /// Keeps an element that is neither known nor decoration.
    fn other(&self, node: Node<'_, '_>, unknown: &mut Vec<Unknown>) {
        let tag = node.tag_name();
        if tag.namespace() != Some(BPMNDI) && !DECORATION.contains(&tag.name()) {
            unknown.push(Unknown {
                name: tag.name().to_owned(),
                id: attribute(node, "id"),
                position: self.position(node),
            });
        }
    }

    fn process(&self, node: Node<'_, '_>) -> Process {
        Process {
            id: attribute(node, "id"),
            name: attribute(node, "name"),
            properties: self.properties(node),
            scope: self.scope(node, 0),
            position: self.position(node),
        }
    }

    fn scope(&self, parent: Node<'_, '_>, depth: usize) -> Scope {
        let mut scope = Scope::default();
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "sequenceFlow" => scope.flows.push(self.sequence_flow(node)),
                decoration if DECORATION.contains(&decoration) => {}
                _ => scope.elements.push(self.element(node, depth)),
            }
        }
        scope
    }

    fn element(&self, node: Node<'_, '_>, depth: usize) -> Element {
        let tag = node.tag_name().name();
        let kind = match tag {
            "startEvent" => ElementKind::StartEvent,
            "endEvent" => ElementKind::EndEvent,
            "callActivity" => ElementKind::CallActivity,
            "serviceTask" => ElementKind::ServiceTask,
            "exclusiveGateway" => ElementKind::ExclusiveGateway,
            "parallelGateway" => ElementKind::ParallelGateway,
            "subProcess" if depth < SUBPROCESS_DEPTH => ElementKind::SubProcess,
            other => ElementKind::Other(other.to_owned()),
        };
        let mut properties = self.properties(node);
        let definition = node
            .children()
            .find(|child| child.tag_name().name().ends_with("EventDefinition"));
        if let Some(definition) = definition {
            properties.0.extend(self.properties(definition).0);
        }
        Element {
            id: attribute(node, "id"),
            name: attribute(node, "name"),
            event: definition.map(|definition| event(definition.tag_name().name())),
            properties,
            default: node.attribute("default").map(str::to_owned),
            repetition: bpmn(node, "standardLoopCharacteristics")
                .next()
                .map(|repetition| self.repetition(repetition)),
            scope: (kind == ElementKind::SubProcess).then(|| self.scope(node, depth + 1)),
            kind,
            position: self.position(node),
        }
    }

    fn repetition(&self, node: Node<'_, '_>) -> Repetition {
        Repetition {
            maximum: node.attribute("loopMaximum").map(str::to_owned),
            condition: bpmn(node, "loopCondition").next().map(text_of),
            position: self.position(node),
        }
    }

    fn sequence_flow(&self, node: Node<'_, '_>) -> SequenceFlow {
        SequenceFlow {
            id: attribute(node, "id"),
            name: attribute(node, "name"),
            source: attribute(node, "sourceRef"),
            target: attribute(node, "targetRef"),
            condition: bpmn(node, "conditionExpression").next().map(text_of),
            properties: self.properties(node),
            position: self.position(node),
        }
    }

    /// Properties in the element's own `extensionElements`.
    fn properties(&self, node: Node<'_, '_>) -> Properties {
        let properties = bpmn(node, "extensionElements")
            .flat_map(|extension| extension.children())
            .filter(|child| child.has_tag_name((IFL, "property")));
        let child = |property: Node<'_, '_>, name: &str| {
            let child = property.children().find(|child| child.has_tag_name(name));
            child.map(text_of).unwrap_or_default()
        };
        let pairs = properties.map(|property| {
            let value = Property {
                value: child(property, "value"),
                position: self.position(property),
            };
            (child(property, "key"), value)
        });
        Properties(pairs.collect())
    }
}

fn event(definition: &str) -> Event {
    match definition {
        "messageEventDefinition" => Event::Message,
        "timerEventDefinition" => Event::Timer,
        "errorEventDefinition" => Event::Error,
        "escalationEventDefinition" => Event::Escalation,
        "terminateEventDefinition" => Event::Terminate,
        other => Event::Other(other.to_owned()),
    }
}
