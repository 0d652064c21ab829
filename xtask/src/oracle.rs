//! `cargo xtask oracle`: the scripts of real flows, run by real Groovy and by our engine.
//!
//! Scripts never come into the repository: the folder they lie in is an argument. Both engines get
//! the same made-up messages (`jobs`), and everything that can be seen afterwards is compared
//! (`outcome`). Real Groovy runs everything twice, so that what depends on chance is left out.

mod bodies;
mod entries;
mod jobs;
mod names;
mod ours;
mod outcome;
mod probes;
mod report;
mod theirs;
mod tokens;
mod values;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use self::jobs::Job;
use self::outcome::Outcome;
use self::report::Report;
pub(crate) use self::theirs::Groovy;
use crate::shell::heading;

/// What to compare.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Folder with scripts (*.groovy, *.gsh), searched with its subfolders
    #[arg(required_unless_present = "probes")]
    folder: Option<PathBuf>,
    /// Ask real Groovy for the golden snippets again instead
    #[arg(long, conflicts_with = "folder")]
    probes: bool,
    /// Only scripts whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Fail when fewer scripts, in percent, have everything they use
    #[arg(long, default_value_t = 90.0)]
    supported: f64,
    /// Fail when fewer scripts, in percent, give the same results
    #[arg(long, default_value_t = 95.0)]
    identical: f64,
}

/// Runs the task.
#[expect(clippy::print_stdout, reason = "a developer's tool prints its report")]
pub(crate) fn run(root: &Path, args: &Args) -> anyhow::Result<()> {
    fs::create_dir_all(root.join("target/oracle"))?;
    if args.probes {
        return probes::check(root);
    }
    let folder = args.folder.as_deref().context("no folder")?;
    let report = compare(root, folder, args.only.as_deref().unwrap_or_default())?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}", report.text());
    }
    ensure!(
        report.supported_share() >= args.supported,
        "fewer than {} % of the scripts have everything they use",
        args.supported
    );
    ensure!(
        report.identical_share() >= args.identical,
        "fewer than {} % of the scripts give the same results",
        args.identical
    );
    Ok(())
}

fn compare(root: &Path, folder: &Path, only: &str) -> anyhow::Result<Report> {
    let work = root.join("target/oracle");
    heading("calls");
    let calls = calls(folder, only)?;
    let jobs = work.join("jobs.jsonl");
    fs::write(&jobs, &calls)?;
    let (theirs, again) = ask(root, &work, &jobs, &calls)?;
    let program = ours::build(root)?;
    heading("running our engine");
    let results = work.join("ours.jsonl");
    ours::run(&program, &jobs, &results)?;
    Ok(Report::new(&theirs, &again, &read(&results)?))
}

/// Two answers of real Groovy, from the last time if nothing has changed.
fn ask(
    root: &Path,
    work: &Path,
    jobs: &Path,
    calls: &str,
) -> anyhow::Result<(Vec<Outcome>, Vec<Outcome>)> {
    let mut key = calls.to_owned();
    for file in files(&root.join("xtask/oracle"))? {
        key.push_str(&fs::read_to_string(file)?);
    }
    let key = format!("{:016x}", values::hash(&key));
    let kept = ["a", "b"].map(|name| work.join(format!("theirs-{key}-{name}.jsonl")));
    if !kept.iter().all(|file| file.exists()) {
        let groovy = Groovy::prepare(root)?;
        heading("running real Groovy, twice");
        std::thread::scope(|scope| {
            let runs = kept.each_ref().map(|file| {
                let groovy = &groovy;
                scope.spawn(move || {
                    let new = file.with_extension("new");
                    groovy.run("Oracle.groovy", jobs, &new)?;
                    fs::rename(new, file).context("cannot keep the answers")
                })
            });
            let ended = runs.map(std::thread::ScopedJoinHandle::join);
            ended
                .into_iter()
                .try_for_each(|end| end.expect("invariant: running a program does not panic"))
        })?;
    }
    let [first, second] = kept;
    Ok((read(&first)?, read(&second)?))
}

/// The calls of all scripts, one JSON object a line.
fn calls(folder: &Path, only: &str) -> anyhow::Result<String> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("{}", folder.display()))?;
    let mut lines = String::new();
    let mut scripts = 0;
    for file in files(&folder)? {
        let is_script = file
            .extension()
            .is_some_and(|ext| ext == "groovy" || ext == "gsh");
        let name = file
            .strip_prefix(&folder)
            .unwrap_or(&file)
            .with_extension("");
        let name = name.to_string_lossy().replace('/', "!");
        if !is_script || !name.contains(only) {
            continue;
        }
        scripts += 1;
        let source = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
        for job in jobs::jobs(&name, &file, &source) {
            lines.push_str(&serde_json::to_string::<Job>(&job)?);
            lines.push('\n');
        }
    }
    ensure!(scripts > 0, "no scripts in {}", folder.display());
    Ok(lines)
}

/// Outcomes of a file, one a line.
fn read(file: &Path) -> anyhow::Result<Vec<Outcome>> {
    let text = fs::read_to_string(file)?;
    let outcomes = text.lines().map(serde_json::from_str::<Outcome>);
    outcomes
        .collect::<Result<_, _>>()
        .with_context(|| format!("{}", file.display()))
}

/// All files below a folder, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
