//! JSON to XML and XML to JSON.

mod from_xml;
mod reader;
mod to_xml;

pub use from_xml::xml_to_json;
pub use to_xml::json_to_xml;

use crate::error::{Position, XmlError};

/// How names with a prefix are converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefixes {
    /// Whether prefixes survive. Without, names are reduced to their local part.
    pub enabled: bool,
    /// Prefix and namespace URI pairs.
    pub mapping: Vec<(String, String)>,
    /// Stands between prefix and name in JSON member names.
    pub separator: String,
}

impl Default for Prefixes {
    /// Prefixes survive, none is mapped, the separator is `:`.
    fn default() -> Self {
        Self {
            enabled: true,
            mapping: Vec::new(),
            separator: ":".into(),
        }
    }
}

/// Settings of the JSON to XML converter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonToXml {
    /// An element to wrap the result in.
    pub added_root: Option<AddedRoot>,
    /// Prefix handling.
    pub prefixes: Prefixes,
}

/// The element wrapped around a JSON to XML result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedRoot {
    /// Its name, with or without a prefix.
    pub name: String,
    /// Its namespace URI, if it has one.
    pub namespace: Option<String>,
}

/// Settings of the XML to JSON converter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlToJson {
    /// Whether to drop the root member and keep its value.
    pub suppress_root: bool,
    /// Absent: elements that repeat become arrays. Present: elements become arrays by these rules
    /// and members keep the order of the document, even where names then repeat.
    pub streaming: Option<StreamingArrays>,
    /// Prefix handling.
    pub prefixes: Prefixes,
}

/// Which elements become arrays when streaming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamingArrays {
    /// Every element.
    All,
    /// Elements at these paths from the root element, as `root/a/b` or `/root/a/b`.
    Paths(Vec<String>),
}

/// Why a conversion failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonXmlError {
    /// The JSON text is malformed or has no XML form.
    #[error("{problem}: {position}")]
    Json {
        /// What is wrong.
        problem: String,
        /// Where in the JSON text.
        position: Position,
    },
    /// The XML document has no JSON form.
    #[error("{problem}: {position}")]
    Xml {
        /// What is wrong.
        problem: String,
        /// Where in the XML text.
        position: Position,
    },
    /// The body is not an acceptable XML document.
    #[error("{0}")]
    Document(#[from] XmlError),
    /// A setting of the converter cannot be used.
    #[error("{0}")]
    Setting(String),
}
