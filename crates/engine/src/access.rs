//! Who may call an endpoint. Pure: an endpoint and an identity give a [`Permit`] or a [`Denied`].
//!
//! There is no other way to a permit, and no way into a flow over HTTP without one.

use std::sync::Arc;

use lockgate_core::client::Client;
use lockgate_core::refusal::Reason;
use lockgate_core::role::RoleName;
use lockgate_flow::plan::Authorization;

use crate::endpoints::Endpoint;

/// A caller that proved who it is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The client, as it is now: roles taken away from it are gone from here too.
    pub client: Arc<Client>,
    /// What the presented credential lets the client use of its roles.
    pub grant: Grant,
    /// What flows read in `SapAuthenticatedUserName`; absent when it is not to be told.
    pub user_name: Option<Arc<str>>,
}

/// What a credential lets a client use of its roles.
#[derive(Clone, Debug)]
pub enum Grant {
    /// All roles the client holds: a secret of the client itself.
    Everything,
    /// Only these roles, and only while the client still holds them: the scopes of a token.
    Only(Arc<[RoleName]>),
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
}

/// Why a caller may not call an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The client does not hold the role.
    #[error("the client does not have the role {0}")]
    RoleMissing(RoleName),
    /// The client holds the role, but its token was issued without it.
    #[error("the token does not carry the role {0}, which the client has")]
    ScopeMissing(RoleName),
    /// The channel accepts listed client certificates only, and none was presented.
    #[error("the endpoint accepts listed client certificates only")]
    CertificateRequired,
}

impl Denied {
    /// What the operator reads about the refusal.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::RoleMissing(_) => Reason::RoleMissing,
            Self::ScopeMissing(_) => Reason::ScopeMissing,
            Self::CertificateRequired => Reason::CertificateRequired,
        }
    }

    /// The role that was asked for, if one was; part of the challenge to a bearer.
    #[must_use]
    pub const fn role(&self) -> Option<&RoleName> {
        match self {
            Self::RoleMissing(role) | Self::ScopeMissing(role) => Some(role),
            Self::CertificateRequired => None,
        }
    }
}

/// Decides whether `identity` may call `endpoint`. Roles are compared exactly, case included.
///
/// # Errors
/// What is missing.
pub fn authorize(endpoint: &Arc<Endpoint>, identity: &Identity) -> Result<Permit, Denied> {
    match &endpoint.authorization {
        Authorization::Role(role) => has_role(identity, role)?,
        Authorization::Certificates(_) => return Err(Denied::CertificateRequired),
    }
    Ok(Permit {
        endpoint: Arc::clone(endpoint),
        identity: identity.clone(),
    })
}

fn has_role(identity: &Identity, role: &RoleName) -> Result<(), Denied> {
    if !identity.client.roles.contains(role) {
        return Err(Denied::RoleMissing(role.clone()));
    }
    match &identity.grant {
        Grant::Everything => Ok(()),
        Grant::Only(roles) if roles.contains(role) => Ok(()),
        Grant::Only(_) => Err(Denied::ScopeMissing(role.clone())),
    }
}

#[cfg(test)]
mod tests {
    use lockgate_core::clock::Timestamp;
    use lockgate_core::ids::InstanceId;
    use lockgate_core::tenant::Plan;
    use lockgate_flow::plan::DnPair;
    use uuid::Uuid;

    use super::*;

    fn roles(names: &[&str]) -> Vec<RoleName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn identity(held: &[&str], token: Option<&[&str]>) -> Identity {
        let client = Client {
            id: "sb-1!b1|it-rt-t!b1".to_owned(),
            instance: InstanceId(Uuid::from_u128(1)),
            plan: Plan::IntegrationFlow,
            roles: roles(held),
            grant_types: vec![],
            redirect_uris: vec![],
            token_validity: 3600,
            tokens_not_before: Timestamp::default(),
            secrets: vec![],
            certificates: vec![],
        };
        let grant = token.map_or(Grant::Everything, |names| Grant::Only(roles(names).into()));
        Identity {
            client: Arc::new(client),
            grant,
            user_name: None,
        }
    }

    /// Roles held, roles in the token (none for Basic), role asked for, and the decision.
    #[test]
    fn a_permit_needs_the_exact_role_in_the_client_and_in_its_token() {
        let send: RoleName = "ESBMessaging.send".parse().unwrap();
        let missing = || Err(Denied::RoleMissing(send.clone()));
        let narrowed = || Err(Denied::ScopeMissing(send.clone()));
        type Case<'a> = (
            &'a str,
            &'a [&'a str],
            Option<&'a [&'a str]>,
            Result<(), Denied>,
        );
        let cases: [Case<'_>; 10] = [
            ("B1", &["ESBMessaging.send"], None, Ok(())),
            (
                "B1, one of several",
                &["A", "ESBMessaging.send"],
                None,
                Ok(()),
            ),
            ("B2", &["Other"], None, missing()),
            ("B2, no role", &[], None, missing()),
            ("B2, other case", &["ESBmessaging.send"], None, missing()),
            ("B2, API role", &["API.invoke"], None, missing()),
            (
                "D1",
                &["ESBMessaging.send"],
                Some(&["ESBMessaging.send"]),
                Ok(()),
            ),
            ("D2", &["ESBMessaging.send"], Some(&["Other"]), narrowed()),
            (
                "D2, no scope",
                &["ESBMessaging.send"],
                Some(&[]),
                narrowed(),
            ),
            ("D6", &["Other"], Some(&["ESBMessaging.send"]), missing()),
        ];
        let endpoint = Arc::new(Endpoint::for_test(
            "/a",
            false,
            Authorization::Role(send.clone()),
        ));
        for (name, held, token, expected) in cases {
            let decision = authorize(&endpoint, &identity(held, token)).map(|_| ());
            assert_eq!(decision, expected, "{name}");
        }
    }

    #[test]
    fn a_certificate_channel_refuses_every_other_credential() {
        let pair = DnPair {
            subject: "CN=a".to_owned(),
            issuer: "CN=b".to_owned(),
        };
        for pairs in [vec![], vec![pair]] {
            let endpoint = Endpoint::for_test("/a", false, Authorization::Certificates(pairs));
            let decision = authorize(&Arc::new(endpoint), &identity(&["ESBMessaging.send"], None));
            assert_eq!(decision.unwrap_err(), Denied::CertificateRequired);
        }
    }

    #[test]
    fn a_permit_names_what_was_decided_on() {
        let send: RoleName = "ESBMessaging.send".parse().unwrap();
        let endpoint = Arc::new(Endpoint::for_test("/a", false, Authorization::Role(send)));
        let permit = authorize(&endpoint, &identity(&["ESBMessaging.send"], None)).unwrap();
        assert!(Arc::ptr_eq(permit.endpoint(), &endpoint));
        assert_eq!(permit.identity().client.id, "sb-1!b1|it-rt-t!b1");
    }
}
