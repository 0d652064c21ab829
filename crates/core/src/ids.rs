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

/// A message processing log id: 28 characters of URL-safe Base64, as clients know it.
///
/// The bytes are one zero byte, the creation time in seconds (4 bytes), and 16 random bytes, so ids
/// sort roughly by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// A fresh id.
    #[must_use]
    pub fn generate(clock: &dyn Clock, random: &dyn Random) -> Self {
        let mut bytes = [0; 21];
        let secs = u32::try_from(clock.now().secs()).unwrap_or(u32::MAX);
        bytes[1..5].copy_from_slice(&secs.to_be_bytes());
        random.fill(&mut bytes[5..]);
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
    fn message_ids_have_the_known_shape_and_sort_by_second() {
        let random = SeededRandom::new(1);
        let earlier = MessageId::generate(
            &ManualClock::at(Timestamp::from_secs(1_790_000_000)),
            &random,
        );
        let later = MessageId::generate(
            &ManualClock::at(Timestamp::from_secs(1_790_009_999)),
            &random,
        );
        assert_eq!(earlier.as_str().len(), 28);
        assert!(earlier < later);
        assert_eq!(MessageId::parse(earlier.as_str()), Some(earlier));
        assert_eq!(MessageId::parse("a/b"), None);
        assert_eq!(MessageId::parse(""), None);
    }
}
