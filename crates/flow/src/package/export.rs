//! Writes package exports.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::CONTENTS;
use crate::manifest::BundleKind;

/// A package to be written.
#[derive(Clone, Debug)]
pub struct Export<'a> {
    /// Technical name.
    pub id: &'a str,
    /// Opaque id of the package, hexadecimal; the ids of contents are made from it.
    pub resource_id: &'a str,
    /// Display name.
    pub name: &'a str,
    /// Version.
    pub version: &'a str,
    /// What else is said about it, such as `Vendor`, `shortText` and `Description`.
    pub attributes: BTreeMap<&'a str, &'a str>,
    /// Its artifacts.
    pub artifacts: Vec<Content<'a>>,
}

/// An artifact in a package to be written.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// What it is.
    pub kind: &'a BundleKind,
    /// Technical id.
    pub id: &'a str,
    /// Display name.
    pub name: &'a str,
    /// Version.
    pub version: &'a str,
    /// The bundle, a zip file; it is taken over byte by byte.
    pub bundle: &'a [u8],
}

impl Export<'_> {
    /// Packs the export into a zip file. The same package gives the same bytes.
    ///
    /// # Errors
    /// If the archive grows beyond what a zip file can hold.
    pub fn to_zip(&self) -> Result<Vec<u8>, ZipError> {
        let ids: Vec<String> = (1..=self.artifacts.len())
            .map(|number| format!("{:.24}{number:08x}", self.resource_id))
            .collect();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut write = |path: &str, content: &[u8]| {
            writer.start_file(path, SimpleFileOptions::default())?;
            writer.write_all(content)?;
            Ok::<_, ZipError>(())
        };
        let contents = BASE64_STANDARD.encode(self.contents(&ids).to_string());
        write(CONTENTS, contents.as_bytes())?;
        let information = format!("Name= {}\n", self.name);
        write("ExportInformation.info", information.as_bytes())?;
        let metadata = BASE64_STANDARD.encode("exportFormat=1.0\n");
        write("contentmetadata.md", metadata.as_bytes())?;
        for (id, artifact) in ids.iter().zip(&self.artifacts) {
            write(&format!("{id}_content"), artifact.bundle)?;
        }
        Ok(writer.finish()?.into_inner())
    }

    fn contents(&self, ids: &[String]) -> Value {
        let attribute = |(name, value): (&&str, &&str)| {
            let value = json!({"isExtendedLargeAttribute": false, "attributeValues": [value]});
            ((*name).to_owned(), value)
        };
        let attributes: serde_json::Map<_, _> = self.attributes.iter().map(attribute).collect();
        let mut resources = vec![json!({
            "id": self.resource_id,
            "uniqueId": self.id,
            "name": self.name,
            "displayName": self.name,
            "resourceType": "ContentPackage",
            "semanticVersion": self.version,
            "additionalAttributes": attributes,
        })];
        let artifact = |(id, artifact): (&String, &Content<'_>)| {
            json!({
                "id": id,
                "uniqueId": artifact.id,
                "name": artifact.name,
                "displayName": artifact.name,
                "resourceType": resource_type(artifact.kind),
                "semanticVersion": artifact.version,
                "contentType": "application/zip",
            })
        };
        resources.extend(ids.iter().zip(&self.artifacts).map(artifact));
        let relation = |id: &String| {
            json!({
                "relationType": "AGGREGATION",
                "RelationName": "Default",
                "sourceId": self.resource_id,
                "targetId": id,
            })
        };
        let relations: Vec<Value> = ids.iter().map(relation).collect();
        json!({"resources": resources, "relations": relations})
    }
}

fn resource_type(kind: &BundleKind) -> &str {
    match kind {
        BundleKind::IntegrationFlow => "IFlow",
        BundleKind::ScriptCollection => "ScriptCollection",
        BundleKind::MessageMapping => "MessageMapping",
        BundleKind::ValueMapping => "ValueMapping",
        BundleKind::Other(kind) => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bundle;
    use crate::package::{self, Archive};

    #[test]
    fn what_is_written_is_read_again() {
        let manifest = "Bundle-SymbolicName: Lib\r\nSAP-BundleType: ScriptCollection\r\n";
        let files = [("META-INF/MANIFEST.MF".to_owned(), manifest.into())];
        let bundle = Bundle::from_files(files).unwrap().to_zip().unwrap();
        let export = Export {
            id: "shop",
            resource_id: "0123456789abcdef0123456789abcdef",
            name: "Shop",
            version: "1.2.0",
            attributes: BTreeMap::from([("Vendor", "Lemon Ltd"), ("shortText", "Sells")]),
            artifacts: vec![Content {
                kind: &BundleKind::ScriptCollection,
                id: "Lib",
                name: "Library",
                version: "1.0.0",
                bundle: &bundle,
            }],
        };
        let zip = export.to_zip().unwrap();
        assert_eq!(zip, export.to_zip().unwrap());
        let Ok(Archive::Package(package)) = package::open(&zip) else {
            panic!("not a package");
        };
        assert_eq!(
            (
                package.id.as_str(),
                package.name.as_str(),
                package.version.as_str()
            ),
            ("shop", "Shop", "1.2.0")
        );
        assert_eq!(package.attributes["Vendor"], ["Lemon Ltd"]);
        let artifact = &package.artifacts[0];
        assert_eq!(
            (artifact.id.as_str(), artifact.name.as_str()),
            ("Lib", "Library")
        );
        let read = artifact.bundle.as_ref().unwrap();
        assert_eq!(read.manifest.kind, BundleKind::ScriptCollection);
        assert_eq!(read.to_zip().unwrap(), bundle);
    }
}
