//! Shows what became of a message, and why a script failed.

use lockgate_flow::plan::Scripts;
use lockgate_flow::{Diagnostic, Severity};
use lockgate_groovy::cpi::{Content, LogEntry, Outcome, Part};
use lockgate_groovy::data::{Data, ExceptionData};
use lockgate_groovy::program::Problem;
use lockgate_groovy::run::Failure;
use serde_json::{Map, Value, json};

use super::super::output::{BAD, DIM, HEADING, WARN, line, note, paint, printable};
use super::world::{Kept, source_line};

/// How many causes of an exception are shown.
const CAUSES: usize = 8;
/// How many callers of a line that threw are shown.
const CALLERS: usize = 8;

/// What a script did to a message.
pub(super) struct Shown<'a> {
    body: &'a Data,
    replaced: bool,
    headers: Vec<Changed<'a>>,
    properties: Vec<Changed<'a>>,
    /// `None` when they were left alone.
    attachments: Option<&'a [Part]>,
    log: &'a [LogEntry],
    failure: Option<&'a Failure>,
}

/// A header or property that is not as it was; `None` when it is gone.
type Changed<'a> = (&'a str, Option<&'a Data>);

impl<'a> Shown<'a> {
    pub(super) fn new(before: &'a Content, outcome: &'a Outcome) -> Self {
        let changes = &outcome.changes;
        Self {
            body: changes.body.as_ref().unwrap_or(&before.body),
            replaced: changes.body.is_some(),
            headers: changed(&before.headers, changes.headers.as_deref()),
            properties: changed(&before.properties, changes.properties.as_deref()),
            attachments: changes.attachments.as_deref(),
            log: &outcome.log,
            failure: outcome.result.as_ref().err(),
        }
    }
}

/// A value that is there; `null` is none.
fn find<'a, N: AsRef<str>>(all: &'a [(N, Data)], name: &str) -> Option<&'a Data> {
    let found = all.iter().find(|(known, _)| known.as_ref() == name);
    found
        .map(|(_, data)| data)
        .filter(|data| **data != Data::Null)
}

fn changed<'a, N: AsRef<str>>(
    before: &'a [(N, Data)],
    after: Option<&'a [(N, Data)]>,
) -> Vec<Changed<'a>> {
    let Some(after) = after else {
        return Vec::new();
    };
    let new = after.iter().map(|(name, _)| name.as_ref());
    let gone = before
        .iter()
        .map(|(name, _)| name.as_ref())
        .filter(|name| !after.iter().any(|(kept, _)| kept.as_ref() == *name));
    new.chain(gone)
        .filter(|name| find(before, name) != find(after, name))
        .map(|name| (name, find(after, name)))
        .collect()
}

/// Shows a message to people.
pub(super) fn print(shown: &Shown<'_>, scripts: &Scripts) {
    pairs("Headers", &shown.headers);
    pairs("Properties", &shown.properties);
    if let Some(parts) = shown.attachments {
        line(paint(HEADING, "Attachments"));
        for part in parts {
            let about = format!("{}, {} bytes", part.content_type, part.data.len());
            line(format!(
                "  {} {}",
                printable(&part.name),
                paint(DIM, printable(&about))
            ));
        }
    }
    if !shown.log.is_empty() {
        line(paint(HEADING, "Message log"));
        shown.log.iter().for_each(logged);
    }
    let about = if shown.replaced { "" } else { " as it came" };
    line(format!("{}{}", paint(HEADING, "Body"), paint(DIM, about)));
    match shown.body {
        Data::Null => line(paint(DIM, "  empty")),
        body => text_of(body)
            .lines()
            .for_each(|text| line(format!("  {}", printable(text)))),
    }
    if let Some(failure) = shown.failure {
        failed(failure, scripts);
    }
}

fn pairs(title: &str, all: &[Changed<'_>]) {
    if all.is_empty() {
        return;
    }
    line(paint(HEADING, title));
    let width = all.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0).min(40);
    for (name, data) in all {
        let name = printable(name);
        match data {
            None => line(format!("  {name:<width$}  {}", paint(DIM, "removed"))),
            Some(data) => {
                let class = paint(DIM, format!("{:<10}", class_of(data)));
                line(format!(
                    "  {name:<width$}  {class} {}",
                    printable(&text_of(data))
                ));
            }
        }
    }
}

fn logged(entry: &LogEntry) {
    match entry {
        LogEntry::Attachment {
            name,
            text,
            media_type,
        } => {
            line(format!(
                "  attachment {} {}",
                printable(name),
                paint(DIM, printable(media_type))
            ));
            text.lines()
                .for_each(|text| line(format!("    {}", printable(text))));
        }
        LogEntry::Property { name, value } => {
            line(format!(
                "  property   {} = {}",
                printable(name),
                printable(value)
            ));
        }
        LogEntry::CustomHeader { name, value } => {
            line(format!(
                "  header     {} = {}",
                printable(name),
                printable(value)
            ));
        }
    }
}

fn failed(failure: &Failure, scripts: &Scripts) {
    let label = paint(BAD, "error");
    let data = match failure {
        Failure::Limit(limit) => {
            note(format!(
                "{label}: {limit}; docs/scripts.md lists the bounds"
            ));
            return;
        }
        Failure::Exception(data) => data,
    };
    note(format!("{label}: {}", title(data)));
    for (index, frame) in data.frames.iter().take(CALLERS).enumerate() {
        let by = if index == 0 { "at" } else { "called at" };
        note(format!(
            "  {by} {}:{} in {}",
            frame.file, frame.line, frame.function
        ));
        let source = source_line(scripts, &frame.file, frame.line);
        if index == 0 && !source.is_empty() {
            note(quoted(frame.line, source));
        }
    }
    let mut cause = &data.cause;
    for _ in 0..CAUSES {
        let Data::Exception(data) = cause else {
            return;
        };
        note(format!("  caused by {}", title(data)));
        cause = &data.cause;
    }
}

/// Class and text of an exception.
fn title(data: &ExceptionData) -> String {
    match &data.message {
        Some(message) => printable(&format!("{}: {message}", data.class)),
        None => data.class.to_string(),
    }
}

fn quoted(number: u32, source: &str) -> String {
    let number = paint(DIM, format!("{number:>6} |"));
    format!("{number} {}", printable(&source.replace('\t', "    ")))
}

/// A place that is not Groovy, with its line and a mark below.
pub(super) fn problem(problem: &Problem, scripts: &Scripts) -> String {
    let label = paint(BAD, "error");
    let source = source_line(scripts, &problem.file, problem.at.line);
    let column = usize::try_from(problem.at.column).unwrap_or(1);
    let before: String = source.chars().take(column.saturating_sub(1)).collect();
    let indent = before.replace('\t', "    ").chars().count();
    format!(
        "{label}: {problem}\n{}\n{:indent$}{}",
        quoted(problem.at.line, source),
        "         ",
        paint(BAD, "^"),
        indent = indent + 9,
    )
}

/// Something that will fail when it is reached.
pub(super) fn finding(finding: &Diagnostic) {
    let (style, label) = match finding.severity {
        Severity::Error => (BAD, "error"),
        Severity::Warning => (WARN, "warning"),
    };
    let place = finding.span.as_ref().map(ToString::to_string);
    let place = place.unwrap_or_default();
    let place = place.rsplit('/').next().unwrap_or_default();
    let message = printable(&finding.message);
    note(format!("{}: {place}: {message}", paint(style, label)));
}

/// A message for programs.
pub(super) fn as_json(shown: &Shown<'_>, kept: &Kept, findings: &[Diagnostic]) -> Value {
    let members = |all: &[Changed<'_>]| {
        let members = all.iter().map(|(name, data)| {
            let value = data.map_or(Value::Null, to_json);
            ((*name).to_owned(), value)
        });
        members.collect::<Map<String, Value>>()
    };
    let parts = shown.attachments.map(|parts| {
        let parts = parts.iter().map(|part| {
            json!({
                "name": part.name.as_str(), "content_type": part.content_type.as_str(),
                "text": String::from_utf8_lossy(&part.data),
            })
        });
        parts.collect::<Vec<_>>()
    });
    json!({
        "body": to_json(shown.body),
        "headers": members(&shown.headers),
        "properties": members(&shown.properties),
        "attachments": parts,
        "log": shown.log.iter().map(entry).collect::<Vec<_>>(),
        "printed": kept.printed,
        "logged": kept.logged,
        "trace": kept.trace,
        "error": shown.failure.map(failure),
        "diagnostics": findings,
    })
}

fn entry(entry: &LogEntry) -> Value {
    match entry {
        LogEntry::Attachment {
            name,
            text,
            media_type,
        } => {
            json!({
                "kind": "attachment", "name": name.as_str(), "text": text.as_str(),
                "media_type": media_type.as_str(),
            })
        }
        LogEntry::Property { name, value } => {
            json!({ "kind": "property", "name": name.as_str(), "value": value.as_str() })
        }
        LogEntry::CustomHeader { name, value } => {
            json!({ "kind": "header", "name": name.as_str(), "value": value.as_str() })
        }
    }
}

fn failure(failure: &Failure) -> Value {
    let Failure::Exception(data) = failure else {
        return json!({ "message": failure.to_string() });
    };
    let frames = data
        .frames
        .iter()
        .map(|frame| json!({ "file": frame.file, "line": frame.line, "function": frame.function }));
    json!({
        "class": data.class.as_str(), "message": data.message.as_deref(), "frames": frames.collect::<Vec<_>>(),
    })
}

fn to_json(data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => json!(value),
        Data::Int(number) => json!(number),
        Data::Long(number) => json!(number),
        Data::Double(number) => json!(number),
        Data::List(items) => items.iter().map(to_json).collect(),
        Data::Map(_, entries) => {
            let members = entries
                .iter()
                .map(|(name, data)| (name.to_string(), to_json(data)));
            Value::Object(members.collect())
        }
        other => Value::String(text_of(other)),
    }
}

fn text_of(data: &Data) -> String {
    match data {
        Data::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Data::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}

/// The class of a value, as people call it.
fn class_of(data: &Data) -> &'static str {
    match data {
        Data::Null => "null",
        Data::Bool(_) => "Boolean",
        Data::Int(_) => "Integer",
        Data::Long(_) => "Long",
        Data::Float(_) => "Float",
        Data::Double(_) => "Double",
        Data::Char(_) => "Character",
        Data::BigInteger(_) => "BigInteger",
        Data::Decimal(_) => "BigDecimal",
        Data::Text(_) => "String",
        Data::Bytes(_) => "byte[]",
        Data::List(_) => "List",
        Data::Map(..) => "Map",
        Data::Set(..) => "Set",
        Data::Date(_) => "Date",
        Data::Exception(_) => "Exception",
    }
}
