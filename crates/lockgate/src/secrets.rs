//! Files that hold secrets: made when missing, readable by their owner only.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;

/// A secret read from a file, and whether the file was made just now.
#[derive(Debug)]
pub(crate) struct Loaded<T> {
    pub(crate) value: T,
    pub(crate) fresh: bool,
}

/// The master key, generated the first time.
pub(crate) fn master_key(file: &Path, random: &dyn Random) -> anyhow::Result<Loaded<MasterKey>> {
    let text = read_or_create(file, || MasterKey::generate(random).to_base64())?;
    let value = MasterKey::from_base64(text.value.expose())
        .with_context(|| format!("in {}", file.display()))?;
    Ok(Loaded {
        value,
        fresh: text.fresh,
    })
}

/// The operator token, generated the first time.
pub(crate) fn operator_token(
    file: &Path,
    random: &dyn Random,
) -> anyhow::Result<Loaded<Secret<String>>> {
    let token = read_or_create(file, || {
        Secret::new(URL_SAFE_NO_PAD.encode(random.bytes::<32>()))
    })?;
    let length = token.value.expose().len();
    ensure!(
        length >= 32,
        "the operator token in {} has {length} characters; it needs at least 32",
        file.display()
    );
    Ok(token)
}

/// Makes the folder for generated files, closed to other users.
pub(crate) fn data_folder(folder: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    made.with_context(|| format!("cannot make the data folder {}", folder.display()))
}

fn read_or_create(
    file: &Path,
    make: impl FnOnce() -> Secret<String>,
) -> anyhow::Result<Loaded<Secret<String>>> {
    match fs::read_to_string(file) {
        Ok(text) => {
            let mode = fs::metadata(file)?.permissions().mode();
            ensure!(
                mode & 0o077 == 0,
                "{} can be read by other users (mode {:o}); close it with: chmod 600 {}",
                file.display(),
                mode & 0o777,
                file.display()
            );
            Ok(Loaded {
                value: Secret::new(text.trim().to_owned()),
                fresh: false,
            })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = make();
            write_new(file, &secret).with_context(|| format!("cannot write {}", file.display()))?;
            Ok(Loaded {
                value: secret,
                fresh: true,
            })
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Writes a secret, in place of what the file held; readable by its owner only.
pub(crate) fn replace(file: &Path, secret: &Secret<String>) -> anyhow::Result<()> {
    let fresh = file.with_extension("new");
    let written = fs::remove_file(&fresh)
        .or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })
        .and_then(|()| write_new(&fresh, secret))
        .and_then(|()| fs::rename(&fresh, file));
    written.with_context(|| format!("cannot write {}", file.display()))
}

/// Bytes as text that a file can hold.
pub(crate) fn base64(bytes: &Secret<Vec<u8>>) -> Secret<String> {
    Secret::new(URL_SAFE_NO_PAD.encode(bytes.expose()))
}

/// The bytes whose text a file holds.
pub(crate) fn read_base64(file: &Path) -> anyhow::Result<Secret<Vec<u8>>> {
    let text = Secret::new(
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?,
    );
    let bytes = URL_SAFE_NO_PAD.decode(text.expose().trim());
    let bytes = bytes.with_context(|| format!("{} does not hold a key", file.display()))?;
    Ok(Secret::new(bytes))
}

fn write_new(file: &Path, secret: &Secret<String>) -> std::io::Result<()> {
    let mut open = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    writeln!(open, "{}", secret.expose())?;
    open.sync_all()
}

#[cfg(test)]
mod tests {
    use lockgate_core::random::SeededRandom;

    use super::*;

    #[test]
    fn secrets_are_made_once_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("operator.token");
        let random = SeededRandom::new(1);
        let first = operator_token(&file, &random).unwrap();
        let again = operator_token(&file, &random).unwrap();
        assert!(first.fresh && !again.fresh);
        assert_eq!(first.value, again.value);
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );

        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let open = operator_token(&file, &random).unwrap_err().to_string();
        assert!(open.contains("chmod 600"), "{open}");
    }

    #[test]
    fn weak_and_malformed_secrets_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        write_new(&file, &Secret::from("short")).unwrap();
        assert!(operator_token(&file, &SeededRandom::new(1)).is_err());
        assert!(master_key(&file, &SeededRandom::new(1)).is_err());
    }
}
