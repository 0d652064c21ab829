//! `lockgate script check`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use lockgate_flow::scripts::{self, Judgement, Sources};
use serde_json::json;

use super::super::output::{self, BAD, DIM, GOOD, HEADING, WARN, line, paint};

/// Judges scripts and shows what was found in them.
pub(super) fn run(paths: &[PathBuf], json: bool) -> anyhow::Result<ExitCode> {
    let mut judged = Vec::new();
    for path in paths {
        let (only, all) = match path.is_dir() {
            true => (None, super::below(path)?),
            false => {
                let (name, all) = super::with_neighbours(path)?;
                (Some(name), all)
            }
        };
        let sources = Sources::new(&all);
        let wanted = all
            .iter()
            .filter(|(file, _)| only.as_ref().is_none_or(|only| only == *file));
        judged.extend(
            wanted.map(|(file, source)| scripts::judge(file, &sources.compile(file, source))),
        );
    }
    ensure!(!judged.is_empty(), "there is no script (.groovy, .gsh)");
    if json {
        let all = judged
            .iter()
            .map(|one| json!({ "script": one.script, "diagnostics": one.findings }));
        output::json(&json!({ "items": all.collect::<Vec<_>>() }));
    } else {
        show(&judged);
    }
    let clean = judged.iter().all(|one| one.findings.is_empty());
    Ok(match clean {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn show(judged: &[Judgement]) {
    let widths = judged.iter().map(|one| one.script.file.chars().count());
    let width = widths.max().unwrap_or(0).min(60);
    for Judgement { script, findings } in judged {
        let (style, mark) = match (script.compiles, script.missing.is_empty()) {
            (false, _) => (BAD, "broken"),
            (true, false) => (WARN, "lacks"),
            (true, true) => (GOOD, "runs"),
        };
        let (mark, file) = (format!("{mark:<6}"), output::printable(&script.file));
        let missing: Vec<&str> = script.missing.iter().map(String::as_str).collect();
        let missing = output::printable(&missing.join(", "));
        line(match missing.is_empty() {
            true => format!("{} {file}", paint(style, mark)),
            false => format!(
                "{} {file:<width$}  {}",
                paint(style, mark),
                paint(DIM, missing)
            ),
        });
        for finding in findings {
            line(output::diagnostic(&json!({
                "severity": finding.severity,
                "code": finding.code,
                "position": finding.span.as_ref().map(ToString::to_string),
                "message": finding.message,
            })));
        }
    }
    let clean = judged.iter().filter(|one| one.findings.is_empty()).count();
    let sum = format!("{clean} of {} scripts have all they use", judged.len());
    line("");
    line(paint(HEADING, sum));
}
