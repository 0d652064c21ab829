//! `parameters.propdef`.

use std::fmt;

use lockgate_xml::{Source, XmlError};
use roxmltree::Node;
use serde::Serialize;

use crate::rows::{self, text_of};

/// What values a parameter may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterType {
    /// Any text.
    Text,
    /// A whole number of any size.
    Integer,
    /// `true` or `false`; adapters also write `1` and `0`.
    Boolean,
    /// A table of schedule rows.
    Schedule,
}

/// One `<parameter>`.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) name: String,
    pub(super) kind: ParameterType,
    pub(super) required: bool,
    pub(super) description: String,
}

impl ParameterType {
    fn from_name(name: &str) -> Self {
        match name {
            "xsd:integer" | "xsd:long" => Self::Integer,
            "xsd:boolean" => Self::Boolean,
            "custom:schedule" => Self::Schedule,
            _ => Self::Text,
        }
    }

    /// Whether a non-empty value is legal.
    pub(super) fn admits(self, value: &str) -> bool {
        let value = value.trim();
        match self {
            Self::Text => true,
            Self::Integer => {
                let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
                !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
            }
            Self::Boolean => {
                let literals = ["true", "false", "1", "0"];
                literals.iter().any(|l| value.eq_ignore_ascii_case(l))
            }
            // Whether the rows make a schedule is for the timer that uses them to say.
            Self::Schedule => rows::parse(value).is_ok(),
        }
    }
}

impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Schedule => "a table of schedule rows",
        })
    }
}

/// Reads the declarations. A parameter without a name is left out.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Declaration>, XmlError> {
    let source = Source::from_bytes(bytes)?;
    let document = source.document()?;
    let declarations = document
        .tree()
        .root_element()
        .children()
        .filter(|node| node.has_tag_name("parameter"))
        .map(|node| Declaration {
            name: child(node, "name"),
            kind: ParameterType::from_name(child(node, "type").trim()),
            required: child(node, "isRequired").trim() == "true",
            description: child(node, "description"),
        })
        .filter(|declaration| !declaration.name.is_empty());
    Ok(declarations.collect())
}

fn child(node: Node<'_, '_>, name: &str) -> String {
    let child = node.children().find(|child| child.has_tag_name(name));
    child.map(text_of).unwrap_or_default()
}
