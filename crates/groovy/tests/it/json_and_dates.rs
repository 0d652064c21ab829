//! Snippets about JSON and dates, and what Groovy 2.4.21 makes of them.

use crate::probes::unescape;
use crate::support::outcome;

#[test]
fn json_and_dates_are_those_of_groovy() {
    let table = include_str!("../../testdata/json-and-dates.tsv");
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
