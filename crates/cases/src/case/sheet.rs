//! What `case.toml` and `suite.toml` say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lockgate_core::role::RoleName;
use lockgate_core::secret::Secret;
use serde::Deserialize;

/// What a case says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CaseSheet {
    /// For people who read the case.
    #[serde(rename = "description")]
    pub(crate) _description: String,
    pub(crate) start: Start,
    /// Id of the flow that is meant, where several could be.
    pub(crate) flow: Option<String>,
    pub(crate) time: Option<String>,
    pub(crate) request: RequestSheet,
    pub(crate) response: ResponseSheet,
    pub(crate) log: LogSheet,
    /// Values of externalised parameters.
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) credentials: BTreeMap<String, Credential>,
    /// Global variables.
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) number_ranges: BTreeMap<String, NumberRange>,
}

/// What a folder of cases says for all of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SuiteSheet {
    /// Where the flows are, relative to the folder.
    pub(crate) flows: Vec<PathBuf>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) credentials: BTreeMap<String, Credential>,
    /// Global variables.
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) number_ranges: BTreeMap<String, NumberRange>,
}

impl CaseSheet {
    /// Takes over from the suite what the case does not say itself.
    pub(crate) fn inherit(&mut self, suite: SuiteSheet) {
        add(&mut self.parameters, suite.parameters);
        add(&mut self.credentials, suite.credentials);
        add(&mut self.variables, suite.variables);
        add(&mut self.number_ranges, suite.number_ranges);
    }
}

fn add<T>(own: &mut BTreeMap<String, T>, shared: BTreeMap<String, T>) {
    for (name, value) in shared {
        own.entry(name).or_insert(value);
    }
}

/// What starts the flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Start {
    /// An HTTP request.
    #[default]
    Request,
    /// Its timer, at once.
    Timer,
    /// A ProcessDirect call.
    Direct,
}

/// What is sent, beside the body.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RequestSheet {
    pub(crate) method: Option<String>,
    /// Below `/http`, or the ProcessDirect address.
    pub(crate) path: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    /// Roles of the caller; otherwise it has those that the flows ask for.
    pub(crate) roles: Option<Vec<RoleName>>,
}

/// What is expected as answer, beside the body.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ResponseSheet {
    pub(crate) status: Option<u16>,
    pub(crate) headers: BTreeMap<String, String>,
    /// Texts that the body contains.
    pub(crate) contains: Vec<String>,
}

/// What is expected in the message log about the flow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LogSheet {
    /// `COMPLETED`, `FAILED` or `ESCALATED`.
    pub(crate) status: Option<String>,
    /// Text that the error contains.
    pub(crate) error: Option<String>,
    /// The status that the flow set.
    pub(crate) custom_status: Option<String>,
    /// The id of the sender's application.
    pub(crate) application_id: Option<String>,
    /// The type of the sender's application.
    pub(crate) message_type: Option<String>,
    /// The sender that the flow named.
    pub(crate) sender: Option<String>,
    /// The receiver that the flow named.
    pub(crate) receiver: Option<String>,
    /// Properties for searching; others may be there.
    pub(crate) custom_headers: BTreeMap<String, String>,
}

/// A credential that flows refer to. What it holds is made up, as no system will ever see it.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a credential has user and password, or token_url, client_id and client_secret"
)]
pub(crate) enum Credential {
    /// User credentials.
    User {
        /// User name.
        user: String,
        /// Password.
        password: Secret<String>,
    },
    /// OAuth2 client credentials; tokens are granted without a mock.
    Client {
        /// Token endpoint.
        token_url: String,
        /// Client id.
        client_id: String,
        /// Client secret.
        client_secret: Secret<String>,
    },
}

/// A number range that flows draw from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumberRange {
    /// The smallest number.
    #[serde(default)]
    pub(crate) min: i64,
    /// The largest number.
    pub(crate) max: i64,
    /// The number that is drawn next; otherwise the smallest.
    pub(crate) next: Option<i64>,
    /// Digits that numbers are filled to.
    #[serde(default)]
    pub(crate) length: u16,
    /// Whether it begins again at its end.
    #[serde(default)]
    pub(crate) rotate: bool,
}
