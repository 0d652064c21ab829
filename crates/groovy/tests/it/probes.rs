//! Small snippets, and what Groovy 2.4.21 makes of them.
//!
//! `testdata/probes.tsv` (all areas), `testdata/language.tsv`, `testdata/rules.tsv` (operators,
//! numbers, strings, formats) and `testdata/collections.tsv` hold snippet, class and text of the result. The snippets that do not
//! give the same yet are listed in `testdata/probes-open.txt`; a listed one that does fails the
//! test, so that the list stays true. `PROBES_BLESS=1` writes the list anew.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::outcome;

struct Probe {
    snippet: String,
    class: String,
    text: String,
}

fn probes() -> Vec<Probe> {
    let tables = [
        include_str!("../../testdata/probes.tsv"),
        include_str!("../../testdata/language.tsv"),
        include_str!("../../testdata/rules.tsv"),
        include_str!("../../testdata/collections.tsv"),
    ];
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let rows = lines.map(|line| {
        let mut cells = line.split('\t').map(unescape);
        let mut next = || cells.next().expect("a row has three cells");
        Probe {
            snippet: next(),
            class: next(),
            text: next(),
        }
    });
    rows.collect()
}

pub(crate) fn unescape(cell: &str) -> String {
    let mut text = String::new();
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        text.push(match chars.next().expect("something is escaped") {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            other => other,
        });
    }
    text
}

#[test]
fn snippets_give_what_groovy_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/probes-open.txt");
    let open: BTreeSet<String> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    let (mut wrong, mut differing, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for probe in probes() {
        let source = match probe.snippet.starts_with('{') {
            true => format!("({})", probe.snippet),
            false => probe.snippet.clone(),
        };
        let (class, text) = outcome(&source);
        let same = class == probe.class && (text == probe.text);
        let line = probe.snippet.replace('\n', "\\n");
        if !same {
            differing.push(line.clone());
        }
        match (same, open.contains(&line)) {
            (false, false) => wrong.push(format!(
                "{line}\n  expected {} {:?}\n  found    {class} {text:?}",
                probe.class, probe.text
            )),
            (true, true) => closed.push(line),
            _ => {}
        }
    }
    if std::env::var_os("PROBES_BLESS").is_some() {
        differing.push(String::new());
        std::fs::write(&path, differing.join("\n")).unwrap();
        return;
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        closed.is_empty(),
        "these give the same now: take them out of probes-open.txt:\n{}",
        closed.join("\n")
    );
}
