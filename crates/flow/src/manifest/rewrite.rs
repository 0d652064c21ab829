//! Changes attributes of a manifest and leaves the others as they are.

/// Longest line without its line end. Java counts the end among the 72 columns that a line may have.
const LINE: usize = 70;

/// The manifest with this value for an attribute of its main section, added at the section's end when
/// it has none. Lines end with CR and LF and are folded, as Java asks for.
pub(super) fn with_attribute(manifest: &[u8], key: &str, value: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(manifest);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = text.split('\n').peekable();
    let mut out = String::with_capacity(text.len() + value.len() + 100);
    let mut written = false;
    while let Some(line) = lines.next_if(|line| !line.is_empty()) {
        if !is(line, key) {
            push(&mut out, line);
            continue;
        }
        while lines.next_if(|line| line.starts_with(' ')).is_some() {}
        if !written {
            fold(&mut out, &format!("{key}: {value}"));
            written = true;
        }
    }
    if !written {
        fold(&mut out, &format!("{key}: {value}"));
    }
    let mut rest: Vec<&str> = lines.collect();
    // What follows the last line end is no line.
    rest.pop();
    rest.iter().for_each(|line| push(&mut out, line));
    if rest.is_empty() {
        push(&mut out, "");
    }
    out.into_bytes()
}

/// Whether a line begins the attribute `key`.
fn is(line: &str, key: &str) -> bool {
    let name = line.split_once(':').map(|(name, _)| name.trim());
    name.is_some_and(|name| {
        name.trim_start_matches('\u{FEFF}')
            .eq_ignore_ascii_case(key)
    })
}

fn fold(out: &mut String, mut line: &str) {
    let mut room = LINE;
    loop {
        let mut end = line.len().min(room);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        push(out, &line[..end]);
        line = &line[end..];
        if line.is_empty() {
            return;
        }
        out.push(' ');
        room = LINE - 1;
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(manifest: &str, key: &str, value: &str) -> String {
        String::from_utf8(with_attribute(manifest.as_bytes(), key, value)).unwrap()
    }

    #[test]
    fn one_attribute_changes_and_the_others_stay() {
        let manifest = "Manifest-Version: 1.0\r\nBundle-SymbolicName: A\r\n B\r\nX: y\r\n\r\n\
            Name: part\r\nBundle-SymbolicName: kept\r\n";
        assert_eq!(
            rewritten(manifest, "Bundle-SymbolicName", "C; singleton:=true"),
            "Manifest-Version: 1.0\r\nBundle-SymbolicName: C; singleton:=true\r\nX: y\r\n\r\n\
            Name: part\r\nBundle-SymbolicName: kept\r\n"
        );
    }

    #[test]
    fn a_missing_attribute_is_added_to_the_main_section() {
        for (manifest, expected) in [
            ("A: b\n\nName: x\n", "A: b\r\nV: 1\r\n\r\nName: x\r\n"),
            ("A: b", "A: b\r\nV: 1\r\n\r\n"),
            ("A: b\r\n\r\n", "A: b\r\nV: 1\r\n\r\n"),
            ("", "V: 1\r\n\r\n"),
        ] {
            assert_eq!(rewritten(manifest, "V", "1"), expected, "{manifest:?}");
        }
    }

    #[test]
    fn long_values_are_folded_within_72_columns_and_between_characters() {
        let value = format!("{}{}", "ab".repeat(60), "ü".repeat(80));
        let manifest = rewritten("A: b\r\n", "Bundle-Name", &value);
        for line in manifest.split("\r\n") {
            assert!(line.len() + 2 <= 72, "{line}");
        }
        let read = super::super::attributes(&manifest);
        assert_eq!(read["Bundle-Name"], value);
    }
}
