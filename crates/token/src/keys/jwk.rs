//! Public keys as JSON Web Keys.

use aws_lc_rs::rsa::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use lockgate_web::identity::InvalidKey;
use serde::Serialize;

/// An RSA verification key with UAA's extra member `value`, which some libraries need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Jwk {
    kty: &'static str,
    e: String,
    #[serde(rename = "use")]
    usage: &'static str,
    kid: String,
    alg: &'static str,
    value: String,
    n: String,
}

impl Jwk {
    /// The key called `kid` with this SubjectPublicKeyInfo.
    pub(super) fn new(kid: &str, spki: &[u8]) -> Result<Self, InvalidKey> {
        let key = PublicKey::from_der(spki).ok();
        let numbers = key.as_ref().and_then(|key| rsa_numbers(key.as_ref()));
        let Some((n, e)) = numbers else {
            return Err(InvalidKey {
                kid: kid.to_owned(),
            });
        };
        Ok(Self {
            kty: "RSA",
            e: URL_SAFE_NO_PAD.encode(e),
            usage: "sig",
            kid: kid.to_owned(),
            alg: "RS256",
            value: pem(spki),
            n: URL_SAFE_NO_PAD.encode(n),
        })
    }
}

/// Modulus and exponent of an `RSAPublicKey` in DER: a sequence of two integers.
fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const INTEGER: u8 = 0x02;
    const SEQUENCE: u8 = 0x30;
    let (body, _) = element(SEQUENCE, der)?;
    let (n, rest) = element(INTEGER, body)?;
    let (e, _) = element(INTEGER, rest)?;
    Some((n.strip_prefix(&[0]).unwrap_or(n), e))
}

/// The content of the element at the start of `der`, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk::<2>()?;
    if found != tag {
        return None;
    }
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 | 0x82 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let length = bytes.iter().fold(0, |sum, &b| sum << 8 | usize::from(b));
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn pem(spki: &[u8]) -> String {
    let text = STANDARD.encode(spki);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|&b| char::from(b)));
        pem.push('\n');
    }
    pem + "-----END PUBLIC KEY-----"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_is_published_in_both_forms() {
        let (spki, _) = super::super::generate_pair().unwrap();
        let jwk = Jwk::new("k", &spki).unwrap();
        assert_eq!(
            (jwk.kty, jwk.alg, jwk.usage, jwk.e.as_str()),
            ("RSA", "RS256", "sig", "AQAB")
        );
        let modulus = URL_SAFE_NO_PAD.decode(&jwk.n).unwrap();
        assert_eq!(modulus.len(), 256);
        assert!(spki.windows(256).any(|window| window == modulus));
        let lines: Vec<_> = jwk.value.lines().collect();
        let inner = lines[1..lines.len() - 1].concat();
        assert_eq!(STANDARD.decode(inner).unwrap(), spki);
        assert!(lines.iter().all(|line| line.len() <= 64));
    }

    #[test]
    fn what_is_not_an_rsa_key_is_refused() {
        for der in [
            &[] as &[u8],
            &[0x30],
            &[0x30, 0x03, 0x02, 0x05, 0x01],
            &[0x30, 0x84, 1, 1],
        ] {
            assert!(Jwk::new("k", der).is_err());
            assert!(rsa_numbers(der).is_none());
        }
    }
}
