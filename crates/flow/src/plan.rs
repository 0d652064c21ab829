//! The plan: what a flow means, typed and complete.
//!
//! Every parameter is resolved, every edge is an index, every value is parsed. The plan is what the
//! engine prepares and runs, what checks read and what reports print; nothing in it is specific to
//! how it will be executed. Adding a step kind adds one variant to [`StepSpec`], and the compiler
//! lists what is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use lockgate_core::role::RoleName;
use serde::Serialize;

use crate::schedule::Schedule;

mod steps;
mod stores;

pub use steps::{
    AddedRoot, BodySource, Condition, ContentModifier, Datatype, End, Filter, FilterResult,
    JsonNamespaces, JsonToXml, LoopingCall, Route, Router, Row, Script, StepSpec, StreamingArrays,
    ValueSource, XmlToJson,
};
pub use stores::{DataStore, DataStoreStep, DataStoreWrite, EntryId, StoreScope, VariableRow};

/// Index of a process in [`Plan::processes`].
pub type ProcessIndex = usize;
/// Index of a node in [`Process::nodes`].
pub type NodeIndex = usize;

/// One integration flow, ready to be prepared.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Technical id: the bundle's symbolic name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Bundle version, `major.minor.micro`.
    pub version: String,
    /// What holds for the whole flow.
    pub settings: Settings,
    /// Main and local processes.
    pub processes: Vec<Process>,
    /// One entry per main process.
    pub entries: Vec<Entry>,
    /// The scripts of the bundle.
    #[serde(skip)]
    pub scripts: Scripts,
}

/// Scripts by file name below the folder of scripts.
pub type Scripts = BTreeMap<String, Arc<str>>;

/// Flow-wide settings.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// Whether an unhandled error's text is told to a synchronous sender.
    pub return_exception_to_sender: bool,
    /// Which inbound headers reach the flow.
    pub allowed_headers: AllowedHeaders,
    /// Prefix to namespace URI, for every XPath in the flow.
    pub namespaces: IndexMap<String, String>,
    /// How HTTP receivers keep cookies.
    pub http_session: HttpSession,
}

/// Which inbound headers reach the flow. `Camel*` never does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AllowedHeaders {
    /// None but those the adapter itself sets.
    None,
    /// All: the single `*`.
    All,
    /// Names that match this regular expression as a whole, ignoring case.
    Matching(String),
}

/// How HTTP receivers keep cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum HttpSession {
    /// Not at all.
    None,
    /// For one exchange.
    Exchange,
    /// For the flow, shared by all exchanges.
    Flow,
}

/// An entry point: each of its triggers creates an exchange of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The main process that runs.
    pub process: ProcessIndex,
    /// What starts it.
    pub trigger: Trigger,
}

/// What starts a main process.
#[derive(Clone, Debug, Serialize)]
pub enum Trigger {
    /// A call to `/http/<address>`.
    Https(HttpsSender),
    /// A ProcessDirect call from another flow.
    ProcessDirect {
        /// Compared literally.
        address: String,
    },
    /// A timer.
    Timer(Schedule),
    /// A message start without a channel: deployed, never triggered.
    Never,
}

/// HTTPS sender channel.
#[derive(Clone, Debug, Serialize)]
pub struct HttpsSender {
    /// Configured path below `/http`, starting with `/`; without the trailing `/*` of a prefix.
    pub path: String,
    /// Whether longer paths are served too (the address ended in `/*`).
    pub prefix: bool,
    /// Who may call.
    pub authorization: Authorization,
    /// Whether modifying calls need a CSRF token.
    pub csrf_protected: bool,
    /// Largest request body in bytes.
    pub max_body: usize,
}

/// Who may call an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Authorization {
    /// Callers that hold the role.
    Role(RoleName),
    /// Callers with one of these certificates.
    Certificates(Vec<DnPair>),
}

/// Subject and issuer distinguished names as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DnPair {
    /// Subject DN text.
    pub subject: String,
    /// Issuer DN text.
    pub issuer: String,
}

/// A main or local process.
#[derive(Clone, Debug, Serialize)]
pub struct Process {
    /// Id of the `bpmn2:process`.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Steps, gateways and ends; edges are indices into this list.
    pub nodes: Vec<Node>,
    /// Where processing begins; absent when the process is empty.
    pub start: Option<NodeIndex>,
    /// The first node of the exception subprocess, if there is one.
    pub exception: Option<ExceptionScope>,
    /// Whether what its messages write to data stores and variables counts together at their end.
    /// Says nothing for local processes, which belong to their callers.
    pub transactional: bool,
}

/// An exception subprocess. Its nodes are part of the process's node list.
#[derive(Clone, Debug, Serialize)]
pub struct ExceptionScope {
    /// Id of the model element.
    pub id: String,
    /// Where handling begins.
    pub start: Option<NodeIndex>,
}

/// One step in the flow.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    /// Id of the model element; what `SAP_ErrorModelStepID` and traces name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What it does.
    pub spec: StepSpec,
    /// What follows; absent after ends, routers and dead ends, where processing simply stops.
    pub next: Option<NodeIndex>,
    /// Whether the node belongs to the exception subprocess.
    pub in_exception: bool,
}

/// A receiver channel: which adapter, and its settings as text templates.
///
/// The flow crate decides the adapter kind and resolves parameters; the meaning of the settings
/// belongs to the adapter, which reads them when the flow is prepared.
#[derive(Clone, Debug, Serialize)]
pub struct Channel {
    /// Channel (message flow) name.
    pub name: String,
    /// Receiver participant name; part of paging property names.
    pub receiver: String,
    /// Which adapter.
    pub adapter: ReceiverKind,
    /// Adapter properties with parameters resolved, `Simple` expressions not yet evaluated.
    pub properties: IndexMap<String, String>,
}

/// Receiver adapters that can be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum ReceiverKind {
    /// `HTTP`.
    Http,
    /// `HCIOData` with OData V2.
    ODataV2,
    /// `Mail` over SMTP.
    Mail,
    /// `ProcessDirect`.
    ProcessDirect,
}
