//! What the numbers were measured on.

use std::fs;

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

/// The value behind `name`, `:` or `=`, in a file of such lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once([':', '='])?;
    Some(value.trim().to_owned())
}
