//! `javax.crypto.Cipher` with AES, DES and triple DES.

use std::cell::RefCell;

use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, Nonce};
use des::{Des, TdesEde3};

use super::hash::feed;
use super::mac::{Key, key};
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Ecb,
    Cbc,
    Gcm,
}

/// A transformation such as `AES/CBC/PKCS5Padding`.
struct Transformation {
    algorithm: String,
    mode: Mode,
    padding: bool,
}

/// What `init` gave a cipher.
struct State {
    encrypt: bool,
    key: Vec<u8>,
    iv: Vec<u8>,
}

struct Cipher {
    transformation: Transformation,
    name: Str,
    state: RefCell<Option<State>>,
    so_far: RefCell<Vec<u8>>,
    associated: RefCell<Vec<u8>>,
}

impl Object for Cipher {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CIPHER)
    }
}

/// An initialisation vector.
struct Parameters {
    class: &'static Class,
    iv: Vec<u8>,
}

impl Object for Parameters {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

/// `javax.crypto.spec.IvParameterSpec`
pub(super) static IV_PARAMETER_SPEC: Class = Class::new("javax.crypto.spec.IvParameterSpec")
    .constructor(|_, args| match args {
        [Value::Bytes(iv)] => Ok(Value::object(Parameters {
            class: &IV_PARAMETER_SPEC,
            iv: iv.borrow().clone(),
        })),
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[("getIV", iv)]);

/// `javax.crypto.spec.GCMParameterSpec`
pub(super) static GCM_PARAMETER_SPEC: Class = Class::new("javax.crypto.spec.GCMParameterSpec")
    .constructor(|_, args| match args {
        [bits, Value::Bytes(iv)] => {
            if args::int(bits)? != 128 {
                return Err(throw(
                    "java.security.InvalidAlgorithmParameterException",
                    "Only tags of 128 bits are supported",
                ));
            }
            Ok(Value::object(Parameters {
                class: &GCM_PARAMETER_SPEC,
                iv: iv.borrow().clone(),
            }))
        }
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[("getIV", iv)]);

fn iv(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let it: &Parameters = this.downcast().ok_or_else(Thrown::mismatch)?;
    Ok(Value::bytes(it.iv.clone()))
}

/// A `KeyGenerator`: random keys of a size.
struct KeyGenerator {
    algorithm: Str,
    bits: std::cell::Cell<i32>,
}

impl Object for KeyGenerator {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&KEY_GENERATOR)
    }
}

/// `javax.crypto.KeyGenerator`
pub(super) static KEY_GENERATOR: Class = Class::new("javax.crypto.KeyGenerator")
    .statics(&[("getInstance", |vm, args| match args {
        [algorithm, ..] => Ok(Value::object(KeyGenerator {
            algorithm: args::text(vm, algorithm)?,
            bits: std::cell::Cell::new(128),
        })),
        [] => Err(Thrown::mismatch()),
    })])
    .methods(&[
        ("generateKey", |vm, this, _| {
            let it: &KeyGenerator = this.downcast().ok_or_else(Thrown::mismatch)?;
            let size = usize::try_from(it.bits.get() / 8).unwrap_or(0).clamp(8, 64);
            let mut bytes = vec![0; size];
            vm.host().random(&mut bytes);
            Ok(Key::value(bytes, it.algorithm.clone()))
        }),
        ("init", |_, this, args| match args {
            [bits, ..] => {
                let it: &KeyGenerator = this.downcast().ok_or_else(Thrown::mismatch)?;
                it.bits.set(args::int(bits)?);
                Ok(Value::Null)
            }
            [] => Err(Thrown::mismatch()),
        }),
    ]);

/// `javax.crypto.Cipher`
pub(super) static CIPHER: Class = Class::new("javax.crypto.Cipher")
    .constants(&[
        ("DECRYPT_MODE", || Value::Int(2)),
        ("ENCRYPT_MODE", || Value::Int(1)),
    ])
    .statics(&[("getInstance", get_instance)])
    .methods(&[
        ("doFinal", |vm, this, args| {
            let cipher = cipher(this)?;
            if !args.is_empty() {
                feed(vm, &cipher.so_far, args)?;
            }
            let bytes = cipher.so_far.take();
            vm.step(1 + bytes.len() as u64 / 8)?;
            vm.reserve(bytes.len().saturating_mul(2))?;
            run(cipher, bytes).map(Value::bytes)
        }),
        ("getAlgorithm", |_, this, _| {
            Ok(Value::Str(cipher(this)?.name.clone()))
        }),
        ("getBlockSize", |_, this, _| {
            Ok(args::size(block_size(&cipher(this)?.transformation)))
        }),
        ("getIV", |_, this, _| {
            let state = cipher(this)?.state.borrow();
            Ok(state
                .as_ref()
                .map_or(Value::Null, |state| Value::bytes(state.iv.clone())))
        }),
        ("init", init),
        // What is given in parts comes out at the end.
        ("update", |vm, this, args| {
            feed(vm, &cipher(this)?.so_far, args)?;
            Ok(Value::bytes(Vec::new()))
        }),
        ("updateAAD", |vm, this, args| {
            feed(vm, &cipher(this)?.associated, args)?;
            Ok(Value::Null)
        }),
    ]);

fn cipher(this: &Value) -> Result<&Cipher> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn get_instance(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let Some(name) = args.first() else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    let transformation = transformation(&name).ok_or_else(|| {
        throw(
            "java.security.NoSuchAlgorithmException",
            format!("Cannot find any provider supporting {name}"),
        )
    })?;
    Ok(Value::object(Cipher {
        transformation,
        name,
        state: RefCell::default(),
        so_far: RefCell::default(),
        associated: RefCell::default(),
    }))
}

fn transformation(name: &str) -> Option<Transformation> {
    let upper = name.to_ascii_uppercase();
    let mut parts = upper.split('/');
    let algorithm = parts
        .next()
        .filter(|name| matches!(*name, "AES" | "DES" | "DESEDE"))?;
    let mode = match parts.next() {
        None | Some("ECB") => Mode::Ecb,
        Some("CBC") => Mode::Cbc,
        Some("GCM") if algorithm == "AES" => Mode::Gcm,
        Some(_) => return None,
    };
    let padding = match parts.next() {
        None => mode != Mode::Gcm,
        Some("PKCS5PADDING" | "PKCS7PADDING") => true,
        Some("NOPADDING") => false,
        Some(_) => return None,
    };
    Some(Transformation {
        algorithm: algorithm.to_owned(),
        mode,
        padding,
    })
}

fn block_size(transformation: &Transformation) -> usize {
    if transformation.algorithm == "AES" {
        16
    } else {
        8
    }
}

fn init(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (cipher, [mode, with, rest @ ..]) = (cipher(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let encrypt = args::int(mode)? == 1;
    let key = key(with)?.bytes.clone();
    let transformation = &cipher.transformation;
    let lengths: &[usize] = match transformation.algorithm.as_str() {
        "AES" => &[16, 24, 32],
        "DES" => &[8],
        _ => &[24],
    };
    if !lengths.contains(&key.len()) {
        let (name, len) = (&transformation.algorithm, key.len());
        return Err(throw(
            "java.security.InvalidKeyException",
            format!("Invalid {name} key length: {len} bytes"),
        ));
    }
    let wanted = if transformation.mode == Mode::Gcm {
        12
    } else {
        block_size(transformation)
    };
    let iv = match rest.first().and_then(Value::downcast::<Parameters>) {
        Some(parameters) => parameters.iv.clone(),
        None if transformation.mode == Mode::Ecb => Vec::new(),
        None if encrypt => {
            let mut iv = vec![0; wanted];
            vm.host().random(&mut iv);
            iv
        }
        None => {
            return Err(throw(
                "java.security.InvalidKeyException",
                "Parameters missing",
            ));
        }
    };
    if transformation.mode != Mode::Ecb && iv.len() != wanted {
        return Err(throw(
            "java.security.InvalidAlgorithmParameterException",
            format!("Wrong IV length: must be {wanted} bytes long"),
        ));
    }
    cipher.state.replace(Some(State { encrypt, key, iv }));
    cipher.so_far.take();
    Ok(Value::Null)
}

fn run(cipher: &Cipher, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let state = cipher.state.borrow();
    let state = state
        .as_ref()
        .ok_or_else(|| throw("java.lang.IllegalStateException", "Cipher not initialized"))?;
    if cipher.transformation.mode == Mode::Gcm {
        return galois(state, &bytes, &cipher.associated.take());
    }
    let size = block_size(&cipher.transformation);
    if state.encrypt {
        encrypt(&cipher.transformation, state, bytes, size)
    } else {
        decrypt(&cipher.transformation, state, bytes, size)
    }
}

fn galois(state: &State, bytes: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
    let payload = Payload {
        msg: bytes,
        aad: associated,
    };
    let nonce = Nonce::try_from(state.iv.as_slice()).map_err(|_| Thrown::mismatch())?;
    let result = match (state.key.len(), state.encrypt) {
        (16, true) => {
            Aes128Gcm::new_from_slice(&state.key).map(|cipher| cipher.encrypt(&nonce, payload))
        }
        (16, false) => {
            Aes128Gcm::new_from_slice(&state.key).map(|cipher| cipher.decrypt(&nonce, payload))
        }
        (_, true) => {
            Aes256Gcm::new_from_slice(&state.key).map(|cipher| cipher.encrypt(&nonce, payload))
        }
        (_, false) => {
            Aes256Gcm::new_from_slice(&state.key).map(|cipher| cipher.decrypt(&nonce, payload))
        }
    };
    let result = result.map_err(|_| {
        throw(
            "java.security.InvalidKeyException",
            "AES/GCM takes keys of 16 or 32 bytes",
        )
    })?;
    result.map_err(|_| throw("javax.crypto.AEADBadTagException", "Tag mismatch!"))
}

fn wrong_length(message: String) -> Thrown {
    throw("javax.crypto.IllegalBlockSizeException", message)
}

fn encrypt(to: &Transformation, state: &State, bytes: Vec<u8>, size: usize) -> Result<Vec<u8>> {
    let mut bytes = bytes;
    if to.padding {
        let missing = size - bytes.len() % size;
        let byte = u8::try_from(missing).unwrap_or(0);
        bytes.resize(bytes.len() + missing, byte);
    } else if !bytes.len().is_multiple_of(size) {
        return Err(wrong_length(format!(
            "Input length not multiple of {size} bytes"
        )));
    }
    let mut before = state.iv.clone();
    for block in bytes.chunks_mut(size) {
        if to.mode == Mode::Cbc {
            mix(block, &before);
        }
        one_block(to, &state.key, block, true)?;
        before = block.to_vec();
    }
    Ok(bytes)
}

fn decrypt(to: &Transformation, state: &State, bytes: Vec<u8>, size: usize) -> Result<Vec<u8>> {
    let mut bytes = bytes;
    if !bytes.len().is_multiple_of(size) {
        return Err(wrong_length(format!(
            "Input length must be multiple of {size} when decrypting with padded cipher"
        )));
    }
    let mut before = state.iv.clone();
    for block in bytes.chunks_mut(size) {
        let encrypted = block.to_vec();
        one_block(to, &state.key, block, false)?;
        if to.mode == Mode::Cbc {
            mix(block, &before);
        }
        before = encrypted;
    }
    if to.padding && !bytes.is_empty() {
        let last = bytes.last().map_or(0, |byte| usize::from(*byte));
        let kept = bytes.len().saturating_sub(last);
        let padded = bytes
            .iter()
            .skip(kept)
            .all(|byte| usize::from(*byte) == last);
        if last == 0 || last > size || !padded {
            return Err(throw(
                "javax.crypto.BadPaddingException",
                "Given final block not properly padded. Such issues can arise if a bad key is \
                 used during decryption.",
            ));
        }
        bytes.truncate(kept);
    }
    Ok(bytes)
}

fn mix(block: &mut [u8], with: &[u8]) {
    for (byte, other) in block.iter_mut().zip(with) {
        *byte ^= other;
    }
}

/// Encrypts or decrypts one block in place.
fn one_block(to: &Transformation, key: &[u8], block: &mut [u8], encrypt: bool) -> Result<()> {
    macro_rules! apply {
        ($cipher:ty) => {{
            let cipher = <$cipher>::new_from_slice(key).map_err(|_| Thrown::mismatch())?;
            let mut array = Array::try_from(&*block).map_err(|_| Thrown::mismatch())?;
            if encrypt {
                cipher.encrypt_block(&mut array);
            } else {
                cipher.decrypt_block(&mut array);
            }
            block.copy_from_slice(&array);
        }};
    }
    match (to.algorithm.as_str(), key.len()) {
        ("AES", 16) => apply!(Aes128),
        ("AES", 24) => apply!(Aes192),
        ("AES", _) => apply!(Aes256),
        ("DES", _) => apply!(Des),
        _ => apply!(TdesEde3),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::codec::hex;
    use crate::testing::{shown, vm};

    fn both_ways(name: &str, key: &str, parameters: Option<Value>) -> (String, String) {
        let mut vm = vm();
        let cipher = get_instance(&mut vm, &[Value::text(name)]).unwrap();
        let key = Key::value(key.as_bytes().to_vec(), "x".into());
        let mut run = |mode, bytes: Vec<u8>| {
            let mut with = vec![Value::Int(mode), key.clone()];
            with.extend(parameters.clone());
            vm.invoke(&cipher, "init", &with).unwrap();
            match vm
                .invoke(&cipher, "doFinal", &[Value::bytes(bytes)])
                .unwrap()
            {
                Value::Bytes(bytes) => bytes.borrow().clone(),
                other => panic!("{other:?}"),
            }
        };
        let encrypted = run(1, b"hello".to_vec());
        let decrypted = run(2, encrypted.clone());
        (
            hex::lower(&encrypted),
            String::from_utf8(decrypted).unwrap(),
        )
    }

    fn of(class: &Class, args: &[Value]) -> Option<Value> {
        Some(class.construct.unwrap()(&mut vm(), args).unwrap())
    }

    #[test]
    fn ciphers_give_what_java_gives() {
        let bytes = |text: &str| Value::bytes(text.as_bytes().to_vec());
        let key = "0123456789abcdef";
        let iv = of(&IV_PARAMETER_SPEC, &[bytes("abcdef0123456789")]);
        let short = of(&IV_PARAMETER_SPEC, &[bytes("abcdef01")]);
        let tag = of(
            &GCM_PARAMETER_SPEC,
            &[Value::Int(128), bytes("abcdef012345")],
        );
        for (name, key, parameters, expected) in [
            (
                "AES/CBC/PKCS5Padding",
                key,
                iv,
                "ffcb80bec2437fc2e30b0ef0a8ec5b64",
            ),
            ("AES", key, None, "674c7ef38e78cabd9cec9c125823a639"),
            (
                "AES/GCM/NoPadding",
                key,
                tag,
                "34f7b18088828988be96342cd9da0614a3d02a8bc1",
            ),
            ("DES/ECB/PKCS5Padding", "01234567", None, "10f599250248dd1e"),
            (
                "DESede/CBC/PKCS5Padding",
                "0123456789abcdef01234567",
                short,
                "a1fa5818e0d43693",
            ),
        ] {
            let (encrypted, decrypted) = both_ways(name, key, parameters);
            assert_eq!(encrypted, expected, "{name}");
            assert_eq!(decrypted, "hello", "{name}");
        }
    }

    #[test]
    fn a_short_key_is_refused() {
        let mut vm = vm();
        let cipher = get_instance(&mut vm, &[Value::text("AES")]).unwrap();
        let result = init(
            &mut vm,
            &cipher,
            &[Value::Int(1), Key::value(vec![1; 5], "AES".into())],
        );
        assert_eq!(
            shown(&mut vm, result),
            "!InvalidKeyException Invalid AES key length: 5 bytes"
        );
    }
}
