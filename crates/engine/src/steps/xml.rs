//! The body as an XML document, and XPath on it.

use lockgate_xml::xpath::{Engine, XPath, XPathError};
use lockgate_xml::{Document, Source, XmlError};

use super::HEAVY_BYTES;
use crate::error::StepError;
use crate::exchange::{Body, Exchange};

/// The full XPath engine builds a second tree, so it leaves the async threads sooner.
const HEAVY_FULL_BYTES: usize = 4 * 1024;

/// Parses a body and works on the document.
pub(crate) fn with_document<T>(
    body: &Body,
    work: impl FnOnce(&Document<'_>) -> Result<T, StepError>,
) -> Result<T, StepError> {
    let source = match body {
        Body::Null => {
            return Err(StepError::of_class(
                SAX,
                "The body is empty, but this step needs an XML document.",
            ));
        }
        Body::Bytes(bytes) => Source::from_bytes(bytes),
        Body::Text(text) => Source::from_text(text.as_ref()),
    };
    let source = source.map_err(|error| not_xml(&error))?;
    let document = source.document().map_err(|error| not_xml(&error))?;
    work(&document)
}

pub(crate) const SAX: &str = "org.xml.sax.SAXParseException";

pub(crate) fn not_xml(error: &XmlError) -> StepError {
    StepError::of_class(
        SAX,
        format!("The body is not an XML document that this step can read: {error}"),
    )
}

pub(crate) fn failed(error: &XPathError) -> StepError {
    StepError::of_class(
        "javax.xml.xpath.XPathExpressionException",
        error.to_string(),
    )
}

/// `$name`: the header of that name, or else the property.
pub(crate) fn variable(exchange: &Exchange, name: &str) -> Option<String> {
    let value = exchange
        .headers
        .get(name)
        .or_else(|| exchange.properties.get(name))?;
    exchange
        .value_text(value)
        .ok()?
        .map(std::borrow::Cow::into_owned)
}

/// Whether the time to evaluate `xpath` may grow out of proportion to the body.
pub(crate) fn is_superlinear(xpath: &XPath) -> bool {
    xpath.engine() == Engine::Full
}

/// Whether evaluating `xpath` on this body takes too long for an async thread.
pub(crate) fn is_heavy(xpath: &XPath, body: &Body) -> bool {
    let limit = match xpath.engine() {
        Engine::Fast => HEAVY_BYTES,
        Engine::Full => HEAVY_FULL_BYTES,
    };
    body.size() >= limit
}
