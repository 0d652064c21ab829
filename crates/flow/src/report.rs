//! Readiness: how much of a set of flows would run today, and what is missing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::bundle::Bundle;
use crate::diagnostic::{Diagnostic, Severity};
use crate::reading::Reading;
use crate::scripts::{self, Judgement, Script};
use crate::usage::{Count, Usage};

/// Readiness of a set of flows, in the order in which they were added.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Flows that could be opened.
    pub flows: Vec<FlowReport>,
    /// Script collections.
    pub collections: Vec<CollectionReport>,
    /// Files that could not.
    pub unreadable: Vec<Unreadable>,
}

/// Readiness of one flow.
#[derive(Clone, Debug, Serialize)]
pub struct FlowReport {
    /// Where it was read from.
    pub source: String,
    /// Technical id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Bundle version.
    pub version: String,
    /// Whether it would run today.
    pub runs: bool,
    /// What it uses.
    pub usage: Usage,
    /// Steps, adapters and expressions it needs that do not run yet, by name.
    pub missing: BTreeSet<String>,
    /// Everything found while reading.
    pub diagnostics: Vec<Diagnostic>,
}

/// Readiness of a script collection.
#[derive(Clone, Debug, Serialize)]
pub struct CollectionReport {
    /// Where it was read from.
    pub source: String,
    /// Technical id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Bundle version.
    pub version: String,
    /// Its scripts.
    pub scripts: Vec<Script>,
    /// Everything found in them.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file that is not a bundle.
#[derive(Clone, Debug, Serialize)]
pub struct Unreadable {
    /// Where it was read from.
    pub source: String,
    /// Why it cannot be opened.
    pub diagnostics: Vec<Diagnostic>,
}

/// Figures over all flows of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// Flows that could be opened.
    pub flows: usize,
    /// Flows that would run today.
    pub runs: usize,
    /// Files that could not be opened.
    pub unreadable: usize,
    /// Steps by name.
    pub steps: BTreeMap<String, Total>,
    /// Adapters by name.
    pub adapters: BTreeMap<String, Total>,
    /// Functions and operators of expressions by name.
    pub expressions: BTreeMap<String, Total>,
    /// Files that steps name, by kind.
    pub resources: BTreeMap<&'static str, ResourceTotal>,
    /// Scripts that flows have or share.
    pub scripts: ScriptTotal,
    /// What scripts use that is not there, the most wanted first.
    pub missing_in_scripts: Vec<MissingInScripts>,
    /// What is missing, the most wanted first.
    pub missing: Vec<Missing>,
    /// Errors by code.
    pub errors: BTreeMap<&'static str, usize>,
    /// Warnings by code.
    pub warnings: BTreeMap<&'static str, usize>,
}

/// How often something is used in a set of flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Uses.
    pub uses: usize,
    /// Flows with at least one use.
    pub flows: usize,
    /// Whether this version of Lockgate executes it.
    pub runs: bool,
}

/// How many files of one kind are named in a set of flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResourceTotal {
    /// Different files named, per flow.
    pub files: usize,
    /// Those that belong to another artifact.
    pub elsewhere: usize,
    /// Those that are in the flow's bundle.
    pub present: usize,
    /// Those that a step names which can run.
    pub runs: usize,
}

/// How far the scripts of a set of flows run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScriptTotal {
    /// Scripts that steps call, per flow, and those of script collections.
    pub files: usize,
    /// Those that have all they use.
    pub runs: usize,
    /// Those that run up to where something is missing.
    pub lacking: usize,
    /// Those that are not Groovy.
    pub broken: usize,
}

/// Something that scripts use and Lockgate does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingInScripts {
    /// What it is.
    pub name: String,
    /// Scripts that use it.
    pub scripts: usize,
}

/// Something that flows need and Lockgate does not have yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// Flows that need it.
    pub flows: usize,
    /// Flows that need nothing else.
    pub only: usize,
}

impl Report {
    /// Adds a flow. `source` says where it was read from.
    pub fn add(&mut self, source: impl Into<String>, bundle: &Bundle, reading: &Reading) {
        let usage = &reading.usage;
        let counted = usage
            .steps
            .iter()
            .chain(&usage.adapters)
            .chain(&usage.expressions);
        let missing = counted
            .filter(|(_, count)| !count.runs)
            .map(|(name, _)| name.clone());
        self.flows.push(FlowReport {
            source: source.into(),
            id: bundle.manifest.symbolic_name.clone(),
            name: bundle.manifest.name.clone(),
            version: bundle.manifest.version.clone(),
            runs: reading.plan.is_some(),
            usage: usage.clone(),
            missing: missing.collect(),
            diagnostics: reading.diagnostics.clone(),
        });
    }

    /// Adds a script collection. `source` says where it was read from.
    pub fn add_collection(&mut self, source: impl Into<String>, bundle: &Bundle) {
        let judged = scripts::judge_all(bundle).into_iter();
        let (scripts, diagnostics): (Vec<_>, Vec<_>) = judged
            .map(|Judgement { script, findings }| (script, findings))
            .unzip();
        self.collections.push(CollectionReport {
            source: source.into(),
            id: bundle.manifest.symbolic_name.clone(),
            name: bundle.manifest.name.clone(),
            version: bundle.manifest.version.clone(),
            scripts,
            diagnostics: diagnostics.into_iter().flatten().collect(),
        });
    }

    /// Adds a file that could not be opened.
    pub fn add_unreadable(&mut self, source: impl Into<String>, diagnostics: Vec<Diagnostic>) {
        self.unreadable.push(Unreadable {
            source: source.into(),
            diagnostics,
        });
    }

    /// Figures over all flows.
    #[must_use]
    pub fn sum(&self) -> Sum {
        let mut sum = Sum {
            flows: self.flows.len(),
            runs: self.flows.iter().filter(|flow| flow.runs).count(),
            unreadable: self.unreadable.len(),
            missing: self.missing(),
            missing_in_scripts: self.missing_in_scripts(),
            ..Sum::default()
        };
        for flow in &self.flows {
            add_counts(&mut sum.steps, &flow.usage.steps);
            add_counts(&mut sum.adapters, &flow.usage.adapters);
            add_counts(&mut sum.expressions, &flow.usage.expressions);
            for resource in &flow.usage.resources {
                let total = sum.resources.entry(resource.kind).or_default();
                total.files += 1;
                total.elsewhere += usize::from(resource.artifact.is_some());
                total.present += usize::from(resource.present);
                total.runs += usize::from(resource.runs);
            }
            for diagnostic in &flow.diagnostics {
                let codes = match diagnostic.severity {
                    Severity::Error => &mut sum.errors,
                    Severity::Warning => &mut sum.warnings,
                };
                *codes.entry(diagnostic.code.as_str()).or_default() += 1;
            }
        }
        self.scripts().for_each(|script| sum.scripts.add(script));
        sum
    }

    fn scripts(&self) -> impl Iterator<Item = &Script> {
        let of_flows = self.flows.iter().flat_map(|flow| &flow.usage.scripts);
        of_flows.chain(self.collections.iter().flat_map(|one| &one.scripts))
    }

    fn missing_in_scripts(&self) -> Vec<MissingInScripts> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in self.scripts().flat_map(|script| &script.missing) {
            *counts.entry(name).or_default() += 1;
        }
        let counted = counts.into_iter().map(|(name, scripts)| MissingInScripts {
            name: name.to_owned(),
            scripts,
        });
        let mut missing: Vec<_> = counted.collect();
        missing.sort_by_key(|missing| std::cmp::Reverse(missing.scripts));
        missing
    }

    fn missing(&self) -> Vec<Missing> {
        let mut by_name: BTreeMap<&str, Missing> = BTreeMap::new();
        for flow in &self.flows {
            for name in &flow.missing {
                let missing = by_name.entry(name).or_insert_with(|| Missing {
                    name: name.clone(),
                    flows: 0,
                    only: 0,
                });
                missing.flows += 1;
                missing.only += usize::from(flow.missing.len() == 1);
            }
        }
        let mut missing: Vec<Missing> = by_name.into_values().collect();
        missing.sort_by_key(|missing| std::cmp::Reverse(missing.flows));
        missing
    }
}

impl ScriptTotal {
    fn add(&mut self, script: &Script) {
        self.files += 1;
        match (script.compiles, script.missing.is_empty()) {
            (false, _) => self.broken += 1,
            (true, true) => self.runs += 1,
            (true, false) => self.lacking += 1,
        }
    }
}

fn add_counts(totals: &mut BTreeMap<String, Total>, counts: &BTreeMap<String, Count>) {
    for (name, count) in counts {
        let total = totals.entry(name.clone()).or_default();
        total.uses += count.uses;
        total.flows += 1;
        total.runs = count.runs;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::usage::Resource;

    fn flow(source: &str, steps: &[(&str, bool)]) -> FlowReport {
        let mut usage = Usage::default();
        for (name, runs) in steps {
            usage.step(name, *runs);
        }
        usage.resources.push(Resource {
            kind: "script",
            path: "script/a".into(),
            artifact: Some("Common".into()),
            present: false,
            runs: false,
        });
        usage.scripts.push(Script {
            file: "a".into(),
            compiles: source != "a",
            missing: steps.iter().map(|(name, _)| (*name).to_owned()).collect(),
        });
        let missing = steps.iter().filter(|(_, runs)| !runs);
        FlowReport {
            source: source.into(),
            id: source.into(),
            name: source.into(),
            version: "1.0.0".into(),
            runs: steps.iter().all(|(_, runs)| *runs),
            missing: missing.map(|(name, _)| (*name).to_owned()).collect(),
            usage,
            diagnostics: vec![
                Diagnostic::error(Code::UnsupportedStep, ""),
                Diagnostic::warning(Code::Reference, ""),
            ],
        }
    }

    #[test]
    fn sums_count_uses_flows_and_what_blocks_most() {
        let mut report = Report {
            flows: vec![
                flow("a", &[("Router", true), ("Router", true)]),
                flow("b", &[("Join", false), ("Router", true)]),
                flow("c", &[("Join", false), ("Aggregator", false)]),
            ],
            ..Report::default()
        };
        report.add_unreadable("d", Vec::new());
        let sum = report.sum();
        assert_eq!((sum.flows, sum.runs, sum.unreadable), (3, 1, 1));
        let total = |name: &str| {
            (
                sum.steps[name].uses,
                sum.steps[name].flows,
                sum.steps[name].runs,
            )
        };
        assert_eq!(total("Router"), (3, 2, true));
        assert_eq!(total("Join"), (2, 2, false));
        let missing: Vec<_> = sum
            .missing
            .iter()
            .map(|m| (m.name.as_str(), m.flows, m.only))
            .collect();
        assert_eq!(missing, [("Join", 2, 1), ("Aggregator", 1, 0)]);
        let scripts = &sum.resources["script"];
        assert_eq!(
            (scripts.files, scripts.elsewhere, scripts.present),
            (3, 3, 0)
        );
        let scripts = sum.scripts;
        assert_eq!(
            (scripts.files, scripts.runs, scripts.lacking, scripts.broken),
            (3, 0, 2, 1)
        );
        let wanted: Vec<_> = sum
            .missing_in_scripts
            .iter()
            .map(|one| (one.name.as_str(), one.scripts))
            .collect();
        assert_eq!(wanted, [("Join", 2), ("Router", 2), ("Aggregator", 1)]);
        assert_eq!(sum.errors["LG-F0401"], 3);
        assert_eq!(sum.warnings["LG-F0302"], 3);
    }
}
