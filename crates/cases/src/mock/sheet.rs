//! What the TOML file of a mock says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// A mock.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MockSheet {
    /// The channel or receiver participant, where the name of the file cannot be it.
    pub(crate) channel: Option<String>,
    /// A file with the metadata of an OData service.
    pub(crate) metadata: Option<PathBuf>,
    pub(crate) call: Vec<CallSheet>,
    pub(crate) mail: Vec<MailSheet>,
}

/// A call that is expected, and its answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallSheet {
    pub(crate) request: RequestSheet,
    pub(crate) response: ResponseSheet,
    /// What the flow finds instead of an answer.
    pub(crate) fail: Option<Fault>,
}

/// What a flow finds instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fault {
    /// No connection.
    Connection,
    /// No answer until the channel's time is over; the test does not wait for it.
    Timeout,
}

/// What a request is expected to be. What is not said may be anything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RequestSheet {
    pub(crate) method: Option<String>,
    /// The path, or the whole address without the query.
    pub(crate) path: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    /// The body in place.
    pub(crate) body: Option<String>,
    /// A file beside with the body.
    pub(crate) file: Option<PathBuf>,
}

/// What is answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ResponseSheet {
    pub(crate) status: Option<u16>,
    pub(crate) headers: BTreeMap<String, String>,
    /// The body in place.
    pub(crate) body: Option<String>,
    /// A file beside with the body.
    pub(crate) file: Option<PathBuf>,
}

/// A mail that is expected. What is not said may be anything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MailSheet {
    pub(crate) from: Option<String>,
    /// All recipients, in any order.
    pub(crate) to: Option<Vec<String>>,
    pub(crate) subject: Option<String>,
    /// File names of attachments, in order.
    pub(crate) attachments: Option<Vec<String>>,
    /// The body in place.
    pub(crate) body: Option<String>,
    /// A file beside with the body.
    pub(crate) file: Option<PathBuf>,
    pub(crate) fail: Option<Fault>,
}
