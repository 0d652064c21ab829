//! The world of a script that runs on the command line.

use std::cell::RefCell;
use std::time::Duration;

use lockgate_core::clock::{Clock as _, SystemClock};
use lockgate_core::random::{OsRandom, Random as _};
use lockgate_flow::plan::Scripts;
use lockgate_groovy::host::{Host, Level, TraceLine};
use lockgate_groovy::thrown::Limit;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::super::output::{DIM, HEADING, note, paint, printable};

/// How many characters of a source line are shown beside what it gave.
const SOURCE: usize = 48;
/// How many lines of a trace are kept.
const TRACED: usize = 100_000;

/// Shows at once what a script prints and what its statements give, or keeps it for programs.
pub(super) struct World {
    pub(super) scripts: Scripts,
    pub(super) handle: Handle,
    pub(super) watches: bool,
    /// `None` to show what comes.
    pub(super) kept: Option<RefCell<Kept>>,
}

/// What a script told while it ran.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) printed: String,
    pub(super) logged: Vec<Value>,
    pub(super) trace: Vec<Value>,
}

impl Host for World {
    fn now(&self) -> i64 {
        SystemClock.now().millis()
    }

    fn nanos(&self) -> i64 {
        SystemClock.now().micros().saturating_mul(1_000)
    }

    fn random(&self, bytes: &mut [u8]) {
        OsRandom.fill(bytes);
    }

    fn print(&self, text: &str) {
        match &self.kept {
            Some(kept) => kept.borrow_mut().printed.push_str(text),
            None => text.lines().for_each(|line| note(printable(line))),
        }
    }

    fn log(&self, level: Level, logger: &str, message: &str) {
        let level = format!("{level:?}").to_uppercase();
        match &self.kept {
            Some(kept) => kept.borrow_mut().logged.push(json!({
                "level": level, "logger": logger, "message": message,
            })),
            None => note(format!("{} {}", paint(DIM, level), printable(message))),
        }
    }

    fn sleep(&self, time: Duration) -> Result<(), Limit> {
        self.handle.block_on(tokio::time::sleep(time));
        Ok(())
    }

    fn watches(&self) -> bool {
        self.watches
    }

    fn trace(&self, line: &TraceLine<'_>) {
        let Some(kept) = &self.kept else {
            note(self.traced(line));
            return;
        };
        let trace = &mut kept.borrow_mut().trace;
        if trace.len() < TRACED {
            trace.push(json!({
                "file": line.file, "line": line.line, "function": line.function,
                "class": line.class, "value": line.text,
            }));
        }
    }
}

impl World {
    /// A line of a script, and what it gave.
    fn traced(&self, line: &TraceLine<'_>) -> String {
        let source = source_line(&self.scripts, line.file, line.line);
        let source: String = printable(source.trim_end()).chars().take(SOURCE).collect();
        let value = match &line.text {
            Some(text) => printable(text),
            None => String::new(),
        };
        let class = line.class.rsplit('.').next().unwrap_or(line.class);
        let shown = format!(
            "{} {source:<SOURCE$} {} {} {value}",
            paint(DIM, format!("{:>4}", line.line)),
            paint(DIM, "→"),
            paint(HEADING, class),
        );
        shown.trim_end().to_owned()
    }
}

/// A line of a script; empty when there is none.
pub(super) fn source_line<'a>(scripts: &'a Scripts, file: &str, line: u32) -> &'a str {
    let index = usize::try_from(line).unwrap_or(usize::MAX).checked_sub(1);
    let source = scripts.get(file).map_or("", |source| &**source);
    index
        .and_then(|index| source.lines().nth(index))
        .unwrap_or("")
}
