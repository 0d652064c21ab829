//! The master key and what is derived from it.
//!
//! One 32-byte master key lives outside the database. Every use gets its own key by HKDF-SHA-256
//! with a label, so no two uses share key material.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::random::Random;
use crate::secret::Secret;

/// Why sealed data could not be opened, or a master key not read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CryptoError {
    /// The text is not Base64 of 32 bytes.
    #[error("a master key is 32 bytes in Base64 (44 characters)")]
    MalformedMasterKey,
    /// Wrong key, wrong context, or altered data.
    #[error("sealed data could not be opened: it was sealed under another master key, or altered")]
    CannotOpen,
}

/// The key from which all others are derived.
#[derive(Clone, Debug)]
pub struct MasterKey(Secret<[u8; 32]>);

impl MasterKey {
    /// A fresh key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self(Secret::new(random.bytes()))
    }

    /// Reads a key from its Base64 text, ignoring surrounding white space.
    ///
    /// # Errors
    /// [`CryptoError::MalformedMasterKey`] when it is not Base64 of exactly 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, CryptoError> {
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|_| CryptoError::MalformedMasterKey)?;
        let key = bytes
            .try_into()
            .map_err(|_| CryptoError::MalformedMasterKey)?;
        Ok(Self(Secret::new(key)))
    }

    /// The Base64 text to keep in a file that only the server can read.
    #[must_use]
    pub fn to_base64(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.0.expose()))
    }

    /// The key for one use.
    fn derive(&self, label: &str) -> Secret<[u8; 32]> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"lockgate").extract(self.0.expose());
        let mut key = [0; 32];
        prk.expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .expect("invariant: 32 bytes is a legal HKDF-SHA-256 length");
        Secret::new(key)
    }

    /// The keyed hash for one use, named by `label`.
    #[must_use]
    pub fn keyed_hash(&self, label: &str) -> KeyedHash {
        KeyedHash(hmac::Key::new(
            hmac::HMAC_SHA256,
            self.derive(label).expose(),
        ))
    }

    /// The vault that seals credentials at rest.
    #[must_use]
    pub fn vault(&self) -> Vault {
        let key = RandomizedNonceKey::new(&AES_256_GCM, self.derive("vault").expose())
            .expect("invariant: the derived key has the length of an AES-256 key");
        Vault(std::sync::Arc::new(key))
    }
}

/// HMAC-SHA-256 under a derived key: how client secrets are stored and CSRF tokens are made.
#[derive(Clone)]
pub struct KeyedHash(hmac::Key);

impl KeyedHash {
    /// The tag of `message`.
    #[must_use]
    pub fn tag(&self, message: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.0, message);
        tag.as_ref()
            .try_into()
            .expect("invariant: an HMAC-SHA-256 tag has 32 bytes")
    }

    /// Whether `tag` belongs to `message`, compared in constant time.
    #[must_use]
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.0, message, tag).is_ok()
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHash(***)")
    }
}

/// Seals credentials with AES-256-GCM; `context` binds a sealed value to the row it belongs to.
#[derive(Clone)]
pub struct Vault(std::sync::Arc<RandomizedNonceKey>);

/// Marks the layout of sealed data: version, 12-byte nonce, ciphertext with tag.
const SEALED_V1: u8 = 1;

impl Vault {
    /// Encrypts `plain` for `context`.
    #[must_use]
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let mut sealed = plain.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(context), &mut sealed)
            .expect("invariant: sealing in memory does not fail");
        let mut out = Vec::with_capacity(1 + nonce.as_ref().len() + sealed.len());
        out.push(SEALED_V1);
        out.extend_from_slice(nonce.as_ref());
        out.extend_from_slice(&sealed);
        out
    }

    /// Decrypts what [`Vault::seal`] made for the same `context`.
    ///
    /// # Errors
    /// [`CryptoError::CannotOpen`] for another key, another context, or altered data.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret<Vec<u8>>, CryptoError> {
        let [SEALED_V1, rest @ ..] = sealed else {
            return Err(CryptoError::CannotOpen);
        };
        let (nonce, body) = rest.split_at_checked(12).ok_or(CryptoError::CannotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CryptoError::CannotOpen)?;
        let mut body = body.to_vec();
        let plain = self
            .0
            .open_in_place(nonce, Aad::from(context), &mut body)
            .map_err(|_| CryptoError::CannotOpen)?;
        let length = plain.len();
        body.truncate(length);
        Ok(Secret::new(body))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(***)")
    }
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref()
        .try_into()
        .expect("invariant: SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn master(seed: u64) -> MasterKey {
        MasterKey::generate(&SeededRandom::new(seed))
    }

    #[test]
    fn a_master_key_survives_its_text_form() {
        let key = master(1);
        let copy = MasterKey::from_base64(&format!(" {}\n", key.to_base64().expose())).unwrap();
        assert!(
            copy.keyed_hash("x")
                .verify(b"m", &key.keyed_hash("x").tag(b"m"))
        );
        assert_eq!(
            MasterKey::from_base64("AAAA").unwrap_err(),
            CryptoError::MalformedMasterKey
        );
    }

    #[test]
    fn labels_separate_keys() {
        let key = master(1);
        assert_ne!(key.keyed_hash("a").tag(b"m"), key.keyed_hash("b").tag(b"m"));
    }

    #[test]
    fn sealed_data_opens_only_with_its_key_and_context() {
        let vault = master(1).vault();
        let sealed = vault.seal("key/1", b"secret");
        assert_eq!(vault.open("key/1", &sealed).unwrap().expose(), b"secret");
        assert_eq!(
            vault.open("key/2", &sealed).unwrap_err(),
            CryptoError::CannotOpen
        );
        assert_eq!(
            master(2).vault().open("key/1", &sealed).unwrap_err(),
            CryptoError::CannotOpen
        );
        for cut in [0, 1, 12, 13, sealed.len() - 1] {
            assert_eq!(
                vault.open("key/1", &sealed[..cut]).unwrap_err(),
                CryptoError::CannotOpen
            );
        }
        let mut altered = sealed.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert_eq!(
            vault.open("key/1", &altered).unwrap_err(),
            CryptoError::CannotOpen
        );
    }
}
