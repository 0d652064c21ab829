//! Routers.

use super::graph::Graph;
use super::{Lowering, display_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Element, SequenceFlow};
use crate::plan::{Condition, Route, Router};

impl<'m> Lowering<'m> {
    pub(super) fn router(&mut self, gateway: &'m Element, graph: &Graph<'m>) -> Router {
        let mut fields = self.fields(&gateway.id, &gateway.properties, gateway.position);
        let throw_on_default = fields.switch("throwException", false);
        let outgoing = graph.outgoing(&gateway.id);
        let default = self.default_route(gateway, outgoing);
        let routes = outgoing
            .iter()
            .filter(|flow| default.is_none_or(|default| default.id != flow.id))
            .filter_map(|flow| self.route(flow, graph))
            .collect();
        Router {
            routes,
            default: default.and_then(|flow| graph.target(flow)),
            throw_on_default,
        }
    }

    /// The route taken last: the one that the gateway names, else the only one without a condition.
    fn default_route(
        &mut self,
        gateway: &'m Element,
        outgoing: &[&'m SequenceFlow],
    ) -> Option<&'m SequenceFlow> {
        let named = gateway.default.as_deref().filter(|id| !id.is_empty());
        let found = match named {
            Some(id) => outgoing.iter().find(|flow| flow.id == id),
            None => outgoing.iter().find(|flow| condition_text(flow).is_none()),
        };
        if named.is_some() && found.is_none() {
            let message = "the default route is not one of the router's sequence flows";
            let error = Diagnostic::error(Code::Reference, message);
            self.report(&gateway.id, gateway.position, error);
        }
        found.copied()
    }

    fn route(&mut self, flow: &'m SequenceFlow, graph: &Graph<'m>) -> Option<Route> {
        let Some(text) = condition_text(flow) else {
            let message = format!(
                "route '{}' has no condition and is not the default route",
                display_name(&flow.name)
            );
            let error = Diagnostic::error(Code::Structure, message);
            self.report(&flow.id, flow.position, error);
            return None;
        };
        let mut fields = self.fields(&flow.id, &flow.properties, flow.position);
        let is_xpath = fields.word("expressionType", "NonXML") == "XML";
        let condition: Condition = fields.condition(text, is_xpath)?;
        Some(Route {
            name: display_name(&flow.name),
            condition,
            target: graph.target(flow),
        })
    }
}

fn condition_text(flow: &SequenceFlow) -> Option<&str> {
    flow.condition
        .as_deref()
        .filter(|text| !text.trim().is_empty())
}
