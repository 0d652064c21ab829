//! Passwords that were right a moment ago.
//!
//! A client with a password sends it with every request, and checking one is dear on purpose. What is
//! kept is a hash with a salt that lives as long as the process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::ids::AccountId;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;

/// How long a password is remembered.
const LIFETIME: Duration = Duration::from_secs(60);
/// How many are.
const ENTRIES: usize = 1_000;

/// Passwords that were right a moment ago.
pub(crate) struct Remembered {
    salt: [u8; 32],
    entries: Mutex<HashMap<[u8; 32], Entry>>,
}

#[derive(Clone, Copy)]
struct Entry {
    account: AccountId,
    /// What the account said then about tokens: it changes with the password.
    since: Timestamp,
    until: Timestamp,
}

impl Remembered {
    pub(crate) fn new(random: &dyn Random) -> Self {
        Self {
            salt: random.bytes(),
            entries: Mutex::default(),
        }
    }

    /// The account that has this name and password, and what it said about tokens then.
    pub(super) fn find(
        &self,
        name: &str,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Option<(AccountId, Timestamp)> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&self.digest(name, password))?;
        (entry.until > now).then_some((entry.account, entry.since))
    }

    pub(super) fn remember(
        &self,
        name: &str,
        password: &Secret<String>,
        account: AccountId,
        since: Timestamp,
        now: Timestamp,
    ) {
        let entry = Entry {
            account,
            since,
            until: now.plus(LIFETIME),
        };
        let digest = self.digest(name, password);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= ENTRIES {
            entries.retain(|_, entry| entry.until > now);
        }
        if entries.len() < ENTRIES {
            entries.insert(digest, entry);
        }
    }

    fn digest(&self, name: &str, password: &Secret<String>) -> [u8; 32] {
        // Names have no control characters.
        let text = [name.as_bytes(), b"\0", password.expose().as_bytes()].concat();
        let text = Secret::new(text);
        sha256(&[&self.salt[..], &sha256(text.expose())].concat())
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered(***)")
    }
}

#[cfg(test)]
mod tests {
    use lockgate_core::random::SeededRandom;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_password_is_remembered_for_a_minute() {
        let remembered = Remembered::new(&SeededRandom::new(1));
        let (id, since) = (AccountId(Uuid::from_u128(1)), Timestamp::from_secs(5));
        let (secret, now) = (Secret::from("s"), Timestamp::from_secs(100));
        remembered.remember("ann", &secret, id, since, now);
        let find = |name, secret: &str, seconds| {
            let now = now.plus(Duration::from_secs(seconds));
            remembered.find(name, &Secret::from(secret), now)
        };
        assert_eq!(find("ann", "s", 59), Some((id, since)));
        for (name, secret, seconds) in [("ann", "s", 60), ("ann", "t", 0), ("bob", "s", 0)] {
            assert_eq!(find(name, secret, seconds), None);
        }
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let remembered = Remembered::new(&SeededRandom::new(1));
        let (id, now) = (AccountId(Uuid::from_u128(1)), Timestamp::from_secs(100));
        let remember =
            |name: &str, now| remembered.remember(name, &Secret::from("s"), id, now, now);
        for n in 0..=ENTRIES {
            remember(&n.to_string(), now);
        }
        let found = |name: &str, now| remembered.find(name, &Secret::from("s"), now).is_some();
        assert!(found("0", now) && !found(&ENTRIES.to_string(), now));
        let later = now.plus(LIFETIME);
        remember("new", later);
        assert!(found("new", later));
    }
}
