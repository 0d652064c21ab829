//! `lockgate space …`

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::Session;
use super::client::segment;
use super::output::{Column, details};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("ORGANIZATION", "/organization"),
    ("GUID", "/guid"),
    ("CREATED", "/created_at"),
];

const FIELDS: &[Column] = &[
    ("Name", "/name"),
    ("Organization", "/organization"),
    ("GUID", "/guid"),
    ("Created", "/created_at"),
    ("Updated", "/updated_at"),
];

/// The organization of a space.
#[derive(Args, Debug)]
pub(crate) struct Of {
    /// Organization
    #[arg(long, default_value = "default")]
    org: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List spaces
    List {
        /// Of this organization only
        #[arg(long)]
        org: Option<String>,
    },
    /// Create a space
    Create {
        /// Name, unique in the organization
        name: String,
        #[command(flatten)]
        of: Of,
    },
    /// Give a space another name
    Rename {
        /// Name
        name: String,
        /// New name
        new: String,
        #[command(flatten)]
        of: Of,
    },
    /// Delete a space without instances
    Delete {
        /// Name
        name: String,
        #[command(flatten)]
        of: Of,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::List { org } => {
            let query = org.map(|org| format!("?organization={}", segment(&org)));
            let path = format!("spaces{}", query.unwrap_or_default());
            session.show_list(&client.get(&path).await?, COLUMNS, "No spaces.");
        }
        Command::Create { name, of } => {
            let body = json!({ "name": name, "organization": of.org });
            let made = client.send(Method::POST, "spaces", Some(&body)).await?;
            session.show(&made, |made| details(made, FIELDS));
        }
        Command::Rename { name, new, of } => {
            let body = json!({ "name": new });
            let path = path(&name, &of);
            let answer = client.send(Method::PATCH, &path, Some(&body)).await?;
            session.show(&answer, |answer| details(answer, FIELDS));
        }
        Command::Delete { name, of } => {
            let what = format!("Deleted space {name} of {}", of.org);
            session.delete(&path(&name, &of), &what).await?;
        }
    }
    Ok(())
}

fn path(name: &str, of: &Of) -> String {
    let (name, org) = (segment(name), segment(&of.org));
    format!("spaces/{name}?organization={org}")
}
