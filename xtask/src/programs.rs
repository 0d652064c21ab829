//! Tests with programs that we cannot install: they run where somebody did.

use std::process::Command;

use crate::shell::{cargo, heading};

/// Programs, and how what they say about their version begins. The tests of each are a module of its
/// name and ignored elsewhere.
const PROGRAMS: [(&str, &str); 2] = [
    ("cf", "cf version 8."),
    ("flashpipe", "flashpipe version 3."),
];

/// Runs the tests of those that are here, and says which are not.
pub(crate) fn test() -> anyhow::Result<()> {
    for (program, version) in PROGRAMS {
        if !is_here(program, version) {
            heading(&format!("not tested with {program}: no `{version}` here"));
            continue;
        }
        heading(&format!("tests with {program}"));
        cargo(&[
            "test",
            "--package",
            "lockgate",
            "--locked",
            "--quiet",
            "--test",
            "it",
            "--",
            "--ignored",
            &format!("{program}::"),
        ])?;
    }
    Ok(())
}

fn is_here(program: &str, version: &str) -> bool {
    let said = Command::new(program).arg("--version").output();
    said.is_ok_and(|said| said.stdout.starts_with(version.as_bytes()))
}
