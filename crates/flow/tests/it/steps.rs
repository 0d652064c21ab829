//! Converters, filters, routers, calls, ends: settings and mistakes.

use lockgate_flow::plan::{Condition, End, FilterResult, Router, StepSpec, StreamingArrays};

use crate::draft::{Draft, MESSAGE, element, node, sequence};

#[test]
fn json_to_xml_settings() {
    let first = |pairs: &[(&str, &str)]| match Draft::new()
        .activity("A", "JsonToXmlConverter", pairs)
        .first()
    {
        StepSpec::JsonToXml(converter) => converter,
        other => panic!("{other:?}"),
    };
    let default = first(&[]);
    assert!(default.added_root.is_none() && default.namespaces.enabled);
    assert_eq!(default.namespaces.separator, ":");
    let all = first(&[
        ("addXMLRootElement", "true"),
        ("additionalRootElementName", "Position"),
        ("additionalRootElementNamespace", "urn:x"),
        ("useNamespaces", "0"),
        ("jsonNamespaceSeparator", " "),
        (
            "jsonNamespaceMapping",
            "<row><cell>p</cell><cell>urn:p</cell></row>",
        ),
    ]);
    let root = all.added_root.unwrap();
    assert_eq!(
        (root.name.as_str(), root.namespace.as_deref()),
        ("Position", Some("urn:x"))
    );
    assert!(!all.namespaces.enabled);
    assert_eq!(all.namespaces.separator, " ");
    assert_eq!(all.namespaces.mapping["p"], "urn:p");
    let root = first(&[("addXMLRootElement", "1")]).added_root.unwrap();
    assert_eq!((root.name.as_str(), root.namespace), ("root", None));
}

#[test]
fn xml_to_json_settings() {
    let first = |pairs: &[(&str, &str)]| match Draft::new()
        .activity("A", "XmlToJsonConverter", pairs)
        .first()
    {
        StepSpec::XmlToJson(converter) => converter,
        other => panic!("{other:?}"),
    };
    let default = first(&[]);
    assert!(default.streaming.is_none() && !default.suppress_root && default.encoding.is_none());
    let paths = first(&[
        ("xmlJsonSuppressRootElement", "true"),
        ("xmlJsonUseStreaming", "true"),
        ("xmlJsonConvertAllElements", "specific"),
        (
            "xmlJsonPathTable",
            "<row><cell>/r/b</cell></row><row><cell>r/c</cell></row><row><cell/></row>",
        ),
        ("jsonOutputEncoding", "UTF-8"),
    ]);
    assert!(paths.suppress_root);
    assert_eq!(paths.encoding.as_deref(), Some("UTF-8"));
    assert!(matches!(paths.streaming, Some(StreamingArrays::Paths(p)) if p == ["r/b", "r/c"]));
    let all = first(&[
        ("xmlJsonUseStreaming", "true"),
        ("xmlJsonConvertAllElements", "all"),
    ]);
    assert!(matches!(all.streaming, Some(StreamingArrays::All)));
}

#[test]
fn filter_settings() {
    for (kind, expected) in [
        ("Nodelist", FilterResult::NodeList),
        ("", FilterResult::NodeList),
        ("Node", FilterResult::Node),
        ("String", FilterResult::Text),
        ("Integer", FilterResult::Integer),
        ("Boolean", FilterResult::Boolean),
    ] {
        let pairs = [("wrapContent", " /p:a[@id = $x] "), ("xpathType", kind)];
        let draft = Draft::new()
            .setting("namespaceMapping", "xmlns:p=urn:p")
            .activity("A", "Filter", &pairs);
        match draft.first() {
            StepSpec::Filter(filter) => {
                assert_eq!(
                    (filter.xpath.as_str(), filter.result),
                    ("/p:a[@id = $x]", expected)
                );
            }
            other => panic!("{other:?}"),
        }
    }
    let errors = |xpath: &str, kind: &str| {
        Draft::new()
            .activity(
                "A",
                "Filter",
                &[("wrapContent", xpath), ("xpathType", kind)],
            )
            .errors()
    };
    assert!(errors("/q:a", "Node")[0].starts_with("LG-F0503 A: wrapContent: "));
    assert!(errors("", "Node")[0].starts_with("LG-F0503"));
    assert!(errors("/a", "List")[0].starts_with("LG-F0404 A: xpathType must be"));
}

fn gateway(default: &str, pairs: &[(&str, &str)]) -> String {
    element("exclusiveGateway", "G", pairs, "").replacen(
        "id=\"G\"",
        &format!("id=\"G\"{default}"),
        1,
    )
}

fn route(id: &str, to: &str, kind: &str, condition: &str) -> String {
    let condition = if condition.is_empty() {
        String::new()
    } else {
        format!("<bpmn2:conditionExpression>{condition}</bpmn2:conditionExpression>")
    };
    let pairs: &[(&str, &str)] = if kind.is_empty() {
        &[]
    } else {
        &[("expressionType", kind)]
    };
    element("sequenceFlow", id, pairs, &condition).replacen(
        "name=",
        &format!("sourceRef=\"G\" targetRef=\"{to}\" name="),
        1,
    )
}

/// A router whose routes lead to the ends `E1`, `E2`, `E3`.
fn routed(default: &str, pairs: &[(&str, &str)], routes: &[String]) -> Draft {
    let ends: String = ["E1", "E2", "E3"]
        .iter()
        .map(|id| element("endEvent", id, &[], MESSAGE))
        .collect();
    let main = element("startEvent", "Start", &[], MESSAGE)
        + &sequence("S", "Start", "G")
        + &gateway(default, pairs)
        + &ends
        + &routes.concat();
    Draft::new().replace_main(&main)
}

fn router(draft: &Draft) -> (Router, Vec<String>) {
    let reading = draft.read();
    let plan = reading
        .plan
        .unwrap_or_else(|| panic!("{:#?}", reading.diagnostics));
    let ids = plan.processes[0]
        .nodes
        .iter()
        .map(|node| node.id.clone())
        .collect();
    match &node(&plan, "G").spec {
        StepSpec::Router(router) => (router.clone(), ids),
        other => panic!("{other:?}"),
    }
}

#[test]
fn routes_keep_document_order_and_the_default_comes_last() {
    let routes = [
        // The editor leaves `XML` on default routes.
        route("F1", "E1", "XML", ""),
        route("F2", "E2", "NonXML", "${header.a} = '{{v}}' \n"),
        route("F3", "E3", "XML", "//a = {{q}}"),
    ];
    let draft = routed(" default=\"F1\"", &[("throwException", "true")], &routes)
        .parameter("v=x")
        .parameter("q=&apos;7&apos;");
    let (router, ids) = router(&draft);
    assert!(router.throw_on_default);
    assert_eq!(ids[router.default.unwrap()], "E1");
    assert_eq!(router.routes.len(), 2);
    assert_eq!(ids[router.routes[0].target.unwrap()], "E2");
    match (&router.routes[0].condition, &router.routes[1].condition) {
        (Condition::Simple(predicate), Condition::XPath(xpath)) => {
            assert_eq!(predicate.source, "${header.a} = 'x'");
            assert_eq!(xpath, "//a = '7'");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_gateway_without_a_named_default_uses_the_route_without_condition() {
    let routes = [
        route("F1", "E1", "", ""),
        route("F2", "E2", "", "${body} = 'a'"),
    ];
    let (router, ids) = router(&routed("", &[], &routes));
    assert_eq!(ids[router.default.unwrap()], "E1");
    assert!(matches!(router.routes[0].condition, Condition::Simple(_)));
}

#[test]
fn broken_routers_are_reported() {
    for (default, routes, expected) in [
        (
            " default=\"F9\"",
            vec![route("F1", "E1", "", "'a' = 'b'")],
            "LG-F0302 G: the default route is not one of the router's sequence flows",
        ),
        (
            " default=\"F1\"",
            vec![route("F1", "E1", "", ""), route("F2", "E2", "", "")],
            "LG-F0303 F2: route 'F2 name' has no condition and is not the default route",
        ),
        (
            " default=\"F1\"",
            vec![
                route("F1", "E1", "", ""),
                route("F2", "E2", "NonXML", "${header.a} ~ 1"),
            ],
            "LG-F0502 F2: condition: '~' is not an operator",
        ),
        (
            " default=\"F1\"",
            vec![route("F1", "E1", "", ""), route("F2", "E2", "XML", "//a[")],
            "LG-F0503 F2: condition: ",
        ),
        (
            " default=\"F1\"",
            vec![route("F1", "Nowhere", "", "")],
            "LG-F0302 F1: sequence flow 'F1' leads from 'G' to 'Nowhere', which are not both steps",
        ),
    ] {
        let errors = routed(default, &[], &routes).errors();
        assert!(errors[0].starts_with(expected), "{errors:#?}");
    }
}

fn call(pairs: &[(&str, &str)], content: &str) -> Draft {
    let mut all = vec![("activityType", "ProcessCallElement")];
    all.extend_from_slice(pairs);
    Draft::new()
        .step_with("callActivity", "A", &all, content)
        .local("L")
}

#[test]
fn process_calls_name_a_local_process() {
    for pairs in [
        &[("processId", "L"), ("subActivityType", "NonLoopingProcess")][..],
        &[("processId", "{{p}}")],
    ] {
        let draft = call(pairs, "").parameter("p=L");
        assert!(matches!(draft.first(), StepSpec::ProcessCall(1)));
    }
    for (id, problem) in [
        ("Main", "that is not a local one"),
        ("X", "that does not exist"),
    ] {
        assert_eq!(
            call(&[("processId", id)], "").errors(),
            [format!("LG-F0404 A: processId names a process {problem}")]
        );
    }
}

fn looping(maximum: &str, condition: &str) -> String {
    format!(
        "<bpmn2:standardLoopCharacteristics loopMaximum=\"{maximum}\"><bpmn2:loopCondition>\
         {condition}</bpmn2:loopCondition></bpmn2:standardLoopCharacteristics>"
    )
}

#[test]
fn looping_calls_have_a_condition_and_a_maximum() {
    for (pairs, is_simple, throws) in [
        (
            &[("expressionType", "Non XML"), ("postProcessing", "end")][..],
            true,
            false,
        ),
        (&[("expressionType", "NonXML")], true, true),
        (&[("postProcessing", "throwException")], true, true),
        (&[("expressionType", "XML")], false, true),
    ] {
        let mut all = vec![("processId", "L"), ("subActivityType", "LoopingProcess")];
        all.extend_from_slice(pairs);
        let condition = if is_simple {
            "${property.a} = '1'"
        } else {
            "//a = 1"
        };
        match call(&all, &looping("100", condition)).first() {
            StepSpec::LoopingCall(call) => {
                assert_eq!((call.process, call.max_iterations), (1, 100));
                assert_eq!(call.throw_on_max, throws);
                assert_eq!(matches!(call.condition, Condition::Simple(_)), is_simple);
            }
            other => panic!("{other:?}"),
        }
    }
    let pairs = [("processId", "L"), ("subActivityType", "LoopingProcess")];
    for (content, expected) in [
        (
            String::new(),
            "LG-F0404 A: loopMaximum must be a whole number above 0",
        ),
        (looping("0", "'a' = 'a'"), "LG-F0404 A: loopMaximum must be"),
        (
            looping("5", ""),
            "LG-F0502 A: condition: a value is missing",
        ),
    ] {
        let errors = call(&pairs, &content).errors();
        assert!(
            errors.iter().any(|error| error.starts_with(expected)),
            "{errors:?}"
        );
    }
    let errors = call(
        &[pairs[0], pairs[1], ("postProcessing", "x")],
        &looping("5", "'a' = 'a'"),
    );
    assert_eq!(
        errors.errors(),
        ["LG-F0404 A: postProcessing must be throwException or end"]
    );
}

#[test]
fn ends_are_told_apart_by_their_definition() {
    for (definition, expected) in [
        (MESSAGE.to_owned(), End::Message(None)),
        (String::new(), End::Message(None)),
        ("<bpmn2:errorEventDefinition/>".into(), End::Error),
        ("<bpmn2:terminateEventDefinition/>".into(), End::Terminate),
        (
            element(
                "escalationEventDefinition",
                "D",
                &[("ErrorCode", "ReceiverNotFound")],
                "",
            ),
            End::Escalation("ReceiverNotFound".into()),
        ),
    ] {
        let main = element("startEvent", "Start", &[], MESSAGE)
            + &sequence("S", "Start", "E")
            + &element("endEvent", "E", &[], &definition);
        match Draft::new().replace_main(&main).first() {
            StepSpec::End(end) => assert_eq!(format!("{end:?}"), format!("{expected:?}")),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn switches_take_two_spellings_and_nothing_else() {
    let errors = Draft::new()
        .activity("A", "JsonToXmlConverter", &[("useNamespaces", "yes")])
        .errors();
    assert_eq!(errors, ["LG-F0404 A: useNamespaces must be true or false"]);
    assert!(matches!(
        Draft::new()
            .activity("A", "JsonToXmlConverter", &[("useNamespaces", "TRUE")])
            .first(),
        StepSpec::JsonToXml(_)
    ));
}

#[test]
fn script_settings() {
    // Scripts that are not there are told of, and nothing else is.
    let script = |pairs: &[(&str, &str)]| {
        let plan = Draft::new().activity("A", "Script", pairs).read().plan;
        match plan.unwrap().processes[0].nodes[0].spec.clone() {
            StepSpec::Script(script) => (script.collection, script.file, script.function),
            other => panic!("{other:?}"),
        }
    };
    let texts = |collection: Option<&str>, file: &str, function: &str| {
        (
            collection.map(str::to_owned),
            file.to_owned(),
            function.to_owned(),
        )
    };
    // A draft without a file is deployed, and fails when the step runs.
    assert_eq!(script(&[]), texts(None, "", "processData"));
    let named = script(&[
        ("script", "/a.gsh"),
        ("scriptFunction", "run"),
        ("scriptBundleId", ""),
    ]);
    assert_eq!(named, texts(None, "a.gsh", "run"));
    let shared = script(&[("script", "b.groovy"), ("scriptBundleId", "Common_Scripts")]);
    assert_eq!(
        shared,
        texts(Some("Common_Scripts"), "b.groovy", "processData")
    );
}

#[test]
fn the_plan_has_the_scripts_of_the_bundle() {
    let mut files = Draft::new()
        .activity("A", "Script", &[("script", "a.groovy")])
        .files();
    let file = |name: &str, text: &[u8]| (format!("src/main/resources/{name}"), text.to_vec());
    files.push(file("script/a.groovy", b"\xef\xbb\xbfreturn 1"));
    files.push(file("script/lib/b.gsh", b"\xff"));
    files.push(file("script/c.js", b"1"));
    files.push(file("mapping/d.groovy", b"1"));
    let bundle = lockgate_flow::Bundle::from_files(files).unwrap();
    let plan = lockgate_flow::read(&bundle, &std::collections::BTreeMap::new())
        .plan
        .unwrap();
    let scripts: Vec<_> = plan
        .scripts
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    assert_eq!(
        scripts,
        [("a.groovy", "return 1"), ("lib/b.gsh", "\u{fffd}")]
    );
}
