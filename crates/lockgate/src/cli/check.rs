//! `lockgate check`: which flows would run, and what is missing.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lockgate_adapters::AdaptersConfig;
use lockgate_engine::prepare::{Registry, prepare};
use lockgate_flow::manifest::BundleKind;
use lockgate_flow::package::{self, Archive};
use lockgate_flow::report::{CollectionReport, FlowReport, Report, Sum, Total, Unreadable};
use lockgate_flow::scripts::Script;
use lockgate_flow::{Bundle, Code, Diagnostic, read};
use serde_json::json;

use super::output::{self, BAD, DIM, GOOD, HEADING, WARN, line, paint, printable, rows_aligned};
use crate::{bundle, server};

/// How many missing things the report names before it sums up the rest.
const MISSING_SHOWN: usize = 25;

/// Reads every bundle and prints the report. Succeeds even when flows would not run: that is what
/// it reports; files that cannot be opened make it fail.
pub(crate) fn run(paths: &[PathBuf], with_details: bool, json: bool) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(bundle::find(path)?);
    }
    let registry = server::receivers(&AdaptersConfig::default())?;
    let mut report = Report::default();
    for (done, file) in files.iter().enumerate() {
        progress(done, files.len());
        add(&mut report, &registry, file)?;
    }
    progress(files.len(), files.len());
    if json {
        let sum = report.sum();
        output::json(&json!({
            "sum": sum, "flows": report.flows, "collections": report.collections,
            "unreadable": report.unreadable,
        }));
    } else {
        print(&report, with_details);
    }
    Ok(if report.unreadable.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Shows how far we are, on a terminal only.
fn progress(done: usize, all: usize) {
    if all > 20 && std::io::stderr().is_terminal() {
        use std::io::Write as _;
        let end = if done == all { "\r\x1b[K" } else { "" };
        // Progress is a courtesy: a closed terminal is no error.
        let _shown = write!(anstream::stderr(), "\rreading {done} of {all}{end}");
    }
}

fn add(report: &mut Report, registry: &Registry, file: &Path) -> anyhow::Result<()> {
    let source = file.display().to_string();
    match package::open(&bundle::load(file)?) {
        Err(problems) => report.add_unreadable(source, problems),
        Ok(Archive::Bundle(bundle)) if bundle.manifest.kind == BundleKind::ScriptCollection => {
            report.add_collection(source, &bundle);
        }
        Ok(Archive::Bundle(bundle)) => add_bundle(report, registry, source, &bundle),
        Ok(Archive::Package(package)) => {
            for artifact in &package.artifacts {
                let source = format!("{source}#{}", artifact.id);
                match &artifact.bundle {
                    Ok(bundle) if bundle.manifest.kind == BundleKind::ScriptCollection => {
                        report.add_collection(source, bundle);
                    }
                    Ok(bundle) if bundle.manifest.kind != BundleKind::IntegrationFlow => {}
                    Ok(bundle) => add_bundle(report, registry, source, bundle),
                    Err(problems) => report.add_unreadable(source, problems.clone()),
                }
            }
        }
    }
    Ok(())
}

/// Adds a flow, with what the adapters have to say about its channels.
fn add_bundle(report: &mut Report, registry: &Registry, source: String, bundle: &Bundle) {
    let mut reading = read(bundle, &BTreeMap::new());
    let problems = reading
        .plan
        .as_ref()
        .map(|plan| prepare(plan, registry).err().unwrap_or_default());
    for problem in problems.into_iter().flatten() {
        let mut diagnostic = Diagnostic::error(Code::UnsupportedFeature, problem.message);
        diagnostic.element = Some(problem.element);
        reading.diagnostics.push(diagnostic);
        reading.plan = None;
    }
    report.add(source, bundle, &reading);
}

fn print(report: &Report, with_details: bool) {
    let width = report
        .flows
        .iter()
        .map(|flow| flow.id.chars().count())
        .max()
        .unwrap_or(0)
        .min(60);
    for flow in &report.flows {
        print_flow(flow, width, with_details);
    }
    for collection in &report.collections {
        print_collection(collection, with_details);
    }
    for file in &report.unreadable {
        print_unreadable(file);
    }
    print_sum(&report.sum());
}

fn print_flow(flow: &FlowReport, width: usize, with_details: bool) {
    let (style, mark) = if flow.runs {
        (GOOD, "runs")
    } else {
        (BAD, "not yet")
    };
    let missing = flow.missing.iter().cloned().collect::<Vec<_>>().join(", ");
    let why = if missing.is_empty() && !flow.runs {
        first_error(&flow.diagnostics)
    } else {
        missing
    };
    line(
        format!(
            "{} {:<width$}  {}",
            paint(style, format!("{mark:<7}")),
            flow.id,
            paint(DIM, why)
        )
        .trim_end(),
    );
    flow.usage.scripts.iter().for_each(print_script);
    if with_details {
        flow.diagnostics.iter().for_each(print_diagnostic);
    }
}

fn print_collection(collection: &CollectionReport, with_details: bool) {
    let count = format!("{} scripts", collection.scripts.len());
    line(format!("shared  {}  {}", collection.id, paint(DIM, count)));
    collection.scripts.iter().for_each(print_script);
    if with_details {
        collection.diagnostics.iter().for_each(print_diagnostic);
    }
}

/// Says what keeps a script from running to its end.
fn print_script(script: &Script) {
    let missing: Vec<&str> = script.missing.iter().map(String::as_str).collect();
    let about = match (script.compiles, missing.is_empty()) {
        (true, true) => return,
        (true, false) => format!("lacks {}", missing.join(", ")),
        (false, _) => "is not Groovy".to_owned(),
    };
    let style = if script.compiles { WARN } else { BAD };
    let name = printable(&script.file);
    line(format!(
        "        {name} {}",
        paint(style, printable(&about))
    ));
}

fn first_error(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .find(|d| d.is_error())
        .map(|d| d.message.clone())
        .unwrap_or_default()
}

fn print_unreadable(file: &Unreadable) {
    line(format!("{} {}", paint(BAD, "cannot be read"), file.source));
    file.diagnostics.iter().for_each(print_diagnostic);
}

fn print_diagnostic(diagnostic: &Diagnostic) {
    line(output::diagnostic(&json!({
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "element": diagnostic.element,
        "position": diagnostic.span.as_ref().map(ToString::to_string),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    })));
}

fn print_sum(sum: &Sum) {
    line("");
    line(paint(
        HEADING,
        format!("{} of {} flows would run today", sum.runs, sum.flows),
    ));
    for (title, totals) in [
        ("STEP", &sum.steps),
        ("ADAPTER", &sum.adapters),
        ("EXPRESSION", &sum.expressions),
    ] {
        print_totals(title, totals);
    }
    if !sum.resources.is_empty() {
        let rows: Vec<Vec<String>> = sum
            .resources
            .iter()
            .map(|(kind, total)| {
                vec![
                    (*kind).to_owned(),
                    total.files.to_string(),
                    total.runs.to_string(),
                    total.elsewhere.to_string(),
                ]
            })
            .collect();
        line("");
        rows_aligned(
            ["RESOURCE", "FILES", "RUN", "IN OTHER ARTIFACTS"]
                .map(str::to_owned)
                .to_vec(),
            &rows,
        );
    }
    print_scripts(sum);
    if !sum.missing.is_empty() {
        let row = |m: &lockgate_flow::report::Missing| {
            vec![m.name.clone(), m.flows.to_string(), m.only.to_string()]
        };
        let rows: Vec<Vec<String>> = sum.missing.iter().take(MISSING_SHOWN).map(row).collect();
        line("");
        rows_aligned(
            ["MISSING", "FLOWS", "FLOWS THAT LACK ONLY THIS"]
                .map(str::to_owned)
                .to_vec(),
            &rows,
        );
        if sum.missing.len() > MISSING_SHOWN {
            line(paint(
                DIM,
                format!(
                    "and {} more; --json has them all",
                    sum.missing.len() - MISSING_SHOWN
                ),
            ));
        }
    }
}

fn print_scripts(sum: &Sum) {
    let total = &sum.scripts;
    if total.files == 0 {
        return;
    }
    let headings = ["SCRIPTS", "RUN", "LACK SOMETHING", "NOT GROOVY"];
    let row = [total.files, total.runs, total.lacking, total.broken];
    line("");
    rows_aligned(
        headings.map(str::to_owned).to_vec(),
        &[row.map(|count| count.to_string()).to_vec()],
    );
    if sum.missing_in_scripts.is_empty() {
        return;
    }
    let shown = sum.missing_in_scripts.iter().take(MISSING_SHOWN);
    let rows: Vec<_> = shown
        .map(|missing| vec![printable(&missing.name), missing.scripts.to_string()])
        .collect();
    line("");
    rows_aligned(
        ["MISSING IN SCRIPTS", "SCRIPTS"]
            .map(str::to_owned)
            .to_vec(),
        &rows,
    );
}

fn print_totals(title: &str, totals: &BTreeMap<String, Total>) {
    if totals.is_empty() {
        return;
    }
    let mut by_use: Vec<(&String, &Total)> = totals.iter().collect();
    by_use.sort_by_key(|(name, total)| (std::cmp::Reverse(total.uses), *name));
    let mark = |runs| if runs { "yes" } else { "no" }.to_owned();
    let row = |(name, total): (&String, &Total)| {
        vec![
            name.clone(),
            mark(total.runs),
            total.uses.to_string(),
            total.flows.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = by_use.into_iter().map(row).collect();
    line("");
    rows_aligned(
        [title, "RUNS", "USES", "FLOWS"].map(str::to_owned).to_vec(),
        &rows,
    );
}
