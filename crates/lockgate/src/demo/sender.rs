//! The HTTP client of the demo: calls the flow as a sender would.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_core::secret::Secret;
use reqwest::{Method, Response};
use serde_json::Value;

/// A sender with the credentials of a service key.
#[derive(Debug)]
pub(crate) struct Sender {
    http: reqwest::Client,
    endpoint: String,
    pub(crate) client_id: String,
    secret: Secret<String>,
    token_url: String,
}

/// A CSRF token with the session cookie it belongs to.
#[derive(Debug)]
pub(crate) struct Csrf {
    token: String,
    cookie: String,
}

impl Sender {
    /// A sender configured with a service key's JSON.
    pub(crate) fn new(endpoint: String, key: &Value) -> anyhow::Result<Self> {
        let text = |name: &str| {
            let value = key
                .pointer(&format!("/credentials/oauth/{name}"))
                .and_then(Value::as_str);
            value
                .map(str::to_owned)
                .with_context(|| format!("the service key has no {name}"))
        };
        Ok(Self {
            http: reqwest::Client::new(),
            endpoint,
            client_id: text("clientid")?,
            secret: Secret::new(text("clientsecret")?),
            token_url: text("tokenurl")?,
        })
    }

    /// What goes behind `curl -u`.
    pub(crate) fn login(&self) -> String {
        format!("{}:{}", self.client_id, self.secret.expose())
    }

    /// Basic credentials.
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(self.login()))
    }

    /// A fresh token from the token endpoint, as Bearer credentials.
    pub(crate) async fn bearer(&self) -> anyhow::Result<String> {
        let request = self
            .http
            .post(&self.token_url)
            .header("authorization", self.basic());
        let response = request
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await?;
        let answer: Value = serde_json::from_str(&response.error_for_status()?.text().await?)?;
        let token = answer
            .get("access_token")
            .and_then(Value::as_str)
            .context("the answer has no access_token")?;
        Ok(format!("Bearer {token}"))
    }

    /// Calls the flow.
    pub(crate) async fn call(
        &self,
        method: Method,
        authorization: Option<&str>,
        csrf: Option<&Csrf>,
        body: &'static str,
    ) -> anyhow::Result<Response> {
        let mut request = self
            .http
            .request(method, &self.endpoint)
            .header("content-type", "application/json")
            .body(body);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(csrf) = csrf {
            request = request
                .header("x-csrf-token", &csrf.token)
                .header("cookie", &csrf.cookie);
        }
        Ok(request.send().await?)
    }

    /// Fetches a CSRF token.
    pub(crate) async fn fetch_csrf(&self, authorization: &str) -> anyhow::Result<Option<Csrf>> {
        let request = self
            .http
            .head(&self.endpoint)
            .header("authorization", authorization);
        let response = request.header("x-csrf-token", "Fetch").send().await?;
        let field = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let cookie = field("set-cookie").and_then(|cookie| cookie.split(';').next());
        Ok(field("x-csrf-token")
            .zip(cookie)
            .map(|(token, cookie)| Csrf {
                token: token.to_owned(),
                cookie: cookie.to_owned(),
            }))
    }
}
