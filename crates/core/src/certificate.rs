//! Client certificates as facts: what is compared when somebody presents one.
//!
//! Reading DER and PEM, chains and authorities are the business of crate `pki`; here are only the
//! results, so that whoever compares certificates compares the same thing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::clock::Timestamp;
use crate::crypto::sha256;

/// SHA-256 of a certificate's DER, shown as 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint(pub [u8; 32]);

/// The text is not 64 hex digits.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a thumbprint is 64 hex digits: the SHA-256 of the certificate's DER")]
pub struct InvalidThumbprint;

impl Thumbprint {
    /// The thumbprint of a certificate in DER.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(sha256(der))
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Thumbprint {
    type Err = InvalidThumbprint;
    fn from_str(text: &str) -> Result<Self, InvalidThumbprint> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidThumbprint);
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| InvalidThumbprint)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidThumbprint)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = InvalidThumbprint;
    fn try_from(text: String) -> Result<Self, InvalidThumbprint> {
        text.parse()
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> Self {
        thumbprint.to_string()
    }
}

/// A distinguished name: a text for people, and the canonical form that is compared.
///
/// The canonical form is made from the DER (attributes by OID, in order, values prepared), never
/// from the text, so that no spelling of one name collides with another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Name {
    text: String,
    canonical: Vec<u8>,
}

impl Name {
    /// A name with its RFC 4514 text, most specific attribute first, and its canonical form.
    #[must_use]
    pub fn new(text: String, canonical: Vec<u8>) -> Self {
        Self { text, canonical }
    }

    /// The text for people.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is compared.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// Whether the name has no attribute. Such a name identifies nobody and never matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.canonical.is_empty()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Name {}

impl std::hash::Hash for Name {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Who a certificate was issued to, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CertificateNames {
    /// Who it was issued to.
    pub subject: Name,
    /// Who issued it.
    pub issuer: Name,
}

/// A certificate that a caller presented, proved to possess, and that leads to a trusted authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// SHA-256 of its DER.
    pub thumbprint: Thumbprint,
    /// Its names.
    pub names: CertificateNames,
    /// SHA-256 of the SubjectPublicKeyInfo of the authority that signed it: another trusted authority
    /// could issue the same names.
    pub issuer_key: [u8; 32],
    /// Its issue date.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
}

impl PeerCertificate {
    /// Whether `now` lies within its validity.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_survive_their_text() {
        let thumbprint = Thumbprint::of(b"certificate");
        let text = thumbprint.to_string();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse(), Ok(thumbprint));
        assert_eq!(text.to_uppercase().parse(), Ok(thumbprint));
        for wrong in [
            "",
            "00",
            &text[1..],
            &format!("{}g", &text[1..]),
            &"+0".repeat(32),
        ] {
            assert_eq!(
                wrong.parse::<Thumbprint>(),
                Err(InvalidThumbprint),
                "{wrong}"
            );
        }
    }

    #[test]
    fn names_are_compared_by_their_canonical_form() {
        let name = |text: &str, canonical: &[u8]| Name::new(text.to_owned(), canonical.to_vec());
        assert_eq!(name("CN=a", b"1"), name("CN=A", b"1"));
        assert_ne!(name("CN=a", b"1"), name("CN=a", b"2"));
        assert!(name("", b"").is_empty());
    }
}
