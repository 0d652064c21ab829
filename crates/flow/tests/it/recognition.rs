//! Every step and adapter of the language is recognised by name.

use crate::draft::{Draft, MESSAGE, element, sequence};

/// The name under which a step is counted.
fn name(tag: &str, pairs: &[(&str, &str)]) -> String {
    let reading = Draft::new().step(tag, "A", pairs).read();
    let mut steps = reading.usage.steps.into_keys();
    let name = steps.find(|name| name != "Start Message" && name != "End Message");
    name.expect("the step is counted")
}

/// Properties of call activities, and the name each must have.
const ACTIVITIES: &[(&[(&str, &str)], &str)] = &[
    (&[("activityType", "Enricher")], "Content Modifier"),
    (
        &[
            ("activityType", "Script"),
            ("subActivityType", "GroovyScript"),
        ],
        "Groovy Script",
    ),
    (&[("activityType", "Script")], "Groovy Script"),
    (
        &[
            ("activityType", "Script"),
            ("subActivityType", "JavaScript"),
        ],
        "JavaScript",
    ),
    (&[("activityType", "ProcessCallElement")], "Process Call"),
    (
        &[("activityType", "IdempotentProcessCall")],
        "Idempotent Process Call",
    ),
    (&[("activityType", "Gather")], "Gather"),
    (
        &[
            ("activityType", "Splitter"),
            ("splitType", "GeneralSplitter"),
        ],
        "General Splitter",
    ),
    (
        &[("activityType", "Splitter"), ("splitType", "Camel")],
        "General Splitter",
    ),
    (
        &[
            ("activityType", "Splitter"),
            ("splitType", "IteratingSplitter"),
            (
                "cmdVariantUri",
                "ctype::FlowstepVariant/cname::Camel/version::1.5.1",
            ),
        ],
        "Iterating Splitter",
    ),
    (
        &[("activityType", "Splitter"), ("splitType", "IDoc")],
        "IDoc Splitter",
    ),
    (
        &[("activityType", "Splitter"), ("splitType", "EDISplitter")],
        "EDI Splitter",
    ),
    (
        &[
            ("activityType", "Splitter"),
            ("splitType", "PKCS#7/CMS Signature-Content Splitter"),
        ],
        "PKCS#7 Splitter",
    ),
    (&[("activityType", "Aggregator")], "Aggregator"),
    (
        &[
            ("activityType", "Mapping"),
            ("subActivityType", "XSLTMapping"),
        ],
        "XSLT Mapping",
    ),
    (
        &[("activityType", "Mapping"), ("mappingType", "XSLTMapping")],
        "XSLT Mapping",
    ),
    (
        &[
            ("activityType", "Mapping"),
            ("mappingType", "MessageMapping"),
        ],
        "Message Mapping",
    ),
    (&[("activityType", "Mapping")], "Message Mapping"),
    (
        &[("activityType", "CsvToXmlConverter")],
        "CSV to XML Converter",
    ),
    (
        &[("activityType", "XmlToCsvConverter")],
        "XML to CSV Converter",
    ),
    (
        &[("activityType", "EDItoXMLConverter")],
        "EDI to XML Converter",
    ),
    (
        &[("activityType", "XMLtoEDIConverter")],
        "XML to EDI Converter",
    ),
    (&[("activityType", "EDIExtractor")], "EDI Extractor"),
    (&[("activityType", "XmlModifier")], "XML Modifier"),
    (&[("activityType", "XmlValidator")], "XML Validator"),
    (
        &[
            ("activityType", "Encoder"),
            ("encoderType", "Base64 Encode"),
        ],
        "Base64 Encoder",
    ),
    (
        &[
            ("activityType", "Decoder"),
            ("encoderType", "ZIP Decompress"),
        ],
        "ZIP Decoder",
    ),
    (
        &[
            ("activityType", "Decoder"),
            ("encoderType", "MIME Multipart Message Decode"),
        ],
        "MIME Multipart Decoder",
    ),
    (
        &[("activityType", "DBstorage"), ("operation", "put")],
        "Data Store Write",
    ),
    (
        &[("activityType", "DBstorage"), ("operation", "get")],
        "Data Store Get",
    ),
    (
        &[("activityType", "DBstorage"), ("operation", "select")],
        "Data Store Select",
    ),
    (
        &[("activityType", "DBstorage"), ("operation", "delete")],
        "Data Store Delete",
    ),
    (&[("activityType", "Variables")], "Write Variables"),
    (&[("activityType", "Persist")], "Persist Message"),
    (&[("activityType", "PgpEncrypt")], "PGP Encryptor"),
    (&[("activityType", "PgpDecrypt")], "PGP Decryptor"),
    (&[("activityType", "SimpleSignMessage")], "Simple Signer"),
    (&[("activityType", "SignMessage")], "PKCS#7 Signer"),
    (
        &[("activityType", "XMLDigitalSignMessage")],
        "XML Digital Signer",
    ),
    // Old exports may say it only in the component's name, which may contain anything.
    (
        &[("cmdVariantUri", "ctype::FlowstepVariant/cname::Enricher")],
        "Content Modifier",
    ),
    (
        &[(
            "cmdVariantUri",
            "ctype::FlowstepVariant/cname::PKCS#7/CMS Signature-Content Splitter/version::1.0",
        )],
        "PKCS#7 Splitter",
    ),
    (
        &[(
            "cmdVariantUri",
            "ctype::FlowstepVariant/cname::Base64 Encode/version::1",
        )],
        "Base64 Encoder",
    ),
    (
        &[("cmdVariantUri", "x/cname::NonLoopingProcess/version::1")],
        "Process Call",
    ),
    (&[("activityType", "Teleport")], "unknown: Teleport"),
    (&[], "unknown: unnamed"),
];

#[test]
fn steps_are_told_apart() {
    for (pairs, expected) in ACTIVITIES {
        assert_eq!(name("callActivity", pairs), *expected, "{pairs:?}");
    }
    for (tag, kind, expected) in [
        ("serviceTask", "ExternalCall", "Request-Reply"),
        ("serviceTask", "", "Request-Reply"),
        ("serviceTask", "Send", "Send"),
        (
            "serviceTask",
            "contentEnricherWithLookup",
            "Content Enricher",
        ),
        ("serviceTask", "PollEnrich", "Poll Enrich"),
        ("exclusiveGateway", "ExclusiveGateway", "Router"),
        ("exclusiveGateway", "", "Router"),
        ("parallelGateway", "Multicast", "Parallel Multicast"),
        (
            "parallelGateway",
            "SequentialMulticast",
            "Sequential Multicast",
        ),
        ("parallelGateway", "Join", "Join"),
        ("userTask", "", "unknown: userTask"),
    ] {
        assert_eq!(
            name(tag, &[("activityType", kind)]),
            expected,
            "{tag} {kind}"
        );
    }
}

#[test]
fn a_step_that_cannot_run_is_an_error_with_its_kind_and_name() {
    let draft = Draft::new()
        .activity(
            "A",
            "Gather",
            &[("script", "a.groovy"), ("scriptBundleId", "Common")],
        )
        .activity("B", "Teleport", &[]);
    assert_eq!(
        draft.errors(),
        [
            "LG-F0401 A: Gather step 'A name' is not supported yet",
            "LG-F0304 B: Teleport step 'B name' is not a known step"
        ]
    );
}

#[test]
fn adapters_that_cannot_run_are_named() {
    for (component, protocol, expected) in [
        ("SFTP", "File", "SFTP"),
        ("HCIOData", "OData V4", "OData V4"),
        ("SuccessFactors", "OData V2", "SuccessFactors OData V2"),
        ("SuccessFactors", "SOAP", "SuccessFactors SOAP"),
        ("SOAP", "SOAP 1.x", "SOAP 1.x"),
        ("SOAP", "Plain SOAP", "SOAP SAP RM"),
        ("IDOC", "IDoc SOAP", "IDoc"),
        ("AS2", "AS2 MDN", "AS2 MDN"),
        ("Redis", "spring-redis", "Redis"),
        ("", "", "unnamed"),
    ] {
        let pairs = [("ComponentType", component), ("MessageProtocol", protocol)];
        let receiver = Draft::new()
            .step("serviceTask", "A", &[("activityType", "ExternalCall")])
            .receiver("Ch", "A", &pairs);
        assert_eq!(
            receiver.errors(),
            [format!(
                "LG-F0402 Ch: the {expected} receiver of channel 'Ch' is not supported yet"
            )]
        );
        let sender = Draft::new().sender("Ch", "Start", &pairs);
        assert_eq!(
            sender.errors(),
            [format!(
                "LG-F0402 Ch: the {expected} sender of channel 'Ch' is not supported yet"
            )]
        );
    }
}

#[test]
fn adapters_of_steps_that_cannot_run_are_named_too() {
    // The arrow of a Content Enricher's channel points at the step.
    let draft = Draft::new()
        .step(
            "serviceTask",
            "A",
            &[("activityType", "contentEnricherWithLookup")],
        )
        .channel(
            "Ch",
            "R",
            "A",
            &[("direction", "Receiver"), ("ComponentType", "JMS")],
        );
    assert_eq!(
        draft.errors(),
        [
            "LG-F0402 Ch: the JMS receiver of channel 'Ch' is not supported yet",
            "LG-F0401 A: Content Enricher step 'A name' is not supported yet"
        ]
    );
}

#[test]
fn starts_and_ends_are_counted_by_name() {
    let main = element("startEvent", "S", &[], "<bpmn2:timerEventDefinition/>")
        + &sequence("F", "S", "E")
        + &element("endEvent", "E", &[], "<bpmn2:terminateEventDefinition/>");
    let reading = Draft::new().replace_main(&main).read();
    let names: Vec<_> = reading.usage.steps.keys().map(String::as_str).collect();
    assert_eq!(names, ["Start Timer", "Terminate End"]);
}

#[test]
fn unknown_elements_are_kept_in_the_model() {
    let main = element("startEvent", "Start", &[], MESSAGE)
        + &sequence("F", "Start", "T")
        + "<bpmn2:userTask id=\"T\" name=\"Ask\"/><bpmn2:textAnnotation id=\"N\"/>";
    let draft = Draft::new()
        .replace_main(&main)
        .participant("<bpmn2:conversation id=\"K\"/>");
    let model = draft.read().model.unwrap();
    assert_eq!(model.unknown[0].name, "conversation");
    let elements = &model.processes[0].scope.elements;
    assert_eq!(elements.len(), 2);
    assert_eq!(
        draft.errors(),
        ["LG-F0304 T: userTask step 'Ask' is not a known step"]
    );
    assert_eq!(
        draft.warnings(),
        ["LG-F0304 K: the element 'conversation' is not known and is ignored"]
    );
}
