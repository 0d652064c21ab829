//! Verdicts for programs: JUnit XML and JSON.

use std::fmt::Write as _;

use lockgate_xml::serialise::{escape_attribute, escape_text};
use serde_json::{Value, json};

use crate::compare::Line;
use crate::verdict::{Problem, Verdict};

/// The verdicts as a JUnit report.
#[must_use]
pub fn junit(verdicts: &[Verdict]) -> String {
    let failures = verdicts.iter().filter(|verdict| !verdict.passed()).count();
    let seconds: f64 = verdicts
        .iter()
        .map(|verdict| verdict.took.as_secs_f64())
        .sum();
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.3}\"",
        verdicts.len()
    );
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&format!("<testsuites {counts}>\n"));
    xml.push_str(&format!("  <testsuite name=\"lockgate test\" {counts}>\n"));
    for verdict in verdicts {
        // Reports are grouped by what stands before the last dot or slash.
        let (group, name) = verdict.name.rsplit_once('/').unwrap_or(("", &verdict.name));
        let seconds = verdict.took.as_secs_f64();
        xml.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{seconds:.3}\"",
            attribute(group),
            attribute(name)
        ));
        if verdict.passed() {
            xml.push_str("/>\n");
            continue;
        }
        xml.push_str(">\n");
        for problem in &verdict.problems {
            xml.push_str(&format!(
                "      <failure message=\"{}\">{}</failure>\n",
                attribute(&problem.text),
                escape_text(&legal(&plain(problem)))
            ));
        }
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// The verdicts as JSON.
#[must_use]
pub fn json(verdicts: &[Verdict]) -> Value {
    let problem = |problem: &Problem| {
        json!({
            "message": problem.text,
            "places": problem.places,
            "diff": problem.lines.iter().map(marked).collect::<Vec<_>>(),
        })
    };
    let verdict = |verdict: &Verdict| {
        json!({
            "name": verdict.name,
            "passed": verdict.passed(),
            "seconds": verdict.took.as_secs_f64(),
            "problems": verdict.problems.iter().map(problem).collect::<Vec<_>>(),
        })
    };
    let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
    json!({
        "passed": passed,
        "failed": verdicts.len() - passed,
        "cases": verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}

/// A problem as text.
fn plain(problem: &Problem) -> String {
    let mut text = problem.text.clone();
    for place in &problem.places {
        let _infallible = write!(text, "\n  {place}");
    }
    for line in &problem.lines {
        let _infallible = write!(text, "\n{}", marked(line));
    }
    text
}

/// A line of a difference with its mark: `-` expected, `+` found.
#[must_use]
pub fn marked(line: &Line) -> String {
    match line {
        Line::Same(text) => format!("  {text}"),
        Line::Missing(text) => format!("- {text}"),
        Line::Extra(text) => format!("+ {text}"),
        Line::Gap => "  …".to_owned(),
    }
}

fn attribute(text: &str) -> String {
    escape_attribute(&legal(text)).into_owned()
}

/// Text without the characters that XML does not allow.
fn legal(text: &str) -> String {
    let is_legal = |c: &char| matches!(c, '\t' | '\n' | '\r') || !c.is_control();
    let legal = |c: char| match is_legal(&c) && !matches!(c, '\u{fffe}' | '\u{ffff}') {
        true => c,
        false => '\u{fffd}',
    };
    text.chars().map(legal).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lockgate_xml::Source;

    use super::*;

    fn verdicts() -> Vec<Verdict> {
        let problem = Problem {
            places: vec!["/a: expected 1, found 2".to_owned()],
            lines: vec![
                Line::Missing("<1>\u{1b}[0m".to_owned()),
                Line::Extra("2".to_owned()),
            ],
            ..Problem::new("the \"body\" is <not> as expected\u{7}")
        };
        let verdict = |name: &str, problems| Verdict {
            name: name.to_owned(),
            took: Duration::from_millis(1500),
            problems,
        };
        vec![verdict("orders/new", vec![]), verdict("old", vec![problem])]
    }

    #[test]
    fn a_junit_report_is_xml_whatever_the_flows_answer() {
        let xml = junit(&verdicts());
        let source = Source::from_text(xml.as_str()).unwrap();
        let document = source.document().unwrap();
        let tags = |name: &str| {
            let found = document.tree().descendants();
            let found = found.filter(|node| node.has_tag_name(name));
            found.collect::<Vec<_>>()
        };
        assert_eq!(tags("testsuite")[0].attribute("failures"), Some("1"));
        assert_eq!(tags("testcase")[0].attribute("classname"), Some("orders"));
        assert_eq!(tags("testcase")[0].attribute("time"), Some("1.500"));
        let failure = tags("failure")[0];
        assert!(
            failure
                .attribute("message")
                .unwrap()
                .starts_with("the \"body\" is <not>")
        );
        assert!(failure.text().unwrap().contains("\n- <1>"));
    }

    #[test]
    fn json_counts_and_tells() {
        let report = json(&verdicts());
        assert_eq!(
            (&report["passed"], &report["failed"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(report["cases"][1]["problems"][0]["diff"][1], "+ 2");
    }
}
