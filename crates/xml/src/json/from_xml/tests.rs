use super::*;
use crate::Source;

fn convert(xml: &str, settings: &XmlToJson) -> String {
    let source = Source::from_text(xml).expect("within limits");
    let document = source.document().expect("well-formed");
    xml_to_json(&document, settings).unwrap_or_else(|error| error.to_string())
}

fn plain() -> XmlToJson {
    XmlToJson::default()
}

fn streaming(paths: &[&str]) -> XmlToJson {
    XmlToJson {
        streaming: Some(StreamingArrays::Paths(
            paths.iter().map(|p| (*p).to_owned()).collect(),
        )),
        ..XmlToJson::default()
    }
}

#[test]
fn each_document_has_its_json() {
    let same = None;
    let cases = [
        ("<r><a>1</a></r>", r#"{"r":{"a":"1"}}"#, same),
        ("<r><b>1</b><b>2</b></r>", r#"{"r":{"b":["1","2"]}}"#, same),
        (
            "<r><b>1</b></r>",
            r#"{"r":{"b":"1"}}"#,
            Some(r#"{"r":{"b":["1"]}}"#),
        ),
        (
            "<r><c>1</c><c>2</c></r>",
            r#"{"r":{"c":["1","2"]}}"#,
            Some(r#"{"r":{"c":"1","c":"2"}}"#),
        ),
        (
            "<r><b>1</b><c/><b>2</b></r>",
            r#"{"r":{"b":["1","2"],"c":""}}"#,
            Some(r#"{"r":{"b":["1"],"c":"","b":["2"]}}"#),
        ),
        ("<r><a/></r>", r#"{"r":{"a":""}}"#, same),
        ("<r><a> </a></r>", r#"{"r":{"a":" "}}"#, same),
        (
            "<r id=\"7\"><a>1</a></r>",
            r#"{"r":{"@id":"7","a":"1"}}"#,
            same,
        ),
        ("<a id=\"7\">t</a>", r#"{"a":{"@id":"7","$":"t"}}"#, same),
        ("<a id=\"7\"/>", r#"{"a":{"@id":"7"}}"#, same),
        (
            "<a>x<b>y</b>z</a>",
            r#"{"a":{"b":"y","$":"xz"}}"#,
            Some(r#"{"a":{"$":"x","b":"y","$":"z"}}"#),
        ),
        (
            "<r>\n  <a>1</a>\n  <b/><b/>\n</r>",
            r#"{"r":{"a":"1","b":["",""]}}"#,
            same,
        ),
        (
            "<r><!--c--><?pi?><a>1<!--c-->2<![CDATA[<3>]]></a></r>",
            r#"{"r":{"a":"12<3>"}}"#,
            same,
        ),
        (
            "<r><a>\"\\/&#9;&#10;&#13;ä</a></r>",
            r#"{"r":{"a":"\"\\/\t\n\rä"}}"#,
            same,
        ),
        ("<r/>", r#"{"r":""}"#, same),
    ];
    for (xml, json, streamed) in cases {
        assert_eq!(convert(xml, &plain()), json, "{xml}");
        assert_eq!(
            convert(xml, &streaming(&["/r/b"])),
            streamed.unwrap_or(json),
            "{xml}, streaming"
        );
    }
}

#[test]
fn the_root_can_be_suppressed() {
    let cases = [
        ("<r><a>1</a></r>", r#"{"a":"1"}"#),
        ("<r>v</r>", r#""v""#),
        ("<r/>", r#""""#),
        ("<r><b>1</b><b>2</b></r>", r#"{"b":["1","2"]}"#),
    ];
    for (xml, json) in cases {
        for settings in [plain(), streaming(&["r/b"])] {
            let settings = XmlToJson {
                suppress_root: true,
                ..settings
            };
            assert_eq!(convert(xml, &settings), json, "{xml}");
        }
    }
}

#[test]
fn listed_paths_become_arrays() {
    let cases: [(&[&str], &str, &str); 6] = [
        (
            &["r/a/b"],
            "<r><a><b>1</b></a><b>2</b></r>",
            r#"{"r":{"a":{"b":["1"]},"b":"2"}}"#,
        ),
        (
            &["/r/b"],
            "<r><a><b>1</b></a><b>2</b></r>",
            r#"{"r":{"a":{"b":"1"},"b":["2"]}}"#,
        ),
        (
            &["r/a", "r/a/b"],
            "<r><a><b>1</b></a><a/></r>",
            r#"{"r":{"a":[{"b":["1"]},""]}}"#,
        ),
        (&["r"], "<r><a>1</a></r>", r#"{"r":[{"a":"1"}]}"#),
        (&["b", "x/b", ""], "<r><b>1</b></r>", r#"{"r":{"b":"1"}}"#),
        (
            &["r/b"],
            "<r><b>1</b> <!-- --> <b>2</b>t<b>3</b></r>",
            r#"{"r":{"b":["1","2"],"$":"t","b":["3"]}}"#,
        ),
    ];
    for (paths, xml, json) in cases {
        assert_eq!(convert(xml, &streaming(paths)), json, "{xml}");
    }
    let all = XmlToJson {
        streaming: Some(StreamingArrays::All),
        ..plain()
    };
    assert_eq!(convert("<r><a>x</a></r>", &all), r#"{"r":[{"a":["x"]}]}"#);
    assert_eq!(
        convert("<r><a>x</a><a>y</a></r>", &all),
        r#"{"r":[{"a":["x","y"]}]}"#
    );
    let suppressed = XmlToJson {
        suppress_root: true,
        ..all
    };
    assert_eq!(convert("<r><a>x</a></r>", &suppressed), r#"{"a":["x"]}"#);
}

#[test]
fn prefixes() {
    let with = |enabled: bool, mapping: &[(&str, &str)], separator: &str| XmlToJson {
        prefixes: Prefixes {
            enabled,
            mapping: mapping
                .iter()
                .map(|(p, u)| ((*p).to_owned(), (*u).to_owned()))
                .collect(),
            separator: separator.into(),
        },
        ..plain()
    };
    let xml = r#"<o:r xmlns:o="urn:o" xml:lang="de" o:k="1"><o:a>1</o:a><b>2</b></o:r>"#;
    let cases = [
        (
            with(true, &[], ":"),
            r#"{"o:r":{"@xml:lang":"de","@o:k":"1","o:a":"1","b":"2"}}"#,
        ),
        (
            with(true, &[("p", "urn:o")], ":"),
            r#"{"p:r":{"@xml:lang":"de","@p:k":"1","p:a":"1","b":"2"}}"#,
        ),
        (
            with(true, &[("p", "urn:o")], "|"),
            r#"{"p|r":{"@xml|lang":"de","@p|k":"1","p|a":"1","b":"2"}}"#,
        ),
        (
            with(false, &[("p", "urn:o")], ":"),
            r#"{"r":{"@lang":"de","@k":"1","a":"1","b":"2"}}"#,
        ),
    ];
    for (settings, json) in cases {
        assert_eq!(convert(xml, &settings), json);
    }
    assert_eq!(
        convert("<root:root xmlns:root='urn:r'/>", &plain()),
        r#"{"root:root":""}"#
    );

    let default = r#"<r xmlns="urn:o"><a>1</a></r>"#;
    assert_eq!(
        convert(default, &plain()),
        "the element \"r\" is in the default namespace \"urn:o\", which is not \
         mapped to a prefix: map it, or turn namespaces off: line 1, column 1 (byte 0)"
    );
    assert_eq!(
        convert(default, &with(false, &[], ":")),
        r#"{"r":{"a":"1"}}"#
    );
    assert_eq!(
        convert(default, &with(true, &[("p", "urn:o")], ":")),
        r#"{"p:r":{"p:a":"1"}}"#
    );
    assert_eq!(
        convert(default, &streaming(&["r/a"])),
        r#"{"r":{"a":["1"]}}"#
    );

    let mapped = XmlToJson {
        prefixes: with(true, &[("p", "urn:o")], ":").prefixes,
        ..streaming(&["p:r/p:a", "p:r/b"])
    };
    assert_eq!(convert(default, &mapped), r#"{"p:r":{"p:a":["1"]}}"#);
    let written = streaming(&["o:r/o:a"]);
    assert!(convert(xml, &written).contains(r#""o:a":["1"]"#));
}
