//! Filter: the body becomes what an XPath selects.

use lockgate_flow::plan::{Filter as Spec, FilterResult};
use lockgate_xml::Document;
use lockgate_xml::xpath::{XPath, XPathError};

use super::{Next, Preparation, Step, xml};
use crate::error::StepError;
use crate::eval::EvalContext;
use crate::exchange::{Body, Exchange};

#[derive(Debug)]
pub(super) struct Filter {
    xpath: XPath,
    result: FilterResult,
}

impl Filter {
    pub(super) fn new(spec: &Spec, preparation: &Preparation<'_>) -> Result<Self, Vec<String>> {
        Ok(Self {
            xpath: preparation
                .xpath(&spec.xpath)
                .map_err(|problem| vec![problem])?,
            result: spec.result,
        })
    }

    fn select(&self, document: &Document<'_>, exchange: &Exchange) -> Result<String, XPathError> {
        let variables = |name: &str| xml::variable(exchange, name);
        let (xpath, variables) = (&self.xpath, &variables);
        Ok(match self.result {
            FilterResult::NodeList => xpath.evaluate_nodes(document, variables)?.concat(),
            FilterResult::Node => xpath
                .evaluate_nodes(document, variables)?
                .into_iter()
                .next()
                .unwrap_or_default(),
            FilterResult::Text => xpath.evaluate_string(document, variables)?,
            FilterResult::Integer => {
                let number = xpath.evaluate_integer(document, variables)?;
                number.map_or_else(String::new, |number| number.to_string())
            }
            FilterResult::Boolean => xpath.evaluate_boolean(document, variables)?.to_string(),
        })
    }
}

impl Step for Filter {
    fn apply(
        &self,
        exchange: &mut Exchange,
        _context: &EvalContext<'_>,
    ) -> Result<Next, StepError> {
        let selected = xml::with_document(&exchange.body, |document| {
            self.select(document, exchange)
                .map_err(|error| xml::failed(&error))
        })?;
        exchange.body = Body::Text(selected.into());
        Ok(Next::Follow)
    }

    fn is_heavy(&self, exchange: &Exchange) -> bool {
        xml::is_heavy(&self.xpath, &exchange.body)
    }

    fn is_superlinear(&self) -> bool {
        xml::is_superlinear(&self.xpath)
    }
}
