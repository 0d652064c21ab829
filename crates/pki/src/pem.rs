//! One certificate as text, in every spelling that people paste.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use lockgate_core::limits;
use thiserror::Error;

use crate::der;

/// Padding is often lost together with line breaks and dashes.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Why a text is not one certificate.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidPem {
    /// It is longer than [`limits::CERTIFICATE_TEXT`].
    #[error(
        "the certificate's text is longer than {} bytes",
        limits::CERTIFICATE_TEXT
    )]
    TooLong,
    /// There is nothing in it.
    #[error("the certificate's text is empty")]
    Empty,
    /// It has several certificates, or something else besides.
    #[error("there is more than one block: give exactly one certificate, without its chain")]
    Several,
    /// It is a key, a request or something else.
    #[error("this is a '{0}', not a certificate{hint}", hint = if .0.contains("PRIVATE KEY") { "; private keys stay with their owner" } else { "" })]
    NotACertificate(String),
    /// What is between the header and the footer is not Base64.
    #[error("the certificate is not Base64: there is a '{0}' in it")]
    NotBase64(char),
    /// The Base64 is cut off.
    #[error("the certificate's Base64 is incomplete: the last characters are missing")]
    CutOff,
    /// The bytes are not one DER structure.
    #[error("the certificate's bytes are incomplete or followed by others")]
    NotOneStructure,
}

/// Reads exactly one certificate from PEM as people paste it: with or without line breaks, with line
/// breaks as the two characters `\n`, with some or all dashes of the footer missing, or as Base64
/// alone. Text before the header and after the footer is ignored, as PEM says.
///
/// # Errors
/// What is wrong with the text; see [`InvalidPem`].
pub fn read_one(text: &str) -> Result<Vec<u8>, InvalidPem> {
    read_labelled(text, &["CERTIFICATE", "X509 CERTIFICATE"])
}

/// The same for a block with one of these labels.
pub(crate) fn read_labelled(text: &str, labels: &[&str]) -> Result<Vec<u8>, InvalidPem> {
    if text.len() > limits::CERTIFICATE_TEXT {
        return Err(InvalidPem::TooLong);
    }
    let text = text
        .replace("\\r", "")
        .replace("\\n", "\n")
        .replace("\\t", " ");
    let base64 = match text.matches("-BEGIN ").count() {
        0 => text.trim().trim_matches('-'),
        1 => between_header_and_footer(&text, labels)?,
        _ => return Err(InvalidPem::Several),
    };
    let base64: String = base64.chars().filter(|c| !c.is_whitespace()).collect();
    if base64.is_empty() {
        return Err(InvalidPem::Empty);
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    if let Some(illegal) = base64.chars().find(|c| !legal(*c)) {
        return Err(InvalidPem::NotBase64(illegal));
    }
    let der = LENIENT.decode(&base64).map_err(|_| InvalidPem::CutOff)?;
    match der::only(&der, der::SEQUENCE) {
        Some(_) => Ok(der),
        None => Err(InvalidPem::NotOneStructure),
    }
}

/// The text after a header with one of `labels` and before the footer, if there is one.
fn between_header_and_footer<'a>(text: &'a str, labels: &[&str]) -> Result<&'a str, InvalidPem> {
    let label = text.split_once("-BEGIN ").map_or("", |(_, rest)| rest);
    let end = label.find('-').unwrap_or(label.len());
    let (label, rest) = label.split_at(end);
    if !labels.contains(&label.trim()) {
        let label = label.trim().chars().take(40).collect();
        return Err(InvalidPem::NotACertificate(label));
    }
    let body = rest.trim_start_matches('-');
    Ok(body.split_once('-').map_or(body, |(body, _)| body))
}

/// A certificate as PEM with line breaks.
#[must_use]
pub fn encode(der: &[u8]) -> String {
    armor("CERTIFICATE", der)
}

/// Anything as PEM with line breaks.
pub(crate) fn armor(label: &str, der: &[u8]) -> String {
    let base64 = BASE64_STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A structure whose Base64 needs padding.
    fn der() -> Vec<u8> {
        let mut der = vec![der::SEQUENCE, 0x81, 200];
        der.extend((0..200).map(|n| n as u8));
        der
    }

    #[test]
    fn every_spelling_of_one_certificate_is_read() {
        let pem = encode(&der());
        let base64 = BASE64_STANDARD.encode(der());
        let spellings = [
            pem.clone(),
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\\n"),
            pem.replace('\n', "\\r\\n"),
            pem.replace('\n', ""),
            pem.replace('\n', " "),
            format!("\u{20}\n{pem}\n\n"),
            format!("subject=CN = x\n{pem}"),
            pem.trim_end().trim_end_matches('-').to_owned(),
            pem.replace("-----END CERTIFICATE-----\n", ""),
            pem.replace("-----END CERTIFICATE-----\n", "-----"),
            pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
            base64.clone(),
            base64.trim_end_matches('=').to_owned(),
        ];
        for spelling in spellings {
            assert_eq!(read_one(&spelling), Ok(der()), "{spelling}");
        }
    }

    #[test]
    fn what_is_not_one_certificate_is_refused_with_its_reason() {
        let pem = encode(&der());
        let key = pem.replace("CERTIFICATE", "RSA PRIVATE KEY");
        let cases = [
            (String::new(), InvalidPem::Empty),
            (" \\n ".to_owned(), InvalidPem::Empty),
            ("-----BEGIN CERTIFICATE-----".to_owned(), InvalidPem::Empty),
            (format!("{pem}{pem}"), InvalidPem::Several),
            (format!("{pem}{key}"), InvalidPem::Several),
            (
                key,
                InvalidPem::NotACertificate("RSA PRIVATE KEY".to_owned()),
            ),
            ("a certificate?".to_owned(), InvalidPem::NotBase64('?')),
            ("AAAAA".to_owned(), InvalidPem::CutOff),
            ("AAAA".to_owned(), InvalidPem::NotOneStructure),
            (
                BASE64_STANDARD.encode([der(), der()].concat()),
                InvalidPem::NotOneStructure,
            ),
            (
                " ".repeat(limits::CERTIFICATE_TEXT + 1),
                InvalidPem::TooLong,
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read_one(&text), Err(expected), "{text:.60}");
        }
        let key = InvalidPem::NotACertificate("PRIVATE KEY".to_owned());
        assert!(key.to_string().ends_with("stay with their owner"));
    }
}
