//! Reads entities from request bodies, Atom or JSON.

use super::Refusal;
use super::address::bad;
use super::model::Set;
use crate::http::Request;

const METADATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";

/// The properties in a body; `None` is null.
pub(super) fn parse(
    request: &Request,
    set: &Set,
) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let content_type = request.header("content-type").unwrap_or_default();
    let values = if content_type.starts_with("application/json") {
        json(&request.body)?
    } else if content_type.starts_with("application/atom+xml") {
        atom(&request.text())?
    } else {
        return Err(bad(format!("Content type {content_type:?} is not known")));
    };
    for (name, _) in &values {
        if !set.properties.iter().any(|(known, _)| known == name) {
            return Err(bad(format!("Property {name} is not known")));
        }
    }
    Ok(values)
}

fn atom(text: &str) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let document = roxmltree::Document::parse(text).map_err(|error| bad(error.to_string()))?;
    let properties = document
        .descendants()
        .find(|node| node.has_tag_name((METADATA, "properties")))
        .ok_or_else(|| bad("The entry has no properties".to_owned()))?;
    let value = |node: roxmltree::Node<'_, '_>| match node.attribute((METADATA, "null")) {
        Some("true") => None,
        _ => Some(node.text().unwrap_or_default().to_owned()),
    };
    Ok(properties
        .children()
        .filter(roxmltree::Node::is_element)
        .map(|node| (node.tag_name().name().to_owned(), value(node)))
        .collect())
}

fn json(body: &[u8]) -> Result<Vec<(String, Option<String>)>, Refusal> {
    use serde_json::Value;
    let value: serde_json::Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
    Ok(value
        .into_iter()
        .map(|(name, value)| match value {
            Value::Null => (name, None),
            Value::String(text) => (name, Some(text)),
            other => (name, Some(other.to_string())),
        })
        .collect())
}
