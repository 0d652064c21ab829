//! Nothing that can be put into a bundle makes reading panic or hang.

use std::collections::BTreeMap;

use lockgate_flow::bundle::Bundle;
use lockgate_flow::expr::{Predicate, Template, ognl};
use lockgate_flow::schedule::Schedule;
use lockgate_flow::{package, properties};
use proptest::prelude::*;

use crate::draft::{Draft, escape};

/// Text made of what the languages are made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("${"),
        Just("}"),
        Just("{{"),
        Just("}}"),
        Just("header."),
        Just("property."),
        Just("body"),
        Just("date:now:"),
        Just("'"),
        Just("\""),
        Just(" and "),
        Just(" = "),
        Just(" not in "),
        Just("\\"),
        Just("[0]"),
        Just("."),
        Just("("),
        Just(")"),
        Just("ä"),
        Just("<row>"),
        Just("<cell id='Type'>"),
        Just("</cell>"),
        Just("</row>"),
        Just("&amp;"),
        Just("&#x"),
        Just(";"),
        Just("+"),
        Just("//a"),
        Just("*"),
        Just("\n"),
        Just(":="),
    ]
    .prop_map(str::to_owned);
    let any = "\\PC{0,8}".prop_map(|text| text);
    prop::collection::vec(prop_oneof![4 => piece, 1 => any], 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// Sets one property of a model that uses every kind of step.
fn with_property(key: &str, value: &str) -> Vec<(String, Vec<u8>)> {
    let pair = [(key, value)];
    Draft::new()
        .setting("namespaceMapping", value)
        .setting("allowedHeaderList", value)
        .activity("A", "Enricher", &pair)
        .activity("F", "Filter", &pair)
        .activity("J", "XmlToJsonConverter", &pair)
        .activity("S", "Splitter", &pair)
        .step("serviceTask", "T", &pair)
        .receiver("R1", "T", &[("ComponentType", "HTTP"), (key, value)])
        .sender("S1", "Start", &[("ComponentType", "HTTPS"), (key, value)])
        .parameter(value)
        .files()
}

const KEYS: [&str; 12] = [
    "headerTable",
    "propertyTable",
    "wrapContent",
    "HEADER_0",
    "xmlJsonPathTable",
    "urlPath",
    "clientCertificates",
    "cmdVariantUri",
    "activityType",
    "address",
    "userRole",
    "bodyType",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn expressions(text in pieces()) {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(template.source, text.clone());
        }
        let _ = Predicate::parse(&text);
        let _ = ognl::parse(&text);
        let _ = properties::parse(&text);
        let _ = Schedule::parse_table(&text);
    }

    #[test]
    fn arbitrary_text_is_parsed_or_refused(text in any::<String>()) {
        let _ = Template::parse(&text);
        let _ = Predicate::parse(&text);
        let _ = ognl::parse(&text);
        let _ = properties::parse(&text);
    }

    #[test]
    fn property_values(key in prop::sample::select(&KEYS[..]), value in pieces()) {
        let value: String = value.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        let bundle = Bundle::from_files(with_property(key, &value)).unwrap();
        let reading = lockgate_flow::read(&bundle, &BTreeMap::new());
        let failed = reading.diagnostics.iter().any(|d| d.is_error());
        prop_assert_eq!(reading.plan.is_none(), failed);
    }

    #[test]
    fn archives(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(package::open(&bytes).is_err());
    }

    #[test]
    fn broken_archives(at in 0.0..1.0f64, byte in any::<u8>(), cut in 0.0..1.0f64) {
        let mut bytes = Draft::new().bundle().to_zip().unwrap();
        let length = bytes.len() as f64;
        let (at, cut) = ((length * at) as usize, (length * cut) as usize);
        bytes[at] = byte;
        let _ = package::open(&bytes);
        bytes.truncate(cut);
        let _ = package::open(&bytes);
    }

    #[test]
    fn broken_models(at in 0.0..1.0f64, insert in pieces()) {
        let mut files = Draft::new().activity("A", "Enricher", &[]).files();
        let model = String::from_utf8(files[3].1.clone()).unwrap();
        let mut at = (model.len() as f64 * at) as usize;
        while !model.is_char_boundary(at) {
            at -= 1;
        }
        files[3].1 = format!("{}{insert}{}", &model[..at], escape(&model[at..])).into_bytes();
        let _ = lockgate_flow::read(&Bundle::from_files(files.clone()).unwrap(), &BTreeMap::new());
        files[3].1 = format!("{}{insert}{}", &model[..at], &model[at..]).into_bytes();
        let _ = lockgate_flow::read(&Bundle::from_files(files).unwrap(), &BTreeMap::new());
    }
}

#[test]
fn long_unclosed_functions_are_refused_in_linear_time() {
    let text = "${".repeat(100_000);
    assert!(Template::parse(&text).is_err());
    assert!(Predicate::parse(&text).is_err());
    assert!(Predicate::parse(&format!("'{text}")).is_err());
    assert!(Predicate::parse(&format!("{}'a'", "'a' and ".repeat(30_000))).is_ok());
}

#[test]
fn references_are_found_in_linear_time_and_cannot_blow_up() {
    let open = "{{\n".repeat(500_000) + "}}";
    let pairs = [("bodyType", "constant"), ("wrapContent", open.as_str())];
    assert!(
        Draft::new()
            .activity("A", "Enricher", &pairs)
            .read()
            .plan
            .is_some()
    );
    let many = "{{p}}".repeat(70_000);
    let pairs = [("bodyType", "constant"), ("wrapContent", many.as_str())];
    let draft = Draft::new().activity("A", "Enricher", &pairs);
    let errors = draft
        .parameter(&format!("p={}", "x".repeat(1_000)))
        .errors();
    assert_eq!(
        errors,
        ["LG-F0102 -: with its parameters substituted the model is too large"]
    );
}

#[test]
fn a_model_is_bounded_in_size() {
    let mut files = Draft::new().files();
    files[3].1 = vec![b' '; lockgate_core::limits::MODEL_BYTES + 1];
    let reading = lockgate_flow::read(&Bundle::from_files(files).unwrap(), &BTreeMap::new());
    assert_eq!(reading.diagnostics[0].code.as_str(), "LG-F0102");
}

#[test]
fn many_elements_are_read_in_linear_time() {
    let mut draft = Draft::new();
    for n in 0..5_000 {
        draft = draft.activity(&format!("A{n}"), "Enricher", &[]);
    }
    assert_eq!(draft.plan().processes[0].nodes.len(), 5_001);
}
