//! Makes certificates of every kind, also those that no honest authority issues.

use std::time::Duration;

use lockgate_core::clock::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use x509_parser::time::ASN1Time;

/// When all tests happen.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// A certificate with the key that belongs to it.
pub(crate) struct Made {
    pub(crate) der: Vec<u8>,
    parameters: CertificateParams,
    key: KeyPair,
}

/// What a certificate says unless a test changes it: `CN=<name>`, valid around [`NOW`].
pub(crate) fn named(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    if !name.is_empty() {
        parameters.distinguished_name.push(DnType::CommonName, name);
    }
    valid(&mut parameters, NOW.minus(DAY), NOW.plus(DAY));
    parameters
}

pub(crate) fn valid(parameters: &mut CertificateParams, from: Timestamp, until: Timestamp) {
    let date = |time: Timestamp| ASN1Time::from_timestamp(time.secs()).unwrap().to_datetime();
    parameters.not_before = date(from);
    parameters.not_after = date(until);
}

pub(crate) fn ca(name: &str) -> CertificateParams {
    let mut parameters = named(name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    parameters
}

pub(crate) fn client(name: &str) -> CertificateParams {
    let mut parameters = named(name);
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    parameters
}

pub(crate) fn self_signed(parameters: CertificateParams) -> Made {
    let key = KeyPair::generate().unwrap();
    let der = parameters.self_signed(&key).unwrap().der().to_vec();
    Made {
        der,
        parameters,
        key,
    }
}

impl Made {
    /// Signs a certificate with a new key.
    pub(crate) fn sign(&self, parameters: CertificateParams) -> Made {
        self.sign_key(parameters, KeyPair::generate().unwrap())
    }

    fn sign_key(&self, parameters: CertificateParams, key: KeyPair) -> Made {
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let der = parameters.signed_by(&key, &issuer).unwrap().der().to_vec();
        Made {
            der,
            parameters,
            key,
        }
    }

    /// A certificate of `other`'s name and key, signed by this one.
    pub(crate) fn cross_sign(&self, other: &Made) -> Vec<u8> {
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let crossed = other.parameters.signed_by(&other.key, &issuer);
        crossed.unwrap().der().to_vec()
    }
}
