//! `lockgate script …`: runs and checks scripts on this machine, without a server.

mod check;
mod run;
mod show;
mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use lockgate_core::limits;
use lockgate_flow::plan::Scripts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Call a function of a script with a message, and show what became of the message
    Run(run::Args),
    /// Say which scripts are not Groovy, and what they use that is not there; exit 0 only if
    /// nothing
    Check {
        /// Scripts (.groovy, .gsh), or folders with scripts
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
}

pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(args, json).await,
        Command::Check { paths } => check::run(&paths, json),
    }
}

/// A script among the others of its folder, which it may use.
fn with_neighbours(file: &Path) -> anyhow::Result<(String, Scripts)> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut scripts = Scripts::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if scripts.len() < limits::BUNDLE_FILES && is_script(&path) {
            // A neighbour that cannot be read is no help, but no harm either.
            if let Ok(source) = read(&path) {
                scripts.insert(name.to_string_lossy().into_owned(), source.into());
            }
        }
    }
    scripts.insert(name.clone().into_owned(), read(file)?.into());
    Ok((name.into_owned(), scripts))
}

/// Every script below a folder, by its path in there.
fn below(folder: &Path) -> anyhow::Result<Scripts> {
    let mut scripts = Scripts::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        let cannot = || format!("cannot read {}", inner.display());
        for entry in fs::read_dir(&inner).with_context(cannot)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                folders.push(path);
            } else if is_script(&path) {
                let name = path.strip_prefix(folder)?.to_string_lossy();
                scripts.insert(name.replace('\\', "/"), read(&path)?.into());
            }
            ensure!(
                scripts.len() <= limits::BUNDLE_FILES,
                "{} holds more than {} scripts",
                folder.display(),
                limits::BUNDLE_FILES
            );
        }
    }
    Ok(scripts)
}

fn is_script(path: &Path) -> bool {
    let ending = path.extension();
    path.is_file() && ending.is_some_and(|ending| ending == "groovy" || ending == "gsh")
}

fn read(path: &Path) -> anyhow::Result<String> {
    let about = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(
        about.len() <= limits::BUNDLE_UPLOAD as u64,
        "{} is too large for a script",
        path.display()
    );
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}
