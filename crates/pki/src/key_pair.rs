//! Key pairs of the keystore: a private key, and a certificate for its public key.

use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;
use rcgen::{
    IsCa, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512,
    PKCS_ED25519, PKCS_RSA_SHA256, PKCS_RSA_SHA384, PKCS_RSA_SHA512, PublicKeyData as _,
    SignatureAlgorithm, SigningKey as _,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use thiserror::Error;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::authority::{AuthorityError, KeySize, Subject, parameters};
use crate::certificate::{self, Curve, PublicKey};
use crate::der::{self, BIT_STRING, INSIDE_0, INTEGER, SEQUENCE};
use crate::pem;

/// What kind of key to make, and how its certificate is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RSA.
    Rsa(KeySize, RsaDigest),
    /// An elliptic curve, with the digest that belongs to it.
    Curve(Curve),
}

/// The digest of an RSA signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaDigest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A private key, and a certificate for its public key.
#[derive(Debug)]
pub struct Pair {
    /// The certificate in DER.
    pub certificate: Vec<u8>,
    /// The key, PKCS #8 in DER.
    pub key: Secret<Vec<u8>>,
}

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub enum InvalidKey {
    /// It is not a PEM with a private key.
    #[error("the private key is not PEM without a password: give it as PRIVATE KEY (PKCS #8)")]
    NotPem,
    /// It is of a kind that is not accepted, or damaged.
    #[error(
        "the private key is of no accepted kind, or damaged; accepted are RSA, P-256, P-384, P-521 and Ed25519"
    )]
    Kind,
    /// It belongs to another certificate.
    #[error("the private key does not belong to the certificate")]
    WrongKey,
    /// The certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] certificate::Error),
    /// The library refused.
    #[error("the key cannot sign: {0}")]
    Library(#[from] rcgen::Error),
}

/// Makes a key, and a certificate for it that it signs itself.
///
/// Takes up to seconds of computing: call it where that is no harm. The key comes from the operating
/// system, the serial number from `random`.
///
/// # Errors
/// When the subject cannot be written.
pub fn generate(
    subject: &Subject,
    kind: Kind,
    validity: (Timestamp, Timestamp),
    random: &dyn Random,
) -> Result<Pair, AuthorityError> {
    let key = match kind {
        Kind::Rsa(size, digest) => KeyPair::generate_rsa_for(digest.algorithm(), size.into())?,
        Kind::Curve(curve) => KeyPair::generate_for(of_curve(curve))?,
    };
    let mut parameters = parameters(subject, validity, random)?;
    parameters.is_ca = IsCa::NoCa;
    let certificate = parameters.self_signed(&key)?;
    Ok(Pair {
        certificate: certificate.der().to_vec(),
        key: Secret::new(key.serialize_der()),
    })
}

/// Reads a private key from PEM.
///
/// # Errors
/// When it is none.
pub fn read_key(text: &Secret<String>) -> Result<Secret<Vec<u8>>, InvalidKey> {
    let found = PrivateKeyDer::from_pem_slice(text.expose().as_bytes());
    let found = found.map_err(|_| InvalidKey::NotPem)?;
    let key = KeyPair::try_from(&found).map_err(|_| InvalidKey::Kind)?;
    Ok(Secret::new(key.serialize_der()))
}

/// Checks that a key belongs to a certificate.
///
/// # Errors
/// When it does not.
pub fn check(certificate: &[u8], key: &Secret<Vec<u8>>) -> Result<(), InvalidKey> {
    opened(certificate, key).map(|_| ())
}

/// Asks an authority to certify the key of a certificate, under the same name: PKCS #10 in PEM.
///
/// # Errors
/// When the key does not belong to the certificate, or cannot sign.
pub fn signing_request(certificate: &[u8], key: &Secret<Vec<u8>>) -> Result<String, InvalidKey> {
    let (key, signature) = opened(certificate, key)?;
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|_| InvalidKey::Certificate(certificate::Error::Malformed))?;
    let body = der::write(
        SEQUENCE,
        &[
            &der::write(INTEGER, &[&[0]]),
            parsed.tbs_certificate.subject().as_raw(),
            parsed.tbs_certificate.public_key().raw,
            &der::write(INSIDE_0, &[]),
        ],
    );
    let signed = key.sign(&body)?;
    let request = der::write(
        SEQUENCE,
        &[&body, signature, &der::write(BIT_STRING, &[&[0], &signed])],
    );
    Ok(pem::armor("CERTIFICATE REQUEST", &request))
}

/// A key that belongs to a certificate, and the algorithm by which it signs, in DER.
fn opened(
    certificate: &[u8],
    key: &Secret<Vec<u8>>,
) -> Result<(KeyPair, &'static [u8]), InvalidKey> {
    let parsed = certificate::parse(certificate)?;
    let (algorithm, signature): (_, &[u8]) = match parsed.public_key {
        PublicKey::Rsa(_) => (&PKCS_RSA_SHA256, SHA256_RSA),
        PublicKey::Curve(curve) => (of_curve(curve), signature_of(curve)),
        PublicKey::Other(_) => return Err(InvalidKey::Kind),
    };
    let der = PrivatePkcs8KeyDer::from(key.expose().as_slice());
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, algorithm);
    let key = key.map_err(|_| InvalidKey::WrongKey)?;
    match sha256(&key.subject_public_key_info()) == parsed.key {
        true => Ok((key, signature)),
        false => Err(InvalidKey::WrongKey),
    }
}

impl RsaDigest {
    fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::Sha256 => &PKCS_RSA_SHA256,
            Self::Sha384 => &PKCS_RSA_SHA384,
            Self::Sha512 => &PKCS_RSA_SHA512,
        }
    }
}

fn of_curve(curve: Curve) -> &'static SignatureAlgorithm {
    match curve {
        Curve::P256 => &PKCS_ECDSA_P256_SHA256,
        Curve::P384 => &PKCS_ECDSA_P384_SHA384,
        Curve::P521 => &PKCS_ECDSA_P521_SHA512,
        Curve::Ed25519 => &PKCS_ED25519,
    }
}

/// `sha256WithRSAEncryption`
const SHA256_RSA: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00,
];

/// The algorithm identifier of signatures with keys of a curve.
fn signature_of(curve: Curve) -> &'static [u8] {
    match curve {
        Curve::P256 => &[
            0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
        ],
        Curve::P384 => &[
            0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03,
        ],
        Curve::P521 => &[
            0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04,
        ],
        Curve::Ed25519 => &[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70],
    }
}
