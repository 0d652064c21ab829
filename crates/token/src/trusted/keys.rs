//! The public keys of an issuer, from its JWK set.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::limits;
use lockgate_web::json::parse_strict;
use serde_json::{Map, Value};
use thiserror::Error;

/// Members of a JWK that only private and symmetric keys have.
const PRIVATE: [&str; 2] = ["d", "k"];

/// Why a JWK set is not used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidKeySet {
    /// Larger than [`limits::KEY_SET`].
    #[error("it is larger than {} KiB", limits::KEY_SET / 1024)]
    TooLarge,
    /// Not a JSON object with the array `keys`.
    #[error("it is not a JWK set, an object with the array 'keys': {0}")]
    Json(String),
    /// It holds a key that must not leave its owner.
    #[error("its key {0} is private; it must hold public keys only")]
    Private(usize),
    /// A key that could be used is broken.
    #[error("its key {0} is not a whole RSA key of 2048 to 8192 bits or EC key on P-256")]
    Broken(usize),
    /// Two keys have the same name.
    #[error("two of its keys are called {0:?}")]
    Ambiguous(String),
    /// It holds no key of a kind that is accepted.
    #[error("it holds no RSA or P-256 key for signatures")]
    Empty,
}

/// The public keys of an issuer. Each verifies one algorithm and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerKeys(Vec<IssuerKey>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct IssuerKey {
    kid: Option<String>,
    public: Public,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Public {
    /// Modulus and exponent; verifies RS256.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// A point on P-256, uncompressed; verifies ES256.
    P256(Vec<u8>),
}

impl Public {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RS256",
            Self::P256(_) => "ES256",
        }
    }
}

impl IssuerKeys {
    /// Reads a JWK set. Keys for encryption and of kinds that are not accepted are left out.
    ///
    /// # Errors
    /// When it is no JWK set of public keys, or none of them can be used.
    pub fn from_jwks(text: &str) -> Result<Self, InvalidKeySet> {
        if text.len() > limits::KEY_SET {
            return Err(InvalidKeySet::TooLarge);
        }
        let set = parse_strict(text.as_bytes(), limits::TOKEN_JSON_DEPTH)
            .map_err(|error| InvalidKeySet::Json(error.to_string()))?;
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or_else(|| InvalidKeySet::Json("there is no such array".to_owned()))?;
        let mut read: Vec<IssuerKey> = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            let key = key.as_object().ok_or(InvalidKeySet::Broken(at))?;
            let Some(key) = read_key(at, key)? else {
                continue;
            };
            if let Some(kid) = &key.kid
                && read.iter().any(|other| other.kid == key.kid)
            {
                return Err(InvalidKeySet::Ambiguous(kid.clone()));
            }
            read.push(key);
        }
        match read.is_empty() {
            true => Err(InvalidKeySet::Empty),
            false => Ok(Self(read)),
        }
    }

    /// Whether `signature` was made over `message` with `algorithm` by the key called `kid`, or by
    /// the only key when no name is given. `None` when there is no such key for the algorithm.
    pub(super) fn verify(
        &self,
        kid: Option<&str>,
        algorithm: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let key = match (kid, self.0.as_slice()) {
            (Some(kid), keys) => keys.iter().find(|key| key.kid.as_deref() == Some(kid))?,
            (None, [only]) => only,
            (None, _) => return None,
        };
        if key.public.algorithm() != algorithm {
            return None;
        }
        let verified = match &key.public {
            Public::Rsa { n, e } => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            Public::P256(point) => {
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature)
            }
        };
        Some(verified.is_ok())
    }
}

/// The key, unless it is for something else than the signatures that are accepted.
fn read_key(at: usize, key: &Map<String, Value>) -> Result<Option<IssuerKey>, InvalidKeySet> {
    if PRIVATE.iter().any(|name| key.contains_key(*name)) {
        return Err(InvalidKeySet::Private(at));
    }
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let bytes = |name: &str| {
        let decoded = text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        decoded.ok_or(InvalidKeySet::Broken(at))
    };
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return Ok(None);
    }
    let public = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => Public::Rsa {
            n: bytes("n")?,
            e: bytes("e")?,
        },
        (Some("EC"), Some("P-256")) => Public::P256([vec![4], bytes("x")?, bytes("y")?].concat()),
        _ => return Ok(None),
    };
    if text("alg").is_some_and(|algorithm| algorithm != public.algorithm()) {
        return Ok(None);
    }
    let whole = match &public {
        Public::Rsa { n, e } => (256..=1024).contains(&n.len()) && (1..=8).contains(&e.len()),
        Public::P256(point) => point.len() == 65,
    };
    if !whole {
        return Err(InvalidKeySet::Broken(at));
    }
    Ok(Some(IssuerKey {
        kid: text("kid").map(str::to_owned),
        public,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rsa(kid: &str) -> Value {
        json!({"kty": "RSA", "kid": kid, "n": URL_SAFE_NO_PAD.encode([0xc1; 256]), "e": "AQAB"})
    }

    fn read(keys: &Value) -> Result<IssuerKeys, InvalidKeySet> {
        IssuerKeys::from_jwks(&json!({ "keys": keys }).to_string())
    }

    #[test]
    fn keys_for_other_purposes_are_left_out() {
        let ec = json!({"kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode([1; 32]),
            "y": URL_SAFE_NO_PAD.encode([2; 32])});
        let mut encryption = rsa("b");
        encryption["use"] = json!("enc");
        let mut other_algorithm = rsa("c");
        other_algorithm["alg"] = json!("PS256");
        let curve = json!({"kty": "OKP", "crv": "Ed25519", "x": "AA"});
        let keys = read(&json!([rsa("a"), ec, encryption, other_algorithm, curve])).unwrap();
        let kinds: Vec<_> = keys.0.iter().map(|key| key.public.algorithm()).collect();
        assert_eq!(kinds, ["RS256", "ES256"]);
        assert_eq!(read(&json!([curve])).unwrap_err(), InvalidKeySet::Empty);
    }

    #[test]
    fn sets_that_could_be_misread_are_refused() {
        let mut private = rsa("a");
        private["d"] = json!("AA");
        let secret = json!({"kty": "oct", "k": "AA"});
        let mut short = rsa("a");
        short["n"] = json!(URL_SAFE_NO_PAD.encode([0xc1; 128]));
        let cases = [
            (json!([private]), InvalidKeySet::Private(0)),
            (json!([rsa("a"), secret]), InvalidKeySet::Private(1)),
            (json!([short]), InvalidKeySet::Broken(0)),
            (json!(["x"]), InvalidKeySet::Broken(0)),
            (
                json!([rsa("a"), rsa("a")]),
                InvalidKeySet::Ambiguous("a".to_owned()),
            ),
        ];
        for (keys, expected) in cases {
            assert_eq!(read(&keys).unwrap_err(), expected);
        }
        for text in ["", "[]", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}"] {
            let error = IssuerKeys::from_jwks(text).unwrap_err();
            assert!(matches!(error, InvalidKeySet::Json(_)), "{text}");
        }
        let large = " ".repeat(limits::KEY_SET + 1);
        assert_eq!(
            IssuerKeys::from_jwks(&large).unwrap_err(),
            InvalidKeySet::TooLarge
        );
    }
}
