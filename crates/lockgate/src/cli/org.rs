//! `lockgate org …`

use clap::Subcommand;
use reqwest::Method;
use serde_json::json;

use super::Session;
use super::client::segment;
use super::output::{Column, details};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("GUID", "/guid"),
    ("SUSPENDED", "/suspended"),
    ("CREATED", "/created_at"),
];

const FIELDS: &[Column] = &[
    ("Name", "/name"),
    ("GUID", "/guid"),
    ("Suspended", "/suspended"),
    ("Created", "/created_at"),
    ("Updated", "/updated_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List organizations
    List,
    /// Create an organization
    Create {
        /// Name, unique on this server
        name: String,
    },
    /// Give an organization another name
    Rename {
        /// Name or GUID
        name: String,
        /// New name
        new: String,
    },
    /// Let only administrators change something in an organization
    Suspend {
        /// Name or GUID
        name: String,
    },
    /// End the suspension of an organization
    Resume {
        /// Name or GUID
        name: String,
    },
    /// Delete an organization without spaces
    Delete {
        /// Name or GUID
        name: String,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    let path = |name: &str| format!("organizations/{}", segment(name));
    let (method, path, body) = match command {
        Command::List => {
            let answer = client.get("organizations").await?;
            session.show_list(&answer, COLUMNS, "No organizations.");
            return Ok(());
        }
        Command::Delete { name } => {
            let what = format!("Deleted organization {name}");
            return session.delete(&path(&name), &what).await;
        }
        Command::Create { name } => {
            let body = json!({ "name": name });
            (Method::POST, "organizations".to_owned(), body)
        }
        Command::Rename { name, new } => (Method::PATCH, path(&name), json!({ "name": new })),
        Command::Suspend { name } => (Method::PATCH, path(&name), json!({ "suspended": true })),
        Command::Resume { name } => (Method::PATCH, path(&name), json!({ "suspended": false })),
    };
    let answer = client.send(method, &path, Some(&body)).await?;
    session.show(&answer, |answer| details(answer, FIELDS));
    Ok(())
}
