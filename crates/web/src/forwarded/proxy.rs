//! One proxy, and how it proves to be it.

use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::{HeaderMap, HeaderName};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use thiserror::Error;

use super::{Network, PROXY_SECRET, says_who};
use crate::caller::Arrival;

/// A proxy as it is configured.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// What operators call it.
    pub name: String,
    /// Where it calls from. May be empty with a certificate.
    pub addresses: Vec<Network>,
    /// The certificate that it presents to this server, exactly.
    pub certificate: Option<Thumbprint>,
    /// What it sends in the header `X-Lockgate-Proxy-Secret`.
    pub secret: Option<Secret<String>>,
    /// The header in which it hands on client certificates; see [`super::CLIENT_CERTIFICATE`].
    pub header: HeaderName,
}

/// Why a proxy cannot be believed: anybody could pretend to be it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidProxy {
    /// It has neither a certificate nor a secret.
    #[error(
        "proxy '{0}' has no proof: give it a certificate or a secret_file; an address alone proves nothing"
    )]
    NoProof(String),
    /// It has a secret, but no address.
    #[error("proxy '{0}' has a secret but no addresses: list where it calls from")]
    NoAddress(String),
    /// Its secret can be guessed.
    #[error("the secret of proxy '{0}' is shorter than {min} characters", min = limits::PROXY_SECRET)]
    ShortSecret(String),
    /// Its header is not one that is removed from everybody else.
    #[error(
        "proxy '{name}' cannot use the header '{header}': its name has to say 'client-cert', as X-Forwarded-Client-Cert does"
    )]
    Header {
        /// The proxy.
        name: String,
        /// The header.
        header: HeaderName,
    },
}

/// A proxy that nobody else can pretend to be.
#[derive(Debug)]
pub(super) struct Known {
    addresses: Vec<Network>,
    certificate: Option<Thumbprint>,
    secret: Option<[u8; 32]>,
    pub(super) header: HeaderName,
}

impl Known {
    pub(super) fn new(proxy: Proxy) -> Result<Self, InvalidProxy> {
        let Proxy {
            name,
            addresses,
            certificate,
            secret,
            header,
        } = proxy;
        if certificate.is_none() && secret.is_none() {
            return Err(InvalidProxy::NoProof(name));
        }
        if certificate.is_none() && addresses.is_empty() {
            return Err(InvalidProxy::NoAddress(name));
        }
        let short = |secret: &Secret<String>| secret.expose().len() < limits::PROXY_SECRET;
        if secret.as_ref().is_some_and(short) {
            return Err(InvalidProxy::ShortSecret(name));
        }
        if header == PROXY_SECRET || !says_who(header.as_str().as_bytes()) {
            return Err(InvalidProxy::Header { name, header });
        }
        Ok(Self {
            addresses,
            certificate,
            secret: secret.map(|secret| sha256(secret.expose().as_bytes())),
            header,
        })
    }

    /// Whether it calls from `address`.
    pub(super) fn is_at(&self, address: IpAddr) -> bool {
        self.addresses
            .iter()
            .any(|network| network.contains(address))
    }

    /// Whether this request comes from it: by everything that is configured.
    pub(super) fn is_proved(&self, headers: &HeaderMap, arrival: &Arrival) -> bool {
        let Self {
            addresses,
            certificate,
            secret,
            ..
        } = self;
        (addresses.is_empty() || self.is_at(arrival.peer.ip()))
            && certificate.is_none_or(|pinned| arrival.presented() == Some(pinned))
            && secret.is_none_or(|secret| has_secret(headers, &secret))
    }
}

/// Whether there is exactly one secret, and it is this one.
fn has_secret(headers: &HeaderMap, digest: &[u8; 32]) -> bool {
    let mut fields = headers.get_all(PROXY_SECRET).iter();
    match (fields.next(), fields.next()) {
        (Some(field), None) => verify_slices_are_equal(&sha256(field.as_bytes()), digest).is_ok(),
        _ => false,
    }
}
