//! What a call came to, and whether two of them are the same.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of a call, as both engines write it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct Outcome {
    pub(crate) id: String,
    /// Why the script does not compile.
    pub(crate) broken: Option<String>,
    /// Why the engine failed.
    pub(crate) failed: Option<String>,
    pub(crate) timeout: bool,
    /// What the script uses and the engine does not have.
    pub(crate) findings: Vec<String>,
    pub(crate) returned: Option<String>,
    /// Class of what was thrown.
    pub(crate) exception: Option<String>,
    /// Message of what was thrown.
    pub(crate) text: Option<String>,
    /// Where it was thrown, if the engine tells.
    pub(crate) line: Option<u32>,
    pub(crate) body: Value,
    pub(crate) headers: Value,
    pub(crate) properties: Value,
    pub(crate) attachments: Value,
    pub(crate) log: Value,
    pub(crate) output: Value,
}

/// The first difference of two outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Difference {
    /// Where: `exception`, `body`, `headers` and so on.
    pub(crate) part: &'static str,
    pub(crate) theirs: String,
    pub(crate) ours: String,
}

impl Outcome {
    /// Whether the call ran to its end.
    pub(crate) fn ran(&self) -> bool {
        self.broken.is_none() && self.failed.is_none() && !self.timeout && self.exception.is_none()
    }

    /// Whether there is anything to compare with.
    pub(crate) fn is_answer(&self) -> bool {
        self.broken.is_none() && self.failed.is_none() && !self.timeout
    }
}

/// Where ours differs from theirs first.
pub(crate) fn difference(theirs: &Outcome, ours: &Outcome) -> Option<Difference> {
    let differs = |part, theirs: String, ours: String| Some(Difference { part, theirs, ours });
    for (part, problem) in [("does not compile", &ours.broken), ("fails", &ours.failed)] {
        if let Some(problem) = problem {
            return differs(part, end(theirs), problem.clone());
        }
    }
    if ours.timeout {
        return differs("takes too long", end(theirs), "took too long".to_owned());
    }
    if !same_end(theirs, ours) {
        return differs("end", end(theirs), end(ours));
    }
    let parts = [
        ("body", &theirs.body, &ours.body),
        ("headers", &theirs.headers, &ours.headers),
        ("properties", &theirs.properties, &ours.properties),
        ("attachments", &theirs.attachments, &ours.attachments),
        ("log", &theirs.log, &ours.log),
        ("output", &theirs.output, &ours.output),
    ];
    for (part, theirs, ours) in parts {
        if !same_value(theirs, ours) {
            let (theirs, ours) = first_difference(theirs, ours);
            return differs(part, theirs, ours);
        }
    }
    None
}

/// How the call ended, in words.
fn end(outcome: &Outcome) -> String {
    match (&outcome.exception, &outcome.returned) {
        (Some(class), _) => format!("{class}: {}", outcome.text.as_deref().unwrap_or("null")),
        (None, Some(returned)) => format!("returned {returned}"),
        (None, None) => "returned null".to_owned(),
    }
}

fn same_end(theirs: &Outcome, ours: &Outcome) -> bool {
    theirs.returned == ours.returned
        && theirs.exception == ours.exception
        && (said(theirs) == said(ours) || says_otherwise_in_java_8(theirs))
}

/// The message of what was thrown, without Groovy's guesses what could have been meant instead:
/// they list members of Java's classes by a likeness of their names.
fn said(outcome: &Outcome) -> Option<&str> {
    let text = outcome.text.as_deref()?;
    Some(text.split("\nPossible solutions: ").next().unwrap_or(text))
}

/// Whether Java 17, where the oracle runs, has another text than Java 8.
fn says_otherwise_in_java_8(theirs: &Outcome) -> bool {
    const CLASSES: [&str; 5] = [
        "java.lang.ArrayIndexOutOfBoundsException",
        "java.lang.ClassCastException",
        "java.lang.IndexOutOfBoundsException",
        "java.lang.StringIndexOutOfBoundsException",
        "java.time.format.DateTimeParseException",
    ];
    let class = theirs.exception.as_deref().unwrap_or_default();
    let text = theirs.text.as_deref().unwrap_or_default();
    let of_big_decimal =
        class == "java.lang.NumberFormatException" && text.starts_with("Character ");
    let of_nothing =
        class == "java.lang.NumberFormatException" && text == "Cannot parse null string";
    let of_a_check =
        class == "java.lang.NullPointerException" && text.ends_with(" must not be null");
    CLASSES.contains(&class) || of_big_decimal || of_nothing || of_a_check
}

/// Nothing, an empty map and an empty list are the same.
fn same_value(theirs: &Value, ours: &Value) -> bool {
    theirs == ours || is_empty(theirs) && is_empty(ours) || same_xml(theirs, ours)
}

/// Indents of XML do not count where Java 9 and later write blank lines, which Java 8 does not.
fn same_xml(theirs: &Value, ours: &Value) -> bool {
    let (Value::String(theirs), Value::String(ours)) = (theirs, ours) else {
        return false;
    };
    let blank = |line: &str| line.starts_with(' ') && line.trim().is_empty();
    theirs.starts_with("String:<?xml ")
        && theirs.lines().any(blank)
        && theirs.split_whitespace().eq(ours.split_whitespace())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

/// The first entry that differs in two maps or lists, or both values.
fn first_difference(theirs: &Value, ours: &Value) -> (String, String) {
    let shown = |value: Option<&Value>| value.map_or("(nothing)".to_owned(), readable);
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys());
            let name = names.into_iter().find(|name| a.get(*name) != b.get(*name));
            let name = name.map_or("", String::as_str);
            let entry = |value| format!("{name} = {}", shown(value));
            (entry(a.get(name)), entry(b.get(name)))
        }
        (Value::Array(a), Value::Array(b)) => {
            let at = (0..a.len().max(b.len())).find(|at| a.get(*at) != b.get(*at));
            let at = at.unwrap_or(0);
            let entry = |value| format!("[{at}] {}", shown(value));
            (entry(a.get(at)), entry(b.get(at)))
        }
        _ => (readable(theirs), readable(ours)),
    }
}

/// Streams and bytes as their text.
fn readable(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let (kind, hex) = match text.split_once(':') {
        Some((kind @ ("stream" | "bytes"), hex)) => (kind, hex),
        _ => return text.clone(),
    };
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    match bytes {
        Some(bytes) => format!("{kind}:{}", String::from_utf8_lossy(&bytes)),
        None => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(value: Value) -> Outcome {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_first_difference_is_named() {
        let theirs = outcome(json!({ "returned": "Message", "headers": { "a": "String:1" } }));
        let ours = outcome(json!({ "returned": "Message", "headers": { "a": "String:2" } }));
        let found = difference(&theirs, &ours).unwrap();
        assert_eq!(
            (found.part, found.theirs.as_str()),
            ("headers", "a = String:1")
        );
        assert_eq!(difference(&theirs, &theirs), None);
        let empty = outcome(json!({ "returned": "Message", "log": [] }));
        let nothing = outcome(json!({ "returned": "Message" }));
        assert_eq!(difference(&empty, &nothing), None);
    }

    #[test]
    fn texts_that_java_changed_do_not_count() {
        let thrown = |class: &str, text: &str| outcome(json!({ "exception": class, "text": text }));
        let index = "java.lang.ArrayIndexOutOfBoundsException";
        let ours = thrown(index, "3");
        assert_eq!(
            difference(&thrown(index, "Index 3 out of bounds for length 3"), &ours),
            None
        );
        let other = thrown("java.lang.IllegalStateException", "a");
        assert!(difference(&other, &thrown("java.lang.IllegalStateException", "b")).is_some());
        assert!(difference(&other, &ours).is_some());
        let fails = outcome(json!({ "failed": "panicked" }));
        assert_eq!(difference(&other, &fails).unwrap().part, "fails");
    }

    #[test]
    fn blank_lines_of_newer_java_do_not_count() {
        let body = |text: &str| outcome(json!({ "returned": "Message", "body": text }));
        let theirs = body("String:<?xml ?><a>\n    \n  <b/>\n  \n</a>");
        assert_eq!(
            difference(&theirs, &body("String:<?xml ?><a>\n  <b/>\n</a>")),
            None
        );
        assert!(difference(&theirs, &body("String:<?xml ?><a>\n  <c/>\n</a>")).is_some());
        let dense = body("String:<?xml ?><a><b/></a>");
        assert!(difference(&dense, &body("String:<?xml ?><a> <b/></a>")).is_some());
    }

    #[test]
    fn guesses_do_not_count() {
        let thrown = |text: &str| outcome(json!({ "exception": "X", "text": text }));
        let guessed = thrown("No such property: a\nPossible solutions: b, c");
        assert_eq!(difference(&guessed, &thrown("No such property: a")), None);
        assert!(difference(&guessed, &thrown("No such property: b")).is_some());
    }

    #[test]
    fn streams_are_shown_as_text() {
        assert_eq!(readable(&json!("stream:6162")), "stream:ab");
        assert_eq!(readable(&json!("stream:zz")), "stream:zz");
    }
}
