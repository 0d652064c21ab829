//! Whether keys and signatures can be relied on.

use std::fmt;

use thiserror::Error;
use x509_parser::public_key;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::dn::dotted;

/// The fewest bits of an RSA key that is accepted.
const RSA_MIN: usize = 2048;
/// The most bits of an RSA key: more only cost time.
const RSA_MAX: usize = 8192;

/// The kind and size of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA, with the bits of its modulus.
    Rsa(usize),
    /// An elliptic curve that is accepted.
    Curve(Curve),
    /// Anything else, by OIDs: of the algorithm, and of the curve if it has one.
    Other(String),
}

/// The elliptic curves that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// Edwards 25519.
    Ed25519,
}

/// Why a certificate is too weak.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Weakness {
    /// The RSA key is too short, or absurdly long.
    #[error("its RSA key has {0} bits; it needs {RSA_MIN} to {RSA_MAX}")]
    RsaBits(usize),
    /// The kind of key, or its curve, is not accepted.
    #[error("its key is of the kind {0}; accepted are RSA, P-256, P-384, P-521 and Ed25519")]
    Key(String),
    /// The signature's algorithm is broken or unknown.
    #[error(
        "it is signed with {0}; accepted are RSA and ECDSA with SHA-256 or better, and Ed25519"
    )]
    Signature(String),
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
            Self::Curve(Curve::P256) => f.write_str("P-256"),
            Self::Curve(Curve::P384) => f.write_str("P-384"),
            Self::Curve(Curve::P521) => f.write_str("P-521"),
            Self::Curve(Curve::Ed25519) => f.write_str("Ed25519"),
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

impl PublicKey {
    pub(super) fn of(info: &SubjectPublicKeyInfo<'_>) -> Self {
        let algorithm = info.algorithm.algorithm.to_id_string();
        match algorithm.as_str() {
            "1.2.840.113549.1.1.1" => match info.parsed() {
                Ok(public_key::PublicKey::RSA(key)) => Self::Rsa(bits(key.modulus)),
                _ => Self::Other(algorithm),
            },
            "1.2.840.10045.2.1" => {
                let curve = info
                    .algorithm
                    .parameters()
                    .and_then(|any| any.as_oid().ok());
                let curve = curve.map_or_else(String::new, |oid| dotted(oid.as_bytes()));
                match curve.as_str() {
                    "1.2.840.10045.3.1.7" => Self::Curve(Curve::P256),
                    "1.3.132.0.34" => Self::Curve(Curve::P384),
                    "1.3.132.0.35" => Self::Curve(Curve::P521),
                    _ => Self::Other(format!("{algorithm} {curve}").trim_end().to_owned()),
                }
            }
            "1.3.101.112" => Self::Curve(Curve::Ed25519),
            _ => Self::Other(algorithm),
        }
    }

    pub(crate) fn weakness(&self) -> Option<Weakness> {
        match self {
            Self::Rsa(bits) => {
                (!(RSA_MIN..=RSA_MAX).contains(bits)).then_some(Weakness::RsaBits(*bits))
            }
            Self::Curve(_) => None,
            Self::Other(kind) => Some(Weakness::Key(kind.clone())),
        }
    }
}

fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[zeros..];
    let unused = number.first().map_or(0, |byte| byte.leading_zeros());
    (number.len() * 8).saturating_sub(unused as usize)
}

/// Why a signature cannot be relied on. What is not known to be good counts as weak.
pub(super) fn of_signature(algorithm: &AlgorithmIdentifier<'_>) -> Option<Weakness> {
    let oid = algorithm.algorithm.to_id_string();
    let name = match oid.as_str() {
        // RSA and ECDSA with SHA-256, SHA-384, SHA-512; Ed25519.
        "1.2.840.113549.1.1.11"
        | "1.2.840.113549.1.1.12"
        | "1.2.840.113549.1.1.13"
        | "1.2.840.10045.4.3.2"
        | "1.2.840.10045.4.3.3"
        | "1.2.840.10045.4.3.4"
        | "1.3.101.112" => return None,
        "1.2.840.113549.1.1.10" => match pss_digest(algorithm) {
            Some(digest) if SHA_2.contains(&digest.as_str()) => return None,
            _ => "RSA-PSS with a weak digest".to_owned(),
        },
        "1.2.840.113549.1.1.2" | "1.2.840.113549.1.1.3" => "MD2 or MD4".to_owned(),
        "1.2.840.113549.1.1.4" => "MD5".to_owned(),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" => {
            "SHA-1".to_owned()
        }
        _ => oid,
    };
    Some(Weakness::Signature(name))
}

/// What a signature is called by Java and all who talk to it.
pub(super) fn name_of_signature(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = algorithm.algorithm.to_id_string();
    let name = match oid.as_str() {
        "1.2.840.113549.1.1.4" => "MD5withRSA",
        "1.2.840.113549.1.1.5" => "SHA1withRSA",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "SHA256withRSA",
        "1.2.840.113549.1.1.12" => "SHA384withRSA",
        "1.2.840.113549.1.1.13" => "SHA512withRSA",
        "1.2.840.10045.4.1" => "SHA1withECDSA",
        "1.2.840.10045.4.3.2" => "SHA256withECDSA",
        "1.2.840.10045.4.3.3" => "SHA384withECDSA",
        "1.2.840.10045.4.3.4" => "SHA512withECDSA",
        "1.3.101.112" => "Ed25519",
        _ => return oid,
    };
    name.to_owned()
}

/// SHA-256, SHA-384, SHA-512.
const SHA_2: [&str; 3] = [
    "2.16.840.1.101.3.4.2.1",
    "2.16.840.1.101.3.4.2.2",
    "2.16.840.1.101.3.4.2.3",
];

fn pss_digest(algorithm: &AlgorithmIdentifier<'_>) -> Option<String> {
    match SignatureAlgorithm::try_from(algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => {
            Some(parameters.hash_algorithm_oid().to_id_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_first_one() {
        let modulus = |len: usize, first: u8| [&[0, first][..], &vec![0xff; len - 1]].concat();
        assert_eq!(bits(&modulus(256, 0x80)), 2048);
        assert_eq!(bits(&modulus(256, 0x7f)), 2047);
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0]), 0);
    }

    #[test]
    fn keys_are_weak_or_they_are_not() {
        let cases = [
            (PublicKey::Rsa(1024), false),
            (PublicKey::Rsa(2047), false),
            (PublicKey::Rsa(2048), true),
            (PublicKey::Rsa(8192), true),
            (PublicKey::Rsa(16384), false),
            (PublicKey::Curve(Curve::P256), true),
            (PublicKey::Other("1.2.840.10040.4.1".to_owned()), false),
        ];
        for (key, strong) in cases {
            assert_eq!(key.weakness().is_none(), strong, "{key}");
        }
    }
}
