//! `javax.crypto.Mac` and its keys.

use std::cell::RefCell;

use hmac::{Hmac, KeyInit, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::hash::feed;
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;

/// A secret key.
pub(super) struct Key {
    pub(super) bytes: Vec<u8>,
    algorithm: Str,
}

impl Key {
    /// A key as a value.
    pub(super) fn value(bytes: Vec<u8>, algorithm: Str) -> Value {
        Value::object(Self { bytes, algorithm })
    }
}

impl Object for Key {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&SECRET_KEY_SPEC)
    }
}

/// `javax.crypto.SecretKey`
pub(super) static KEY: Class = Class::interface("javax.crypto.SecretKey").methods(&[
    ("getAlgorithm", |_, this, _| {
        Ok(Value::Str(key(this)?.algorithm.clone()))
    }),
    ("getEncoded", |_, this, _| {
        Ok(Value::bytes(key(this)?.bytes.clone()))
    }),
    ("getFormat", |_, _, _| Ok(Value::text("RAW"))),
]);

/// `javax.crypto.spec.SecretKeySpec`
pub(super) static SECRET_KEY_SPEC: Class = Class::new("javax.crypto.spec.SecretKeySpec")
    .extends(&[&KEY])
    .constructor(|vm, args| {
        let (bytes, algorithm) = match args {
            [Value::Bytes(bytes), algorithm] => (bytes.borrow().clone(), algorithm),
            [Value::Bytes(bytes), from, len, algorithm] => {
                let bytes = bytes.borrow();
                let part = bytes
                    .iter()
                    .skip(args::count(from)?)
                    .take(args::count(len)?);
                (part.copied().collect(), algorithm)
            }
            _ => return Err(Thrown::mismatch()),
        };
        if bytes.is_empty() {
            return Err(throw("java.lang.IllegalArgumentException", "Empty key"));
        }
        Ok(Key::value(bytes, args::text(vm, algorithm)?))
    });

/// The key that a value is.
pub(super) fn key(value: &Value) -> Result<&Key> {
    value.downcast().ok_or_else(Thrown::mismatch)
}

/// The code of bytes; `None` for an unknown algorithm.
fn code(algorithm: &str, key: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    macro_rules! hmac {
        ($hash:ty) => {{
            let mut mac = Hmac::<$hash>::new_from_slice(key).ok()?;
            mac.update(bytes);
            mac.finalize().into_bytes().to_vec()
        }};
    }
    Some(match algorithm.to_ascii_uppercase().as_str() {
        "HMACMD5" => hmac!(Md5),
        "HMACSHA1" => hmac!(Sha1),
        "HMACSHA224" => hmac!(Sha224),
        "HMACSHA256" => hmac!(Sha256),
        "HMACSHA384" => hmac!(Sha384),
        "HMACSHA512" => hmac!(Sha512),
        _ => return None,
    })
}

/// A `Mac`.
struct Mac {
    algorithm: Str,
    key: RefCell<Option<Vec<u8>>>,
    so_far: RefCell<Vec<u8>>,
}

impl Object for Mac {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MAC)
    }
}

/// `javax.crypto.Mac`
pub(super) static MAC: Class = Class::new("javax.crypto.Mac")
    .statics(&[("getInstance", |vm, args| {
        let Some(algorithm) = args.first() else {
            return Err(Thrown::mismatch());
        };
        let algorithm = super::algorithm(vm, algorithm)?;
        if code(&algorithm, &[1], &[]).is_none() {
            return Err(throw(
                "java.security.NoSuchAlgorithmException",
                format!("Algorithm {algorithm} not available"),
            ));
        }
        Ok(Value::object(Mac {
            algorithm,
            key: RefCell::default(),
            so_far: RefCell::default(),
        }))
    })])
    .methods(&[
        ("doFinal", |vm, this, args| {
            let mac = mac(this)?;
            let key = initialized(mac)?;
            if !args.is_empty() {
                feed(vm, &mac.so_far, args)?;
            }
            let bytes = mac.so_far.take();
            code(&mac.algorithm, &key, &bytes)
                .map(Value::bytes)
                .ok_or_else(Thrown::mismatch)
        }),
        ("getAlgorithm", |_, this, _| {
            Ok(Value::Str(mac(this)?.algorithm.clone()))
        }),
        ("getMacLength", |_, this, _| {
            Ok(args::size(
                code(&mac(this)?.algorithm, &[1], &[]).map_or(0, |it| it.len()),
            ))
        }),
        ("init", |_, this, args| match args {
            [with, ..] => {
                let mac = mac(this)?;
                mac.key.replace(Some(key(with)?.bytes.clone()));
                mac.so_far.take();
                Ok(Value::Null)
            }
            [] => Err(Thrown::mismatch()),
        }),
        ("reset", |_, this, _| {
            mac(this)?.so_far.take();
            Ok(Value::Null)
        }),
        ("update", |vm, this, args| {
            let mac = mac(this)?;
            initialized(mac)?;
            feed(vm, &mac.so_far, args)?;
            Ok(Value::Null)
        }),
    ]);

fn mac(this: &Value) -> Result<&Mac> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn initialized(mac: &Mac) -> Result<Vec<u8>> {
    let key = mac.key.borrow().clone();
    key.ok_or_else(|| throw("java.lang.IllegalStateException", "MAC not initialized"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::codec::hex;

    #[test]
    fn the_code_is_that_of_java() {
        assert_eq!(
            hex::lower(&code("HmacSHA256", b"k", b"x").unwrap()),
            "c38edc8815c8489f64738978f44008f8596345545f0baa68ef6fcf5c53e57189"
        );
        assert_eq!(code("nope", b"k", b"x"), None);
    }
}
