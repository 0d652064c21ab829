//! Reads the corpus of published flows, when it is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lockgate_flow::{Bundle, Reading};

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("LOCKGATE_CORPUS").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "SKIPPED: no corpus at {}; set LOCKGATE_CORPUS",
        folder.display()
    );
    None
}

fn readings() -> Option<Vec<(String, Reading)>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder()?)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "zip"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bundle = Bundle::from_zip(&std::fs::read(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, lockgate_flow::read(&bundle, &BTreeMap::new()))
    };
    Some(paths.into_iter().map(read).collect())
}

#[test]
fn explore() {
    let Some(readings) = readings() else { return };
    let mut out = String::new();
    for (name, reading) in &readings {
        writeln!(out, "{name} {}", reading.plan.is_some()).unwrap();
        for d in &reading.diagnostics {
            writeln!(out, "   {d} [{}]", d.element.as_deref().unwrap_or("")).unwrap();
        }
    }
    std::fs::write("/tmp/flowx/explore.txt", out).unwrap();
}
