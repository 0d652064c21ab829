//! Strict verification of the token server's access tokens.
//!
//! Only what this token server issues is accepted: RS256, one of our published keys found by name
//! in memory, our issuer, our zone, an audience of the plan that is called, a client that is alive.
//! Nothing in a token makes the server fetch anything. Roles come from claim `scope` and are cut
//! to what the client holds now; claim `authorities` is never read.
//!
//! Verification has two halves, so that a gate may remember the first: [`SignedToken::open`] checks
//! everything that cannot change (shape, signature, fixed claims), [`SignedToken::admit`] what can
//! (time, keys, clients, revocation).

mod account;
mod claims;
mod segments;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::account::Account;
use lockgate_core::certificate::Thumbprint;
use lockgate_core::client::Client;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Plan;
use thiserror::Error;

use crate::identity::Identities;
pub use account::{AccountToken, PLATFORM_AUDIENCE, verify_account};
use claims::Claims;
pub use claims::TokenUser;
pub use segments::{Signed, signed};

/// Tokens are accepted this long after their expiry, for clocks that disagree.
pub const EXPIRY_LEEWAY: Duration = Duration::from_secs(30);
/// Tokens are accepted this long before their time, for clocks that disagree.
pub const START_LEEWAY: Duration = Duration::from_secs(60);
/// No token of ours lives longer.
pub const MAX_VALIDITY: Duration = Duration::from_secs(86_400);

/// Why a token was refused. For the operator; callers learn only that it is invalid.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenRefused {
    /// Larger than [`lockgate_core::limits::BEARER_TOKEN`].
    #[error("the token is larger than 16 KiB")]
    TooLarge,
    /// Not three non-empty segments.
    #[error("the token does not have the three segments of a signed JWT")]
    Segments,
    /// A segment is not Base64url without padding.
    #[error("the token's {0} is not Base64url without padding")]
    Encoding(&'static str),
    /// A segment is not an unambiguous JSON object.
    #[error("the token's {segment} is not a JSON object with distinct members: {reason}")]
    Json {
        /// `header` or `claims`.
        segment: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// The header has a member our tokens never have, such as `jwk`, `x5u` or `crit`.
    #[error("the token's header has the member {0:?}, which this server's tokens never have")]
    HeaderMember(String),
    /// The algorithm is not the one of our keys.
    #[error("the token's algorithm is not RS256")]
    Algorithm,
    /// The header's `typ` is not `JWT`.
    #[error("the token's type is not JWT")]
    Type,
    /// No published key has this name: it was retired or compromised, or was never ours.
    #[error("the token was signed with key {0:?}, which is not published (any more)")]
    UnknownKey(String),
    /// The signature does not fit.
    #[error("the token's signature is wrong")]
    Signature,
    /// A claim is missing or has the wrong JSON type or format.
    #[error("the token's claim {claim:?} must be {expected}")]
    Claim {
        /// The claim's name.
        claim: &'static str,
        /// What is expected of it.
        expected: &'static str,
    },
    /// Refresh token, ID token or another kind of JWT.
    #[error("the token is not an access token of this server")]
    Kind,
    /// Bound to a client certificate that was not presented.
    #[error("the token is bound to a client certificate that was not presented")]
    Bound,
    /// Issued by another server.
    #[error("the token was issued by another token server")]
    Issuer,
    /// Issued for another tenant.
    #[error("the token belongs to another tenant")]
    Zone,
    /// Issued for another service or plan.
    #[error("the token is meant for another service or plan")]
    Audience,
    /// `cid`, `azp`, `client_id` and `sub` differ.
    #[error("the token names several clients")]
    ClientMismatch,
    /// Claims to live longer than any token of ours.
    #[error("the token claims to be valid for longer than 24 hours")]
    Validity,
    /// Past its expiry.
    #[error("the token expired at {} (seconds since 1970)", .0.secs())]
    Expired(Timestamp),
    /// Issued or valid in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The client does not exist any more.
    #[error("the client of the token was deleted")]
    UnknownClient,
    /// Issued before the client's tokens were declared void.
    #[error("the token was issued before the client's tokens were declared void")]
    Superseded,
    /// The key it was got with does not exist any more.
    #[error("the key that the token was requested with was deleted")]
    KeyGone,
    /// Revoked by its id.
    #[error("the token was revoked")]
    Revoked,
    /// The session it belongs to has ended.
    #[error("the session of the token has ended")]
    SessionEnded,
    /// The person or tool it was issued to does not exist any more.
    #[error("the account of the token was deleted")]
    UnknownAccount,
}

/// A token whose shape, signature and fixed claims are in order. Says nothing about now.
#[derive(Clone, Debug)]
pub struct SignedToken(Arc<Claims>);

impl SignedToken {
    /// Checks everything about `token` that cannot change later. `plan` is the plan that is called.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn open(token: &str, identities: &Identities, plan: Plan) -> Result<Self, TokenRefused> {
        let segments = segments::split(token)?;
        let signed = segments.message.as_bytes();
        match identities
            .keys
            .verify(&segments.kid, signed, &segments.signature)
        {
            None => return Err(TokenRefused::UnknownKey(segments.kid)),
            Some(false) => return Err(TokenRefused::Signature),
            Some(true) => {}
        }
        let claims = Claims::read(segments.kid, &segments.claims, &identities.tenant, plan)?;
        Ok(Self(Arc::new(claims)))
    }

    /// The client it was issued to, which may be gone.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// The certificate it is bound to.
    #[must_use]
    pub fn bound_to(&self) -> Option<Thumbprint> {
        self.0.bound_to
    }

    /// Checks the token against the state of this moment. `certificate` is the one that the caller
    /// presented: a token that is bound to a certificate is good with that one only.
    ///
    /// # Errors
    /// Why the token is not accepted now.
    pub fn admit(
        &self,
        identities: &Identities,
        now: Timestamp,
        certificate: Option<Thumbprint>,
    ) -> Result<VerifiedToken, TokenRefused> {
        let claims = &*self.0;
        if claims.bound_to.is_some() && claims.bound_to != certificate {
            return Err(TokenRefused::Bound);
        }
        if !identities.keys.contains(&claims.kid) {
            return Err(TokenRefused::UnknownKey(claims.kid.clone()));
        }
        if claims.expires_at.plus(EXPIRY_LEEWAY) <= now {
            return Err(TokenRefused::Expired(claims.expires_at));
        }
        if claims.issued_at.max(claims.not_before) > now.plus(START_LEEWAY) {
            return Err(TokenRefused::NotYetValid);
        }
        let client = identities.clients.get(&claims.client_id);
        let client = client.ok_or(TokenRefused::UnknownClient)?;
        if client.plan != claims.plan {
            return Err(TokenRefused::Audience);
        }
        if claims.issued_at < client.tokens_not_before {
            return Err(TokenRefused::Superseded);
        }
        let mut keys = client.keys();
        let key = keys.find(|key| key.mark() == claims.key_mark);
        let key = key.ok_or(TokenRefused::KeyGone)?;
        if identities.revoked.contains(&claims.jti) {
            return Err(TokenRefused::Revoked);
        }
        let account = match &claims.user {
            Some(user) => user.admit(identities, claims.issued_at)?,
            None => None,
        };
        Ok(VerifiedToken {
            client: Arc::clone(client),
            account: account.map(Arc::clone),
            key,
            token: self.clone(),
        })
    }
}

/// A token that is accepted now.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    /// The client it was issued to, as it is now.
    pub client: Arc<Client>,
    /// The account of the person it speaks for, as it is now; `None` when it speaks for the client
    /// itself, or for a person that a trusted issuer vouches for.
    pub account: Option<Arc<Account>>,
    /// The key it was got with, which still exists.
    pub key: KeyId,
    token: SignedToken,
}

impl VerifiedToken {
    /// Its id.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.token.0.jti
    }

    /// When it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Timestamp {
        self.token.0.issued_at
    }

    /// When it expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.token.0.expires_at
    }

    /// Its scopes as issued, such as `uaa.resource` and `<app name>.<role>`.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.token.0.scopes
    }

    /// The person it speaks for; `None` when it speaks for the client itself.
    #[must_use]
    pub fn user(&self) -> Option<&TokenUser> {
        self.token.0.user.as_ref()
    }

    /// The certificate it is bound to.
    #[must_use]
    pub fn bound_to(&self) -> Option<Thumbprint> {
        self.token.bound_to()
    }

    /// Its roles that the client, and the account it speaks for, still hold; a role taken from
    /// either is gone at once.
    pub fn roles(&self) -> impl Iterator<Item = &RoleName> {
        let granted = &self.token.0.roles;
        let person = self.account.as_ref().map(|account| &account.roles);
        let held = self.client.roles.iter();
        held.filter(move |role| {
            granted.contains(role) && person.is_none_or(|roles| roles.contains(role))
        })
    }
}

/// Verifies `token` completely, for a request to a surface of `plan`.
///
/// # Errors
/// The first reason to refuse it.
pub fn verify(
    token: &str,
    identities: &Identities,
    plan: Plan,
    now: Timestamp,
    certificate: Option<Thumbprint>,
) -> Result<VerifiedToken, TokenRefused> {
    SignedToken::open(token, identities, plan)?.admit(identities, now, certificate)
}
