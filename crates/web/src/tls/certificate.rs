//! The server's certificate, read from files and replaced while it is used.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use thiserror::Error;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Why a server certificate cannot be used.
#[derive(Debug, Error)]
pub enum ServerCertificateError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file with the certificate has none.
    #[error("{0} holds no certificate in PEM: give the server's certificate and its chain")]
    NoCertificate(PathBuf),
    /// The file with the key has none.
    #[error("{0} holds no unencrypted private key in PEM")]
    NoKey(PathBuf),
    /// The two do not belong together, or are of a kind that cannot be used.
    #[error("the certificate in {certificate} cannot be used with the key in {key}: {source}")]
    Unusable {
        /// Where the certificate is.
        certificate: PathBuf,
        /// Where the key is.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// The certificate that listeners show. Clones share one place.
#[derive(Clone, Debug)]
pub struct SharedCertificate(Arc<Files>);

#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    current: ArcSwap<Loaded>,
}

/// What was read, and a digest of the files it was read from.
#[derive(Debug)]
struct Loaded {
    digest: [u8; 32],
    certified: Arc<CertifiedKey>,
}

impl SharedCertificate {
    /// Reads a certificate chain and its key from PEM files.
    ///
    /// # Errors
    /// When a file cannot be read, or they do not belong together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, ServerCertificateError> {
        let loaded = read(certificate, key)?;
        Ok(Self(Arc::new(Files {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: ArcSwap::from_pointee(loaded),
        })))
    }

    /// Reads the files again; new connections get what they hold now. Says whether it is something
    /// else than before.
    ///
    /// # Errors
    /// When the files cannot be used. Then the certificate stays.
    pub fn reload(&self) -> Result<bool, ServerCertificateError> {
        let Files {
            certificate,
            key,
            current,
        } = &*self.0;
        let loaded = read(certificate, key)?;
        let changed = loaded.digest != current.load().digest;
        if changed {
            current.store(Arc::new(loaded));
        }
        Ok(changed)
    }

    /// Takes over changed files for as long as it is polled. Files that do not fit together, as in
    /// the middle of a renewal, are reported once and looked at again.
    pub async fn follow(self) {
        self.follow_every(LOOK).await;
    }

    async fn follow_every(self, look: Duration) {
        let mut reported = None;
        loop {
            tokio::time::sleep(look).await;
            let shared = self.clone();
            let reloaded = tokio::task::spawn_blocking(move || shared.reload()).await;
            let problem = match reloaded {
                Ok(Ok(true)) => {
                    tracing::info!(file = %self.0.certificate.display(), "took over the new server certificate");
                    None
                }
                Ok(Ok(false)) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(error) => Some(error.to_string()),
            };
            if let Some(problem) = &problem
                && reported.as_ref() != Some(problem)
            {
                tracing::warn!(%problem, "the old server certificate stays");
            }
            reported = problem;
        }
    }
}

impl ResolvesServerCert for SharedCertificate {
    /// One certificate whatever name the client asks for; it may ask for none.
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.current.load().certified))
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Loaded, ServerCertificateError> {
    let (chain_pem, key_pem) = (read_file(certificate)?, read_file(key)?);
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain_pem).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain =
        chain.ok_or_else(|| ServerCertificateError::NoCertificate(certificate.to_owned()))?;
    let secret = PrivateKeyDer::from_pem_slice(&key_pem)
        .map_err(|_| ServerCertificateError::NoKey(key.to_owned()))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let certified = CertifiedKey::from_der(chain, secret, &provider);
    let certified = certified.map_err(|source| ServerCertificateError::Unusable {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        source,
    })?;
    let digests = [sha256(&chain_pem), sha256(&key_pem)].concat();
    Ok(Loaded {
        digest: sha256(&digests),
        certified: Arc::new(certified),
    })
}

fn read_file(path: &Path) -> Result<Vec<u8>, ServerCertificateError> {
    let read = || {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        file.take(limits::TLS_FILE).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| ServerCertificateError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use lockgate_core::clock::Timestamp;
    use lockgate_core::random::SeededRandom;
    use lockgate_pki::authority::{Authority, Subject};

    use super::*;

    #[tokio::test]
    async fn changed_files_are_taken_over_once_they_fit_together() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("a.pem"), folder.path().join("a.key"));
        let (now, random) = (Timestamp::from_secs(1_800_000_000), SeededRandom::new(1));
        let subject = Subject {
            common_name: "authority".to_owned(),
            ..Subject::default()
        };
        let authority = Authority::generate(&subject, LOOK * 100, now, &random).unwrap();
        let issue = || {
            authority
                .issue_server(&["localhost"], 1, now, &random)
                .unwrap()
        };
        let first = issue();
        std::fs::write(&certificate, &first.chain_pem).unwrap();
        std::fs::write(&key, first.key_pem.expose()).unwrap();
        let shared = SharedCertificate::load(&certificate, &key).unwrap();
        let shown = || shared.0.current.load().certified.cert[0].to_vec();
        assert_eq!(shown(), first.certificate);

        let following = tokio::spawn(shared.clone().follow_every(Duration::from_millis(1)));
        let second = issue();
        std::fs::write(&certificate, &second.chain_pem).unwrap();
        shared.reload().unwrap_err();
        assert_eq!(shown(), first.certificate);
        std::fs::write(&key, second.key_pem.expose()).unwrap();
        while shown() != second.certificate {
            tokio::task::yield_now().await;
        }
        following.abort();
    }
}
