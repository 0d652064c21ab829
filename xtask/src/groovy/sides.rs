//! A program that runs a workload on command.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context as _;

/// A running program.
#[derive(Debug)]
pub(super) struct Side {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Side {
    pub(super) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let commands = child.stdin.take().context("no way to tell it anything")?;
        let answers = child.stdout.take().context("no way to hear its answers")?;
        Ok(Self {
            child,
            commands,
            answers: BufReader::new(answers),
        })
    }

    fn ask(&mut self, command: &str) -> anyhow::Result<String> {
        writeln!(self.commands, "{command}")?;
        self.commands.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// The body after one call, in hexadecimal.
    pub(super) fn result(&mut self) -> anyhow::Result<String> {
        self.ask("result")
    }

    /// Calls per second of processor time.
    pub(super) fn round(&mut self, seconds: f64) -> anyhow::Result<f64> {
        let answer = self.ask(&format!("round {seconds}"))?;
        let (calls, nanoseconds) = answer.split_once(' ').context("no calls and nanoseconds")?;
        Ok(calls.parse::<f64>()? * 1e9 / nanoseconds.parse::<f64>()?)
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
