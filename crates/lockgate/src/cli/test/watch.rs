//! Runs cases again when files change.

use std::collections::BTreeMap;
use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use lockgate_cases::Found;

use super::{Args, find, play};
use crate::cli::output::{BAD, DIM, line, paint};

/// How often files are looked at.
const GLANCE: Duration = Duration::from_millis(500);
/// Files that are looked at, at most.
const FILES: usize = 100_000;
/// How deep folders are looked into.
const DEPTH: usize = 32;

/// Runs all cases, then those that changed, until the process is interrupted.
pub(super) async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut seen = Snapshot::default();
    loop {
        let cases = find(args);
        let now = Snapshot::take(args, cases.as_deref().unwrap_or_default());
        let changed = now.changes(&seen);
        if !changed.is_empty() {
            clear();
            match cases {
                Ok(cases) => {
                    let meant: Vec<_> = cases
                        .iter()
                        .filter(|case| is_touched(case, &changed))
                        .cloned()
                        .collect();
                    // A change that belongs to no case may concern them all.
                    let meant = if meant.is_empty() { cases } else { meant };
                    play(args, &meant, false).await;
                }
                Err(error) => line(format!("{} {error:#}", paint(BAD, "error:"))),
            }
            line(paint(DIM, "waiting for changes; Ctrl-C ends this"));
        }
        seen = now;
        tokio::time::sleep(GLANCE).await;
    }
}

/// Whether one of the files belongs to a case: its own, or of its flows or suite.
fn is_touched(case: &Found, changed: &[PathBuf]) -> bool {
    let suite = case.suite.as_ref().map(|suite| suite.join("suite.toml"));
    let of_flow = |file: &PathBuf| {
        let mut flows = case.flows.iter();
        // The cases of a flow lie in its folder, and are none of its files.
        flows.any(|flow| {
            let inside = fs::canonicalize(flow).is_ok_and(|flow| file.starts_with(flow));
            inside && !file.iter().any(|part| part == "tests")
        })
    };
    changed
        .iter()
        .any(|file| file.starts_with(&case.folder) || suite.as_ref() == Some(file) || of_flow(file))
}

/// Empties the screen, if there is one.
fn clear() {
    if std::io::stdout().is_terminal() {
        let _closed = write!(anstream::stdout(), "\u{1b}[2J\u{1b}[H");
    }
}

/// When files were changed last, and their sizes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Snapshot(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Snapshot {
    fn take(args: &Args, cases: &[Found]) -> Self {
        let mut snapshot = Self::default();
        let mut roots = vec![args.folder.clone()];
        roots.extend(cases.iter().flat_map(|case| case.flows.iter().cloned()));
        roots.extend(cases.iter().filter_map(|case| case.suite.clone()));
        let roots = roots.iter().filter_map(|root| fs::canonicalize(root).ok());
        let mut roots: Vec<_> = roots.collect();
        roots.sort();
        roots.dedup();
        for root in roots {
            snapshot.add(&root, 0);
        }
        snapshot
    }

    /// Adds a file, or the files of a folder. Links are not followed.
    fn add(&mut self, path: &Path, depth: usize) {
        let Ok(about) = fs::symlink_metadata(path) else {
            return;
        };
        if about.is_file() && self.0.len() < FILES {
            let state = (about.modified().ok(), about.len());
            self.0.insert(path.to_owned(), state);
        } else if about.is_dir() && depth < DEPTH {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            for entry in entries {
                if !entry.file_name().to_string_lossy().starts_with('.') {
                    self.add(&entry.path(), depth + 1);
                }
            }
        }
    }

    /// The files that are new, changed or gone.
    fn changes(&self, before: &Self) -> Vec<PathBuf> {
        let changed = self
            .0
            .iter()
            .filter(|(file, state)| before.0.get(*file) != Some(*state));
        let gone = before.0.keys().filter(|file| !self.0.contains_key(*file));
        changed.map(|(file, _)| file).chain(gone).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_concerns_the_cases_it_belongs_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let put = |name: &str, text: &str| {
            let file = root.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        put("flow/META-INF/MANIFEST.MF", "");
        put("flow/tests/a/in.json", "{}");
        put("flow/tests/b/in.json", "{}");
        let args = Args {
            folder: root.clone(),
            flow: Vec::new(),
            filter: None,
            jobs: None,
            junit: None,
            update: false,
            watch: true,
        };
        let cases = find(&args).unwrap();
        let before = Snapshot::take(&args, &cases);
        assert_eq!(before.changes(&Snapshot::default()).len(), 3);
        put("flow/tests/a/in.json", "{ }");
        let after = Snapshot::take(&args, &cases);
        let changed = after.changes(&before);
        assert_eq!(changed, [root.join("flow/tests/a/in.json")]);
        let touched = |changed: &[PathBuf]| {
            let touched = cases.iter().filter(|case| is_touched(case, changed));
            touched.map(|case| case.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(touched(&changed), ["flow/a"]);
        fs::remove_file(root.join("flow/META-INF/MANIFEST.MF")).unwrap();
        let gone = Snapshot::take(&args, &cases).changes(&after);
        assert_eq!(touched(&gone), ["flow/a", "flow/b"]);
    }
}
