//! The flows of the tests, as bundles.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use lockgate_store::flows::{LogLevel, NewFlow};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SEND: &str = "ESBMessaging.send";

/// What `/echo` answers: everything that a flow is told about the caller and the call.
const ECHO: &str = "user=[${header.SapAuthenticatedUserName}] url=[${header.CamelHttpUrl}] \
    query=[${header.CamelHttpQuery}] method=[${header.CamelHttpMethod}] \
    path=[${header.CamelHttpPath}] context=[${header.CamelServletContextPath}] \
    csrf=[${header.X-CSRF-Token}] authorization=[${header.Authorization}] cookie=[${header.Cookie}]";

/// The certificates that a channel accepts, in both orders in which people write names.
const CERTIFICATES: [(&str, &str); 3] = [
    ("CN=sender, O=Acme", "O=Acme, CN=Authority"),
    ("O=Acme,CN=listed", "CN=Authority,O=Acme"),
    ("CN=twin,O=Acme", "cn=Authority , o=Acme"),
];

/// The certificates as a channel's property has them.
fn certificates() -> String {
    let row = |(subject, issuer): &(&str, &str)| {
        format!(
            "&lt;row&gt;&lt;cell id='clientCertificate.subjectDN'&gt;{subject}&lt;/cell&gt;\
             &lt;cell id='clientCertificate.issuerDN'&gt;{issuer}&lt;/cell&gt;&lt;/row&gt;"
        )
    };
    CERTIFICATES.iter().map(row).collect()
}

/// A sender channel and what its flow answers.
struct Flow<'a> {
    address: &'a str,
    role: Option<&'a str>,
    csrf: bool,
    /// An expression for the body; absent leaves the body alone.
    body: Option<&'a str>,
}

const PONG: Flow<'static> = Flow {
    address: "",
    role: Some(SEND),
    csrf: false,
    body: Some("pong"),
};

/// All flows, ready to be deployed. Bodies are limited to 1 MB.
pub(crate) fn bundles() -> Vec<NewFlow> {
    let flows = [
        Flow {
            address: "/role",
            ..PONG
        },
        Flow {
            address: "/cert",
            role: None,
            ..PONG
        },
        Flow {
            address: "/csrf",
            csrf: true,
            ..PONG
        },
        Flow {
            address: "/cert-csrf",
            role: None,
            csrf: true,
            ..PONG
        },
        Flow {
            address: "/Orders",
            ..PONG
        },
        Flow {
            address: "/a/b",
            role: Some("Guest.role"),
            ..PONG
        },
        Flow {
            address: "/a/*",
            ..PONG
        },
        Flow {
            address: "/echo/*",
            body: Some(ECHO),
            ..PONG
        },
        Flow {
            address: "/cert-echo",
            role: None,
            body: Some(ECHO),
            ..PONG
        },
        Flow {
            address: "/mirror",
            body: None,
            ..PONG
        },
    ];
    flows
        .iter()
        .enumerate()
        .map(|(number, flow)| bundle(&format!("Flow_{number}"), flow))
        .collect()
}

fn bundle(id: &str, flow: &Flow<'_>) -> NewFlow {
    let manifest = format!(
        "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-Name: {id}\n\
         Bundle-SymbolicName: {id}\nBundle-Version: 1.0.0\nSAP-BundleType: IntegrationFlow\n\
         SAP-NodeType: IFLMAP\nSAP-RuntimeProfile: iflmap\n\n"
    );
    let model = format!("src/main/resources/scenarioflows/integrationflow/{id}.iflw");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("META-INF/MANIFEST.MF", &manifest), (&model, &xml(flow))] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    NewFlow {
        id: id.to_owned(),
        name: id.to_owned(),
        version: "1.0.0".to_owned(),
        bundle: zip.finish().unwrap().into_inner(),
        parameters: BTreeMap::new(),
        log_level: LogLevel::Info,
        deployed_by: String::new(),
    }
}

fn xml(flow: &Flow<'_>) -> String {
    let authorization = flow.role.map_or("ClientCertificate", |_| "RoleBased");
    let collaboration = properties(&[
        ("allowedHeaderList", "*"),
        ("returnExceptionToSender", "false"),
    ]);
    let channel = properties(&[
        ("ComponentType", "HTTPS"),
        ("TransportProtocol", "HTTPS"),
        ("MessageProtocol", "None"),
        ("direction", "Sender"),
        ("urlPath", flow.address),
        ("maximumBodySize", "1"),
        ("xsrfProtection", if flow.csrf { "1" } else { "0" }),
        ("senderAuthType", authorization),
        ("userRole", flow.role.unwrap_or_default()),
        ("clientCertificates", &certificates()),
    ]);
    let first = flow.body.map_or("End", |_| "Modify");
    let modify = flow.body.map_or(String::new(), |body| {
        let settings = [
            ("activityType", "Enricher"),
            ("bodyType", "expression"),
            ("wrapContent", body),
        ];
        format!(
            r#"<bpmn2:callActivity id="Modify" name="Modify">{}</bpmn2:callActivity>
               <bpmn2:sequenceFlow id="Last" sourceRef="Modify" targetRef="End"/>"#,
            properties(&settings)
        )
    });
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn2:definitions xmlns:bpmn2="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:ifl="http:///com.sap.ifl.model/Ifl.xsd" id="Definitions">
  <bpmn2:collaboration id="Collaboration">{collaboration}
    <bpmn2:participant id="Client" ifl:type="EndpointSender" name="Client"/>
    <bpmn2:participant id="Pool" ifl:type="IntegrationProcess" name="Pool" processRef="Main"/>
    <bpmn2:messageFlow id="Channel" name="HTTPS" sourceRef="Client" targetRef="Start">{channel}</bpmn2:messageFlow>
  </bpmn2:collaboration>
  <bpmn2:process id="Main" name="Main">
    <bpmn2:startEvent id="Start" name="Start"><bpmn2:messageEventDefinition/></bpmn2:startEvent>
    <bpmn2:sequenceFlow id="First" sourceRef="Start" targetRef="{first}"/>
    {modify}
    <bpmn2:endEvent id="End" name="End"><bpmn2:messageEventDefinition/></bpmn2:endEvent>
  </bpmn2:process>
</bpmn2:definitions>"#
    )
}

fn properties(pairs: &[(&str, &str)]) -> String {
    let property = |(key, value): &(&str, &str)| {
        format!("<ifl:property><key>{key}</key><value>{value}</value></ifl:property>")
    };
    let properties: String = pairs.iter().map(property).collect();
    format!("<bpmn2:extensionElements>{properties}</bpmn2:extensionElements>")
}
