//! Router: the first route whose condition holds, else the default route.

use lockgate_flow::plan::{NodeIndex, Router as Spec};

use super::{Next, Preparation, Step, Test, xml};
use crate::error::StepError;
use crate::eval::EvalContext;
use crate::exchange::Exchange;

#[derive(Debug)]
pub(super) struct Router {
    routes: Vec<(Test, Option<NodeIndex>)>,
    default: Option<NodeIndex>,
    throw_on_default: bool,
}

impl Router {
    pub(super) fn new(spec: &Spec, preparation: &Preparation<'_>) -> Result<Self, Vec<String>> {
        let mut routes = Vec::with_capacity(spec.routes.len());
        let mut problems = Vec::new();
        for route in &spec.routes {
            match Test::new(&route.condition, preparation) {
                Ok(test) => routes.push((test, route.target)),
                Err(found) => problems.extend(
                    found
                        .into_iter()
                        .map(|problem| format!("route {:?}: {problem}", route.name)),
                ),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            routes,
            default: spec.default,
            throw_on_default: spec.throw_on_default,
        })
    }

    fn first(
        &self,
        holds: impl Fn(&Test) -> Result<bool, StepError>,
    ) -> Result<Option<Option<NodeIndex>>, StepError> {
        for (test, target) in &self.routes {
            if holds(test)? {
                return Ok(Some(*target));
            }
        }
        Ok(None)
    }
}

impl Step for Router {
    fn apply(&self, exchange: &mut Exchange, context: &EvalContext<'_>) -> Result<Next, StepError> {
        let exchange = &*exchange;
        let taken = if self.routes.iter().any(|(test, _)| test.needs_document()) {
            xml::with_document(&exchange.body, |document| {
                self.first(|test| test.holds_on(document, exchange, context))
            })
        } else {
            self.first(|test| test.holds(exchange, context))
        };
        match taken? {
            Some(target) => Ok(Next::Jump(target)),
            None if self.throw_on_default => Err(StepError::new(
                "No condition of this router holds, and it is set to raise an error then.",
            )),
            None => Ok(Next::Jump(self.default)),
        }
    }

    fn is_heavy(&self, exchange: &Exchange) -> bool {
        self.routes.iter().any(|(test, _)| test.is_heavy(exchange))
    }

    fn is_superlinear(&self) -> bool {
        self.routes.iter().any(|(test, _)| test.is_superlinear())
    }
}
