//! `lockgate role …`

use clap::Subcommand;
use reqwest::Method;
use serde_json::json;

use super::Session;
use super::client::segment;
use super::output::{Column, details};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("PREDEFINED", "/predefined"),
    ("DESCRIPTION", "/description"),
];

const FIELDS: &[Column] = &[
    ("Name", "/name"),
    ("Description", "/description"),
    ("Predefined", "/predefined"),
    ("Held by instances", "/used_by/instances"),
    ("Asked for by flows", "/used_by/flows"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a role
    Create {
        /// Letters, digits, '_' and '.'
        name: String,
        /// What it allows
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List roles
    List,
    /// Show a role and who uses it
    Show {
        /// Role name
        name: String,
    },
    /// Change a role's description
    Describe {
        /// Role name
        name: String,
        /// What it allows
        description: String,
    },
    /// Delete a role that nobody uses
    Delete {
        /// Role name
        name: String,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    let shown = |answer: &_| details(answer, FIELDS);
    match command {
        Command::Create { name, description } => {
            let body = json!({ "name": name, "description": description });
            let answer = client.send(Method::POST, "roles", Some(&body)).await?;
            session.show(&answer, shown);
        }
        Command::List => session.show_list(&client.get("roles").await?, COLUMNS, "No roles."),
        Command::Show { name } => {
            let answer = client.get(&format!("roles/{}", segment(&name))).await?;
            session.show(&answer, shown);
        }
        Command::Describe { name, description } => {
            let body = json!({ "description": description });
            let answer = client
                .send(
                    Method::PATCH,
                    &format!("roles/{}", segment(&name)),
                    Some(&body),
                )
                .await?;
            session.show(&answer, shown);
        }
        Command::Delete { name } => {
            session
                .delete(
                    &format!("roles/{}", segment(&name)),
                    &format!("Deleted role {name}"),
                )
                .await?;
        }
    }
    Ok(())
}
