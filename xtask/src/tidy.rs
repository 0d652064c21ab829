//! House rules that the compiler does not know. Each rule says why it exists when it is broken.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// Crates that change desired state.
const CONTROL_PLANE: [&str; 9] = [
    "accounts",
    "api",
    "broker",
    "catalog",
    "cloudfoundry",
    "design",
    "odata",
    "operations",
    "token",
];
/// Crates that touch messages.
const DATA_PLANE: [&str; 3] = ["engine", "adapters", "gateway"];
/// Crates the flow language must never reach, directly or not.
const NOT_IN_FLOW: [&str; 5] = ["tokio", "axum", "hyper", "rusqlite", "reqwest"];
/// Lines of a source file before its tests.
const FILE_LINES: usize = 600;

/// Checks every rule and reports all that is broken.
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    let crates = Crates::read(root)?;
    let mut broken = Vec::new();
    broken.extend(planes_stay_apart(&crates));
    broken.extend(flow_does_no_io(&crates));
    for file in sources(&root.join("crates"))? {
        let text = fs::read_to_string(&file)?;
        let name = file
            .strip_prefix(root)
            .unwrap_or(&file)
            .display()
            .to_string();
        broken.extend(sql_stays_in_the_store(&name, &text));
        broken.extend(files_stay_small(&name, &text));
    }
    broken.extend(links_lead_somewhere(root)?);
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("house rules:\n  {}", broken.join("\n  "))
    }
}

/// The direct dependencies of each of our crates, by folder name.
struct Crates(BTreeMap<String, BTreeSet<String>>);

impl Crates {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let mut crates = BTreeMap::new();
        for entry in fs::read_dir(root.join("crates"))? {
            let folder = entry?;
            let manifest = folder.path().join("Cargo.toml");
            let text =
                fs::read_to_string(&manifest).with_context(|| format!("{}", manifest.display()))?;
            let table: toml::Table = text.parse()?;
            let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
            let names = dependencies
                .into_iter()
                .flat_map(|table| table.keys().cloned())
                .collect();
            crates.insert(folder.file_name().to_string_lossy().into_owned(), names);
        }
        Ok(Self(crates))
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }
}

/// Control plane and data plane meet only in rows of the store and in the flow language.
fn planes_stay_apart(crates: &Crates) -> Vec<String> {
    let mut broken = Vec::new();
    let (control, data) = (&CONTROL_PLANE[..], &DATA_PLANE[..]);
    for (from, to) in [(control, data), (data, control)] {
        for krate in from {
            let crossing = crates
                .of(krate)
                .filter_map(|dep| dep.strip_prefix("lockgate-"));
            for dep in crossing.filter(|dep| to.contains(dep)) {
                broken.push(format!(
                    "crates/{krate} depends on crates/{dep}: the control plane and the data plane meet only in the store"
                ));
            }
        }
    }
    broken
}

/// The flow language is worth using as a library, and a pure one.
fn flow_does_no_io(crates: &Crates) -> Vec<String> {
    let ours = ["core", "xml", "pki", "flow"];
    ours.iter()
        .flat_map(|krate| crates.of(krate).map(move |dep| (krate, dep)))
        .filter(|(_, dep)| NOT_IN_FLOW.contains(dep))
        .map(|(krate, dep)| {
            format!("crates/{krate} depends on {dep}: core, xml, pki and flow do no I/O")
        })
        .collect()
}

/// A stranger finds every query in one place.
fn sql_stays_in_the_store(name: &str, text: &str) -> Vec<String> {
    if name.starts_with("crates/store/") || name.starts_with("crates/testkit/") {
        return Vec::new();
    }
    let starts = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE "]
        .map(|verb| format!("\"{verb}"));
    let has_sql = |line: &&str| starts.iter().any(|start| line.contains(start));
    text.lines()
        .filter(has_sql)
        .map(|line| format!("{name}: SQL outside crates/store: {}", line.trim()))
        .collect()
}

/// Long files hide things.
fn files_stay_small(name: &str, text: &str) -> Option<String> {
    let is_test = name.contains("/tests/") || name.ends_with("/tests.rs");
    let lines = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .count();
    (!is_test && lines > FILE_LINES)
        .then(|| format!("{name}: {lines} lines before its tests, more than {FILE_LINES}: cut it"))
}

/// Every relative link in our pages leads to a file.
fn links_lead_somewhere(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for page in pages(root)? {
        let text = fs::read_to_string(&page)?;
        let folder = page.parent().unwrap_or(root);
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = link.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.contains(' ');
            if !elsewhere && !folder.join(path).exists() {
                broken.push(format!(
                    "{}: the link to {link} leads nowhere",
                    page.strip_prefix(root).unwrap_or(&page).display()
                ));
            }
        }
    }
    Ok(broken)
}

/// The pages people read: at the root, under docs, and one in each crate.
fn pages(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = vec![root.to_owned(), root.join("docs")];
    for entry in fs::read_dir(root.join("crates"))? {
        folders.push(entry?.path());
    }
    let entries = folders
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten();
    let mut pages = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "md") {
            pages.push(path);
        }
    }
    Ok(pages)
}

/// All Rust files below `folder`.
fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(of: &[(&str, &[&str])]) -> Crates {
        let names = |deps: &[&str]| deps.iter().map(|d| (*d).to_owned()).collect();
        Crates(
            of.iter()
                .map(|(name, deps)| ((*name).to_owned(), names(deps)))
                .collect(),
        )
    }

    #[test]
    fn an_edge_between_the_planes_is_found() {
        assert_eq!(
            planes_stay_apart(&crates(&[("gateway", &["lockgate-token"])])).len(),
            1
        );
        assert!(planes_stay_apart(&crates(&[("gateway", &["lockgate-engine"])])).is_empty());
        assert_eq!(flow_does_no_io(&crates(&[("flow", &["tokio"])])).len(), 1);
    }

    #[test]
    fn sql_and_long_files_are_found() {
        let query = format!("let q = \"{} 1\";", "SELECT");
        assert_eq!(
            sql_stays_in_the_store("crates/token/src/x.rs", &query).len(),
            1
        );
        assert!(sql_stays_in_the_store("crates/store/src/x.rs", &query).is_empty());
        let long = "x\n".repeat(FILE_LINES + 1);
        assert!(files_stay_small("crates/x/src/a.rs", &long).is_some());
        assert!(files_stay_small("crates/x/tests/it/a.rs", &long).is_none());
        assert!(files_stay_small("crates/x/src/a.rs", &format!("#[cfg(test)]\n{long}")).is_none());
    }
}
