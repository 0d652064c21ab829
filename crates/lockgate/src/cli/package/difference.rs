//! How a package in a folder differs from the one on a server.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use lockgate_flow::Bundle;
use lockgate_folders::{Changed, changes};
use serde_json::{Value, json};

use super::folder::{self, Local};
use super::remote::{self, Artifact};
use crate::cli::output::{BAD, GOOD, HEADING, WARN, line, paint, printable};

/// How an artifact in the folder differs from the one on the server.
pub(super) struct Difference {
    pub(super) id: String,
    here: bool,
    there: bool,
    /// Files as they would change on the server.
    pub(super) files: Vec<(String, Changed)>,
    /// Parameters that have another value in the folder.
    pub(super) parameters: Vec<String>,
}

impl Difference {
    pub(super) fn is_one(&self) -> bool {
        let is_same = self.here && self.there && self.files.is_empty();
        !is_same || !self.parameters.is_empty()
    }

    fn state(&self) -> &'static str {
        match (self.here, self.there) {
            (true, false) => "only in the folder",
            (false, true) => "only on the server",
            _ => "differs",
        }
    }

    pub(super) fn json(&self) -> Value {
        let files = self
            .files
            .iter()
            .map(|(path, how)| json!({ "path": path, "change": changed(*how).0 }));
        json!({
            "id": self.id, "state": self.state(),
            "files": files.collect::<Vec<_>>(), "parameters": self.parameters,
        })
    }

    pub(super) fn show(&self) {
        let id = paint(HEADING, printable(&self.id));
        line(format!("{id} {}", self.state()));
        for (path, how) in &self.files {
            let (word, style) = changed(*how);
            line(format!(
                "  {} {}",
                paint(style, format!("{word:<9}")),
                printable(path)
            ));
        }
        // Values may be secret.
        for name in &self.parameters {
            line(format!(
                "  {} {}",
                paint(WARN, "parameter"),
                printable(name)
            ));
        }
    }
}

fn changed(how: Changed) -> (&'static str, anstyle::Style) {
    match how {
        Changed::Added => ("added", GOOD),
        Changed::Removed => ("removed", BAD),
        Changed::Modified => ("modified", WARN),
    }
}

/// Every artifact of either side, by id.
pub(super) fn compare(
    local: &Local,
    artifacts: &BTreeMap<String, Artifact>,
) -> anyhow::Result<Vec<Difference>> {
    let ids: BTreeSet<_> = local.artifacts.keys().chain(artifacts.keys()).collect();
    ids.into_iter()
        .map(|id| {
            let (own, there) = (local.artifacts.get(id), artifacts.get(id));
            let mut difference = Difference {
                id: id.clone(),
                here: own.is_some(),
                there: there.is_some(),
                files: Vec::new(),
                parameters: Vec::new(),
            };
            let set = own.map(remote::set_of).transpose()?;
            if let (Some(own), Some(there)) = (own, there) {
                if set != Some(there.set) {
                    bail!(
                        "{id:?} is another kind of artifact on the server; delete it there first"
                    );
                }
                difference.files = files(there, own)?;
                difference.parameters = parameters(there, own)?;
            }
            Ok(difference)
        })
        .collect()
}

fn files(there: &Artifact, own: &Bundle) -> anyhow::Result<Vec<(String, Changed)>> {
    let found = changes(&there.bundle, own);
    let mut files: Vec<_> = found
        .into_iter()
        .map(|change| (change.path, change.changed))
        .collect();
    // Values are configured; which ones there are is content.
    let (theirs, ours) = (folder::values(&there.bundle)?, folder::values(own)?);
    if !theirs.keys().eq(ours.keys()) {
        files.push((folder::PARAMETERS.to_owned(), Changed::Modified));
    }
    Ok(files)
}

/// Parameters of which the folder has another value than is in force on the server.
fn parameters(there: &Artifact, own: &Bundle) -> anyhow::Result<Vec<String>> {
    let mut values = folder::values(own)?;
    values.retain(|name, value| {
        let in_force = there.values.get(name);
        in_force.is_some_and(|in_force| in_force != value)
    });
    Ok(values.into_keys().collect())
}
