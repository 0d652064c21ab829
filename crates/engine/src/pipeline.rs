//! A flow made runnable: every expression compiled, every channel opened. Immutable and shared.

use std::sync::Arc;

use lockgate_flow::plan::{NodeIndex, ProcessIndex, Trigger};
use lockgate_store::messages::Model;
use regex::Regex;

use crate::receiver::FlowInfo;
use crate::steps::{AsyncStep, Step, Test};

/// A prepared flow. Made by [`prepare`](crate::prepare::prepare).
#[derive(Debug)]
pub struct Pipeline {
    /// What steps and receivers know of the flow.
    pub(crate) flow: Arc<FlowInfo>,
    /// The flow's technical id, to share.
    pub(crate) id: Arc<str>,
    /// Display name.
    pub(crate) name: Arc<str>,
    pub(crate) return_exception_to_sender: bool,
    pub(crate) allowed_headers: HeaderFilter,
    /// What the steps are called in the message log.
    pub(crate) model: Arc<Model>,
    pub(crate) processes: Vec<Process>,
    /// What starts which main process.
    pub(crate) entries: Vec<(ProcessIndex, Trigger)>,
}

/// Which inbound headers reach the flow.
#[derive(Debug)]
pub(crate) enum HeaderFilter {
    None,
    All,
    Matching(Regex),
}

impl HeaderFilter {
    /// Whether a header set by a caller may enter. Headers of the engine never may.
    pub(crate) fn admits(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Matching(regex) => regex.is_match(name),
        }
    }
}

/// A main or local process.
#[derive(Debug)]
pub(crate) struct Process {
    /// Id of the model element.
    pub(crate) id: Arc<str>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) start: Option<NodeIndex>,
    /// Where handling of an exception begins, if the process handles exceptions.
    pub(crate) exception: Option<Option<NodeIndex>>,
    /// Whether what its messages write to the store counts together at their end.
    pub(crate) transactional: bool,
}

/// A step in its place.
#[derive(Debug)]
pub(crate) struct Node {
    /// Id of the model element.
    pub(crate) id: Arc<str>,
    /// Position among all nodes of the flow, in the model.
    pub(crate) position: u32,
    pub(crate) op: Op,
    pub(crate) next: Option<NodeIndex>,
    /// Whether it can change what the message log notes of headers and properties.
    pub(crate) noted: bool,
}

/// What a node does when it runs. The interpreter knows these shapes and no concrete step.
#[derive(Debug)]
pub(crate) enum Op {
    /// Computes.
    Step(Arc<dyn Step>),
    /// Waits for the network or the store.
    Wait(Box<dyn AsyncStep>),
    /// Computes and waits in turn.
    Series(Vec<Stage>),
    /// Runs a local process.
    Call(ProcessIndex),
    /// Runs a local process until a condition no longer holds.
    Loop(Loop),
    /// Ends the process.
    End(End),
}

/// A part of a step that computes and waits in turn.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Computes, and goes nowhere else.
    Step(Arc<dyn Step>),
    /// Waits for the network or the store.
    Wait(Box<dyn AsyncStep>),
}

/// A looping process call.
#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) process: ProcessIndex,
    /// Runs again while it holds.
    pub(crate) again: Test,
    pub(crate) max_iterations: u32,
    pub(crate) throw_on_max: bool,
}

/// How a process ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Message,
    Error,
    /// With its category, which is recorded and does nothing.
    Escalation(Arc<str>),
    Terminate,
}
