//! Identifiers, one type per thing they identify.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;
use crate::random::Random;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh random identifier.
            #[must_use]
            pub fn generate(random: &dyn Random) -> Self {
                Self(random.uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// A service instance: one OAuth client with its roles.
    InstanceId
);
uuid_id!(
    /// A service key: one credential of a service instance.
    KeyId
);
uuid_id!(
    /// Correlates one refused or failed request with what the operator may read about it.
    CorrelationId
);

uuid_id!(
    /// A person, tool or broker that operates the tenant.
    AccountId
);
uuid_id!(
    /// An organization: spaces that belong together.
    OrgId
);
uuid_id!(
    /// A space: where service instances live.
    SpaceId
);
uuid_id!(
    /// What a person is logged in by: a chain of refresh tokens.
    SessionId
);

impl KeyId {
    /// The last 32 bits. Tokens carry them in the claim `rev_sig`, so that a token ends with the key
    /// it was got with.
    #[must_use]
    pub fn mark(self) -> u32 {
        let [.., a, b, c, d] = self.0.into_bytes();
        u32::from_be_bytes([a, b, c, d])
    }
}

/// A message processing log id: 28 characters of URL-safe Base64, as clients know it.
///
/// The bytes are one zero byte, the creation time in seconds (4 bytes) and in microseconds within the
/// second (3 bytes), and 13 random bytes. So the bytes sort by time, and what is filed under an id is
/// filed beside its contemporaries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// A fresh id.
    #[must_use]
    pub fn generate(clock: &dyn Clock, random: &dyn Random) -> Self {
        let mut bytes = [0; 21];
        let now = clock.now();
        let secs = u32::try_from(now.secs()).unwrap_or(u32::MAX);
        let micros = u32::try_from(now.micros().rem_euclid(1_000_000)).unwrap_or(0);
        bytes[1..5].copy_from_slice(&secs.to_be_bytes());
        bytes[5..8].copy_from_slice(&micros.to_be_bytes()[1..]);
        random.fill(&mut bytes[8..]);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// An id given by a caller or read from the store: 1 to 64 characters of `[A-Za-z0-9_-]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        ((1..=64).contains(&text.len()) && text.chars().all(legal)).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use crate::random::SeededRandom;

    #[test]
    fn message_ids_have_the_known_shape_and_their_bytes_sort_by_time() {
        let random = SeededRandom::new(1);
        let times = [
            1_790_000_000_000_000,
            1_790_000_000_000_001,
            1_790_000_000_999_999,
            1_790_000_001_000_000,
        ];
        let ids = times.map(|micros| {
            let clock = ManualClock::at(Timestamp::from_micros(micros));
            MessageId::generate(&clock, &random)
        });
        let bytes = ids
            .each_ref()
            .map(|id| URL_SAFE_NO_PAD.decode(id.as_str()).unwrap());
        assert!(bytes.is_sorted());
        assert!(bytes.iter().all(|bytes| bytes.len() == 21));
        let [first, ..] = ids;
        assert_eq!(first.as_str().len(), 28);
        assert_eq!(MessageId::parse(first.as_str()), Some(first));
        assert_eq!(MessageId::parse("a/b"), None);
        assert_eq!(MessageId::parse(""), None);
    }
}
