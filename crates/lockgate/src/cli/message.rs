//! `lockgate messages`, `message`, `why`, `refusals`: what happened.

use std::time::Duration;

use clap::Args;
use lockgate_core::limits;
use serde_json::Value;

use super::client::{Refused, segment};
use super::output::{
    BAD, Column, DIM, GOOD, HEADING, WARN, cell, details, line, note, paint, printable,
    rows_aligned, table,
};
use super::{Session, items};

const FIELDS: &[Column] = &[
    ("Message", "/id"),
    ("Flow", "/flow"),
    ("Status", "/status"),
    ("Custom status", "/custom_status"),
    ("Started", "/started_at"),
    ("Ended", "/ended_at"),
    ("Correlation", "/correlation_id"),
    ("Caller", "/identity"),
    ("Sender", "/sender"),
    ("Receiver", "/receiver"),
    ("Application id", "/application_id"),
    ("Message type", "/message_type"),
    ("Failed step", "/error_step"),
    ("Error", "/error"),
];

#[derive(Args, Debug)]
pub(crate) struct Filter {
    /// Only this flow
    #[arg(long)]
    flow: Option<String>,
    /// Only this status: COMPLETED, FAILED, ESCALATED, PROCESSING, ABANDONED
    #[arg(long)]
    status: Option<String>,
    /// Only this correlation id
    #[arg(long)]
    correlation: Option<String>,
    /// Only this application id
    #[arg(long)]
    application_id: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

pub(crate) async fn list(filter: &Filter, session: &Session) -> anyhow::Result<()> {
    let given = [
        ("flow", &filter.flow),
        ("status", &filter.status),
        ("correlation", &filter.correlation),
        ("application_id", &filter.application_id),
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
    });
    Ok(())
}

fn message_row(message: &Value) -> Vec<String> {
    ["status", "started_at", "flow", "identity", "id"]
        .iter()
        .map(|name| cell(message.get(name)))
        .collect()
}

/// Reads a record. One that is not there yet may be on its way: records are written behind.
async fn on_record(session: &Session, path: &str) -> anyhow::Result<Value> {
    let missing = |error: &anyhow::Error| {
        error
            .downcast_ref::<Refused>()
            .is_some_and(|refused| refused.status == 404)
    };
    match session.client.get(path).await {
        Err(error) if missing(&error) => {
            tokio::time::sleep(2 * Duration::from_millis(limits::JOURNAL_DELAY_MS)).await;
            session.client.get(path).await
        }
        answer => answer,
    }
}

pub(crate) async fn show(id: &str, session: &Session) -> anyhow::Result<()> {
    let answer = on_record(session, &format!("messages/{}", segment(id))).await?;
    session.show(&answer, print_message);
    Ok(())
}

/// A message with its custom headers and steps.
pub(crate) fn print_message(message: &Value) {
    details(message, FIELDS);
    let list = |name: &str| {
        message
            .get(name)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    for header in list("custom_headers") {
        line(format!(
            "{} {}",
            paint(HEADING, cell(header.get("name"))),
            cell(header.get("value"))
        ));
    }
    let steps = list("steps");
    if !steps.is_empty() {
        line("");
        let columns = [
            ("STEP", "/step_id"),
            ("KIND", "/kind"),
            ("NAME", "/name"),
            ("ENDED", "/ended_at"),
            ("ERROR", "/error"),
        ];
        table(steps, &columns);
    }
    steps.iter().for_each(print_trace);
}

/// What the message looked like before a step, when the log level keeps that.
fn print_trace(step: &Value) {
    let Some(before) = step.get("detail").filter(|detail| detail.is_object()) else {
        return;
    };
    let text = |name: &str| cell(step.get(name));
    line("");
    line(paint(
        HEADING,
        format!("Before {} {}", text("step_id"), text("name")),
    ));
    for kind in ["headers", "properties"] {
        let values = before.get(kind).and_then(Value::as_object);
        for (name, value) in values.into_iter().flatten() {
            line(format!(
                "  {} {}: {}",
                paint(DIM, kind),
                printable(name),
                cell(Some(value))
            ));
        }
    }
    let body = before.get("body").and_then(Value::as_str);
    for row in body.into_iter().flat_map(str::lines) {
        line(format!("  {}    {}", paint(DIM, "body"), printable(row)));
    }
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
