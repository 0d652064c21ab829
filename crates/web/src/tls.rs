//! TLS 1.2 and 1.3 for a listener, with or without asking for client certificates.
//!
//! Whether a client certificate counts is not the handshake's business: it only proves that the
//! client has the key. The chain is verified against the trust store of the moment, for every
//! connection and again when the store has changed, so that nothing outlives a withdrawn authority.

mod certificate;
mod tickets;

use std::sync::Arc;

use lockgate_core::clock::SharedClock;
use lockgate_core::limits;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoClientAuth, NoServerSessionStorage};
use rustls::version::{TLS12, TLS13};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::caller::Entrance;
use crate::trust::SharedTrust;

pub use certificate::{ServerCertificateError, SharedCertificate};

/// Whether a listener asks for client certificates.
#[derive(Clone, Debug)]
pub enum Ask {
    /// It does not: [`Entrance::Tls`].
    Never,
    /// It does, and serves clients without one as well: [`Entrance::Certificate`].
    Optional {
        /// The authorities that certificates have to lead to.
        trust: SharedTrust,
        /// For their validity.
        clock: SharedClock,
    },
}

/// How a listener speaks TLS.
#[derive(Clone, Debug)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    ask: Ask,
    /// Handshakes cost computing time before anybody has proved anything.
    handshakes: Arc<Semaphore>,
}

impl ServerTls {
    /// TLS with a certificate that may be replaced while it is used.
    ///
    /// # Errors
    /// When the library cannot be set up.
    pub fn new(certificate: &SharedCertificate, ask: Ask) -> Result<Self, Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier: Arc<dyn ClientCertVerifier> = match &ask {
            Ask::Never => Arc::new(NoClientAuth),
            Ask::Optional { .. } => Arc::new(AnyCertificate(Arc::clone(&provider))),
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::new(certificate.clone()));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = tickets::hourly()?;
        // No data before the handshake is complete: it could be replayed.
        config.max_early_data_size = 0;
        Ok(Self {
            config: Arc::new(config),
            ask,
            handshakes: Arc::new(Semaphore::new(limits::HANDSHAKES)),
        })
    }

    /// What a listener with this is.
    pub(crate) fn entrance(&self) -> Entrance {
        match self.ask {
            Ask::Never => Entrance::Tls,
            Ask::Optional { .. } => Entrance::Certificate,
        }
    }

    pub(crate) fn ask(&self) -> &Ask {
        &self.ask
    }

    /// Shakes hands, after waiting for a turn. The caller limits the time.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let turn = self.handshakes.acquire().await;
        let stream = TlsAcceptor::from(Arc::clone(&self.config))
            .accept(stream)
            .await;
        drop(turn);
        stream
    }
}

/// Accepts every client certificate, and none, but verifies that the client has the key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// None: clients send the certificate they have, and trust changes while the listener runs.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
