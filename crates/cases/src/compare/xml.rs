//! XML, by structure.

use std::collections::BTreeMap;

use lockgate_xml::{Document, Source, XmlError, serialise};
use roxmltree::{Node, NodeType};

use super::{Difference, Places, lines, quoted, text};

pub(super) fn compare(expected: &str, actual: &str) -> Option<Difference> {
    let unreadable = |whose: &str, error: &XmlError| {
        let mut difference = text::compare(expected, actual);
        difference.places = vec![format!("/: {whose} is not XML: {error}")];
        Some(difference)
    };
    let (wanted, found) = (read(expected), read(actual));
    let (wanted, found) = match (&wanted, &found) {
        (Err(error), _) => return unreadable("what is expected", error),
        (_, Err(error)) => return unreadable("what came", error),
        (Ok(wanted), Ok(found)) => (wanted.document(), found.document()),
    };
    let (wanted, found) = match (&wanted, &found) {
        (Err(error), _) => return unreadable("what is expected", error),
        (_, Err(error)) => return unreadable("what came", error),
        (Ok(wanted), Ok(found)) => (wanted, found),
    };
    let names = Names::of(wanted);
    let (wanted, found) = (wanted.tree().root_element(), found.tree().root_element());
    let mut places = Places::default();
    walk("", wanted, found, &names, &mut places);
    if places.0.is_empty() {
        return None;
    }
    let (mut wanted_lines, mut found_lines) = (Vec::new(), Vec::new());
    print(wanted, 0, &names, &mut wanted_lines);
    print(found, 0, &names, &mut found_lines);
    Some(Difference {
        places: places.0,
        lines: lines::compare_printed(&wanted_lines, &found_lines),
    })
}

fn read(text: &str) -> Result<Source<'_>, XmlError> {
    Source::from_text(text.trim_start_matches('\u{FEFF}'))
}

/// Prefixes by namespace, as the expected document has them: what is shown of both documents.
struct Names(BTreeMap<String, String>);

impl Names {
    fn of(document: &Document<'_>) -> Self {
        let elements = document.tree().descendants().filter(Node::is_element);
        let namespaces = elements.flat_map(|element| element.namespaces());
        let named = namespaces.map(|namespace| {
            let prefix = namespace.name().unwrap_or_default();
            (namespace.uri().to_owned(), prefix.to_owned())
        });
        Self(named.collect())
    }

    fn show(&self, namespace: Option<&str>, local: &str) -> String {
        match namespace.map(|uri| (uri, self.0.get(uri).map(String::as_str))) {
            None | Some((_, Some(""))) => local.to_owned(),
            Some((_, Some(prefix))) => format!("{prefix}:{local}"),
            Some((uri, None)) => format!("{{{uri}}}{local}"),
        }
    }

    fn element(&self, element: Node<'_, '_>) -> String {
        let name = element.tag_name();
        self.show(name.namespace(), name.name())
    }

    fn attributes(&self, element: Node<'_, '_>) -> BTreeMap<String, String> {
        let shown = element.attributes().map(|attribute| {
            let name = self.show(attribute.namespace(), attribute.name());
            (name, attribute.value().to_owned())
        });
        shown.collect()
    }
}

/// What counts inside an element.
enum Part<'a, 'd> {
    Element(Node<'a, 'd>),
    Text(String),
    Instruction(String),
}

impl Part<'_, '_> {
    fn told(&self, names: &Names) -> String {
        match self {
            Self::Element(element) => format!("<{}>", names.element(*element)),
            Self::Text(text) => quoted(text),
            Self::Instruction(text) => format!("<?{text}?>"),
        }
    }
}

/// The parts of an element. Comments are none, nor is white space beside child elements.
fn parts<'a, 'd>(element: Node<'a, 'd>) -> Vec<Part<'a, 'd>> {
    let mut parts: Vec<Part<'a, 'd>> = Vec::new();
    for child in element.children() {
        match child.node_type() {
            NodeType::Element => parts.push(Part::Element(child)),
            NodeType::PI => {
                let told = child.pi().map(|pi| {
                    let value = pi.value.unwrap_or_default();
                    format!("{} {value}", pi.target).trim().to_owned()
                });
                parts.push(Part::Instruction(told.unwrap_or_default()));
            }
            NodeType::Text => {
                let text = child.text().unwrap_or_default();
                match parts.last_mut() {
                    // A comment in between makes no difference.
                    Some(Part::Text(before)) => before.push_str(text),
                    _ => parts.push(Part::Text(text.to_owned())),
                }
            }
            NodeType::Root | NodeType::Comment => {}
        }
    }
    if parts.iter().any(|part| matches!(part, Part::Element(_))) {
        parts.retain(|part| !matches!(part, Part::Text(text) if text.trim().is_empty()));
    }
    parts
}

fn walk(
    parent: &str,
    expected: Node<'_, '_>,
    actual: Node<'_, '_>,
    names: &Names,
    places: &mut Places,
) {
    let path = format!("{parent}/{}", step(expected, names));
    if expected.tag_name() != actual.tag_name() {
        let (wanted, found) = (names.element(expected), names.element(actual));
        places.add(&path, format!("expected <{wanted}>, found <{found}>"));
        return;
    }
    walk_attributes(
        &path,
        &names.attributes(expected),
        &names.attributes(actual),
        places,
    );
    let (wanted, found) = (parts(expected), parts(actual));
    for (wanted, found) in wanted.iter().zip(&found) {
        match (wanted, found) {
            (Part::Element(wanted), Part::Element(found)) => {
                walk(&path, *wanted, *found, names, places);
            }
            (Part::Text(wanted), Part::Text(found))
            | (Part::Instruction(wanted), Part::Instruction(found))
                if wanted == found => {}
            (wanted, found) => {
                let (wanted, found) = (wanted.told(names), found.told(names));
                places.add(&path, format!("expected {wanted}, found {found}"));
            }
        }
    }
    let at = wanted.len().min(found.len());
    if let Some(missing) = wanted.get(at) {
        let missing = missing.told(names);
        places.add(&path, format!("expected {missing}, found nothing more"));
    } else if let Some(extra) = found.get(at) {
        let extra = extra.told(names);
        places.add(&path, format!("expected nothing more, found {extra}"));
    }
}

fn walk_attributes(
    path: &str,
    expected: &BTreeMap<String, String>,
    actual: &BTreeMap<String, String>,
    places: &mut Places,
) {
    for (name, value) in expected {
        let found = match actual.get(name) {
            Some(other) if other == value => continue,
            Some(other) => quoted(other),
            None => "nothing".to_owned(),
        };
        let what = format!("expected {}, found {found}", quoted(value));
        places.add(&format!("{path}/@{name}"), what);
    }
    for (name, value) in actual
        .iter()
        .filter(|(name, _)| !expected.contains_key(*name))
    {
        let what = format!("expected nothing, found {}", quoted(value));
        places.add(&format!("{path}/@{name}"), what);
    }
}

/// An element as a step of an XPath: with its position when it has siblings of its name.
fn step(element: Node<'_, '_>, names: &Names) -> String {
    let name = element.tag_name();
    let of_name = |node: &Node<'_, '_>| node.is_element() && node.tag_name() == name;
    let siblings = element
        .parent()
        .map_or(0, |parent| parent.children().filter(of_name).count());
    let shown = names.element(element);
    if siblings <= 1 {
        return shown;
    }
    // The element itself is among them.
    let position = element.prev_siblings().filter(of_name).count();
    format!("{shown}[{position}]")
}

/// Prints an element, attributes by name, each part on a line of its own.
fn print(element: Node<'_, '_>, depth: usize, names: &Names, out: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let name = names.element(element);
    let mut tag = format!("{indent}<{name}");
    for (name, value) in names.attributes(element) {
        let value = serialise::escape_attribute(&value);
        tag.push_str(&format!(" {name}=\"{value}\""));
    }
    match parts(element).as_slice() {
        [] => out.push(format!("{tag}/>")),
        [Part::Text(text)] => {
            let text = serialise::escape_text(text);
            let whole = format!("{tag}>{text}</{name}>");
            out.extend(whole.split('\n').map(str::to_owned));
        }
        parts => {
            out.push(format!("{tag}>"));
            for part in parts {
                match part {
                    Part::Element(child) => print(*child, depth + 1, names, out),
                    Part::Text(text) => {
                        let text = serialise::escape_text(text);
                        out.extend(text.split('\n').map(|line| format!("{indent}  {line}")));
                    }
                    Part::Instruction(text) => out.push(format!("{indent}  <?{text}?>")),
                }
            }
            out.push(format!("{indent}</{name}>"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Line;
    use super::compare;

    #[test]
    fn what_means_nothing_makes_no_difference() {
        let cases = [
            (r#"<a x="1" y="2"/>"#, r#"<a y="2" x="1"></a>"#),
            (
                "<a><b>1</b></a>",
                "<?xml version=\"1.0\"?>\n<a>\n  <b>1</b>\n</a>\n",
            ),
            (r#"<p:a xmlns:p="urn:n"/>"#, r#"<a xmlns="urn:n"/>"#),
            ("<a>1<!-- one -->2</a>", "<a>12</a>"),
            ("<a><![CDATA[<]]></a>", "<a>&lt;</a>"),
        ];
        for (expected, actual) in cases {
            assert_eq!(compare(expected, actual), None, "{expected} and {actual}");
        }
    }

    #[test]
    fn a_path_says_where_it_differs() {
        let cases: [(&str, &str, &str); 10] = [
            (
                "<a><b>1</b></a>",
                "<a><b>2</b></a>",
                "/a/b: expected \"1\", found \"2\"",
            ),
            (
                "<a><b>1</b><b>2</b></a>",
                "<a><b>1</b><b>3</b></a>",
                "/a/b[2]: expected \"2\", found \"3\"",
            ),
            ("<a/>", "<b/>", "/a: expected <a>, found <b>"),
            (
                r#"<a xmlns="urn:n"/>"#,
                r#"<a xmlns="urn:m"/>"#,
                "/a: expected <a>, found <{urn:m}a>",
            ),
            (
                r#"<a x="1"/>"#,
                r#"<a x="2"/>"#,
                "/a/@x: expected \"1\", found \"2\"",
            ),
            (
                r#"<a x="1"/>"#,
                "<a/>",
                "/a/@x: expected \"1\", found nothing",
            ),
            (
                "<a/>",
                r#"<a x="1"/>"#,
                "/a/@x: expected nothing, found \"1\"",
            ),
            (
                "<a><b/><c/></a>",
                "<a><b/></a>",
                "/a: expected <c>, found nothing more",
            ),
            ("<a/>", "<a>x</a>", "/a: expected nothing more, found \"x\""),
            // White space that is all an element has is its content.
            ("<a> </a>", "<a/>", "/a: expected \" \", found nothing more"),
        ];
        for (expected, actual, place) in cases {
            let found = compare(expected, actual).unwrap();
            assert_eq!(found.places, [place], "{expected} and {actual}");
        }
    }

    #[test]
    fn what_is_no_xml_is_said_to_be_none() {
        let found = compare("<a/>", "{}").unwrap();
        assert!(found.places[0].starts_with("/: what came is not XML"));
        let deep = "<a>".repeat(100_000);
        assert!(compare("<a/>", &deep).is_some());
    }

    #[test]
    fn lines_show_both_in_the_prefixes_of_the_expected() {
        let found = compare(
            r#"<p:a xmlns:p="urn:n"><p:b y="2" x="1"/><p:c>1</p:c></p:a>"#,
            r#"<a xmlns="urn:n"><b x="1" y="2"/><c>2</c></a>"#,
        );
        let same = |text: &str| Line::Same(text.to_owned());
        assert_eq!(
            found.unwrap().lines,
            [
                same("<p:a>"),
                same("  <p:b x=\"1\" y=\"2\"/>"),
                Line::Missing("  <p:c>1</p:c>".to_owned()),
                Line::Extra("  <p:c>2</p:c>".to_owned()),
                same("</p:a>"),
            ]
        );
    }
}
