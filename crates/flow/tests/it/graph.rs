//! Processes, exception subprocesses, flow-wide settings, parameters, spans.

use std::collections::BTreeMap;

use lockgate_flow::plan::{AllowedHeaders, HttpSession};
use lockgate_flow::{Severity, Span};

use crate::draft::{Draft, MESSAGE, element, node, sequence};

fn exception(id: &str, content: &str) -> String {
    let inner = element(
        "startEvent",
        &format!("{id}S"),
        &[],
        "<bpmn2:errorEventDefinition/>",
    ) + &element(
        "callActivity",
        &format!("{id}A"),
        &[("activityType", "Enricher")],
        "",
    ) + &element("endEvent", &format!("{id}E"), &[], MESSAGE)
        + &sequence(&format!("{id}1"), &format!("{id}S"), &format!("{id}A"))
        + &sequence(&format!("{id}2"), &format!("{id}A"), &format!("{id}E"))
        + content;
    element(
        "subProcess",
        id,
        &[("activityType", "ErrorEventSubProcessTemplate")],
        &inner,
    )
}

#[test]
fn nodes_are_linked_by_index() {
    let plan = Draft::new()
        .activity("A", "Enricher", &[])
        .activity("B", "Enricher", &[])
        .raw(&exception("X", ""))
        .plan();
    let process = &plan.processes[0];
    let path = |mut at: Option<usize>| {
        let mut ids = Vec::new();
        while let Some(index) = at {
            ids.push(process.nodes[index].id.as_str());
            at = process.nodes[index].next;
        }
        ids
    };
    assert_eq!(path(process.start), ["A", "B", "End"]);
    let scope = process.exception.as_ref().unwrap();
    assert_eq!(scope.id, "X");
    assert_eq!(path(scope.start), ["XA", "XE"]);
    assert!(node(&plan, "XA").in_exception && !node(&plan, "A").in_exception);
    assert_eq!(
        (plan.id.as_str(), plan.version.as_str()),
        ("Draft", "1.2.3")
    );
}

#[test]
fn several_incoming_flows_and_dead_ends_are_fine() {
    let main = element("startEvent", "S", &[], MESSAGE)
        + &element("callActivity", "A", &[("activityType", "Enricher")], "")
        + &sequence("F", "S", "A");
    let plan = Draft::new().replace_main(&main).plan();
    assert_eq!(node(&plan, "A").next, None);
}

#[test]
fn shapes_that_cannot_run_are_errors() {
    let start = |id: &str| element("startEvent", id, &[], MESSAGE);
    let end = |id: &str| element("endEvent", id, &[], MESSAGE);
    for (main, expected) in [
        (
            end("E"),
            "LG-F0303 Main: process 'Main' has 0 start events; it must have one",
        ),
        (
            start("S") + &start("T") + &end("E") + &sequence("F", "S", "E"),
            "LG-F0303 Main: process 'Main' has 2 start events; it must have one",
        ),
        (
            start("S")
                + &end("E")
                + &end("D")
                + &sequence("F", "S", "E")
                + &sequence("G", "S", "D"),
            "LG-F0303 S: 'S name' has 2 outgoing sequence flows; only routers and multicasts may \
             have several",
        ),
        (
            start("S")
                + &end("E")
                + &end("D")
                + &sequence("F", "S", "E")
                + &sequence("G", "E", "D"),
            "LG-F0303 E: a sequence flow leaves the end event 'E'",
        ),
        (
            start("S") + &end("E") + &end("E") + &sequence("F", "S", "E"),
            "LG-F0302 E: there are several elements with the id 'E'",
        ),
        (
            start("S") + &end("E") + &sequence("F", "S", "S"),
            "LG-F0302 F: sequence flow 'F' leads from 'S' to 'S', which are not both steps here",
        ),
        (
            start("S")
                + &end("E")
                + &sequence("F", "S", "E")
                + &exception("X", "")
                + &exception("Y", ""),
            "LG-F0303 Y: a process can have one exception subprocess only",
        ),
        (
            start("S")
                + &end("E")
                + &sequence("F", "S", "E")
                + &exception("X", &exception("Y", "")),
            "LG-F0303 X: an exception subprocess must have one start event and no subprocess",
        ),
        (
            start("S")
                + &end("E")
                + &sequence("F", "S", "E")
                + &element("subProcess", "U", &[], ""),
            "LG-F0401 U: the subprocess 'U name' is not supported",
        ),
        (
            element("startEvent", "S", &[], "<bpmn2:signalEventDefinition/>")
                + &end("E")
                + &sequence("F", "S", "E"),
            "LG-F0304 S: 'S name' starts in a way that is not known",
        ),
    ] {
        assert_eq!(Draft::new().replace_main(&main).errors(), [expected]);
    }
}

#[test]
fn steps_that_nothing_leads_to_are_a_warning() {
    let draft = Draft::new().raw(&element(
        "callActivity",
        "Z",
        &[("activityType", "Enricher")],
        "",
    ));
    assert_eq!(
        draft.warnings(),
        ["LG-F0303 Main: no sequence flow leads to: Z name"]
    );
    assert!(draft.read().plan.is_some());
}

#[test]
fn flow_wide_settings_are_read() {
    let settings = Draft::new()
        .setting("returnExceptionToSender", "true")
        .setting("allowedHeaderList", "SAP_.*|custom")
        .setting("namespaceMapping", "xmlns:p=urn:p;")
        .setting("httpSessionHandling", "onExchange")
        .plan()
        .settings;
    assert!(settings.return_exception_to_sender);
    assert_eq!(
        settings.allowed_headers,
        AllowedHeaders::Matching("SAP_.*|custom".into())
    );
    assert_eq!(settings.namespaces["p"], "urn:p");
    assert_eq!(settings.http_session, HttpSession::Exchange);
    for (list, expected) in [("", AllowedHeaders::None), ("*", AllowedHeaders::All)] {
        let settings = Draft::new()
            .setting("allowedHeaderList", list)
            .plan()
            .settings;
        assert_eq!(settings.allowed_headers, expected);
        assert_eq!(settings.http_session, HttpSession::None);
        assert!(!settings.return_exception_to_sender);
    }
    let errors = Draft::new()
        .setting("allowedHeaderList", "a(")
        .setting("httpSessionHandling", "sometimes")
        .errors();
    assert_eq!(
        errors,
        [
            "LG-F0404 : allowedHeaderList is not a regular expression",
            "LG-F0404 : httpSessionHandling must be None, onExchange or onIntegrationFlow"
        ]
    );
    let cors = Draft::new().setting("corsEnabled", "true");
    assert!(cors.warnings()[0].starts_with("LG-F0403"));
}

fn parameterised() -> Draft {
    let pairs = [("bodyType", "constant"), ("wrapContent", "{{A}} {{B}}")];
    Draft::new().activity("Step", "Enricher", &pairs)
}

#[test]
fn parameters_without_a_value_are_errors_until_configured() {
    let draft = parameterised().parameter("A=1");
    assert_eq!(
        draft.errors(),
        ["LG-F0202 Step: parameter 'B' has no value"]
    );
    let configured = BTreeMap::from([("B".to_owned(), "2".to_owned())]);
    let reading = lockgate_flow::read(&draft.bundle(), &configured);
    assert!(reading.plan.is_some(), "{:?}", reading.diagnostics);
    let configured = BTreeMap::from([("B".into(), "2".into()), ("b".into(), String::new())]);
    let reading = lockgate_flow::read(&draft.bundle(), &configured);
    assert_eq!(
        reading.diagnostics[0].message,
        "the flow has no parameter 'b'"
    );
    assert_eq!(reading.diagnostics[0].severity, Severity::Warning);
}

#[test]
fn declared_types_and_required_values_are_checked_for_parameters_in_use() {
    let draft = parameterised()
        .declare("A", "xsd:integer", false)
        .declare("B", "xsd:string", true)
        .declare("Unused", "xsd:boolean", true)
        .parameter("A=secret")
        .parameter("B=");
    assert_eq!(
        draft.errors(),
        ["LG-F0204 -: the value of parameter 'A' is not a whole number"]
    );
    assert_eq!(
        draft.warnings(),
        ["LG-F0203 -: required parameter 'B' is empty"]
    );
    let told = format!("{:?}", draft.read().diagnostics);
    assert!(!told.contains("secret"));
    let names: Vec<_> = draft
        .read()
        .parameters
        .into_iter()
        .map(|p| p.name)
        .collect();
    assert_eq!(names, ["A", "B", "Unused"]);
}

#[test]
fn findings_have_a_line_and_a_column() {
    let mut files = Draft::new().activity("A", "Gather", &[]).files();
    let model = String::from_utf8(files[3].1.clone()).unwrap();
    let at = model.find("<bpmn2:callActivity").unwrap();
    let model = format!("{}\n\n  ü{}", &model[..at], &model[at..]);
    files[3].1 = model.into_bytes();
    let bundle = lockgate_flow::Bundle::from_files(files).unwrap();
    let reading = lockgate_flow::read(&bundle, &BTreeMap::new());
    let line = 3 + 2;
    assert_eq!(
        reading.diagnostics[0].span,
        Some(Span {
            file: "src/main/resources/scenarioflows/integrationflow/d.iflw".into(),
            line,
            column: 4,
        })
    );
}
