//! Forwarded certificates that were verified before: proxies repeat them with every request.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lockgate_core::certificate::PeerCertificate;
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use lockgate_pki::trust::TrustStore;
use lru::LruCache;

use crate::trust::VERIFIED_FOR;

/// The SHA-256 of a header's value.
pub(super) type Digest = [u8; 32];

/// Remembers certificates that led to an authority of one trust store, by the value of the header
/// they came in. Another store makes it forget; a certificate that has ended, or was verified too
/// long ago, is not found.
#[derive(Debug)]
pub(super) struct Memory(Mutex<Verified>);

#[derive(Debug)]
struct Verified {
    /// Held, so that no other store can come to lie in the same place.
    store: Arc<TrustStore>,
    certificates: LruCache<Digest, Entry>,
}

#[derive(Debug)]
struct Entry {
    certificate: Arc<PeerCertificate>,
    until: Timestamp,
}

impl Memory {
    /// Nothing yet, for `store`.
    pub(super) fn new(store: Arc<TrustStore>) -> Self {
        let most = NonZeroUsize::new(limits::FORWARDED_CERTIFICATES_REMEMBERED);
        Self(Mutex::new(Verified {
            store,
            certificates: LruCache::new(most.unwrap_or(NonZeroUsize::MIN)),
        }))
    }

    /// What `field` is remembered by.
    pub(super) fn digest(field: &str) -> Digest {
        sha256(field.as_bytes())
    }

    /// The certificate of a header, if it was verified against `store` and still holds.
    pub(super) fn find(
        &self,
        digest: &Digest,
        store: &Arc<TrustStore>,
        now: Timestamp,
    ) -> Option<Arc<PeerCertificate>> {
        let mut verified = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        verified.keep_to(store);
        let Entry { certificate, until } = verified.certificates.get(digest)?;
        (now < *until && certificate.is_valid_at(now)).then(|| Arc::clone(certificate))
    }

    /// Remembers a certificate that was verified against `store` at `now`.
    pub(super) fn keep(
        &self,
        digest: Digest,
        store: &Arc<TrustStore>,
        certificate: &Arc<PeerCertificate>,
        now: Timestamp,
    ) {
        let entry = Entry {
            certificate: Arc::clone(certificate),
            until: now.plus(VERIFIED_FOR),
        };
        let mut verified = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        verified.keep_to(store);
        verified.certificates.put(digest, entry);
    }
}

impl Verified {
    /// Forgets everything that another store led to.
    fn keep_to(&mut self, store: &Arc<TrustStore>) {
        if !Arc::ptr_eq(&self.store, store) {
            self.certificates.clear();
            self.store = Arc::clone(store);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lockgate_core::certificate::{CertificateNames, Thumbprint};
    use lockgate_pki::dn;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const FIELD: Digest = [1; 32];

    fn certificate(valid_for: Duration) -> Arc<PeerCertificate> {
        let name = || dn::parse_text("CN=a").unwrap();
        Arc::new(PeerCertificate {
            thumbprint: Thumbprint([1; 32]),
            names: CertificateNames {
                subject: name(),
                issuer: name(),
            },
            issuer_key: [1; 32],
            not_before: NOW,
            not_after: NOW.plus(valid_for),
        })
    }

    fn store() -> Arc<TrustStore> {
        Arc::new(TrustStore::default())
    }

    #[test]
    fn a_certificate_is_found_while_it_holds() {
        let second = Duration::from_secs(1);
        let cases = [
            (VERIFIED_FOR * 2, VERIFIED_FOR - second, true),
            (VERIFIED_FOR * 2, VERIFIED_FOR, false),
            (second * 10, second * 10, true),
            (second * 10, second * 11, false),
        ];
        for (valid_for, later, found) in cases {
            let (store, certificate) = (store(), certificate(valid_for));
            let memory = Memory::new(Arc::clone(&store));
            memory.keep(FIELD, &store, &certificate, NOW);
            let then = memory.find(&FIELD, &store, NOW.plus(later));
            assert_eq!(then.is_some(), found, "{valid_for:?} {later:?}");
            assert_eq!(memory.find(&FIELD, &store, NOW.minus(second)), None);
            assert_eq!(memory.find(&[2; 32], &store, NOW), None);
        }
    }

    #[test]
    fn another_trust_store_makes_it_forget() {
        let (before, after) = (store(), store());
        let certificate = certificate(VERIFIED_FOR);
        let memory = Memory::new(Arc::clone(&before));
        memory.keep(FIELD, &before, &certificate, NOW);
        assert_eq!(memory.find(&FIELD, &after, NOW), None);
        assert_eq!(memory.find(&FIELD, &before, NOW), None);
        // Verified against the old one while the new one came.
        memory.keep(FIELD, &before, &certificate, NOW);
        assert_eq!(memory.find(&FIELD, &after, NOW), None);
    }

    #[test]
    fn it_is_bounded() {
        let (store, certificate) = (store(), certificate(VERIFIED_FOR));
        let memory = Memory::new(Arc::clone(&store));
        let many = limits::FORWARDED_CERTIFICATES_REMEMBERED + 1;
        for n in 0..many {
            memory.keep(sha256(&n.to_be_bytes()), &store, &certificate, NOW);
        }
        let found = (0..many).filter(|n| {
            let digest = sha256(&n.to_be_bytes());
            memory.find(&digest, &store, NOW).is_some()
        });
        assert_eq!(found.count(), many - 1);
    }
}
