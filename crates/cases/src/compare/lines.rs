//! Differences of texts, line by line.

use similar::{ChangeTag, TextDiff};

/// Lines around a difference that are shown.
const CONTEXT: usize = 3;
/// Lines of a difference that are shown at most.
const LINES: usize = 200;

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// As expected.
    Same(String),
    /// Expected, but not there.
    Missing(String),
    /// There, but not expected.
    Extra(String),
    /// Lines that are left out.
    Gap,
}

/// Compares two texts that were cut into lines.
pub(super) fn compare(expected: &[&str], actual: &[&str]) -> Vec<Line> {
    let diff = TextDiff::from_slices(expected, actual);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(CONTEXT) {
        if !lines.is_empty() {
            lines.push(Line::Gap);
        }
        let changes = group.iter().flat_map(|op| diff.iter_changes(op));
        lines.extend(changes.map(|change| {
            let text = change.value().to_owned();
            match change.tag() {
                ChangeTag::Equal => Line::Same(text),
                ChangeTag::Delete => Line::Missing(text),
                ChangeTag::Insert => Line::Extra(text),
            }
        }));
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push(Line::Gap);
    }
    lines
}

/// Compares two documents that were printed line by line.
pub(super) fn compare_printed(expected: &[String], actual: &[String]) -> Vec<Line> {
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let actual: Vec<&str> = actual.iter().map(String::as_str).collect();
    compare(&expected, &actual)
}
