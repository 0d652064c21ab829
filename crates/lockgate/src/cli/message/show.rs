//! A message on the terminal: what is known of it, when each step ran, and what it looked like.

use serde_json::Value;

use crate::cli::output::{
    BAD, Column, DIM, HEADING, cell, details, line, paint, printable, rows_aligned,
};

const FIELDS: &[Column] = &[
    ("Message", "/id"),
    ("Flow", "/flow"),
    ("Status", "/status"),
    ("Log level", "/log_level"),
    ("Custom status", "/custom_status"),
    ("Started", "/started_at"),
    ("Ended", "/ended_at"),
    ("Sent again from", "/predecessor"),
    ("Correlation", "/correlation_id"),
    ("Caller", "/identity"),
    ("Sender", "/sender"),
    ("Receiver", "/receiver"),
    ("Application id", "/application_id"),
    ("Message type", "/message_type"),
    ("Failed step", "/error_step"),
    ("Error", "/error"),
];

/// Columns of the time line.
const WIDTH: u64 = 24;

/// A message with its custom headers, attributes and steps.
pub(super) fn message(message: &Value) {
    details(message, FIELDS);
    for header in list(message, "custom_headers") {
        let name = paint(HEADING, cell(header.get("name")));
        line(format!("{name} {}", cell(header.get("value"))));
    }
    for attribute in list(message, "attributes") {
        let text = |name: &str| cell(attribute.get(name));
        let name = format!("{} {}", text("adapter"), text("name"));
        line(format!("{} {}", paint(DIM, name), text("value")));
    }
    timeline(list(message, "steps"));
}

/// When each step ran, how long it took, and what it was.
fn timeline(steps: &[Value]) {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return;
    };
    let began = started(first);
    let whole = (started(last) + took(last)).saturating_sub(began).max(1);
    line("");
    if seq(first) > 0 {
        let left_out = format!("The first {} steps were not kept.", seq(first));
        line(paint(DIM, left_out));
    }
    let row = |step: &Value| {
        let text = |name: &str| cell(step.get(name));
        let offset = started(step).saturating_sub(began);
        vec![
            format!("+{}", duration(offset)),
            duration(took(step)),
            bar(offset, took(step), whole),
            text("kind"),
            text("name"),
            text("step_id"),
            text("error"),
        ]
    };
    let headings = ["AT", "TOOK", "TIME", "KIND", "NAME", "STEP", "ERROR"];
    let rows: Vec<Vec<String>> = steps.iter().map(row).collect();
    rows_aligned(headings.map(str::to_owned).to_vec(), &rows);
    for step in steps {
        for property in list(step, "properties") {
            let name = format!(
                "{} {}",
                cell(step.get("step_id")),
                cell(property.get("name"))
            );
            line(format!(
                "{} {}",
                paint(DIM, name),
                cell(property.get("value"))
            ));
        }
    }
}

/// Where in the whole a step lies.
fn bar(offset: u64, took: u64, whole: u64) -> String {
    let scaled = |micros: u64| micros.saturating_mul(WIDTH) / whole;
    let start = scaled(offset).min(WIDTH - 1);
    let length =
        (scaled(offset.saturating_add(took)).saturating_sub(start)).clamp(1, WIDTH - start);
    let times = |count: u64| usize::try_from(count).unwrap_or_default();
    format!("{}{}", "·".repeat(times(start)), "█".repeat(times(length)))
}

fn duration(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.1} s", micros as f64 / 1e6),
    }
}

/// The start of a step in microseconds.
fn started(step: &Value) -> u64 {
    let text = step.get("started_at").and_then(Value::as_str);
    let time = text.and_then(|text| text.parse::<lockgate_core::clock::Timestamp>().ok());
    time.map_or(0, |time| time.micros().unsigned_abs())
}

fn took(step: &Value) -> u64 {
    step.get("took").and_then(Value::as_u64).unwrap_or(0)
}

fn seq(step: &Value) -> u64 {
    step.get("seq").and_then(Value::as_u64).unwrap_or(0)
}

/// What was kept of the content, in the order of time.
pub(super) fn trace(message: &Value) {
    let contents = list(message, "trace");
    if contents.is_empty() {
        line("");
        let none = "Nothing of the content is kept: it is at log level TRACE, for a time.";
        return line(paint(DIM, none));
    }
    let steps = list(message, "steps");
    for content in contents {
        line("");
        line(paint(HEADING, title(content, steps)));
        pairs(content, "headers");
        pairs(content, "properties");
        body(content);
    }
}

/// What a content is.
fn title(content: &Value, steps: &[Value]) -> String {
    let text = |name: &str| cell(content.get(name));
    let seq = content.get("step_seq").and_then(Value::as_u64);
    let step = steps
        .iter()
        .find(|step| step.get("seq").and_then(Value::as_u64) == seq);
    let step = step.map(|step| cell(step.get("name"))).unwrap_or_default();
    match text("kind").as_str() {
        "before" => format!("Before {} {step}", text("step_id")),
        "after" => format!("After {} {step}", text("step_id")),
        "inbound" => "As it came in".to_owned(),
        "attachment" => format!("Attachment {}", text("name")),
        kind => format!("{kind} {}", text("name")),
    }
}

fn pairs(content: &Value, kind: &str) {
    for pair in list(content, kind) {
        let (name, value) = (cell(pair.get("name")), cell(pair.get("value")));
        line(format!("  {} {name}: {value}", paint(DIM, kind)));
    }
}

fn body(content: &Value) {
    let number = |name: &str| content.get(name).and_then(Value::as_u64).unwrap_or(0);
    let text = content
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    for row in text.lines() {
        line(format!("  {} {}", paint(DIM, "body"), printable(row)));
    }
    let (size, kept) = (number("size"), number("kept"));
    if size > kept {
        let cut = format!("  the body is cut: {kept} of {size} bytes are kept");
        line(paint(BAD, cut));
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let found = value.get(name).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_as_long_on_the_time_line_as_it_took() {
        for (offset, took, expected) in [
            (0, 100, "█".repeat(24)),
            (0, 0, "█".to_owned()),
            (50, 50, format!("{}{}", "·".repeat(12), "█".repeat(12))),
            (100, 0, format!("{}█", "·".repeat(23))),
            (99, 1, format!("{}█", "·".repeat(23))),
        ] {
            assert_eq!(bar(offset, took, 100), expected, "{offset} {took}");
        }
        assert_eq!(bar(u64::MAX, u64::MAX, 1).chars().count(), 24);
    }

    #[test]
    fn durations_are_short() {
        let shown = [7, 1_500, 2_340_000].map(duration);
        assert_eq!(shown, ["7 µs", "1.5 ms", "2.3 s"]);
    }
}
