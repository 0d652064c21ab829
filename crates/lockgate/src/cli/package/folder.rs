//! The package in a folder, and the values of parameters in its artifacts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use lockgate_flow::{Bundle, properties};
use lockgate_folders::{Details, PackageFolder};

/// The file with values of parameters, in an artifact.
pub(super) const PARAMETERS: &str = "src/main/resources/parameters.prop";

/// A package in a folder.
pub(super) struct Local {
    pub(super) details: Details,
    pub(super) artifacts: BTreeMap<String, Bundle>,
}

impl Local {
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let package = PackageFolder::at(folder);
        let details = details(folder, &package)?;
        let artifacts = package.artifacts()?;
        Ok(Self { details, artifacts })
    }

    /// The details in which the server's differ. The server chooses a version when there is none, and
    /// who may edit.
    pub(super) fn differing(&self, there: &Details) -> Vec<&'static str> {
        let mut own = self.details.clone();
        own.mode.clone_from(&there.mode);
        if own.version.is_empty() {
            own.version.clone_from(&there.version);
        }
        own.differing(there)
    }
}

/// The details of the one package that a folder holds.
fn details(folder: &Path, package: &PackageFolder) -> anyhow::Result<Details> {
    let place = folder.display();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {place}"))?;
    let (mut found, mut unusable) = (Vec::new(), None);
    for entry in entries {
        let path = entry
            .with_context(|| format!("cannot read {place}"))?
            .path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let is_json = path.extension().is_some_and(|end| end == "json");
        let Some(stem) = stem.filter(|_| is_json) else {
            continue;
        };
        match package.details(stem) {
            Ok(Some(details)) if details.id == stem => found.push(details),
            Ok(_) => {}
            // Other files may lie beside it.
            Err(error) => unusable = Some(error),
        }
    }
    match (found.len(), unusable) {
        (1, _) => Ok(found.remove(0)),
        (0, Some(error)) => Err(error.into()),
        (0, None) => bail!(
            "{place} holds no package: a package is a folder with <Id>.json, such as lockgate pull writes, with \
             {{\"d\":{{\"Id\":…,\"Name\":…,\"ShortText\":…}}}}"
        ),
        _ => bail!("{place} holds several packages; give each a folder of its own"),
    }
}

/// The values that an artifact gives to parameters.
pub(super) fn values(bundle: &Bundle) -> anyhow::Result<BTreeMap<String, String>> {
    let bytes = bundle.file(PARAMETERS).unwrap_or_default();
    let values = properties::parse(&String::from_utf8_lossy(bytes));
    let id = &bundle.manifest.symbolic_name;
    let values = values.with_context(|| format!("{id}: {PARAMETERS}"))?;
    Ok(values.into_iter().collect())
}

/// The artifact with the values in force, in place of those that it gives to the same parameters. The
/// file stays as it is when they are the same.
pub(super) fn with_values(
    bundle: Bundle,
    in_force: &BTreeMap<String, String>,
) -> anyhow::Result<Bundle> {
    let own = values(&bundle)?;
    let mut merged = own.clone();
    for (name, value) in &mut merged {
        if let Some(in_force) = in_force.get(name) {
            value.clone_from(in_force);
        }
    }
    if merged == own {
        return Ok(bundle);
    }
    let lines = merged.iter().map(|(name, value)| {
        let (name, value) = (escape(name, true), escape(value, false));
        format!("{name}={value}\n")
    });
    let text: String = lines.collect();
    let edited = bundle.edited(|files| {
        files.insert(PARAMETERS.to_owned(), text.into_bytes());
    });
    edited.map_err(|found| {
        let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
        anyhow!("{}", lines.join("; "))
    })
}

/// A name or value as it stands in a properties file. A blank ends a name, and is left out where a value
/// begins.
fn escape(text: &str, is_name: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{c}' => escaped.push_str("\\f"),
            ' ' if is_name || at == 0 => escaped.push_str("\\ "),
            '\\' | '=' | ':' | '#' | '!' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "META-INF/MANIFEST.MF";

    fn bundle(parameters: &str) -> Bundle {
        let manifest = "Bundle-SymbolicName: a\n";
        let files = [(MANIFEST, manifest), (PARAMETERS, parameters)];
        let owned = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        Bundle::from_files(owned).unwrap()
    }

    #[test]
    fn values_in_force_are_read_back_as_they_are() {
        let names = ["User Role", " a=b:c", "#!\\", "ä😀"];
        let lines: String = names
            .map(|name| format!("{}=\n", escape(name, true)))
            .concat();
        let plain = bundle(&lines);
        for value in [" x ", "a\r\n\tb\u{c}", "https://h=1#!\\", "\\u00e4", "ä😀"] {
            let in_force = names.map(|name| (name.to_owned(), value.to_owned()));
            let in_force = BTreeMap::from(in_force);
            let merged = with_values(plain.clone(), &in_force).unwrap();
            assert_eq!(values(&merged).unwrap(), in_force, "{value:?}");
        }
    }

    #[test]
    fn parameters_without_a_value_in_the_artifact_get_none() {
        let text = "# mine\na=1\n";
        let in_force = [("a", "1"), ("b", "2")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let merged = with_values(bundle(text), &BTreeMap::from(in_force)).unwrap();
        assert_eq!(merged.file(PARAMETERS), Some(text.as_bytes()));
    }
}
