//! Random input: nothing panics, engines agree, conversions round-trip.

use lockgate_xml::json::{
    AddedRoot, JsonToXml, StreamingArrays, XmlToJson, json_to_xml, xml_to_json,
};
use lockgate_xml::xpath::{Engine, Namespaces, XPath, no_variables};
use lockgate_xml::{Document, Source, serialise};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;

/// Text made of pieces that mean something.
fn pieces(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

const XML: &[&str] = &[
    "<a>",
    "</a>",
    "<b/>",
    "<p:c xmlns:p='u'>",
    "</p:c>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x",
    "?>",
    "&lt;",
    "&#0;",
    "&",
    "t",
    "ä",
    " ",
    "\r\n",
    "<a b='",
    "'",
    "\"",
    ">",
    "<",
    "xmlns=''",
    "<!DOCTYPE",
    "=",
    "\u{1}",
];
const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"a\"",
    "\"@b\"",
    "\"$\"",
    "\"p:c\"",
    "1",
    "-0.5e1",
    "true",
    "null",
    "\"\\u00e4\"",
    "\"\\ud800\"",
    "\"",
    "\\",
    " ",
    "{\"a\":",
    "\"\\u0001\"",
];
const XPATH: &[&str] = &[
    "/",
    "//",
    "a",
    "b",
    "c",
    "*",
    ".",
    "..",
    "@k",
    "@*",
    "text()",
    "node()",
    "[",
    "]",
    "(",
    ")",
    "[1]",
    "[2]",
    "[last()]",
    "[b]",
    "[@k = '1']",
    "[. = 2]",
    "=",
    "!=",
    "<",
    ">=",
    "'1'",
    "2",
    "0",
    "|",
    " and ",
    " or ",
    "not(",
    "count(",
    "boolean(",
    "$v",
    "p:a",
    "*:a",
    "p:*",
    "local-name()",
    "self::a",
    "/a",
    "//b",
    "//c/..",
    "+",
    "-",
    ",",
    "string(",
    "position()",
    "if (",
    "then ",
    "else ",
    "x:y",
    "\"",
    "(:",
    ":)",
    "$",
];

const DOCUMENT: &str = "<a k='1' xmlns:q='urn:p'>1<b>2<c k='1'>1</c><b>1</b></b><b k='2'>2</b>\
                        <q:a>2</q:a><c/><!--c--><a><b><a>2</a></b></a></a>";

fn with_document<T>(text: &str, run: impl FnOnce(&Document<'_>) -> T) -> Option<T> {
    let source = Source::from_text(text).ok()?;
    let document = source.document().ok()?;
    Some(run(&document))
}

/// Expressions that the fast engine knows, or nearly.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        &[
            "1",
            "2",
            "'2'",
            "$v",
            "$none",
            "last()",
            "count(//b)",
            "local-name()",
            "''",
            "0",
        ][..],
    );
    let step = prop::sample::select(
        &[
            "a", "b", "c", "*", ".", "..", "@k", "@*", "text()", "node()", "p:a", "*:a", "self::b",
        ][..],
    );
    let start = prop::sample::select(&["", "/", "//", "./", ".//"][..]);
    let step = step.prop_map(str::to_owned);
    let leaf = leaf.prop_map(str::to_owned).boxed();
    leaf.prop_recursive(4, 32, 6, move |inner| {
        let predicates = prop::collection::vec(inner.clone(), 0..2)
            .prop_map(|inner| inner.iter().map(|inner| format!("[{inner}]")).collect::<String>());
        let step = (step.clone(), predicates.clone()).prop_map(|(step, after)| step + &after);
        let link = prop::sample::select(&["/", "//"][..]);
        let steps = prop::collection::vec((link, step.clone()), 0..3)
            .prop_map(|steps| steps.into_iter().map(|(link, step)| format!("{link}{step}")).collect());
        let path = (start.clone(), step, steps)
            .prop_map(|(start, step, steps): (&str, String, String)| format!("{start}{step}{steps}"));
        let operator = prop::sample::select(
            &["=", "!=", "<", "<=", ">", ">=", " and ", " or ", "|"][..],
        );
        prop_oneof![
            4 => path.clone(),
            2 => (path.clone(), predicates).prop_map(|(path, after)| format!("({path}){after}/..")),
            1 => (path.clone(), path).prop_map(|(a, b)| format!("({a} | {b})[2]")),
            3 => (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("{a}{op}{b}")),
            1 => (prop::sample::select(&["not", "boolean", "count"][..]), inner)
                .prop_map(|(function, inner)| format!("{function}({inner})")),
        ]
    })
}

/// What an expression yields, errors being all the same.
fn outcome(xpath: &XPath, document: &Document<'_>) -> impl PartialEq + std::fmt::Debug + use<> {
    let variables = |name: &str| (name == "v").then(|| "2".to_owned());
    (
        xpath.evaluate_nodes(document, &variables).ok(),
        xpath.evaluate_boolean(document, &variables).ok(),
        xpath.evaluate_string(document, &variables).ok(),
        xpath.evaluate_integer(document, &variables).ok(),
    )
}

/// Objects whose members are text, objects, or arrays of at least two texts.
fn simple_json() -> impl Strategy<Value = Value> {
    let text = "[a-zA-Z0-9äß<&>\"' ]{0,8}".prop_map(Value::String);
    let texts = prop::collection::vec(text.clone(), 2..4).prop_map(Value::Array);
    let member = prop_oneof![text, texts];
    let object = |member: BoxedStrategy<Value>| {
        prop::collection::btree_map("[a-w][a-z0-9.-]{0,4}", member, 1..5)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    };
    let inner = member.boxed().prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![inner.clone(), object(inner)]
    });
    prop::collection::btree_map("[a-w][a-z0-9.-]{0,4}", inner, 1..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(source) = Source::from_bytes(&bytes) {
            source.document().ok();
        }
    }

    #[test]
    fn accepted_documents_serialise_and_convert(text in pieces(XML)) {
        with_document(&text, |document| {
            for node in document.tree().descendants() {
                let alone = serialise::node(node);
                if node.is_element() {
                    assert!(with_document(&alone, |_| ()).is_some(), "{alone} does not stand alone");
                }
            }
            let streaming = [None, Some(StreamingArrays::All), Some(StreamingArrays::Paths(vec!["a/b".into()]))];
            for streaming in streaming {
                let settings = XmlToJson { streaming, ..XmlToJson::default() };
                if let Ok(json) = xml_to_json(document, &settings) {
                    assert!(serde_json::from_str::<Value>(&json).is_ok(), "{json}");
                }
            }
        });
    }

    #[test]
    fn json_becomes_xml_or_an_error(text in pieces(JSON)) {
        for root in [None, Some(AddedRoot { name: "r".into(), namespace: None })] {
            let settings = JsonToXml { added_root: root, ..JsonToXml::default() };
            if let Ok(xml) = json_to_xml(&text, &settings) {
                assert!(serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok());
                // Unmapped prefixes are written undeclared.
                assert!(xml.contains("p:c") || with_document(&xml, |_| ()).is_some(), "{xml}");
            }
        }
    }

    #[test]
    fn simple_json_survives_the_round_trip(value in simple_json()) {
        let root = AddedRoot { name: "root".into(), namespace: None };
        let settings = JsonToXml { added_root: Some(root), ..JsonToXml::default() };
        let xml = json_to_xml(&value.to_string(), &settings).expect("has an XML form");
        let back = XmlToJson { suppress_root: true, ..XmlToJson::default() };
        let json = with_document(&xml, |document| xml_to_json(document, &back));
        let json = json.expect("well-formed").expect("has a JSON form");
        assert_eq!(serde_json::from_str::<Value>(&json).expect("valid JSON"), value);
    }

    #[test]
    fn any_text_compiles_or_is_refused(text in "\\PC{0,32}") {
        if let Ok(xpath) = XPath::compile(&text, &Namespaces::default()) {
            with_document(DOCUMENT, |document| xpath.evaluate_nodes(document, &no_variables).ok());
        }
    }

    #[test]
    fn both_engines_agree(expression in prop_oneof![pieces(XPATH), expressions()]) {
        let namespaces: Namespaces = [("p", "urn:p")].into_iter().collect();
        let fast = XPath::compile_for(Engine::Fast, &expression, &namespaces);
        let full = XPath::compile_for(Engine::Full, &expression, &namespaces);
        with_document(DOCUMENT, |document| {
            let full = full.map(|full| outcome(&full, document));
            if let Ok(fast) = fast {
                let full = full.unwrap_or_else(|error| panic!("{expression}: {error}"));
                assert_eq!(outcome(&fast, document), full, "{expression}");
            }
        });
    }
}
