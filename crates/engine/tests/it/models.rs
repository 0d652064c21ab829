//! Small flows, written as the bundles that would be deployed.

use std::fmt::Write as _;
use std::path::Path;

use lockgate_flow::Bundle;

/// A script whose function `processData` has this body.
pub(crate) fn script(body: &str) -> String {
    format!(
        "import com.sap.gateway.ip.core.customdev.util.Message\n\
         Message processData(Message message) {{\n{body}\nreturn message\n}}\n"
    )
}

/// The archive of a script collection.
pub(crate) fn collection(id: &str, scripts: &[(&str, &str)]) -> Vec<u8> {
    let manifest = format!(
        "Manifest-Version: 1.0\r\nBundle-Name: {id}\r\nBundle-SymbolicName: {id}\r\n\
         Bundle-Version: 1.0.0\r\nSAP-BundleType: ScriptCollection\r\n"
    );
    let scripts = scripts.iter().map(|(name, text)| {
        let path = format!("src/main/resources/script/{name}");
        (path, text.as_bytes().to_vec())
    });
    let manifest = ("META-INF/MANIFEST.MF".to_owned(), manifest.into_bytes());
    let files = std::iter::once(manifest).chain(scripts);
    Bundle::from_files(files).unwrap().to_zip().unwrap()
}

/// A flow whose steps follow each other.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    id: String,
    settings: Vec<(&'static str, String)>,
    start: Start,
    steps: Vec<(&'static str, Vec<(&'static str, String)>)>,
    scripts: Vec<(String, String)>,
    end: &'static str,
}

#[derive(Clone, Debug)]
enum Start {
    Https(String),
    Direct(String),
    Timer(String),
}

impl Model {
    pub(crate) fn https(id: &str, path: &str) -> Self {
        Self::new(id, Start::Https(path.to_owned()))
    }

    pub(crate) fn direct(id: &str, address: &str) -> Self {
        Self::new(id, Start::Direct(address.to_owned()))
    }

    pub(crate) fn timer(id: &str, schedule: &str) -> Self {
        Self::new(id, Start::Timer(schedule.to_owned()))
    }

    fn new(id: &str, start: Start) -> Self {
        Self {
            id: id.to_owned(),
            settings: Vec::new(),
            start,
            steps: Vec::new(),
            scripts: Vec::new(),
            end: "Message",
        }
    }

    pub(crate) fn setting(mut self, key: &'static str, value: &str) -> Self {
        self.settings.push((key, value.to_owned()));
        self
    }

    /// A Content Modifier that sets the body to a template.
    pub(crate) fn body(mut self, template: &str) -> Self {
        let properties = vec![
            ("bodyType", "expression".to_owned()),
            ("wrapContent", template.to_owned()),
        ];
        self.steps.push(("Enricher", properties));
        self
    }

    /// A Content Modifier that sets a header to a template.
    pub(crate) fn header(mut self, name: &str, template: &str) -> Self {
        let row = format!(
            "<row><cell id='Action'>Create</cell><cell id='Type'>expression</cell><cell id='Value'>{template}</cell>\
             <cell id='Default'/><cell id='Name'>{name}</cell><cell id='Datatype'/></row>"
        );
        self.steps.push(("Enricher", vec![("headerTable", row)]));
        self
    }

    /// A Groovy script of the bundle, whose function `processData` has this body.
    pub(crate) fn script(mut self, body: &str) -> Self {
        let file = format!("script{}.groovy", self.scripts.len() + 1);
        self.scripts.push((file.clone(), script(body)));
        self.steps.push(("Script", vec![("script", file)]));
        self
    }

    /// A script of a script collection.
    pub(crate) fn shared_script(mut self, collection: &str, file: &str, function: &str) -> Self {
        let settings = vec![
            ("script", file.to_owned()),
            ("scriptFunction", function.to_owned()),
            ("scriptBundleId", collection.to_owned()),
        ];
        self.steps.push(("Script", settings));
        self
    }

    /// A Request-Reply by ProcessDirect.
    pub(crate) fn call_flow(mut self, address: &str) -> Self {
        self.steps.push((
            "ExternalCall",
            channel("ProcessDirect", "Receiver", &[("address", address)]),
        ));
        self
    }

    /// A Request-Reply by HTTP; `action` is what the peer does.
    pub(crate) fn call_peer(mut self, action: &str) -> Self {
        let url = format!("http://peer.example/{action}");
        self.steps.push((
            "ExternalCall",
            channel(
                "HTTP",
                "Receiver",
                &[("httpAddressWithoutQuery", &url), ("httpMethod", "POST")],
            ),
        ));
        self
    }

    /// Ends at another end event: `Error`, `Escalation` or `Terminate`.
    pub(crate) fn ends(mut self, end: &'static str) -> Self {
        self.end = end;
        self
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The bundle.
    pub(crate) fn zip(&self) -> Vec<u8> {
        let manifest = format!(
            "Manifest-Version: 1.0\r\nBundle-ManifestVersion: 2\r\nBundle-Name: {id}\r\nBundle-SymbolicName: {id}; singleton:=true\r\n\
             Bundle-Version: 1.0.0\r\nSAP-BundleType: IntegrationFlow\r\nSAP-NodeType: IFLMAP\r\n",
            id = self.id
        );
        let model = format!(
            "src/main/resources/scenarioflows/integrationflow/{}.iflw",
            self.id
        );
        let mut files = vec![
            ("META-INF/MANIFEST.MF".to_owned(), manifest.into_bytes()),
            (model, self.text().into_bytes()),
            ("src/main/resources/parameters.prop".to_owned(), Vec::new()),
        ];
        let scripts = self.scripts.iter();
        files.extend(scripts.map(|(name, text)| {
            let path = format!("src/main/resources/script/{name}");
            (path, text.clone().into_bytes())
        }));
        Bundle::from_files(files).unwrap().to_zip().unwrap()
    }

    fn text(&self) -> String {
        let mut flows = String::new();
        let mut nodes = String::new();
        for (at, (activity, settings)) in self.steps.iter().enumerate() {
            if *activity == "ExternalCall" {
                let properties = properties(settings);
                write!(nodes, "<b:serviceTask id='Step_{at}' name='Step {at}'><b:extensionElements>{}</b:extensionElements>", one("activityType", activity)).unwrap();
                write!(nodes, "<b:incoming>Flow_{at}</b:incoming><b:outgoing>Flow_{}</b:outgoing></b:serviceTask>", at + 1).unwrap();
                write!(flows, "<b:messageFlow id='Channel_{at}' name='Channel {at}' sourceRef='Step_{at}' targetRef='Receiver'><b:extensionElements>{properties}</b:extensionElements></b:messageFlow>").unwrap();
            } else {
                write!(nodes, "<b:callActivity id='Step_{at}' name='Step {at}'><b:extensionElements>{}{}</b:extensionElements>", one("activityType", activity), properties(settings)).unwrap();
                write!(nodes, "<b:incoming>Flow_{at}</b:incoming><b:outgoing>Flow_{}</b:outgoing></b:callActivity>", at + 1).unwrap();
            }
        }
        let (sender, start) = self.start();
        let last = self.steps.len();
        let node = |at: usize| {
            if at == 0 {
                "Start".to_owned()
            } else {
                format!("Step_{}", at - 1)
            }
        };
        let edges: String = (0..=last)
            .map(|at| {
                let target = if at == last {
                    "End".to_owned()
                } else {
                    format!("Step_{at}")
                };
                format!(
                    "<b:sequenceFlow id='Flow_{at}' sourceRef='{}' targetRef='{target}'/>",
                    node(at)
                )
            })
            .collect();
        format!(
            "<?xml version='1.0' encoding='UTF-8'?><b:definitions xmlns:b='http://www.omg.org/spec/BPMN/20100524/MODEL' \
             xmlns:ifl='http:///com.sap.ifl.model/Ifl.xsd'><b:collaboration id='C'><b:extensionElements>{settings}</b:extensionElements>\
             <b:participant id='Sender' ifl:type='EndpointSender' name='Sender'/>\
             <b:participant id='Receiver' ifl:type='EndpointRecevier' name='Receiver'/>\
             <b:participant id='P' ifl:type='IntegrationProcess' name='Process' processRef='Process'/>{sender}{flows}</b:collaboration>\
             <b:process id='Process' name='Process'><b:extensionElements/>{start}{nodes}{end}{edges}</b:process></b:definitions>",
            settings = properties(&self.settings),
            end = self.end(last),
        )
    }

    fn start(&self) -> (String, String) {
        let message = "<b:startEvent id='Start' name='Start'><b:extensionElements/><b:outgoing>Flow_0</b:outgoing><b:messageEventDefinition/></b:startEvent>";
        let channel = |settings: Vec<(&'static str, String)>| {
            format!(
                "<b:messageFlow id='Channel' name='Channel' sourceRef='Sender' targetRef='Start'><b:extensionElements>{}</b:extensionElements></b:messageFlow>",
                properties(&settings)
            )
        };
        match &self.start {
            Start::Https(path) => {
                let settings = [
                    ("urlPath", path.as_str()),
                    ("senderAuthType", "RoleBased"),
                    ("userRole", "ESBMessaging.send"),
                    ("xsrfProtection", "0"),
                    ("maximumBodySize", "1"),
                ];
                (
                    channel(self::channel("HTTPS", "Sender", &settings)),
                    message.to_owned(),
                )
            }
            Start::Direct(address) => (
                channel(self::channel(
                    "ProcessDirect",
                    "Sender",
                    &[("address", address)],
                )),
                message.to_owned(),
            ),
            Start::Timer(schedule) => {
                let table = format!(
                    "<row><cell>triggerType</cell><cell>cron</cell></row><row><cell>noOfSchedules</cell><cell>1</cell></row>\
                     <row><cell>schedule1</cell><cell>{}</cell></row><row><cell>throwExceptionOnExpiry</cell><cell>true</cell></row>",
                    escape(schedule)
                );
                let start = format!(
                    "<b:startEvent id='Start' name='Start'><b:outgoing>Flow_0</b:outgoing><b:timerEventDefinition><b:extensionElements>{}{}</b:extensionElements>\
                     </b:timerEventDefinition></b:startEvent>",
                    one("scheduleKey", &table),
                    one("activityType", "StartTimerEvent")
                );
                (String::new(), start)
            }
        }
    }

    fn end(&self, last: usize) -> String {
        let (activity, definition) = match self.end {
            "Error" => ("EndErrorEvent", "<b:errorEventDefinition/>".to_owned()),
            "Escalation" => {
                let code = one("ErrorCode", "Others");
                let definition = format!(
                    "<b:escalationEventDefinition><b:extensionElements>{code}</b:extensionElements></b:escalationEventDefinition>"
                );
                ("EndEscalationEvent", definition)
            }
            "Terminate" => ("TerminateEvent", "<b:terminateEventDefinition/>".to_owned()),
            _ => ("", "<b:messageEventDefinition/>".to_owned()),
        };
        let properties = if activity.is_empty() {
            String::new()
        } else {
            one("activityType", activity)
        };
        format!(
            "<b:endEvent id='End' name='End'><b:extensionElements>{properties}</b:extensionElements><b:incoming>Flow_{last}</b:incoming>{definition}</b:endEvent>"
        )
    }
}

/// A bundle from the repository's `testdata/flows`.
pub(crate) fn testdata(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/flows")
        .join(name);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/");
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    Bundle::from_files(files).unwrap().to_zip().unwrap()
}

fn channel(
    kind: &str,
    direction: &str,
    settings: &[(&'static str, &str)],
) -> Vec<(&'static str, String)> {
    let own = [("ComponentType", kind), ("direction", direction)];
    let all = own.into_iter().chain(settings.iter().copied());
    all.map(|(key, value)| (key, value.to_owned())).collect()
}

fn properties(settings: &[(&'static str, String)]) -> String {
    settings
        .iter()
        .map(|(key, value)| one(key, value))
        .collect()
}

fn one(key: &str, value: &str) -> String {
    format!(
        "<ifl:property><key>{key}</key><value>{}</value></ifl:property>",
        escape(value)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
