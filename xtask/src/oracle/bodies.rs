//! Bodies in the shape that a script expects.

use serde_json::{Map, Value};

use super::names::{Expected, Shape};
use super::values::Values;

/// Characters of a body.
const LENGTH: usize = 20_000;
/// Items of something that is looped over.
const ITEMS: usize = 2;

/// An XML document.
pub(crate) fn xml(shape: &Shape, values: &Values<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(shape, 0, "root", values, 0, &mut out);
    out
}

fn element(
    shape: &Shape,
    index: usize,
    name: &str,
    values: &Values<'_>,
    item: usize,
    out: &mut String,
) {
    let node = shape.node(index);
    let (attributes, children): (Vec<usize>, Vec<usize>) = node
        .children
        .iter()
        .partition(|child| shape.node(**child).attribute);
    out.push('<');
    out.push_str(name);
    for attribute in attributes {
        let attribute = shape.node(attribute);
        let value = escaped(&values.leaf(&attribute.name, attribute.number));
        out.push_str(&format!(" {}=\"{value}\"", attribute.name));
    }
    out.push('>');
    if children.is_empty() {
        let key = if item == 0 {
            name.to_owned()
        } else {
            format!("{name}{item}")
        };
        out.push_str(&escaped(&values.leaf(&key, node.number)));
    }
    for child in children {
        let child_node = shape.node(child);
        let times = if child_node.many { ITEMS } else { 1 };
        for item in 0..times {
            if out.len() < LENGTH {
                element(shape, child, &child_node.name, values, item, out);
            }
        }
    }
    out.push_str(&format!("</{name}>"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// A JSON value; an object unless the root is looped over.
pub(crate) fn json_of(shape: &Shape, values: &Values<'_>) -> Value {
    let mut left = LENGTH;
    node(shape, 0, values, 0, &mut left)
}

fn node(shape: &Shape, index: usize, values: &Values<'_>, item: usize, left: &mut usize) -> Value {
    let at = shape.node(index);
    *left = left.saturating_sub(at.name.len() + 10);
    if at.children.is_empty() && index != 0 {
        let key = if item == 0 {
            at.name.clone()
        } else {
            format!("{}{item}", at.name)
        };
        return values.json(&key, at.number);
    }
    let mut object = Map::new();
    for child in &at.children {
        if *left == 0 {
            break;
        }
        let child_node = shape.node(*child);
        let value = if child_node.many {
            let items = (0..ITEMS).map(|item| node(shape, *child, values, item, left));
            Value::Array(items.collect())
        } else {
            node(shape, *child, values, 0, left)
        };
        object.insert(child_node.name.clone(), value);
    }
    Value::Object(object)
}

/// Lines of fields, a header line first.
pub(crate) fn csv(expected: &Expected, values: &Values<'_>) -> String {
    let mut names: Vec<&str> = expected.names.iter().take(8).map(String::as_str).collect();
    if names.is_empty() {
        names.extend(["first", "second", "third"]);
    }
    let separator = expected.separator.to_string();
    let mut lines = vec![names.join(&separator)];
    for line in 0..3 {
        let fields: Vec<String> = names
            .iter()
            .map(|name| values.text(&format!("{name}{line}")))
            .collect();
        lines.push(fields.join(&separator));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::names::expected;
    use super::super::values::Theme;
    use super::*;

    #[test]
    fn bodies_have_what_the_script_reads() {
        let script = expected(
            "def r = new XmlSlurper().parseText(b); r.Item.each { it.Qty.toInteger(); it.@no }",
        );
        let values = Values::new(Theme::Numbers, &script);
        let body = xml(&script.shape, &values);
        assert_eq!(body.matches("<Item no=\"").count(), 2, "{body}");
        assert_eq!(body.matches("<Qty>").count(), 2, "{body}");
        let json = json_of(&script.shape, &values);
        assert_eq!(json["Item"].as_array().unwrap().len(), 2);
        assert_eq!(csv(&script, &values).lines().count(), 4);
    }
}
