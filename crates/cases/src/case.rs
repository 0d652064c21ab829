//! A case as it lies in a folder.

mod sheet;

use std::fs;
use std::path::{Path, PathBuf};

use lockgate_core::clock::Timestamp;

use sheet::{CaseSheet, SuiteSheet};
pub(crate) use sheet::{Credential, LogSheet, Start};

use crate::find::Found;
use crate::mock::{self, Mock};

/// The sheet of a case.
pub(crate) const CASE: &str = "case.toml";
/// The sheet of a folder of cases.
pub(crate) const SUITE: &str = "suite.toml";
/// Bytes of a file of a case at most.
const FILE_BYTES: u64 = 40 << 20;

/// What is wrong with the files of a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", .file.display())]
pub struct Unreadable {
    /// The file or folder.
    pub file: PathBuf,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl Unreadable {
    pub(crate) fn new(file: &Path, message: impl std::fmt::Display) -> Self {
        Self {
            file: file.to_owned(),
            message: message.to_string(),
        }
    }
}

/// A body in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BodyFile {
    /// Where it is.
    pub(crate) file: PathBuf,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

impl BodyFile {
    /// A file whose extension says what the body is: its own, or for one that stands in a sheet one
    /// that fits its look.
    pub(crate) fn like(&self) -> &Path {
        let in_sheet = self
            .file
            .extension()
            .is_some_and(|extension| extension == "toml");
        if !in_sheet {
            return &self.file;
        }
        Path::new(match self.bytes.trim_ascii_start().first() {
            Some(b'{' | b'[') => "body.json",
            Some(b'<') => "body.xml",
            _ => "body.txt",
        })
    }
}

/// A case: what is sent to a flow, what others answer it, and what is expected to happen.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What the case says, and what its suite says for all.
    pub(crate) sheet: CaseSheet,
    /// The time that the flow sees.
    pub(crate) time: Timestamp,
    /// What is sent.
    pub(crate) input: Option<BodyFile>,
    /// What is expected as answer.
    pub(crate) output: Option<BodyFile>,
    /// What receivers answer.
    pub(crate) mocks: Vec<Mock>,
}

/// The time that flows see when a case does not say: everything that is dated stays the same.
const NOON: Timestamp = Timestamp::from_secs(1_767_268_800);

impl Case {
    /// Reads a case, up to the first file that cannot be used.
    pub(crate) fn read(found: &Found) -> Result<Self, Unreadable> {
        let folder = &found.folder;
        let file = folder.join(CASE);
        let mut sheet: CaseSheet = toml_file(&file)?.unwrap_or_default();
        if let Some(suite) = &found.suite {
            sheet.inherit(suite_sheet(suite)?);
        }
        let time = match &sheet.time {
            None => NOON,
            Some(text) => text.parse().map_err(|_| {
                let wanted = "a time such as 2026-01-01T12:00:00Z";
                Unreadable::new(&file, format!("time = {text:?} is not {wanted}"))
            })?,
        };
        let (input, output) = (body(folder, "in")?, body(folder, "out")?);
        if sheet.start == Start::Timer && (input.is_some() || output.is_some()) {
            let message = "a timer takes no message and answers nobody: remove in.* and out.*, and expect calls of mocks or an entry of the log";
            return Err(Unreadable::new(folder, message));
        }
        if sheet.start == Start::Direct && sheet.request.path.is_none() {
            let message =
                "start = \"direct\" needs the ProcessDirect address as path below [request]";
            return Err(Unreadable::new(&file, message));
        }
        Ok(Self {
            sheet,
            time,
            input,
            output,
            mocks: mock::read(&folder.join("mocks"))?,
        })
    }
}

/// The flows that the suite in `folder` names.
pub(crate) fn flows_of_suite(folder: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let flows = suite_sheet(folder)?.flows;
    Ok(flows.iter().map(|flow| folder.join(flow)).collect())
}

fn suite_sheet(folder: &Path) -> Result<SuiteSheet, Unreadable> {
    Ok(toml_file(&folder.join(SUITE))?.unwrap_or_default())
}

/// A file of settings; `None` when there is none.
pub(crate) fn toml_file<T: serde::de::DeserializeOwned>(
    file: &Path,
) -> Result<Option<T>, Unreadable> {
    if !file.exists() {
        return Ok(None);
    }
    let text = String::from_utf8(read(file)?)
        .map_err(|_| Unreadable::new(file, "it is not UTF-8 text"))?;
    let sheet = toml::from_str(&text).map_err(|error| Unreadable::new(file, error))?;
    Ok(Some(sheet))
}

/// A file of a case.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Unreadable> {
    let unreadable = |error: std::io::Error| Unreadable::new(file, error);
    let bytes = fs::metadata(file).map_err(unreadable)?.len();
    if bytes > FILE_BYTES {
        let message = format!("it has {bytes} bytes; a file of a case has at most {FILE_BYTES}");
        return Err(Unreadable::new(file, message));
    }
    fs::read(file).map_err(unreadable)
}

/// The only file called `stem` with any extension.
fn body(folder: &Path, stem: &str) -> Result<Option<BodyFile>, Unreadable> {
    let mut found = files(folder)?;
    found.retain(|file| file.file_stem().is_some_and(|name| name == stem));
    match found.as_slice() {
        [] => Ok(None),
        [file] => Ok(Some(BodyFile {
            bytes: read(file)?,
            file: file.clone(),
        })),
        [first, second, ..] => {
            let first = first.display();
            let message = format!("there is {first} too: keep one of them");
            Err(Unreadable::new(second, message))
        }
    }
}

/// The files directly in a folder by name, hidden ones left out.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let unreadable = |error: std::io::Error| Unreadable::new(folder, error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
