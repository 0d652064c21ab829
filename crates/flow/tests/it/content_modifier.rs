//! Content Modifiers: row types, encodings, deletions, bodies.

use lockgate_flow::plan::{BodySource, ContentModifier, Datatype, Row, StepSpec, ValueSource};

use crate::draft::{Draft, row};

fn modifier(pairs: &[(&str, &str)]) -> ContentModifier {
    modifier_of(&Draft::new().activity("A", "Enricher", pairs))
}

fn modifier_of(draft: &Draft) -> ContentModifier {
    match draft.first() {
        StepSpec::ContentModifier(modifier) => modifier,
        other => panic!("{other:?}"),
    }
}

/// A row in short.
fn show(row: &Row) -> String {
    match row {
        Row::Create {
            name,
            source,
            datatype,
        } => format!("{name} = {} as {datatype:?}", show_source(source)),
        Row::Delete { name } => format!("delete {name}"),
        Row::DeleteMatching { include, exclude } => format!("delete {include:?} but {exclude:?}"),
    }
}

fn show_source(source: &ValueSource) -> String {
    match source {
        ValueSource::Constant(text) => format!("constant {text:?}"),
        ValueSource::Header(name) => format!("header {name:?}"),
        ValueSource::Property(name) => format!("property {name:?}"),
        ValueSource::XPath(xpath) => format!("xpath {xpath}"),
        ValueSource::Expression(template) => format!("expression {}", template.source),
        ValueSource::LocalVariable { name, default } => {
            format!("local {} {default:?}", name.source)
        }
        ValueSource::GlobalVariable { name, default } => {
            format!("global {} {default:?}", name.source)
        }
        ValueSource::NumberRange { name, correlation } => {
            let correlation = correlation
                .as_ref()
                .map(|template| template.source.as_str());
            format!("range {name} {correlation:?}")
        }
    }
}

#[test]
fn every_row_type_is_read() {
    for (kind, value, default, expected) in [
        (
            "constant",
            "${not evaluated}",
            "",
            "n = constant \"${not evaluated}\" as Unspecified",
        ),
        (
            "external parameter",
            "v",
            "",
            "n = constant \"v\" as Unspecified",
        ),
        ("header", "H", "", "n = header \"H\" as Unspecified"),
        ("property", "P", "", "n = property \"P\" as Unspecified"),
        ("xpath", " //a/text() ", "", "n = xpath //a/text() as Text"),
        ("expression", "500", "", "n = expression 500 as Unspecified"),
        (
            "expression",
            "a${body}",
            "",
            "n = expression a${body} as Unspecified",
        ),
        (
            "persisted variables",
            "V",
            "d",
            "n = local V Some(\"d\") as Unspecified",
        ),
        (
            "global persisted variables",
            "V",
            "",
            "n = global V None as Unspecified",
        ),
        ("numberRange", "R", "", "n = range R None as Unspecified"),
        (
            "numberRange",
            "R:${header.x}",
            "",
            "n = range R Some(\"${header.x}\") as Unspecified",
        ),
    ] {
        let table = row(&[
            ("Action", "Create"),
            ("Type", kind),
            ("Value", value),
            ("Default", default),
            ("Name", "n"),
            ("Datatype", ""),
        ]);
        for key in ["headerTable", "propertyTable"] {
            let modifier = modifier(&[(key, &table)]);
            let rows = if key == "headerTable" {
                modifier.headers
            } else {
                modifier.properties
            };
            assert_eq!(rows.iter().map(show).collect::<Vec<_>>(), [expected]);
        }
    }
}

#[test]
fn java_types_are_known_and_misspelt_ones_mean_text() {
    for (name, expected) in [
        ("", Datatype::Unspecified),
        ("java.lang.Object", Datatype::Unspecified),
        ("java.lang.String", Datatype::Text),
        ("String", Datatype::Text),
        ("java.lang.Integer", Datatype::Integer),
        ("java.lang.Long", Datatype::Integer),
        ("java.lang.Boolean", Datatype::Boolean),
        ("org.w3c.dom.Node", Datatype::Node),
        ("org.w3c.dom.Document", Datatype::Node),
        ("org.w3c.dom.NodeList", Datatype::NodeList),
        ("byte[]", Datatype::Bytes),
        ("java.Lang.Integer", Datatype::Text),
        ("util.java.String", Datatype::Text),
        ("java.land.String", Datatype::Text),
    ] {
        // Cells are found by id, in whatever order they stand.
        let table = row(&[
            ("Datatype", name),
            ("Name", "n"),
            ("Value", "v"),
            ("Type", "expression"),
            ("Action", "Create"),
        ]);
        let modifier = modifier(&[("headerTable", &table)]);
        assert!(
            matches!(&modifier.headers[0], Row::Create { datatype, .. } if *datatype == expected),
            "{name}: {:?}",
            modifier.headers
        );
    }
}

#[test]
fn deletions_carry_their_target_behind_a_prefix() {
    for (name, expected) in [
        ("$name=foo", "delete foo"),
        ("foo", "delete foo"),
        ("$name=$name=X", "delete $name=X"),
        ("$include=*", "delete [\"*\"] but []"),
        ("$include=x-*", "delete [\"x-*\"] but []"),
        (
            "$include=*,$exclude=sap_*",
            "delete [\"*\"] but [\"sap_*\"]",
        ),
        (
            "$include=a*,b,$exclude=ab, ac",
            "delete [\"a*\", \"b\"] but [\"ab\", \"ac\"]",
        ),
    ] {
        let table = row(&[("Action", "Delete"), ("Type", "constant"), ("Name", name)]);
        let modifier = modifier(&[("headerTable", &table)]);
        assert_eq!(show(&modifier.headers[0]), expected);
    }
}

#[test]
fn the_body_is_constant_or_expression_or_left_alone() {
    let body = |pairs: &[(&str, &str)]| modifier(pairs).body;
    assert!(body(&[("bodyType", "constant"), ("wrapContent", "")]).is_none());
    assert!(body(&[("bodyType", "constant")]).is_none());
    for (kind, constant) in [("constant", true), ("expression", false)] {
        let body = body(&[("bodyType", kind), ("wrapContent", "a\\n ")]).unwrap();
        assert_eq!(
            matches!(&body, BodySource::Constant(text) if text == "a\\n "),
            constant
        );
    }
    let absent = body(&[("wrapContent", "${body}")]).unwrap();
    assert!(matches!(absent, BodySource::Expression(_)));
}

#[test]
fn values_for_cells_are_stored_escaped_once_more() {
    let cell = |value: &str| row(&[("Type", "constant"), ("Name", "n"), ("Value", value)]);
    let draft = |value: &str| {
        Draft::new()
            .activity("A", "Enricher", &[("headerTable", &cell(value))])
            .parameter("escaped=a &lt; &apos;b&apos;")
            .parameter("raw=a < b")
            .parameter("<TIMEOUT>=5")
            .parameter("Path=/a[@id \\= &apos;7&apos;]")
    };
    for (value, expected) in [
        ("{{escaped}}", "a < 'b'"),
        ("{{raw}}", "a < b"),
        ("{{<TIMEOUT>}}s", "5s"),
        ("{{Path}}", "/a[@id = '7']"),
        ("&lt;{{raw}}", "&lt;a < b"),
        ("line\nfeed", "line\nfeed"),
    ] {
        let modifier = modifier_of(&draft(value));
        let expected = format!("n = constant {expected:?} as Unspecified");
        assert_eq!(show(&modifier.headers[0]), expected, "{value}");
    }
}

#[test]
fn a_table_that_is_a_parameter_holds_raw_rows() {
    let table = row(&[("Type", "constant"), ("Name", "n"), ("Value", "a&b")]);
    let draft = Draft::new()
        .activity("A", "Enricher", &[("propertyTable", "{{Rows}}")])
        .parameter(&format!(
            "Rows={}",
            table.replace('=', "\\=").replace(':', "\\:")
        ));
    let modifier = modifier_of(&draft);
    assert_eq!(
        show(&modifier.properties[0]),
        "n = constant \"a&b\" as Unspecified"
    );
}

#[test]
fn a_plain_value_is_not_unescaped() {
    let draft = Draft::new()
        .activity(
            "A",
            "Enricher",
            &[("bodyType", "constant"), ("wrapContent", "<a>{{p}}</a>")],
        )
        .parameter("p=&lt;b/> & c");
    let body = modifier_of(&draft).body.unwrap();
    assert!(matches!(body, BodySource::Constant(text) if text == "<a>&lt;b/> & c</a>"));
}

#[test]
fn rows_of_old_exports_are_one_property_each() {
    let cell = |name: &str, kind: &str, value: &str| {
        format!("Name:=:{name}:;Type:=:{kind}:;Datatype:=::;Value:=:{value}:;Default:=:")
    };
    let draft = Draft::new()
        .activity(
            "A",
            "Enricher",
            &[
                ("property_10", &cell("last", "expression", "a:b=c")),
                ("property_2", &cell("first", "constant", "{{&lt;p&gt;}}")),
                ("HEADER_0", &cell("Content-Type", "constant", "*")),
                ("wrapContent", ""),
            ],
        )
        .parameter("<p>=x &lt; y");
    let modifier = modifier_of(&draft);
    let shown: Vec<_> = modifier.properties.iter().map(show).collect();
    assert_eq!(
        shown,
        [
            "first = constant \"x < y\" as Unspecified",
            "last = expression a:b=c as Unspecified"
        ]
    );
    assert_eq!(
        show(&modifier.headers[0]),
        "Content-Type = constant \"*\" as Unspecified"
    );
}

#[test]
fn broken_rows_are_reported_all_at_once() {
    let table = [
        row(&[
            ("Action", "Create"),
            ("Type", "constant"),
            ("Name", ""),
            ("Value", "v"),
        ]),
        row(&[
            ("Action", "Create"),
            ("Type", "magic"),
            ("Name", "m"),
            ("Value", "v"),
        ]),
        row(&[("Action", "Move"), ("Name", "m")]),
        row(&[
            ("Action", "Create"),
            ("Type", "expression"),
            ("Name", "e"),
            ("Value", "${nope}"),
        ]),
        row(&[
            ("Action", "Create"),
            ("Type", "xpath"),
            ("Name", "x"),
            ("Value", "//a["),
        ]),
        row(&[
            ("Action", "Create"),
            ("Type", "constant"),
            ("Name", "a${header.b}"),
            ("Value", "v"),
        ]),
    ]
    .concat();
    let pairs = [
        ("headerTable", table.as_str()),
        ("propertyTable", "<row>"),
        ("bodyType", "x"),
        ("wrapContent", "b"),
    ];
    let errors = Draft::new().activity("A", "Enricher", &pairs).errors();
    let starts = [
        "LG-F0403 A: headerTable: a row's name must not be an expression: 'a${header.b}'",
        "LG-F0404 A: headerTable has a row 'm' of the unknown type 'magic'",
        "LG-F0404 A: headerTable has a row whose action is neither Create nor Delete",
        "LG-F0404 A: headerTable has a row without a name",
        "LG-F0501 A: headerTable: unknown function '${nope}' at character 3",
        "LG-F0503 A: headerTable: ",
        "LG-F0405 A: propertyTable: the table is not a sequence of rows: ",
        "LG-F0404 A: bodyType must be constant or expression",
    ];
    assert_eq!(errors.len(), starts.len(), "{errors:#?}");
    for (error, start) in errors.iter().zip(starts) {
        assert!(error.starts_with(start), "{error}");
    }
}
