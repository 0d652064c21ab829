//! Authorities, certificates, and TLS clients that present them.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::random::SeededRandom;
use lockgate_pki::authority::{Authority, Issued, KeySize, Subject};
use lockgate_pki::pem;
use lockgate_pki::trust::TrustStore;
use lockgate_web::tls::{Ask, ServerTls, SharedCertificate};
use lockgate_web::trust::SharedTrust;
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs::{default_provider, sign::any_supported_type};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tempfile::TempDir;

/// Long ago, so that server certificates that are valid for decades are valid for real clients.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
const DECADES: u16 = 36_500;

/// A certificate chain with its key.
#[derive(Debug)]
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Made once for all tests: keys cost time.
pub(crate) struct Made {
    own: Authority,
    /// Trusted.
    pub(crate) sender: Identity,
    /// Of an authority that nobody trusts.
    pub(crate) stranger: Identity,
    /// For servers only.
    pub(crate) server: Identity,
    /// The authority itself.
    pub(crate) authority: Identity,
}

pub(crate) static MADE: LazyLock<Made> = LazyLock::new(|| {
    let random = SeededRandom::new(1);
    let named = |name: &str| Subject {
        common_name: name.to_owned(),
        ..Subject::default()
    };
    let authority = |name| {
        let validity = DAY * u32::from(DECADES);
        Authority::generate(&named(name), validity, NOW, &random).unwrap()
    };
    let (own, other) = (authority("own"), authority("other"));
    let client = |authority: &Authority| {
        let subject = named("sender");
        let issued = authority.issue_client(&subject, KeySize::Bits2048, 365, NOW, &random);
        Identity::of(&issued.unwrap())
    };
    let authority_key = own.key();
    let authority = Identity {
        chain: vec![CertificateDer::from(own.certificate().to_vec())],
        key: PrivateKeyDer::try_from(authority_key.expose().clone()).unwrap(),
    };
    Made {
        sender: client(&own),
        stranger: client(&other),
        server: Identity::of(&own.issue_server(&["localhost"], 365, NOW, &random).unwrap()),
        authority,
        own,
    }
});

impl Made {
    /// What is trusted unless a test changes it.
    pub(crate) fn trusted(&self) -> TrustStore {
        TrustStore::new([self.own.certificate()])
    }

    /// The trusted authority's certificate.
    pub(crate) fn root(&self) -> &[u8] {
        self.own.certificate()
    }

    fn issue_server(&self, seed: u64) -> Issued {
        let random = SeededRandom::new(seed);
        let hosts = ["localhost", "127.0.0.1"];
        self.own
            .issue_server(&hosts, DECADES, NOW, &random)
            .unwrap()
    }
}

impl Identity {
    fn of(issued: &Issued) -> Self {
        let key = issued.key_pem.expose().as_bytes();
        Self {
            chain: vec![CertificateDer::from(issued.certificate.clone())],
            key: PrivateKeyDer::from_pem_slice(key).unwrap(),
        }
    }

    /// The certificate itself.
    pub(crate) fn leaf(&self) -> &[u8] {
        &self.chain[0]
    }
}

/// A server's surroundings: its files, its trust, its clock.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) certificate: SharedCertificate,
    pub(crate) trust: SharedTrust,
    pub(crate) clock: Arc<ManualClock>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issued = MADE.issue_server(2);
        let (certificate, key) = (
            folder.path().join("server.pem"),
            folder.path().join("server.key"),
        );
        std::fs::write(&certificate, &issued.chain_pem).unwrap();
        std::fs::write(&key, issued.key_pem.expose()).unwrap();
        Self {
            certificate: SharedCertificate::load(&certificate, &key).unwrap(),
            trust: SharedTrust::new(MADE.trusted()),
            clock: Arc::new(ManualClock::at(NOW)),
            folder,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn asking(&self) -> ServerTls {
        let ask = Ask::Optional {
            trust: self.trust.clone(),
            clock: self.clock.clone(),
        };
        ServerTls::new(&self.certificate, ask).unwrap()
    }

    pub(crate) fn not_asking(&self) -> ServerTls {
        ServerTls::new(&self.certificate, Ask::Never).unwrap()
    }

    /// Other files for the server's certificate, with another key.
    pub(crate) fn renew_server(&self) {
        let issued = MADE.issue_server(3);
        std::fs::write(self.file("server.pem"), &issued.chain_pem).unwrap();
        std::fs::write(self.file("server.key"), issued.key_pem.expose()).unwrap();
    }

    pub(crate) fn break_key(&self) -> io::Result<()> {
        let other = MADE.issue_server(4);
        std::fs::write(self.file("server.key"), other.key_pem.expose())
    }

    pub(crate) fn empty_certificate(&self) -> io::Result<()> {
        std::fs::write(self.file("server.pem"), "")
    }

    pub(crate) fn remove_files(&self) -> io::Result<()> {
        std::fs::remove_file(self.file("server.pem"))
    }

    /// A client that trusts the server.
    pub(crate) fn client_of(
        &self,
        identity: Option<&Identity>,
        version: &'static SupportedProtocolVersion,
    ) -> Arc<ClientConfig> {
        let certified = identity.map(|identity| certified(identity.chain.clone(), &identity.key));
        client(certified, version)
    }

    /// A client that sends its authority's certificate `times` times.
    pub(crate) fn client_with_chain(&self, identity: &Identity, times: usize) -> Arc<ClientConfig> {
        let mut chain = identity.chain.clone();
        let root = CertificateDer::from(MADE.root().to_vec());
        chain.extend(std::iter::repeat_n(root, times));
        client(
            Some(certified(chain, &identity.key)),
            &rustls::version::TLS13,
        )
    }

    /// A client with the certificate of one and the key of another.
    pub(crate) fn thief(&self, version: &'static SupportedProtocolVersion) -> Arc<ClientConfig> {
        let chain = MADE.sender.chain.clone();
        client(Some(certified(chain, &MADE.stranger.key)), version)
    }
}

fn certified(chain: Vec<CertificateDer<'static>>, key: &PrivateKeyDer<'_>) -> Arc<CertifiedKey> {
    Arc::new(CertifiedKey::new(chain, any_supported_type(key).unwrap()))
}

fn client(
    certified: Option<Arc<CertifiedKey>>,
    version: &'static SupportedProtocolVersion,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(MADE.root().to_vec()))
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match certified {
        None => config.with_no_client_auth(),
        Some(certified) => config.with_client_cert_resolver(Arc::new(Always(certified))),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.enable_early_data = true;
    Arc::new(config)
}

/// Presents its certificate whatever the server hints at, and whether it fits the key or not.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A certificate as proxies hand it on: escaped PEM.
pub(crate) fn escaped_pem(der: &[u8]) -> String {
    pem::encode(der).replace('\n', "%0A").replace('+', "%2B")
}
