//! What commands print: aligned tables and details for people, JSON for programs.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

/// Bold, for headings.
pub(crate) const HEADING: Style = Style::new().bold();
/// Green, for what went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Red, for what went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// Yellow, for what deserves a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// Dim, for what is beside the point.
pub(crate) const DIM: Style = Style::new().dimmed();

/// `text` in a style. Colour codes are dropped when the output is not a terminal.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints a line to standard output; a closed pipe ends the program quietly.
pub(crate) fn line(text: impl std::fmt::Display) {
    if writeln!(anstream::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Prints a line to standard error.
pub(crate) fn note(text: impl std::fmt::Display) {
    // Nothing can be told to anybody when standard error is closed.
    let _closed = writeln!(anstream::stderr(), "{text}");
}

/// Prints JSON as it came from the server.
pub(crate) fn json(value: &Value) {
    line(serde_json::to_string_pretty(value).expect("invariant: a JSON value can be printed"));
}

/// A column: its heading and the JSON pointer of its value.
pub(crate) type Column = (&'static str, &'static str);

/// Prints one row for each item, columns aligned.
pub(crate) fn table(items: &[Value], columns: &[Column]) {
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            columns
                .iter()
                .map(|(_, pointer)| cell(item.pointer(pointer)))
                .collect()
        })
        .collect();
    let headings = columns
        .iter()
        .map(|(heading, _)| (*heading).to_owned())
        .collect();
    rows_aligned(headings, &rows);
}

/// Prints a heading and rows, columns aligned by display width.
pub(crate) fn rows_aligned(headings: Vec<String>, rows: &[Vec<String>]) {
    let width_of = |i: usize| {
        let cells = rows.iter().chain([&headings]).filter_map(|row| row.get(i));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width_of).collect();
    let pad = |row: &[String]| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    line(paint(HEADING, pad(&headings)));
    for row in rows {
        line(pad(row));
    }
}

/// Prints named values one below the other, names aligned; missing values are left out.
pub(crate) fn details(item: &Value, fields: &[Column]) {
    let width = fields
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    for (name, pointer) in fields {
        let text = cell(item.pointer(pointer));
        if !text.is_empty() {
            line(format!(
                "{} {text}",
                paint(HEADING, format!("{name:<width$}"))
            ));
        }
    }
}

/// A JSON value as a cell: text as is, lists joined by commas, nothing for `null`.
pub(crate) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => printable(text),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| cell(Some(item)))
            .collect::<Vec<_>>()
            .join(", "),
        Some(other) => other.to_string(),
    }
}

/// Text with control characters made visible, so that stored data cannot drive the terminal, nor
/// show something in another order, or hide it.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let invisible = matches!(
                c,
                '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{2069}' | '\u{feff}'
            );
            if c.is_control() || invisible {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// One diagnostic of the flow reader: what is wrong, where, and the hint on a line of its own.
pub(crate) fn diagnostic(item: &Value) -> String {
    let text = |name: &str| cell(item.get(name));
    let style = match text("severity").as_str() {
        "error" => BAD,
        _ => WARN,
    };
    let position = text("position");
    // The folder is the same in every bundle.
    let file = position.rsplit('/').next().unwrap_or_default();
    let element = text("element");
    let place = match (element.as_str(), file) {
        ("", "") => String::new(),
        ("", place) | (place, "") => format!(" ({place})"),
        (element, file) => format!(" ({element} at {file})"),
    };
    let flow = match text("flow") {
        flow if flow.is_empty() => flow,
        flow => format!("{flow}: "),
    };
    let mut shown = format!(
        "  {} {flow}{}{}",
        paint(style, text("code")),
        text("message"),
        paint(DIM, place)
    );
    let hint = text("hint");
    if !hint.is_empty() {
        shown.push_str(&format!("\n    {}", paint(DIM, hint)));
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_show_values_as_people_write_them() {
        assert_eq!(cell(None), "");
        assert_eq!(cell(Some(&json!(null))), "");
        assert_eq!(cell(Some(&json!("a"))), "a");
        assert_eq!(cell(Some(&json!(["a", 1]))), "a, 1");
        assert_eq!(cell(Some(&json!("\u{1b}[31mred"))), "\\u{1b}[31mred");
        assert_eq!(
            cell(Some(&json!("a\u{202e}b\u{200b}"))),
            "a\\u{202e}b\\u{200b}"
        );
    }
}
