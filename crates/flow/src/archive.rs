//! Unpacks zip files within limits.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use lockgate_core::limits;
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::diagnostic::{Code, Diagnostic};

/// Files above this unpacked size must not be packed more tightly than `limits::BUNDLE_RATIO`.
const RATIO_APPLIES_ABOVE: u64 = 1024 * 1024;

/// What may still be unpacked: shared by an archive and the archives inside it.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: u64,
    files: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: limits::BUNDLE_UNPACKED,
            files: limits::BUNDLE_FILES,
        }
    }
}

/// The files of an archive, and what is wrong with the others.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// Unpacks every file that can be unpacked.
pub(crate) fn unpack(bytes: &[u8], budget: &mut Budget) -> Unpacked {
    let mut unpacked = Unpacked::default();
    if bytes.len() > limits::BUNDLE_UPLOAD {
        unpacked.problems.push(too_large(format!(
            "the file has {} bytes; at most {} are allowed",
            bytes.len(),
            limits::BUNDLE_UPLOAD
        )));
        return unpacked;
    }
    let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            let problem = damaged(format!("the file is not a readable zip file: {error}"));
            unpacked.problems.push(problem);
            return unpacked;
        }
    };
    if archive.has_duplicate_names() {
        unpacked.problems.push(Diagnostic::error(
            Code::DuplicateFile,
            "the zip file has several files with the same path",
        ));
        return unpacked;
    }
    if archive.len() > budget.files {
        unpacked.problems.push(too_large(format!(
            "the zip file has {} files; at most {} are allowed",
            archive.len(),
            budget.files
        )));
        return unpacked;
    }
    budget.files -= archive.len();
    for index in 0..archive.len() {
        let result = match archive.by_index(index) {
            Ok(file) => unpack_file(file, budget),
            Err(error) => Err(damaged(format!(
                "file {} of the zip file cannot be read: {error}",
                index + 1
            ))),
        };
        match result {
            Ok(Some((path, content))) => {
                unpacked.files.insert(path, content);
            }
            Ok(None) => {}
            Err(problem) => unpacked.problems.push(problem),
        }
    }
    unpacked
}

/// One file; `None` for a folder.
fn unpack_file<R: Read>(
    mut file: ZipFile<'_, R>,
    budget: &mut Budget,
) -> Result<Option<(String, Vec<u8>)>, Diagnostic> {
    let path = match file.name() {
        Ok(path) => path.into_owned(),
        Err(_) => {
            return Err(damaged(
                "a file name in the zip file is not text".to_owned(),
            ));
        }
    };
    if file.is_symlink() || !is_safe(path.trim_end_matches('/')) {
        return Err(unsafe_path(&path));
    }
    if file.is_dir() {
        return Ok(None);
    }
    let packed = file.compressed_size().max(1);
    // The size in the directory may be a lie: what is read decides.
    let mut content = Vec::new();
    let allowed = packed
        .saturating_mul(limits::BUNDLE_RATIO)
        .max(RATIO_APPLIES_ABOVE)
        .min(budget.bytes);
    file.by_ref()
        .take(allowed + 1)
        .read_to_end(&mut content)
        .map_err(|error| damaged(format!("'{path}' is damaged: {error}")))?;
    let size = content.len() as u64;
    if size > allowed {
        return Err(too_large(format!(
            "'{path}' unpacks to more than {allowed} bytes, which is more than is allowed"
        )));
    }
    budget.bytes -= size;
    Ok(Some((path, content)))
}

/// Whether a path stays inside the bundle and means the same on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    !path.contains(['\\', ':'])
        && !path.chars().any(char::is_control)
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

pub(crate) fn unsafe_path(path: &str) -> Diagnostic {
    let path: String = path.escape_debug().take(200).collect();
    Diagnostic::error(
        Code::UnsafePath,
        format!("'{path}' is not a path inside the bundle"),
    )
}

fn damaged(message: String) -> Diagnostic {
    Diagnostic::error(Code::DamagedZip, message).hint("Export it again.")
}

pub(crate) fn too_large(message: String) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, message)
}
