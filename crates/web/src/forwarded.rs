//! What proxies say about the senders behind them, and who may say it.
//!
//! A proxy that ends TLS hands on the certificate that a sender presented to it, in a header. Anybody
//! can send such a header, so it is believed only from peers that proved to be a configured proxy, and
//! is removed from all requests before anything else reads them.

mod certificate;
mod memory;
mod network;
mod proxy;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::SharedClock;
use lockgate_core::refusal::Reason;
use lockgate_pki::trust::Untrusted;

use crate::caller::{Arrival, RejectedCertificate};
use crate::trust::SharedTrust;
use certificate::Forwarded;
use memory::Memory;
use proxy::Known;

pub use network::{InvalidNetwork, Network};
pub use proxy::{InvalidProxy, Proxy};

/// Carries the secret that a proxy proves itself with.
pub const PROXY_SECRET: HeaderName = HeaderName::from_static("x-lockgate-proxy-secret");
/// Carries a client certificate unless a proxy is configured otherwise.
pub const CLIENT_CERTIFICATE: HeaderName = HeaderName::from_static("x-forwarded-client-cert");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed. Clones share everything.
#[derive(Clone, Debug)]
pub struct Proxies {
    known: Arc<[Known]>,
    trust: SharedTrust,
    verified: Arc<Memory>,
    clock: SharedClock,
}

impl Proxies {
    /// Believes `proxies`. Certificates that they hand on have to lead to an authority of `trust`, as
    /// if they were presented here.
    ///
    /// # Errors
    /// For the first proxy that anybody could pretend to be; see [`InvalidProxy`].
    pub fn new(
        proxies: impl IntoIterator<Item = Proxy>,
        trust: SharedTrust,
        clock: SharedClock,
    ) -> Result<Self, InvalidProxy> {
        let known: Result<_, _> = proxies.into_iter().map(Known::new).collect();
        Ok(Self {
            known: known?,
            verified: Arc::new(Memory::new(trust.snapshot())),
            trust,
            clock,
        })
    }

    /// Takes what a proxy says out of the headers, and puts it into `arrival` if it may be believed.
    ///
    /// Call it once for every request, before anything reads its headers. After it, no header with a
    /// client certificate, nor the secret of a proxy, is left.
    ///
    /// # Errors
    /// [`Reason::ConnectionHeader`] when the request asks to drop such a header on the way;
    /// [`Reason::DuplicateHeader`] and [`Reason::ForwardedCertificate`] when a proxy's header is
    /// repeated or has no readable certificate.
    pub fn receive(&self, headers: &mut HeaderMap, arrival: &mut Arrival) -> Result<(), Reason> {
        let doubtful = headers.get_all(header::CONNECTION).iter();
        if doubtful.map(|names| names.as_bytes()).any(says_who) {
            return Err(Reason::ConnectionHeader);
        }
        let proxy = self
            .known
            .iter()
            .find(|proxy| proxy.is_proved(headers, arrival));
        let forwarded = proxy.map(|proxy| self.take(proxy, headers, arrival));
        remove(headers);
        forwarded.unwrap_or(Ok(()))
    }

    /// Replaces the proxy in `arrival` by the sender it speaks for.
    fn take(
        &self,
        proxy: &Known,
        headers: &HeaderMap,
        arrival: &mut Arrival,
    ) -> Result<(), Reason> {
        arrival.certificate = None;
        arrival.rejected = None;
        if let Some(sender) = self.sender(headers) {
            arrival.peer = sender;
        }
        let mut fields = headers.get_all(&proxy.header).iter();
        let field = match (fields.next(), fields.next()) {
            (None, _) => return Ok(()),
            (Some(field), None) => field.to_str().map_err(|_| Reason::ForwardedCertificate)?,
            (Some(_), Some(_)) => return Err(Reason::DuplicateHeader),
        };
        let (store, now) = (self.trust.load(), self.clock.now());
        let digest = Memory::digest(field);
        if let Some(certificate) = self.verified.find(&digest, &store, now) {
            arrival.certificate = Some(certificate);
            return Ok(());
        }
        let Forwarded { leaf, chain } = match certificate::read(field) {
            Ok(None) => return Ok(()),
            Ok(Some(forwarded)) => forwarded,
            Err(certificate::Unreadable) => return Err(Reason::ForwardedCertificate),
        };
        match store.verify_client(&leaf, &chain, now) {
            Ok(certificate) => {
                let certificate = Arc::new(certificate);
                self.verified.keep(digest, &store, &certificate, now);
                arrival.certificate = Some(certificate);
            }
            Err(Untrusted::Unreadable(_)) => return Err(Reason::ForwardedCertificate),
            Err(reason) => {
                let thumbprint = Thumbprint::of(&leaf);
                arrival.rejected = Some(Arc::new(RejectedCertificate { thumbprint, reason }));
            }
        }
        Ok(())
    }

    /// The last hop before the proxies: what is left of it, the sender wrote itself.
    fn sender(&self, headers: &HeaderMap) -> Option<SocketAddr> {
        let fields: Option<Vec<&str>> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .map(|field| field.to_str().ok())
            .collect();
        let fields = fields?;
        let hops = fields.iter().flat_map(|field| field.split(',')).rev();
        let mut sender = None;
        for hop in hops {
            let Some(hop) = hop_address(hop.trim()) else {
                break;
            };
            sender = Some(hop);
            if !self.known.iter().any(|proxy| proxy.is_at(hop.ip())) {
                break;
            }
        }
        sender
    }
}

/// An address with or without a port, IPv6 with or without brackets.
fn hop_address(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address);
    }
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address: IpAddr = bare.unwrap_or(text).parse().ok()?;
    Some(SocketAddr::new(address, 0))
}

/// Removes every header that says which certificate somebody has, under whatever name.
fn remove(headers: &mut HeaderMap) {
    while let Some(name) = headers
        .keys()
        .find(|name| says_who(name.as_str().as_bytes()))
    {
        let name = name.clone();
        headers.remove(name);
    }
}

/// What proxies, and the programs behind them, call headers about client certificates. All names
/// with one of these words count.
const WORDS: [&[u8]; 11] = [
    b"client-cert",
    b"client_cert",
    b"clientcert",
    b"tls-cert",
    b"ssl-cert",
    b"ssl_cert",
    b"ssl-client",
    b"ssl_client",
    b"sslclient",
    b"lockgate-proxy-secret",
    b"lockgate_proxy_secret",
];

/// Whether a header's name, or a list of them, is about client certificates.
fn says_who(names: &[u8]) -> bool {
    // Asked about every header of every request, so what all words have in common comes first.
    let may = names.windows(3).any(|part| {
        matches!(
            part,
            [b'c' | b'C', b'e' | b'E', b'r' | b'R']
                | [b's' | b'S', b's' | b'S', b'l' | b'L']
                | [b'o' | b'O', b'x' | b'X', b'y' | b'Y']
        )
    });
    let has = |word: &[u8]| {
        let mut parts = names.windows(word.len());
        parts.any(|part| part.eq_ignore_ascii_case(word))
    };
    may && WORDS.iter().any(|word| has(word))
}

#[cfg(test)]
mod tests;
