//! Digests and checksums.

use std::cell::RefCell;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::class::{Class, ClassRef, Function};
use crate::library::args;
use crate::library::codec::hex;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// The digest of bytes, by Java's name of the algorithm; `None` for an unknown one.
pub(super) fn digest(algorithm: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match algorithm.to_ascii_uppercase().as_str() {
        "MD5" => Md5::digest(bytes).to_vec(),
        "SHA" | "SHA1" | "SHA-1" => Sha1::digest(bytes).to_vec(),
        "SHA-224" | "SHA224" => Sha224::digest(bytes).to_vec(),
        "SHA-256" | "SHA256" => Sha256::digest(bytes).to_vec(),
        "SHA-384" | "SHA384" => Sha384::digest(bytes).to_vec(),
        "SHA-512" | "SHA512" => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

/// A `MessageDigest`.
struct MessageDigest {
    algorithm: Str,
    so_far: RefCell<Vec<u8>>,
}

impl Object for MessageDigest {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MESSAGE_DIGEST)
    }
}

/// `java.security.MessageDigest`
pub(super) static MESSAGE_DIGEST: Class = Class::new("java.security.MessageDigest")
    .statics(&[
        ("getInstance", |vm, args| {
            let Some(algorithm) = args.first() else {
                return Err(Thrown::mismatch());
            };
            let algorithm = super::algorithm(vm, algorithm)?;
            if digest(&algorithm, &[]).is_none() {
                return Err(throw(
                    "java.security.NoSuchAlgorithmException",
                    format!("{algorithm} MessageDigest not available"),
                ));
            }
            Ok(Value::object(MessageDigest {
                algorithm,
                so_far: RefCell::default(),
            }))
        }),
        ("isEqual", |_, args| match args {
            [Value::Bytes(a), Value::Bytes(b)] => Ok(Value::Bool(*a.borrow() == *b.borrow())),
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .methods(&[
        ("digest", |vm, this, args| {
            let it = message_digest(this)?;
            if !args.is_empty() {
                feed(vm, &it.so_far, args)?;
            }
            let bytes = it.so_far.take();
            let result = digest(&it.algorithm, &bytes).ok_or_else(Thrown::mismatch)?;
            Ok(Value::bytes(result))
        }),
        ("getAlgorithm", |_, this, _| {
            Ok(Value::Str(message_digest(this)?.algorithm.clone()))
        }),
        ("getDigestLength", |_, this, _| {
            let length = digest(&message_digest(this)?.algorithm, &[]).map_or(0, |it| it.len());
            Ok(args::size(length))
        }),
        ("reset", |_, this, _| {
            message_digest(this)?.so_far.take();
            Ok(Value::Null)
        }),
        ("update", |vm, this, args| {
            feed(vm, &message_digest(this)?.so_far, args)?;
            Ok(Value::Null)
        }),
    ]);

fn message_digest(this: &Value) -> Result<&MessageDigest> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// Adds `(byte)`, `(bytes)` or `(bytes, from, len)`.
pub(crate) fn feed(vm: &mut Vm, so_far: &RefCell<Vec<u8>>, args: &[Value]) -> Result<()> {
    let more = match args {
        [Value::Bytes(bytes)] => bytes.borrow().clone(),
        [Value::Bytes(bytes), from, len] => {
            let bytes = bytes.borrow();
            let skipped = bytes.iter().skip(args::count(from)?);
            skipped.take(args::count(len)?).copied().collect()
        }
        [byte] => args::int(byte)?.to_le_bytes().into_iter().take(1).collect(),
        _ => return Err(Thrown::mismatch()),
    };
    vm.step(1 + more.len() as u64 / 16)?;
    vm.reserve(more.len())?;
    so_far.borrow_mut().extend(more);
    Ok(())
}

/// A `CRC32`.
struct Crc32(RefCell<crc32fast::Hasher>);

impl Object for Crc32 {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CRC32)
    }
}

/// `java.util.zip.CRC32`
pub(super) static CRC32: Class = Class::new("java.util.zip.CRC32")
    .constructor(|_, _| Ok(Value::object(Crc32(RefCell::default()))))
    .methods(&[
        ("getValue", |_, this, _| {
            let it: &Crc32 = this.downcast().ok_or_else(Thrown::mismatch)?;
            let value = it.0.borrow().clone().finalize();
            Ok(Value::Long(i64::from(value)))
        }),
        ("reset", |_, this, _| {
            let it: &Crc32 = this.downcast().ok_or_else(Thrown::mismatch)?;
            it.0.borrow_mut().reset();
            Ok(Value::Null)
        }),
        ("update", |vm, this, args| {
            let it: &Crc32 = this.downcast().ok_or_else(Thrown::mismatch)?;
            let more = RefCell::default();
            feed(vm, &more, args)?;
            it.0.borrow_mut().update(&more.borrow());
            Ok(Value::Null)
        }),
    ]);

/// `org.apache.commons.codec.digest.DigestUtils`
pub(super) static DIGEST_UTILS: Class = Class::new("org.apache.commons.codec.digest.DigestUtils")
    .statics(&[
        ("md5", |vm, args| utils(vm, "MD5", args).map(Value::bytes)),
        ("md5Hex", MD5_HEX),
        ("sha1", |vm, args| {
            utils(vm, "SHA-1", args).map(Value::bytes)
        }),
        ("sha1Hex", SHA1_HEX),
        ("shaHex", SHA1_HEX),
        ("sha256", |vm, args| {
            utils(vm, "SHA-256", args).map(Value::bytes)
        }),
        ("sha256Hex", |vm, args| {
            Ok(Value::text(hex::lower(&utils(vm, "SHA-256", args)?)))
        }),
        ("sha384Hex", |vm, args| {
            Ok(Value::text(hex::lower(&utils(vm, "SHA-384", args)?)))
        }),
        ("sha512", |vm, args| {
            utils(vm, "SHA-512", args).map(Value::bytes)
        }),
        ("sha512Hex", |vm, args| {
            Ok(Value::text(hex::lower(&utils(vm, "SHA-512", args)?)))
        }),
    ]);

const MD5_HEX: Function = |vm, args| Ok(Value::text(hex::lower(&utils(vm, "MD5", args)?)));
const SHA1_HEX: Function = |vm, args| Ok(Value::text(hex::lower(&utils(vm, "SHA-1", args)?)));

fn utils(vm: &mut Vm, algorithm: &str, args: &[Value]) -> Result<Vec<u8>> {
    let bytes = match args {
        [Value::Bytes(bytes)] => bytes.borrow().clone(),
        [text @ (Value::Str(_) | Value::GString(_))] => vm.text(text)?.as_bytes().to_vec(),
        [stream] => match vm.invoke(stream, "getBytes", &[])? {
            Value::Bytes(bytes) => bytes.borrow().clone(),
            _ => return Err(Thrown::mismatch()),
        },
        _ => return Err(Thrown::mismatch()),
    };
    vm.step(1 + bytes.len() as u64 / 16)?;
    digest(algorithm, &bytes).ok_or_else(Thrown::mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn digests_are_those_of_java() {
        let hex = |name: &str| hex::lower(&digest(name, b"a").unwrap());
        assert_eq!(hex("MD5"), "0cc175b9c0f1b6a831c399e269772661");
        assert_eq!(hex("sha-1"), "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8");
        assert_eq!(
            hex("SHA-256"),
            "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
        );
        assert_eq!(digest("nope", b"a"), None);
        let mut vm = vm();
        let get = MESSAGE_DIGEST.static_method("getInstance").unwrap();
        let result = get(&mut vm, &[Value::text("nope")]);
        assert_eq!(
            shown(&mut vm, result),
            "!NoSuchAlgorithmException nope MessageDigest not available"
        );
        let crc = CRC32.construct.unwrap()(&mut vm, &[]).unwrap();
        vm.invoke(&crc, "update", &[Value::bytes(b"hello".to_vec())])
            .unwrap();
        let result = vm.invoke(&crc, "getValue", &[]);
        assert_eq!(shown(&mut vm, result), "Long 907060870");
    }
}
