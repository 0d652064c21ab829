//! `lockgate authority …`

use std::path::PathBuf;

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::output::{self, Column, GOOD, WARN, details, line, note, paint};
use super::{Session, key};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("OWN", "/own"),
    ("ISSUING", "/issuing"),
    ("VALID UNTIL", "/valid_until"),
    ("SUBJECT", "/subject"),
];
const FIELDS: &[Column] = &[
    ("Name", "/name"),
    ("Thumbprint", "/thumbprint"),
    ("Subject", "/subject"),
    ("Serial", "/serial"),
    ("Own", "/own"),
    ("Issuing", "/issuing"),
    ("Valid from", "/valid_from"),
    ("Valid until", "/valid_until"),
    ("Created", "/created_at"),
    ("Keys", "/keys"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the authorities whose client certificates are accepted
    List,
    /// Accept client certificates that another authority signs
    Add {
        /// Name, for you
        name: String,
        /// Its certificate in PEM, without any other
        file: PathBuf,
    },
    /// Accept its certificates no longer; keys with one stop working at once
    Remove {
        /// Name or thumbprint
        authority: String,
    },
    /// Make another authority of this server's own, which issues the certificates of new keys
    Rotate,
    /// Show an authority, the keys that depend on it, and its certificate
    Show {
        /// Name or thumbprint
        authority: String,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::List => {
            let answer = client.get("authorities").await?;
            let none = "No authorities. The first key of type certificate makes one.";
            session.show_list(&answer, COLUMNS, none);
        }
        Command::Add { name, file } => {
            let body = json!({ "name": name, "certificate": key::pem(&file)? });
            let added = client
                .send(Method::POST, "authorities", Some(&body))
                .await?;
            session.show(&added, |added| details(added, FIELDS));
        }
        Command::Remove { authority } => {
            let path = format!("authorities/{}", segment(&authority));
            let removed = client.send(Method::DELETE, &path, None).await?;
            session.show(&removed, |removed| {
                line(paint(GOOD, format!("Removed authority {authority}")));
                stopped(removed);
            });
        }
        Command::Rotate => {
            let path = "issuing-authority";
            let issuing = client.send(Method::POST, path, None).await?;
            session.show(&issuing, |issuing| details(issuing, FIELDS));
        }
        Command::Show { authority } => {
            let path = format!("authorities/{}", segment(&authority));
            let answer = client.get(&path).await?;
            session.show(&answer, |answer| {
                details(answer, FIELDS);
                let pem = answer.get("certificate").and_then(Value::as_str);
                pem.unwrap_or_default().lines().for_each(line);
            });
        }
    }
    Ok(())
}

/// Says which keys stopped working with their authority.
fn stopped(removed: &Value) {
    let keys = output::cell(removed.get("keys"));
    if !keys.is_empty() {
        let message = "these keys have certificates of it and do not work any more:";
        note(format!("{} {keys}", paint(WARN, message)));
    }
}
