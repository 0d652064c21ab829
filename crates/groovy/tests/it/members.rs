//! The page that lists what scripts may use.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use lockgate_groovy::class::Class;
use lockgate_groovy::library;

const HEAD: &str = "\
# What scripts may use

Classes of the library with their own members; what a class inherits stands with the class it comes
from. A getter is also a property: `getTime()` is `time`. Members that have several forms are listed
once. Made from the tables of the engine by `UPDATE=1 cargo test -p lockgate-groovy members`, so it is
what runs, not what is planned. What a script uses beyond it is found when its flow is deployed or
checked ([scripts.md](scripts.md)).
";

/// Members of a class in the order of the alphabet; overloads have one entry.
fn names<T>(members: &[(&'static str, T)]) -> Vec<&'static str> {
    let mut names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn listed(page: &mut String, about: &str, names: &[&str]) {
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        writeln!(page, "- {about}: {}", names.join(", ")).unwrap();
    }
}

fn class(page: &mut String, class: &Class) {
    let simple = class.name.rsplit('.').next().unwrap_or(class.name);
    let simple = if simple == "[B" { "byte[]" } else { simple };
    let kind = if class.interface { ", interface" } else { "" };
    writeln!(page, "\n**{simple}**{kind}").unwrap();
    let supers: Vec<&str> = class.supers.iter().map(|above| above.name).collect();
    page.push('\n');
    listed(page, "is a", &supers);
    if class.construct.is_some() {
        writeln!(page, "- `new {simple}(…)`").unwrap();
    }
    listed(page, "static", &names(class.statics));
    listed(page, "constants", &names(class.constants));
    listed(page, "methods", &names(class.methods));
}

fn page() -> String {
    let mut packages: BTreeMap<&str, BTreeMap<&str, &Class>> = BTreeMap::new();
    for class in library::classes() {
        let package = class
            .name
            .rsplit_once('.')
            .map_or("", |(package, _)| package);
        packages
            .entry(package)
            .or_default()
            .insert(class.name, class);
    }
    let mut page = HEAD.to_owned();
    for (package, classes) in packages {
        let title = if package.is_empty() {
            "(no package)"
        } else {
            package
        };
        writeln!(page, "\n## {title}").unwrap();
        classes.values().for_each(|one| class(&mut page, one));
    }
    page
}

#[test]
fn the_page_of_members_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/script-members.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(page.lines()).find(|(a, b)| a != b);
    assert!(
        written == page,
        "the page is stale, run with UPDATE=1: {differs:?}"
    );
}
