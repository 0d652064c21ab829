//! A package in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use lockgate_core::limits;
use lockgate_flow::{Bundle, Diagnostic};

use crate::compare::belongs;
use crate::details::Details;

const MANIFEST: &str = "META-INF/MANIFEST.MF";
/// How deep folders of an artifact may be nested.
const DEPTH: usize = 32;

/// What is wrong with a folder.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The details of a package are not the JSON of its details.
    #[error("{}: these are not the details of a package: {error}", .path.display())]
    Details {
        /// The file.
        path: PathBuf,
        /// Why.
        error: serde_json::Error,
    },
    /// A folder holds no artifact that can be used.
    #[error("{}: {}", .path.display(), lines(.found))]
    Bundle {
        /// The folder.
        path: PathBuf,
        /// Why.
        found: Vec<Diagnostic>,
    },
    /// Two folders hold the same artifact.
    #[error("{} and {} hold the same artifact {id:?}; remove one", .one.display(), .other.display())]
    Twice {
        /// Its id.
        id: String,
        /// One folder.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// The id of an artifact cannot be the name of a folder.
    #[error("the id {0:?} cannot be the name of a folder")]
    Name(String),
    /// More or larger files than an artifact may have.
    #[error("{}: it has more files, larger files or deeper folders than an artifact may have", .0.display())]
    TooLarge(PathBuf),
}

fn lines(found: &[Diagnostic]) -> String {
    let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |error| Error::Io { path, error }
}

/// A package in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFolder(PathBuf);

impl PackageFolder {
    /// The package in `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The details of the package called `id`; none when the folder does not have them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn details(&self, id: &str) -> Result<Option<Details>, Error> {
        let path = self.details_file(id)?;
        if !path.is_file() {
            return Ok(None);
        }
        let json = fs::read(&path).map_err(io(&path))?;
        let details = Details::from_json(&json);
        details
            .map(Some)
            .map_err(|error| Error::Details { path, error })
    }

    /// Writes the details of the package.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put_details(&self, details: &Details) -> Result<(), Error> {
        let path = self.details_file(&details.id)?;
        write(&path, details.to_json().as_bytes())
    }

    /// The artifacts, by id, each without what else lies in its folder.
    ///
    /// # Errors
    /// For the first one that cannot be used, or that is there twice.
    pub fn artifacts(&self) -> Result<BTreeMap<String, Bundle>, Error> {
        let mut found: BTreeMap<String, (PathBuf, Bundle)> = BTreeMap::new();
        for folder in self.artifact_folders()? {
            let bundle = read(&folder)?;
            let id = bundle.manifest.symbolic_name.clone();
            if let Some((one, _)) = found.insert(id.clone(), (folder.clone(), bundle)) {
                return Err(Error::Twice {
                    id,
                    one,
                    other: folder,
                });
            }
        }
        let bundles = found.into_iter().map(|(id, (_, bundle))| (id, bundle));
        Ok(bundles.collect())
    }

    /// Writes an artifact: into the folder that has it already, else into one that is called by its
    /// id. Files that it does not have any more are removed; what else lies in its folder stays.
    ///
    /// # Errors
    /// When something cannot be written; then part of it may have been.
    pub fn put_artifact(&self, bundle: &Bundle) -> Result<(), Error> {
        let id = &bundle.manifest.symbolic_name;
        let folder = match self.folder_of(id)? {
            Some(folder) => folder,
            None => self.0.join(file_name(id)?),
        };
        for path in files(&folder)?.into_keys() {
            if bundle.file(&path).is_none() {
                let path = folder.join(path);
                fs::remove_file(&path).map_err(io(&path))?;
            }
        }
        for path in bundle.paths().filter(|path| belongs(path)) {
            write(&folder.join(path), bundle.file(path).unwrap_or_default())?;
        }
        Ok(())
    }

    fn details_file(&self, id: &str) -> Result<PathBuf, Error> {
        Ok(self.0.join(format!("{}.json", file_name(id)?)))
    }

    fn folder_of(&self, id: &str) -> Result<Option<PathBuf>, Error> {
        if !self.0.exists() {
            return Ok(None);
        }
        for folder in self.artifact_folders()? {
            if read(&folder)?.manifest.symbolic_name == id {
                return Ok(Some(folder));
            }
        }
        Ok(None)
    }

    /// Folders with an artifact, directly below.
    fn artifact_folders(&self) -> Result<Vec<PathBuf>, Error> {
        let mut folders = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(io(&self.0))? {
            let folder = entry.map_err(io(&self.0))?.path();
            if folder.join(MANIFEST).is_file() {
                folders.push(folder);
            }
        }
        folders.sort();
        Ok(folders)
    }
}

/// An id as the name of a file or folder: one name, that leads nowhere else.
fn file_name(id: &str) -> Result<&str, Error> {
    let mut parts = Path::new(id).components();
    let plain = match (parts.next(), parts.next()) {
        (Some(Component::Normal(name)), None) => name == id && !id.starts_with('.'),
        _ => false,
    };
    match plain && !id.contains(['\\', ':']) && !id.chars().any(char::is_control) {
        true => Ok(id),
        false => Err(Error::Name(id.to_owned())),
    }
}

fn read(folder: &Path) -> Result<Bundle, Error> {
    let mut contents = Vec::new();
    let mut bytes = 0;
    for (path, size) in files(folder)? {
        bytes += size;
        if bytes > limits::BUNDLE_UNPACKED {
            return Err(Error::TooLarge(folder.to_owned()));
        }
        let file = folder.join(&path);
        contents.push((path, fs::read(&file).map_err(io(&file))?));
    }
    Bundle::from_files(contents).map_err(|found| Error::Bundle {
        path: folder.to_owned(),
        found,
    })
}

/// The files of the artifact in a folder, with their sizes. Links are not followed.
fn files(folder: &Path) -> Result<BTreeMap<String, u64>, Error> {
    let mut found = BTreeMap::new();
    let mut open = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((inner, prefix, depth)) = open.pop() {
        if !inner.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&inner).map_err(io(&inner))? {
            let entry = entry.map_err(io(&inner))?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let about = entry.metadata().map_err(io(&inner))?;
            if about.is_dir() && may_hold(&path) {
                open.push((entry.path(), format!("{path}/"), depth + 1));
            } else if about.is_file() && belongs(&path) {
                found.insert(path, about.len());
            }
            if depth > DEPTH || found.len() > limits::BUNDLE_FILES {
                return Err(Error::TooLarge(folder.to_owned()));
            }
        }
    }
    Ok(found)
}

/// Whether a folder is, leads to, or lies in one that holds files of an artifact.
fn may_hold(folder: &str) -> bool {
    let roots = ["META-INF", "src/main/resources"];
    let within = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    roots
        .iter()
        .any(|root| within(folder, root) || within(root, folder))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(io(folder))?;
    }
    // An unchanged file keeps its time.
    if fs::read(file).is_ok_and(|own| own == bytes) {
        return Ok(());
    }
    fs::write(file, bytes).map_err(io(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(id: &str, files: &[(&str, &str)]) -> Bundle {
        let manifest = format!("Bundle-SymbolicName: {id}; singleton:=true\n");
        let mut all = vec![(MANIFEST.to_owned(), manifest.into_bytes())];
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        all.extend(files.iter().map(owned));
        Bundle::from_files(all).unwrap()
    }

    fn listed(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_package_is_written_and_read_back() {
        let root = tempfile::tempdir().unwrap();
        let package = PackageFolder::at(&root.path().join("Shop"));
        let details = Details {
            id: "Shop".to_owned(),
            name: "The shop".to_owned(),
            ..Details::default()
        };
        assert_eq!(package.folder_of("Orders").unwrap(), None);
        package.put_details(&details).unwrap();
        let orders = bundle(
            "Orders",
            &[
                ("src/main/resources/a/b.xsl", "1"),
                ("metainfo.prop", "description=x"),
            ],
        );
        package.put_artifact(&orders).unwrap();
        assert_eq!(listed(&package.0), ["Orders", "Shop.json"]);
        assert_eq!(package.details("Shop").unwrap(), Some(details));
        assert_eq!(package.details("Other").unwrap(), None);
        let read = package.artifacts().unwrap();
        let paths: Vec<_> = read["Orders"].paths().collect();
        assert_eq!(
            paths,
            [MANIFEST, "metainfo.prop", "src/main/resources/a/b.xsl"]
        );
    }

    #[test]
    fn what_else_lies_in_the_folder_stays_and_what_is_gone_goes() {
        let root = tempfile::tempdir().unwrap();
        let package = PackageFolder::at(root.path());
        let first = bundle("Orders", &[("src/main/resources/old.xsl", "1")]);
        package.put_artifact(&first).unwrap();
        // The folder may have another name, such as that for people.
        let folder = root.path().join("Take orders");
        fs::rename(root.path().join("Orders"), &folder).unwrap();
        for path in [
            "tests/a/in.json",
            "QA/parameters.prop",
            "src/main/java/A.java",
        ] {
            write(&folder.join(path), b"mine").unwrap();
        }
        let second = bundle("Orders", &[("src/main/resources/new.xsl", "2")]);
        package.put_artifact(&second).unwrap();
        assert_eq!(listed(root.path()), ["Take orders"]);
        assert_eq!(listed(&folder), ["META-INF", "QA", "src", "tests"]);
        assert_eq!(listed(&folder.join("src/main/resources")), ["new.xsl"]);
        assert_eq!(listed(&folder.join("src/main")), ["java", "resources"]);
        let read = package.artifacts().unwrap();
        assert!(crate::changes(&read["Orders"], &second).is_empty());
    }

    #[test]
    fn one_artifact_in_two_folders_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        for name in ["One", "Two"] {
            let file = root.path().join(name).join(MANIFEST);
            write(&file, b"Bundle-SymbolicName: Orders\n").unwrap();
        }
        let error = PackageFolder::at(root.path()).artifacts().unwrap_err();
        assert!(
            error.to_string().contains("the same artifact \"Orders\""),
            "{error}"
        );
    }

    #[test]
    fn ids_that_lead_elsewhere_are_no_names() {
        for id in [
            "", ".", "..", "../a", "a/b", "/a", "a\\b", "c:", ".git", "a\n", "a/",
        ] {
            let refused = PackageFolder::at(Path::new("nowhere")).details(id);
            assert!(matches!(refused, Err(Error::Name(_))), "{id:?}");
        }
        assert!(file_name("my.flow-1 (copy)").is_ok());
    }
}
