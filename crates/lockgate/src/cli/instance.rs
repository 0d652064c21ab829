//! `lockgate instance …`

use clap::Subcommand;
use reqwest::Method;
use serde_json::json;

use super::client::segment;
use super::output::{Column, details};
use super::{Session, json_argument};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("PLAN", "/plan"),
    ("ROLES", "/parameters/roles"),
    ("CLIENT ID", "/client_id"),
];
const FIELDS: &[Column] = &[
    ("Name", "/name"),
    ("GUID", "/guid"),
    ("Service", "/service"),
    ("Plan", "/plan"),
    ("Client id", "/client_id"),
    ("Roles", "/parameters/roles"),
    ("Grant types", "/parameters/grant-types"),
    ("Redirect URIs", "/parameters/redirect-uris"),
    ("Token validity (s)", "/parameters/token-validity"),
    ("Created", "/created_at"),
    ("Updated", "/updated_at"),
    ("Warnings", "/warnings"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an instance
    Create {
        /// Name, unique on this server
        name: String,
        /// Service plan: integration-flow or api
        #[arg(long, default_value = "integration-flow")]
        plan: String,
        /// Parameters as JSON, or @file: roles, grant-types, redirect-uris, token-validity
        #[arg(short = 'c', long = "config")]
        config: Option<String>,
    },
    /// List instances
    List,
    /// Show an instance
    Show {
        /// Name or GUID
        instance: String,
    },
    /// Change an instance's parameters
    Update {
        /// Name or GUID
        instance: String,
        /// Parameters to replace, as JSON or @file
        #[arg(short = 'c', long = "config")]
        config: String,
    },
    /// Delete an instance; its credentials stop working at once
    Delete {
        /// Name or GUID
        instance: String,
        /// Delete its keys too
        #[arg(long)]
        purge: bool,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::Create { name, plan, config } => {
            let mut body = json!({ "name": name, "plan": plan });
            if let Some(config) = config {
                body["parameters"] = json_argument(&config)?;
            }
            let made = client.send(Method::POST, "instances", Some(&body)).await?;
            session.show(&made, |made| details(made, FIELDS));
        }
        Command::List => {
            let answer = client.get("instances").await?;
            session.show_list(
                &answer,
                COLUMNS,
                "No instances. Create one with: lockgate instance create NAME",
            );
        }
        Command::Show { instance } => {
            let answer = client
                .get(&format!("instances/{}", segment(&instance)))
                .await?;
            session.show(&answer, |answer| details(answer, FIELDS));
        }
        Command::Update { instance, config } => {
            let body = json!({ "parameters": json_argument(&config)? });
            let answer = client
                .send(
                    Method::PATCH,
                    &format!("instances/{}", segment(&instance)),
                    Some(&body),
                )
                .await?;
            session.show(&answer, |answer| details(answer, FIELDS));
        }
        Command::Delete { instance, purge } => {
            let path = format!("instances/{}?purge={purge}", segment(&instance));
            session
                .delete(&path, &format!("Deleted instance {instance}"))
                .await?;
        }
    }
    Ok(())
}
