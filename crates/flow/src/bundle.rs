//! A bundle: the files of one artifact, and who it is.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Write};

use lockgate_core::limits;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::archive::{self, Budget};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{self, Manifest};
use crate::plan::Scripts;
use crate::properties;

/// The folder that steps name their resources from.
pub(crate) const RESOURCES: &str = "src/main/resources/";

/// What the author says about the artifact, at the root of the bundle.
const METAINFO: &str = "metainfo.prop";

/// What the author says about an artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What it is for; absent when the bundle says nothing about itself.
    pub description: Option<String>,
    /// Who sends.
    pub sender: String,
    /// Who receives.
    pub receiver: String,
}

/// The files of one artifact. Its paths are safe, its sizes within limits.
#[derive(Clone)]
pub struct Bundle {
    /// Who it is.
    pub manifest: Manifest,
    files: BTreeMap<String, Vec<u8>>,
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle")
            .field("manifest", &self.manifest)
            .field("files", &self.files.len())
            .finish()
    }
}

impl Bundle {
    /// Reads a bundle from a zip file.
    ///
    /// # Errors
    /// Everything that is wrong with the archive or its manifest.
    pub fn from_zip(bytes: &[u8]) -> Result<Self, Vec<Diagnostic>> {
        Self::from_zip_within(bytes, &mut Budget::default())
    }

    pub(crate) fn from_zip_within(
        bytes: &[u8],
        budget: &mut Budget,
    ) -> Result<Self, Vec<Diagnostic>> {
        let unpacked = archive::unpack(bytes, budget);
        if unpacked.problems.is_empty() {
            Self::new(unpacked.files)
        } else {
            Err(unpacked.problems)
        }
    }

    /// Takes the files of a folder; paths are relative to it, with `/` between names.
    ///
    /// # Errors
    /// Everything that is wrong with the files or the manifest.
    pub fn from_files(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut bytes = 0u64;
        let mut by_path = BTreeMap::new();
        for (path, content) in files {
            bytes += content.len() as u64;
            if by_path.len() >= limits::BUNDLE_FILES || bytes > limits::BUNDLE_UNPACKED {
                let problem = "the folder has more files or bytes than a bundle may have";
                problems.push(archive::too_large(problem.to_owned()));
                break;
            }
            if !archive::is_safe(&path) {
                problems.push(archive::unsafe_path(&path));
            } else if by_path.insert(path.clone(), content).is_some() {
                let message = format!("there are several files with the path '{path}'");
                problems.push(Diagnostic::error(Code::DuplicateFile, message));
            }
        }
        if problems.is_empty() {
            Self::new(by_path)
        } else {
            Err(problems)
        }
    }

    fn new(files: BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Diagnostic>> {
        let manifest = files.get(manifest::PATH).ok_or_else(|| {
            let message = format!("there is no {}", manifest::PATH);
            vec![
                Diagnostic::error(Code::Manifest, message)
                    .hint("The bundle's root must be the folder that contains META-INF."),
            ]
        })?;
        let manifest = Manifest::parse(manifest).map_err(|error| vec![error])?;
        Ok(Self { manifest, files })
    }

    /// The bundle with its files changed, checked like one that is uploaded.
    ///
    /// # Errors
    /// Everything that is wrong with the files or the manifest afterwards.
    pub fn edited(
        mut self,
        edit: impl FnOnce(&mut BTreeMap<String, Vec<u8>>),
    ) -> Result<Self, Vec<Diagnostic>> {
        edit(&mut self.files);
        Self::from_files(self.files)
    }

    /// The same bundle under another technical id; the directives behind it stay.
    #[must_use]
    pub fn with_id(self, id: &str) -> Self {
        let manifest = Manifest {
            symbolic_name: id.to_owned(),
            ..self.manifest.clone()
        };
        self.with_manifest(manifest, |bytes| manifest::with_symbolic_name(bytes, id))
    }

    /// The same bundle with another display name.
    #[must_use]
    pub fn with_name(self, name: &str) -> Self {
        let manifest = Manifest {
            name: name.to_owned(),
            ..self.manifest.clone()
        };
        self.with_manifest(manifest, |bytes| manifest::with_name(bytes, name))
    }

    /// The same bundle in another version.
    #[must_use]
    pub fn with_version(self, version: &str) -> Self {
        let manifest = Manifest {
            version: version.to_owned(),
            ..self.manifest.clone()
        };
        self.with_manifest(manifest, |bytes| manifest::with_version(bytes, version))
    }

    fn with_manifest(mut self, manifest: Manifest, write: impl FnOnce(&[u8]) -> Vec<u8>) -> Self {
        let bytes = self.file(manifest::PATH).unwrap_or_default();
        let bytes = write(bytes);
        self.files.insert(manifest::PATH.to_owned(), bytes);
        self.manifest = manifest;
        self
    }

    /// What `metainfo.prop` says; empty when the bundle has none that can be read.
    #[must_use]
    pub fn about(&self) -> About {
        let file = self.file(METAINFO).or_else(|| self.resource(METAINFO));
        let text = String::from_utf8_lossy(file.unwrap_or_default());
        let mut found = properties::parse(&text).unwrap_or_default();
        let mut text = |key: &str| {
            let value = found.swap_remove(key).unwrap_or_default();
            value.trim().to_owned()
        };
        About {
            description: file.is_some().then(|| text("description")),
            sender: text("source"),
            receiver: text("target"),
        }
    }

    /// Packs the bundle into a zip file. The same files give the same bytes.
    ///
    /// # Errors
    /// If the archive grows beyond what a zip file can hold.
    pub fn to_zip(&self) -> Result<Vec<u8>, zip::result::ZipError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in &self.files {
            writer.start_file(path, SimpleFileOptions::default())?;
            writer.write_all(content)?;
        }
        Ok(writer.finish()?.into_inner())
    }

    /// A file by its path inside the bundle.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// A file by its path below `src/main/resources`, which is how steps name files. A leading `/`
    /// means nothing.
    #[must_use]
    pub fn resource(&self, path: &str) -> Option<&[u8]> {
        let path = path.strip_prefix('/').unwrap_or(path);
        self.file(&format!("{RESOURCES}{path}"))
    }

    /// The scripts, Groovy only, by file name below their folder.
    #[must_use]
    pub fn scripts(&self) -> Scripts {
        let scripts = self.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(RESOURCES)?.strip_prefix("script/")?;
            let is_groovy = name.ends_with(".groovy") || name.ends_with(".gsh");
            let text = String::from_utf8_lossy(bytes);
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            is_groovy.then(|| (name.to_owned(), text.into()))
        });
        scripts.collect()
    }

    /// Paths of all files, ascending.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}
