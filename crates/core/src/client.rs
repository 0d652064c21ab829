//! OAuth clients as the token server and the gate see them: an immutable directory in memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use uuid::Uuid;

use crate::certificate::{CertificateNames, PeerCertificate, Thumbprint};
use crate::clock::Timestamp;
use crate::crypto::KeyedHash;
use crate::ids::{InstanceId, KeyId};
use crate::role::RoleName;
use crate::tenant::Plan;

/// The label under which [`KeyedHash`] digests client secrets.
pub const SECRET_HASH_LABEL: &str = "client-secret";

/// How much older than the newest accepted certificate another of the same names may be: renewals
/// that happen at the same time are both good.
pub const RENEWAL_WINDOW: Duration = Duration::from_secs(600);

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
    /// Where an authorization code may be sent.
    pub redirect_uris: Vec<String>,
    /// Life of its tokens in seconds.
    pub token_validity: u32,
    /// Tokens issued before this instant are refused.
    pub tokens_not_before: Timestamp,
    /// Its secrets, one per key with a secret.
    pub secrets: Vec<ClientSecret>,
    /// Its certificates, one per key with a certificate.
    pub certificates: Vec<ClientCertificate>,
}

impl Client {
    /// Every live key of the client.
    pub fn keys(&self) -> impl Iterator<Item = KeyId> {
        let secrets = self.secrets.iter().map(|secret| secret.key);
        secrets.chain(self.certificates.iter().map(|certificate| certificate.key))
    }
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

/// One certificate of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The key it belongs to.
    pub key: KeyId,
    /// SHA-256 of the DER of the certificate that the key was made with.
    pub thumbprint: Thumbprint,
    /// Its names.
    pub names: CertificateNames,
    /// SHA-256 of the public key of the authority that has to have signed an unpinned certificate.
    pub issuer_key: Option<[u8; 32]>,
    /// Whether exactly this certificate has to be presented. Otherwise any with its names will do
    /// that is not older than the newest accepted one.
    pub pinned: bool,
    /// The issue date of the newest certificate accepted so far; counts for unpinned ones.
    pub newest: Timestamp,
    /// Not valid from this instant on; the certificate that is presented has its own end too.
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

/// A client that proved who it is by a certificate.
#[derive(Clone, Debug)]
pub struct CertificateMatch {
    /// The client and its key.
    pub authenticated: Authenticated,
    /// The presented certificate is newer than any accepted before: this issue date has to become
    /// the key's newest before the call goes on.
    pub advance: Option<Timestamp>,
}

/// Why a certificate that leads to a trusted authority was not accepted. Told to operators only.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CertificateFailure {
    /// No key has it.
    #[error("no service key has this certificate, or its key was deleted")]
    Unknown,
    /// It is outside its validity.
    #[error("the certificate has expired or is not valid yet")]
    Expired,
    /// A newer certificate of the same names was accepted before.
    #[error("a newer certificate of the same subject and issuer was accepted before")]
    Superseded,
    /// Several keys could be meant.
    #[error("several service keys have a certificate of this subject and issuer")]
    Conflict,
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
    /// Every certificate, by what it is looked for.
    certificates: HashMap<CertificateNames, Vec<(Arc<Client>, usize)>>,
    hash: KeyedHash,
}

impl Directory {
    /// A directory of `clients` whose secrets are digested by `hash`.
    #[must_use]
    pub fn new(clients: impl IntoIterator<Item = Client>, hash: KeyedHash) -> Self {
        let clients: HashMap<_, _> = clients
            .into_iter()
            .map(|client| (client.id.clone(), Arc::new(client)))
            .collect();
        let mut certificates: HashMap<_, Vec<_>> = HashMap::new();
        for client in clients.values() {
            for (index, certificate) in client.certificates.iter().enumerate() {
                let known = certificates.entry(certificate.names.clone()).or_default();
                known.push((Arc::clone(client), index));
            }
        }
        Self {
            clients,
            certificates,
            hash,
        }
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

    /// Finds the client that a certificate belongs to.
    ///
    /// A pinned certificate has to be the very one of its key. An unpinned one is found by its names
    /// and must not be older than the newest accepted, give or take [`RENEWAL_WINDOW`]. When the
    /// names fit several keys and one of them is unpinned, nobody can say who calls.
    ///
    /// # Errors
    /// The reason, for the operator; callers are told nothing but that it failed.
    pub fn authenticate_certificate(
        &self,
        presented: &PeerCertificate,
        now: Timestamp,
    ) -> Result<CertificateMatch, CertificateFailure> {
        let named = self.certificates.get(&presented.names);
        let named = named.filter(|_| !presented.names.subject.is_empty());
        let named = named.ok_or(CertificateFailure::Unknown)?;
        let fits = |certificate: &ClientCertificate| match certificate.pinned {
            true => certificate.thumbprint == presented.thumbprint,
            false => certificate.issuer_key == Some(presented.issuer_key),
        };
        if named.len() > 1 && named.iter().any(|entry| !certificate_of(entry).pinned) {
            return Err(CertificateFailure::Conflict);
        }
        let found = named.iter().find(|entry| fits(certificate_of(entry)));
        let found = found.ok_or(CertificateFailure::Unknown)?;
        let certificate = certificate_of(found);
        if !presented.is_valid_at(now) || certificate.expires.is_some_and(|at| at <= now) {
            return Err(CertificateFailure::Expired);
        }
        let newer = !certificate.pinned && presented.not_before > certificate.newest;
        if !certificate.pinned && presented.not_before.plus(RENEWAL_WINDOW) < certificate.newest {
            return Err(CertificateFailure::Superseded);
        }
        Ok(CertificateMatch {
            authenticated: Authenticated {
                client: Arc::clone(&found.0),
                key: certificate.key,
            },
            advance: newer.then_some(presented.not_before),
        })
    }

    /// The keys with a certificate of these names, each with its client: what an operator wants to
    /// know about one that was not accepted.
    pub fn certificates_named(
        &self,
        names: &CertificateNames,
    ) -> impl Iterator<Item = (&Arc<Client>, &ClientCertificate)> {
        let named = self.certificates.get(names).map(Vec::as_slice);
        let named = named.unwrap_or_default().iter();
        named.map(|entry| (&entry.0, certificate_of(entry)))
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

fn certificate_of((client, index): &(Arc<Client>, usize)) -> &ClientCertificate {
    &client.certificates[*index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Name;
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
            redirect_uris: vec![],
            token_validity: 3600,
            tokens_not_before: Timestamp::default(),
            secrets,
            certificates: vec![],
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

    fn names() -> CertificateNames {
        let name = |text: &str| Name::new(text.to_owned(), text.as_bytes().to_vec());
        CertificateNames {
            subject: name("CN=sender"),
            issuer: name("CN=authority"),
        }
    }

    /// Keys with the same names: thumbprint byte, pinned, newest issue date after [`NOW`].
    fn with_certificates(keys: &[(u8, bool, i64)]) -> Directory {
        let mut clients: Vec<Client> = directory()
            .clients
            .values()
            .map(|c| (**c).clone())
            .collect();
        clients.retain(|client| client.id == "b");
        clients[0].certificates = keys
            .iter()
            .map(|(n, pinned, newest)| ClientCertificate {
                key: KeyId(Uuid::from_u128(u128::from(*n))),
                thumbprint: Thumbprint([*n; 32]),
                names: names(),
                issuer_key: Some([7; 32]),
                pinned: *pinned,
                newest: Timestamp::from_secs(NOW.secs() + newest),
                expires: None,
            })
            .collect();
        Directory::new(clients, directory().hash)
    }

    fn presented(thumbprint: u8, issued: i64) -> PeerCertificate {
        PeerCertificate {
            thumbprint: Thumbprint([thumbprint; 32]),
            names: names(),
            issuer_key: [7; 32],
            not_before: Timestamp::from_secs(NOW.secs() + issued),
            not_after: NOW.plus(Duration::from_secs(86_400)),
        }
    }

    #[test]
    fn a_pinned_certificate_has_to_be_the_very_one() {
        let directory = with_certificates(&[(1, true, 0), (2, true, 0)]);
        let authenticate = |certificate| directory.authenticate_certificate(&certificate, NOW);
        let found = authenticate(presented(2, -10)).unwrap();
        assert_eq!(found.authenticated.key, KeyId(Uuid::from_u128(2)));
        assert_eq!(found.advance, None);
        let failure = authenticate(presented(3, -10)).unwrap_err();
        assert_eq!(failure, CertificateFailure::Unknown);
        let expired = PeerCertificate {
            not_after: Timestamp::from_secs(NOW.secs() - 1),
            ..presented(2, -10)
        };
        assert_eq!(
            authenticate(expired).unwrap_err(),
            CertificateFailure::Expired
        );
        assert_eq!(
            authenticate(presented(2, 10)).unwrap_err(),
            CertificateFailure::Expired
        );
    }

    /// Issue date of what is presented; the newest accepted is 10,000 seconds before [`NOW`].
    #[test]
    fn an_unpinned_certificate_may_be_renewed_but_not_rolled_back() {
        let directory = with_certificates(&[(1, false, -10_000)]);
        let cases = [
            (-10_000, Ok(None)),
            (-9_000, Ok(Some(-9_000))),
            (-10_600, Ok(None)),
            (-10_601, Err(CertificateFailure::Superseded)),
        ];
        for (issued, expected) in cases {
            let found = directory.authenticate_certificate(&presented(9, issued), NOW);
            let advance = found.map(|found| found.advance.map(|at| at.secs() - NOW.secs()));
            assert_eq!(advance, expected, "{issued}");
        }
        let other_authority = PeerCertificate {
            issuer_key: [8; 32],
            ..presented(9, -9_000)
        };
        let failure = directory.authenticate_certificate(&other_authority, NOW);
        assert_eq!(failure.unwrap_err(), CertificateFailure::Unknown);
    }

    #[test]
    fn names_that_fit_an_unpinned_key_and_another_are_a_conflict() {
        for keys in [
            [(1, false, 0), (2, false, 0)],
            [(1, true, 0), (2, false, 0)],
        ] {
            let directory = with_certificates(&keys);
            let found = directory.authenticate_certificate(&presented(1, -10), NOW);
            assert_eq!(found.unwrap_err(), CertificateFailure::Conflict);
            assert_eq!(directory.certificates_named(&names()).count(), 2);
        }
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
