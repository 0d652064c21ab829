//! Package exports: one zip file with many artifacts.

mod export;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::archive::{self, Budget};
use crate::bundle::Bundle;
use crate::diagnostic::{Code, Diagnostic};

pub use export::{Content, Export};

/// The table of contents of a package export.
const CONTENTS: &str = "resources.cnt";

/// What an uploaded or named file turned out to be.
#[derive(Clone, Debug)]
pub enum Archive {
    /// One artifact.
    Bundle(Bundle),
    /// A package export.
    Package(Package),
}

/// A package export.
#[derive(Clone, Debug)]
pub struct Package {
    /// Technical name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What else is said about it, such as `Vendor`, `shortText` and `Description`.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Its artifacts in the order of the table of contents. Links and documents are left out.
    pub artifacts: Vec<Artifact>,
}

/// One artifact of a package.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Symbolic name according to the table of contents.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Its files, or what is wrong with them. One damaged artifact leaves the others alone.
    pub bundle: Result<Bundle, Vec<Diagnostic>>,
}

/// Opens a zip file that is a bundle or a package export.
///
/// # Errors
/// Everything that is wrong with the archive itself; damaged artifacts of a package are reported
/// with the artifact.
pub fn open(bytes: &[u8]) -> Result<Archive, Vec<Diagnostic>> {
    let mut budget = Budget::default();
    let unpacked = archive::unpack(bytes, &mut budget);
    if unpacked.files.contains_key(CONTENTS) {
        let package = Package::read(&unpacked.files, &mut budget);
        return package
            .map(Archive::Package)
            .map_err(|problem| vec![problem]);
    }
    if unpacked.problems.is_empty() {
        Bundle::from_files(unpacked.files).map(Archive::Bundle)
    } else {
        Err(unpacked.problems)
    }
}

#[derive(Deserialize)]
struct Contents {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Resource {
    id: String,
    unique_id: String,
    name: Option<String>,
    display_name: Option<String>,
    resource_type: String,
    semantic_version: Option<String>,
    /// `{name:{"attributeValues":[text]}}`; what has another shape is left out.
    additional_attributes: Value,
}

impl Resource {
    fn title(&self) -> String {
        let names = [&self.display_name, &self.name];
        let name = names.into_iter().flatten().find(|name| !name.is_empty());
        name.unwrap_or(&self.unique_id).clone()
    }

    fn attributes(&self) -> BTreeMap<String, Vec<String>> {
        let values = |attribute: &Value| {
            let values = attribute["attributeValues"].as_array();
            let texts = values.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let attributes = self.additional_attributes.as_object();
        attributes
            .into_iter()
            .flatten()
            .map(|(name, attribute)| (name.clone(), values(attribute)))
            .collect()
    }

    fn has_bundle(&self) -> bool {
        matches!(
            self.resource_type.as_str(),
            "IFlow" | "ScriptCollection" | "MessageMapping" | "ValueMapping"
        )
    }
}

impl Package {
    fn read(files: &BTreeMap<String, Vec<u8>>, budget: &mut Budget) -> Result<Self, Diagnostic> {
        let contents = contents(files.get(CONTENTS).map_or(&[], Vec::as_slice))?;
        let package = contents
            .resources
            .iter()
            .find(|resource| resource.resource_type == "ContentPackage");
        let artifacts = contents
            .resources
            .iter()
            .filter(|resource| resource.has_bundle())
            .map(|resource| Artifact {
                id: resource.unique_id.clone(),
                name: resource.title(),
                bundle: bundle_of(resource, files, budget),
            })
            .collect();
        Ok(Self {
            id: package.map_or_else(String::new, |package| package.unique_id.clone()),
            name: package.map_or_else(String::new, Resource::title),
            version: package
                .and_then(|package| package.semantic_version.clone())
                .unwrap_or_default(),
            attributes: package.map(Resource::attributes).unwrap_or_default(),
            artifacts,
        })
    }
}

fn contents(encoded: &[u8]) -> Result<Contents, Diagnostic> {
    let unreadable = |why: String| {
        let message = format!("the table of contents cannot be read: {why}");
        Diagnostic::error(Code::Package, message).in_file(CONTENTS)
    };
    let encoded: Vec<u8> = encoded
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let json = BASE64_STANDARD
        .decode(encoded)
        .map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_slice(&json).map_err(|error| unreadable(error.to_string()))
}

fn bundle_of(
    resource: &Resource,
    files: &BTreeMap<String, Vec<u8>>,
    budget: &mut Budget,
) -> Result<Bundle, Vec<Diagnostic>> {
    let path = format!("{}_content", resource.id);
    match files.get(&path) {
        Some(bytes) => Bundle::from_zip_within(bytes, budget),
        None => {
            let message = format!("'{path}' is missing from the package or damaged");
            Err(vec![Diagnostic::error(Code::Package, message)])
        }
    }
}
