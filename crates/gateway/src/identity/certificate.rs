//! What a client certificate says about a caller, alone or beside an `Authorization` header.

use std::sync::Arc;

use lockgate_core::certificate::PeerCertificate;
use lockgate_core::client::{Authenticated, CertificateFailure, CertificateMatch};
use lockgate_core::refusal::Reason;
use lockgate_engine::access::Identity;
use lockgate_web::identity::Identities;
use tokio::time::Instant;

use super::{Authenticator, Caller, Claim, Renewal, lacks_to_call};
use crate::refusal::Refusal;

impl Authenticator {
    /// A caller that presented a certificate and nothing else.
    pub(super) fn by_certificate(
        &self,
        certificate: &Arc<PeerCertificate>,
        identities: &Identities,
        claim: &Claim<'_>,
    ) -> Result<Caller, Refusal> {
        if !certificate.is_valid_at(claim.now) {
            return Err(expired(certificate, identities));
        }
        match identities
            .clients
            .authenticate_certificate(certificate, claim.now)
        {
            Ok(found) => Ok(self.owner(found, certificate)),
            Err(failure) => Ok(self.holder(failure, certificate, identities, claim)),
        }
    }

    /// The client whose certificate it is.
    fn owner(&self, found: CertificateMatch, certificate: &Arc<PeerCertificate>) -> Caller {
        let renewal = renewal(&found);
        let Authenticated { client, key } = found.authenticated;
        if let Some(because) = lacks_to_call(&client) {
            let proof = Some(Authenticated { client, key });
            return holder(certificate, because, proof);
        }
        let caller = Caller::new(self.client(client), key);
        Caller {
            renewal,
            ..with_certificate(caller, certificate)
        }
    }

    /// Somebody whose certificate is trusted and leads to no client.
    fn holder(
        &self,
        failure: CertificateFailure,
        certificate: &Arc<PeerCertificate>,
        identities: &Identities,
        claim: &Claim<'_>,
    ) -> Caller {
        let caller = holder(
            certificate,
            failure.into(),
            only_candidate(certificate, identities),
        );
        if failure != CertificateFailure::Conflict {
            return caller;
        }
        let detail = conflict(certificate, identities);
        let subject = certificate.names.subject.text();
        let (alarms, source) = (&self.alarms, claim.arrival.peer.ip());
        if alarms.spend(subject, source, Instant::now()).is_ok() {
            tracing::error!(
                subject,
                issuer = certificate.names.issuer.text(),
                thumbprint = %certificate.thumbprint,
                "a call was refused because {detail}"
            );
        }
        Caller { detail, ..caller }
    }

    /// A caller whose `Authorization` is good, with the certificate that it presented as well.
    /// `bound` says that its token is bound to that certificate, which settles whom it belongs to.
    ///
    /// A certificate that no key has says nothing. One that a key has says as much as the header: it
    /// has to be good, and of the same client.
    pub(super) fn beside(
        &self,
        caller: Caller,
        bound: bool,
        certificate: &Arc<PeerCertificate>,
        identities: &Identities,
        claim: &Claim<'_>,
    ) -> Result<Caller, Refusal> {
        let found = match self.certificate_is_transport_only {
            true => Err(CertificateFailure::Unknown),
            false => identities
                .clients
                .authenticate_certificate(certificate, claim.now),
        };
        let valid = certificate.is_valid_at(claim.now);
        match found {
            Err(CertificateFailure::Unknown) if !valid => Ok(caller),
            Err(CertificateFailure::Unknown) => Ok(with_certificate(caller, certificate)),
            Err(_) if !valid => Err(expired(certificate, identities)),
            Err(failure) => Ok(self.holder(failure, certificate, identities, claim)),
            Ok(found) if bound || is_of(&caller, &found) => Ok(Caller {
                renewal: renewal(&found),
                ..with_certificate(caller, certificate)
            }),
            Ok(found) => {
                let Authenticated { client, key } = found.authenticated;
                let detail = format!("the certificate belongs to {}, key {key}", client.id);
                let because = Reason::CredentialMismatch;
                Ok(Caller {
                    detail,
                    ..holder(certificate, because, caller.proof)
                })
            }
        }
    }
}

fn is_of(caller: &Caller, found: &CertificateMatch) -> bool {
    let proof = caller.proof.as_ref();
    proof.is_some_and(|proof| proof.client.id == found.authenticated.client.id)
}

fn renewal(found: &CertificateMatch) -> Option<Renewal> {
    let Authenticated { client, key } = &found.authenticated;
    found.advance.map(|newest| Renewal {
        client: Arc::clone(client),
        key: *key,
        newest,
    })
}

/// The same caller, who holds the certificate too.
fn with_certificate(caller: Caller, held: &Arc<PeerCertificate>) -> Caller {
    let identity = match caller.identity {
        Identity::Known { principal, .. } => Identity::Known {
            principal,
            certificate: Some(Arc::clone(held)),
        },
        holder @ Identity::Holder { .. } => holder,
    };
    Caller { identity, ..caller }
}

fn holder(
    certificate: &Arc<PeerCertificate>,
    because: Reason,
    proof: Option<Authenticated>,
) -> Caller {
    Caller {
        identity: Identity::Holder {
            certificate: Arc::clone(certificate),
            because,
        },
        proof,
        renewal: None,
        detail: String::new(),
    }
}

/// An expired certificate opens nothing, wherever it is listed.
fn expired(certificate: &PeerCertificate, identities: &Identities) -> Refusal {
    let refusal = Refusal::new(Reason::CertificateExpired);
    match only_candidate(certificate, identities) {
        Some(Authenticated { client, key }) => refusal.of_client(&client.id).by_key(key),
        None => refusal,
    }
}

/// The one key that has a certificate of these names, if it is one.
fn only_candidate(certificate: &PeerCertificate, identities: &Identities) -> Option<Authenticated> {
    let mut named = identities.clients.certificates_named(&certificate.names);
    let (client, of_key) = named.next()?;
    let only = named.next().is_none();
    only.then(|| Authenticated {
        client: Arc::clone(client),
        key: of_key.key,
    })
}

/// Keys that are named in a conflict.
const KEYS_SHOWN: usize = 5;

/// Which keys are in conflict.
fn conflict(certificate: &PeerCertificate, identities: &Identities) -> String {
    let named = || identities.clients.certificates_named(&certificate.names);
    let keys: Vec<String> = named()
        .take(KEYS_SHOWN)
        .map(|(client, of_key)| format!("{} of {}", of_key.key, client.id))
        .collect();
    let more = match named().count() - keys.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("its certificate fits the keys {}{more}", keys.join(", "))
}
