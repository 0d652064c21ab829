//! Input made to exhaust time, memory or the stack.

use std::thread;

use lockgate_core::limits;
use lockgate_xml::json::{JsonToXml, StreamingArrays, XmlToJson, json_to_xml, xml_to_json};
use lockgate_xml::xpath::{Engine, Namespaces, XPath, no_variables};
use lockgate_xml::{Source, XmlError, serialise};

/// Runs on a stack of the size that worker threads have.
fn on_a_worker_stack(run: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(run);
    thread.expect("a thread starts").join().expect("no panic");
}

#[test]
fn bombs_are_refused() {
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let laughs =
        format!("<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY l0 \"ha\">{laughs}]><r>&l9;</r>");
    assert!(matches!(
        Source::from_bytes(laughs.as_bytes()),
        Err(XmlError::Doctype { .. })
    ));

    let external = b"<!DOCTYPE r SYSTEM \"http://127.0.0.1/x.dtd\"><r/>";
    assert!(matches!(
        Source::from_bytes(external),
        Err(XmlError::Doctype { .. })
    ));

    let levels = "<a>".repeat(100_000);
    assert!(matches!(
        Source::from_text(levels),
        Err(XmlError::TooDeep { .. })
    ));

    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    let error = Source::from_text(format!("<a{attributes}/>"));
    assert!(matches!(error, Err(XmlError::TooManyAttributes { .. })));

    let namespaces: String = (0..100_000).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
    assert!(Source::from_text(format!("<a{namespaces}/>")).is_err());
}

#[test]
fn nothing_is_included_or_expanded() {
    let xml =
        "<r xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"/etc/passwd\"/></r>";
    let source = Source::from_text(xml).expect("within limits");
    let document = source.document().expect("well-formed");
    assert_eq!(serialise::node(document.tree().root()), xml);

    let source = Source::from_text("<r>&undefined;</r>").expect("within limits");
    assert!(matches!(source.document(), Err(XmlError::Malformed { .. })));
}

#[test]
fn deep_documents_fit_on_the_stack() {
    on_a_worker_stack(|| {
        let depth = limits::XML_DEPTH;
        let xml = format!("{}x{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let source = Source::from_text(xml.as_str()).expect("within limits");
        let document = source.document().expect("well-formed");
        assert_eq!(serialise::node(document.tree().root()), xml);

        let streaming = XmlToJson {
            streaming: Some(StreamingArrays::All),
            ..XmlToJson::default()
        };
        let json = xml_to_json(&document, &XmlToJson::default()).expect("has a JSON form");
        assert_eq!(json.matches("\"a\"").count(), depth);
        let json = xml_to_json(&document, &streaming).expect("has a JSON form");
        assert_eq!(json.matches("[").count(), depth);

        for (expression, text) in [
            ("count(//a)", "500"),
            ("count(//a//a)", "499"),
            ("/a[//a[not(a)] = 'x']", "x"),
            ("string(/*)", "x"),
            ("count(//a/ancestor::a)", "499"),
            ("string-length(serialize(/))", "3501"),
        ] {
            for engine in [Engine::Fast, Engine::Full] {
                let Ok(xpath) = XPath::compile_for(engine, expression, &Namespaces::default())
                else {
                    assert_eq!(engine, Engine::Fast, "{expression}");
                    continue;
                };
                let result = xpath.evaluate_string(&document, &no_variables);
                assert_eq!(result.as_deref(), Ok(text), "{expression}");
            }
        }
    });
}

#[test]
fn deep_json_fits_on_the_stack() {
    on_a_worker_stack(|| {
        let depth = limits::JSON_DEPTH;
        let json = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        let xml = json_to_xml(&json, &JsonToXml::default()).expect("has an XML form");
        assert_eq!(xml.matches("<a>").count(), depth);
        let deeper = format!("{{\"a\":{json}}}");
        let error = json_to_xml(&deeper, &JsonToXml::default()).expect_err("too deep");
        assert!(
            error
                .to_string()
                .contains("nested more than 500 levels deep"),
            "{error}"
        );
    });
}

#[test]
fn long_expressions_fit_on_the_stack() {
    on_a_worker_stack(|| {
        let nested = |open: &str, close: &str| {
            let depth = limits::XPATH_DEPTH;
            format!("{}1{}", open.repeat(depth), close.repeat(depth))
        };
        let chain = |first: &str, link: &str, tokens: usize| {
            format!(
                "{first}{}",
                link.repeat((limits::XPATH_TOKENS - 4) / tokens)
            )
        };
        let expressions = [
            nested("(", ")"),
            nested("string(", ")"),
            nested("[", "]"),
            nested("a[", "]"),
            nested("map{1:", "}"),
            nested("function(){", "}"),
            chain("1", "+1", 2),
            chain("1", "||1", 3),
            chain("1", "!1", 2),
            chain("a", "/a", 2),
            chain("a eq 'x'", " and a eq 'y'", 4),
            chain("(a)", "[1]", 3),
            chain("1", "=>string()", 5),
            chain("", "- ", 1) + "1",
            chain("", "if (a) then 1 else ", 6) + "1",
            chain("", "for $x in a return ", 5) + "1",
            chain("", "some $x in a satisfies ", 5) + "1",
        ];
        let source = Source::from_text("<a><a>1</a></a>").expect("within limits");
        let document = source.document().expect("well-formed");
        for expression in expressions {
            if let Ok(xpath) = XPath::compile_for(Engine::Full, &expression, &Namespaces::default())
            {
                // Whatever it yields: the stack is what is tested.
                xpath.evaluate_nodes(&document, &no_variables).ok();
            }
        }
    });
}

#[test]
fn endless_recursion_in_an_expression_is_an_error() {
    on_a_worker_stack(|| {
        let expression = "let $f := function($f) { 1 + $f($f) } return $f($f)";
        let xpath = XPath::compile(expression, &Namespaces::default()).expect("valid");
        let source = Source::from_text("<a/>").expect("within limits");
        let document = source.document().expect("well-formed");
        let error = xpath
            .evaluate_string(&document, &no_variables)
            .expect_err("never ends");
        assert!(error.to_string().contains("failed"), "{error}");
    });
}

#[test]
fn repeated_names_cannot_blow_up_the_xml() {
    let name = "n".repeat(100_000);
    let settings = JsonToXml::default();
    let json = |count: usize| format!("{{\"r\":{{\"{name}\":[{}0]}}}}", "0,".repeat(count - 1));
    let fits = limits::XML_BYTES / (2 * name.len() + 6);
    assert!(json_to_xml(&json(fits), &settings).is_ok());
    let error = json_to_xml(&json(fits + 2), &settings).unwrap_err();
    assert!(error.to_string().contains("bytes by now"), "{error}");
}

#[test]
fn elements_in_each_other_cannot_blow_up_a_selection() {
    let depth = 400;
    let (open, close) = ("<a>".repeat(depth), "</a>".repeat(depth));
    let text = "x".repeat(limits::XML_BYTES / depth);
    let source = Source::from_text(format!("{open}{text}{close}")).expect("within limits");
    let document = source.document().expect("well-formed");
    let select = |expression: &str| {
        let xpath = XPath::compile(expression, &Namespaces::default()).expect("valid");
        xpath.evaluate_nodes(&document, &no_variables)
    };
    assert_eq!(select("/a/a").expect("one element").len(), 1);
    let error = select("//a").expect_err("each again and again");
    assert!(error.to_string().contains("selects more than"), "{error}");
}

#[test]
fn a_tree_has_a_bounded_number_of_nodes() {
    let nodes = limits::XML_NODES as usize;
    let text = |count: usize| format!("<r>{}</r>", "<a/>".repeat(count));
    let source = Source::from_text(text(nodes)).expect("within limits");
    let limit = limits::XML_NODES;
    assert_eq!(
        source.document().err(),
        Some(XmlError::TooManyNodes { limit })
    );
    // The document itself and its root element count, too.
    let source = Source::from_text(text(nodes - 2)).expect("within limits");
    assert!(source.document().is_ok());
}
