//! `lockgate deploy`, `undeploy`, `flows`, `flow …`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::client::segment;
use super::message::status_style;
use super::output::{self, Column, DIM, cell, details, line, paint, rows_aligned, table};
use super::{Session, items};
use crate::bundle;

const FIELDS: &[Column] = &[
    ("Flow", "/id"),
    ("Name", "/name"),
    ("Version", "/version"),
    ("Log level", "/log_level"),
    ("For a time", "/temporary_log_level/log_level"),
    ("Until", "/temporary_log_level/until"),
    ("Keeps messages", "/keep"),
    ("Deployed", "/deployed_at"),
    ("Updated", "/updated_at"),
    ("Endpoints", "/endpoints"),
];

#[derive(Args, Debug)]
pub(crate) struct Deploy {
    /// A bundle or package export (zip), or a folder with an unpacked bundle
    path: PathBuf,
    /// Deploy only this flow of a package
    #[arg(long)]
    flow: Option<String>,
    /// Set a parameter, as name=value; may be repeated
    #[arg(short, long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Set parameters from a file of name=value lines, such as an exported parameters.prop;
    /// --param wins
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a flow, its endpoints, parameters and where it runs
    Show {
        /// Flow id
        flow: String,
    },
    /// Change parameters; the flow restarts with them
    Configure {
        /// Flow id
        flow: String,
        /// Set a parameter, as name=value; may be repeated
        #[arg(
            short,
            long = "param",
            value_name = "NAME=VALUE",
            required_unless_present = "reset"
        )]
        params: Vec<String>,
        /// Return a parameter to its default; may be repeated
        #[arg(long, value_name = "NAME")]
        reset: Vec<String>,
    },
    /// Choose what the message log keeps of a flow
    LogLevel {
        /// Flow id
        flow: String,
        /// NONE, ERROR, INFO (steps), DEBUG (more about steps) or TRACE (steps with contents)
        level: String,
        /// For how long, such as 10m or 2h; afterwards the former level counts again
        #[arg(long = "for", value_name = "DURATION")]
        lasts: Option<String>,
    },
    /// Keep messages as they come in, so that they can be sent again, or stop keeping them
    Keep {
        /// Flow id
        flow: String,
        /// on or off
        #[arg(value_parser = ["on", "off"])]
        keep: String,
    },
}

pub(crate) async fn deploy(deploy: Deploy, session: &Session) -> anyhow::Result<()> {
    let bytes = bundle::load(&deploy.path)?;
    let mut parameters = match &deploy.parameters {
        Some(file) => read_properties(file)?,
        None => BTreeMap::new(),
    };
    parameters.extend(pairs(&deploy.params)?);
    let mut body = json!({ "bundle": STANDARD.encode(bytes) });
    if !parameters.is_empty() {
        body["parameters"] = json!(parameters);
    }
    if let Some(flow) = deploy.flow {
        body["flow"] = flow.into();
    }
    let answer = session
        .client
        .send(Method::POST, "flows", Some(&body))
        .await?;
    session.show(&answer, |answer| {
        for flow in items(answer) {
            print_deployed(flow);
        }
        let shared = answer.get("shared").and_then(Value::as_array);
        for artifact in shared.into_iter().flatten() {
            print_shared(artifact);
        }
        for warning in answer
            .get("diagnostics")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            output::note(output::diagnostic(warning));
        }
    });
    let failed = items(&answer).iter().any(|flow| state(flow) == "ERROR");
    anyhow::ensure!(!failed, "a flow is deployed but did not start");
    Ok(())
}

fn print_shared(artifact: &Value) {
    let text = |key: &str| cell(artifact.get(key));
    let about = paint(DIM, format!("{} {}", text("version"), text("kind")));
    let state = text("state");
    line(format!(
        "{} {} {about}",
        paint(status_style(&state), &state),
        text("id")
    ));
}

fn print_deployed(flow: &Value) {
    let state = state(flow);
    let name = format!(
        "{} {}",
        cell(flow.get("id")),
        paint(DIM, cell(flow.get("version")))
    );
    line(format!("{} {name}", paint(status_style(&state), &state)));
    for endpoint in flow
        .get("endpoints")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        line(format!("  {}", cell(Some(endpoint))));
    }
    for worker in flow
        .get("workers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let detail = cell(worker.get("detail"));
        if !detail.is_empty() {
            line(format!("  {}: {detail}", cell(worker.get("worker"))));
        }
    }
}

/// The flow's worst state over all workers.
fn state(flow: &Value) -> String {
    let workers = flow
        .get("workers")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let states: Vec<String> = workers
        .iter()
        .map(|worker| cell(worker.get("state")).to_uppercase())
        .collect();
    let worst = ["ERROR", "STARTING", "STOPPED", "STARTED"]
        .into_iter()
        .find(|state| states.iter().any(|s| s == state));
    worst.unwrap_or("STARTING").to_owned()
}

pub(crate) async fn undeploy(flow: &str, session: &Session) -> anyhow::Result<()> {
    session
        .delete(
            &format!("flows/{}", segment(flow)),
            &format!("Undeployed {flow}"),
        )
        .await?;
    Ok(())
}

pub(crate) async fn list(session: &Session) -> anyhow::Result<()> {
    let answer = session.client.get("flows").await?;
    session.show(&answer, |answer| {
        if items(answer).is_empty() {
            let none = "No flows. Deploy one with: lockgate deploy BUNDLE";
            return output::note(paint(DIM, none));
        }
        let row = |flow: &Value| {
            let text = |name: &str| cell(flow.get(name));
            vec![
                state(flow),
                text("id"),
                text("version"),
                text("log_level"),
                text("endpoints"),
            ]
        };
        let headings = ["STATE", "FLOW", "VERSION", "LOG LEVEL", "ENDPOINTS"]
            .map(str::to_owned)
            .to_vec();
        rows_aligned(headings, &items(answer).iter().map(row).collect::<Vec<_>>());
    });
    Ok(())
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let (flow, change) = match command {
        Command::Show { flow } => {
            let answer = session
                .client
                .get(&format!("flows/{}", segment(&flow)))
                .await?;
            session.show(&answer, print_flow);
            return Ok(());
        }
        Command::Configure {
            flow,
            params,
            reset,
        } => {
            let mut parameters: Map<String, Value> = pairs(&params)?
                .into_iter()
                .map(|(k, v)| (k, v.into()))
                .collect();
            parameters.extend(reset.into_iter().map(|name| (name, Value::Null)));
            (flow, json!({ "parameters": parameters }))
        }
        Command::LogLevel { flow, level, lasts } => {
            let mut change = json!({ "log_level": level.to_uppercase() });
            if let Some(lasts) = lasts {
                change["log_level_seconds"] = seconds(&lasts)?.into();
            }
            (flow, change)
        }
        Command::Keep { flow, keep } => (flow, json!({ "keep": keep == "on" })),
    };
    let answer = session
        .client
        .send(
            Method::PATCH,
            &format!("flows/{}", segment(&flow)),
            Some(&change),
        )
        .await?;
    session.show(&answer, print_flow);
    Ok(())
}

fn print_flow(flow: &Value) {
    details(flow, FIELDS);
    let list = |name: &str| {
        flow.get(name)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    let workers: &[Column] = &[
        ("WORKER", "/worker"),
        ("STATE", "/state"),
        ("SINCE", "/at"),
        ("DETAIL", "/detail"),
    ];
    let parameters: &[Column] = &[
        ("PARAMETER", "/name"),
        ("VALUE", "/value"),
        ("DEFAULT", "/default"),
    ];
    for (rows, columns) in [(list("workers"), workers), (list("parameters"), parameters)] {
        if !rows.is_empty() {
            line("");
            table(rows, columns);
        }
    }
}

/// A duration such as `10m` in seconds.
fn seconds(text: &str) -> anyhow::Result<i64> {
    let lasts: jiff::SignedDuration = text
        .parse()
        .with_context(|| format!("{text:?} is not a duration such as 30s, 10m or 2h"))?;
    Ok(lasts.as_secs())
}

fn pairs(params: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let pair = |param: &String| {
        let (name, value) = param
            .split_once('=')
            .with_context(|| format!("{param:?} is not name=value"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    params.iter().map(pair).collect()
}

fn read_properties(file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let parsed = lockgate_flow::properties::parse(&text)
        .with_context(|| format!("in {}", file.display()))?;
    Ok(parsed.into_iter().collect())
}
