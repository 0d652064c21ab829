//! Server processes under measurement: started, asked for their address, ended.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A running server; ends when dropped.
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:port`.
    pub(crate) address: String,
}

impl Server {
    /// Starts a program that prints a line with `http://<address>` once it listens.
    pub(crate) async fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest
                    .split(|c: char| c.is_whitespace() || c == '/')
                    .next()
                    .unwrap_or(rest)
                    .to_owned();
                return Ok(Self { child, address });
            }
        }
        anyhow::bail!(
            "the server ended before it listened: {:?}",
            child.wait().await?
        )
    }

    /// The bare server.
    pub(crate) async fn bare() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare");
        Self::start(command).await
    }

    /// Lockgate on its own data folder.
    pub(crate) async fn lockgate(program: &Path, data: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data);
        Self::start(command)
            .await
            .with_context(|| format!("starting {}", program.display()))
    }

    /// Resident memory in MiB.
    pub(crate) fn memory_mib(&self) -> anyhow::Result<f64> {
        let pid = self.child.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS line")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// Ends the server and waits for it.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// Runs the command line against a server and reads what it prints.
pub(crate) async fn cli(
    program: &Path,
    data: &Path,
    server: &Server,
    args: &[&str],
) -> anyhow::Result<Value> {
    let output = Command::new(program)
        .arg("--server")
        .arg(format!("http://{}", server.address))
        .arg("--token-file")
        .arg(data.join("operator.token"))
        .arg("--json")
        .args(args)
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "lockgate {}: {}",
        args.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}
