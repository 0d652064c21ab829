//! Bundles and packages to deploy, made from `testdata/flows/orders`.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_flow::Bundle;
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MODEL: &str = "src/main/resources/scenarioflows/integrationflow/Orders.iflw";

/// The files of the flow `Orders`, by path.
pub(crate) struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    pub(crate) fn orders() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/flows/orders");
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        Self(files)
    }

    /// The same flow under another id.
    pub(crate) fn with_id(self, id: &str) -> Self {
        self.edited(
            "META-INF/MANIFEST.MF",
            "Bundle-SymbolicName: Orders",
            &format!("Bundle-SymbolicName: {id}"),
        )
    }

    /// The same flow in another version.
    pub(crate) fn with_version(self, version: &str) -> Self {
        self.edited("META-INF/MANIFEST.MF", "1.0.2", version)
    }

    /// The same flow with a step of a kind that nobody knows.
    pub(crate) fn with_unknown_step(self) -> Self {
        self.edited(
            MODEL,
            "<value>Enricher</value>",
            "<value>Teleporter</value>",
        )
    }

    fn edited(mut self, path: &str, from: &str, to: &str) -> Self {
        let (_, content) = self.0.iter_mut().find(|(name, _)| name == path).unwrap();
        let text = String::from_utf8(std::mem::take(content)).unwrap();
        assert!(text.contains(from), "{path} lacks {from}");
        *content = text.replace(from, to).into_bytes();
        self
    }

    pub(crate) fn zip(self) -> Vec<u8> {
        Bundle::from_files(self.0).unwrap().to_zip().unwrap()
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

/// A package export with these flows, a script collection and a link.
pub(crate) fn package(flows: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let resource = |id: &str, unique: &str, kind: &str| json!({"id": id, "uniqueId": unique, "name": unique, "resourceType": kind});
    let mut resources = vec![
        resource("p", "Shop", "ContentPackage"),
        resource("l", "Help", "Url"),
        resource("s", "Common_Scripts", "ScriptCollection"),
    ];
    let scripts = "Bundle-SymbolicName: Common_Scripts\r\nBundle-Name: Scripts\r\nBundle-Version: 1.0.0\r\n\
        SAP-BundleType: ScriptCollection\r\n";
    let scripts = zip([(
        "META-INF/MANIFEST.MF".to_owned(),
        scripts.as_bytes().to_vec(),
    )]);
    let mut files = vec![("s_content".to_owned(), scripts)];
    for (index, (id, bundle)) in flows.iter().enumerate() {
        resources.push(resource(&format!("f{index}"), id, "IFlow"));
        files.push((format!("f{index}_content"), bundle.clone()));
    }
    let contents = json!({"resources": resources, "relations": []}).to_string();
    files.push((
        "resources.cnt".to_owned(),
        STANDARD.encode(contents).into_bytes(),
    ));
    zip(files)
}

fn zip(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        writer
            .start_file(path, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
