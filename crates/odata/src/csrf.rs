//! Protection against cross-site request forgery, without server state.
//!
//! A token is an expiry and a keyed hash over expiry and name of who asks. A page of another site can
//! make a browser send its user's password, but it cannot read the token. Programs that send a token
//! of their own or a certificate need none, and get one when they ask.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::KeyedHash;
use lockgate_core::random::Random;

/// The header that asks for a token, carries it, and says that one is required.
pub(crate) const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
/// How long a token is good for; fetching again starts anew.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// Keeps tokens apart from other uses of the same key.
const CONTEXT: &[u8] = b"odata\0";
/// The cookie of clients that insist on sending one back. Nothing depends on it.
const COOKIE: &str = "csrf-client-id";
/// Bytes of the expiry in a token.
const EXPIRY: usize = 8;

/// Whether a request asks for a token.
pub(crate) fn is_fetch(headers: &HeaderMap) -> bool {
    let asked = headers.get(CSRF_TOKEN);
    asked.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"fetch"))
}

/// A token for `name`, good from `now` on.
fn token(key: &KeyedHash, name: &str, now: Timestamp) -> String {
    let expiry = now.plus(LIFETIME).micros().to_be_bytes();
    let tag = key.tag(&message(expiry, name));
    URL_SAFE_NO_PAD.encode([&expiry[..], &tag].concat())
}

/// Whether a request carries a token for `name`.
pub(crate) fn is_good(key: &KeyedHash, headers: &HeaderMap, name: &str, now: Timestamp) -> bool {
    let mut fields = headers.get_all(CSRF_TOKEN).iter();
    let (Some(token), None) = (fields.next(), fields.next()) else {
        return false;
    };
    let mut bytes = [0; EXPIRY + 32];
    let Ok(length) = URL_SAFE_NO_PAD.decode_slice(token, &mut bytes) else {
        return false;
    };
    let Some((expiry, tag)) = bytes[..length].split_first_chunk::<EXPIRY>() else {
        return false;
    };
    key.verify(&message(*expiry, name), tag)
        && Timestamp::from_micros(i64::from_be_bytes(*expiry)) > now
}

fn message(expiry: [u8; EXPIRY], name: &str) -> Vec<u8> {
    [CONTEXT, &expiry, name.as_bytes()].concat()
}

/// The headers of an answer to `name`, who asked for a token.
pub(crate) fn issued(
    key: &KeyedHash,
    headers: &HeaderMap,
    name: &str,
    (now, random): (Timestamp, &dyn Random),
    secure: bool,
) -> HeaderMap {
    let mut issued = HeaderMap::new();
    let text = "invariant: Base64 is a legal header value";
    let value = HeaderValue::try_from(token(key, name, now)).expect(text);
    issued.insert(CSRF_TOKEN, value);
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut cookies = cookies.filter_map(|field| field.to_str().ok());
    if !cookies.any(|cookies| cookies.contains(COOKIE)) {
        let session = URL_SAFE_NO_PAD.encode(random.bytes::<16>());
        let secure = if secure { "; Secure" } else { "" };
        let cookie = format!("{COOKIE}={session}; Path=/{secure}; HttpOnly; SameSite=Strict");
        issued.insert(
            header::SET_COOKIE,
            HeaderValue::try_from(cookie).expect(text),
        );
    }
    issued
}

#[cfg(test)]
mod tests {
    use lockgate_core::crypto::MasterKey;
    use lockgate_core::random::SeededRandom;

    use super::*;

    #[test]
    fn a_token_is_good_for_its_owner_and_its_time() {
        let key = MasterKey::generate(&SeededRandom::new(1)).keyed_hash("csrf-token");
        let other = MasterKey::generate(&SeededRandom::new(2)).keyed_hash("csrf-token");
        let now = Timestamp::from_secs(1_000_000);
        let carried = |token: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CSRF_TOKEN, token.parse().unwrap());
            headers
        };
        let headers = carried(&token(&key, "ann", now));
        assert!(is_good(&key, &headers, "ann", now));
        assert!(is_good(
            &key,
            &headers,
            "ann",
            now.plus(LIFETIME - Duration::from_secs(1))
        ));
        assert!(!is_good(&key, &headers, "ann", now.plus(LIFETIME)));
        assert!(!is_good(&key, &headers, "bob", now));
        assert!(!is_good(&other, &headers, "ann", now));
        for bad in ["Fetch", "", "AAAA", &"A".repeat(54), &"A".repeat(500)] {
            assert!(!is_good(&key, &carried(bad), "ann", now), "{bad}");
        }
        assert!(!is_good(&key, &HeaderMap::new(), "ann", now));
    }
}
