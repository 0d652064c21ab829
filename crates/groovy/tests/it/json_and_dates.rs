//! Snippets about JSON and dates, and what Groovy 2.4.21 makes of them.

use crate::probes::unescape;
use crate::support::outcome;

#[test]
fn json_and_dates_are_those_of_groovy() {
    check(include_str!("../../testdata/json-and-dates.tsv"));
}

#[test]
fn org_json_is_that_of_its_library() {
    check(include_str!("../../testdata/org-json.tsv"));
}

fn check(table: &str) {
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let cells: Vec<String> = line.split('\t').map(unescape).collect();
        let [snippet, class, text] = &cells[..] else {
            panic!("three cells: {line}");
        };
        let (found_class, found) = outcome(snippet);
        if (&found_class, &found) != (class, text) {
            wrong.push(format!(
                "{snippet}\n  expected {class} {text:?}\n  found    {found_class} {found:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
