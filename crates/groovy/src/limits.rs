//! What a run may use.

use std::time::Duration;

/// Bounds of a run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions: calls, turns of loops, and what library code does in proportion to its data.
    pub steps: u64,
    /// Bytes that its values may hold at once.
    pub memory: usize,
    /// Calls inside calls.
    pub depth: u32,
    /// Steps of one regular expression over one text.
    pub regex_steps: u64,
    /// Bytes printed and logged.
    pub output: usize,
    /// Time slept altogether.
    pub sleep: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 1_000_000_000,
            memory: 512 << 20,
            depth: 1_000,
            regex_steps: 10_000_000,
            output: 16 << 20,
            sleep: Duration::from_secs(60),
        }
    }
}
