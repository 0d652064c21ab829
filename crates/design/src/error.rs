//! Why a change at design time was not made.

use lockgate_flow::Diagnostic;
use lockgate_store::artifacts::ArtifactKind;
use thiserror::Error;

/// Why a change at design time was not made. Knows nothing of HTTP; tools look for some of the words.
#[derive(Debug, Error)]
pub enum Error {
    /// A value is missing or means nothing.
    #[error("{0}")]
    Invalid(String),
    /// An upload is no archive of an artifact, or of a package.
    #[error("The archive cannot be used: {}", lines(.0))]
    Archive(Vec<Diagnostic>),
    /// There is no such package, artifact or resource, or not in this version.
    #[error("Requested entity could not be found.")]
    NotFound,
    /// An artifact has no such parameter.
    #[error("Parameter key '{0}' not found.")]
    NoParameter(String),
    /// A value mapping does not map between these.
    #[error("The value mapping has no entries from {0} to {1}.")]
    NoSchema(String, String),
    /// There is a package of this id.
    #[error("Entity with the specified IntegrationPackage id already exist.")]
    PackageExists,
    /// There is an artifact of this id, here or elsewhere.
    #[error(
        "Integration artifact with ID {id} already exists in the {package} package. Please rename the artifact ID."
    )]
    ArtifactExists {
        /// The id.
        id: String,
        /// The name of the package that has it.
        package: String,
    },
    /// A resource of this name, or a tag configuration, is there.
    #[error("{0} exists already.")]
    Exists(String),
    /// The archive belongs to another artifact.
    #[error("{}", other_name(*.0))]
    SymbolicName(ArtifactKind),
    /// Somebody wants to move an artifact or to change its id.
    #[error("Update of PackageId and Id are not allowed.")]
    IdChange,
    /// The package can only be configured.
    #[error("Cannot {0} a configure only package.")]
    ReadOnly(&'static str),
    /// Artifacts of the package were changed since they were saved.
    #[error(
        "Package export failed. It contains the following artifacts are in draft state: [ {} ].",
        .0.join(", ")
    )]
    Drafts(Vec<String>),
    /// There are as many of something as there may be.
    #[error("There are {0} {1} already, which is the most.")]
    TooMany(usize, &'static str),
    /// A default needs something to choose from.
    #[error("Not enough target instances to create default.")]
    NoChoice,
    /// Others changed the artifact all the time.
    #[error("Others change the artifact at the same time; try again.")]
    Contended,
    /// An archive cannot be packed.
    #[error("The archive cannot be packed: {0}")]
    Packing(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] lockgate_store::Error),
}

/// What a call gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Vec<Diagnostic>> for Error {
    fn from(problems: Vec<Diagnostic>) -> Self {
        Self::Archive(problems)
    }
}

fn lines(problems: &[Diagnostic]) -> String {
    let messages: Vec<_> = problems.iter().map(|one| one.message.as_str()).collect();
    messages.join("; ")
}

/// What tools are told when an archive belongs to another artifact; it depends on what it is.
fn other_name(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::MessageMapping => "BUNDLE_SYMBOLIC_NAME_CANNOT_BE_UPDATED",
        _ => "Could not update artifact of the package; due to change in the Bundle-symbolicName",
    }
}
