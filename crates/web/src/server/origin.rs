//! Where the requests of one connection come from.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use lockgate_core::certificate::{PeerCertificate, Thumbprint};
use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_pki::trust::TrustStore;
use rustls::pki_types::CertificateDer;

use crate::caller::{Arrival, Entrance, RejectedCertificate};
use crate::tls::{Ask, ServerTls};
use crate::trust::{SharedTrust, VERIFIED_FOR};

/// The other end of a connection.
#[derive(Debug)]
pub(super) struct Origin {
    bare: Arrival,
    /// The client certificate, if there is one.
    presented: Option<Box<Presented>>,
}

impl Origin {
    /// A peer without a certificate.
    pub(super) fn new(entrance: Entrance, peer: SocketAddr) -> Self {
        Self {
            bare: Arrival::at(entrance, peer),
            presented: None,
        }
    }

    /// A peer that proved to have the key of the first certificate of `chain`, if there is one.
    pub(super) fn over_tls(
        tls: &ServerTls,
        peer: SocketAddr,
        chain: &[CertificateDer<'static>],
    ) -> Self {
        let presented = match (tls.ask(), chain) {
            (Ask::Optional { trust, clock }, [leaf, intermediates @ ..]) => {
                Some(Box::new(Presented::new(trust, clock, leaf, intermediates)))
            }
            (Ask::Never, _) | (_, []) => None,
        };
        Self {
            bare: Arrival::at(tls.entrance(), peer),
            presented,
        }
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.bare.peer
    }

    /// What the next request arrives with.
    pub(super) fn arrival(&self) -> Arrival {
        let mut arrival = self.bare.clone();
        match self.presented.as_ref().map(|presented| presented.verdict()) {
            None => {}
            Some(Ok(certificate)) => arrival.certificate = Some(certificate),
            Some(Err(rejected)) => arrival.rejected = Some(rejected),
        }
        arrival
    }
}

type Verdict = Result<Arc<PeerCertificate>, Arc<RejectedCertificate>>;

/// A client certificate with what is known about it.
#[derive(Debug)]
struct Presented {
    leaf: CertificateDer<'static>,
    intermediates: Vec<CertificateDer<'static>>,
    trust: SharedTrust,
    clock: SharedClock,
    known: Mutex<Known>,
}

/// A verdict, and for how long it holds.
#[derive(Debug)]
struct Known {
    verdict: Verdict,
    store: Arc<TrustStore>,
    until: Timestamp,
}

impl Presented {
    fn new(
        trust: &SharedTrust,
        clock: &SharedClock,
        leaf: &CertificateDer<'static>,
        intermediates: &[CertificateDer<'static>],
    ) -> Self {
        let (store, now) = (trust.snapshot(), clock.now());
        Self {
            known: Mutex::new(Known::new(store, leaf, intermediates, now)),
            leaf: leaf.clone(),
            intermediates: intermediates.to_vec(),
            trust: trust.clone(),
            clock: clock.clone(),
        }
    }

    fn verdict(&self) -> Verdict {
        let now = self.clock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&known.store, &self.trust.load()) || known.until <= now {
            let store = self.trust.snapshot();
            *known = Known::new(store, &self.leaf, &self.intermediates, now);
        }
        known.verdict.clone()
    }
}

impl Known {
    fn new(
        store: Arc<TrustStore>,
        leaf: &CertificateDer<'static>,
        intermediates: &[CertificateDer<'static>],
        now: Timestamp,
    ) -> Self {
        let verdict = match store.verify_client(leaf, intermediates, now) {
            Ok(certificate) => Ok(Arc::new(certificate)),
            Err(reason) => Err(Arc::new(RejectedCertificate {
                thumbprint: Thumbprint::of(leaf),
                reason,
            })),
        };
        Self {
            verdict,
            store,
            until: now.plus(VERIFIED_FOR),
        }
    }
}
