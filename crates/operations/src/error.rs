//! Why a request of an operator was not carried out.

use lockgate_core::input::FieldErrors;
use thiserror::Error;
use uuid::Uuid;

use crate::flows::Finding;
use crate::partners::PartnerError;

/// Why a request of an operator was not carried out. Knows nothing of HTTP.
#[derive(Debug, Error)]
pub enum Error {
    /// Fields are missing, unknown or invalid.
    #[error("{0}")]
    Fields(FieldErrors),
    /// The upload cannot be deployed.
    #[error("{}", summary(.0))]
    Bundle(Vec<Finding>),
    /// The package has no flow of this id.
    #[error("The package has no flow {flow:?}; it has {}.", .has.join(", "))]
    NotInPackage {
        /// The flow that was asked for.
        flow: String,
        /// Flows in the package.
        has: Vec<String>,
    },
    /// Another deployed flow has the same address.
    #[error("The address {address} of flow {flow} is taken by the deployed flow {by}.")]
    AddressTaken {
        /// The address, below `/http`.
        address: String,
        /// The flow to be deployed.
        flow: String,
        /// The flow that has it.
        by: String,
    },
    /// No flow of this id is deployed.
    #[error("There is no deployed flow {0:?}.")]
    NoFlow(String),
    /// Nothing of this id is deployed.
    #[error("Requested entity could not be found.")]
    NoRuntimeArtifact(String),
    /// No deployment has this id.
    #[error("There is no task {0}.")]
    NoTask(Uuid),
    /// No credential has this name.
    #[error("There is no credential {0:?}.")]
    NoCredential(String),
    /// A credential has this name already.
    #[error("A credential with the name {0:?} already exists.")]
    CredentialTaken(String),
    /// The keystore has no entry with this alias.
    #[error("The keystore has no entry with the alias {0:?}.")]
    NoEntry(String),
    /// The keystore has an entry with this alias already.
    #[error("Entry with alias {0:?} already exists.")]
    EntryTaken(String),
    /// What was sent is no certificate, key or chain that the keystore takes.
    #[error("{0}")]
    Unusable(String),
    /// No access policy has this number.
    #[error("There is no access policy {0}.")]
    NoPolicy(i64),
    /// The role has an access policy already.
    #[error("An access policy for the role {0:?} already exists.")]
    PolicyTaken(String),
    /// No artifact reference has this number.
    #[error("There is no artifact reference {0}.")]
    NoReference(i64),
    /// There are as many as there may be.
    #[error("There are {limit} {what} already, and there may be no more.")]
    TooMany {
        /// What there are many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// No variable has this name.
    #[error("There is no variable {0:?} in this scope.")]
    NoVariable(String),
    /// No data store has this name.
    #[error("There is no data store {0:?} in this scope.")]
    NoDataStore(String),
    /// The data store has no entry with this id.
    #[error("The data store has no entry {0:?}.")]
    NoDataStoreEntry(String),
    /// The content of an entry cannot be opened.
    #[error("The entry {0:?} cannot be read: it was sealed under another master key, or altered.")]
    SealedEntry(String),
    /// No number range has this name.
    #[error("There is no number range {0:?}.")]
    NoNumberRange(String),
    /// No message has this id.
    #[error("There is no message {0:?} in the log.")]
    NoMessage(String),
    /// The message has not ended.
    #[error("The message {0:?} is still under way; it can be deleted when it has ended.")]
    MessageRuns(String),
    /// Nothing was kept of how the message came in.
    #[error("The message {0:?} was not kept as it came in, so it cannot be sent again.")]
    NotKept(String),
    /// The message was larger than what is kept.
    #[error(
        "The message {message:?} had {size} bytes, more than are kept, so it cannot be sent again."
    )]
    TooLargeToKeep {
        /// The message.
        message: String,
        /// The size of its body.
        size: u64,
    },
    /// No content is kept under this number.
    #[error("There is no kept content {0}.")]
    NoPayload(i64),
    /// No refused call has this correlation id.
    #[error("No refused call with the correlation id {0:?} is on record.")]
    NoRefusal(String),
    /// It is about the partner directory.
    #[error(transparent)]
    Partner(#[from] PartnerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] lockgate_store::Error),
}

/// What an operation gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

/// The first error in words, and how many there are.
fn summary(findings: &[Finding]) -> String {
    let mut errors = findings.iter().filter(|f| f.diagnostic.is_error());
    let first = errors.next().map(|finding| match &finding.flow {
        Some(flow) => format!("{flow}: {}", finding.diagnostic.message),
        None => finding.diagnostic.message.clone(),
    });
    let first = first.unwrap_or_else(|| "the upload cannot be deployed".to_owned());
    match errors.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}
