use super::*;
use crate::Source;

/// Whether the scan and the parser both accept a document, as they must when it is well-formed.
fn accepts(text: &str) -> bool {
    Source::from_text(text).is_ok_and(|source| source.document().is_ok())
}

#[test]
fn depth() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(accepts(&nested(limits::XML_DEPTH)));
    assert!(accepts(&format!("<a>{}</a>", "<b></b><c/>".repeat(2_000))));
    assert_eq!(
        check(&nested(limits::XML_DEPTH + 1)),
        Err(XmlError::TooDeep {
            limit: limits::XML_DEPTH,
            position: Position {
                byte: 1_500,
                line: 1,
                column: 1_501
            }
        })
    );
    let empty_is_a_level_too = format!(
        "{}<b/>{}",
        "<a>".repeat(limits::XML_DEPTH),
        "</a>".repeat(limits::XML_DEPTH)
    );
    assert!(matches!(
        check(&empty_is_a_level_too),
        Err(XmlError::TooDeep { .. })
    ));
}

#[test]
fn attributes() {
    let element = |count: usize| {
        let attributes: String = (0..count).map(|n| format!(" a{n}='>'")).collect();
        format!("<r>\n<e{attributes}/></r>")
    };
    assert!(accepts(&element(limits::XML_ATTRIBUTES)));
    assert_eq!(
        check(&element(limits::XML_ATTRIBUTES + 1)),
        Err(XmlError::TooManyAttributes {
            limit: limits::XML_ATTRIBUTES,
            position: Position {
                byte: 4,
                line: 2,
                column: 1
            }
        })
    );
    let many_elements = format!("<r>{}</r>", element(limits::XML_ATTRIBUTES).repeat(300));
    assert!(matches!(
        check(&many_elements),
        Err(XmlError::TooDense { .. })
    ));
}

#[test]
fn namespaces() {
    let declare = |from: usize, count: usize| -> String {
        (from..from + count)
            .map(|n| format!(" xmlns:n{n}=\"u\""))
            .collect()
    };
    let limit = limits::XML_NAMESPACES;
    let both = |inner: usize| {
        format!(
            "<a{}><b{}/></a>",
            declare(0, limit - 9),
            declare(limit, inner)
        )
    };
    assert!(accepts(&both(9)));
    assert!(matches!(
        check(&both(10)),
        Err(XmlError::TooManyNamespaces { .. })
    ));
    assert!(
        accepts(&format!("<r>{}</r>", both(9).repeat(2))),
        "siblings do not add up"
    );
    let copies = format!(
        "<a{}>{}</a>",
        declare(0, 250),
        "<b xmlns:p='u'/>".repeat(100_000)
    );
    assert!(matches!(check(&copies), Err(XmlError::TooDense { .. })));
    let usual = format!(
        "<a{}>{}</a>",
        declare(0, 10),
        "<b xmlns:p='u' c='1'/>".repeat(100_000)
    );
    assert!(accepts(&usual));
}

#[test]
fn doctype_is_refused() {
    let cases = [
        ("<!DOCTYPE a><a/>", 0),
        (
            "<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
            22,
        ),
        (
            "<!-- <!DOCTYPE b> --><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            21,
        ),
    ];
    for (text, byte) in cases {
        match check(text) {
            Err(XmlError::Doctype { position }) => assert_eq!(position.byte, byte, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in [
        "<a><!-- <!DOCTYPE a> --></a>",
        "<a><![CDATA[<!DOCTYPE a>]]></a>",
        "<a b='<!'/>",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
    assert_eq!(
        check("<!DOCTYPE a><a/>").expect_err("refused").to_string(),
        "a DOCTYPE is not allowed: line 1, column 1 (byte 0); remove the document type declaration"
    );
}

#[test]
fn what_looks_like_markup_is_not_counted() {
    let many = "<x>".repeat(1_000);
    for text in [
        format!("<a><!-- {many} --></a>"),
        format!("<a><![CDATA[{many}]]></a>"),
        format!("<a><?pi {many}?></a>"),
    ] {
        assert!(accepts(&text));
    }
}

#[test]
fn malformed_text_is_left_to_the_parser() {
    for text in [
        "",
        "<",
        "<a",
        "<a b='",
        "<!--",
        "<![CDATA[",
        "<?",
        "</",
        "<!x",
        "a",
        "</a></b>",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
        assert!(!accepts(text), "{text}");
    }
    let source = Source::from_text("<a>\n<b></a>").expect("within limits");
    let error = source.document();
    assert_eq!(
        error.expect_err("not well-formed").to_string(),
        "the document is not well-formed XML: expected 'b' tag, not 'a' at 2:4"
    );
}

#[test]
fn size() {
    let text = " ".repeat(limits::XML_BYTES + 1);
    let error = XmlError::TooLarge {
        bytes: limits::XML_BYTES + 1,
        limit: limits::XML_BYTES,
    };
    assert_eq!(
        Source::from_bytes(text.as_bytes()).expect_err("too large"),
        error
    );
    assert_eq!(Source::from_text(text).expect_err("too large"), error);
}
