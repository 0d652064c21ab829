//! Steps other than routers: what each does.

use indexmap::IndexMap;

use super::graph::Graph;
use super::{Fields, Lowering, content_modifier, display_name, stores};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::{self, Recognised, Step};
use crate::model::{Element, Event};
use crate::params::Context;
use crate::plan::{
    AddedRoot, End, Filter, FilterResult, JsonNamespaces, JsonToXml, LoopingCall, ProcessIndex,
    Script, StepSpec, StreamingArrays, XmlToJson,
};

impl<'m> Lowering<'m> {
    /// What an element does; `None` if an error was reported.
    pub(super) fn step(&mut self, element: &'m Element, graph: &Graph<'m>) -> Option<StepSpec> {
        let text = |key: &str| {
            let text = element.properties.get(key).unwrap_or_default();
            self.parameters
                .resolve(text, Context::Plain)
                .trim()
                .to_owned()
        };
        let recognised = kinds::recognise(element, &text);
        self.resources(element, matches!(recognised, Recognised::Runs(..)));
        let step = match recognised {
            Recognised::Runs(name, step) => {
                self.usage.step(name, true);
                step
            }
            Recognised::NotYet(name) => {
                self.usage.step(name, false);
                let message = format!("{} is not supported yet", step_title(name, element));
                self.report(
                    &element.id,
                    element.position,
                    Diagnostic::error(Code::UnsupportedStep, message),
                );
                self.unsupported_channels(element);
                return None;
            }
            Recognised::Unknown(kind) => {
                let name = if kind.is_empty() { "unnamed" } else { &kind };
                self.usage.step(&format!("unknown: {name}"), false);
                let message = format!("{} is not a known step", step_title(name, element));
                let error = Diagnostic::error(Code::UnknownElement, message);
                self.report(&element.id, element.position, error);
                return None;
            }
        };
        match step {
            Step::Router => Some(StepSpec::Router(self.router(element, graph))),
            Step::RequestReply => self.receiver(element).map(StepSpec::RequestReply),
            Step::Send => self.receiver(element).map(StepSpec::Send),
            Step::End => self.end(element).map(StepSpec::End),
            Step::ProcessCall => self.callee(element).map(StepSpec::ProcessCall),
            Step::LoopingCall => self.looping_call(element).map(StepSpec::LoopingCall),
            Step::ContentModifier
            | Step::WriteVariables
            | Step::DataStoreWrite
            | Step::DataStoreGet
            | Step::DataStoreSelect
            | Step::DataStoreDelete
            | Step::JsonToXml
            | Step::XmlToJson
            | Step::Filter
            | Step::Script => {
                let mut fields = self.fields(&element.id, &element.properties, element.position);
                transformation(step, &mut fields)
            }
        }
    }

    fn end(&mut self, element: &'m Element) -> Option<End> {
        let fields = self.fields(&element.id, &element.properties, element.position);
        match element.event {
            Some(Event::Error) => Some(End::Error),
            Some(Event::Escalation) => {
                let category = fields.word("ErrorCode", "Others");
                Some(End::Escalation(category))
            }
            Some(Event::Terminate) => Some(End::Terminate),
            _ if self.channels.receivers(&element.id).is_empty() => Some(End::Message(None)),
            _ => self
                .receiver(element)
                .map(|channel| End::Message(Some(channel))),
        }
    }

    /// The local process that a call names.
    fn callee(&mut self, element: &'m Element) -> Option<ProcessIndex> {
        let mut fields = self.fields(&element.id, &element.properties, element.position);
        let id = fields.word("processId", "");
        match fields.lowering.processes.get(id.as_str()) {
            Some(callable) if callable.is_local => Some(callable.index),
            Some(_) => {
                fields.setting("processId", "names a process that is not a local one");
                None
            }
            None => {
                fields.setting("processId", "names a process that does not exist");
                None
            }
        }
    }

    fn looping_call(&mut self, element: &'m Element) -> Option<LoopingCall> {
        let process = self.callee(element);
        let mut fields = self.fields(&element.id, &element.properties, element.position);
        let is_xpath = fields.word("expressionType", "Non XML") == "XML";
        let throw_on_max = match fields.word("postProcessing", "throwException").as_str() {
            "throwException" => true,
            "end" => false,
            _ => {
                fields.setting("postProcessing", "must be throwException or end");
                false
            }
        };
        let repetition = element.repetition.as_ref();
        let text = repetition.and_then(|repetition| repetition.condition.as_deref());
        let condition = fields.condition(text.unwrap_or_default(), is_xpath);
        let maximum = repetition.and_then(|repetition| repetition.maximum.as_deref());
        let maximum = fields
            .lowering
            .parameters
            .resolve(maximum.unwrap_or_default(), Context::Plain);
        let Some(max_iterations) = maximum.trim().parse().ok().filter(|n| *n > 0) else {
            fields.setting("loopMaximum", "must be a whole number above 0");
            return None;
        };
        Some(LoopingCall {
            process: process?,
            condition: condition?,
            max_iterations,
            throw_on_max,
        })
    }
}

/// A step's kind and its name.
fn step_title(kind: &str, element: &Element) -> String {
    match display_name(&element.name) {
        name if name.is_empty() => format!("{kind} step '{}'", element.id),
        name => format!("{kind} step '{name}'"),
    }
}

fn transformation(step: Step, fields: &mut Fields<'_, '_>) -> Option<StepSpec> {
    match step {
        Step::JsonToXml => Some(StepSpec::JsonToXml(json_to_xml(fields))),
        Step::XmlToJson => Some(StepSpec::XmlToJson(xml_to_json(fields))),
        Step::Filter => filter(fields).map(StepSpec::Filter),
        Step::Script => Some(StepSpec::Script(script(fields))),
        Step::WriteVariables => Some(StepSpec::WriteVariables(stores::variables(fields))),
        Step::DataStoreWrite => stores::write(fields).map(StepSpec::DataStore),
        Step::DataStoreGet => stores::get(fields).map(StepSpec::DataStore),
        Step::DataStoreSelect => stores::select(fields).map(StepSpec::DataStore),
        Step::DataStoreDelete => stores::delete(fields).map(StepSpec::DataStore),
        _ => {
            let modifier = content_modifier::content_modifier(fields);
            Some(StepSpec::ContentModifier(modifier))
        }
    }
}

/// What function is called when the step names none.
const ENTRY: &str = "processData";

fn script(fields: &mut Fields<'_, '_>) -> Script {
    let collection = fields.word("scriptBundleId", "");
    Script {
        collection: Some(collection).filter(|id| !id.is_empty()),
        file: fields.word("script", "").trim_start_matches('/').to_owned(),
        function: fields.word("scriptFunction", ENTRY),
    }
}

fn json_to_xml(fields: &mut Fields<'_, '_>) -> JsonToXml {
    let added_root = fields
        .switch("addXMLRootElement", false)
        .then(|| AddedRoot {
            name: fields.word("additionalRootElementName", "root"),
            namespace: Some(fields.word("additionalRootElementNamespace", ""))
                .filter(|uri| !uri.is_empty()),
        });
    JsonToXml {
        added_root,
        namespaces: json_namespaces(fields),
    }
}

fn xml_to_json(fields: &mut Fields<'_, '_>) -> XmlToJson {
    let streaming = fields.switch("xmlJsonUseStreaming", false);
    let arrays = if fields.word("xmlJsonConvertAllElements", "specific") == "all" {
        StreamingArrays::All
    } else {
        let rows = fields.rows("xmlJsonPathTable");
        let paths = rows
            .iter()
            .map(|row| row.at(0).trim().trim_start_matches('/'));
        StreamingArrays::Paths(paths.filter(|p| !p.is_empty()).map(str::to_owned).collect())
    };
    XmlToJson {
        suppress_root: fields.switch("xmlJsonSuppressRootElement", false),
        streaming: streaming.then_some(arrays),
        namespaces: json_namespaces(fields),
        encoding: Some(fields.word("jsonOutputEncoding", "")).filter(|name| !name.is_empty()),
    }
}

fn json_namespaces(fields: &mut Fields<'_, '_>) -> JsonNamespaces {
    let rows = fields.rows("jsonNamespaceMapping");
    let pairs = rows.iter().map(|row| (row.at(0).trim(), row.at(1).trim()));
    let mapping: IndexMap<String, String> = pairs
        .filter(|(prefix, _)| !prefix.is_empty())
        .map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()))
        .collect();
    let separator = fields.text("jsonNamespaceSeparator");
    JsonNamespaces {
        enabled: fields.switch("useNamespaces", true),
        mapping,
        separator: if separator.is_empty() {
            ":".to_owned()
        } else {
            separator
        },
    }
}

fn filter(fields: &mut Fields<'_, '_>) -> Option<Filter> {
    let result = match fields.word("xpathType", "Nodelist").as_str() {
        "Nodelist" => Some(FilterResult::NodeList),
        "Node" => Some(FilterResult::Node),
        "String" => Some(FilterResult::Text),
        "Integer" => Some(FilterResult::Integer),
        "Boolean" => Some(FilterResult::Boolean),
        _ => {
            let values = "must be Nodelist, Node, String, Integer or Boolean";
            fields.setting("xpathType", values);
            None
        }
    };
    let xpath = fields.word("wrapContent", "");
    let xpath = fields.xpath("wrapContent", &xpath)?;
    Some(Filter {
        xpath,
        result: result?,
    })
}
