//! `lockgate partner …`

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::Session;
use super::client::segment;
use super::output::{self, Column};

const COLUMNS: &[Column] = &[("PARTNER", "/pid")];
const PARAMETERS: &[Column] = &[
    ("KIND", "/kind"),
    ("ID", "/id"),
    ("VALUE", "/value"),
    ("CONTENT TYPE", "/content_type"),
    ("USER", "/user"),
    ("MODIFIED BY", "/modified_by"),
    ("MODIFIED AT", "/modified_at"),
];
const NAMES: &[Column] = &[("AGENCY", "/agency"), ("SCHEME", "/scheme"), ("ID", "/id")];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List partners
    List,
    /// Show a partner's parameters, names and users, never a password
    Show {
        /// Partner id
        partner: String,
    },
    /// Create or replace a parameter that is text
    Set {
        /// Partner id
        partner: String,
        /// Parameter id
        parameter: String,
        /// Its value
        value: String,
    },
    /// Delete a partner, or one of its parameters that are text
    Delete {
        /// Partner id
        partner: String,
        /// Parameter id; without it everything of the partner is deleted
        parameter: Option<String>,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::List => {
            let answer = client.get("partners").await?;
            session.show_list(&answer, COLUMNS, "No partners.");
        }
        Command::Show { partner } => {
            let answer = client.get(&path(&partner, None)).await?;
            session.show(&answer, show);
        }
        Command::Set {
            partner,
            parameter,
            value,
        } => {
            let path = path(&partner, Some(&parameter));
            let body = json!({ "value": value });
            let answer = client.send(Method::PUT, &path, Some(&body)).await?;
            session.done(&answer, &format!("Set {parameter} of {partner}"));
        }
        Command::Delete { partner, parameter } => {
            let done = match &parameter {
                Some(parameter) => format!("Deleted {parameter} of {partner}"),
                None => format!("Deleted {partner}"),
            };
            let path = path(&partner, parameter.as_deref());
            session.delete(&path, &done).await?;
        }
    }
    Ok(())
}

fn show(partner: &Value) {
    for (part, columns) in [("parameters", PARAMETERS), ("names", NAMES)] {
        let rows = partner[part].as_array().map_or(&[][..], Vec::as_slice);
        if !rows.is_empty() {
            output::table(rows, columns);
        }
    }
    for user in partner["users"].as_array().into_iter().flatten() {
        output::line(format!("user {}", output::cell(Some(user))));
    }
}

fn path(partner: &str, parameter: Option<&str>) -> String {
    let partner = segment(partner);
    match parameter {
        Some(parameter) => format!("partners/{partner}/parameters/{}", segment(parameter)),
        None => format!("partners/{partner}"),
    }
}
