//! Authorization codes: what a browser brings to a client, which exchanges it for tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::account::Account;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use lockgate_core::tenant::Tenant;
use lockgate_store::codes::{self, Code};
use lockgate_web::identity::Identities;

use crate::error::OAuthError;
use crate::login_clients::{AUTHORIZATION_CODE, LoginClient};
use crate::parameters::Parameters;
use crate::service::Service;
use crate::sessions::is_unchanged;

/// How long a code is good.
pub(crate) const CODE_LIFE: Duration = Duration::from_secs(60);

/// A request for an authorization code that may be shown to a person.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) client: LoginClient,
    pub(crate) redirect_uri: String,
    pub(crate) scope: Option<String>,
    pub(crate) state: Option<String>,
    challenge: String,
}

/// Why a request for an authorization code is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotAsked {
    /// Told to the person: it is not known where to send the browser.
    Here(&'static str),
    /// Told to the client, at this address.
    There(String),
}

impl Asked {
    /// Checks the parameters of a request. The browser is sent nowhere until the address is known to
    /// be the client's.
    pub(crate) fn read(parameters: &Parameters, identities: &Identities) -> Result<Self, NotAsked> {
        let id = parameters.get("client_id");
        let client = id.and_then(|id| LoginClient::find(id, identities));
        let client = client.ok_or(NotAsked::Here(
            "The application that sent you here is not known.",
        ))?;
        let redirect_uri = parameters.get("redirect_uri").unwrap_or_default();
        if !client.redirects_to(redirect_uri, &identities.tenant) {
            return Err(NotAsked::Here(
                "The application that sent you here wants you back at an address that is not \
                 registered for it.",
            ));
        }
        let state = parameters.get("state");
        if state.is_some_and(|state| state.len() > limits::OAUTH_STATE) {
            return Err(NotAsked::Here(
                "The application that sent you here wants too much to be remembered.",
            ));
        }
        let challenge = parameters.get("code_challenge").unwrap_or_default();
        let wrong = if !client.may(AUTHORIZATION_CODE) {
            Some(("unauthorized_client", "Unauthorized grant type"))
        } else if parameters.get("response_type") != Some("code") {
            let text = "The response type must be code";
            Some(("unsupported_response_type", text))
        } else if !is_challenge(challenge)
            || parameters.get("code_challenge_method") != Some("S256")
        {
            let text = "A code challenge with the method S256 is required";
            Some(("invalid_request", text))
        } else if parameters
            .get("response_mode")
            .is_some_and(|mode| mode != "query")
        {
            Some(("invalid_request", "The response mode must be query"))
        } else if parameters.get("prompt") == Some("none") {
            Some(("login_required", "A person has to log in"))
        } else {
            None
        };
        let asked = Self {
            challenge: challenge.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            scope: parameters.get("scope").map(str::to_owned),
            state: state.map(str::to_owned),
            client,
        };
        match wrong {
            Some((error, text)) => {
                let answer = [("error", error), ("error_description", text)];
                Err(NotAsked::There(asked.answer(&answer, &identities.tenant)))
            }
            None => Ok(asked),
        }
    }

    /// Where the browser brings `parameters` to the client, with the client's state and, since a
    /// client may know several servers, who answers (RFC 9207).
    pub(crate) fn answer(&self, parameters: &[(&str, &str)], tenant: &Tenant) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &tenant.issuer());
        let separator = if self.redirect_uri.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{separator}{}", self.redirect_uri, query.finish())
    }

    /// What the login page has to send along, so that the request can be read again.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, &str)> {
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", self.client.id()),
            ("redirect_uri", &self.redirect_uri),
            ("code_challenge", &self.challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters
    }
}

impl Service {
    /// A code for what `asked`, allowed by `account`.
    pub(crate) async fn authorization_code(
        &self,
        asked: &Asked,
        account: &Account,
        scopes: &[&str],
    ) -> Result<String, OAuthError> {
        let code = URL_SAFE_NO_PAD.encode(self.keys.random().bytes::<32>());
        let stored = Code {
            digest: sha256(code.as_bytes()),
            account: account.id,
            client_id: asked.client.id().to_owned(),
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.clone(),
            scopes: scopes.iter().copied().map(str::to_owned).collect(),
            session: None,
            expires_at: self.keys.now().plus(CODE_LIFE),
        };
        let kept = async {
            let mut tx = self.keys.store().begin().await?;
            if !is_unchanged(&mut tx, account).await? {
                return Ok(false);
            }
            codes::insert(&mut tx, &stored).await?;
            tx.commit().await?;
            Ok::<_, lockgate_store::Error>(true)
        };
        match kept.await.map_err(OAuthError::internal)? {
            true => Ok(code),
            false => Err(OAuthError::BadCredentials),
        }
    }
}

/// Whether `text` can be the SHA-256 of a verifier in Base64url.
fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether `verifier` is a code verifier (RFC 7636), and the one of `challenge`.
pub(crate) fn verifies(verifier: &str, challenge: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(legal)
        && URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636.
    #[test]
    fn a_verifier_is_the_one_of_its_challenge() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_challenge(challenge));
        assert!(verifies(verifier, challenge));
        assert!(!verifies(challenge, challenge));
        assert!(!verifies(verifier, verifier));
        for length in [42, 43, 128, 129] {
            let verifier = "a".repeat(length);
            let challenge = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
            assert_eq!(
                verifies(&verifier, &challenge),
                (43..=128).contains(&length)
            );
        }
        let foreign = "ä".repeat(30);
        let challenge = URL_SAFE_NO_PAD.encode(sha256(foreign.as_bytes()));
        assert!(!verifies(&foreign, &challenge));
        for text in [
            "",
            verifier_of(31).as_str(),
            verifier_of(33).as_str(),
            "E9M=",
        ] {
            assert!(!is_challenge(text), "{text}");
        }
    }

    fn verifier_of(bytes: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0; bytes])
    }
}
