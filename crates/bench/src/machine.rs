//! What the numbers were measured on.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// Processor, cores, memory and system in one line.
pub(crate) fn describe() -> String {
    let cpu =
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let kib = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    let memory = kib.map_or_else(String::new, |kib| {
        format!(", {} GiB memory", (kib + 512 * 1024) / (1024 * 1024))
    });
    let system =
        field("/etc/os-release", "PRETTY_NAME").unwrap_or_else(|| "unknown system".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cpu}, {cores} cores{memory}, {}", system.trim_matches('"'))
}

/// Processor time that this process has used, on all its threads.
pub(crate) fn processor_time() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may hold anything: state is field 3, user and system time 14 and 15.
    let (_, fields) = stat
        .rsplit_once(')')
        .context("no name in /proc/self/stat")?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse::<u64>)
        .sum::<Result<_, _>>()?;
    // A tick is a hundredth of a second on every Linux that people use.
    Ok(Duration::from_millis(ticks * 10))
}

/// The value behind `name`, `:` or `=`, in a file of such lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once([':', '='])?;
    Some(value.trim().to_owned())
}
