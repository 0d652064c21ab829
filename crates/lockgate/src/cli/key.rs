//! `lockgate key …`

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::output::{self, Column, WARN, note, paint};
use super::{Session, json_argument};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("GUID", "/guid"),
    ("CREATED", "/created_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a key and print its credentials as JSON
    Create {
        /// Instance name or GUID
        instance: String,
        /// Key name, unique in the instance
        name: String,
        /// Parameters as JSON, or @file
        #[arg(short = 'c', long = "config")]
        config: Option<String>,
    },
    /// List the keys of an instance
    List {
        /// Instance name or GUID
        instance: String,
    },
    /// Print a key's credentials as JSON
    Show {
        /// Instance name or GUID
        instance: String,
        /// Key name or GUID
        key: String,
    },
    /// Delete a key; it stops working at once
    Delete {
        /// Instance name or GUID
        instance: String,
        /// Key name or GUID
        key: String,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::Create {
            instance,
            name,
            config,
        } => {
            let mut body = json!({ "name": name });
            if let Some(config) = config {
                body["parameters"] = json_argument(&config)?;
            }
            let made = client
                .send(Method::POST, &keys_of(&instance), Some(&body))
                .await?;
            session.show(&made, credentials);
        }
        Command::List { instance } => {
            let answer = client.get(&keys_of(&instance)).await?;
            let none = format!("No keys. Create one with: lockgate key create {instance} NAME");
            session.show_list(&answer, COLUMNS, &none);
        }
        Command::Show { instance, key } => {
            let answer = client
                .get(&format!("{}/{}", keys_of(&instance), segment(&key)))
                .await?;
            session.show(&answer, credentials);
        }
        Command::Delete { instance, key } => {
            let path = format!("{}/{}", keys_of(&instance), segment(&key));
            session
                .delete(&path, &format!("Deleted key {key} of {instance}"))
                .await?;
        }
    }
    Ok(())
}

fn keys_of(instance: &str) -> String {
    format!("instances/{}/keys", segment(instance))
}

/// The credentials alone: what an HTTP client is configured with.
fn credentials(key: &Value) {
    match key.get("credentials") {
        None | Some(Value::Null) => note(paint(
            WARN,
            "This server shows credentials only when a key is created (security.reveal_keys). \
             Create another key and delete this one.",
        )),
        Some(credentials) => output::json(credentials),
    }
}
