//! Why something was not done to an account, an organization, a space or a role.

use lockgate_core::account::AccountKind;
use lockgate_core::input::FieldErrors;
use thiserror::Error;

/// Why a request was not carried out. Knows nothing of HTTP.
///
/// The texts about organizations, spaces and roles are those of Cloud Foundry: its command line
/// tells by them that something exists already.
#[derive(Debug, Error)]
pub enum Error {
    /// Fields are missing, unknown or invalid.
    #[error("{0}")]
    Fields(FieldErrors),
    /// No account has this name or guid.
    #[error("There is no account {0:?}.")]
    NoAccount(String),
    /// No organization has this name or guid.
    #[error("There is no organization {0:?}.")]
    NoOrganization(String),
    /// No space has this name or guid.
    #[error("There is no space {0:?}.")]
    NoSpace(String),
    /// No membership has this guid.
    #[error("There is no membership {0:?}.")]
    NoMembership(String),
    /// An account has this name, perhaps in another case.
    #[error("An account named {0:?} exists already.")]
    AccountTaken(String),
    /// An organization has this name, perhaps in another case.
    #[error("Organization '{0}' already exists.")]
    OrganizationTaken(String),
    /// The organization has a space of this name, perhaps in another case.
    #[error("Name must be unique per organization")]
    SpaceTaken(String),
    /// The account has the role already.
    #[error("User '{account}' already has '{role}' role in {place}.")]
    RoleHeld {
        /// The account's name.
        account: String,
        /// The role, such as `space_developer`.
        role: &'static str,
        /// Where it holds, such as `space 'dev'`.
        place: String,
    },
    /// A role in a space needs one in the organization.
    #[error(
        "Users cannot be assigned roles in a space if they do not have a role in that space's \
         organization."
    )]
    NotInOrganization {
        /// The account's name.
        account: String,
        /// The organization's name.
        organization: String,
    },
    /// The last role in an organization stays while there are roles in its spaces.
    #[error("Cannot delete {role} role while user has roles in spaces in that organization.")]
    StillInSpaces {
        /// The role, such as `organization_user`.
        role: &'static str,
    },
    /// What was asked for is not for this kind of account.
    #[error("{account:?} is a {}, which has no {lacks}.", .kind.name())]
    WrongKind {
        /// The account's name.
        account: String,
        /// Its kind.
        kind: AccountKind,
        /// What it does not have, such as `password`.
        lacks: &'static str,
    },
    /// Somebody has to be an administrator.
    #[error("{0:?} is the last administrator.")]
    LastAdmin(String),
    /// Deleting the broker would leave its platform's instances to nobody.
    #[error("Broker {0:?} has service instances.")]
    BrokerUsed(String),
    /// The organization and the space that exist from the start stay as they are.
    #[error("The {what} 'default' cannot be renamed or deleted.")]
    Fixed {
        /// `organization` or `space`.
        what: &'static str,
    },
    /// The organization has spaces.
    #[error("Organization '{organization}' has {spaces} spaces.")]
    HasSpaces {
        /// Its name.
        organization: String,
        /// How many spaces it has.
        spaces: usize,
    },
    /// The space has service instances.
    #[error("Space '{0}' has service instances.")]
    HasInstances(String),
    /// There are as many as there may be.
    #[error("There are {limit} {what}, as many as there may be.")]
    TooMany {
        /// What, in the plural.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// Too many passwords wait to be hashed.
    #[error("The server has too many passwords to check at the moment.")]
    Busy,
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

impl Error {
    /// A violated unique constraint as `taken`: another server was faster.
    pub(crate) fn conflict(error: lockgate_store::Error, taken: impl FnOnce() -> Self) -> Self {
        match error {
            lockgate_store::Error::Conflict { .. } => taken(),
            other => Self::Store(other),
        }
    }

    /// A violated foreign key as `used`: other rows refer to what was to be deleted.
    pub(crate) fn reference(error: lockgate_store::Error, used: impl FnOnce() -> Self) -> Self {
        match error {
            lockgate_store::Error::Reference => used(),
            other => Self::Store(other),
        }
    }
}
