//! Which authorities are trusted, and whether a client certificate leads to one of them.

use std::time::Duration;

use lockgate_core::certificate::{PeerCertificate, Thumbprint};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use thiserror::Error;
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert,
};

use crate::certificate::{self, Parsed, Usage, Weakness};

/// The trusted authorities. Immutable: a change makes a new one.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    anchors: Vec<TrustAnchor<'static>>,
    /// What each anchor says, in the same order.
    authorities: Vec<Parsed>,
    unusable: Vec<(Thumbprint, NotAnAuthority)>,
}

/// Why a certificate cannot be that of a trusted authority.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAnAuthority {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] certificate::Error),
    /// It does not say that it may sign others.
    #[error("the certificate is not an authority's: its basic constraints do not say CA")]
    NotCa,
    /// Its key is too weak.
    #[error("the authority cannot be trusted: {0}")]
    Weak(Weakness),
    /// Its name is empty.
    #[error("the authority has no name, so no certificate can name it as its issuer")]
    Nameless,
}

/// Why a client certificate was not accepted. Told to operators only; such a certificate counts as
/// absent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Untrusted {
    /// It, or one of its chain, cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] certificate::Error),
    /// More certificates were sent along than [`limits::CERTIFICATE_CHAIN`].
    #[error("its chain has more than {} certificates", limits::CERTIFICATE_CHAIN)]
    ChainTooLong,
    /// Its key or signature is too weak.
    #[error("it is too weak: {0}")]
    Weak(Weakness),
    /// It does not list client authentication among its extended key usages.
    #[error("its extended key usage does not list client authentication")]
    NotForClients,
    /// It is the certificate of an authority.
    #[error("it is the certificate of an authority, which identifies no client")]
    Authority,
    /// It is not valid yet.
    #[error("it is not valid before {0}")]
    NotYetValid(Timestamp),
    /// It has expired.
    #[error("it expired at {0}")]
    Expired(Timestamp),
    /// The chain to a trusted authority is broken: an expired or misused intermediate, a violated name
    /// constraint, a wrong signature.
    #[error("its chain is not valid: {0}")]
    Chain(String),
    /// No trusted authority signed it, nor any of the certificates that were sent along.
    #[error(
        "no trusted authority leads to it; '{0}' issued it, and the client has to send the whole chain"
    )]
    UnknownIssuer(String),
}

/// Reads the certificate of an authority and checks that it can be trusted.
///
/// # Errors
/// When it cannot; see [`NotAnAuthority`].
pub fn check_authority(der: &[u8]) -> Result<Parsed, NotAnAuthority> {
    let parsed = certificate::parse(der)?;
    if !parsed.is_ca {
        return Err(NotAnAuthority::NotCa);
    }
    // The signature of a trusted certificate does not matter: nobody relies on it.
    if let Some(weakness) = parsed.public_key.weakness() {
        return Err(NotAnAuthority::Weak(weakness));
    }
    match parsed.names.subject.is_empty() {
        true => Err(NotAnAuthority::Nameless),
        false => Ok(parsed),
    }
}

impl TrustStore {
    /// Trusts `authorities`, given as DER. Those that cannot be trusted are left out and listed by
    /// [`TrustStore::unusable`], so that one of them does not keep others from being withdrawn.
    pub fn new<D: AsRef<[u8]>>(authorities: impl IntoIterator<Item = D>) -> Self {
        let mut store = Self::default();
        for der in authorities {
            let der = der.as_ref();
            if let Err(problem) = store.add(der) {
                store.unusable.push((Thumbprint::of(der), problem));
            }
        }
        store
    }

    fn add(&mut self, der: &[u8]) -> Result<(), NotAnAuthority> {
        let parsed = check_authority(der)?;
        let certificate = CertificateDer::from(der);
        let anchor = anchor_from_trusted_cert(&certificate);
        let anchor = anchor.map_err(|_| certificate::Error::Malformed)?;
        self.anchors.push(anchor.to_owned());
        self.authorities.push(parsed);
        Ok(())
    }

    /// The authorities that are trusted.
    #[must_use]
    pub fn authorities(&self) -> &[Parsed] {
        &self.authorities
    }

    /// Those that were left out, and why.
    #[must_use]
    pub fn unusable(&self) -> &[(Thumbprint, NotAnAuthority)] {
        &self.unusable
    }

    /// Checks that a client certificate leads to a trusted authority, may be used by a client, and is
    /// valid at `now`. `intermediates` are what the client sent besides it, in any order.
    ///
    /// Possession of its key has to be proved elsewhere.
    ///
    /// # Errors
    /// The reason; see [`Untrusted`].
    pub fn verify_client<D: AsRef<[u8]>>(
        &self,
        leaf: &[u8],
        intermediates: &[D],
        now: Timestamp,
    ) -> Result<PeerCertificate, Untrusted> {
        if intermediates.len() > limits::CERTIFICATE_CHAIN {
            return Err(Untrusted::ChainTooLong);
        }
        if intermediates
            .iter()
            .any(|der| der.as_ref().len() > limits::CERTIFICATE)
        {
            return Err(certificate::Error::TooLong.into());
        }
        let parsed = certificate::parse(leaf)?;
        check_client(&parsed, now)?;
        let leaf = CertificateDer::from(leaf);
        let intermediates: Vec<_> = intermediates
            .iter()
            .map(|der| CertificateDer::from(der.as_ref()))
            .collect();
        let issuer_key = self.issuer_key(&leaf, &intermediates, now);
        Ok(PeerCertificate {
            thumbprint: parsed.thumbprint,
            issuer_key: issuer_key.map_err(|error| untrusted(&error, &parsed))?,
            names: parsed.names,
            not_before: parsed.not_before,
            not_after: parsed.not_after,
        })
    }

    /// SHA-256 of the public key of the trusted authority that signed a certificate itself, not by an
    /// intermediate. Dates do not matter: the answer is for a certificate that will be used later.
    #[must_use]
    pub fn issuer_of(&self, leaf: &[u8]) -> Option<[u8; 32]> {
        let parsed = certificate::parse(leaf).ok()?;
        let leaf = CertificateDer::from(leaf);
        self.issuer_key(&leaf, &[], parsed.not_before).ok()
    }

    fn issuer_key(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: Timestamp,
    ) -> Result<[u8; 32], webpki::Error> {
        let leaf = EndEntityCert::try_from(leaf)?;
        let seconds = u64::try_from(now.secs()).unwrap_or(0);
        let path = leaf.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &self.anchors,
            intermediates,
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            KeyUsage::client_auth(),
            None,
            Some(&|path: &VerifiedPath<'_>| self.check_anchor(path.anchor(), now)),
        )?;
        Ok(sha256(&path.issuer_spki()))
    }

    /// A path that ends at an authority outside its own validity is none.
    fn check_anchor(&self, anchor: &TrustAnchor<'_>, now: Timestamp) -> Result<(), webpki::Error> {
        let mut same = self.anchors.iter().zip(&self.authorities);
        match same.any(|(known, parsed)| known == anchor && parsed.is_valid_at(now)) {
            true => Ok(()),
            false => Err(webpki::Error::CertDistrusted),
        }
    }
}

/// What a client certificate has to fulfil whoever issued it.
fn check_client(parsed: &Parsed, now: Timestamp) -> Result<(), Untrusted> {
    if let Some(weakness) = &parsed.weakness {
        return Err(Untrusted::Weak(weakness.clone()));
    }
    if parsed.is_ca {
        return Err(Untrusted::Authority);
    }
    if parsed.usage != Usage::Client {
        return Err(Untrusted::NotForClients);
    }
    if now < parsed.not_before {
        return Err(Untrusted::NotYetValid(parsed.not_before));
    }
    if now > parsed.not_after {
        return Err(Untrusted::Expired(parsed.not_after));
    }
    Ok(())
}

fn untrusted(error: &webpki::Error, parsed: &Parsed) -> Untrusted {
    use webpki::Error;
    let text = match error {
        Error::UnknownIssuer => {
            return Untrusted::UnknownIssuer(parsed.names.issuer.text().to_owned());
        }
        Error::CertDistrusted => "the authority is outside its validity",
        Error::CertExpired { .. } => "an intermediate certificate has expired",
        Error::CertNotValidYet { .. } => "an intermediate certificate is not valid yet",
        Error::InvalidSignatureForPublicKey => "a signature does not fit the issuer's key",
        Error::NameConstraintViolation => "a name constraint forbids its names",
        Error::PathLenConstraintViolated => "an authority may not have so many below it",
        Error::EndEntityUsedAsCa => "a certificate that is no authority's signed it",
        Error::RequiredEkuNotFoundContext(_) => {
            "an intermediate authority may not issue client certificates"
        }
        Error::UnsupportedCriticalExtension => "it has a critical extension that is not understood",
        Error::UnsupportedCertVersion => "its X.509 version is not 3",
        other => return Untrusted::Chain(format!("{other:?}")),
    };
    Untrusted::Chain(text.to_owned())
}
