//! `lockgate credential …`

use std::io::Read as _;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use lockgate_core::secret::Secret;
use reqwest::Method;
use serde_json::{Value, json};

use super::Session;
use super::client::segment;
use super::output::Column;

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("KIND", "/kind"),
    ("USER", "/user"),
    ("TOKEN URL", "/token_url"),
    ("DESCRIPTION", "/description"),
];

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// User and password
    User,
    /// OAuth2 client credentials
    #[value(name = "oauth2")]
    OAuth2,
    /// A text that is kept secret, such as an API key
    Secure,
}

/// What a credential has besides its name and its secret.
#[derive(Debug, Args)]
pub(crate) struct Details {
    /// What it holds
    #[arg(long, value_enum, default_value = "user")]
    kind: Kind,
    /// User name, or OAuth2 client id
    #[arg(long, required_if_eq_any([("kind", "user"), ("kind", "oauth2")]))]
    user: Option<String>,
    /// What knows the user: default, successfactors or openconnectors (user)
    #[arg(long)]
    system: Option<String>,
    /// Company of the user (user, successfactors)
    #[arg(long)]
    company_id: Option<String>,
    /// Token endpoint (oauth2)
    #[arg(long, required_if_eq("kind", "oauth2"))]
    token_url: Option<String>,
    /// Scope to ask for (oauth2)
    #[arg(long, default_value = "")]
    scope: String,
    /// Send client id and secret in the body instead of a Basic header (oauth2)
    #[arg(long)]
    in_body: bool,
    /// Send the token request as JSON instead of a form (oauth2)
    #[arg(long)]
    as_json: bool,
    /// Resource to ask for (oauth2)
    #[arg(long)]
    resource: Option<String>,
    /// Audience to ask for (oauth2)
    #[arg(long)]
    audience: Option<String>,
    /// What the token endpoint wants besides: PART:KEY=VALUE, where PART is body, url or header
    /// (oauth2; may be repeated)
    #[arg(long = "parameter", value_name = "PART:KEY=VALUE", value_parser = parameter)]
    parameters: Vec<Value>,
    /// What it is for
    #[arg(long, default_value = "")]
    description: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create or replace a credential; the secret is read from standard input
    Set {
        /// Name that channels refer to
        name: String,
        #[command(flatten)]
        details: Box<Details>,
    },
    /// List credentials, never their secrets
    List,
    /// Delete a credential
    Delete {
        /// Credential name
        name: String,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::Set { name, details } => {
            let body = details.body(&read_secret()?);
            let answer = client
                .send(
                    Method::PUT,
                    &format!("credentials/{}", segment(&name)),
                    Some(&body),
                )
                .await?;
            session.done(&answer, &format!("Credential {name} is deployed"));
        }
        Command::List => {
            session.show_list(
                &client.get("credentials").await?,
                COLUMNS,
                "No credentials.",
            );
        }
        Command::Delete { name } => {
            session
                .delete(
                    &format!("credentials/{}", segment(&name)),
                    &format!("Deleted credential {name}"),
                )
                .await?;
        }
    }
    Ok(())
}

impl Details {
    /// What the server is asked for.
    fn body(&self, secret: &Secret<String>) -> Value {
        let (user, secret) = (&self.user, secret.expose());
        let mut body = match self.kind {
            Kind::User => json!({
                "kind": "user", "user": user, "password": secret,
                "system": self.system, "company_id": self.company_id,
            }),
            Kind::OAuth2 => json!({
                "kind": "oauth2", "client_id": user, "client_secret": secret,
                "token_url": self.token_url, "scope": self.scope, "in_body": self.in_body,
                "as_json": self.as_json, "resource": self.resource, "audience": self.audience,
                "parameters": self.parameters,
            }),
            Kind::Secure => json!({ "kind": "secure", "value": secret }),
        };
        body["description"] = self.description.as_str().into();
        body
    }
}

/// Reads `header:x-tenant=t1`.
fn parameter(text: &str) -> anyhow::Result<Value> {
    let split = text.split_once(':');
    let split = split.and_then(|(part, rest)| Some((part, rest.split_once('=')?)));
    let (part, (key, value)) = split.context("write it as PART:KEY=VALUE")?;
    Ok(json!({ "part": part, "key": key, "value": value }))
}

/// The secret from standard input, without the line end: arguments would show in process lists.
fn read_secret() -> anyhow::Result<Secret<String>> {
    let mut text = String::new();
    std::io::stdin()
        .take(64 * 1024)
        .read_to_string(&mut text)
        .context("cannot read the secret from standard input")?;
    anyhow::ensure!(
        !text.trim_end_matches(['\r', '\n']).is_empty(),
        "the secret is empty: pipe it in, as in: printf %s \"$PASSWORD\" | lockgate credential set …"
    );
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
