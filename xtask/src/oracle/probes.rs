//! The golden snippets, asked again.

use std::path::Path;

use anyhow::ensure;

use super::theirs::Groovy;

/// Compares the committed table with what real Groovy says today.
#[expect(
    clippy::print_stdout,
    reason = "a developer's tool prints what differs"
)]
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    let table = root.join("crates/groovy/testdata/probes.tsv");
    let answers = root.join("target/oracle/probes.tsv");
    Groovy::prepare(root)?.run("Probes.groovy", &table, &answers)?;
    let (ours, theirs) = (
        std::fs::read_to_string(&table)?,
        std::fs::read_to_string(&answers)?,
    );
    let changed = changes(&ours, &theirs);
    for (committed, answered) in &changed {
        println!("committed {committed}\nanswered  {answered}\n");
    }
    ensure!(
        changed.is_empty() && ours.lines().count() == theirs.lines().count(),
        "real Groovy answers {} of the probes otherwise",
        changed.len()
    );
    println!(
        "{} probes are as real Groovy answers them",
        ours.lines().count() - 1
    );
    Ok(())
}

/// Lines that differ, apart from Groovy's guesses what was meant, whose order changes from run to run.
fn changes<'a>(ours: &'a str, theirs: &'a str) -> Vec<(&'a str, &'a str)> {
    let pairs = ours.lines().zip(theirs.lines());
    pairs
        .filter(|(ours, theirs)| sure(ours) != sure(theirs))
        .collect()
}

fn sure(line: &str) -> &str {
    line.split(" / Possible solutions: ").next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_are_found() {
        assert_eq!(changes("a\nb", "a\nc"), [("b", "c")]);
        assert!(changes("a", "a").is_empty());
        let guesses = [
            "x / Possible solutions: a, b",
            "x / Possible solutions: b, a",
        ];
        assert!(changes(guesses[0], guesses[1]).is_empty());
    }
}
