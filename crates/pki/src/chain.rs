//! Certificates as people send and fetch them: one or a chain, as DER, PEM or PKCS #7.

use thiserror::Error;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::certificate::{self, Parsed};
use crate::der::{self, INSIDE_0, INTEGER, OID, SEQUENCE, SET};
use crate::pem::{self, InvalidPem};

/// `signedData` of PKCS #7.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// `data` of PKCS #7.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const PKCS7: &[&str] = &["PKCS7", "CMS", "PKCS #7 SIGNED DATA"];

/// Why bytes are no certificates.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidChain {
    /// They are neither DER nor text.
    #[error("the certificates are neither DER, nor PEM, nor PKCS #7")]
    Unknown,
    /// They are PKCS #7 without certificates.
    #[error("there is no certificate in it")]
    Empty,
    /// They are text that is no certificate.
    #[error(transparent)]
    Pem(#[from] InvalidPem),
    /// One of them cannot be read.
    #[error("certificate {number}: {error}")]
    Certificate {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        error: certificate::Error,
    },
}

/// Reads certificates, in the order in which they were sent: one in DER or PEM, several in PEM, or
/// PKCS #7 in DER or PEM.
///
/// # Errors
/// When they are none, or one of them cannot be read.
pub fn read(bytes: &[u8]) -> Result<Vec<(Vec<u8>, Parsed)>, InvalidChain> {
    let found = match der::only(bytes, SEQUENCE) {
        Some(_) => from_der(bytes)?,
        None => from_text(std::str::from_utf8(bytes).map_err(|_| InvalidChain::Unknown)?)?,
    };
    let read = |(index, der): (usize, Vec<u8>)| match certificate::parse(&der) {
        Ok(parsed) => Ok((der, parsed)),
        Err(error) => Err(InvalidChain::Certificate {
            number: index + 1,
            error,
        }),
    };
    match found.is_empty() {
        true => Err(InvalidChain::Empty),
        false => found.into_iter().enumerate().map(read).collect(),
    }
}

/// Puts the certificate that `is_leaf` names first, and behind each one its issuer. `None` when it is
/// not there; what leads nowhere is dropped.
#[must_use]
pub fn ordered(
    mut certificates: Vec<(Vec<u8>, Parsed)>,
    is_leaf: impl Fn(&Parsed) -> bool,
) -> Option<Vec<(Vec<u8>, Parsed)>> {
    let first = certificates.iter().position(|(_, one)| is_leaf(one))?;
    let mut chain = vec![certificates.swap_remove(first)];
    while let Some((_, last)) = chain.last() {
        if last.names.subject == last.names.issuer {
            break;
        }
        let issuer = &last.names.issuer;
        let next = certificates
            .iter()
            .position(|(_, one)| one.names.subject == *issuer);
        let Some(next) = next else { break };
        chain.push(certificates.swap_remove(next));
    }
    Some(chain)
}

/// Whether the authority whose certificate is `issuer` signed `certificate`. Dates do not matter.
#[must_use]
pub fn is_issued_by(certificate: &[u8], issuer: &[u8]) -> bool {
    let parsed = (
        X509Certificate::from_der(certificate),
        X509Certificate::from_der(issuer),
    );
    let (Ok((_, certificate)), Ok((_, issuer))) = parsed else {
        return false;
    };
    certificate.issuer().as_raw() == issuer.subject().as_raw()
        && issuer.is_ca()
        && certificate
            .verify_signature(Some(issuer.public_key()))
            .is_ok()
}

/// The certificates of a chain that stand one behind the other in DER. Ends where it cannot be read.
pub fn split(chain: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = chain;
    std::iter::from_fn(move || {
        let value = der::read(rest).filter(|value| value.tag == SEQUENCE)?;
        let (certificate, behind) = rest.split_at(rest.len() - value.rest.len());
        rest = behind;
        Some(certificate)
    })
}

/// A chain as PKCS #7 in PEM, with the last certificate, the authority's, first.
#[must_use]
pub fn pkcs7(chain: &[u8]) -> String {
    let mut certificates: Vec<_> = split(chain).collect();
    certificates.reverse();
    let signed_data = der::write(
        SEQUENCE,
        &[
            &der::write(INTEGER, &[&[1]]),
            &der::write(SET, &[]),
            &der::write(SEQUENCE, &[&der::write(OID, &[DATA])]),
            &der::write(INSIDE_0, &certificates),
            &der::write(SET, &[]),
        ],
    );
    let inside = der::write(INSIDE_0, &[&signed_data]);
    let content = der::write(SEQUENCE, &[&der::write(OID, &[SIGNED_DATA]), &inside]);
    pem::armor("PKCS7", &content)
}

fn from_der(bytes: &[u8]) -> Result<Vec<Vec<u8>>, InvalidChain> {
    let contents = der::only(bytes, SEQUENCE).unwrap_or_default();
    let is_pkcs7 = der::read(contents).is_some_and(|first| first.tag == OID);
    match is_pkcs7 {
        true => from_pkcs7(contents).ok_or(InvalidChain::Unknown),
        false => Ok(vec![bytes.to_vec()]),
    }
}

/// The certificates of a `ContentInfo` that holds `SignedData`.
fn from_pkcs7(contents: &[u8]) -> Option<Vec<Vec<u8>>> {
    let kind = der::read(contents).filter(|kind| kind.contents == SIGNED_DATA)?;
    let signed_data = der::only(der::only(kind.rest, INSIDE_0)?, SEQUENCE)?;
    let mut certificates = Vec::new();
    for value in der::values(signed_data) {
        let value = value?;
        if value.tag == INSIDE_0 {
            certificates.extend(split(value.contents).map(<[u8]>::to_vec));
        }
    }
    Some(certificates)
}

fn from_text(text: &str) -> Result<Vec<Vec<u8>>, InvalidChain> {
    const HEADER: &str = "-----BEGIN ";
    if PKCS7
        .iter()
        .any(|label| text.contains(&format!("{HEADER}{label}")))
    {
        return from_der(&pem::read_labelled(text, PKCS7)?);
    }
    if !text.contains(HEADER) {
        return from_der(&pem::read_one(text)?);
    }
    // What stands before the first block is a comment.
    let blocks = text.split(HEADER).skip(1);
    let read = |block: &str| pem::read_one(&format!("{HEADER}{block}"));
    Ok(blocks.map(read).collect::<Result<_, _>>()?)
}
