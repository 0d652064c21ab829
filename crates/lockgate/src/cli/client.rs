//! Talks to a server's operator API, like any client.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use lockgate_core::secret::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// What this client sends and wants.
const JSON: &str = "application/json";

/// Which server to talk to, and as whom.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Target {
    /// The server's address
    #[arg(
        long,
        env = "LOCKGATE_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        global = true
    )]
    server: String,
    /// File with the operator token; LOCKGATE_TOKEN may hold the token itself instead
    #[arg(
        long,
        env = "LOCKGATE_TOKEN_FILE",
        value_name = "FILE",
        default_value = "data/operator.token",
        global = true
    )]
    token_file: PathBuf,
    /// Print JSON for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// A refusal by the server, as its API words it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refused {
    /// HTTP status.
    pub(crate) status: u16,
    /// Error code, `LG-…`.
    pub(crate) code: String,
    /// What happened.
    pub(crate) message: String,
    /// The whole answer.
    pub(crate) body: Value,
}

/// A connection to the operator API.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Secret<String>,
}

impl Client {
    /// A client for `target`; the token comes from `LOCKGATE_TOKEN` or the token file.
    pub(crate) fn new(target: &Target) -> anyhow::Result<Self> {
        let token = match std::env::var("LOCKGATE_TOKEN") {
            Ok(token) => Secret::new(token),
            Err(_) => Secret::new(std::fs::read_to_string(&target.token_file).with_context(|| {
                format!(
                    "cannot read the operator token from {} (run this command where the server keeps its data, or \
                     set LOCKGATE_TOKEN or --token-file)",
                    target.token_file.display()
                )
            })?),
        };
        Self::with_token(&target.server, &token)
    }

    /// A client for the server at `base` with a known token.
    pub(crate) fn with_token(base: &str, token: &Secret<String>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(60))
            .build()?;
        let token = Secret::new(token.expose().trim().to_owned());
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Reads a resource below `/operator/v1/`.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, path, None).await
    }

    /// Sends a request to a path below `/operator/v1/` and reads the JSON answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let body = body.map(Value::to_string);
        let answer = self
            .call(method, &format!("operator/v1/{path}"), body)
            .await?;
        Ok(parsed(&answer))
    }

    /// Sends a request to a path below `/api/v1/`, the OData API, and gives what comes back.
    pub(crate) async fn odata(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Vec<u8>> {
        let body = body.map(Value::to_string);
        self.call(method, &format!("api/v1/{path}"), body).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        json: Option<String>,
    ) -> anyhow::Result<Vec<u8>> {
        let mut request = self
            .http
            .request(method, format!("{}/{path}", self.base))
            .header(ACCEPT, JSON)
            .bearer_auth(self.token.expose());
        if let Some(json) = json {
            request = request.header(CONTENT_TYPE, JSON).body(json);
        }
        let response = request.send().await.with_context(|| {
            format!(
                "no Lockgate server answers at {} (start one with: lockgate serve)",
                self.base
            )
        })?;
        let status = response.status();
        let answer = response.bytes().await?;
        match status.is_success() {
            true => Ok(answer.into()),
            false => Err(refused(status, parsed(&answer)).into()),
        }
    }
}

/// An answer as JSON: nothing as `null`, anything else as text.
fn parsed(answer: &[u8]) -> Value {
    if answer.is_empty() {
        return Value::Null;
    }
    let text = || Value::String(String::from_utf8_lossy(answer).into_owned());
    serde_json::from_slice(answer).unwrap_or_else(|_| text())
}

fn refused(status: StatusCode, body: Value) -> Refused {
    let member = |names: &[&str]| {
        let mut texts = names.iter().map(|name| body.pointer(name)?.as_str());
        texts.find_map(|text| text).map(str::to_owned)
    };
    // The OData API says in which language its message is.
    let message = member(&["/error/message", "/error/message/value"]);
    Refused {
        status: status.as_u16(),
        code: member(&["/error/code"]).unwrap_or_default(),
        message: message.unwrap_or_else(|| format!("the server answered {status}")),
        body,
    }
}

/// A value as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
