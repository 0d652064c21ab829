//! The keys in use at one moment.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use lockgate_core::crypto::{CryptoError, Vault, sha256};
use lockgate_store::signing_keys::{SigningKey, State};
use lockgate_web::identity::{InvalidKey, VerificationKeys};
use serde::Serialize;

use super::KeyError;
use super::jwk::Jwk;

/// Published keys, the one that signs, and the documents that publish them.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    verification: VerificationKeys,
    signer: Option<Arc<Signer>>,
    list: String,
    etag: String,
    active: String,
}

impl KeySet {
    pub(super) fn open(keys: Vec<SigningKey>, vault: &Vault) -> Result<Self, KeyError> {
        #[derive(Serialize)]
        struct List {
            keys: Vec<Jwk>,
        }
        let published: Vec<&SigningKey> = keys
            .iter()
            .filter(|key| key.state != State::Retired)
            .collect();
        let list = published
            .iter()
            .map(|key| Jwk::new(&key.kid, &key.public_der))
            .collect::<Result<_, _>>()?;
        let list = crate::error::json(&List { keys: list });
        let pairs = published
            .iter()
            .map(|key| (key.kid.as_str(), key.public_der.as_slice()));
        let verification = VerificationKeys::new(pairs)?;
        let active = keys.iter().rfind(|key| key.state == State::Active);
        let (signer, active) = match active {
            None => (None, String::new()),
            Some(key) => {
                let jwk = Jwk::new(&key.kid, &key.public_der)?;
                let signer = Signer::open(key, vault)?;
                (Some(Arc::new(signer)), crate::error::json(&jwk))
            }
        };
        let digest = u64::from_be_bytes(sha256(list.as_bytes())[..8].try_into().unwrap_or([0; 8]));
        Ok(Self {
            verification,
            signer,
            etag: format!("\"{digest:016x}\""),
            list,
            active,
        })
    }

    /// What tokens may be signed with.
    #[must_use]
    pub fn verification(&self) -> VerificationKeys {
        self.verification.clone()
    }

    pub(crate) fn signer(&self) -> Option<&Arc<Signer>> {
        self.signer.as_ref()
    }

    /// `/token_keys` as JSON.
    pub(crate) fn list(&self) -> &str {
        &self.list
    }

    /// The entity tag of [`KeySet::list`].
    pub(crate) fn etag(&self) -> &str {
        &self.etag
    }

    /// `/token_key` as JSON: the key that signs.
    pub(crate) fn active(&self) -> &str {
        &self.active
    }
}

/// The context under which a private key is sealed.
pub(super) fn context(kid: &str) -> String {
    format!("signing-key/{kid}")
}

/// The key that signs.
pub(crate) struct Signer {
    kid: String,
    key: KeyPair,
}

impl Signer {
    fn open(key: &SigningKey, vault: &Vault) -> Result<Self, KeyError> {
        let kid = key.kid.clone();
        let sealed = |source: CryptoError| KeyError::Sealed {
            kid: kid.clone(),
            source,
        };
        let private = vault
            .open(&context(&key.kid), &key.sealed_private)
            .map_err(sealed)?;
        match KeyPair::from_pkcs8(private.expose()) {
            Ok(key) => Ok(Self { kid, key }),
            Err(_) => Err(InvalidKey { kid }.into()),
        }
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs with RS256. Takes about half a millisecond, so not on a thread that serves requests.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
        Ok(signature)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
