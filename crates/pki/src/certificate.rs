//! Reads one certificate.

mod strength;

use aws_lc_rs::digest;
use lockgate_core::certificate::{CertificateNames, Thumbprint};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use thiserror::Error;
use x509_parser::certificate::{TbsCertificate, X509Certificate};
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Version;

use crate::dn::{self, InvalidName};

pub use strength::{Curve, PublicKey, Weakness};

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// SHA-256 of its DER.
    pub thumbprint: Thumbprint,
    /// Who it was issued to, and by whom.
    pub names: CertificateNames,
    /// Its serial number: `0x` and hexadecimal digits.
    pub serial: String,
    /// Its issue date.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
    /// Whether it is an authority's: one that may sign others.
    pub is_ca: bool,
    /// What it may be used for.
    pub usage: Usage,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub key: [u8; 32],
    /// The kind and size of its key.
    pub public_key: PublicKey,
    /// How it is signed, such as `SHA256withRSA`; an OID when that has no name here.
    pub signature: String,
    /// The version of X.509 that it is: 1 or 3.
    pub version: u32,
    /// Why it is too weak to be relied on, if it is.
    pub weakness: Option<Weakness>,
}

/// The extended key usage of a certificate, as far as clients are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// It lists client authentication.
    Client,
    /// It lists any usage, but client authentication not by name.
    Any,
    /// It lists usages without client authentication, such as that of a server.
    Other,
    /// It says nothing.
    Unstated,
}

/// Why bytes are not an acceptable certificate.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// It is longer than [`limits::CERTIFICATE`].
    #[error("the certificate is longer than {} bytes", limits::CERTIFICATE)]
    TooLong,
    /// It is not the DER of an X.509 certificate.
    #[error("the certificate is not well-formed DER")]
    Malformed,
    /// Something follows it.
    #[error("there are more bytes after the certificate: give exactly one, without its chain")]
    TrailingBytes,
    /// Neither version 1 nor 3, or extensions in version 1.
    #[error("the certificate's X.509 version is not supported: it has to be 3")]
    Version,
    /// Negative, empty, padded or longer than 20 octets.
    #[error("the certificate's serial number is not a positive number of at most 20 octets")]
    Serial,
    /// It ends before it begins.
    #[error("the certificate's validity ends before it begins")]
    Validity,
    /// An extension appears twice.
    #[error("an extension appears twice in the certificate")]
    DuplicateExtension,
    /// An extension that decides about its use cannot be read.
    #[error("the certificate's basic constraints or key usages are malformed")]
    Extension,
    /// A name cannot be read.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

impl Parsed {
    /// Whether `now` lies within its validity.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// Whether it lists client authentication among its usages.
    #[must_use]
    pub fn has_client_auth(&self) -> bool {
        self.usage == Usage::Client
    }
}

/// Reads one certificate: strictly, completely, without judging its signature or its dates.
///
/// # Errors
/// When the bytes are anything but one X.509 certificate; see [`Error`].
pub fn parse(der: &[u8]) -> Result<Parsed, Error> {
    if der.len() > limits::CERTIFICATE {
        return Err(Error::TooLong);
    }
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| Error::Malformed)?;
    if !rest.is_empty() {
        return Err(Error::TrailingBytes);
    }
    let body = &certificate.tbs_certificate;
    let versions = match body.version {
        X509Version::V3 => true,
        X509Version::V1 => body.extensions().is_empty(),
        _ => false,
    };
    if !versions {
        return Err(Error::Version);
    }
    let (not_before, not_after) = validity(body)?;
    // Extensions first: others read them assuming that each appears once.
    body.extensions_map()
        .map_err(|_| Error::DuplicateExtension)?;
    let (is_ca, usage) = (is_ca(body)?, usage(body)?);
    let names = CertificateNames {
        subject: dn::from_der(body.subject().as_raw())?,
        issuer: dn::from_der(body.issuer().as_raw())?,
    };
    let public_key = PublicKey::of(body.public_key());
    Ok(Parsed {
        thumbprint: Thumbprint::of(der),
        names,
        serial: serial(body.raw_serial())?,
        not_before,
        not_after,
        is_ca,
        usage,
        key: sha256(body.public_key().raw),
        weakness: public_key
            .weakness()
            .or_else(|| strength::of_signature(&certificate.signature_algorithm)),
        public_key,
        signature: strength::name_of_signature(&certificate.signature_algorithm),
        version: body.version.0 + 1,
    })
}

/// A digest of a certificate by which people compare it: `AB:CD:…`.
#[must_use]
pub fn fingerprint(der: &[u8], digest: Digest) -> String {
    let algorithm = match digest {
        Digest::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        Digest::Sha256 => &digest::SHA256,
        Digest::Sha512 => &digest::SHA512,
    };
    let octets = digest::digest(algorithm, der);
    let pairs = octets.as_ref().iter().map(|octet| format!("{octet:02X}"));
    pairs.collect::<Vec<_>>().join(":")
}

/// A digest that people compare certificates by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-1: for comparison only.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// Dates before 1970 are taken for its first moment; nobody issues such certificates any more.
fn validity(body: &TbsCertificate<'_>) -> Result<(Timestamp, Timestamp), Error> {
    let time = |time: ASN1Time| Timestamp::from_secs(time.timestamp());
    let validity = body.validity();
    let (not_before, not_after) = (time(validity.not_before), time(validity.not_after));
    match not_before <= not_after {
        true => Ok((not_before, not_after)),
        false => Err(Error::Validity),
    }
}

fn is_ca(body: &TbsCertificate<'_>) -> Result<bool, Error> {
    let constraints = body.basic_constraints().map_err(|_| Error::Extension)?;
    Ok(constraints.is_some_and(|constraints| constraints.value.ca))
}

fn usage(body: &TbsCertificate<'_>) -> Result<Usage, Error> {
    let usage = body.extended_key_usage().map_err(|_| Error::Extension)?;
    Ok(match usage {
        None => Usage::Unstated,
        Some(usage) if usage.value.client_auth => Usage::Client,
        Some(usage) if usage.value.any => Usage::Any,
        Some(_) => Usage::Other,
    })
}

fn serial(octets: &[u8]) -> Result<String, Error> {
    let number = match octets {
        [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => return Err(Error::Serial),
        [0, number @ ..] => number,
        number => number,
    };
    if number.len() > 20 {
        return Err(Error::Serial);
    }
    let digits: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
    let digits = digits.trim_start_matches('0');
    Ok(format!(
        "0x{}",
        if digits.is_empty() { "0" } else { digits }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_positive_and_short() {
        let cases: [(&[u8], Option<&str>); 10] = [
            (&[0], Some("0x0")),
            (&[5], Some("0x5")),
            (&[0x1a, 0], Some("0x1a00")),
            (&[0, 0x80], Some("0x80")),
            (&[], None),
            (&[0x80], None),
            (&[0xff, 0xff], None),
            (&[0, 0], None),
            (&[0, 0x7f], None),
            (&[1; 21], None),
        ];
        for (octets, expected) in cases {
            assert_eq!(serial(octets).ok().as_deref(), expected, "{octets:?}");
        }
        assert!(serial(&[0x7f; 20]).is_ok());
    }
}
