//! Finds cases below a folder, and the flows that each of them is about.

use std::fs;
use std::path::{Path, PathBuf};

use crate::case::{self, CASE, SUITE, Unreadable};

/// How deep cases may lie below the folder.
const DEPTH: usize = 12;
/// Cases at most.
const CASES: usize = 10_000;
/// Folders that hold no cases: those of flows, and those of cases.
const OTHERS: [&str; 4] = ["META-INF", "src", "mocks", "target"];
/// What every flow has.
const MANIFEST: &str = "META-INF/MANIFEST.MF";

/// A case that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its path below the folder, without `tests` in between.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// The folder whose `suite.toml` holds for it.
    pub suite: Option<PathBuf>,
    /// Where its flows are: bundles, folders of a bundle, or folders with several.
    pub flows: Vec<PathBuf>,
}

/// Finds the cases below `root`, by name. A case is a folder with `case.toml`, `in.*` or `out.*`.
///
/// Its flows are `flows`, when there are any; else those that the nearest `suite.toml` above names;
/// else the nearest flow, or folder of flows, in which the case lies.
///
/// # Errors
/// When a folder cannot be read, or a case has no flow.
pub fn find(root: &Path, flows: &[PathBuf]) -> Result<Vec<Found>, Unreadable> {
    let root = fs::canonicalize(root).map_err(|error| Unreadable::new(root, error))?;
    let mut folders = Vec::new();
    collect(&root, 0, &mut folders)?;
    folders.sort();
    let mut found = Vec::with_capacity(folders.len());
    for folder in folders {
        let (suite, own) = home(&folder)?;
        let flows = if flows.is_empty() {
            own
        } else {
            flows.to_vec()
        };
        if flows.is_empty() {
            let message = format!(
                "no flow belongs to this case: put it below the flow's folder, name the flow in {SUITE}, or give it by --flow"
            );
            return Err(Unreadable::new(&folder, message));
        }
        found.push(Found {
            name: name(&root, &folder),
            folder,
            suite,
            flows,
        });
    }
    Ok(found)
}

fn name(root: &Path, folder: &Path) -> String {
    let below = folder.strip_prefix(root).unwrap_or(folder);
    let parts = below.iter().map(|part| part.to_string_lossy());
    let parts: Vec<_> = parts.filter(|part| part != "tests").collect();
    if parts.is_empty() {
        let own = folder.file_name().unwrap_or_default();
        return own.to_string_lossy().into_owned();
    }
    parts.join("/")
}

fn collect(folder: &Path, depth: usize, cases: &mut Vec<PathBuf>) -> Result<(), Unreadable> {
    if depth > DEPTH {
        return Err(Unreadable::new(folder, "it lies too deep for cases"));
    }
    let is_case = |file: &PathBuf| {
        let stem = file.file_stem().unwrap_or_default();
        file.ends_with(CASE) || stem == "in" || stem == "out"
    };
    if case::files(folder)?.iter().any(is_case) {
        if cases.len() == CASES {
            let message = format!("there are more than {CASES} cases");
            return Err(Unreadable::new(folder, message));
        }
        cases.push(folder.to_owned());
    }
    for inner in folders(folder)? {
        let name = inner.file_name().unwrap_or_default().to_string_lossy();
        if !OTHERS.contains(&&*name) {
            collect(&inner, depth + 1, cases)?;
        }
    }
    Ok(())
}

/// The folders directly in a folder, hidden ones left out. Links are not followed.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let unreadable = |error: std::io::Error| Unreadable::new(folder, error);
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.file_type().map_err(unreadable)?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

/// The suite of a case, and its flows.
fn home(case: &Path) -> Result<(Option<PathBuf>, Vec<PathBuf>), Unreadable> {
    let mut suite = None;
    for folder in case.ancestors() {
        if suite.is_none() && folder.join(SUITE).is_file() {
            suite = Some(folder.to_owned());
            let flows = case::flows_of_suite(folder)?;
            if !flows.is_empty() {
                return Ok((suite, flows));
            }
        }
        if holds_flows(folder) {
            return Ok((suite, vec![folder.to_owned()]));
        }
    }
    Ok((suite, Vec::new()))
}

/// Whether a folder is a flow, or has flows directly in it.
fn holds_flows(folder: &Path) -> bool {
    let is_flow = |folder: &Path| folder.join(MANIFEST).is_file();
    let inside = || folders(folder).unwrap_or_default();
    is_flow(folder) || inside().iter().any(|inner| is_flow(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, name: &str, text: &str) {
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    #[test]
    fn a_case_belongs_to_the_flow_around_it_or_to_those_of_its_suite() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        put(&root, "orders/META-INF/MANIFEST.MF", "");
        put(&root, "orders/src/main/resources/in.xml", "no case");
        put(&root, "orders/tests/new/in.json", "{}");
        put(&root, "orders/tests/new/mocks/in.json", "no case either");
        put(&root, "orders/tests/old/case.toml", "");
        put(&root, "orders/.git/in.json", "");
        put(&root, "apart/suite.toml", "flows = [\"../orders\"]");
        put(&root, "apart/deep/er/out.txt", "");
        put(&root, "package/One/META-INF/MANIFEST.MF", "");
        put(&root, "package/tests/all/in.xml", "");
        let cases = find(&root, &[]).unwrap();
        let shown: Vec<_> = cases
            .iter()
            .map(|case| (case.name.as_str(), case.flows.clone()))
            .collect();
        assert_eq!(
            shown,
            [
                ("apart/deep/er", vec![root.join("apart/../orders")]),
                ("orders/new", vec![root.join("orders")]),
                ("orders/old", vec![root.join("orders")]),
                ("package/all", vec![root.join("package")]),
            ]
        );
        assert_eq!(cases[0].suite, Some(root.join("apart")));
        let given = [PathBuf::from("elsewhere.zip")];
        let cases = find(&root.join("orders/tests/new"), &given).unwrap();
        assert_eq!((cases.len(), cases[0].name.as_str()), (1, "new"));
        assert_eq!(cases[0].flows, given);
    }

    #[test]
    fn a_case_without_a_flow_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "lonely/in.json", "{}");
        let error = find(folder.path(), &[]).unwrap_err().to_string();
        assert!(error.contains("lonely: no flow belongs"), "{error}");
        assert!(error.contains("--flow"), "{error}");
        let error = find(&folder.path().join("nowhere"), &[]).unwrap_err();
        assert!(error.to_string().contains("nowhere"), "{error}");
    }
}
