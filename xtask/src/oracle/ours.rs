//! Our engine, as a program of its own: a script that kills it kills one call.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::outcome::Outcome;
use crate::shell::{cargo, heading};

/// After this time without a result the program hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Builds the program.
pub(crate) fn build(root: &Path) -> anyhow::Result<PathBuf> {
    heading("our engine");
    cargo(&[
        "build",
        "--release",
        "--locked",
        "--quiet",
        "--package",
        "lockgate-groovy",
        "--example",
        "messages",
    ])?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    Ok(target.join("release/examples/messages"))
}

/// Runs all calls in `input`, one JSON object a line.
pub(crate) fn run(program: &Path, input: &Path, output: &Path) -> anyhow::Result<()> {
    let jobs = fs::read_to_string(input)?;
    let ids = jobs
        .lines()
        .map(id)
        .collect::<anyhow::Result<Vec<String>>>()?;
    File::create(output)?;
    loop {
        let done = lines(output)?;
        let Some(next) = ids.get(done) else {
            return Ok(());
        };
        let mut child = Command::new(program)
            .arg(input)
            .arg(output)
            .arg(done.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let end = watch(&mut child, output)?;
        let reached = lines(output)?;
        if reached < ids.len() {
            let id = ids.get(reached).unwrap_or(next).clone();
            let failed = Outcome {
                id,
                failed: Some(end),
                ..Outcome::default()
            };
            let mut file = File::options().append(true).open(output)?;
            writeln!(file, "{}", serde_json::to_string(&failed)?)?;
        }
    }
}

/// Waits for the end of the program, or ends it when it makes no progress.
#[expect(
    clippy::disallowed_methods,
    reason = "watches another program, by the real clock"
)]
fn watch(child: &mut Child, output: &Path) -> anyhow::Result<String> {
    let mut size = 0;
    let mut since = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(format!("the program ended: {status}"));
        }
        std::thread::sleep(Duration::from_millis(50));
        let now = fs::metadata(output)?.len();
        if now != size {
            (size, since) = (now, Instant::now());
        } else if since.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok("the program hangs".to_owned());
        }
    }
}

fn id(line: &str) -> anyhow::Result<String> {
    let job: super::jobs::Job = serde_json::from_str(line)?;
    Ok(job.id)
}

fn lines(path: &Path) -> anyhow::Result<usize> {
    Ok(fs::read_to_string(path)?.lines().count())
}
