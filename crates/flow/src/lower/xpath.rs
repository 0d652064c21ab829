//! Checks XPath expressions when a flow is read, so that no message meets a broken one.

use indexmap::IndexMap;
use lockgate_xml::xpath::{Namespaces, XPath};

/// Whether an expression compiles with these prefixes; if not, why.
pub(super) fn check(text: &str, namespaces: &IndexMap<String, String>) -> Result<(), String> {
    let namespaces: Namespaces = namespaces
        .iter()
        .map(|(p, u)| (p.as_str(), u.as_str()))
        .collect();
    match XPath::compile(text, &namespaces) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
