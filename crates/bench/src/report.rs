//! The table that goes into docs/benchmarks.md.

use crate::Options;

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: &'static str,
    /// Median, with its unit.
    pub(crate) median: String,
    /// Lowest and highest round.
    pub(crate) spread: String,
    /// Compared with what, and how.
    pub(crate) ratio: String,
    /// What was hoped for.
    pub(crate) aim: &'static str,
}

/// The results as a page section.
pub(crate) fn markdown(machine: &str, options: &Options, rows: &[Row]) -> String {
    let mut text = format!(
        "{machine}. {} rounds of {} s each, alternating; {} connections; load and servers share the cores.\n\n\
         | what | median | lowest – highest | ratio | aim |\n|---|---|---|---|---|\n",
        options.rounds, options.seconds, options.connections
    );
    for row in rows {
        let Row {
            name,
            median,
            spread,
            ratio,
            aim,
        } = row;
        text.push_str(&format!(
            "| {name} | {median} | {spread} | {ratio} | {aim} |\n"
        ));
    }
    text
}

/// The middle of the values; the mean of the middle two when their number is even.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Lowest and highest value as text.
pub(crate) fn spread(values: &[f64], digits: usize) -> String {
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{lowest:.digits$} – {highest:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_ignore_outliers() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[1.0, 2.0, 3.0, 100.0]), 2.5);
        assert!(median(&[]).is_nan());
    }
}
