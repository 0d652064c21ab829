//! Conditions of routers and looping calls.

use lockgate_flow::plan::Condition as Spec;
use lockgate_xml::Document;
use lockgate_xml::xpath::XPath;

use super::{Preparation, xml};
use crate::error::StepError;
use crate::eval::EvalContext;
use crate::eval::condition::Condition;
use crate::exchange::Exchange;

/// A condition, compiled.
#[derive(Debug)]
pub(crate) enum Test {
    Simple(Condition),
    XPath(XPath),
}

impl Test {
    pub(super) fn new(spec: &Spec, preparation: &Preparation<'_>) -> Result<Self, Vec<String>> {
        match spec {
            Spec::Simple(predicate) => Condition::new(predicate).map(Self::Simple),
            Spec::XPath(text) => Ok(Self::XPath(
                preparation.xpath(text).map_err(|problem| vec![problem])?,
            )),
        }
    }

    /// Whether the condition holds. An XPath needs an XML body.
    pub(crate) fn holds(
        &self,
        exchange: &Exchange,
        context: &EvalContext<'_>,
    ) -> Result<bool, StepError> {
        match self {
            Self::Simple(condition) => condition.holds(exchange, context),
            Self::XPath(_) => xml::with_document(&exchange.body, |document| {
                self.holds_on(document, exchange, context)
            }),
        }
    }

    /// As [`Test::holds`], on a body that is parsed already.
    pub(super) fn holds_on(
        &self,
        document: &Document<'_>,
        exchange: &Exchange,
        context: &EvalContext<'_>,
    ) -> Result<bool, StepError> {
        match self {
            Self::Simple(condition) => condition.holds(exchange, context),
            Self::XPath(xpath) => {
                let variables = |name: &str| xml::variable(exchange, name);
                xpath
                    .evaluate_boolean(document, &variables)
                    .map_err(|error| xml::failed(&error))
            }
        }
    }

    pub(super) fn is_heavy(&self, exchange: &Exchange) -> bool {
        match self {
            Self::Simple(_) => false,
            Self::XPath(xpath) => xml::is_heavy(xpath, &exchange.body),
        }
    }

    pub(super) fn is_superlinear(&self) -> bool {
        match self {
            Self::Simple(_) => false,
            Self::XPath(xpath) => xml::is_superlinear(xpath),
        }
    }

    pub(super) fn needs_document(&self) -> bool {
        matches!(self, Self::XPath(_))
    }
}
