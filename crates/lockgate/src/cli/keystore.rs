//! `lockgate keystore …`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::output::{Column, details, line};
use super::{Session, key};

const COLUMNS: &[Column] = &[
    ("ALIAS", "/alias"),
    ("KIND", "/kind"),
    ("VALID UNTIL", "/valid_until"),
    ("SUBJECT", "/subject"),
];
const FIELDS: &[Column] = &[
    ("Alias", "/alias"),
    ("Kind", "/kind"),
    ("Subject", "/subject"),
    ("Issuer", "/issuer"),
    ("Serial", "/serial"),
    ("Key", "/key"),
    ("Valid from", "/valid_from"),
    ("Valid until", "/valid_until"),
    ("SHA-256", "/fingerprint_sha256"),
    ("Changed by", "/modified_by"),
    ("Changed", "/modified_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List certificates and key pairs
    List,
    /// Add a certificate, or a key pair with its chain
    Add {
        /// Name that flows and tools refer to
        alias: String,
        /// The certificate in PEM; for a key pair, also those that lead to its authority
        file: PathBuf,
        /// The private key in PEM, without a password
        #[arg(long)]
        key: Option<PathBuf>,
        /// Replace the entry of this name
        #[arg(long)]
        update: bool,
    },
    /// Show an entry and its certificates, never its private key
    Show {
        /// Its name
        alias: String,
    },
    /// Delete an entry
    Delete {
        /// Its name
        alias: String,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::List => {
            let answer = client.get("keystore").await?;
            session.show_list(&answer, COLUMNS, "The keystore is empty.");
        }
        Command::Add {
            alias,
            file,
            key: private,
            update,
        } => {
            let mut body = json!({ "certificates": key::pem(&file)?, "update": update });
            if let Some(private) = private {
                let text = std::fs::read_to_string(&private);
                let text = text.with_context(|| format!("cannot read {}", private.display()))?;
                body["key"] = text.into();
            }
            let path = format!("keystore/{}", segment(&alias));
            let added = client.send(Method::PUT, &path, Some(&body)).await?;
            session.show(&added, |added| details(added, FIELDS));
        }
        Command::Show { alias } => {
            let path = format!("keystore/{}", segment(&alias));
            let answer = client.get(&path).await?;
            session.show(&answer, |answer| {
                details(answer, FIELDS);
                let pem = answer.get("certificates").and_then(Value::as_str);
                pem.unwrap_or_default().lines().for_each(line);
            });
        }
        Command::Delete { alias } => {
            let path = format!("keystore/{}", segment(&alias));
            let done = format!("Deleted {alias} from the keystore");
            session.delete(&path, &done).await?;
        }
    }
    Ok(())
}
