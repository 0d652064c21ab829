//! Key pairs that the server makes itself.

use std::time::Duration;

use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_pki::authority::{KeySize, Subject};
use lockgate_pki::certificate::{self, Curve};
use lockgate_pki::key_pair::{self, Kind, RsaDigest};
use lockgate_store::keystore;

use super::{Entry, check_alias, context, unusable};
use crate::error::{Error, Result};
use crate::service::Operations;

/// How long a certificate is valid when nobody says.
const VALIDITY: Duration = Duration::from_secs(3 * 365 * 24 * 3_600);

/// A key pair to be made.
#[derive(Clone, Debug)]
pub struct Generation {
    /// Whose certificate it is.
    pub subject: Subject,
    /// What kind of key it has.
    pub key: KeyType,
    /// From when it is valid: now, when nothing is said.
    pub not_before: Option<Timestamp>,
    /// Until when it is valid: three years later, when nothing is said.
    pub not_after: Option<Timestamp>,
}

/// What kind of key to make.
pub type KeyType = Kind;

impl Operations {
    /// Makes a key pair, with a certificate that it signs itself.
    ///
    /// # Errors
    /// When the alias is taken, or the subject or the validity cannot be written.
    pub async fn generate_key_pair(
        &self,
        actor: &Actor,
        alias: &str,
        generation: Generation,
    ) -> Result<Entry> {
        check_alias(alias)?;
        let found = keystore::find(&mut self.store.read().await?, alias).await?;
        if found.is_some() {
            return Err(Error::EntryTaken(alias.to_owned()));
        }
        let from = generation.not_before.unwrap_or_else(|| self.clock.now());
        let until = generation.not_after.unwrap_or_else(|| from.plus(VALIDITY));
        if until <= from {
            return Err(unusable("the certificate's validity ends before it begins"));
        }
        let random = self.random.clone();
        // Takes up to seconds, which other requests must not wait for.
        let make = move || {
            let Generation { subject, key, .. } = &generation;
            key_pair::generate(subject, *key, (from, until), &*random)
        };
        let made = tokio::task::spawn_blocking(make).await.map_err(unusable)?;
        let made = made.map_err(unusable)?;
        let parsed = certificate::parse(&made.certificate).map_err(unusable)?;
        let mut tx = self.store.begin().await?;
        if keystore::find(&mut tx, alias).await?.is_some() {
            return Err(Error::EntryTaken(alias.to_owned()));
        }
        let sealed = self.vault.seal(&context(alias), made.key.expose());
        let chain = [(made.certificate, parsed)];
        let row = self.keystore_row(actor, alias, &chain, None, Some(sealed));
        self.put_entry(tx, actor, &row, "keystore.generate").await?;
        row.try_into()
    }
}

/// Reads what kind of key is wanted: `RSA` with its bits, or `EC` with a curve by name or bits, and how
/// its certificate is signed, such as `SHA-512/RSA`.
///
/// # Errors
/// Says what is possible.
pub fn key_type(
    algorithm: &str,
    bits: Option<i64>,
    curve: &str,
    signature: &str,
) -> Result<KeyType> {
    match algorithm.to_ascii_uppercase().as_str() {
        "" | "RSA" => {
            let bits = u64::try_from(bits.unwrap_or(4_096)).unwrap_or_default();
            let size = KeySize::try_from(bits)
                .map_err(|_| unusable("an RSA key has 2048, 3072 or 4096 bits"))?;
            Ok(Kind::Rsa(size, digest(signature)?))
        }
        "EC" => {
            let curve = match (curve.to_ascii_lowercase().as_str(), bits) {
                ("secp256r1" | "prime256v1" | "p-256", _) | ("", None | Some(256)) => Curve::P256,
                ("secp384r1" | "p-384", _) | ("", Some(384)) => Curve::P384,
                ("secp521r1" | "p-521", _) | ("", Some(521)) => Curve::P521,
                _ => return Err(unusable("the curve is secp256r1, secp384r1 or secp521r1")),
            };
            Ok(Kind::Curve(curve))
        }
        _ => Err(unusable("the key is RSA or EC")),
    }
}

fn digest(signature: &str) -> Result<RsaDigest> {
    let name = signature.to_ascii_uppercase().replace('-', "");
    let name = name.split(['/', 'W']).next().unwrap_or_default();
    match name {
        "SHA256" => Ok(RsaDigest::Sha256),
        "SHA384" => Ok(RsaDigest::Sha384),
        "" | "SHA512" => Ok(RsaDigest::Sha512),
        _ => Err(unusable(
            "the signature is SHA-256/RSA, SHA-384/RSA or SHA-512/RSA",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_keys_are_read() {
        let rsa = |size, digest| Some(Kind::Rsa(size, digest));
        for (algorithm, bits, curve, signature, expected) in [
            ("", None, "", "", rsa(KeySize::Bits4096, RsaDigest::Sha512)),
            (
                "RSA",
                Some(2_048),
                "",
                "SHA-256/RSA",
                rsa(KeySize::Bits2048, RsaDigest::Sha256),
            ),
            (
                "rsa",
                Some(3_072),
                "",
                "SHA384withRSA",
                rsa(KeySize::Bits3072, RsaDigest::Sha384),
            ),
            ("RSA", Some(1_024), "", "", None),
            ("RSA", Some(-1), "", "", None),
            ("RSA", None, "", "MD5/RSA", None),
            ("EC", None, "", "", Some(Kind::Curve(Curve::P256))),
            (
                "EC",
                Some(256),
                "secp384r1",
                "",
                Some(Kind::Curve(Curve::P384)),
            ),
            (
                "EC",
                Some(521),
                "",
                "SHA-512/ECDSA",
                Some(Kind::Curve(Curve::P521)),
            ),
            ("EC", None, "secp256k1", "", None),
            ("DSA", None, "", "", None),
        ] {
            let found = key_type(algorithm, bits, curve, signature).ok();
            assert_eq!(found, expected, "{algorithm} {bits:?} {curve} {signature}");
        }
    }
}
