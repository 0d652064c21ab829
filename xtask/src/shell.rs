//! Running other programs.

use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Context as _, ensure};

/// Runs a program, its output going where ours goes; anything but success is an error.
pub(crate) fn run<S: AsRef<OsStr>>(program: &str, args: &[S]) -> anyhow::Result<()> {
    let status = Command::new(program)
        .args(args)
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    let shown = args
        .iter()
        .map(|arg| arg.as_ref().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ");
    ensure!(status.success(), "`{program} {shown}` failed ({status})");
    Ok(())
}

/// Runs the cargo that runs us.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: &[S]) -> anyhow::Result<()> {
    run(
        &std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
        args,
    )
}

/// Announces what comes next.
#[expect(clippy::print_stderr, reason = "progress of a developer's tool")]
pub(crate) fn heading(text: &str) {
    eprintln!("── {text}");
}
