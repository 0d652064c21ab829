//! Refresh tokens: what continues a login.
//!
//! Opaque to clients, but in the outer shape of a JWT with the claim `jti`: the `cf` command line
//! reads that to end its login. Nobody can verify one as a JWT, because its header names no
//! algorithm. The last part is sealed by this server, so that a refresh token that was used before
//! is told from one that was made up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::crypto::{Vault, sha256};
use lockgate_core::ids::SessionId;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;
use uuid::Uuid;

const HEADER: &str = r#"{"typ":"refresh"}"#;
/// Longer than any refresh token of this server.
const LONGEST: usize = 512;

/// A genuine refresh token of this server; whether it is good now, its session decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) session: SessionId,
    /// What the session keeps of it.
    pub(crate) digest: [u8; 32],
}

impl RefreshToken {
    /// A new one for `session`, and its text.
    pub(crate) fn generate(
        session: SessionId,
        vault: &Vault,
        random: &dyn Random,
    ) -> (Self, Secret<String>) {
        let sealed = vault.seal(&context(session), &random.bytes::<16>());
        let claims = format!(r#"{{"jti":"{}"}}"#, token_id(session));
        let parts = [HEADER.as_bytes(), claims.as_bytes(), &sealed];
        let text = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let digest = sha256(text.as_bytes());
        (Self { session, digest }, Secret::new(text))
    }

    /// Reads one; `None` when this server did not make it.
    pub(crate) fn open(text: &str, vault: &Vault) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut parts = text
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let (header, claims, sealed) = (parts.next()??, parts.next()??, parts.next()??);
        let id = std::str::from_utf8(&claims).ok()?;
        let id = id.strip_prefix(r#"{"jti":""#)?.strip_suffix(r#""}"#)?;
        let session = session_of(id)?;
        let opened = vault.open(&context(session), &sealed).is_ok();
        let genuine = opened && header == HEADER.as_bytes() && parts.next().is_none();
        genuine.then(|| Self {
            session,
            digest: sha256(text.as_bytes()),
        })
    }
}

fn context(session: SessionId) -> String {
    format!("refresh-token/{session}")
}

/// The id that the refresh tokens of a session have, as clients know it: with a suffix, so that it
/// is never taken for the id of an access token.
fn token_id(session: SessionId) -> String {
    format!("{}-r", session.0.simple())
}

/// The session whose refresh tokens have the id `token_id`.
pub(crate) fn session_of(token_id: &str) -> Option<SessionId> {
    let id = token_id.strip_suffix("-r").filter(|id| id.len() == 32)?;
    Uuid::try_parse(id).ok().map(SessionId)
}

#[cfg(test)]
mod tests {
    use lockgate_core::crypto::MasterKey;
    use lockgate_core::random::SeededRandom;

    use super::*;

    #[test]
    fn only_what_this_server_sealed_is_a_refresh_token() {
        let random = SeededRandom::new(1);
        let vault = MasterKey::generate(&random).vault();
        let session = SessionId::generate(&random);
        let (token, text) = RefreshToken::generate(session, &vault, &random);
        let text = text.expose();
        assert_eq!(RefreshToken::open(text, &vault), Some(token));
        let (_, again) = RefreshToken::generate(session, &vault, &random);
        assert_ne!(again.expose(), text);

        let parts: Vec<_> = text.split('.').collect();
        let other = format!(r#"{{"jti":"{}"}}"#, token_id(SessionId::generate(&random)));
        let other = URL_SAFE_NO_PAD.encode(other);
        for forged in [
            String::new(),
            parts[..2].join("."),
            format!("{text}.x"),
            format!("{text}A"),
            [parts[0], &other, parts[2]].join("."),
            [parts[1], parts[1], parts[2]].join("."),
            [parts[0], parts[1], parts[1]].join("."),
            "x".repeat(100_000),
        ] {
            assert_eq!(RefreshToken::open(&forged, &vault), None, "{forged:.80}");
        }
        let stranger = MasterKey::generate(&random).vault();
        assert_eq!(RefreshToken::open(text, &stranger), None);
    }

    #[test]
    fn clients_read_the_session_from_it() {
        let random = SeededRandom::new(1);
        let vault = MasterKey::generate(&random).vault();
        let session = SessionId::generate(&random);
        let (_, text) = RefreshToken::generate(session, &vault, &random);
        let claims = URL_SAFE_NO_PAD.decode(text.expose().split('.').nth(1).unwrap());
        let claims: serde_json::Value = serde_json::from_slice(&claims.unwrap()).unwrap();
        assert_eq!(session_of(claims["jti"].as_str().unwrap()), Some(session));
        for id in ["", "-r", &session.to_string(), &format!("{session}-r")] {
            assert_eq!(session_of(id), None, "{id}");
        }
    }
}
