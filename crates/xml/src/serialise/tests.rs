use super::*;
use crate::Source;

/// Serialises the first element of a name, and checks that the text stands alone.
fn first(xml: &str, name: &str) -> String {
    let source = Source::from_text(xml).expect("within limits");
    let document = source.document().expect("well-formed");
    let element = document
        .tree()
        .descendants()
        .find(|n| n.tag_name().name() == name);
    let element = element.expect("the element is there");
    let text = node(element);
    let copy = Source::from_text(text.as_str()).expect("within limits");
    let copy = copy.document().expect("the text stands alone");
    assert_eq!(copy.tree().root_element().tag_name(), element.tag_name());
    text
}

#[test]
fn elements_are_copied_as_written() {
    let cases = [
        (
            "<r><a  k = '1' >x<![CDATA[<]]>&#65;<b/></a></r>",
            "<a  k = '1' >x<![CDATA[<]]>&#65;<b/></a>",
        ),
        ("<r><a/></r>", "<a/>"),
        ("<r xmlns:p='u'><a>t</a></r>", "<a>t</a>"),
        ("<r xmlns='u'><a xmlns=''/></r>", "<a xmlns=''/>"),
        (
            "<r xmlns:p='u'><a xmlns:p='u'><p:b/></a></r>",
            "<a xmlns:p='u'><p:b/></a>",
        ),
        (
            "<r xmlns:p='u'><a xmlns:p='v'><p:b/></a></r>",
            "<a xmlns:p='v'><p:b/></a>",
        ),
    ];
    for (xml, text) in cases {
        assert_eq!(first(xml, "a"), text, "{xml}");
    }
}

#[test]
fn inherited_namespaces_are_declared() {
    let cases = [
        ("<r xmlns='u'><a/></r>", r#"<a xmlns="u"/>"#),
        ("<p:r xmlns:p='u'><p:a/></p:r>", r#"<p:a xmlns:p="u"/>"#),
        (
            "<p:r xmlns:p='u' xmlns:q='v'><a><p:b/></a></p:r>",
            r#"<a xmlns:p="u"><p:b/></a>"#,
        ),
        (
            "<r xmlns:p='u'><a p:k='1'/></r>",
            r#"<a xmlns:p="u" p:k='1'/>"#,
        ),
        (
            "<r xmlns:p='u'><a t='p:T'/></r>",
            r#"<a xmlns:p="u" t='p:T'/>"#,
        ),
        ("<r xmlns:p='u'><a>p:T</a></r>", r#"<a xmlns:p="u">p:T</a>"#),
        (
            "<r xmlns:p='u&amp;\"'><p:a/></r>",
            r#"<p:a xmlns:p="u&amp;&quot;"/>"#,
        ),
        (
            "<r xmlns:p='u'><a k=' xmlns:p=' l='p:x'/></r>",
            r#"<a xmlns:p="u" k=' xmlns:p=' l='p:x'/>"#,
        ),
        (
            "<r xmlns:xp='u'><p:a xmlns:p='v'><xp:b/></p:a></r>",
            r#"<p:a xmlns:xp="u" xmlns:p='v'><xp:b/></p:a>"#,
        ),
    ];
    for (xml, text) in cases {
        assert_eq!(first(xml, "a"), text, "{xml}");
    }
}

#[test]
fn other_nodes() {
    let xml = "<?xml version='1.0' encoding='latin1'?>\n<!--c-->\n<r>x&amp;y<!-- d --><?p i?></r>\n<!--e-->";
    let source = Source::from_text(xml).expect("within limits");
    let document = source.document().expect("well-formed");
    let root = document.tree().root();
    assert_eq!(
        node(root),
        "<!--c--><r>x&amp;y<!-- d --><?p i?></r><!--e-->"
    );
    assert_eq!(
        super::document(root),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!--c--><r>x&amp;y<!-- d --><?p i?></r><!--e-->"
    );
    let texts: Vec<_> = document
        .tree()
        .root_element()
        .children()
        .map(node)
        .collect();
    assert_eq!(texts, ["x&y", "<!-- d -->", "<?p i?>"]);
}

#[test]
fn escaping_reads_back() {
    let hard = "a<b>&\"'\t\n\rä";
    let xml = format!(
        "<r k=\"{}\">{}</r>",
        escape_attribute(hard),
        escape_text(hard)
    );
    let source = Source::from_text(xml).expect("within limits");
    let document = source.document().expect("well-formed");
    let root = document.tree().root_element();
    assert_eq!(root.attribute("k"), Some(hard));
    assert_eq!(root.text(), Some(hard));
    assert!(matches!(escape_text("plain"), Cow::Borrowed("plain")));
}
