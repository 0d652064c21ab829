//! Why the partner directory was not changed or read.

use lockgate_store::partners::EntryKind;
use thiserror::Error;

/// Why the partner directory was not changed or read.
#[derive(Debug, Error)]
pub enum PartnerError {
    /// No entry names the partner.
    #[error("There is no partner {0:?}.")]
    NoPartner(String),
    /// There is no such entry.
    #[error("The partner directory has no {kind} {name:?}.")]
    NoEntry {
        /// The kind of entry.
        kind: EntryKind,
        /// Its name.
        name: String,
    },
    /// There is one already.
    #[error("The partner directory has the {kind} {name:?} already.")]
    Exists {
        /// The kind of entry.
        kind: EntryKind,
        /// Its name.
        name: String,
    },
    /// There is room for no more entries.
    #[error(
        "The partner directory is full: it has at most {} entries.",
        lockgate_core::limits::PARTNER_ENTRIES
    )]
    Full,
    /// The password cannot be read.
    #[error("The credential {0:?} was sealed with another master key; set its password again.")]
    Unsealable(String),
}
