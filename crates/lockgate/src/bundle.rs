//! Bundles on disk: a zip as exported, or a folder that holds an unpacked one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use lockgate_core::limits;
use lockgate_flow::Bundle;

/// The folder beside a flow's own that holds its test cases, which are no part of it.
const TESTS: &str = "tests";

/// The bytes of a bundle or package: a zip file as it is, a folder packed in memory.
pub(crate) fn load(path: &Path) -> anyhow::Result<Vec<u8>> {
    let about = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if about.is_dir() {
        return pack(path);
    }
    let limit = limits::BUNDLE_UPLOAD as u64;
    ensure!(
        about.len() <= limit,
        "{} has {} bytes; a bundle has at most {limit}",
        path.display(),
        about.len()
    );
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Packs the files below `folder`. Equal folders give equal bytes.
fn pack(folder: &Path) -> anyhow::Result<Vec<u8>> {
    ensure!(
        folder.join("META-INF/MANIFEST.MF").is_file(),
        "{} holds no bundle: it has no META-INF/MANIFEST.MF",
        folder.display()
    );
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let tests = folder.join(TESTS);
    files.retain(|file| !file.starts_with(&tests));
    ensure!(
        files.len() <= limits::BUNDLE_FILES,
        "{} holds more than {} files",
        folder.display(),
        limits::BUNDLE_FILES
    );
    let mut named = Vec::with_capacity(files.len());
    for file in files {
        let name = file
            .strip_prefix(folder)?
            .to_string_lossy()
            .replace('\\', "/");
        named.push((
            name,
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?,
        ));
    }
    pack_files(named)
}

/// Packs named files into a zip.
pub(crate) fn pack_files(
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
) -> anyhow::Result<Vec<u8>> {
    let bundle = Bundle::from_files(files).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the folder holds no bundle: {}", lines.join("; "))
    })?;
    Ok(bundle.to_zip()?)
}

/// Every regular file below `folder`, hidden ones left out.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let entry = entry?;
        let kind = entry.file_type()?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The zip files and bundle folders that `path` stands for: itself, or what lies directly inside.
pub(crate) fn find(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if path.is_file() || path.join("META-INF/MANIFEST.MF").is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
        let entry = entry?.path();
        let is_zip = entry
            .extension()
            .is_some_and(|ext| ext.eq_ignore_ascii_case("zip"));
        if is_zip || entry.join("META-INF/MANIFEST.MF").is_file() {
            found.push(entry);
        }
    }
    found.sort();
    ensure!(!found.is_empty(), "{} holds no bundle", path.display());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_packs_to_the_same_bytes_every_time() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        assert!(
            load(folder.path())
                .unwrap_err()
                .to_string()
                .contains("META-INF/MANIFEST.MF")
        );
        put("META-INF/MANIFEST.MF", "Bundle-SymbolicName: a\r\n");
        put("src/main/resources/b.txt", "b");
        put(".git/config", "hidden");
        put("tests/case/in.json", "{}");
        let bytes = load(folder.path()).unwrap();
        assert_eq!(bytes, load(folder.path()).unwrap());
        let bundle = Bundle::from_zip(&bytes).unwrap();
        assert_eq!(
            bundle.paths().collect::<Vec<_>>(),
            ["META-INF/MANIFEST.MF", "src/main/resources/b.txt"]
        );
        assert_eq!(find(folder.path()).unwrap(), [folder.path()]);
    }
}
