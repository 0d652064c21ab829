//! `cargo xtask bench groovy`: our engine beside real Groovy on a warm virtual machine.
//!
//! Both sides run the same scripts over the same inputs, each on one thread, in alternating rounds.
//! What counts is processor time of that thread: machines are shared, and only the ratio travels.

mod input;
mod sides;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use self::sides::Side;
use crate::oracle::Groovy;
use crate::shell::{cargo, heading};

/// How long to measure.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Rounds of each workload; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of one round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Seconds for the virtual machine to get warm
    #[arg(long, default_value_t = 12.0)]
    warm: f64,
    /// Times that programs are started
    #[arg(long, default_value_t = 20)]
    starts: usize,
}

/// Script, input, and how the processor time of real Groovy compares with ours at least.
const WORKLOADS: [(&str, &str, f64); 7] = [
    ("text", "json-20", 0.25),
    ("json", "json-20", 1.0),
    ("json", "json-2000", 1.0),
    ("xml", "xml-20", 2.0),
    ("xml", "xml-2000", 2.0),
    ("xmledit", "xml-20", 2.0),
    ("xmledit", "xml-2000", 2.0),
];

/// Measures and prints the table of docs/benchmarks.md.
#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
pub(crate) fn run(root: &Path, args: &Args) -> anyhow::Result<()> {
    let bench = Bench::prepare(root)?;
    let mut rows = Vec::new();
    for (script, input, aim) in WORKLOADS {
        heading(&format!("{script}, {input}"));
        rows.push(bench.compare(script, input, aim, args)?);
    }
    heading("start to result");
    rows.push(bench.start(args.starts)?);
    heading("memory");
    rows.push(bench.memory()?);
    println!("| what | ours | real Groovy | ratio | aim |\n|---|---|---|---|---|");
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

struct Bench {
    groovy: Groovy,
    /// Our program.
    program: PathBuf,
    scripts: PathBuf,
    inputs: PathBuf,
}

impl Bench {
    fn prepare(root: &Path) -> anyhow::Result<Self> {
        let inputs = root.join("target/oracle/inputs");
        fs::create_dir_all(&inputs)?;
        for items in [20, 2000] {
            fs::write(inputs.join(format!("json-{items}")), input::json(items))?;
            fs::write(inputs.join(format!("xml-{items}")), input::xml(items))?;
        }
        let groovy = Groovy::prepare(root)?;
        groovy.compile(&root.join("xtask/bench/Workload.java"))?;
        heading("our engine");
        cargo(&[
            "build",
            "--profile",
            "dist",
            "--locked",
            "--package",
            "lockgate-groovy",
            "--example",
            "workloads",
        ])?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        Ok(Self {
            groovy,
            program: target.join("dist/examples/workloads"),
            scripts: root.join("xtask/bench/scripts"),
            inputs,
        })
    }

    fn script(&self, name: &str) -> PathBuf {
        self.scripts.join(format!("{name}.groovy"))
    }

    fn compare(&self, script: &str, input: &str, aim: f64, args: &Args) -> anyhow::Result<String> {
        let paths = [self.script(script), self.inputs.join(input)];
        let java = |more: &[&str]| {
            let mut command = self.groovy.java();
            command.arg("Workload").args(&paths).args(more);
            Side::start(command)
        };
        let mut ours = Command::new(&self.program);
        ours.args(&paths);
        let mut ours = Side::start(ours)?;
        ensure!(
            ours.result()? == java(&["ordered"])?.result()?,
            "{script} gives another result than with real Groovy"
        );
        // Keeping the order of keys costs real Groovy much time on a new Java: it is measured without.
        let mut theirs = java(&[])?;
        theirs.round(args.warm)?;
        ours.round(0.5)?;
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..args.rounds {
            rates[0].push(ours.round(args.seconds)?);
            rates[1].push(theirs.round(args.seconds)?);
        }
        let [ours, theirs] = rates.map(|rates| Rates::of(&rates));
        Ok(format!(
            "| {script}, {input}: calls per second of processor time | {ours} | {theirs} | {:.2} | ≥ {aim} |",
            ours.median / theirs.median
        ))
    }

    /// From the start of a program to the end of a small script in it.
    fn start(&self, times: usize) -> anyhow::Result<String> {
        let script = self.script("launch");
        let mut ours = Command::new(&self.program);
        ours.arg("once").arg(&script);
        let mut theirs = Command::new("groovy");
        theirs.env("JAVA_HOME", java_home()?).arg(&script);
        let said = [&mut ours, &mut theirs].map(|command| command.output());
        let [our_output, their_output] = said;
        ensure!(
            our_output?.stdout == their_output?.stdout,
            "the small script prints something else than with real Groovy"
        );
        let ours = median(&timed(&mut ours, times)?);
        let theirs = median(&timed(&mut theirs, times.min(5))?);
        Ok(format!(
            "| start to result of a small script | {:.1} ms | {:.0} ms | {:.0} | < 5 ms |",
            ours * 1e3,
            theirs * 1e3,
            theirs / ours
        ))
    }

    fn memory(&self) -> anyhow::Result<String> {
        let mut largest = 0.0_f64;
        for script in ["text", "json", "xml", "xmledit"] {
            let kept = Command::new(&self.program)
                .args(["keep", "1000"])
                .arg(self.script(script))
                .output()?;
            let bytes: f64 = String::from_utf8_lossy(&kept.stdout).trim().parse()?;
            largest = largest.max(bytes);
        }
        Ok(format!(
            "| memory per compiled script, the largest of these | {:.1} KiB |  |  | < 200 KiB |",
            largest / 1024.0
        ))
    }
}

/// Seconds that a program runs, several times.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the real clock"
)]
fn timed(command: &mut Command, times: usize) -> anyhow::Result<Vec<f64>> {
    let mut all = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let status = command.stdout(Stdio::null()).status()?;
        let took: Duration = start.elapsed();
        ensure!(
            status.success(),
            "{} failed",
            command.get_program().display()
        );
        all.push(took.as_secs_f64());
    }
    Ok(all)
}

/// Where Java is, which the launcher of Groovy wants to know.
fn java_home() -> anyhow::Result<PathBuf> {
    let java = fs::canonicalize("/usr/bin/java")?;
    let home = java.parent().and_then(Path::parent);
    Ok(home.context("java lies in no folder")?.to_owned())
}

/// Median, lowest and highest of some rates.
#[derive(Debug)]
struct Rates {
    median: f64,
    lowest: f64,
    highest: f64,
}

impl Rates {
    fn of(all: &[f64]) -> Self {
        Self {
            median: median(all),
            lowest: all.iter().copied().fold(f64::INFINITY, f64::min),
            highest: all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

impl std::fmt::Display for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = usize::from(self.median < 100.0);
        let Self {
            median,
            lowest,
            highest,
        } = self;
        write!(
            f,
            "{median:.digits$} ({lowest:.digits$} – {highest:.digits$})"
        )
    }
}

fn median(all: &[f64]) -> f64 {
    let mut sorted = all.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_with_their_spread() {
        let rates = Rates::of(&[1200.0, 900.0, 1000.4]);
        assert_eq!(rates.to_string(), "1000 (900 – 1200)");
        assert_eq!(Rates::of(&[21.25]).to_string(), "21.2 (21.2 – 21.2)");
    }
}
