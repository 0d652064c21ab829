//! Certificates as a channel lists them: by names, written by people.

use lockgate_core::certificate::CertificateNames;
use lockgate_flow::plan::DnPair;
use lockgate_pki::dn::{DnPattern, InvalidText};

/// A certificate that a channel lists: subject and issuer, both of which have to match.
///
/// Names say nothing about the key of the authority. That the certificate was signed by a trusted
/// one is established before anybody looks at its names.
#[derive(Clone, Debug)]
pub struct Listed {
    subject: DnPattern,
    issuer: DnPattern,
}

/// A name that cannot be read as one.
#[derive(Debug, thiserror::Error)]
#[error("the {part} DN {text:?} cannot be read: {error}")]
pub struct UnreadableName {
    part: &'static str,
    text: String,
    #[source]
    error: InvalidText,
}

impl Listed {
    /// Reads the names of a channel's row.
    ///
    /// # Errors
    /// Quotes the name that cannot be read.
    pub fn read(pair: &DnPair) -> Result<Self, UnreadableName> {
        let read = |part, text: &str| {
            DnPattern::parse(text).map_err(|error| UnreadableName {
                part,
                text: text.to_owned(),
                error,
            })
        };
        Ok(Self {
            subject: read("subject", &pair.subject)?,
            issuer: read("issuer", &pair.issuer)?,
        })
    }

    /// Whether these are the names. A certificate without a subject is nobody's.
    pub(super) fn matches(&self, names: &CertificateNames) -> bool {
        !names.subject.is_empty()
            && self.subject.matches(&names.subject)
            && self.issuer.matches(&names.issuer)
    }
}
