//! `lockgate credential …`

use std::io::Read as _;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use lockgate_core::secret::Secret;
use reqwest::Method;
use serde_json::json;

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
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create or replace a credential; the secret is read from standard input
    Set {
        /// Name that channels refer to
        name: String,
        /// What it holds
        #[arg(long, value_enum, default_value = "user")]
        kind: Kind,
        /// User name, or OAuth2 client id
        #[arg(long)]
        user: String,
        /// Token endpoint (oauth2)
        #[arg(long, required_if_eq("kind", "oauth2"))]
        token_url: Option<String>,
        /// Scope to ask for (oauth2)
        #[arg(long, default_value = "")]
        scope: String,
        /// Send client id and secret in the form instead of a Basic header (oauth2)
        #[arg(long)]
        in_body: bool,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
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
        Command::Set {
            name,
            kind,
            user,
            token_url,
            scope,
            in_body,
            description,
        } => {
            let secret = read_secret()?;
            let body = match kind {
                Kind::User => {
                    json!({ "kind": "user", "description": description, "user": user, "password": secret.expose() })
                }
                Kind::OAuth2 => json!({
                    "kind": "oauth2", "description": description, "client_id": user, "client_secret": secret.expose(),
                    "token_url": token_url, "scope": scope, "in_body": in_body,
                }),
            };
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
