//! The outer form of a token: three segments, and a header that says nothing unexpected.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::limits;
use serde_json::{Map, Value};

use super::TokenRefused;
use crate::json::parse_strict;

/// What the signature covers, who made it, and what is said.
pub(super) struct Segments<'t> {
    /// Header and claims as sent: what was signed.
    pub(super) message: &'t str,
    /// The name of the key.
    pub(super) kid: String,
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

pub(super) fn split(token: &str) -> Result<Segments<'_>, TokenRefused> {
    let Signed {
        message,
        header,
        claims,
        signature,
    } = signed(token)?;
    Ok(Segments {
        message,
        kid: read_header(&header)?,
        claims,
        signature,
    })
}

/// A signed JWT taken apart. Nothing about it is verified yet.
#[derive(Debug)]
pub struct Signed<'t> {
    /// Header and claims as sent: what was signed.
    pub message: &'t str,
    /// The header.
    pub header: Map<String, Value>,
    /// The signature.
    pub signature: Vec<u8>,
    claims: Vec<u8>,
}

impl Signed<'_> {
    /// The claims.
    ///
    /// # Errors
    /// When they are not an unambiguous object.
    pub fn claims(&self) -> Result<Map<String, Value>, TokenRefused> {
        object("claims", &self.claims)
    }
}

/// Takes a signed JWT apart, whoever issued it.
///
/// # Errors
/// When it is too large, does not have three segments of Base64url without padding, or its header is
/// not an unambiguous object.
pub fn signed(token: &str) -> Result<Signed<'_>, TokenRefused> {
    if token.len() > limits::BEARER_TOKEN {
        return Err(TokenRefused::TooLarge);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(TokenRefused::Segments)?;
    let (header, claims) = message.split_once('.').ok_or(TokenRefused::Segments)?;
    if header.is_empty() || claims.is_empty() || signature.is_empty() || claims.contains('.') {
        return Err(TokenRefused::Segments);
    }
    Ok(Signed {
        message,
        header: object("header", &decode("header", header)?)?,
        claims: decode("claims", claims)?,
        signature: decode("signature", signature)?,
    })
}

fn decode(segment: &'static str, text: &str) -> Result<Vec<u8>, TokenRefused> {
    let decoded = URL_SAFE_NO_PAD.decode(text);
    decoded.map_err(|_| TokenRefused::Encoding(segment))
}

/// Parses a segment that must be an object with distinct members and bounded depth.
pub(super) fn object(
    segment: &'static str,
    text: &[u8],
) -> Result<Map<String, Value>, TokenRefused> {
    match parse_strict(text, limits::TOKEN_JSON_DEPTH) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(TokenRefused::Json {
            segment,
            reason: "not an object".to_owned(),
        }),
        Err(error) => Err(TokenRefused::Json {
            segment,
            reason: error.to_string(),
        }),
    }
}

/// Checks the header and returns its `kid`. `jku` is allowed, because our tokens have it, and
/// ignored.
fn read_header(header: &Map<String, Value>) -> Result<String, TokenRefused> {
    let known = ["alg", "jku", "kid", "typ"];
    if let Some(name) = header.keys().find(|name| !known.contains(&name.as_str())) {
        let shown = name.chars().take(40).collect();
        return Err(TokenRefused::HeaderMember(shown));
    }
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    if text("alg") != Some("RS256") {
        return Err(TokenRefused::Algorithm);
    }
    if text("typ") != Some("JWT") {
        return Err(TokenRefused::Type);
    }
    match text("kid") {
        Some(kid) if (1..=100).contains(&kid.len()) => Ok(kid.to_owned()),
        _ => Err(TokenRefused::Claim {
            claim: "kid",
            expected: "a text of 1 to 100 bytes in the header",
        }),
    }
}
