//! Reads `Authorization` fields, strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use lockgate_core::limits;
use lockgate_core::secret::Secret;

/// The token of a bearer `Authorization` value: scheme in any case, one space, no white space in
/// the token, not longer than [`limits::BEARER_TOKEN`].
#[must_use]
pub fn bearer(field: &HeaderValue) -> Option<&str> {
    let (scheme, token) = field.to_str().ok()?.split_once(' ')?;
    let legal = (1..=limits::BEARER_TOKEN).contains(&token.len())
        && !token.contains(|c: char| c.is_ascii_whitespace() || c == ',');
    (scheme.eq_ignore_ascii_case("bearer") && legal).then_some(token)
}

/// Name and secret of a basic `Authorization` value: strict Base64 of UTF-8, split at the first colon,
/// no control characters, a name that is not empty.
#[must_use]
pub fn basic(field: &HeaderValue) -> Option<(String, Secret<String>)> {
    let (scheme, encoded) = field.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Secret::new(STANDARD.decode(encoded).ok()?);
    let text = std::str::from_utf8(decoded.expose()).ok()?;
    let (name, secret) = text.split_once(':')?;
    let legal = !name.is_empty() && !text.contains(char::is_control);
    legal.then(|| (name.to_owned(), Secret::new(secret.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_bounded() {
        let long = format!("Bearer {}", "x".repeat(limits::BEARER_TOKEN + 1));
        assert!(bearer(&long.parse().unwrap()).is_none());
    }

    #[test]
    fn basic_credentials_split_at_the_first_colon() {
        let read = |text: &str| {
            let field = format!("Basic {}", STANDARD.encode(text));
            basic(&field.parse().unwrap())
        };
        let (name, secret) = read("a:b:c").unwrap();
        assert_eq!((name.as_str(), secret.expose().as_str()), ("a", "b:c"));
        for wrong in ["", "a", ":b", "a:b\n"] {
            assert!(read(wrong).is_none(), "{wrong:?}");
        }
        assert!(basic(&HeaderValue::from_static("Basic YTo")).is_none());
    }
}
