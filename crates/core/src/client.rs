//! OAuth clients as the token server and the gate see them: an immutable directory in memory.

use std::collections::HashMap;
use std::sync::Arc;

use thiserror::Error;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::crypto::KeyedHash;
use crate::ids::{InstanceId, KeyId};
use crate::role::RoleName;
use crate::tenant::Plan;

/// The label under which [`KeyedHash`] digests client secrets.
pub const SECRET_HASH_LABEL: &str = "client-secret";

/// One OAuth client: a live service instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// OAuth client id.
    pub id: String,
    /// The instance behind it.
    pub instance: InstanceId,
    /// Its plan.
    pub plan: Plan,
    /// Roles it holds now.
    pub roles: Vec<RoleName>,
    /// Grants it may use, such as `client_credentials`.
    pub grant_types: Vec<String>,
    /// Life of its tokens in seconds.
    pub token_validity: u32,
    /// Tokens issued before this instant are refused.
    pub tokens_not_before: Timestamp,
    /// Its secrets, one per key.
    pub secrets: Vec<ClientSecret>,
}

/// One secret of a client, as a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// The key it belongs to.
    pub key: KeyId,
    /// The public part before the `$`: says which secret is meant.
    pub secret_id: Uuid,
    /// HMAC-SHA-256 of the whole secret under [`SECRET_HASH_LABEL`].
    pub digest: [u8; 32],
    /// Not valid from this instant on.
    pub expires: Option<Timestamp>,
}

/// A client that proved who it is.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The client.
    pub client: Arc<Client>,
    /// The key that proved it.
    pub key: KeyId,
}

/// Why credentials were not accepted. Told to operators only.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum AuthFailure {
    /// No client has this id.
    #[error("no client has this id")]
    UnknownClient,
    /// The client has no secret at all.
    #[error("the client has no secret: its keys were deleted, or all are certificates")]
    NoSecret,
    /// No secret of the client matches.
    #[error("the secret is wrong, or its key was deleted")]
    WrongSecret,
    /// The secret matches but has expired.
    #[error("the secret has expired")]
    ExpiredSecret,
}

/// All live clients by id.
#[derive(Clone, Debug)]
pub struct Directory {
    clients: HashMap<String, Arc<Client>>,
    hash: KeyedHash,
}

impl Directory {
    /// A directory of `clients` whose secrets are digested by `hash`.
    #[must_use]
    pub fn new(clients: impl IntoIterator<Item = Client>, hash: KeyedHash) -> Self {
        let clients = clients
            .into_iter()
            .map(|client| (client.id.clone(), Arc::new(client)))
            .collect();
        Self { clients, hash }
    }

    /// The client with exactly this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<Client>> {
        self.clients.get(id)
    }

    /// How many clients there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Whether there is no client.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// Checks an id and a secret. Unknown clients cost the same as wrong secrets.
    ///
    /// # Errors
    /// The reason, for the operator; callers are told nothing but that it failed.
    pub fn authenticate(
        &self,
        id: &str,
        secret: &str,
        now: Timestamp,
    ) -> Result<Authenticated, AuthFailure> {
        const NOBODY: [u8; 32] = [0; 32];
        let client = self.clients.get(id);
        let candidate = client.and_then(|client| {
            let named = secret
                .split_once('$')
                .and_then(|(id, _)| Uuid::try_parse(id).ok());
            let named = named.and_then(|id| client.secrets.iter().find(|s| s.secret_id == id));
            named.or_else(|| client.secrets.first())
        });
        let digest = candidate.map_or(&NOBODY, |secret| &secret.digest);
        let matches = self.hash.verify(secret.as_bytes(), digest);
        match (client, candidate) {
            (None, _) => Err(AuthFailure::UnknownClient),
            (Some(_), None) => Err(AuthFailure::NoSecret),
            (Some(_), Some(_)) if !matches => Err(AuthFailure::WrongSecret),
            (Some(_), Some(secret)) if secret.expires.is_some_and(|at| at <= now) => {
                Err(AuthFailure::ExpiredSecret)
            }
            (Some(client), Some(secret)) => Ok(Authenticated {
                client: Arc::clone(client),
                key: secret.key,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::MasterKey;
    use crate::random::SeededRandom;

    const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

    fn secret(n: u128) -> String {
        format!("{}${}=", Uuid::from_u128(n), "A".repeat(43))
    }

    fn directory() -> Directory {
        let hash = MasterKey::generate(&SeededRandom::new(1)).keyed_hash(SECRET_HASH_LABEL);
        let stored = |n: u128, expires| ClientSecret {
            key: KeyId(Uuid::from_u128(n)),
            secret_id: Uuid::from_u128(n),
            digest: hash.tag(secret(n).as_bytes()),
            expires,
        };
        let client = |id: &str, secrets| Client {
            id: id.to_owned(),
            instance: InstanceId(Uuid::from_u128(9)),
            plan: Plan::IntegrationFlow,
            roles: vec![],
            grant_types: vec![],
            token_validity: 3600,
            tokens_not_before: Timestamp::default(),
            secrets,
        };
        let clients = [
            client("a", vec![stored(1, None), stored(2, Some(NOW))]),
            client("b", vec![]),
        ];
        Directory::new(clients, hash)
    }

    #[test]
    fn each_secret_of_a_client_works_by_itself() {
        let directory = directory();
        let key = directory.authenticate("a", &secret(1), NOW).unwrap().key;
        assert_eq!(key, KeyId(Uuid::from_u128(1)));
        let before = Timestamp::from_secs(NOW.secs() - 1);
        assert_eq!(
            directory.authenticate("a", &secret(2), before).unwrap().key,
            KeyId(Uuid::from_u128(2))
        );
    }

    #[test]
    fn failures_are_told_apart_for_the_operator() {
        let directory = directory();
        let failure = |id: &str, secret: &str| directory.authenticate(id, secret, NOW).unwrap_err();
        assert_eq!(failure("nobody", &secret(1)), AuthFailure::UnknownClient);
        assert_eq!(failure("A", &secret(1)), AuthFailure::UnknownClient);
        assert_eq!(failure("b", &secret(1)), AuthFailure::NoSecret);
        assert_eq!(failure("a", &secret(3)), AuthFailure::WrongSecret);
        assert_eq!(failure("a", ""), AuthFailure::WrongSecret);
        assert_eq!(
            failure("a", &format!("{}x", secret(1))),
            AuthFailure::WrongSecret
        );
        assert_eq!(failure("a", &secret(2)), AuthFailure::ExpiredSecret);
    }
}
