use super::super::AddedRoot;
use super::*;

fn settings(root: Option<&str>) -> JsonToXml {
    JsonToXml {
        added_root: root.map(|name| AddedRoot {
            name: name.into(),
            namespace: None,
        }),
        prefixes: Prefixes::default(),
    }
}

/// The result without its declaration, or what is wrong.
fn convert(json: &str, settings: &JsonToXml) -> String {
    match json_to_xml(json, settings) {
        Ok(xml) => xml
            .strip_prefix("<?xml version='1.0' encoding='UTF-8'?>")
            .expect("results begin with a declaration")
            .to_owned(),
        Err(JsonXmlError::Json { problem, .. }) => format!("error: {problem}"),
        Err(other) => format!("error: {other}"),
    }
}

#[test]
fn each_text_has_its_xml() {
    let cases = [
        (r#"{"a":{"b":"x"}}"#, "<a><b>x</b></a>"),
        (r#"{"a":{"i":[1,2]}}"#, "<a><i>1</i><i>2</i></a>"),
        (
            r#"{"a":{"i":[{"x":1},{"x":2}]}}"#,
            "<a><i><x>1</x></i><i><x>2</x></i></a>",
        ),
        (r#"{"a":{"i":[],"k":1}}"#, "<a><k>1</k></a>"),
        (r#"{"a":{"i":{},"k":"","l":null}}"#, "<a><i/><k/><l/></a>"),
        (r#"{"a":{"@id":"7","b":1}}"#, r#"<a id="7"><b>1</b></a>"#),
        (r#"{"a":{"@id":"7","$":"t"}}"#, r#"<a id="7">t</a>"#),
        (r#"{"a":{"@id":7,"@ok":true}}"#, r#"<a id="7" ok="true"/>"#),
        (
            r#"{"a":{"i":[[1,2],[3]]}}"#,
            "<a><i>1</i><i>2</i><i>3</i></a>",
        ),
        (r#"{"a":{"i":[null,"",{}]}}"#, "<a><i/><i/><i/></a>"),
        (r#"{"p:A":1}"#, "<p:A>1</p:A>"),
        (r#"{"a":1}"#, "<a>1</a>"),
        (r#"{"a":null}"#, "<a/>"),
        (r#"{"a":[1]}"#, "<a>1</a>"),
        (
            r#"{"a":{"n":1.50E+3,"m":-0}}"#,
            "<a><n>1.50E+3</n><m>-0</m></a>",
        ),
        (r#"{"a":{"b":1,"b":2}}"#, "<a><b>1</b><b>2</b></a>"),
        (r#"{"a":{"b":1,"$":"t","c":2}}"#, "<a><b>1</b>t<c>2</c></a>"),
        (r#"{"a":{"$":null}}"#, "<a/>"),
        (r#"{"a":"<&>\r\n\""}"#, "<a>&lt;&amp;&gt;&#13;\n\"</a>"),
        (
            r#"{"a":{"@b":"<&>'\t\n\""}}"#,
            "<a b=\"&lt;&amp;&gt;&apos;&#9;&#10;&quot;\"/>",
        ),
        (r#"{"größe":"ä"}"#, "<größe>ä</größe>"),
        (r#"{"a":{"@p:id":1}}"#, r#"<a p:id="1"/>"#),
    ];
    for (json, xml) in cases {
        assert_eq!(convert(json, &settings(None)), xml, "{json}");
    }
}

#[test]
fn each_text_has_its_xml_below_an_added_root() {
    let cases = [
        (r#"{"a":1,"b":true}"#, "<root><a>1</a><b>true</b></root>"),
        (r#"{"a":{"b":"x"}}"#, "<root><a><b>x</b></a></root>"),
        (
            r#"{"a":[1,{"b":2}]}"#,
            "<root><a>1</a><a><b>2</b></a></root>",
        ),
        (r"{}", "<root/>"),
    ];
    for (json, xml) in cases {
        assert_eq!(convert(json, &settings(Some("root"))), xml, "{json}");
    }
}

#[test]
fn what_has_no_xml_form() {
    let second =
        |name: &str| format!("{name:?} would be a second root element: add a root element");
    let no_root = "the object has no member that could become the root element: add a root element";
    let array = "the outermost value is an array: put it into an object, as in {\"Records\":[…]}";
    let cases = [
        (None, r#"{"a":1,"b":2}"#, second("b")),
        (None, r#"{"a":[1,2]}"#, second("a")),
        (None, r"{}", no_root.to_owned()),
        (None, r#"{"a":[]}"#, no_root.to_owned()),
        (None, r#"[{"a":1}]"#, array.to_owned()),
        (Some("root"), r#"[{"a":1}]"#, array.to_owned()),
        (
            Some("root"),
            "5",
            "the outermost value is not an object".to_owned(),
        ),
        (None, r#"{"a":{"b":1,"@id":"7"}}"#, attribute_late()),
        (None, r#"{"a":{"$":"t","@id":"7"}}"#, attribute_late()),
        (None, r#"{"@id":1,"b":2}"#, attribute_of_root()),
        (Some("root"), r#"{"@id":1,"b":2}"#, attribute_of_root()),
        (
            Some("root"),
            r#"{"$":1}"#,
            "a member \"$\" cannot be text of the root element".to_owned(),
        ),
        (
            None,
            r#"{"a":{"@id":null}}"#,
            "the attribute \"@id\" is null".to_owned(),
        ),
        (
            None,
            r#"{"a":{"@id":{}}}"#,
            "an attribute or text cannot be an object".to_owned(),
        ),
        (
            None,
            r#"{"a":{"$":[1]}}"#,
            "an attribute or text cannot be an array".to_owned(),
        ),
        (
            None,
            r#"{"a":{"@b":1,"@b":2}}"#,
            "the attribute \"@b\" is given twice".to_owned(),
        ),
        (
            None,
            r#"{"a":"\u0000"}"#,
            "the character U+0000 cannot occur in XML".to_owned(),
        ),
        (None, r#"{"a":}"#, "expected a value, found '}'".to_owned()),
    ];
    for (root, json, problem) in cases {
        assert_eq!(
            convert(json, &settings(root)),
            format!("error: {problem}"),
            "{json}"
        );
    }
}

fn attribute_late() -> String {
    "the attribute \"@id\" must come before all other members of its object".to_owned()
}

fn attribute_of_root() -> String {
    "the member \"@id\" cannot be an attribute of the root element".to_owned()
}

#[test]
fn names_must_be_legal() {
    let names = [
        "a b", "a/b", "1a", "", "-a", "xml", "XMLthing", "a:b:c", ":a", "a:", "a:1", "p:xmlA", "@",
        "@1",
    ];
    for name in names {
        let json = format!("{{\"r\":{{{name:?}:1}}}}");
        let result = convert(&json, &settings(None));
        assert!(
            result.ends_with("is not a legal XML name"),
            "{json}: {result}"
        );
    }
}

#[test]
fn prefixes() {
    let with = |enabled: bool, mapping: &[(&str, &str)], separator: &str| JsonToXml {
        added_root: None,
        prefixes: Prefixes {
            enabled,
            mapping: mapping
                .iter()
                .map(|(p, u)| ((*p).to_owned(), (*u).to_owned()))
                .collect(),
            separator: separator.into(),
        },
    };
    let p = [("p", "urn:x")];
    let cases = [
        (with(false, &[], ":"), r#"{"p:A":1}"#, "<A>1</A>"),
        (
            with(false, &p, ":"),
            r#"{"p:A":{"@p:b":1}}"#,
            r#"<A b="1"/>"#,
        ),
        (with(false, &[], "|"), r#"{"p|A":1}"#, "<A>1</A>"),
        (
            with(true, &p, ":"),
            r#"{"p:A":{"p:b":1}}"#,
            r#"<p:A xmlns:p="urn:x"><p:b>1</p:b></p:A>"#,
        ),
        (
            with(true, &p, "|"),
            r#"{"p|A":{"@p|b":1}}"#,
            r#"<p:A xmlns:p="urn:x" p:b="1"/>"#,
        ),
        (
            with(true, &p, "."),
            r#"{"q.A":1}"#,
            r#"<q.A xmlns:p="urn:x">1</q.A>"#,
        ),
        (
            with(true, &p, ":"),
            r#"{"A":1}"#,
            r#"<A xmlns:p="urn:x">1</A>"#,
        ),
        (
            with(true, &[("p", "urn:x"), ("q", "urn:\"y\"")], ":"),
            r#"{"q:A":1}"#,
            r#"<q:A xmlns:p="urn:x" xmlns:q="urn:&quot;y&quot;">1</q:A>"#,
        ),
        (
            with(false, &[], ":"),
            r#"{"p:q:A":1}"#,
            "error: the member name \"q:A\" is not a legal XML name",
        ),
    ];
    for (settings, json, xml) in cases {
        assert_eq!(convert(json, &settings), xml, "{json}");
    }
    let bad = with(true, &[("1", "urn:x")], ":");
    assert!(convert("{}", &bad).contains("the namespace mapping \"1\" to \"urn:x\" is not usable"));
}

#[test]
fn the_added_root_has_a_namespace() {
    let with = |name: &str, namespace: Option<&str>, mapping: &[(&str, &str)]| JsonToXml {
        added_root: Some(AddedRoot {
            name: name.into(),
            namespace: namespace.map(str::to_owned),
        }),
        prefixes: Prefixes {
            mapping: mapping
                .iter()
                .map(|(p, u)| ((*p).to_owned(), (*u).to_owned()))
                .collect(),
            ..Prefixes::default()
        },
    };
    let p = [("p", "urn:x")];
    let cases = [
        (
            with("r", Some("urn:x"), &p),
            r#"<p:r xmlns:p="urn:x"><a>1</a></p:r>"#,
        ),
        (
            with("r", Some("urn:y"), &[]),
            r#"<ns0:r xmlns:ns0="urn:y"><a>1</a></ns0:r>"#,
        ),
        (
            with("q:r", Some("urn:x"), &p),
            r#"<q:r xmlns:p="urn:x" xmlns:q="urn:x"><a>1</a></q:r>"#,
        ),
        (
            with("p:r", None, &p),
            r#"<p:r xmlns:p="urn:x"><a>1</a></p:r>"#,
        ),
        (with("r", Some(""), &[]), "<r><a>1</a></r>"),
    ];
    for (settings, xml) in cases {
        assert_eq!(convert(r#"{"a":1}"#, &settings), xml);
    }
    for name in ["p:r", "1", "a b", ""] {
        let result = convert(r#"{"a":1}"#, &with(name, None, &[]));
        assert!(
            result.contains("the added root element"),
            "{name}: {result}"
        );
    }
}

#[test]
fn errors_say_where() {
    let error = json_to_xml("{\"a\": {\n  \"b c\": 1}}", &JsonToXml::default());
    assert_eq!(
        error.expect_err("the name has a blank").to_string(),
        "the member name \"b c\" is not a legal XML name: \
         line 2, column 3 (byte 10)"
    );
}
