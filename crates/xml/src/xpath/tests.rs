//! Both engines on one table of cases, and on the expressions of real flows.

mod corpus;

use std::collections::HashMap;

use super::*;
use crate::Source;

const CASES: &str = include_str!("../../testdata/xpath/cases.txt");

/// What an expression gives, in the table's spelling.
fn outcome(xpath: &XPath, document: &Document<'_>, variables: Variables<'_>) -> Vec<String> {
    let error = |_| "error".to_owned();
    let mut fields = vec![
        xpath
            .evaluate_string(document, variables)
            .unwrap_or_else(error),
        xpath
            .evaluate_boolean(document, variables)
            .map_or_else(error, |truth| truth.to_string()),
    ];
    match xpath.evaluate_nodes(document, variables) {
        Ok(nodes) => fields.extend(nodes),
        Err(failure) => fields.push(error(failure)),
    }
    fields
}

#[test]
fn both_engines_agree_with_the_table() {
    let mut document_text = String::new();
    let mut namespaces = Namespaces::default();
    let mut variables: HashMap<&str, &str> = HashMap::new();
    let mut cases = 0;
    for line in CASES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        let pairs = || {
            rest.split_whitespace()
                .filter_map(|pair| pair.split_once('='))
        };
        match kind {
            "doc" => document_text = rest.replace("\\n", "\n"),
            "ns" => namespaces = pairs().collect(),
            "var" => variables = pairs().collect(),
            _ => {
                let fields: Vec<_> = line.split(" ¦ ").map(|f| f.replace("\\n", "\n")).collect();
                let lookup = |name: &str| variables.get(name).map(|value| (*value).to_owned());
                check(&fields, &document_text, &namespaces, &lookup);
                cases += 1;
            }
        }
    }
    assert!(cases > 100, "{cases} cases read");
}

fn check(fields: &[String], document: &str, namespaces: &Namespaces, variables: Variables<'_>) {
    let expression = &fields[1];
    if fields[0] == "refused" {
        let result = XPath::compile(expression, namespaces);
        assert!(result.is_err(), "{expression} compiles");
        return;
    }
    let source = Source::from_text(document).expect("the table's documents are within limits");
    let document = source
        .document()
        .expect("the table's documents are well-formed");
    let xpath = XPath::compile(expression, namespaces).expect(expression);
    let engine = if fields[0] == "fast" {
        Engine::Fast
    } else {
        Engine::Full
    };
    assert_eq!(xpath.engine(), engine, "{expression}");
    assert_eq!(
        outcome(&xpath, &document, variables),
        fields[2..],
        "{expression}"
    );
    let full = XPath::compile_for(Engine::Full, expression, namespaces).expect(expression);
    assert_eq!(
        outcome(&full, &document, variables),
        fields[2..],
        "{expression} (full)"
    );
}

#[test]
fn string_values_of_all_items() {
    let source = Source::from_text("<r><a i='1'>x<b>y</b></a><a i='2'>&lt;</a></r>");
    let source = source.expect("within limits");
    let document = source.document().expect("well-formed");
    for (expression, expected) in [
        ("//a", &["xy", "<"][..]),
        ("//a/text()", &["x", "<"]),
        ("//@i", &["1", "2"]),
        ("count(//a)", &["2"]),
        ("//nothing", &[]),
    ] {
        let xpath = XPath::compile(expression, &Namespaces::default()).expect(expression);
        let strings = xpath.evaluate_strings(&document, &no_variables);
        assert_eq!(strings.expect(expression), expected, "{expression}");
    }
}

#[test]
fn whole_numbers() {
    let source = Source::from_text("<r><a> 42 </a><b>4.5</b><c/></r>").expect("within limits");
    let document = source.document().expect("well-formed");
    let integer = |expression: &str| {
        let xpath = XPath::compile(expression, &Namespaces::default()).expect(expression);
        xpath.evaluate_integer(&document, &no_variables)
    };
    assert_eq!(integer("//a"), Ok(Some(42)));
    assert_eq!(integer("count(//*)"), Ok(Some(4)));
    assert_eq!(integer("number(//a) + 1"), Ok(Some(43)));
    assert_eq!(integer("//nothing"), Ok(None));
    for (expression, value) in [("//b", "4.5"), ("//c", ""), ("5 div 2", "2.5")] {
        assert_eq!(
            integer(expression),
            Err(XPathError::NotInteger {
                expression: expression.into(),
                value: value.into()
            })
        );
    }
}

#[test]
fn errors_name_the_expression_and_the_cause() {
    let error = |expression: &str| {
        let namespaces: Namespaces = [("p", "urn:p")].into_iter().collect();
        XPath::compile(expression, &namespaces)
            .expect_err(expression)
            .to_string()
    };
    assert_eq!(
        error("//q:a"),
        "the XPath expression \"//q:a\" uses the prefix \"q\", which the flow's namespace mapping \
         does not declare"
    );
    assert_eq!(
        error("doc('x')"),
        "the XPath expression \"doc('x')\" uses doc(), which is not available"
    );
    assert_eq!(
        error("'a"),
        "the XPath expression \"'a\" cannot be compiled: a string or comment is not closed"
    );
    let syntax = error("//a/");
    assert!(syntax.contains("XPST0003"), "{syntax}");
    let long = error(&"/a".repeat(40_000));
    assert!(long.ends_with("has more than 65536 characters"), "{long}");
    assert!(long.len() < 400);
    let deep = error(&format!("1 + {}1{}", "(".repeat(13), ")".repeat(13)));
    assert!(
        deep.ends_with("has more than 12 levels of brackets"),
        "{deep}"
    );
    let many = error(&format!("1{}", "+1".repeat(300)));
    assert!(many.ends_with("has more than 500 tokens"), "{many}");
}

#[test]
fn the_full_engine_refuses_large_documents() {
    let text = format!("<a>{}</a>", "x".repeat(limits::XPATH_FULL_BYTES));
    let source = Source::from_text(text).expect("within limits");
    let document = source.document().expect("well-formed");
    let namespaces = Namespaces::default();
    let full = XPath::compile("string-length(/a)", &namespaces).expect("valid");
    let error = full
        .evaluate_string(&document, &no_variables)
        .expect_err("too large");
    assert!(
        matches!(error, XPathError::DocumentTooLarge { .. }),
        "{error}"
    );
    let fast = XPath::compile("boolean(/a)", &namespaces).expect("valid");
    assert_eq!(fast.evaluate_boolean(&document, &no_variables), Ok(true));
}

#[test]
fn expressions_are_shared_between_threads() {
    let xpath = XPath::compile("concat(/a, $x)", &Namespaces::default()).expect("valid");
    let results: Vec<_> = std::thread::scope(|scope| {
        let evaluate = || {
            let source = Source::from_text("<a>1</a>").expect("within limits");
            let document = source.document().expect("well-formed");
            xpath.evaluate_string(&document, &|name| Some(format!("-{name}")))
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(evaluate)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert_eq!(results, vec![Ok("1-x".to_owned()); 4]);
}
