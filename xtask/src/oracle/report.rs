//! What came out of it: shares, and the scripts that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::outcome::{Difference, Outcome, difference};

/// The report.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Scripts that real Groovy parses.
    pub(crate) scripts: usize,
    /// Scripts that real Groovy does not parse.
    pub(crate) unparsable: usize,
    /// Scripts that compile here with everything they use.
    pub(crate) supported: usize,
    /// Scripts that real Groovy runs, with the same result twice.
    pub(crate) comparable: usize,
    /// Of them, those with the same results here, in every call.
    pub(crate) identical: usize,
    /// Comparable scripts of which a call runs to its end.
    pub(crate) through: usize,
    /// Of them, those with the same results here, in every call.
    pub(crate) through_identical: usize,
    /// Scripts that the oracle cannot compile, for want of a library.
    pub(crate) refused: Vec<String>,
    /// Scripts whose results differ from run to run, or do not come.
    pub(crate) unsteady: Vec<String>,
    pub(crate) calls: usize,
    pub(crate) comparable_calls: usize,
    pub(crate) identical_calls: usize,
    pub(crate) missing: BTreeMap<String, usize>,
    pub(crate) differing: Vec<Differing>,
}

/// A script with another result.
#[derive(Debug, Serialize)]
pub(crate) struct Differing {
    pub(crate) script: String,
    /// The first call that differs.
    pub(crate) job: String,
    /// How many differ.
    pub(crate) calls: usize,
    pub(crate) cause: String,
    /// Line of the script at which ours threw.
    pub(crate) line: Option<u32>,
    #[serde(flatten)]
    pub(crate) difference: Difference,
}

/// What the calls of one script came to: twice theirs, and ours.
type Calls<'a> = Vec<(&'a Outcome, &'a Outcome, &'a Outcome)>;

impl Report {
    /// Compares. The three lists are of the same calls.
    pub(crate) fn new(theirs: &[Outcome], again: &[Outcome], ours: &[Outcome]) -> Self {
        let mut scripts: BTreeMap<&str, Calls<'_>> = BTreeMap::new();
        for ((theirs, again), ours) in theirs.iter().zip(again).zip(ours) {
            let script = theirs.id.split('/').next().unwrap_or_default();
            scripts
                .entry(script)
                .or_default()
                .push((theirs, again, ours));
        }
        let mut report = Self::default();
        for (script, calls) in scripts {
            report.add(script, &calls);
        }
        report.differing.sort_by(|a, b| a.cause.cmp(&b.cause));
        report
    }

    fn add(&mut self, script: &str, calls: &Calls<'_>) {
        self.calls += calls.len();
        let Some((first, _, ours)) = calls.first() else {
            return;
        };
        if first
            .broken
            .as_deref()
            .is_some_and(|why| !why.contains("unable to resolve class"))
        {
            self.unparsable += 1;
            return;
        }
        self.scripts += 1;
        let findings: BTreeSet<&String> = ours.findings.iter().collect();
        if findings.is_empty() && ours.broken.is_none() {
            self.supported += 1;
        }
        for finding in findings.into_iter().chain(&ours.broken) {
            *self.missing.entry(finding.clone()).or_default() += 1;
        }
        if first.broken.is_some() {
            self.refused.push(script.to_owned());
            return;
        }
        self.compare(script, calls);
    }

    fn compare(&mut self, script: &str, calls: &Calls<'_>) {
        let steady: Calls<'_> = calls
            .iter()
            .filter(|(theirs, again, _)| theirs == again && theirs.is_answer())
            .copied()
            .collect();
        if steady.is_empty() {
            self.unsteady.push(script.to_owned());
            return;
        }
        let differences: Vec<(&Outcome, Difference)> = steady
            .iter()
            .filter_map(|(theirs, _, ours)| Some((*ours, difference(theirs, ours)?)))
            .collect();
        let same = differences.is_empty();
        let through = steady.iter().any(|(theirs, _, _)| theirs.ran());
        self.comparable += 1;
        self.identical += usize::from(same);
        self.through += usize::from(through);
        self.through_identical += usize::from(through && same);
        self.comparable_calls += steady.len();
        self.identical_calls += steady.len() - differences.len();
        let calls = differences.len();
        if let Some((ours, difference)) = differences.into_iter().next() {
            self.differing.push(Differing {
                script: script.to_owned(),
                job: ours.id.clone(),
                calls,
                cause: cause(ours, &difference),
                line: ours.line,
                difference,
            });
        }
    }

    /// Share of scripts that have everything, in percent.
    pub(crate) fn supported_share(&self) -> f64 {
        percent(self.supported, self.scripts)
    }

    /// Share of comparable scripts with the same results, in percent.
    pub(crate) fn identical_share(&self) -> f64 {
        percent(self.identical, self.comparable)
    }

    /// As a page.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        line(format!(
            "scripts                  {} ({} more do not parse in real Groovy)",
            self.scripts, self.unparsable
        ));
        line(format!(
            "every used member is here {} ({:.1} %)",
            self.supported,
            self.supported_share()
        ));
        line(format!(
            "comparable               {} ({} lack a library of real Groovy, {} differ from run to run)",
            self.comparable,
            self.refused.len(),
            self.unsteady.len()
        ));
        line(format!(
            "identical                {} ({:.1} %)",
            self.identical,
            self.identical_share()
        ));
        line(format!(
            "with a call that ends well {}, of them identical {} ({:.1} %)",
            self.through,
            self.through_identical,
            percent(self.through_identical, self.through)
        ));
        line(format!(
            "calls                    {}, comparable {}, identical {} ({:.1} %)",
            self.calls,
            self.comparable_calls,
            self.identical_calls,
            percent(self.identical_calls, self.comparable_calls)
        ));
        self.details(&mut out);
        out
    }

    fn details(&self, out: &mut String) {
        let mut missing: Vec<_> = self.missing.iter().collect();
        missing.sort_by_key(|(what, count)| (std::cmp::Reverse(**count), *what));
        for (what, count) in missing {
            _ = writeln!(out, "missing in {count}: {what}");
        }
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for one in &self.differing {
            *sizes.entry(&one.cause).or_default() += 1;
        }
        let mut causes: Vec<_> = sizes.into_iter().collect();
        causes.sort_by_key(|(cause, count)| (std::cmp::Reverse(*count), *cause));
        for (cause, count) in causes {
            _ = writeln!(out, "\n== {count} × {cause}");
            for one in self.differing.iter().filter(|one| one.cause == cause) {
                let Difference { part, theirs, ours } = &one.difference;
                let (theirs, ours) = apart(theirs, ours);
                let line = one
                    .line
                    .map_or(String::new(), |line| format!(" at line {line}"));
                _ = writeln!(
                    out,
                    "{} ({} calls) {part}{line}\n  theirs {theirs}\n  ours   {ours}",
                    one.job, one.calls
                );
            }
        }
    }
}

fn percent(part: usize, of: usize) -> f64 {
    let [part, of] = [part, of].map(|n| u32::try_from(n).map_or(f64::NAN, f64::from));
    if of == 0.0 { 0.0 } else { part * 100.0 / of }
}

/// What differences of the same origin have in common.
fn cause(ours: &Outcome, difference: &Difference) -> String {
    let text = match (difference.part, &ours.exception) {
        ("end", Some(class)) => {
            format!(
                "throws {class}: {}",
                ours.text.as_deref().unwrap_or_default()
            )
        }
        ("end", None) => format!("does not throw {}", difference.theirs),
        ("does not compile" | "fails", _) => format!("{}: {}", difference.part, difference.ours),
        (part, _) => part.to_owned(),
    };
    let without_numbers: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let values = without_numbers
        .find(" values: ")
        .unwrap_or(without_numbers.len());
    let line = without_numbers[..values].lines().next().unwrap_or_default();
    line.chars().take(140).collect()
}

/// Both texts from a little before the place where they part, not too long.
fn apart(theirs: &str, ours: &str) -> (String, String) {
    const BEFORE: usize = 40;
    const LENGTH: usize = 400;
    let same = theirs
        .chars()
        .zip(ours.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let from = same.saturating_sub(BEFORE);
    let cut = |text: &str| {
        let start = if from > 0 { "…" } else { "" };
        let part: String = text.chars().skip(from).take(LENGTH).collect();
        format!("{start}{}", part.replace('\n', "\\n"))
    };
    (cut(theirs), cut(ours))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcomes(all: &[(&str, &str)]) -> Vec<Outcome> {
        let one = |(id, returned): &(&str, &str)| {
            let value = match *returned {
                "broken" => json!({ "id": id, "broken": "unable to resolve class X" }),
                returned => json!({ "id": id, "returned": returned }),
            };
            serde_json::from_value(value).unwrap()
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn scripts_are_counted_by_all_their_calls() {
        let theirs = outcomes(&[
            ("a/0", "1"),
            ("a/1", "2"),
            ("b/0", "1"),
            ("c/0", "now"),
            ("d/0", "broken"),
        ]);
        let again = outcomes(&[
            ("a/0", "1"),
            ("a/1", "2"),
            ("b/0", "1"),
            ("c/0", "later"),
            ("d/0", "broken"),
        ]);
        let ours = outcomes(&[
            ("a/0", "1"),
            ("a/1", "3"),
            ("b/0", "1"),
            ("c/0", "never"),
            ("d/0", "1"),
        ]);
        let report = Report::new(&theirs, &again, &ours);
        assert_eq!((report.scripts, report.supported), (4, 4));
        assert_eq!((report.comparable, report.identical), (2, 1));
        assert_eq!((report.comparable_calls, report.identical_calls), (3, 2));
        assert_eq!(report.unsteady, ["c"]);
        assert_eq!(report.refused, ["d"]);
        assert_eq!(report.differing[0].job, "a/1");
        assert!((report.identical_share() - 50.0).abs() < 0.01);
        assert!(report.text().contains("returned 3"), "{}", report.text());
    }

    #[test]
    fn long_texts_are_cut_where_they_part() {
        let before = "x".repeat(100);
        let (theirs, ours) = apart(&format!("{before}a"), &format!("{before}b"));
        assert_eq!(theirs, format!("…{}a", "x".repeat(40)));
        assert_eq!(ours, format!("…{}b", "x".repeat(40)));
    }
}
