//! `lockgate messages`, `message`, `why`, `refusals`: what happened.

mod show;

use std::time::Duration;

use clap::{Args, Subcommand};
use lockgate_core::limits;
use reqwest::Method;
use serde_json::Value;

use super::client::{Refused, segment};
use super::output::{
    BAD, Column, DIM, GOOD, HEADING, WARN, cell, details, line, note, paint, rows_aligned,
};
use super::{Session, items};

#[derive(Args, Debug)]
pub(crate) struct Filter {
    /// Only this flow, by id, or by name while it is deployed
    #[arg(long)]
    flow: Option<String>,
    /// Only this status: COMPLETED, FAILED, ESCALATED, PROCESSING, ABANDONED
    #[arg(long)]
    status: Option<String>,
    /// Only this status that the flow gave the message
    #[arg(long)]
    custom_status: Option<String>,
    /// Only this correlation id
    #[arg(long)]
    correlation: Option<String>,
    /// Only this application id
    #[arg(long)]
    application_id: Option<String>,
    /// Only this message type
    #[arg(long)]
    message_type: Option<String>,
    /// Only this sender
    #[arg(long)]
    sender: Option<String>,
    /// Only this receiver
    #[arg(long)]
    receiver: Option<String>,
    /// Only with a custom header of this name, and of this value if there is one
    #[arg(long, value_name = "NAME[=VALUE]")]
    header: Option<String>,
    /// Only with this text in what is kept of the content; the newest 2,000 contents are searched
    #[arg(long, value_name = "TEXT")]
    payload: Option<String>,
    /// Only what this message was sent again as
    #[arg(long, value_name = "MESSAGE")]
    predecessor: Option<String>,
    /// Only started at this time or later, such as 2026-01-31T08:30:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only started before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Go on after an earlier list: the value it said
    #[arg(long)]
    before: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

/// One message: shown, or something done with it.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(crate) struct One {
    /// Message id
    id: Option<String>,
    /// Show body, headers and properties before and after each step, as log level TRACE keeps them
    #[arg(long)]
    trace: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run the flow again with a message as it came in; it was kept at log level TRACE, or because
    /// the flow is told to keep messages
    Resend {
        /// Message id
        id: String,
    },
    /// Delete a message with everything that is kept of it
    Delete {
        /// Message id
        id: String,
    },
}

pub(crate) async fn list(filter: &Filter, session: &Session) -> anyhow::Result<()> {
    let given = [
        ("flow", &filter.flow),
        ("status", &filter.status),
        ("custom_status", &filter.custom_status),
        ("correlation", &filter.correlation),
        ("application_id", &filter.application_id),
        ("message_type", &filter.message_type),
        ("sender", &filter.sender),
        ("receiver", &filter.receiver),
        ("header", &filter.header),
        ("payload", &filter.payload),
        ("predecessor", &filter.predecessor),
        ("since", &filter.since),
        ("until", &filter.until),
        ("before", &filter.before),
    ];
    let mut path = format!("messages?limit={}", filter.limit);
    for (name, value) in given {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", segment(value)));
        }
    }
    let answer = session.client.get(&path).await?;
    session.show(&answer, |answer| {
        if items(answer).is_empty() {
            return note(paint(
                DIM,
                "No messages. Records appear up to 200 ms after the answer.",
            ));
        }
        let rows: Vec<Vec<String>> = items(answer).iter().map(message_row).collect();
        let headings = ["STATUS", "STARTED", "FLOW", "CALLER", "MESSAGE"]
            .map(str::to_owned)
            .to_vec();
        rows_aligned(headings, &rows);
        let next = cell(answer.get("next"));
        if !next.is_empty() {
            note(paint(DIM, format!("More with --before {next}")));
        }
    });
    Ok(())
}

fn message_row(message: &Value) -> Vec<String> {
    ["status", "started_at", "flow", "identity", "id"]
        .iter()
        .map(|name| cell(message.get(name)))
        .collect()
}

pub(crate) async fn one(one: One, session: &Session) -> anyhow::Result<()> {
    match (one.action, one.id) {
        (Some(Action::Resend { id }), _) => resend(&id, session).await,
        (Some(Action::Delete { id }), _) => {
            let path = format!("messages/{}", segment(&id));
            session.delete(&path, &format!("Deleted {id}")).await
        }
        (None, Some(id)) => show(&id, one.trace, session).await,
        (None, None) => anyhow::bail!("name a message"),
    }
}

async fn resend(id: &str, session: &Session) -> anyhow::Result<()> {
    let path = format!("messages/{}/resend", segment(id));
    let answer = session.client.send(Method::POST, &path, None).await?;
    session.show(&answer, |answer| {
        let new = cell(answer.get("id"));
        line(paint(GOOD, format!("Sent again as {new}")));
        line(format!("  lockgate message {new}"));
    });
    Ok(())
}

fn is_missing(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref::<Refused>();
    refused.is_some_and(|refused| refused.status == 404)
}

/// Reads a record. One that is not there yet may be on its way: records are written behind.
async fn on_record(session: &Session, path: &str) -> anyhow::Result<Value> {
    match session.client.get(path).await {
        Err(error) if is_missing(&error) => {
            tokio::time::sleep(2 * Duration::from_millis(limits::JOURNAL_DELAY_MS)).await;
            session.client.get(path).await
        }
        answer => answer,
    }
}

async fn show(id: &str, trace: bool, session: &Session) -> anyhow::Result<()> {
    let path = format!("messages/{}", segment(id));
    let mut answer = on_record(session, &path).await?;
    if trace {
        answer["trace"] = traced(&path, session).await?;
    }
    session.show(&answer, |message| {
        show::message(message);
        if trace {
            show::trace(message);
        }
    });
    Ok(())
}

/// Everything kept of the content of a message, in the order of time.
async fn traced(path: &str, session: &Session) -> anyhow::Result<Value> {
    let heads = session.client.get(&format!("{path}/payloads")).await?;
    let mut contents = Vec::new();
    for head in items(&heads) {
        let id = head.get("id").map(Value::to_string).unwrap_or_default();
        let content = session.client.get(&format!("payloads/{id}")).await;
        match content {
            Ok(content) => contents.push(content),
            // What is old is deleted while we read.
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Value::Array(contents))
}

pub(crate) async fn why(id: &str, session: &Session) -> anyhow::Result<()> {
    let answer = on_record(session, &format!("refusals/{}", segment(id))).await?;
    session.show(&answer, |refusal| {
        let text = |name: &str| cell(refusal.get(name));
        line(format!(
            "{} {} {}  {}",
            paint(BAD, text("status")),
            text("method"),
            text("path"),
            paint(DIM, text("at"))
        ));
        line("");
        line(format!(
            "{} {}",
            paint(HEADING, text("explanation")),
            paint(DIM, format!("({})", text("reason")))
        ));
        if !text("detail").is_empty() {
            line(text("detail"));
        }
        line(format!("{} {}", paint(GOOD, "→"), text("advice")));
        line("");
        details(
            refusal,
            &[
                ("Client id", "/client_id"),
                ("Key", "/key"),
                ("Flow", "/flow"),
                ("From", "/source"),
            ],
        );
    });
    Ok(())
}

pub(crate) async fn refusals(limit: u32, session: &Session) -> anyhow::Result<()> {
    let answer = session
        .client
        .get(&format!("refusals?limit={limit}"))
        .await?;
    let columns: &[Column] = &[
        ("STATUS", "/status"),
        ("AT", "/at"),
        ("METHOD", "/method"),
        ("PATH", "/path"),
        ("REASON", "/reason"),
        ("CORRELATION", "/correlation_id"),
    ];
    session.show_list(&answer, columns, "No refused calls.");
    Ok(())
}

/// The colour that a message status deserves.
pub(crate) fn status_style(status: &str) -> anstyle::Style {
    match status {
        "COMPLETED" | "STARTED" => GOOD,
        "FAILED" | "ERROR" => BAD,
        _ => WARN,
    }
}
