//! Protection against cross-site request forgery, without server state.
//!
//! A token is an expiry and a keyed hash over session, expiry and principal. The session is a random
//! number in a cookie. Nothing is stored, so fetching tokens costs the server no memory.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::COOKIE;
use http::{HeaderMap, HeaderName, Method};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::KeyedHash;
use lockgate_core::random::Random;
use lockgate_core::refusal::Reason;

/// The header that asks for a token, carries it, and says that one is required.
pub const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
/// How long a token is good for; fetching again starts anew.
pub const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// The label under which the key of this use is derived from the master key.
pub const CSRF_HASH_LABEL: &str = "csrf-token";

/// The cookie that carries the session, under the name that senders know.
const SESSION_COOKIE: &str = "JSESSIONID";
/// Bytes of a session.
const SESSION: usize = 16;
/// Bytes of the expiry in a token.
const EXPIRY: usize = 8;

/// Makes and checks tokens.
#[derive(Clone, Debug)]
pub struct Csrf {
    key: KeyedHash,
    secure: bool,
}

/// A fresh token with the cookie that it belongs to.
#[derive(Debug, PartialEq, Eq)]
pub struct Issued {
    /// Value for the `X-CSRF-Token` header.
    pub token: String,
    /// Value for the `Set-Cookie` header.
    pub cookie: String,
}

/// What protection makes of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The flow may run.
    Pass,
    /// The caller wants a token; the flow does not run.
    Fetch,
    /// 403 with `X-CSRF-Token: Required`.
    Refuse(Reason),
}

impl Csrf {
    /// Protection under `key`. Cookies are marked `Secure` when callers reach the server by https.
    #[must_use]
    pub fn new(key: KeyedHash, secure: bool) -> Self {
        Self { key, secure }
    }

    /// Decides about a request to a protected channel. Everything but GET and HEAD counts as
    /// modifying, whatever override headers say.
    #[must_use]
    pub fn judge(
        &self,
        method: &Method,
        headers: &HeaderMap,
        principal: &str,
        now: Timestamp,
    ) -> Verdict {
        let mut fields = headers.get_all(CSRF_TOKEN).iter();
        let token = fields.next().map(http::HeaderValue::as_bytes);
        if fields.next().is_some() {
            return Verdict::Refuse(Reason::CsrfInvalid);
        }
        match token {
            token if matches!(*method, Method::GET | Method::HEAD) => match token {
                Some(value) if value.eq_ignore_ascii_case(b"fetch") => Verdict::Fetch,
                _ => Verdict::Pass,
            },
            None => Verdict::Refuse(Reason::CsrfMissing),
            Some(value) if value.eq_ignore_ascii_case(b"fetch") => {
                Verdict::Refuse(Reason::CsrfMissing)
            }
            Some(token) => match session(headers) {
                None => Verdict::Refuse(Reason::CsrfCookie),
                Some(session) if self.verify(token, session, principal, now) => Verdict::Pass,
                Some(_) => Verdict::Refuse(Reason::CsrfInvalid),
            },
        }
    }

    /// A token for `principal`. A session that the caller already has goes on, so that tokens
    /// fetched side by side stay valid; the principal inside the token makes planting one useless.
    #[must_use]
    pub fn issue(
        &self,
        headers: &HeaderMap,
        principal: &str,
        now: Timestamp,
        random: &dyn Random,
    ) -> Issued {
        let session = session(headers).unwrap_or_else(|| random.bytes());
        let expiry = now.plus(LIFETIME).micros().to_be_bytes();
        let mut token = [0; EXPIRY + 32];
        token[..EXPIRY].copy_from_slice(&expiry);
        token[EXPIRY..].copy_from_slice(&self.key.tag(&message(session, expiry, principal)));
        let secure = if self.secure { "; Secure" } else { "" };
        let session = URL_SAFE_NO_PAD.encode(session);
        Issued {
            token: URL_SAFE_NO_PAD.encode(token),
            cookie: format!(
                "{SESSION_COOKIE}={session}; Path=/{secure}; HttpOnly; SameSite=Strict"
            ),
        }
    }

    fn verify(
        &self,
        token: &[u8],
        session: [u8; SESSION],
        principal: &str,
        now: Timestamp,
    ) -> bool {
        let mut bytes = [0; EXPIRY + 32];
        let Ok(length) = URL_SAFE_NO_PAD.decode_slice(token, &mut bytes) else {
            return false;
        };
        let Some((expiry, tag)) = bytes[..length].split_first_chunk::<EXPIRY>() else {
            return false;
        };
        self.key.verify(&message(session, *expiry, principal), tag)
            && Timestamp::from_micros(i64::from_be_bytes(*expiry)) > now
    }
}

/// What the keyed hash is taken of. The principal comes last: the parts before have fixed lengths.
fn message(session: [u8; SESSION], expiry: [u8; EXPIRY], principal: &str) -> Vec<u8> {
    [&session[..], &expiry[..], principal.as_bytes()].concat()
}

/// The session of a request, when its cookies name exactly one.
fn session(headers: &HeaderMap) -> Option<[u8; SESSION]> {
    let cookies = headers.get_all(COOKIE).iter();
    let pairs = cookies
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'));
    let mut sessions = pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, value)| value);
    let (first, rest) = (sessions.next()?, sessions.next());
    let mut session = [0; SESSION];
    let length = URL_SAFE_NO_PAD.decode_slice(first, &mut session).ok()?;
    (rest.is_none() && length == SESSION).then_some(session)
}

#[cfg(test)]
mod tests;
