//! From presented credentials to an identity, against the clients of this moment.

mod certificate;
mod tokens;

use std::net::IpAddr;
use std::sync::Arc;

use lockgate_core::client::{AuthFailure, Authenticated, Client};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_core::refusal::Reason;
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Plan;
use lockgate_engine::access::{Grant, Identity, Principal};
use lockgate_web::caller::Arrival;
use lockgate_web::identity::Identities;
use lockgate_web::jwt::{TokenRefused, VerifiedToken};
use lockgate_web::throttle::Throttle;
use tokio::time::Instant;

use crate::credential::{Basic, Presented};
use crate::refusal::Refusal;
use tokens::{TokenMemory, token_reason};

/// The grant that lets a client use its secret or certificate directly at an endpoint.
const CLIENT_CREDENTIALS: &str = "client_credentials";

/// How `SapAuthenticatedUserName` is formed for callers that are clients, not users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserNameFormat {
    /// The client id.
    #[default]
    ClientId,
    /// `oauth_client_<client id>`, as in the older environment.
    OAuthClientPrefix,
    /// The header is not set.
    Omit,
}

/// What a call presents to say who it is, and when.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) presented: Presented<'a>,
    pub(crate) arrival: &'a Arrival,
    pub(crate) now: Timestamp,
}

/// A caller that proved something about itself.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) identity: Identity,
    /// The client and the key whose secret or certificate was used, by the caller or for its token;
    /// absent when none is known.
    pub(crate) proof: Option<Authenticated>,
    /// A certificate was presented that is newer than any accepted before for its key.
    pub(crate) renewal: Option<Renewal>,
    /// What else the operator should know, if the certificate leads to no client.
    pub(crate) detail: String,
}

/// What has to be noted before a renewed certificate counts.
#[derive(Clone, Debug)]
pub(crate) struct Renewal {
    /// The client of the key.
    pub(crate) client: Arc<Client>,
    /// The key whose certificate was renewed.
    pub(crate) key: KeyId,
    /// When the new one was issued.
    pub(crate) newest: Timestamp,
}

impl Caller {
    /// A caller whose `Authorization` was good.
    fn new(principal: Principal, key: KeyId) -> Self {
        let client = Arc::clone(principal.client());
        Self {
            identity: Identity::Known {
                principal,
                certificate: None,
            },
            proof: Some(Authenticated { client, key }),
            renewal: None,
            detail: String::new(),
        }
    }

    /// What CSRF tokens of the caller are bound to. Client ids start with `sb-` and have no blank.
    pub(crate) fn csrf_principal(&self) -> std::borrow::Cow<'_, str> {
        match &self.identity {
            Identity::Known {
                principal: Principal::Client { client, .. },
                ..
            } => client.id.as_str().into(),
            Identity::Known {
                principal:
                    Principal::Person {
                        client,
                        account,
                        name,
                        ..
                    },
                ..
            } => match account {
                Some(account) => format!("{} {}", client.id, account.id).into(),
                None => format!("{} - {name}", client.id).into(),
            },
            Identity::Holder { certificate, .. } => {
                format!("certificate {}", certificate.thumbprint).into()
            }
        }
    }
}

/// Turns credentials into identities.
#[derive(Debug)]
pub(crate) struct Authenticator {
    user_name: UserNameFormat,
    certificate_is_transport_only: bool,
    throttle: Throttle,
    alarms: Throttle,
    tokens: TokenMemory,
}

impl Authenticator {
    pub(crate) fn new(user_name: UserNameFormat, certificate_is_transport_only: bool) -> Self {
        Self {
            user_name,
            certificate_is_transport_only,
            throttle: Throttle::default(),
            alarms: Throttle::default(),
            tokens: TokenMemory::default(),
        }
    }

    /// Authenticates everything that was presented. The identity reflects `identities`, so a deleted
    /// key or a removed role has no effect beyond the next call.
    pub(crate) fn authenticate(
        &self,
        claim: &Claim<'_>,
        identities: &Identities,
    ) -> Result<Caller, Refusal> {
        let Claim { arrival, now, .. } = *claim;
        let (source, certificate) = (arrival.peer.ip(), arrival.certificate.as_ref());
        let (caller, bound) = match (&claim.presented, certificate) {
            (Presented::Nothing(Reason::NoCredential), Some(certificate)) => {
                return self.by_certificate(certificate, identities, claim);
            }
            (Presented::Nothing(Reason::NoCredential), None) => return Err(nothing(arrival)),
            (Presented::Nothing(reason), _) => return Err(Refusal::new(*reason)),
            (Presented::Unusable(reason), _) => {
                return Err(self.count("", source, Refusal::new(*reason)));
            }
            (Presented::Basic(basic), _) => {
                let caller = self.basic(basic, identities, now);
                let caller = caller.map_err(|refusal| {
                    self.count(basic.id(), source, refusal.of_client(basic.id()))
                });
                (caller?, false)
            }
            (Presented::Bearer(token), _) => self.bearer(token, identities, claim)?,
        };
        match certificate {
            None => Ok(caller),
            Some(certificate) => self.beside(caller, bound, certificate, identities, claim),
        }
    }

    fn basic(
        &self,
        basic: &Basic,
        identities: &Identities,
        now: Timestamp,
    ) -> Result<Caller, Refusal> {
        let proven = identities
            .clients
            .authenticate(basic.id(), basic.secret(), now);
        let proven = proven.map_err(|failure| Refusal::new(basic_reason(failure, basic.id())))?;
        match lacks_to_call(&proven.client) {
            Some(reason) => Err(Refusal::new(reason).by_key(proven.key)),
            None => Ok(Caller::new(self.client(proven.client), proven.key)),
        }
    }

    /// The caller, and whether its token is bound to the certificate.
    fn bearer(
        &self,
        token: &str,
        identities: &Identities,
        claim: &Claim<'_>,
    ) -> Result<(Caller, bool), Refusal> {
        let refuse = |refused: TokenRefused| Refusal::new(token_reason(&refused)).detail(refused);
        let source = claim.arrival.peer.ip();
        // A token that is ours but no longer good is not an attempt to guess one.
        let signed = self.tokens.open(token, identities);
        let signed = signed.map_err(|refused| self.count("", source, refuse(refused)))?;
        let certificate = claim.arrival.certificate.as_ref();
        let thumbprint = certificate.map(|held| held.thumbprint);
        let verified = signed.admit(identities, claim.now, thumbprint);
        let verified = verified.map_err(|refused| refuse(refused).of_client(signed.client_id()))?;
        let bound = verified.bound_to().is_some();
        let key = verified.key;
        let principal = self.principal_of(verified);
        Ok((Caller::new(principal, key), bound))
    }

    /// Whom a token speaks for.
    fn principal_of(&self, token: VerifiedToken) -> Principal {
        let scopes: Arc<[RoleName]> = token.roles().cloned().collect();
        match token.user() {
            None => Principal::Client {
                user_name: self.user_name(&token.client.id),
                grant: Grant::Only(scopes),
                client: token.client,
            },
            Some(user) => Principal::Person {
                scopes,
                name: user.name.as_str().into(),
                account: token.account,
                client: token.client,
            },
        }
    }

    /// A client that speaks for itself with all its roles.
    fn client(&self, client: Arc<Client>) -> Principal {
        Principal::Client {
            user_name: self.user_name(&client.id),
            grant: Grant::Everything,
            client,
        }
    }

    fn user_name(&self, client_id: &str) -> Option<Arc<str>> {
        match self.user_name {
            UserNameFormat::ClientId => Some(client_id.into()),
            UserNameFormat::OAuthClientPrefix => Some(format!("oauth_client_{client_id}").into()),
            UserNameFormat::Omit => None,
        }
    }

    /// Counts a failed attempt: the refusal itself, or [`Reason::Throttled`] with it as detail.
    fn count(&self, client: &str, source: IpAddr, refusal: Refusal) -> Refusal {
        match self.throttle.spend(client, source, Instant::now()) {
            Ok(()) => refusal,
            Err(wait) => refusal.throttled(wait),
        }
    }
}

/// A call that came with nothing that counts.
fn nothing(arrival: &Arrival) -> Refusal {
    let rejected = arrival.rejected.as_ref();
    Refusal::new(rejected.map_or(Reason::NoCredential, |rejected| rejected.refusal()))
}

/// Why a client may not call flows with credentials of its own.
fn lacks_to_call(client: &Client) -> Option<Reason> {
    let has_grant = || {
        let mut grants = client.grant_types.iter();
        grants.any(|grant| grant == CLIENT_CREDENTIALS)
    };
    match client.plan {
        Plan::Api => Some(Reason::WrongPlan),
        Plan::IntegrationFlow => (!has_grant()).then_some(Reason::GrantMissing),
    }
}

fn basic_reason(failure: AuthFailure, id: &str) -> Reason {
    let escaped = id.contains("%7C") || id.contains("%7c") || id.contains("%21");
    match failure {
        AuthFailure::UnknownClient if escaped => Reason::BasicPercentEncoded,
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_learn_the_callers_name_as_configured() {
        let cases = [
            (UserNameFormat::ClientId, Some("sb-1")),
            (UserNameFormat::OAuthClientPrefix, Some("oauth_client_sb-1")),
            (UserNameFormat::Omit, None),
        ];
        for (format, expected) in cases {
            let name = Authenticator::new(format, false).user_name("sb-1");
            assert_eq!(name.as_deref(), expected);
        }
        assert_eq!(UserNameFormat::default(), UserNameFormat::ClientId);
    }
}
