//! Reads the corpus of published flows, when it is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lockgate_flow::report::{Report, Sum};
use lockgate_flow::{Bundle, Diagnostic, Reading};

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    std::env::var_os("LOCKGATE_CORPUS").map_or(beside, PathBuf::from)
}

fn readings(folder: &Path) -> Vec<(String, Bundle, Reading)> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "zip"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bundle = Bundle::from_zip(&std::fs::read(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let reading = lockgate_flow::read(&bundle, &BTreeMap::new());
        (name, bundle, reading)
    };
    paths.into_iter().map(read).collect()
}

/// Flows that need nothing beyond what can be executed.
const DEPLOYABLE: [&str; 14] = [
    "026", "057", "121", "124", "129", "140", "154", "177", "212", "225", "235", "252", "253",
    "295",
];

#[test]
fn every_published_flow_is_read() {
    let folder = folder();
    if !folder.is_dir() {
        println!(
            "SKIPPED: no corpus at {}; set LOCKGATE_CORPUS",
            folder.display()
        );
        return;
    }
    let readings = readings(&folder);
    assert_eq!(readings.len(), 343);
    let mut report = Report::default();
    for (name, bundle, reading) in &readings {
        let failed = reading.diagnostics.iter().any(Diagnostic::is_error);
        assert_eq!(reading.plan.is_none(), failed, "{name}");
        assert!(reading.model.is_some(), "{name}");
        report.add(name, bundle, reading);
    }
    let unknown = |step: &&String| step.starts_with("unknown");
    let sum = report.sum();
    assert_eq!(sum.steps.keys().find(unknown), None);
    let deployable: Vec<_> = report
        .flows
        .iter()
        .filter(|flow| flow.runs)
        .map(|flow| flow.source.as_str())
        .collect();
    for name in DEPLOYABLE {
        assert!(deployable.contains(&name), "{name} has no plan");
    }
    compare(&summary(&report, &sum));
}

/// What was found, in a form whose changes can be judged.
fn summary(report: &Report, sum: &Sum) -> String {
    let mut text = format!("{} of {} flows run\n", sum.runs, sum.flows);
    for (title, totals) in [
        ("steps", &sum.steps),
        ("adapters", &sum.adapters),
        ("expressions", &sum.expressions),
    ] {
        writeln!(text, "\n{title}: uses, flows").unwrap();
        for (name, total) in totals {
            let mark = if total.runs { "+" } else { "-" };
            writeln!(text, "{mark} {:5} {:4} {name}", total.uses, total.flows).unwrap();
        }
    }
    writeln!(text, "\nresources: files, elsewhere, present").unwrap();
    for (kind, total) in &sum.resources {
        writeln!(
            text,
            "{:5} {:4} {:4} {kind}",
            total.files, total.elsewhere, total.present
        )
        .unwrap();
    }
    let scripts = &sum.scripts;
    writeln!(
        text,
        "\nscripts: {} files, {} have all they use, {} lack something, {} are not Groovy",
        scripts.files, scripts.runs, scripts.lacking, scripts.broken
    )
    .unwrap();
    for missing in &sum.missing_in_scripts {
        writeln!(text, "{:5} {}", missing.scripts, missing.name).unwrap();
    }
    writeln!(text, "\nfindings").unwrap();
    for (severity, codes) in [("error", &sum.errors), ("warning", &sum.warnings)] {
        for (code, count) in codes {
            writeln!(text, "{count:5} {severity} {code}").unwrap();
        }
    }
    writeln!(text, "\nflows: errors, what they miss").unwrap();
    for flow in &report.flows {
        let errors = flow.diagnostics.iter().filter(|d| d.is_error()).count();
        let missing: Vec<_> = flow.missing.iter().map(String::as_str).collect();
        writeln!(text, "{} {errors:3} {}", flow.source, missing.join(", ")).unwrap();
    }
    text
}

fn compare(summary: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/corpus_summary.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, summary).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let difference = golden
        .lines()
        .zip(summary.lines())
        .find(|(golden, found)| golden != found);
    assert_eq!(difference, None, "run with UPDATE=1 if the change is meant");
    assert_eq!(
        golden.len(),
        summary.len(),
        "run with UPDATE=1 if the change is meant"
    );
}
