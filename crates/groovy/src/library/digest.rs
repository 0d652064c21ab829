//! `java.security.MessageDigest`, `javax.crypto.Mac`, checksums and ciphers.

mod cipher;
mod hash;
mod mac;

pub(crate) use hash::feed;

use crate::class::Class;
use crate::library::args;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// The name of an algorithm.
fn algorithm(vm: &mut Vm, name: &Value) -> Result<Str> {
    match name {
        Value::Null => Err(throw(
            "java.lang.NullPointerException",
            "null algorithm name",
        )),
        name => args::text(vm, name),
    }
}

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
