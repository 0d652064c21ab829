//! An authority of our own: it issues certificates to clients, and to servers for development.

use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize, SerialNumber,
};
use thiserror::Error;
use x509_parser::time::ASN1Time;

use crate::certificate::Parsed;
use crate::trust::{NotAnAuthority, TrustStore, check_authority};
use crate::{certificate, pem};
use lockgate_core::crypto::sha256;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// The most days that a client certificate is valid.
pub const MAX_VALIDITY_DAYS: u16 = 365;
/// Certificates are valid a little before they are issued, for servers whose clocks are behind.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(300);
/// The upper bound of a common name in characters, which our other attributes respect too.
const COMMON_NAME: usize = 64;
/// The attribute of a mail address.
const EMAIL_ADDRESS: [u64; 7] = [1, 2, 840, 113_549, 1, 9, 1];
const DAY: Duration = Duration::from_secs(86_400);

/// An authority: its certificate, and the key that it signs with.
#[derive(Debug)]
pub struct Authority {
    certificate: Vec<u8>,
    parsed: Parsed,
    issuer: Issuer<'static, KeyPair>,
}

/// Whom a certificate is issued to. Shown as `emailAddress=…,CN=…,OU=…,O=…,L=…,ST=…,C=…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Who, exactly.
    pub common_name: String,
    /// Part of the organization.
    pub organizational_unit: Option<String>,
    /// The organization.
    pub organization: Option<String>,
    /// Where it is.
    pub locality: Option<String>,
    /// The state or province.
    pub state: Option<String>,
    /// A mail address.
    pub email: Option<String>,
    /// Two letters.
    pub country: Option<String>,
}

/// Bits of an RSA key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeySize {
    /// 2048 bits.
    #[default]
    Bits2048,
    /// 3072 bits.
    Bits3072,
    /// 4096 bits; takes seconds to make.
    Bits4096,
}

/// A certificate with its key, just issued.
#[derive(Debug)]
pub struct Issued {
    /// The certificate in DER.
    pub certificate: Vec<u8>,
    /// What it says.
    pub parsed: Parsed,
    /// It and its authority's certificate as PEM.
    pub chain_pem: String,
    /// Its key as PEM (PKCS #8).
    pub key_pem: Secret<String>,
}

/// Why an authority could not be made, read or used.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// The certificate is not an authority's.
    #[error(transparent)]
    NotAnAuthority(#[from] NotAnAuthority),
    /// The key does not belong to the certificate.
    #[error("the private key does not belong to the authority's certificate")]
    WrongKey,
    /// Days outside what is allowed.
    #[error("a client certificate is valid for 1 to {MAX_VALIDITY_DAYS} days, not {0}")]
    ValidityDays(u16),
    /// The authority is outside its own validity.
    #[error("the authority '{0}' has expired or is not valid yet: make a new one")]
    Expired(String),
    /// A name that a certificate cannot carry.
    #[error("'{0}' cannot be a name in a certificate")]
    InvalidName(String),
    /// What was issued does not verify under the authority, which has names of a kind that we do not
    /// write.
    #[error(
        "the authority '{0}' cannot issue here: its name has parts that cannot be written again"
    )]
    Unsuitable(String),
    /// The library refused.
    #[error("the certificate could not be made: {0}")]
    Library(#[from] rcgen::Error),
}

impl TryFrom<u64> for KeySize {
    type Error = u64;
    fn try_from(bits: u64) -> Result<Self, u64> {
        match bits {
            2048 => Ok(Self::Bits2048),
            3072 => Ok(Self::Bits3072),
            4096 => Ok(Self::Bits4096),
            other => Err(other),
        }
    }
}

impl KeySize {
    fn generate(self) -> Result<KeyPair, rcgen::Error> {
        KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, self.into())
    }
}

impl From<KeySize> for RsaKeySize {
    fn from(size: KeySize) -> Self {
        match size {
            KeySize::Bits2048 => Self::_2048,
            KeySize::Bits3072 => Self::_3072,
            KeySize::Bits4096 => Self::_4096,
        }
    }
}

impl Authority {
    /// Makes a new authority with a P-256 key.
    ///
    /// Its key comes from the operating system, its serial number from `random`.
    ///
    /// # Errors
    /// When the name cannot be written.
    pub fn generate(
        subject: &Subject,
        validity: Duration,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let valid = (now.minus(CLOCK_DIFFERENCE), now.plus(validity));
        let mut parameters = parameters(subject, valid, random)?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = parameters.self_signed(&key)?;
        Self::new(certificate.der().to_vec(), key)
    }

    /// Reads an authority from its certificate (DER) and its key (PKCS #8 DER).
    ///
    /// # Errors
    /// When the certificate is not an authority's, or the key belongs to another one.
    pub fn from_der(certificate: &[u8], key: &Secret<Vec<u8>>) -> Result<Self, AuthorityError> {
        let key = PrivatePkcs8KeyDer::from(key.expose().as_slice());
        let key = KeyPair::try_from(&key).map_err(|_| AuthorityError::WrongKey)?;
        Self::new(certificate.to_vec(), key)
    }

    fn new(certificate: Vec<u8>, key: KeyPair) -> Result<Self, AuthorityError> {
        let parsed = check_authority(&certificate)?;
        if sha256(&key.subject_public_key_info()) != parsed.key {
            return Err(AuthorityError::WrongKey);
        }
        let der = CertificateDer::from(certificate.as_slice());
        let issuer = Issuer::from_ca_cert_der(&der, key)?;
        Ok(Self {
            certificate,
            parsed,
            issuer,
        })
    }

    /// Its certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// What its certificate says.
    #[must_use]
    pub fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// Its key as PKCS #8 DER, to be sealed.
    #[must_use]
    pub fn key(&self) -> Secret<Vec<u8>> {
        Secret::new(self.issuer.key().serialize_der())
    }

    /// Issues a client certificate with a new RSA key. It never outlives the authority.
    ///
    /// Takes up to seconds of computing: call it where that is no harm.
    ///
    /// # Errors
    /// When the days are not allowed, the subject cannot be written, or the authority has expired.
    pub fn issue_client(
        &self,
        subject: &Subject,
        size: KeySize,
        days: u16,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Issued, AuthorityError> {
        if !(1..=MAX_VALIDITY_DAYS).contains(&days) {
            return Err(AuthorityError::ValidityDays(days));
        }
        let valid = self.validity(days, now)?;
        let mut parameters = parameters(subject, valid, random)?;
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
        ];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let issued = self.issue(parameters, &size.generate()?)?;
        let store = TrustStore::new([&self.certificate]);
        match store.verify_client::<&[u8]>(&issued.certificate, &[], now) {
            Ok(_) => Ok(issued),
            Err(_) => Err(AuthorityError::Unsuitable(self.name())),
        }
    }

    /// Issues a server certificate with a P-256 key for host names and addresses: for development.
    ///
    /// # Errors
    /// When a host cannot be written, or the authority has expired.
    pub fn issue_server(
        &self,
        hosts: &[&str],
        days: u16,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Issued, AuthorityError> {
        // Clients look at the alternative names only; this one is for people.
        let name = hosts.first().filter(|host| host.len() <= COMMON_NAME);
        let subject = Subject {
            common_name: name.map_or("server", |host| host).to_owned(),
            ..Subject::default()
        };
        let valid = self.validity(days, now)?;
        let mut parameters = parameters(&subject, valid, random)?;
        for host in hosts {
            let alternative = CertificateParams::new([(*host).to_owned()])
                .map_err(|_| AuthorityError::InvalidName((*host).to_owned()))?;
            parameters
                .subject_alt_names
                .extend(alternative.subject_alt_names);
        }
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(parameters, &KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
    }

    fn validity(
        &self,
        days: u16,
        now: Timestamp,
    ) -> Result<(Timestamp, Timestamp), AuthorityError> {
        if !self.parsed.is_valid_at(now) {
            return Err(AuthorityError::Expired(self.name()));
        }
        let from = now.minus(CLOCK_DIFFERENCE).max(self.parsed.not_before);
        let until = now.plus(DAY * u32::from(days)).min(self.parsed.not_after);
        Ok((from, until))
    }

    fn issue(
        &self,
        mut parameters: CertificateParams,
        key: &KeyPair,
    ) -> Result<Issued, AuthorityError> {
        parameters.use_authority_key_identifier_extension = true;
        parameters.is_ca = IsCa::ExplicitNoCa;
        let certificate = parameters.signed_by(key, &self.issuer)?.der().to_vec();
        let parsed = certificate::parse(&certificate).map_err(NotAnAuthority::from)?;
        Ok(Issued {
            chain_pem: pem::encode(&certificate) + &pem::encode(&self.certificate),
            key_pem: Secret::new(key.serialize_pem()),
            certificate,
            parsed,
        })
    }

    fn name(&self) -> String {
        self.parsed.names.subject.text().to_owned()
    }
}

/// What all certificates share.
pub(crate) fn parameters(
    subject: &Subject,
    (from, until): (Timestamp, Timestamp),
    random: &dyn Random,
) -> Result<CertificateParams, AuthorityError> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = distinguished_name(subject)?;
    let date = |time: Timestamp| {
        ASN1Time::from_timestamp(time.secs())
            .map(|time| time.to_datetime())
            .map_err(|_| AuthorityError::InvalidName(time.to_string()))
    };
    parameters.not_before = date(from)?;
    parameters.not_after = date(until)?;
    let mut serial: [u8; 16] = random.bytes();
    // Positive, and of one length.
    serial[0] = serial[0] & 0x3f | 0x40;
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(parameters)
}

/// The least specific attribute first, as certificates hold them.
fn distinguished_name(subject: &Subject) -> Result<DistinguishedName, AuthorityError> {
    let invalid = |text: &str| AuthorityError::InvalidName(text.to_owned());
    let mut name = DistinguishedName::new();
    if let Some(country) = &subject.country {
        let two = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        let text = two.then(|| country.as_str().try_into().ok()).flatten();
        let text = text.ok_or_else(|| invalid(country))?;
        name.push(DnType::CountryName, DnValue::PrintableString(text));
    }
    let texts = [
        (DnType::StateOrProvinceName, subject.state.as_ref()),
        (DnType::LocalityName, subject.locality.as_ref()),
        (DnType::OrganizationName, subject.organization.as_ref()),
        (
            DnType::OrganizationalUnitName,
            subject.organizational_unit.as_ref(),
        ),
        (DnType::CommonName, Some(&subject.common_name)),
        (
            DnType::CustomDnType(EMAIL_ADDRESS.to_vec()),
            subject.email.as_ref(),
        ),
    ];
    for (kind, text) in texts {
        let Some(text) = text else { continue };
        let fits = (1..=COMMON_NAME).contains(&text.chars().count());
        let fits = fits && !text.chars().any(char::is_control);
        if !fits {
            return Err(invalid(text));
        }
        name.push(kind, text.as_str());
    }
    Ok(name)
}
