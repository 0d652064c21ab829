//! Distinguished names: how they are shown, how they are written, and when two are one.
//!
//! Two names are equal when they have the same attributes in the same order. Values that are a
//! PrintableString or a UTF8String are compared as text: letters A to Z in either case, runs of blanks
//! as one. Every other string type is compared with its type and byte by byte. Nothing is compared by
//! the text that people see.

mod text;

use lockgate_core::certificate::Name;
use lockgate_core::limits;
use thiserror::Error;

use crate::der;

pub(crate) use text::dotted;
pub use text::{InvalidText, parse_text};

/// A name in DER that is not acceptable.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum InvalidName {
    /// It is longer than [`limits::DISTINGUISHED_NAME`].
    #[error(
        "the distinguished name is longer than {} bytes",
        limits::DISTINGUISHED_NAME
    )]
    TooLong,
    /// It is not the encoding of a name.
    #[error("the distinguished name is not well-formed DER")]
    Malformed,
}

/// One attribute of a name, as it is compared and as it is shown.
#[derive(Clone, Debug)]
struct Attribute {
    /// Contents octets of the OID.
    oid: Vec<u8>,
    tag: u8,
    value: Vec<u8>,
}

/// Attributes that make up one relative distinguished name; nearly always one.
type Relative = Vec<Attribute>;

/// Attribute types that have a short name: OID contents, the name that is shown, other spellings.
const KNOWN: &[(&[u8], &str, &[&str])] = &[
    (&[85, 4, 3], "CN", &["COMMONNAME"]),
    (&[85, 4, 4], "SN", &["SURNAME"]),
    (&[85, 4, 5], "serialNumber", &["SERIALNUMBER"]),
    (&[85, 4, 6], "C", &["COUNTRYNAME"]),
    (&[85, 4, 7], "L", &["LOCALITYNAME"]),
    (&[85, 4, 8], "ST", &["S", "SP", "STATEORPROVINCENAME"]),
    (&[85, 4, 9], "STREET", &["STREETADDRESS"]),
    (&[85, 4, 10], "O", &["ORGANIZATIONNAME"]),
    (&[85, 4, 11], "OU", &["ORGANIZATIONALUNITNAME"]),
    (&[85, 4, 12], "T", &["TITLE"]),
    (&[85, 4, 17], "postalCode", &["POSTALCODE"]),
    (&[85, 4, 42], "GN", &["G", "GIVENNAME"]),
    (&[85, 4, 46], "dnQualifier", &["DNQ", "DNQUALIFIER"]),
    (
        &[85, 4, 97],
        "organizationIdentifier",
        &["ORGANIZATIONIDENTIFIER"],
    ),
    (UID, "UID", &["USERID"]),
    (DOMAIN_COMPONENT, "DC", &["DOMAINCOMPONENT"]),
    (EMAIL, "emailAddress", &["E", "EMAIL", "EMAILADDRESS"]),
];
const UID: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01];
const DOMAIN_COMPONENT: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19];
const EMAIL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];

/// Reads a name as it stands in a certificate.
///
/// # Errors
/// When it is too long or not DER; see [`InvalidName`].
pub fn from_der(input: &[u8]) -> Result<Name, InvalidName> {
    if input.len() > limits::DISTINGUISHED_NAME {
        return Err(InvalidName::TooLong);
    }
    let relatives = read_relatives(input).ok_or(InvalidName::Malformed)?;
    Ok(Name::new(shown(&relatives), canonical(&relatives)))
}

fn read_relatives(input: &[u8]) -> Option<Vec<Relative>> {
    der::values(der::only(input, der::SEQUENCE)?)
        .map(|relative| {
            let relative = relative.filter(|value| value.tag == der::SET)?;
            let attributes: Option<Vec<_>> = der::values(relative.contents)
                .map(|attribute| read_attribute(&attribute?))
                .collect();
            attributes.filter(|attributes| !attributes.is_empty())
        })
        .collect()
}

fn read_attribute(attribute: &der::Value<'_>) -> Option<Attribute> {
    if attribute.tag != der::SEQUENCE {
        return None;
    }
    let oid = der::read(attribute.contents).filter(|oid| oid.tag == der::OID)?;
    let value = der::read(oid.rest).filter(|value| value.rest.is_empty())?;
    let legible = match value.tag {
        der::UTF8_STRING => std::str::from_utf8(value.contents).is_ok(),
        der::PRINTABLE_STRING => value.contents.iter().all(|b| (b' '..=b'~').contains(b)),
        _ => true,
    };
    legible.then(|| Attribute {
        oid: oid.contents.to_vec(),
        tag: value.tag,
        value: value.contents.to_vec(),
    })
}

/// Marks a value that is compared as text, whatever its string type.
const TEXT: u8 = 0;

/// Every part with its length in front, so that no two names have the same canonical form.
fn canonical(relatives: &[Relative]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for relative in relatives {
        let mut attributes: Vec<_> = relative.iter().map(canonical_attribute).collect();
        attributes.sort();
        put_length(&mut bytes, attributes.len());
        bytes.extend(attributes.concat());
    }
    bytes
}

fn canonical_attribute(attribute: &Attribute) -> Vec<u8> {
    let is_text = matches!(attribute.tag, der::UTF8_STRING | der::PRINTABLE_STRING);
    let (kind, value) = match is_text {
        true => (TEXT, prepared(&attribute.value)),
        false => (attribute.tag, attribute.value.clone()),
    };
    let mut bytes = Vec::new();
    put_length(&mut bytes, attribute.oid.len());
    bytes.extend(&attribute.oid);
    bytes.push(kind);
    put_length(&mut bytes, value.len());
    bytes.extend(value);
    bytes
}

fn put_length(bytes: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).expect("invariant: a name's length is bounded");
    bytes.extend(length.to_be_bytes());
}

/// Lower case for A to Z only: folding more would make look-alikes such as the Kelvin sign equal.
fn prepared(value: &[u8]) -> Vec<u8> {
    let words = value.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(<[u8]>::to_ascii_lowercase).collect();
    words.join(&b' ')
}

/// RFC 4514: the last relative name first.
fn shown(relatives: &[Relative]) -> String {
    let relatives = relatives.iter().rev().map(|relative| {
        let attributes: Vec<_> = relative.iter().map(text::shown_attribute).collect();
        attributes.join("+")
    });
    relatives.collect::<Vec<_>>().join(",")
}

/// A distinguished name that somebody wrote, to compare with those of certificates.
///
/// People and tools write names most specific attribute first (RFC 4514) or last (as a certificate
/// holds them), so both orders of what was written match, and nothing else does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnPattern {
    written: Name,
    turned: Name,
}

impl DnPattern {
    /// Reads a name as somebody wrote it; see [`parse_text`] for what is understood.
    ///
    /// # Errors
    /// When the text is not a distinguished name, or an empty one.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let mut relatives = text::parse(text)?;
        let name = |relatives: &[Relative]| Name::new(shown(relatives), canonical(relatives));
        let turned = name(&relatives);
        relatives.reverse();
        let written = name(&relatives);
        Ok(Self { written, turned })
    }

    /// Whether `name` is the name that was written, in either order. No name without attributes is.
    #[must_use]
    pub fn matches(&self, name: &Name) -> bool {
        !name.is_empty() && (self.written == *name || self.turned == *name)
    }

    /// The name, read as RFC 4514 says.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.written
    }
}

#[cfg(test)]
mod tests;
