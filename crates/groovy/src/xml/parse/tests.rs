use super::*;

const OPTIONS: Options = Options {
    namespaces: true,
    doctype: false,
    everything: false,
    blanks: false,
};

fn fault(text: &str) -> String {
    match parse(text, OPTIONS) {
        Ok(_) => "parsed".to_owned(),
        Err((fault, text)) => {
            let (line, column) = fault.place(&text);
            format!("{line}:{column} {}", fault.message)
        }
    }
}

const FAULTS: &[(&str, &str)] = &[
    (
        "<a>",
        "1:4 XML document structures must start and end within the same entity.",
    ),
    ("", "1:1 Premature end of file."),
    ("  ", "1:3 Premature end of file."),
    ("x", "1:1 Content is not allowed in prolog."),
    (
        "<a></b>",
        "1:6 The element type \"a\" must be terminated by the matching end-tag \"</a>\".",
    ),
    (
        "<a><b></a>",
        "1:9 The element type \"b\" must be terminated by the matching end-tag \"</b>\".",
    ),
    (
        "<a/><b/>",
        "1:6 The markup in the document following the root element must be well-formed.",
    ),
    ("<a/>x", "1:5 Content is not allowed in trailing section."),
    (
        "<a>&x;</a>",
        "1:7 The entity \"x\" was referenced, but not declared.",
    ),
    (
        "<a>&</a>",
        "1:5 The entity name must immediately follow the '&' in the entity reference.",
    ),
    (
        "<a>& b</a>",
        "1:5 The entity name must immediately follow the '&' in the entity reference.",
    ),
    (
        "<a>&x</a>",
        "1:6 The reference to entity \"x\" must end with the ';' delimiter.",
    ),
    (
        "<a b=\"1\" b=\"2\"/>",
        "1:17 Attribute \"b\" was already specified for element \"a\".",
    ),
    (
        "<n:a/>",
        "1:7 The prefix \"n\" for element \"n:a\" is not bound.",
    ),
    (
        "<a n:b=\"1\"/>",
        "1:13 The prefix \"n\" for attribute \"n:b\" associated with an element type \"a\" is not bound.",
    ),
    (
        "<a b=1/>",
        "1:6 Open quote is expected for attribute \"b\" associated with an  element type  \"a\".",
    ),
    (
        "<a b/>",
        "1:5 Attribute name \"b\" associated with an element type \"a\" must be followed by the ' = ' character.",
    ),
    (
        "<a b=\"1\"c=\"2\"/>",
        "1:9 Element type \"a\" must be followed by either attribute specifications, \">\" or \"/>\".",
    ),
    (
        "<a b=\"<\"/>",
        "1:7 The value of attribute \"b\" associated with an element type \"a\" must not contain the '<' character.",
    ),
    (
        "<a",
        "1:3 XML document structures must start and end within the same entity.",
    ),
    (
        "<a b=\"1",
        "1:8 XML document structures must start and end within the same entity.",
    ),
    (
        "<a b=\"1\"",
        "1:9 XML document structures must start and end within the same entity.",
    ),
    (
        "<1a/>",
        "1:2 The markup in the document preceding the root element must be well-formed.",
    ),
    (
        "<a>\u{1}</a>",
        "1:4 An invalid XML character (Unicode: 0x1) was found in the element content of the document.",
    ),
    (
        "<a b=\"\u{1}\"/>",
        "1:7 An invalid XML character (Unicode: 0x1) was found in the value of attribute \"b\" and element is \"a\".",
    ),
    (
        "<a>]]></a>",
        "1:7 The character sequence \"]]>\" must not appear in content unless used to mark the end of a CDATA section.",
    ),
    (
        "<a><!-- x -- y --></a>",
        "1:13 The string \"--\" is not permitted within comments.",
    ),
    (
        "<a><!-- x</a>",
        "1:14 XML document structures must start and end within the same entity.",
    ),
    (
        "<a><![CDATA[x</a>",
        "1:18 XML document structures must start and end within the same entity.",
    ),
    ("<?xml version=\"1.0\"?>", "1:22 Premature end of file."),
    (
        "\n<?xml version=\"1.0\"?><a/>",
        "2:6 The processing instruction target matching \"[xX][mM][lL]\" is not allowed.",
    ),
    (
        "<a><?xml version=\"1.0\"?></a>",
        "1:9 The processing instruction target matching \"[xX][mM][lL]\" is not allowed.",
    ),
    (
        "<a>&#0;</a>",
        "1:8 Character reference \"&#0\" is an invalid XML character.",
    ),
    (
        "<a>&#xZ;</a>",
        "1:7 A hexadecimal representation must immediately follow the \"&#x\" in a character reference.",
    ),
    (
        "<a>&#1;</a>",
        "1:8 Character reference \"&#1\" is an invalid XML character.",
    ),
    (
        "<a></a",
        "1:7 XML document structures must start and end within the same entity.",
    ),
    (
        "</a>",
        "1:2 The markup in the document preceding the root element must be well-formed.",
    ),
    (
        "<a xmlns:x=\"\"/>",
        "1:14 The value of the attribute \"prefix=\"xmlns\",localpart=\"x\",rawname=\"xmlns:x\"\" is invalid. Prefixed namespace bindings may not be empty.",
    ),
    (
        "<a xmlns:xml=\"u\"/>",
        "1:17 The prefix \"xml\" cannot be bound to any namespace other than its usual namespace; neither can the namespace for \"xml\" be bound to any prefix other than \"xml\".",
    ),
    (
        "<a>\n<b>\n</c></a>",
        "3:3 The element type \"b\" must be terminated by the matching end-tag \"</b>\".",
    ),
    ("{\"a\":1}", "1:1 Content is not allowed in prolog."),
    (
        "<a xmlns:x=\"u\" xmlns:y=\"u\" x:b=\"1\" y:b=\"2\"/>",
        "1:45 Attribute \"b\" bound to namespace \"u\" was already specified for element \"a\".",
    ),
    (
        "<a:b:c xmlns:a=\"u\"/>",
        "1:5 Element type \"a:b\" must be followed by either attribute specifications, \">\" or \"/>\".",
    ),
    (
        "< a/>",
        "1:2 The markup in the document preceding the root element must be well-formed.",
    ),
    (
        "<a><",
        "1:5 XML document structures must start and end within the same entity.",
    ),
    (
        "<a>&amp</a>",
        "1:8 The reference to entity \"amp\" must end with the ';' delimiter.",
    ),
    (
        "<a b=\"&x;\"/>",
        "1:10 The entity \"x\" was referenced, but not declared.",
    ),
    (
        "<a b=\"&\"/>",
        "1:8 The entity name must immediately follow the '&' in the entity reference.",
    ),
    (
        "<!DOCTYPE a><a/>",
        "1:10 DOCTYPE is disallowed when the feature \"http://apache.org/xml/features/disallow-doctype-decl\" set to true.",
    ),
    (
        "<?xml version=\"2.0\"?><a/>",
        "1:20 XML version \"2.0\" is not supported, only XML 1.0 is supported.",
    ),
    (
        "<a><b",
        "1:6 XML document structures must start and end within the same entity.",
    ),
    (
        "<a/",
        "1:4 XML document structures must start and end within the same entity.",
    ),
    (
        "<a/ >",
        "1:4 Element type \"a\" must be followed by either attribute specifications, \">\" or \"/>\".",
    ),
    (
        "<a x:y:z=\"1\"/>",
        "1:7 Attribute name \"x:y\" associated with an element type \"a\" must be followed by the ' = ' character.",
    ),
    (
        "<a:/>",
        "1:4 Element or attribute \"a:\" do not match QName production: QName::=(NCName:)?NCName.",
    ),
    (
        "<!-- c",
        "1:7 XML document structures must start and end within the same entity.",
    ),
    (
        "<?p x",
        "1:6 XML document structures must start and end within the same entity.",
    ),
    (
        "<![CDATA[x]]><a/>",
        "1:3 The markup in the document preceding the root element must be well-formed.",
    ),
    ("<a/><![CDATA[x]]>", "1:7 Comment must start with \"<!--\"."),
    (
        "<a/>&amp;",
        "1:5 Content is not allowed in trailing section.",
    ),
    ("&amp;<a/>", "1:2 Reference is not allowed in prolog."),
    (
        "<a b=\"1\" b=\"2\"></a>",
        "1:16 Attribute \"b\" was already specified for element \"a\".",
    ),
    (
        "<a><!x></a>",
        "1:6 The content of elements must consist of well-formed character data or markup.",
    ),
];

#[test]
fn faults_are_those_of_java() {
    for (text, expected) in FAULTS {
        assert_eq!(fault(text), *expected, "{text}");
    }
}

#[test]
fn text_is_kept_in_one_piece() {
    let tree = parse(
        "<a> <b>x&amp;<!-- c --><![CDATA[<y>]]>\r\nz</b> </a>",
        OPTIONS,
    );
    let tree = tree.map_err(|(fault, _)| fault).unwrap();
    assert_eq!(tree.nodes.len(), 3);
    assert_eq!(tree.text_of(1).as_str(), "x&<y>\nz");
    assert_eq!(tree.text_of(tree.root).as_str(), "x&<y>\nz");
}

#[test]
fn entities_of_the_document_are_bounded() {
    let options = Options {
        doctype: true,
        ..OPTIONS
    };
    let text = |document: &str| match parse(document, options) {
        Ok(tree) => tree.text_of(tree.root).as_str().to_owned(),
        Err((fault, _)) => fault.message.into_owned(),
    };
    assert_eq!(
        text("<!DOCTYPE a [<!ENTITY x \"y&#33;\">]><a>&x;</a>"),
        "y!"
    );
    let bomb = "<!DOCTYPE a [<!ENTITY x \"&x;&x;\">]><a>&x;</a>";
    assert!(text(bomb).starts_with("The parser has encountered more entity expansions"));
    let nested = format!("{}{}", "<a>".repeat(600), "</a>".repeat(600));
    assert_eq!(text(&nested), "Elements nest deeper than 500.");
}
