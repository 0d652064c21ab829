//! Why a request to the catalogue was not carried out.

use lockgate_core::crypto::CryptoError;
use lockgate_core::ids::InstanceId;
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_core::role::RoleName;
use lockgate_pki::authority::AuthorityError;
use thiserror::Error;

/// Why a request to the catalogue was not carried out. Knows nothing of HTTP.
#[derive(Debug, Error)]
pub enum Error {
    /// Fields are missing, unknown or invalid.
    #[error("{0}")]
    Fields(FieldErrors),
    /// No instance has this name or guid.
    #[error("There is no service instance {0:?}.")]
    NoInstance(String),
    /// Several instances have this name, in different spaces.
    #[error("There are {} service instances {name:?}: {}.", .guids.len(), listed(.guids))]
    AmbiguousInstance {
        /// The name.
        name: String,
        /// Their guids.
        guids: Vec<InstanceId>,
    },
    /// No space has this name or guid.
    #[error("There is no space {0:?}.")]
    NoSpace(String),
    /// No key has this name or guid.
    #[error("There is no service key {0:?}.")]
    NoKey(String),
    /// No role has this name.
    #[error("There is no role {0:?}.")]
    NoRole(String),
    /// Another instance has this name. Clients know the phrase.
    #[error("The service instance name is taken: {0}.")]
    InstanceNameTaken(String),
    /// Another key of the instance has this name. Clients know the phrase.
    #[error(
        "The binding name is invalid. Key binding names must be unique. The service instance already has a key binding with name '{0}'."
    )]
    KeyNameTaken(String),
    /// A role of this name exists.
    #[error("The role {0} exists already.")]
    RoleTaken(RoleName),
    /// The instance still has keys.
    #[error("The service instance {instance:?} still has {keys} key(s).")]
    HasKeys {
        /// Name of the instance.
        instance: String,
        /// How many keys it has.
        keys: usize,
    },
    /// The role is in use.
    #[error("The role {role} is used by {}.", users(.instances, .flows))]
    RoleUsed {
        /// The role.
        role: RoleName,
        /// Names of instances that hold it.
        instances: Vec<String>,
        /// Ids of deployed flows that ask for it.
        flows: Vec<String>,
    },
    /// The role exists from the start.
    #[error("The role {0} is predefined and fixed.")]
    RoleFixed(RoleName),
    /// There are as many instances as a tenant may have.
    #[error("A tenant has at most {} service instances.", limits::INSTANCES)]
    TooManyInstances,
    /// The instance has as many keys as it may have.
    #[error("A service instance has at most {} keys.", limits::INSTANCE_KEYS)]
    TooManyKeys,
    /// There are as many custom roles as a tenant may have.
    #[error("A tenant has at most {} custom roles.", limits::CUSTOM_ROLES)]
    TooManyRoles,
    /// The certificate belongs to another key. Whose it is stays unsaid.
    #[error("The certificate is in use by another service key: each can be used only once.")]
    CertificateInUse,
    /// The instance may not have keys with certificates.
    #[error(
        "The service instance {0:?} does not have the grant type client_credentials, which keys with certificates need."
    )]
    CertificateGrant(String),
    /// The authority that issued a certificate was removed before its key was stored.
    #[error("The authority that issued the certificate was removed at the same time.")]
    IssuerRemoved,
    /// Too many key pairs are being made.
    #[error("The server is busy making other keys.")]
    Busy,
    /// No authority has this name or thumbprint.
    #[error("There is no authority {0:?}.")]
    NoAuthority(String),
    /// Another authority has this name.
    #[error("There is an authority {0:?} already.")]
    AuthorityNameTaken(String),
    /// The authority is there, under this name.
    #[error("The authority is trusted already, as {0:?}.")]
    AuthorityKnown(String),
    /// The authority issues the certificates of new keys.
    #[error("The authority {0:?} issues the certificates of new keys.")]
    AuthorityIssues(String),
    /// There are as many authorities as a tenant may have.
    #[error("A tenant has at most {} authorities.", limits::AUTHORITIES)]
    TooManyAuthorities,
    /// The key of an own authority cannot be read.
    #[error("the key of authority {name} cannot be read")]
    UnreadableAuthority {
        /// Its name.
        name: String,
        /// Why.
        source: CryptoError,
    },
    /// A certificate could not be made, or that of an authority not be read.
    #[error(transparent)]
    Issue(#[from] AuthorityError),
    /// The instance still has the grant type from before.
    #[error(
        "The service instance {0:?} still has the grant type client_x509, which is out of use: it gets no new keys."
    )]
    ClientX509(String),
    /// The server does not show credentials again.
    #[error("The credentials of the service key {0:?} were shown once, when it was created.")]
    CredentialsHidden(String),
    /// A stored key cannot be shown.
    #[error("the credentials of key {key} cannot be shown")]
    Unreadable {
        /// Guid of the key.
        key: String,
        /// Why.
        source: CryptoError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] lockgate_store::Error),
}

/// What an operation of the catalogue gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

/// A few guids, then a count.
fn listed(guids: &[InstanceId]) -> String {
    let few: Vec<String> = guids.iter().take(10).map(ToString::to_string).collect();
    let more = match guids.len() - few.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    few.join(", ") + &more
}

/// Who uses a role, in words: a few names, then a count.
fn users(instances: &[String], flows: &[String]) -> String {
    let some = |kind: &str, names: &[String]| match names {
        [] => None,
        names if names.len() <= 5 => Some(format!("{kind} {}", names.join(", "))),
        names => Some(format!(
            "{kind} {} and {} more",
            names[..5].join(", "),
            names.len() - 5
        )),
    };
    let parts = [
        some("service instance", instances),
        some("deployed flow", flows),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_of_a_role_are_named_up_to_a_few() {
        let names = |count: usize| (1..=count).map(|n| format!("i{n}")).collect::<Vec<_>>();
        assert_eq!(users(&names(2), &[]), "service instance i1, i2");
        assert_eq!(
            users(&names(7), &names(1)),
            "service instance i1, i2, i3, i4, i5 and 2 more; deployed flow i1"
        );
    }
}
