//! The plan: what a flow means, typed and complete.
//!
//! Every parameter is resolved, every edge is an index, every value is parsed. The plan is what the
//! engine prepares and runs, what checks read and what reports print; nothing in it is specific to
//! how it will be executed. Adding a step kind adds one variant to [`StepSpec`], and the compiler
//! lists what is missing.

use indexmap::IndexMap;
use lockgate_core::role::RoleName;
use serde::Serialize;

use crate::expr::{Predicate, Template};
use crate::schedule::Schedule;

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
}

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

/// Which inbound headers reach the flow (§2.3). `Camel*` never does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AllowedHeaders {
    /// None but those the adapter itself sets.
    None,
    /// All: the single `*`.
    All,
    /// Names that match this regular expression as a whole, ignoring case.
    Matching(String),
}

/// How HTTP receivers keep cookies (§4.0).
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

/// HTTPS sender channel (§4.2).
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
}

/// An exception subprocess (§2.9). Its nodes are part of the process's node list.
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

/// What a node does. Closed: analysis wants to see every case.
#[derive(Clone, Debug, Serialize)]
pub enum StepSpec {
    /// Sets and deletes headers and properties, sets the body (§3.1).
    ContentModifier(ContentModifier),
    /// JSON to XML (§8.1).
    JsonToXml(JsonToXml),
    /// XML to JSON (§8.2).
    XmlToJson(XmlToJson),
    /// Replaces the body by an XPath's result (§3.12).
    Filter(Filter),
    /// Takes the first route whose condition holds (§3.5).
    Router(Router),
    /// Calls a receiver and takes its answer (§3.3).
    RequestReply(Channel),
    /// Calls a receiver and keeps the message (§3.3).
    Send(Channel),
    /// Runs a local process on the same exchange (§3.4).
    ProcessCall(ProcessIndex),
    /// Runs a local process again while a condition holds (§3.4).
    LoopingCall(LoopingCall),
    /// Ends the process (§2.8).
    End(End),
}

/// Content Modifier: headers, then properties, then the body, each top to bottom.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContentModifier {
    /// Header rows.
    pub headers: Vec<Row>,
    /// Property rows.
    pub properties: Vec<Row>,
    /// The new body; absent leaves the body alone.
    pub body: Option<BodySource>,
}

/// One row of a Content Modifier.
#[derive(Clone, Debug, Serialize)]
pub enum Row {
    /// Sets `name`.
    Create {
        /// Header or property name.
        name: String,
        /// Where the value comes from.
        source: ValueSource,
        /// What the value is converted to.
        datatype: Datatype,
    },
    /// Deletes exactly `name`.
    Delete {
        /// Header or property name.
        name: String,
    },
    /// Deletes names matching any of `include` unless they match any of `exclude`; `*` only at the
    /// end, case ignored.
    DeleteMatching {
        /// Patterns to delete.
        include: Vec<String>,
        /// Patterns to keep.
        exclude: Vec<String>,
    },
}

/// Where a row's value comes from.
#[derive(Clone, Debug, Serialize)]
pub enum ValueSource {
    /// Literal text, never evaluated.
    Constant(String),
    /// Copy of a header.
    Header(String),
    /// Copy of an exchange property.
    Property(String),
    /// XPath on the body.
    XPath(String),
    /// Simple template.
    Expression(Template),
    /// A variable of this flow.
    LocalVariable {
        /// Variable name.
        name: Template,
        /// Value when the variable is missing.
        default: Option<String>,
    },
    /// A variable of the tenant.
    GlobalVariable {
        /// Variable name.
        name: Template,
        /// Value when the variable is missing.
        default: Option<String>,
    },
    /// The next number of a range; one number per correlation value when that is given.
    NumberRange {
        /// Range name.
        name: String,
        /// Correlation expression.
        correlation: Option<Template>,
    },
}

/// Java type a row's value is converted to. Unknown and misspelt names mean text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Datatype {
    /// Unspecified: text for expressions, as is for copies.
    Unspecified,
    /// `java.lang.String`.
    Text,
    /// `java.lang.Integer` or `java.lang.Long`.
    Integer,
    /// `java.lang.Boolean`.
    Boolean,
    /// A DOM node: first match, serialised when inserted into text.
    Node,
    /// DOM nodes: all matches.
    NodeList,
    /// `byte[]`.
    Bytes,
}

/// The new body of a Content Modifier.
#[derive(Clone, Debug, Serialize)]
pub enum BodySource {
    /// Literal text.
    Constant(String),
    /// Simple template.
    Expression(Template),
}

/// JSON to XML converter settings.
#[derive(Clone, Debug, Serialize)]
pub struct JsonToXml {
    /// Name (and namespace) of an added root element.
    pub added_root: Option<AddedRoot>,
    /// Prefix handling; see [`JsonNamespaces`].
    pub namespaces: JsonNamespaces,
}

/// The element wrapped around a JSON to XML result.
#[derive(Clone, Debug, Serialize)]
pub struct AddedRoot {
    /// NCName, or prefixed name.
    pub name: String,
    /// Namespace URI, if any.
    pub namespace: Option<String>,
}

/// How converters treat prefixes.
#[derive(Clone, Debug, Serialize)]
pub struct JsonNamespaces {
    /// `useNamespaces`.
    pub enabled: bool,
    /// Namespace URI to prefix pairs from `jsonNamespaceMapping`: prefix → URI.
    pub mapping: IndexMap<String, String>,
    /// Between prefix and name in JSON member names.
    pub separator: String,
}

/// XML to JSON converter settings.
#[derive(Clone, Debug, Serialize)]
pub struct XmlToJson {
    /// Drop the root member.
    pub suppress_root: bool,
    /// `None`: not streaming (arrays by repetition). `Some`: streaming with these arrays.
    pub streaming: Option<StreamingArrays>,
    /// Prefix handling.
    pub namespaces: JsonNamespaces,
    /// Output character set; absent: `CamelCharsetName`, else UTF-8.
    pub encoding: Option<String>,
}

/// Which elements become arrays when streaming.
#[derive(Clone, Debug, Serialize)]
pub enum StreamingArrays {
    /// Every element.
    All,
    /// Elements at these paths, as `root/a/b`.
    Paths(Vec<String>),
}

/// Filter settings.
#[derive(Clone, Debug, Serialize)]
pub struct Filter {
    /// XPath on the body.
    pub xpath: String,
    /// What of the result becomes the body.
    pub result: FilterResult,
}

/// What of an XPath's result becomes the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FilterResult {
    /// All matches serialised one after the other.
    NodeList,
    /// The first match serialised.
    Node,
    /// String value.
    Text,
    /// Whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// Router settings; routes are tried in order.
#[derive(Clone, Debug, Serialize)]
pub struct Router {
    /// Conditional routes in document order.
    pub routes: Vec<Route>,
    /// The route taken when no condition holds.
    pub default: Option<NodeIndex>,
    /// Whether taking the default route raises an error.
    pub throw_on_default: bool,
}

/// One conditional route.
#[derive(Clone, Debug, Serialize)]
pub struct Route {
    /// Name of the sequence flow.
    pub name: String,
    /// When it is taken.
    pub condition: Condition,
    /// Where it leads.
    pub target: Option<NodeIndex>,
}

/// A router or loop condition.
#[derive(Clone, Debug, Serialize)]
pub enum Condition {
    /// Simple predicate.
    Simple(Predicate),
    /// XPath, by its effective boolean value.
    XPath(String),
}

/// A looping process call: runs, then asks whether to run again.
#[derive(Clone, Debug, Serialize)]
pub struct LoopingCall {
    /// The local process.
    pub process: ProcessIndex,
    /// Runs again while it holds.
    pub condition: Condition,
    /// Most iterations.
    pub max_iterations: u32,
    /// Whether reaching the maximum while the condition holds is an error.
    pub throw_on_max: bool,
}

/// How a process ends.
#[derive(Clone, Debug, Serialize)]
pub enum End {
    /// End Message, End or nothing: with a channel the message is sent first.
    Message(Option<Channel>),
    /// Error End.
    Error,
    /// Escalation End with its recorded category.
    Escalation(String),
    /// Terminate.
    Terminate,
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
    /// `HTTP` (§4.3).
    Http,
    /// `HCIOData` with OData V2 (§4.5).
    ODataV2,
    /// `Mail` over SMTP (§4.9).
    Mail,
    /// `ProcessDirect` (§4.4).
    ProcessDirect,
}
