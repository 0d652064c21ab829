//! `lockgate instance …`

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::client::segment;
use super::output::{Column, details};
use super::{Session, json_argument};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("SPACE", "/space"),
    ("PLAN", "/plan"),
    ("ROLES", "/parameters/roles"),
    ("CLIENT ID", "/client_id"),
];
const FIELDS: &[Column] = &[
    ("Name", "/name"),
    ("GUID", "/guid"),
    ("Space", "/space"),
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

/// Which instance is meant.
#[derive(Args, Debug)]
pub(crate) struct Which {
    /// Instance name or GUID
    pub(crate) instance: String,
    #[command(flatten)]
    space: Space,
}

/// Where instances live.
#[derive(Args, Debug)]
pub(crate) struct Space {
    /// Space, as ORG/SPACE or GUID; needed where a name exists in several
    #[arg(long)]
    space: Option<String>,
}

impl Which {
    /// The path of the instance, or of something `below` it.
    pub(crate) fn path(&self, below: &str) -> String {
        let path = format!("instances/{}{below}", segment(&self.instance));
        self.space.query(path)
    }
}

impl Space {
    /// `path` with the space as its query, if one was named.
    fn query(&self, path: String) -> String {
        match &self.space {
            Some(space) => format!("{path}?space={}", segment(space)),
            None => path,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an instance
    Create {
        /// Name, unique in its space
        name: String,
        /// Service plan: integration-flow or api
        #[arg(long, default_value = "integration-flow")]
        plan: String,
        /// Space, as ORG/SPACE or GUID; default/default when left out
        #[arg(long)]
        space: Option<String>,
        /// Parameters as JSON, or @file: roles, grant-types, redirect-uris, token-validity
        #[arg(short = 'c', long = "config")]
        config: Option<String>,
    },
    /// List instances
    List {
        #[command(flatten)]
        space: Space,
    },
    /// Show an instance
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Change an instance's parameters
    Update {
        #[command(flatten)]
        which: Which,
        /// Parameters to replace, as JSON or @file
        #[arg(short = 'c', long = "config")]
        config: String,
    },
    /// Delete an instance; its credentials stop working at once
    Delete {
        #[command(flatten)]
        which: Which,
        /// Delete its keys too
        #[arg(long)]
        purge: bool,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::Create {
            name,
            plan,
            space,
            config,
        } => {
            let mut body = json!({ "name": name, "plan": plan });
            if let Some(space) = space {
                body["space"] = space.into();
            }
            if let Some(config) = config {
                body["parameters"] = json_argument(&config)?;
            }
            let made = client.send(Method::POST, "instances", Some(&body)).await?;
            session.show(&made, |made| details(made, FIELDS));
        }
        Command::List { space } => {
            let answer = client.get(&space.query("instances".to_owned())).await?;
            session.show_list(
                &answer,
                COLUMNS,
                "No instances. Create one with: lockgate instance create NAME",
            );
        }
        Command::Show { which } => {
            let answer = client.get(&which.path("")).await?;
            session.show(&answer, |answer| details(answer, FIELDS));
        }
        Command::Update { which, config } => {
            let body = json!({ "parameters": json_argument(&config)? });
            let answer = client
                .send(Method::PATCH, &which.path(""), Some(&body))
                .await?;
            session.show(&answer, |answer| details(answer, FIELDS));
        }
        Command::Delete { which, purge } => {
            let path = which.path("");
            let separator = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{separator}purge={purge}");
            session
                .delete(&path, &format!("Deleted instance {}", which.instance))
                .await?;
        }
    }
    Ok(())
}
