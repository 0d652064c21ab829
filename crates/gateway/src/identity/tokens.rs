//! Bearer tokens: verified once, judged on every call.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use lockgate_core::refusal::Reason;
use lockgate_core::tenant::Plan;
use lockgate_web::identity::Identities;
use lockgate_web::jwt::{SignedToken, TokenRefused};
use lru::LruCache;

/// Remembers tokens whose signature was verified, by their SHA-256. What can change about a token
/// is checked each time, so nothing here has to be invalidated.
#[derive(Debug)]
pub(super) struct TokenMemory {
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
    pub(super) fn open(
        &self,
        token: &str,
        identities: &Identities,
    ) -> Result<SignedToken, TokenRefused> {
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

/// What the operator reads about a token that was refused.
pub(super) fn token_reason(refused: &TokenRefused) -> Reason {
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
