//! Authorities that are trusted beside those of the operating system, while they change.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::CertificateDer;

/// Certificates that peers may lead to, or have themselves, beside those of the operating system and
/// the configuration. Cheap to clone; whoever holds a clone sees every change with the next call.
#[derive(Clone, Debug, Default)]
pub struct SharedAnchors(Arc<Mutex<Arc<Vec<CertificateDer<'static>>>>>);

impl SharedAnchors {
    /// Trusts these certificates, given as DER, and none of those before. New connections are opened
    /// from the next call on.
    pub fn set<D: Into<Vec<u8>>>(&self, certificates: impl IntoIterator<Item = D>) {
        let certificates = certificates.into_iter();
        let certificates: Vec<_> = certificates
            .map(|der| CertificateDer::from(der.into()))
            .collect();
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The same ones again leave connections alone.
        if **current != certificates {
            *current = Arc::new(certificates);
        }
    }

    pub(super) fn current(&self) -> Arc<Vec<CertificateDer<'static>>> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
