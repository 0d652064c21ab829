//! How receivers authenticate: not at all, Basic, or OAuth2 client credentials.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::material::{OAuth2ClientCredential, RequestPart, TokenParameter};
use lockgate_engine::receiver::Call;
use serde::Deserialize;

use crate::address::parse;
use crate::cookies::Cookies;
use crate::net::{Network, Outgoing};
use crate::settings::{Dynamic, Settings};

/// How long a token request may take.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(30);
/// A token is renewed this long before it expires, so that it does not expire on its way.
const EARLY: Duration = Duration::from_secs(30);

/// How a channel authenticates; credentials are names of deployed material.
#[derive(Clone, Debug)]
pub(crate) enum Authentication {
    None,
    Basic(Dynamic),
    OAuth2(Dynamic),
}

impl Authentication {
    /// Reads the method from `method_key` and the credential's name from `credential_key`.
    pub(crate) fn read(
        settings: &mut Settings<'_>,
        method_key: &'static str,
        credential_key: &'static str,
    ) -> Self {
        let method = settings.text(method_key);
        match method.replace(' ', "").to_ascii_lowercase().as_str() {
            "" | "none" => Self::None,
            "basic" => Self::Basic(settings.dynamic(credential_key)),
            "oauth2clientcredentials" => Self::OAuth2(settings.dynamic(credential_key)),
            _ => {
                let message = format!(
                    "authentication {method:?} is not supported yet; use None, Basic or OAuth2 Client Credentials"
                );
                settings.refuse(method_key, message);
                Self::None
            }
        }
    }

    /// Adds credentials to `headers`, replacing what a step put into `Authorization`. Gives back the
    /// token that was used, so that it can be replaced when it is refused.
    pub(crate) async fn apply(
        &self,
        headers: &mut HeaderMap,
        exchange: &Exchange,
        call: &Call<'_>,
        source: (&Network, &Tokens),
        refused: Option<&Secret<String>>,
    ) -> Result<Option<Secret<String>>, StepError> {
        let (value, token) = match self {
            Self::None => return Ok(None),
            Self::Basic(name) => {
                let name = name.word(exchange, call)?;
                let user = call.materials.user(&name)?;
                (basic(&user.user, &user.password), None)
            }
            Self::OAuth2(name) => {
                let name = name.word(exchange, call)?;
                let client = call.materials.oauth2(&name)?;
                let (network, tokens) = source;
                let token = tokens.get(network, &name, client, call, refused).await?;
                (format!("Bearer {}", token.expose()), Some(token))
            }
        };
        headers.insert(header::AUTHORIZATION, sensitive(&value)?);
        Ok(token)
    }
}

fn basic(user: &str, password: &Secret<String>) -> String {
    let pair = format!("{user}:{}", password.expose());
    format!("Basic {}", STANDARD.encode(pair))
}

/// Access tokens, one per credential, kept until shortly before they expire. Calls that need the
/// same token wait for one request.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Slot>>);

type Slot = Arc<tokio::sync::Mutex<Option<Held>>>;

#[derive(Debug)]
struct Held {
    token: Secret<String>,
    valid_until: Timestamp,
    /// What the token was made from; a changed credential makes it worthless.
    client: OAuth2ClientCredential,
}

impl Tokens {
    async fn get(
        &self,
        network: &Network,
        name: &str,
        client: &OAuth2ClientCredential,
        call: &Call<'_>,
        refused: Option<&Secret<String>>,
    ) -> Result<Secret<String>, StepError> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(name.to_owned()).or_default())
        };
        let mut slot = slot.lock().await;
        let now = call.clock.now();
        let held = slot.as_ref().filter(|held| {
            now < held.valid_until && held.client == *client && Some(&held.token) != refused
        });
        if let Some(held) = held {
            return Ok(held.token.clone());
        }
        *slot = None;
        let (token, lifetime) = request(network, name, client).await?;
        // Without a stated lifetime the token serves this call only.
        if let Some(lifetime) = lifetime {
            *slot = Some(Held {
                token: token.clone(),
                valid_until: now.plus(lifetime.saturating_sub(EARLY)),
                client: client.clone(),
            });
        }
        Ok(token)
    }
}

/// The answer of a token endpoint.
#[derive(Deserialize)]
struct Granted {
    access_token: Secret<String>,
    expires_in: Option<u64>,
}

/// The refusal of a token endpoint.
#[derive(Default, Deserialize)]
struct Denied {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

async fn request(
    network: &Network,
    name: &str,
    client: &OAuth2ClientCredential,
) -> Result<(Secret<String>, Option<Duration>), StepError> {
    let failed = |what: &str| {
        StepError::new(format!(
            "No access token for the credential {name:?} from {}: {what}",
            client.token_url
        ))
    };
    let request = token_request(client)?;
    let answer = network.send(&request, &Cookies::default()).await?;
    if answer.body.len() > limits::OAUTH_TOKEN_RESPONSE {
        return Err(failed("the answer is too large"));
    }
    if !answer.status.is_success() {
        let denied: Denied = serde_json::from_slice(&answer.body).unwrap_or_default();
        let (error, description) = (denied.error, denied.error_description);
        let text = format!("{} {error} {description}", answer.status);
        return Err(failed(text.trim_end()));
    }
    let granted: Granted = serde_json::from_slice(&answer.body)
        .map_err(|_| failed("the answer holds no access_token"))?;
    let lifetime = granted.expires_in.map(Duration::from_secs);
    Ok((granted.access_token, lifetime))
}

fn token_request(client: &OAuth2ClientCredential) -> Result<Outgoing, StepError> {
    let mut url = parse(&client.token_url)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let mut members = vec![("grant_type", "client_credentials")];
    let optional = [
        ("scope", &client.scope),
        ("resource", &client.resource),
        ("audience", &client.audience),
    ];
    members.extend(optional.iter().map(|(name, value)| (*name, value.as_str())));
    members.retain(|(_, value)| !value.is_empty());
    if client.in_body {
        members.push(("client_id", &client.client_id));
        members.push(("client_secret", client.client_secret.expose()));
    } else {
        let pair = basic(&client.client_id, &client.client_secret);
        headers.insert(header::AUTHORIZATION, sensitive(&pair)?);
    }
    for TokenParameter { key, value, part } in &client.parameters {
        match part {
            RequestPart::Body => members.push((key, value)),
            RequestPart::Url => {
                url.query_pairs_mut().append_pair(key, value);
            }
            RequestPart::Header => {
                let name = HeaderName::try_from(key.as_str()).map_err(|_| {
                    StepError::new(format!("{key:?} cannot be the name of an HTTP header."))
                })?;
                headers.insert(name, sensitive(value)?);
            }
        }
    }
    let (media_type, body) = body(&members, client.as_json);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok(Outgoing {
        method: Method::POST,
        url,
        headers,
        body: Some(body.into()),
        timeout: TOKEN_TIMEOUT,
    })
}

/// The body of a token request, as a form or as JSON.
fn body(members: &[(&str, &str)], as_json: bool) -> (&'static str, String) {
    if as_json {
        let object: serde_json::Map<_, _> = (members.iter())
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect();
        let object = serde_json::Value::Object(object);
        return ("application/json", object.to_string());
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(members);
    ("application/x-www-form-urlencoded", form.finish())
}

fn sensitive(value: &str) -> Result<HeaderValue, StepError> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| StepError::new("The credential cannot stand in an HTTP header."))?;
    value.set_sensitive(true);
    Ok(value)
}
