//! `lockgate test`: runs cases of flows in private servers.

mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use lockgate_cases::{Found, Line, Problem, Update, Verdict, report};
use lockgate_flow::Bundle;
use lockgate_flow::package::{self, Archive};

use super::output::{self, BAD, DIM, GOOD, HEADING, line, note, paint, printable};
use crate::bundle;

/// What to test, and how to tell.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with cases: folders with case.toml, in.* or out.*
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Flow to test (zip or folder), in place of those that the cases belong to; repeatable
    #[arg(long, value_name = "PATH")]
    flow: Vec<PathBuf>,
    /// Only cases with this in their name
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Cases that run at the same time [default: one per processor]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Make the bodies that came the expected ones, after showing how they differ
    #[arg(long)]
    update: bool,
    /// Run again what changes, until interrupted
    #[arg(long, conflicts_with_all = ["update", "junit"])]
    watch: bool,
}

/// Runs the cases; fails when one does, or when there is none.
pub(crate) async fn run(args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    if args.watch {
        return watch::run(args).await;
    }
    let cases = find(args)?;
    let verdicts = play(args, &cases, json).await;
    if json {
        output::json(&report::json(&verdicts));
    }
    if let Some(file) = &args.junit {
        std::fs::write(file, report::junit(&verdicts))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    if args.update {
        update(&verdicts)?;
    }
    Ok(match verdicts.iter().all(Verdict::passed) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The cases that are meant.
fn find(args: &Args) -> anyhow::Result<Vec<Found>> {
    let folder = args.folder.display();
    let mut cases = lockgate_cases::find(&args.folder, &args.flow)?;
    ensure!(
        !cases.is_empty(),
        "{folder} holds no case: a case is a folder with case.toml, in.* or out.*"
    );
    if let Some(text) = &args.filter {
        cases.retain(|case| case.name.contains(text.as_str()));
        ensure!(!cases.is_empty(), "no case has {text:?} in its name");
    }
    Ok(cases)
}

/// Runs cases and tells of them as they end, and of all together in the end.
async fn play(args: &Args, cases: &[Found], json: bool) -> Vec<Verdict> {
    let jobs = args
        .jobs
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let begun = now();
    let tell = |verdict: &Verdict| {
        if !json {
            show(verdict);
        }
    };
    let verdicts = lockgate_cases::run(cases, jobs, &load, tell).await;
    if !json {
        summarize(&verdicts, begun.elapsed());
    }
    verdicts
}

#[expect(
    clippy::disallowed_methods,
    reason = "people want to know how long it took; nothing depends on it"
)]
fn now() -> Instant {
    Instant::now()
}

/// The flows at a path.
fn load(path: &Path) -> Result<Vec<Bundle>, String> {
    let read = |file: PathBuf| -> Result<Vec<Bundle>, String> {
        let wrong = |message: String| format!("{}: {message}", file.display());
        let bytes = bundle::load(&file).map_err(|error| format!("{error:#}"))?;
        let archive = package::open(&bytes).map_err(|found| wrong(lines(&found)))?;
        match archive {
            Archive::Bundle(bundle) => Ok(vec![bundle]),
            Archive::Package(package) => {
                let artifacts = package.artifacts.into_iter();
                let bundles = artifacts.map(|artifact| artifact.bundle);
                let bundles: Result<Vec<_>, _> = bundles.collect();
                bundles.map_err(|found| wrong(lines(&found)))
            }
        }
    };
    let files = bundle::find(path).map_err(|error| format!("{error:#}"))?;
    let bundles: Result<Vec<_>, _> = files.into_iter().map(read).collect();
    Ok(bundles?.into_iter().flatten().collect())
}

fn lines(found: &[lockgate_flow::Diagnostic]) -> String {
    let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

fn show(verdict: &Verdict) {
    let name = printable(&verdict.name);
    let took = paint(DIM, format!("{} ms", verdict.took.as_millis()));
    if verdict.passed() {
        line(format!("{} {name}  {took}", paint(GOOD, "ok  ")));
        return;
    }
    line(format!(
        "{} {}  {took}",
        paint(BAD, "FAIL"),
        paint(HEADING, name)
    ));
    for problem in &verdict.problems {
        show_problem(problem);
    }
}

fn show_problem(problem: &Problem) {
    line(format!("       {}", shown(&problem.text)));
    for place in &problem.places {
        line(format!("         {}", shown(place)));
    }
    for difference in &problem.lines {
        let marked = printable(&report::marked(difference));
        line(format!(
            "         {}",
            match difference {
                Line::Same(_) | Line::Gap => paint(DIM, marked),
                Line::Missing(_) => paint(BAD, marked),
                Line::Extra(_) => paint(GOOD, marked),
            }
        ));
    }
}

/// Text of several lines, indented as one.
fn shown(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    lines.join("\n         ")
}

fn summarize(verdicts: &[Verdict], took: Duration) {
    let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
    let failed = verdicts.len() - passed;
    let (style, failed) = match failed {
        0 => (GOOD, String::new()),
        failed => (BAD, format!(", {failed} failed")),
    };
    let summary = paint(style, format!("{passed} passed{failed}"));
    line(format!("{summary} in {:.2} s", took.as_secs_f64()));
}

/// Writes what came over what was expected.
fn update(verdicts: &[Verdict]) -> anyhow::Result<()> {
    let problems = verdicts.iter().flat_map(|verdict| &verdict.problems);
    for Update { file, bytes } in problems.filter_map(|problem| problem.update.as_ref()) {
        std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        note(format!("updated {}", file.display()));
    }
    Ok(())
}
