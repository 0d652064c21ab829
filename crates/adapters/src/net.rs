//! The only way receivers reach the network: one HTTP client and one way to open connections, both
//! behind the egress rules.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use lockgate_engine::error::StepError;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use crate::config::{AdaptersConfig, EgressConfig};
use crate::mock::Mocked;

mod anchors;
mod exchange;
mod hosts;

use hosts::Hosts;

pub use anchors::SharedAnchors;
pub(crate) use exchange::{Answer, Outgoing};

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// `extra_ca_pem` holds no certificate, or something that is none.
    #[error("extra_ca_pem: {0}. Give certificates in PEM, each between BEGIN and END CERTIFICATE.")]
    InvalidCertificate(String),
}

/// Why a peer gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{target} may not be called: {address} is outside the egress rules of this server")]
    Forbidden { target: String, address: String },
    #[error("The host name of {target} cannot be resolved: {reason}")]
    UnknownHost { target: String, reason: String },
    #[error("No connection to {target}: {reason}")]
    Unreachable { target: String, reason: String },
    #[error("{target} did not answer within {} ms", .after.as_millis())]
    Timeout { target: String, after: Duration },
    #[error("The answer of {target} is larger than {limit} bytes")]
    TooLarge { target: String, limit: usize },
    #[error("{target} redirects more than {limit} times")]
    Redirects { target: String, limit: usize },
    #[error("The call to {target} broke off: {reason}")]
    Broken { target: String, reason: String },
    #[error("TLS could not be set up: {reason}")]
    Tls { reason: String },
}

impl Failure {
    /// Whether nothing was sent, so that trying again is harmless.
    pub(crate) fn never_connected(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::UnknownHost { .. })
    }
}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> Self {
        let class = match failure {
            Failure::UnknownHost { .. } => "java.net.UnknownHostException",
            Failure::Unreachable { .. } => "java.net.ConnectException",
            Failure::Timeout { .. } => "java.util.concurrent.TimeoutException",
            Failure::Forbidden { .. }
            | Failure::TooLarge { .. }
            | Failure::Redirects { .. }
            | Failure::Broken { .. }
            | Failure::Tls { .. } => "java.io.IOException",
        };
        Self::of_class(class, failure.to_string())
    }
}

/// The network as receivers see it. Clients are made when first used, so that a server without
/// outgoing calls does not pay for them.
#[derive(Debug)]
pub(crate) struct Network {
    egress: Arc<EgressConfig>,
    hosts: Arc<Hosts>,
    extra_ca: Vec<CertificateDer<'static>>,
    anchors: SharedAnchors,
    /// What answers instead.
    mocked: Option<Mocked>,
    /// Who is trusted whatever the anchors are.
    roots: OnceLock<RootCertStore>,
    clients: Mutex<Option<Arc<Clients>>>,
}

/// What connections are opened with, for the anchors of the moment.
#[derive(Debug)]
struct Clients {
    anchors: Arc<Vec<CertificateDer<'static>>>,
    tls: Arc<ClientConfig>,
    /// Follows no redirects, keeps no cookies and uses no proxy.
    http: reqwest::Client,
}

impl Network {
    pub(crate) fn new(config: &AdaptersConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            egress: Arc::new(config.egress.clone()),
            hosts: Arc::new(Hosts(config.hosts.clone())),
            extra_ca: match &config.extra_ca_pem {
                Some(pem) => certificates(pem)?,
                None => Vec::new(),
            },
            anchors: config.anchors.clone(),
            mocked: None,
            roots: OnceLock::new(),
            clients: Mutex::default(),
        })
    }

    /// No network at all: mocks answer.
    pub(crate) fn mocked(mocked: Mocked) -> Self {
        Self {
            egress: Arc::default(),
            hosts: Arc::default(),
            extra_ca: Vec::new(),
            anchors: SharedAnchors::default(),
            mocked: Some(mocked),
            roots: OnceLock::new(),
            clients: Mutex::default(),
        }
    }

    /// What answers instead of the network.
    pub(crate) fn mocks(&self) -> Option<&Mocked> {
        self.mocked.as_ref()
    }

    /// Opens a connection to one of the addresses of `host` that the egress rules permit.
    pub(crate) async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Failure> {
        let target = format!("{host}:{port}");
        let (real_host, real_port) = self.hosts.find(host, port);
        let bare = real_host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((bare, real_port)).await;
        let found: Vec<SocketAddr> = match found {
            Ok(addresses) => addresses.collect(),
            Err(error) => {
                let reason = error.to_string();
                return Err(Failure::UnknownHost { target, reason });
            }
        };
        let permitted = permitted(&self.egress, &found).map_err(|address| Failure::Forbidden {
            target: target.clone(),
            address,
        })?;
        match TcpStream::connect(permitted.as_slice()).await {
            Ok(stream) => Ok(stream),
            Err(error) => {
                let reason = error.to_string();
                Err(Failure::Unreachable { target, reason })
            }
        }
    }

    /// Encrypts a connection and checks the peer's certificate.
    pub(crate) async fn encrypt(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let broken = |reason: String| Failure::Broken {
            target: host.to_owned(),
            reason,
        };
        let bare = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let name = ServerName::try_from(bare).map_err(|error| broken(error.to_string()))?;
        TlsConnector::from(Arc::clone(&self.clients()?.tls))
            .connect(name, stream)
            .await
            .map_err(|error| broken(error.to_string()))
    }

    /// What connections are opened with. Made again when the anchors changed; calls under way keep
    /// theirs.
    fn clients(&self) -> Result<Arc<Clients>, Failure> {
        let anchors = self.anchors.current();
        let mut current = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(clients) = &*current
            && Arc::ptr_eq(&clients.anchors, &anchors)
        {
            return Ok(Arc::clone(clients));
        }
        let tls = self.tls(&anchors)?;
        let http = self.http(&tls)?;
        let clients = Arc::new(Clients { anchors, tls, http });
        *current = Some(Arc::clone(&clients));
        Ok(clients)
    }

    fn http(&self, tls: &ClientConfig) -> Result<reqwest::Client, Failure> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .dns_resolver(Arc::new(Resolver {
                egress: Arc::clone(&self.egress),
                hosts: Arc::clone(&self.hosts),
            }))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent("Lockgate")
            .build()
            .map_err(|error| Failure::Tls {
                reason: error.to_string(),
            })
    }

    fn tls(&self, anchors: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, Failure> {
        let mut roots = self.roots.get_or_init(|| self.fixed_roots()).clone();
        let (_, unusable) = roots.add_parsable_certificates(anchors.iter().cloned());
        if unusable > 0 {
            tracing::warn!(unusable, "certificates of the keystore that cannot be used");
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::Tls {
                reason: error.to_string(),
            })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }

    /// The authorities of the operating system and of the configuration.
    fn fixed_roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::warn!(%error, "part of the system's certificates cannot be read");
        }
        let (_, unusable) = roots.add_parsable_certificates(native.certs);
        if unusable > 0 {
            tracing::debug!(unusable, "certificates of the system that cannot be used");
        }
        roots.add_parsable_certificates(self.extra_ca.iter().cloned());
        roots
    }

    /// Refuses URLs whose host is an address outside the egress rules. Names are checked when they
    /// are resolved.
    fn check(&self, url: &Url) -> Result<(), Failure> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.egress.permits(address) {
            return Ok(());
        }
        Err(Failure::Forbidden {
            target: url.to_string(),
            address: address.to_string(),
        })
    }
}

/// Resolves names to permitted addresses only.
#[derive(Debug)]
struct Resolver {
    egress: Arc<EgressConfig>,
    hosts: Arc<Hosts>,
}

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let egress = Arc::clone(&self.egress);
        // Port 0 leaves the port to the URL, where `Network::place` has put the real one.
        let (host, _) = self.hosts.find(name.as_str(), 0);
        let host = host.to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0))
                .await
                .map_err(|error| Unresolved(error.to_string()))?
                .collect();
            let permitted = permitted(&egress, &found).map_err(OutsideEgress)?;
            Ok(Box::new(permitted.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

/// A name leads to an address that may not be called.
#[derive(Debug, thiserror::Error)]
#[error("{0} is outside the egress rules")]
struct OutsideEgress(String);

/// A name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unresolved(String);

/// The permitted ones of `found`; an address that is not when there are none.
fn permitted(egress: &EgressConfig, found: &[SocketAddr]) -> Result<Vec<SocketAddr>, String> {
    let permitted: Vec<SocketAddr> = (found.iter().copied())
        .filter(|address| egress.permits(address.ip()))
        .collect();
    match found.first() {
        Some(refused) if permitted.is_empty() => Err(refused.ip().to_string()),
        _ => Ok(permitted),
    }
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let found: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| ConfigError::InvalidCertificate(error.to_string()))?;
    if found.is_empty() {
        let reason = "no certificate found".to_owned();
        return Err(ConfigError::InvalidCertificate(reason));
    }
    let mut roots = RootCertStore::empty();
    for certificate in &found {
        roots
            .add(certificate.clone())
            .map_err(|error| ConfigError::InvalidCertificate(error.to_string()))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_certificates_are_checked_at_the_start() {
        for pem in [
            "",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            let config = AdaptersConfig {
                extra_ca_pem: Some(pem.to_owned()),
                ..AdaptersConfig::default()
            };
            assert!(
                matches!(
                    Network::new(&config),
                    Err(ConfigError::InvalidCertificate(_))
                ),
                "{pem}"
            );
        }
    }

    #[test]
    fn permitted_addresses_are_kept_and_others_dropped() {
        let socket = |text: &str| -> SocketAddr { text.parse().unwrap() };
        let egress = EgressConfig::default();
        let (fine, bad) = (socket("10.0.0.1:0"), socket("169.254.169.254:0"));
        assert_eq!(permitted(&egress, &[bad, fine]), Ok(vec![fine]));
        assert_eq!(
            permitted(&egress, &[bad]),
            Err("169.254.169.254".to_owned())
        );
    }
}
