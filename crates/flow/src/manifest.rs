//! `META-INF/MANIFEST.MF`: who a bundle is.

mod rewrite;

use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

use crate::diagnostic::{Code, Diagnostic};

/// Path of the manifest inside a bundle.
pub(crate) const PATH: &str = "META-INF/MANIFEST.MF";
/// Longest symbolic name.
const NAME_MAX: usize = 200;

/// The identity of a bundle and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Technical id: `Bundle-SymbolicName` without directives.
    pub symbolic_name: String,
    /// Display name.
    pub name: String,
    /// `major.minor.micro`.
    pub version: String,
    /// What kind of artifact it is.
    pub kind: BundleKind,
    /// Other artifacts and adapters it asks for.
    pub requires: Vec<Requirement>,
}

/// What kind of artifact a bundle is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum BundleKind {
    /// An integration flow.
    IntegrationFlow,
    /// Scripts that flows refer to.
    ScriptCollection,
    /// A mapping that flows refer to.
    MessageMapping,
    /// Tables of equivalent values.
    ValueMapping,
    /// Anything else, by the name in the manifest.
    Other(String),
}

impl fmt::Display for BundleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IntegrationFlow => "integration flow",
            Self::ScriptCollection => "script collection",
            Self::MessageMapping => "message mapping",
            Self::ValueMapping => "value mapping",
            Self::Other(kind) => kind,
        })
    }
}

/// A clause of `Require-Capability`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// What is asked for, such as `scriptcollection.Common_Scripts` or `sap-HTTP`.
    pub namespace: String,
    /// Whether the bundle can be deployed without it.
    pub optional: bool,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// What makes it unusable.
    pub fn parse(bytes: &[u8]) -> Result<Self, Diagnostic> {
        let text = String::from_utf8_lossy(bytes);
        let attributes = attributes(&text);
        let value = |key: &str| attributes.get(key).map_or("", |value| value.trim());
        let symbolic_name = value("Bundle-SymbolicName");
        let symbolic_name = symbolic_name.split(';').next().unwrap_or_default().trim();
        if !is_symbolic_name(symbolic_name) {
            return Err(Diagnostic::error(
                Code::Manifest,
                format!(
                    "the manifest has no Bundle-SymbolicName of 1 to {NAME_MAX} letters, digits, \
                     '_', '.' and '-'"
                ),
            )
            .in_file(PATH));
        }
        let name = match value("Bundle-Name") {
            "" => symbolic_name,
            name => name,
        };
        Ok(Self {
            symbolic_name: symbolic_name.to_owned(),
            name: name.to_owned(),
            version: version(value("Bundle-Version")),
            kind: match value("SAP-BundleType") {
                "" | "IntegrationFlow" => BundleKind::IntegrationFlow,
                "ScriptCollection" => BundleKind::ScriptCollection,
                "MessageMapping" => BundleKind::MessageMapping,
                "ValueMapping" => BundleKind::ValueMapping,
                other => BundleKind::Other(other.to_owned()),
            },
            requires: requirements(value("Require-Capability")),
        })
    }
}

/// A manifest under another technical id; directives behind the name stay.
pub(crate) fn with_symbolic_name(manifest: &[u8], id: &str) -> Vec<u8> {
    let attributes = attributes(&String::from_utf8_lossy(manifest));
    let former = attributes.get("Bundle-SymbolicName");
    let directives = former.and_then(|value| value.find(';').map(|at| &value[at..]));
    let value = format!("{id}{}", directives.unwrap_or_default());
    rewrite::with_attribute(manifest, "Bundle-SymbolicName", &value)
}

/// A manifest with another display name.
pub(crate) fn with_name(manifest: &[u8], name: &str) -> Vec<u8> {
    rewrite::with_attribute(manifest, "Bundle-Name", name)
}

/// A manifest with another version.
pub(crate) fn with_version(manifest: &[u8], version: &str) -> Vec<u8> {
    rewrite::with_attribute(manifest, "Bundle-Version", version)
}

/// Whether this can be the technical id of an artifact: 1 to 200 letters, digits, `_`, `.` and `-`.
#[must_use]
pub fn is_symbolic_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// Attributes of the main section, continuation lines unfolded.
fn attributes(text: &str) -> IndexMap<String, String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        match (line.strip_prefix(' '), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ if line.is_empty() => break,
            _ => lines.push(line.to_owned()),
        }
    }
    lines
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.trim().to_owned(), value.trim_start().to_owned()))
        .collect()
}

/// `major.minor.micro`; parts that are not given are 0, a qualifier is dropped.
fn version(text: &str) -> String {
    let mut parts = text.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    format!("{}.{}.{}", next(), next(), next())
}

/// Splits at commas outside quotes, then at semicolons.
fn requirements(text: &str) -> Vec<Requirement> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .filter_map(|clause| {
        let mut parts = clause.split(';').map(str::trim);
        let namespace = parts.next().filter(|namespace| !namespace.is_empty())?;
        Some(Requirement {
            namespace: namespace.to_owned(),
            optional: parts.any(|part| {
                let directive = part.replace(['"', ' '], "");
                directive == "resolution:=optional"
            }),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "Manifest-Version: 1.0\r\n\
        Bundle-SymbolicName: Exactly_Once_With_A_Name_That_Is_So_Long_That_It_Is_\r\n \
        Folded; singleton:=true\r\n\
        Bundle-Name: Exactly Once\r\n\
        Bundle-Version: 1.1\r\n\
        SAP-BundleType: IntegrationFlow\r\n\
        Require-Capability: scriptcollection.Common;resolution:=optional;bundleType:Strin\r\n \
        g=\"ScriptCollection\";source:String=\"a,b\",sap-HTTP;resolution:=\"optional\",other\r\n\
        \r\nName: ignored\r\nBundle-Name: ignored\r\n";

    #[test]
    fn folded_lines_directives_and_capabilities_are_read() {
        let manifest = Manifest::parse(MANIFEST.as_bytes()).unwrap();
        assert_eq!(
            manifest.symbolic_name,
            "Exactly_Once_With_A_Name_That_Is_So_Long_That_It_Is_Folded"
        );
        assert_eq!(manifest.name, "Exactly Once");
        assert_eq!(manifest.version, "1.1.0");
        assert_eq!(manifest.kind, BundleKind::IntegrationFlow);
        let requires: Vec<_> = manifest
            .requires
            .iter()
            .map(|r| (r.namespace.as_str(), r.optional))
            .collect();
        assert_eq!(
            requires,
            [
                ("scriptcollection.Common", true),
                ("sap-HTTP", true),
                ("other", false)
            ]
        );
    }

    #[test]
    fn kinds_and_fallbacks() {
        let parse = |text: &str| Manifest::parse(text.as_bytes());
        for (kind, expected) in [
            ("ScriptCollection", BundleKind::ScriptCollection),
            ("MessageMapping", BundleKind::MessageMapping),
            ("ValueMapping", BundleKind::ValueMapping),
            ("X", BundleKind::Other("X".into())),
            ("", BundleKind::IntegrationFlow),
        ] {
            let text = format!("Bundle-SymbolicName: a\nSAP-BundleType: {kind}\n");
            assert_eq!(parse(&text).unwrap().kind, expected);
        }
        let bare = parse("Bundle-SymbolicName: a.b-c_1").unwrap();
        assert_eq!(
            (bare.name.as_str(), bare.version.as_str()),
            ("a.b-c_1", "0.0.0")
        );
    }

    #[test]
    fn another_id_keeps_the_directives() {
        for (value, expected) in [
            ("A; singleton:=true", "B; singleton:=true"),
            ("A;singleton:=true;x=y", "B;singleton:=true;x=y"),
            ("A", "B"),
        ] {
            let manifest = format!("Bundle-SymbolicName: {value}\r\n");
            let renamed = with_symbolic_name(manifest.as_bytes(), "B");
            let attributes = attributes(&String::from_utf8(renamed).unwrap());
            assert_eq!(attributes["Bundle-SymbolicName"], expected);
        }
    }

    #[test]
    fn a_manifest_without_a_usable_name_is_refused() {
        let long = format!("Bundle-SymbolicName: {}", "x".repeat(NAME_MAX + 1));
        for text in [
            "",
            "Bundle-Name: a",
            "Bundle-SymbolicName: ;x",
            "Bundle-SymbolicName: ../x",
            long.as_str(),
        ] {
            let error = Manifest::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.code, Code::Manifest, "{text}");
        }
    }
}
