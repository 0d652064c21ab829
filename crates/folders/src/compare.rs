//! Whether two artifacts are the same, but for what changes without anybody changing it.

use std::collections::BTreeSet;

use lockgate_flow::Bundle;

/// Values of parameters. A server keeps those that were configured apart from the artifact.
const PARAMETERS: &str = "src/main/resources/parameters.prop";
const MANIFEST: &str = "META-INF/MANIFEST.MF";
/// What lines of a manifest begin with that say where an artifact was copied from.
const ORIGIN: &str = "Origin";

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path in the artifact.
    pub path: String,
    /// How it differs.
    pub changed: Changed,
}

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Only the newer artifact has it.
    Added,
    /// Only the older artifact has it.
    Removed,
    /// Both have it, with another content.
    Modified,
}

/// The files that make `newer` another artifact than `older`, by path.
#[must_use]
pub fn changes(older: &Bundle, newer: &Bundle) -> Vec<Change> {
    let paths: BTreeSet<&str> = older.paths().chain(newer.paths()).collect();
    let counts = |path: &&str| belongs(path) && *path != PARAMETERS;
    let change = |path: &str| {
        let changed = match (older.file(path), newer.file(path)) {
            (None, Some(_)) => Changed::Added,
            (Some(_), None) => Changed::Removed,
            (Some(old), Some(new)) if !same(path, old, new) => Changed::Modified,
            _ => return None,
        };
        let path = path.to_owned();
        Some(Change { path, changed })
    };
    paths
        .into_iter()
        .filter(counts)
        .filter_map(change)
        .collect()
}

/// Whether a file belongs to an artifact, and not to the folder it lies in.
pub(crate) fn belongs(path: &str) -> bool {
    let inside = path.starts_with("META-INF/") || path.starts_with("src/main/resources/");
    let hidden = path.split('/').any(|name| name.starts_with('.'));
    (inside || path == "metainfo.prop") && !hidden
}

fn same(path: &str, old: &[u8], new: &[u8]) -> bool {
    if old == new {
        return true;
    }
    match (std::str::from_utf8(old), std::str::from_utf8(new)) {
        (Ok(old), Ok(new)) => essence(path, old) == essence(path, new),
        _ => false,
    }
}

/// The lines of a file that count, without white space.
fn essence(path: &str, text: &str) -> Vec<String> {
    let is_properties = path.ends_with(".prop");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        // A long line of a manifest goes on in the next, which begins with a blank.
        match (path == MANIFEST && line.starts_with(' '), lines.last_mut()) {
            (true, Some(before)) => before.push_str(&line[1..]),
            _ => lines.push(line.to_owned()),
        }
    }
    let counts = |line: &String| {
        let origin = path == MANIFEST && line.starts_with(ORIGIN);
        let comment = is_properties && line.trim_start().starts_with('#');
        !origin && !comment
    };
    let bare = |line: String| line.split_whitespace().collect::<String>();
    let lines = lines.into_iter().filter(counts).map(bare);
    lines.filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "Bundle-SymbolicName: a; singleton:=true\nBundle-Version: 1.0.0\n";

    fn bundle(files: &[(&str, &str)]) -> Bundle {
        let mut all = vec![(MANIFEST, PLAIN)];
        all.retain(|(path, _)| !files.iter().any(|(own, _)| own == path));
        all.extend(files);
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        Bundle::from_files(all.iter().map(owned)).unwrap()
    }

    #[test]
    fn what_nobody_changed_is_no_change() {
        let cases: [(&str, &str, &str); 6] = [
            (
                MANIFEST,
                PLAIN,
                "Bundle-SymbolicName: a; singleton:=true\r\nBundle-Version: 1.0.0\r\nOrigin-Bundle-Name: b\r\n c\r\n\r\n",
            ),
            (
                MANIFEST,
                PLAIN,
                "Bundle-SymbolicName: a; single\n ton:=true\nBundle-Version: 1.0.0\n",
            ),
            (PARAMETERS, "a=1", "a=2"),
            (
                "metainfo.prop",
                "#Mon\ndescription=x\n",
                "#Tue\n\ndescription=x",
            ),
            (
                "src/main/resources/script/a.groovy",
                "a\n\n  b\n",
                "a\r\nb\r\n",
            ),
            ("src/main/resources/.DS_Store", "1", "2"),
        ];
        for (path, old, new) in cases {
            let found = changes(&bundle(&[(path, old)]), &bundle(&[(path, new)]));
            assert_eq!(found, [], "{path}");
        }
        let apart = bundle(&[("tests/a/in.json", "{}"), ("QA/parameters.prop", "a=1")]);
        assert_eq!(changes(&bundle(&[]), &apart), []);
    }

    #[test]
    fn what_differs_is_named() {
        let older = bundle(&[
            (MANIFEST, "Bundle-SymbolicName: a\nBundle-Version: 1.0.1\n"),
            ("src/main/resources/gone.xsl", ""),
            ("src/main/resources/binary.jar", "a"),
        ]);
        let newer = bundle(&[
            ("src/main/resources/binary.jar", "b"),
            ("src/main/resources/new.xsl", ""),
        ]);
        let found = changes(&older, &newer);
        let found: Vec<_> = found
            .iter()
            .map(|change| (&*change.path, change.changed))
            .collect();
        assert_eq!(
            found,
            [
                (MANIFEST, Changed::Modified),
                ("src/main/resources/binary.jar", Changed::Modified),
                ("src/main/resources/gone.xsl", Changed::Removed),
                ("src/main/resources/new.xsl", Changed::Added),
            ]
        );
    }
}
