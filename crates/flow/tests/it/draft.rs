//! Builds small bundles out of what a test is about.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lockgate_flow::plan::{Node, Plan, StepSpec};
use lockgate_flow::{Bundle, Reading, Severity};

/// A bundle in the making. The main process runs from a message start through steps to an end.
#[derive(Default)]
pub(crate) struct Draft {
    collaboration: String,
    participants: String,
    channels: String,
    processes: String,
    parameters: String,
    declarations: String,
    main: String,
    last: String,
    flows: usize,
}

/// Properties as they stand in the file.
pub(crate) fn properties(pairs: &[(&str, &str)]) -> String {
    let mut xml = String::from("<bpmn2:extensionElements>");
    for (key, value) in pairs {
        let value = escape(value);
        write!(
            xml,
            "<ifl:property><key>{key}</key><value>{value}</value></ifl:property>"
        )
        .unwrap();
    }
    xml + "</bpmn2:extensionElements>"
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A row of a table, cells escaped.
pub(crate) fn row(cells: &[(&str, &str)]) -> String {
    let cell = |(id, text): &(&str, &str)| format!("<cell id='{id}'>{}</cell>", escape(text));
    format!("<row>{}</row>", cells.iter().map(cell).collect::<String>())
}

/// An element with properties and further content.
pub(crate) fn element(tag: &str, id: &str, pairs: &[(&str, &str)], content: &str) -> String {
    format!(
        "<bpmn2:{tag} id=\"{id}\" name=\"{id} name\">{}{content}</bpmn2:{tag}>",
        properties(pairs)
    )
}

pub(crate) fn sequence(id: &str, from: &str, to: &str) -> String {
    format!("<bpmn2:sequenceFlow id=\"{id}\" sourceRef=\"{from}\" targetRef=\"{to}\"/>")
}

pub(crate) const MESSAGE: &str = "<bpmn2:messageEventDefinition/>";

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            main: element("startEvent", "Start", &[], MESSAGE),
            last: "Start".into(),
            ..Self::default()
        }
    }

    pub(crate) fn setting(mut self, key: &str, value: &str) -> Self {
        let value = escape(value);
        write!(
            self.collaboration,
            "<ifl:property><key>{key}</key><value>{value}</value></ifl:property>"
        )
        .unwrap();
        self
    }

    /// Adds a step after those there are.
    pub(crate) fn step(self, tag: &str, id: &str, pairs: &[(&str, &str)]) -> Self {
        self.step_with(tag, id, pairs, "")
    }

    pub(crate) fn step_with(
        self,
        tag: &str,
        id: &str,
        pairs: &[(&str, &str)],
        content: &str,
    ) -> Self {
        let xml = element(tag, id, pairs, content);
        let last = self.last.clone();
        let mut this = self.raw(&xml);
        this.flows += 1;
        this.main += &sequence(&format!("Flow_{}", this.flows), &last, id);
        this.last = id.into();
        this
    }

    pub(crate) fn activity(self, id: &str, kind: &str, pairs: &[(&str, &str)]) -> Self {
        let mut all = vec![("activityType", kind)];
        all.extend_from_slice(pairs);
        self.step("callActivity", id, &all)
    }

    /// Adds XML to the main process.
    pub(crate) fn raw(mut self, xml: &str) -> Self {
        self.main += xml;
        self
    }

    pub(crate) fn replace_main(mut self, xml: &str) -> Self {
        self.main = xml.into();
        self.last.clear();
        self
    }

    /// Adds a process; `local` ones can be called.
    pub(crate) fn process(mut self, id: &str, local: bool, xml: &str) -> Self {
        let pairs: &[(&str, &str)] = if local {
            &[("processType", "directCall")]
        } else {
            &[]
        };
        self.processes += &element("process", id, pairs, xml);
        self
    }

    pub(crate) fn local(self, id: &str) -> Self {
        let body = element(
            "startEvent",
            &format!("{id}_S"),
            &[("activityType", "StartEvent")],
            "",
        ) + &element(
            "endEvent",
            &format!("{id}_E"),
            &[("activityType", "EndEvent")],
            "",
        ) + &sequence(&format!("{id}_F"), &format!("{id}_S"), &format!("{id}_E"));
        self.process(id, true, &body)
    }

    /// Connects an element and the receiver `R`.
    pub(crate) fn receiver(self, id: &str, from: &str, pairs: &[(&str, &str)]) -> Self {
        let mut all = vec![("direction", "Receiver")];
        all.extend_from_slice(pairs);
        self.channel(id, from, "R", &all)
    }

    /// Connects the sender `S` and an element.
    pub(crate) fn sender(self, id: &str, to: &str, pairs: &[(&str, &str)]) -> Self {
        let mut all = vec![("direction", "Sender")];
        all.extend_from_slice(pairs);
        self.channel(id, "S", to, &all)
    }

    pub(crate) fn channel(
        mut self,
        id: &str,
        from: &str,
        to: &str,
        pairs: &[(&str, &str)],
    ) -> Self {
        let properties = properties(pairs);
        write!(
            self.channels,
            "<bpmn2:messageFlow id=\"{id}\" name=\"{id}\" sourceRef=\"{from}\" \
             targetRef=\"{to}\">{properties}</bpmn2:messageFlow>"
        )
        .unwrap();
        self
    }

    pub(crate) fn participant(mut self, xml: &str) -> Self {
        self.participants += xml;
        self
    }

    pub(crate) fn parameter(mut self, line: &str) -> Self {
        self.parameters += line;
        self.parameters.push('\n');
        self
    }

    pub(crate) fn declare(mut self, name: &str, kind: &str, required: bool) -> Self {
        write!(
            self.declarations,
            "<parameter><key/><name>{name}</name><type>{kind}</type>\
             <isRequired>{required}</isRequired></parameter>"
        )
        .unwrap();
        self
    }

    pub(crate) fn model(&self) -> String {
        let mut main = self.main.clone();
        if !self.last.is_empty() {
            main += &element("endEvent", "End", &[], MESSAGE);
            main += &sequence("Flow_last", &self.last, "End");
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><bpmn2:definitions \
             xmlns:bpmn2=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
             xmlns:ifl=\"http:///com.sap.ifl.model/Ifl.xsd\">\n<bpmn2:collaboration id=\"C\">\
             <bpmn2:extensionElements>{}</bpmn2:extensionElements>\
             <bpmn2:participant id=\"S\" ifl:type=\"EndpointSender\" name=\"Sender\"/>\
             <bpmn2:participant id=\"R\" ifl:type=\"EndpointRecevier\" name=\"Receiver\"/>{}{}\
             </bpmn2:collaboration>\n<bpmn2:process id=\"Main\" name=\"Main\">{main}\
             </bpmn2:process>{}</bpmn2:definitions>",
            self.collaboration, self.participants, self.channels, self.processes
        )
    }

    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let manifest = "Bundle-SymbolicName: Draft\r\nBundle-Version: 1.2.3\r\n";
        let declarations = format!("<parameters>{}</parameters>", self.declarations);
        [
            ("META-INF/MANIFEST.MF", manifest.to_owned()),
            (
                "src/main/resources/parameters.prop",
                self.parameters.clone(),
            ),
            ("src/main/resources/parameters.propdef", declarations),
            (
                "src/main/resources/scenarioflows/integrationflow/d.iflw",
                self.model(),
            ),
        ]
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .to_vec()
    }

    pub(crate) fn bundle(&self) -> Bundle {
        Bundle::from_files(self.files()).unwrap()
    }

    pub(crate) fn read(&self) -> Reading {
        lockgate_flow::read(&self.bundle(), &BTreeMap::new())
    }

    /// Reads, and expects a plan without any finding.
    pub(crate) fn plan(&self) -> Plan {
        let reading = self.read();
        assert_eq!(reading.diagnostics, [], "{}", self.model());
        reading.plan.unwrap()
    }

    /// What the first step of the main process does.
    pub(crate) fn first(&self) -> StepSpec {
        self.plan().processes[0].nodes[0].spec.clone()
    }

    /// Reads, and expects errors; each as `code element: message`.
    pub(crate) fn errors(&self) -> Vec<String> {
        let reading = self.read();
        assert!(reading.plan.is_none(), "{}", self.model());
        findings(&reading, Severity::Error)
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        findings(&self.read(), Severity::Warning)
    }
}

fn findings(reading: &Reading, severity: Severity) -> Vec<String> {
    let of_kind = reading
        .diagnostics
        .iter()
        .filter(|d| d.severity == severity);
    of_kind
        .map(|d| {
            format!(
                "{} {}: {}",
                d.code,
                d.element.as_deref().unwrap_or("-"),
                d.message
            )
        })
        .collect()
}

/// A node by its id.
pub(crate) fn node<'p>(plan: &'p Plan, id: &str) -> &'p Node {
    let mut nodes = plan.processes.iter().flat_map(|process| &process.nodes);
    nodes.find(|node| node.id == id).unwrap()
}
