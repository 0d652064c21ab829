//! What nodes do, step by step.

use indexmap::IndexMap;
use serde::Serialize;

use super::{Channel, DataStoreStep, NodeIndex, ProcessIndex, VariableRow};
use crate::expr::{Predicate, Template};

/// What a node does. Closed: analysis wants to see every case.
#[derive(Clone, Debug, Serialize)]
pub enum StepSpec {
    /// Sets and deletes headers and properties, sets the body.
    ContentModifier(ContentModifier),
    /// Writes variables, all or none.
    WriteVariables(Vec<VariableRow>),
    /// Writes, reads or deletes entries of a data store.
    DataStore(DataStoreStep),
    /// JSON to XML.
    JsonToXml(JsonToXml),
    /// XML to JSON.
    XmlToJson(XmlToJson),
    /// Replaces the body by an XPath's result.
    Filter(Filter),
    /// Calls a function of a script.
    Script(Script),
    /// Takes the first route whose condition holds.
    Router(Router),
    /// Calls a receiver and takes its answer.
    RequestReply(Channel),
    /// Calls a receiver and keeps the message.
    Send(Channel),
    /// Runs a local process on the same exchange.
    ProcessCall(ProcessIndex),
    /// Runs a local process again while a condition holds.
    LoopingCall(LoopingCall),
    /// Ends the process.
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

/// Groovy script: calls one function of one file with the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Script {
    /// The script collection that has the file; this bundle when absent.
    pub collection: Option<String>,
    /// File name below the folder of scripts. Empty in drafts: the step fails when it runs.
    pub file: String,
    /// Name of the function.
    pub function: String,
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
