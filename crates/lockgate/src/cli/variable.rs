//! `lockgate variable …` and `lockgate number-range …`

use clap::Subcommand;
use reqwest::Method;
use serde_json::json;

use super::Session;
use super::client::segment;
use super::output::Column;

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("FLOW", "/flow"),
    ("VALUE", "/value"),
    ("UPDATED", "/updated_at"),
];
const RANGE_COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("NEXT", "/next"),
    ("MIN", "/min"),
    ("MAX", "/max"),
    ("LENGTH", "/length"),
    ("ROTATE", "/rotate"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a variable
    Set {
        /// Variable name
        name: String,
        /// Its value
        value: String,
        /// The flow it belongs to; without it the variable is global
        #[arg(long)]
        flow: Option<String>,
    },
    /// List variables
    List {
        /// Only those of this flow
        #[arg(long)]
        flow: Option<String>,
    },
    /// Delete a variable
    Delete {
        /// Variable name
        name: String,
        /// The flow it belongs to; without it the variable is global
        #[arg(long)]
        flow: Option<String>,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::Set { name, value, flow } => {
            let path = scoped(&format!("variables/{}", segment(&name)), flow.as_deref());
            let answer = client
                .send(Method::PUT, &path, Some(&json!({ "value": value })))
                .await?;
            session.done(&answer, &format!("Set {name}"));
        }
        Command::List { flow } => {
            let answer = client.get(&scoped("variables", flow.as_deref())).await?;
            session.show_list(&answer, COLUMNS, "No variables.");
        }
        Command::Delete { name, flow } => {
            let path = scoped(&format!("variables/{}", segment(&name)), flow.as_deref());
            session.delete(&path, &format!("Deleted {name}")).await?;
        }
    }
    Ok(())
}

fn scoped(path: &str, flow: Option<&str>) -> String {
    flow.map_or_else(
        || path.to_owned(),
        |flow| format!("{path}?flow={}", segment(flow)),
    )
}

#[derive(Debug, Subcommand)]
pub(crate) enum RangeCommand {
    /// Create or replace a number range
    Set {
        /// Range name
        name: String,
        /// Lowest number
        #[arg(long, default_value_t = 1)]
        min: i64,
        /// Highest number
        #[arg(long)]
        max: i64,
        /// The number drawn next; the lowest unless given
        #[arg(long)]
        next: Option<i64>,
        /// Digits, filled up with zeros
        #[arg(long)]
        length: Option<u32>,
        /// Start again after the highest number instead of failing
        #[arg(long)]
        rotate: bool,
    },
    /// List number ranges
    List,
    /// Delete a number range
    Delete {
        /// Range name
        name: String,
    },
}

pub(crate) async fn run_ranges(command: RangeCommand, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        RangeCommand::Set {
            name,
            min,
            max,
            next,
            length,
            rotate,
        } => {
            let mut body = json!({ "min": min, "max": max, "rotate": rotate });
            for (key, value) in [
                ("next", next.map(i64::into)),
                ("length", length.map(u32::into)),
            ] {
                if let Some(value) = value {
                    body[key] = value;
                }
            }
            let answer = client
                .send(
                    Method::PUT,
                    &format!("number-ranges/{}", segment(&name)),
                    Some(&body),
                )
                .await?;
            session.done(&answer, &format!("Number range {name} is defined"));
        }
        RangeCommand::List => {
            session.show_list(
                &client.get("number-ranges").await?,
                RANGE_COLUMNS,
                "No number ranges.",
            );
        }
        RangeCommand::Delete { name } => {
            session
                .delete(
                    &format!("number-ranges/{}", segment(&name)),
                    &format!("Deleted number range {name}"),
                )
                .await?;
        }
    }
    Ok(())
}
