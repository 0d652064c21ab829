//! Who may call an endpoint. Pure: an endpoint and an identity give a [`Permit`] or a [`Denied`].
//!
//! There is no other way to a permit, and no way into a flow over HTTP without one.

mod listed;

use std::fmt;
use std::sync::Arc;

use lockgate_core::account::Account;
use lockgate_core::certificate::PeerCertificate;
use lockgate_core::client::Client;
use lockgate_core::refusal::Reason;
use lockgate_core::role::RoleName;

use crate::endpoints::Endpoint;
pub use listed::{Listed, UnreadableName};

/// Who may call an endpoint.
#[derive(Clone, Debug)]
pub enum Access {
    /// Callers that hold the role.
    Role(RoleName),
    /// Callers with one of these certificates, whoever they are otherwise.
    Certificates(Arc<[Listed]>),
}

/// What a caller proved about itself.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Who it is.
    Known {
        /// Whose roles count.
        principal: Principal,
        /// The certificate that it came with, which may be what proved it.
        certificate: Option<Arc<PeerCertificate>>,
    },
    /// Only that it holds a certificate: enough where the channel lists it, and nowhere else.
    Holder {
        /// The certificate.
        certificate: Arc<PeerCertificate>,
        /// Why it leads to no client.
        because: Reason,
    },
}

/// Whose roles count.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A client that speaks for itself.
    Client {
        /// The client, as it is now: roles taken away from it are gone from here too.
        client: Arc<Client>,
        /// What the presented credential lets the client use of its roles.
        grant: Grant,
        /// What flows read in `SapAuthenticatedUserName`; absent when it is not to be told.
        user_name: Option<Arc<str>>,
    },
    /// A person, through the token of a client.
    Person {
        /// The client, as it is now.
        client: Arc<Client>,
        /// The scopes of the token.
        scopes: Arc<[RoleName]>,
        /// The person's account, as it is now; absent when another issuer vouches for the person.
        account: Option<Arc<Account>>,
        /// The person's name, which flows read in `SapAuthenticatedUserName`.
        name: Arc<str>,
    },
}

/// What a credential lets a client use of its roles.
#[derive(Clone, Debug)]
pub enum Grant {
    /// All roles the client holds: a secret or a certificate of the client itself.
    Everything,
    /// Only these roles, and only while the client still holds them: the scopes of a token.
    Only(Arc<[RoleName]>),
}

impl Identity {
    /// The certificate that the caller holds.
    #[must_use]
    pub const fn certificate(&self) -> Option<&Arc<PeerCertificate>> {
        match self {
            Self::Known { certificate, .. } => certificate.as_ref(),
            Self::Holder { certificate, .. } => Some(certificate),
        }
    }
}

impl Principal {
    /// The client behind the call.
    #[must_use]
    pub const fn client(&self) -> &Arc<Client> {
        match self {
            Self::Client { client, .. } | Self::Person { client, .. } => client,
        }
    }

    /// What flows read in `SapAuthenticatedUserName`.
    #[must_use]
    pub const fn user_name(&self) -> Option<&Arc<str>> {
        match self {
            Self::Client { user_name, .. } => user_name.as_ref(),
            Self::Person { name, .. } => Some(name),
        }
    }

    /// Roles are compared exactly, case included.
    fn check_role(&self, role: &RoleName) -> Result<(), Denied> {
        if !self.client().roles.contains(role) {
            return Err(Denied::RoleMissing(role.clone()));
        }
        let scopes = match self {
            Self::Client {
                grant: Grant::Everything,
                ..
            } => return Ok(()),
            Self::Client {
                grant: Grant::Only(scopes),
                ..
            } => scopes,
            Self::Person {
                account: Some(account),
                ..
            } if !account.roles.contains(role) => {
                return Err(Denied::PersonRoleMissing(role.clone()));
            }
            Self::Person { scopes, .. } => scopes,
        };
        match scopes.contains(role) {
            true => Ok(()),
            false => Err(Denied::ScopeMissing(role.clone())),
        }
    }
}

/// Characters of a certificate's subject that the message log shows.
const SUBJECT_CHARS: usize = 200;

/// Who sent a message, for the message log.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known {
                principal: Principal::Client { client, .. },
                ..
            } => f.write_str(&client.id),
            Self::Known {
                principal: Principal::Person { client, name, .. },
                ..
            } => write!(f, "{name} through {}", client.id),
            Self::Holder { certificate, .. } => {
                let subject = certificate.names.subject.text();
                let subject = subject.chars().flat_map(char::escape_debug);
                subject
                    .take(SUBJECT_CHARS)
                    .try_for_each(|c| fmt::Write::write_char(f, c))?;
                write!(f, " (certificate {})", certificate.thumbprint)
            }
        }
    }
}

/// Proof that a caller may call an endpoint. Made by [`authorize`] only.
#[derive(Clone, Debug)]
pub struct Permit {
    endpoint: Arc<Endpoint>,
    identity: Identity,
}

impl Permit {
    /// The endpoint that may be called.
    #[must_use]
    pub fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// Who may call it.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What the flow reads in `SapAuthenticatedUserName`: nothing where a listed certificate was
    /// asked for instead of a user with a role.
    #[must_use]
    pub fn user_name(&self) -> Option<&Arc<str>> {
        match (&self.endpoint.access, &self.identity) {
            (Access::Role(_), Identity::Known { principal, .. }) => principal.user_name(),
            (Access::Role(_) | Access::Certificates(_), _) => None,
        }
    }
}

/// Why a caller may not call an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The caller only holds a certificate, which leads to no client for this reason.
    #[error("{}", .0.explanation())]
    NoClient(Reason),
    /// The client does not hold the role.
    #[error("the client does not have the role {0}")]
    RoleMissing(RoleName),
    /// The client holds the role, but its token was issued without it.
    #[error("the token does not carry the role {0}, which the client has")]
    ScopeMissing(RoleName),
    /// The client holds the role, but the person that its token speaks for does not.
    #[error("the person that the token speaks for does not have the role {0}")]
    PersonRoleMissing(RoleName),
    /// The channel accepts listed client certificates only, and none was presented.
    #[error("the endpoint accepts listed client certificates only")]
    CertificateRequired,
    /// The channel accepts listed client certificates only, and the one that was presented is not.
    #[error("the endpoint does not list the certificate")]
    CertificateNotListed,
}

impl Denied {
    /// What the operator reads about the refusal.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::NoClient(reason) => *reason,
            Self::RoleMissing(_) => Reason::RoleMissing,
            Self::ScopeMissing(_) => Reason::ScopeMissing,
            Self::PersonRoleMissing(_) => Reason::PersonRoleMissing,
            Self::CertificateRequired => Reason::CertificateRequired,
            Self::CertificateNotListed => Reason::CertificateNotListed,
        }
    }

    /// The role that was asked for, if one was; part of the challenge to a bearer.
    #[must_use]
    pub const fn role(&self) -> Option<&RoleName> {
        match self {
            Self::RoleMissing(role) | Self::ScopeMissing(role) | Self::PersonRoleMissing(role) => {
                Some(role)
            }
            Self::NoClient(_) | Self::CertificateRequired | Self::CertificateNotListed => None,
        }
    }
}

/// Decides whether `identity` may call `endpoint`.
///
/// # Errors
/// What is missing.
pub fn authorize(endpoint: &Arc<Endpoint>, identity: &Identity) -> Result<Permit, Denied> {
    match (&endpoint.access, identity) {
        (Access::Role(role), Identity::Known { principal, .. }) => principal.check_role(role)?,
        (Access::Role(_), Identity::Holder { because, .. }) => {
            return Err(Denied::NoClient(*because));
        }
        (Access::Certificates(listed), _) => {
            let certificate = identity.certificate().ok_or(Denied::CertificateRequired)?;
            if !listed.iter().any(|pair| pair.matches(&certificate.names)) {
                return Err(Denied::CertificateNotListed);
            }
        }
    }
    Ok(Permit {
        endpoint: Arc::clone(endpoint),
        identity: identity.clone(),
    })
}

#[cfg(test)]
mod tests;
