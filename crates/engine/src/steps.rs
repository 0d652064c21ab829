//! The steps a flow is made of, one file each.
//!
//! A step is either pure computation ([`Step`]) or waits for something ([`AsyncStep`]); which of
//! the two is visible in its type. Preparing a step compiles what it needs and reports everything
//! that is wrong with it.

mod condition;
mod content_modifier;
mod data_store;
mod filter;
mod json_to_xml;
mod process_direct;
mod request_reply;
mod router;
mod script;
mod send;
#[cfg(test)]
mod tests;
mod variables;
pub(crate) mod xml;
mod xml_to_json;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use lockgate_flow::plan::{Channel, End as EndSpec, NodeIndex, ReceiverKind, Scripts, StepSpec};
use lockgate_xml::xpath::{Namespaces, XPath};

pub(crate) use self::condition::Test;
use crate::error::StepError;
use crate::eval::EvalContext;
use crate::exchange::Exchange;
use crate::names;
use crate::pipeline::{End, Loop, Op};
use crate::prepare::Registry;
use crate::receiver::InvalidSetting;
use crate::run::Visit;

/// From this body size on, steps that read the whole body leave the async threads.
pub(crate) const HEAVY_BYTES: usize = 64 * 1024;

/// Where the exchange goes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// To the node that follows.
    Follow,
    /// Elsewhere; nowhere ends the process.
    Jump(Option<NodeIndex>),
}

/// A step that only computes.
pub(crate) trait Step: Send + Sync + fmt::Debug {
    /// Does the step's work on the exchange.
    fn apply(&self, exchange: &mut Exchange, context: &EvalContext<'_>) -> Result<Next, StepError>;

    /// Whether this exchange takes too long to compute on an async thread.
    fn is_heavy(&self, _exchange: &Exchange) -> bool {
        false
    }

    /// Whether its time may grow out of proportion to the message, as with the full XPath engine.
    fn is_superlinear(&self) -> bool {
        false
    }
}

/// A step that waits for the network or the store. It never holds a transaction meanwhile.
#[async_trait]
pub(crate) trait AsyncStep: Send + Sync + fmt::Debug {
    /// Does the step's work on the exchange.
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError>;
}

/// What is known while steps are prepared.
#[derive(Debug)]
pub(crate) struct Preparation<'a> {
    pub(crate) namespaces: Namespaces,
    pub(crate) registry: &'a Registry,
    /// Of the flow's bundle.
    pub(crate) scripts: &'a Scripts,
}

impl Preparation<'_> {
    fn xpath(&self, text: &str) -> Result<XPath, String> {
        XPath::compile(text, &self.namespaces).map_err(|error| error.to_string())
    }

    /// Opens a channel.
    fn receiver(&self, channel: &Channel) -> Result<Box<dyn AsyncStep>, Vec<String>> {
        if channel.adapter == ReceiverKind::ProcessDirect {
            return process_direct::prepare(channel);
        }
        let factory = self.registry.get(channel.adapter).ok_or_else(|| {
            vec![format!(
                "channel {:?}: there is no {:?} receiver in this server",
                channel.name, channel.adapter
            )]
        })?;
        let receiver = factory.prepare(channel);
        let receiver = receiver.map_err(|problems| {
            problems
                .iter()
                .map(InvalidSetting::to_string)
                .collect::<Vec<_>>()
        })?;
        Ok(Box::new(request_reply::RequestReply(receiver)))
    }
}

/// What a node does, and what it does after that without leaving the node.
pub(crate) struct Prepared {
    pub(crate) op: Op,
    /// An end event with a channel sends first and ends then.
    pub(crate) then: Option<End>,
}

/// Prepares a step.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn prepare(
    spec: &StepSpec,
    preparation: &Preparation<'_>,
) -> Result<Prepared, Vec<String>> {
    let op = match spec {
        StepSpec::ContentModifier(spec) => content_modifier::prepare(spec, preparation)?,
        StepSpec::WriteVariables(rows) => variables::prepare(rows, preparation)?,
        StepSpec::DataStore(spec) => data_store::prepare(spec, preparation)?,
        StepSpec::JsonToXml(spec) => step(json_to_xml::JsonToXml::new(spec)),
        StepSpec::XmlToJson(spec) => step(xml_to_json::XmlToJson::new(spec)?),
        StepSpec::Filter(spec) => step(filter::Filter::new(spec, preparation)?),
        StepSpec::Script(spec) => Op::Wait(Box::new(script::Script::new(spec, preparation)?)),
        StepSpec::Router(spec) => step(router::Router::new(spec, preparation)?),
        StepSpec::RequestReply(channel) => Op::Wait(preparation.receiver(channel)?),
        StepSpec::Send(channel) => Op::Wait(Box::new(send::Send(preparation.receiver(channel)?))),
        StepSpec::ProcessCall(process) => Op::Call(*process),
        StepSpec::LoopingCall(call) => Op::Loop(Loop {
            process: call.process,
            again: Test::new(&call.condition, preparation)?,
            max_iterations: call.max_iterations,
            throw_on_max: call.throw_on_max,
        }),
        StepSpec::End(EndSpec::Message(Some(channel))) => {
            let op = Op::Wait(preparation.receiver(channel)?);
            let then = Some(End::Message);
            return Ok(Prepared { op, then });
        }
        StepSpec::End(EndSpec::Message(None)) => Op::End(End::Message),
        StepSpec::End(EndSpec::Error) => Op::End(End::Error),
        StepSpec::End(EndSpec::Escalation(category)) => {
            Op::End(End::Escalation(category.as_str().into()))
        }
        StepSpec::End(EndSpec::Terminate) => Op::End(End::Terminate),
    };
    Ok(Prepared { op, then: None })
}

/// What kind of step it is, for people who read the message log.
pub(crate) const fn kind(spec: &StepSpec) -> &'static str {
    match spec {
        StepSpec::ContentModifier(_) => "Content Modifier",
        StepSpec::WriteVariables(_) => "Write Variables",
        StepSpec::DataStore(spec) => data_store::kind(spec),
        StepSpec::JsonToXml(_) => "JSON to XML Converter",
        StepSpec::XmlToJson(_) => "XML to JSON Converter",
        StepSpec::Filter(_) => "Filter",
        StepSpec::Script(_) => "Groovy Script",
        StepSpec::Router(_) => "Router",
        StepSpec::RequestReply(_) => "Request Reply",
        StepSpec::Send(_) => "Send",
        StepSpec::ProcessCall(_) => "Process Call",
        StepSpec::LoopingCall(_) => "Looping Process Call",
        StepSpec::End(EndSpec::Message(_)) => "End",
        StepSpec::End(EndSpec::Error) => "Error End",
        StepSpec::End(EndSpec::Escalation(_)) => "Escalation End",
        StepSpec::End(EndSpec::Terminate) => "Terminate",
    }
}

/// Whether a step can set a header or property that the message log takes note of.
pub(crate) fn is_noted(spec: &StepSpec) -> bool {
    match spec {
        StepSpec::ContentModifier(spec) => {
            let status = |row: &lockgate_flow::plan::Row| matches!(row, lockgate_flow::plan::Row::Create { name, .. } if name == names::CUSTOM_STATUS);
            !spec.headers.is_empty() || spec.properties.iter().any(status)
        }
        StepSpec::RequestReply(_) | StepSpec::Script(_) => true,
        StepSpec::End(EndSpec::Message(channel)) => channel.is_some(),
        StepSpec::WriteVariables(_)
        | StepSpec::DataStore(_)
        | StepSpec::JsonToXml(_)
        | StepSpec::XmlToJson(_)
        | StepSpec::Filter(_)
        | StepSpec::Router(_)
        | StepSpec::Send(_)
        | StepSpec::ProcessCall(_)
        | StepSpec::LoopingCall(_)
        | StepSpec::End(_) => false,
    }
}

fn step(step: impl Step + 'static) -> Op {
    Op::Step(Arc::new(step))
}
