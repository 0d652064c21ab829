//! From a presented credential to an identity, against the clients of this moment.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lockgate_core::client::AuthFailure;
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::ids::KeyId;
use lockgate_core::limits;
use lockgate_core::refusal::Reason;
use lockgate_core::tenant::Plan;
use lockgate_engine::access::{Grant, Identity};
use lockgate_web::identity::Identities;
use lockgate_web::jwt::{SignedToken, TokenRefused};
use lockgate_web::throttle::Throttle;
use lru::LruCache;
use tokio::time::Instant;

use crate::credential::{Basic, Presented};
use crate::refusal::Refusal;

/// The grant that lets a client use its secret directly at an endpoint.
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

/// A caller that proved who it is.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) identity: Identity,
    /// The key whose secret was used, by the caller or for its token.
    pub(crate) key: KeyId,
}

/// Turns credentials into identities.
#[derive(Debug)]
pub(crate) struct Authenticator {
    user_name: UserNameFormat,
    throttle: Throttle,
    tokens: TokenMemory,
}

impl Authenticator {
    pub(crate) fn new(user_name: UserNameFormat) -> Self {
        Self {
            user_name,
            throttle: Throttle::default(),
            tokens: TokenMemory::default(),
        }
    }

    /// Authenticates what was presented. The identity reflects `identities`, so a deleted key or a
    /// removed role has no effect beyond the next call.
    pub(crate) fn authenticate(
        &self,
        presented: &Presented<'_>,
        identities: &Identities,
        source: IpAddr,
        now: Timestamp,
    ) -> Result<Caller, Refusal> {
        match presented {
            Presented::Nothing(reason) => Err(Refusal::new(*reason)),
            Presented::Unusable(reason) => Err(self.count("", source, Refusal::new(*reason))),
            Presented::Basic(basic) => self
                .basic(basic, identities, now)
                .map_err(|refusal| self.count(basic.id(), source, refusal.of_client(basic.id()))),
            Presented::Bearer(token) => self.bearer(token, identities, source, now),
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
        if proven.client.plan != Plan::IntegrationFlow {
            return Err(Refusal::new(Reason::WrongPlan).by_key(proven.key));
        }
        if !proven
            .client
            .grant_types
            .iter()
            .any(|grant| grant == CLIENT_CREDENTIALS)
        {
            return Err(Refusal::new(Reason::GrantMissing).by_key(proven.key));
        }
        let identity = Identity {
            user_name: self.user_name(&proven.client.id),
            client: proven.client,
            grant: Grant::Everything,
        };
        Ok(Caller {
            identity,
            key: proven.key,
        })
    }

    fn bearer(
        &self,
        token: &str,
        identities: &Identities,
        source: IpAddr,
        now: Timestamp,
    ) -> Result<Caller, Refusal> {
        let refuse = |refused: TokenRefused| Refusal::new(token_reason(&refused)).detail(refused);
        // A token that is ours but no longer good is not an attempt to guess one.
        let signed = self.tokens.open(token, identities);
        let signed = signed.map_err(|refused| self.count("", source, refuse(refused)))?;
        let verified = signed.admit(identities, now, None);
        let verified = verified.map_err(|refused| refuse(refused).of_client(signed.client_id()))?;
        let identity = Identity {
            user_name: self.user_name(&verified.client.id),
            grant: Grant::Only(verified.roles().cloned().collect()),
            client: verified.client,
        };
        Ok(Caller {
            identity,
            key: verified.key,
        })
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

fn basic_reason(failure: AuthFailure, id: &str) -> Reason {
    let escaped = id.contains("%7C") || id.contains("%7c") || id.contains("%21");
    match failure {
        AuthFailure::UnknownClient if escaped => Reason::BasicPercentEncoded,
        other => other.into(),
    }
}

fn token_reason(refused: &TokenRefused) -> Reason {
    match refused {
        TokenRefused::TooLarge => Reason::TokenTooLong,
        TokenRefused::Segments
        | TokenRefused::Encoding(_)
        | TokenRefused::Json { .. }
        | TokenRefused::HeaderMember(_)
        | TokenRefused::Type
        | TokenRefused::Claim { .. }
        | TokenRefused::ClientMismatch
        | TokenRefused::Validity => Reason::TokenMalformed,
        TokenRefused::Algorithm => Reason::TokenAlgorithm,
        TokenRefused::UnknownKey(_) => Reason::TokenUnknownKey,
        TokenRefused::Signature => Reason::TokenBadSignature,
        TokenRefused::Kind => Reason::TokenWrongKind,
        TokenRefused::Bound => Reason::TokenBound,
        TokenRefused::Issuer => Reason::TokenWrongIssuer,
        TokenRefused::Zone => Reason::TokenWrongZone,
        TokenRefused::Audience => Reason::TokenWrongAudience,
        TokenRefused::Expired(_) => Reason::TokenExpired,
        TokenRefused::NotYetValid => Reason::TokenNotYetValid,
        TokenRefused::UnknownClient => Reason::TokenClientGone,
        TokenRefused::Superseded => Reason::TokenWithdrawn,
        TokenRefused::KeyGone => Reason::TokenKeyGone,
        TokenRefused::Revoked => Reason::TokenRevoked,
        TokenRefused::SessionEnded => Reason::TokenSessionEnded,
        TokenRefused::UnknownAccount => Reason::TokenAccountGone,
    }
}

/// Remembers tokens whose signature was verified, by their SHA-256. What can change about a token
/// is checked each time, so nothing here has to be invalidated.
#[derive(Debug)]
struct TokenMemory {
    shards: Vec<Mutex<LruCache<[u8; 32], SignedToken>>>,
}

impl Default for TokenMemory {
    fn default() -> Self {
        const SHARDS: usize = 16;
        let each =
            NonZeroUsize::new(limits::TOKENS_REMEMBERED / SHARDS).unwrap_or(NonZeroUsize::MIN);
        let shards = (0..SHARDS)
            .map(|_| Mutex::new(LruCache::new(each)))
            .collect();
        Self { shards }
    }
}

impl TokenMemory {
    fn open(&self, token: &str, identities: &Identities) -> Result<SignedToken, TokenRefused> {
        let hash = sha256(token.as_bytes());
        let shard = &self.shards[usize::from(hash[0]) % self.shards.len()];
        let remembered = || shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signed) = remembered().get(&hash) {
            return Ok(signed.clone());
        }
        let signed = SignedToken::open(token, identities, Plan::IntegrationFlow)?;
        remembered().put(hash, signed.clone());
        Ok(signed)
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
            let name = Authenticator::new(format).user_name("sb-1");
            assert_eq!(name.as_deref(), expected);
        }
        assert_eq!(UserNameFormat::default(), UserNameFormat::ClientId);
    }
}
