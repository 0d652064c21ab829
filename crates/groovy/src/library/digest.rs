//! `java.security.MessageDigest`, `javax.crypto.Mac`, checksums and ciphers.

mod cipher;
mod hash;
mod mac;

pub(crate) use hash::feed;

use crate::class::Class;

pub(super) static CLASSES: &[&Class] = &[
    &hash::MESSAGE_DIGEST,
    &hash::CRC32,
    &hash::DIGEST_UTILS,
    &mac::MAC,
    &mac::KEY,
    &mac::SECRET_KEY_SPEC,
    &cipher::CIPHER,
    &cipher::IV_PARAMETER_SPEC,
    &cipher::GCM_PARAMETER_SPEC,
    &cipher::KEY_GENERATOR,
];
