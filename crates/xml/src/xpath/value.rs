//! What an expression yields, whichever engine evaluated it.

use roxmltree::Node;

use super::XPathError;
use crate::serialise;

/// A sequence of items in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence<'d>(pub Vec<Item<'d>>);

/// One item.
#[derive(Clone, Debug)]
pub(super) enum Item<'d> {
    /// A node other than an attribute.
    Node(Node<'d, 'd>),
    /// An attribute, by its value.
    Attribute(String),
    Boolean(bool),
    /// A number in its canonical spelling, and whether it is neither zero nor NaN.
    Number {
        text: String,
        truth: bool,
    },
    Text(String),
}

impl<'d> Item<'d> {
    pub(super) fn double(number: f64) -> Self {
        Item::Number {
            text: format_double(number),
            truth: number != 0.0 && !number.is_nan(),
        }
    }

    fn text(&self) -> String {
        match self {
            Item::Node(node) => string_value(*node),
            Item::Attribute(text) | Item::Number { text, .. } | Item::Text(text) => text.clone(),
            Item::Boolean(value) => value.to_string(),
        }
    }
}

impl Sequence<'_> {
    /// The string value of the first item; empty if there is none.
    pub(super) fn text(&self) -> String {
        self.0.first().map(Item::text).unwrap_or_default()
    }

    /// The effective boolean value; nothing if the sequence has none.
    pub(super) fn truth(&self) -> Option<bool> {
        match self.0.as_slice() {
            [] => Some(false),
            [Item::Node(_) | Item::Attribute(_), ..] => Some(true),
            [Item::Boolean(value)] => Some(*value),
            [Item::Number { truth, .. }] => Some(*truth),
            [Item::Text(text)] => Some(!text.is_empty()),
            _ => None,
        }
    }

    /// The first item as a whole number.
    pub(super) fn integer(&self, expression: &str) -> Result<Option<i64>, XPathError> {
        let Some(first) = self.0.first() else {
            return Ok(None);
        };
        let text = first.text();
        match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(XPathError::NotInteger {
                expression: super::shorten(expression),
                value: super::shorten(&text),
            }),
        }
    }

    /// The string value of each item. `None` when they have more than `limit` bytes together.
    pub(super) fn texts(&self, limit: usize) -> Option<Vec<String>> {
        let mut left = limit;
        let texts = self.0.iter().map(|item| {
            let text = item.text();
            left = left.checked_sub(text.len())?;
            Some(text)
        });
        texts.collect()
    }

    /// Each item as text; elements as XML that stands alone. `None` when they have more than `limit`
    /// bytes together: elements in each other are written again and again.
    pub(super) fn serialise(&self, limit: usize) -> Option<Vec<String>> {
        let mut left = limit;
        let texts = self.0.iter().map(|item| {
            let text = match item {
                Item::Node(node) => serialise::node(*node),
                other => other.text(),
            };
            left = left.checked_sub(text.len())?;
            Some(text)
        });
        texts.collect()
    }
}

/// The string value of a node other than an attribute.
pub(super) fn string_value(node: Node<'_, '_>) -> String {
    if node.is_element() || node.is_root() {
        node.descendants()
            .filter(Node::is_text)
            .filter_map(|text| text.text())
            .collect()
    } else if let Some(instruction) = node.pi() {
        instruction.value.unwrap_or_default().to_owned()
    } else {
        node.text().unwrap_or_default().to_owned()
    }
}

/// A double without exponent, and without fraction when it is whole.
pub(super) fn format_double(number: f64) -> String {
    if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        format!("{sign}INF")
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}
