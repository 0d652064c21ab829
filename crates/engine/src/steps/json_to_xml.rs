//! JSON to XML converter. The rules of the conversion are in `lockgate_xml::json`.

use lockgate_flow::plan::{JsonNamespaces, JsonToXml as Spec};
use lockgate_xml::json::{self, AddedRoot, JsonXmlError, Prefixes};

use super::{HEAVY_BYTES, Next, Step};
use crate::error::StepError;
use crate::eval::EvalContext;
use crate::exchange::{Body, Exchange};

#[derive(Debug)]
pub(super) struct JsonToXml(json::JsonToXml);

impl JsonToXml {
    pub(super) fn new(spec: &Spec) -> Self {
        let added_root = spec.added_root.as_ref().map(|root| AddedRoot {
            name: root.name.clone(),
            namespace: root.namespace.clone(),
        });
        Self(json::JsonToXml {
            added_root,
            prefixes: prefixes(&spec.namespaces),
        })
    }
}

impl Step for JsonToXml {
    fn apply(
        &self,
        exchange: &mut Exchange,
        _context: &EvalContext<'_>,
    ) -> Result<Next, StepError> {
        let text = exchange.body_text()?.unwrap_or_default();
        let xml = json::json_to_xml(&text, &self.0).map_err(|error| failed(&error))?;
        exchange.body = Body::Text(xml.into());
        Ok(Next::Follow)
    }

    fn is_heavy(&self, exchange: &Exchange) -> bool {
        exchange.body.size() >= HEAVY_BYTES
    }
}

pub(super) fn prefixes(spec: &JsonNamespaces) -> Prefixes {
    Prefixes {
        enabled: spec.enabled,
        mapping: spec
            .mapping
            .iter()
            .map(|(prefix, uri)| (prefix.clone(), uri.clone()))
            .collect(),
        separator: spec.separator.clone(),
    }
}

pub(super) fn failed(error: &JsonXmlError) -> StepError {
    StepError::of_class(
        "JsonXmlException",
        format!("The body cannot be converted: {error}"),
    )
}
