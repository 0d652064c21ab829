//! Archives to upload, made from `testdata/flows/orders` or of a few members.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lockgate_flow::Bundle;

const MANIFEST: &str = "META-INF/MANIFEST.MF";
const MODEL: &str = "src/main/resources/scenarioflows/integrationflow/Orders.iflw";

/// The members of an archive.
#[derive(Clone, Debug)]
pub(crate) struct Members(BTreeMap<String, Vec<u8>>);

impl Members {
    /// The flow `Orders` in version 1.0.2, with the parameters Address, User Role and Answer.
    pub(crate) fn orders() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/flows/orders");
        let mut members = BTreeMap::new();
        collect(&root, &root, &mut members);
        Self(members)
    }

    /// The flow `Orders` under another id and address.
    pub(crate) fn flow(id: &str) -> Self {
        Self::orders()
            .edited(MANIFEST, "Name: Orders", &format!("Name: {id}"))
            .edited(
                "src/main/resources/parameters.prop",
                "/orders",
                &format!("/{}", id.to_lowercase()),
            )
    }

    /// An artifact with a manifest, and these members besides.
    pub(crate) fn of(kind: &str, id: &str, members: &[(&str, &str)]) -> Self {
        let manifest = format!(
            "Manifest-Version: 1.0\r\nBundle-SymbolicName: {id}; singleton:=true\r\n\
            Bundle-Name: {id}\r\nBundle-Version: 1.0.0\r\nSAP-BundleType: {kind}\r\n\r\n"
        );
        let manifest = [(MANIFEST, manifest.as_str())];
        let members = members.iter().chain(&manifest);
        let members = members.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        Self(members.collect())
    }

    pub(crate) fn version(self, version: &str) -> Self {
        self.edited(
            MANIFEST,
            "Bundle-Version: 1.0.2",
            &format!("Bundle-Version: {version}"),
        )
    }

    /// The same with a step of a kind that nobody knows.
    pub(crate) fn with_unknown_step(self) -> Self {
        self.edited(
            MODEL,
            "<value>Enricher</value>",
            "<value>Teleporter</value>",
        )
    }

    pub(crate) fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }

    fn edited(mut self, path: &str, from: &str, to: &str) -> Self {
        let content = self.0.get_mut(path).unwrap();
        let text = String::from_utf8(std::mem::take(content)).unwrap();
        assert!(text.contains(from), "{path} lacks {from}");
        *content = text.replace(from, to).into_bytes();
        self
    }

    pub(crate) fn zip(self) -> Vec<u8> {
        Bundle::from_files(self.0).unwrap().to_zip().unwrap()
    }
}

/// The members of an archive that came back.
pub(crate) fn members(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let bundle = Bundle::from_zip(zip).unwrap();
    let paths: Vec<String> = bundle.paths().map(str::to_owned).collect();
    let content = |path: String| {
        let content = bundle.file(&path).unwrap().to_vec();
        (path, content)
    };
    paths.into_iter().map(content).collect()
}

fn collect(root: &Path, folder: &Path, members: &mut BTreeMap<String, Vec<u8>>) {
    let paths = std::fs::read_dir(folder).unwrap();
    for path in paths
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<PathBuf>>()
    {
        if path.is_dir() {
            collect(root, &path, members);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            members.insert(name.to_owned(), std::fs::read(&path).unwrap());
        }
    }
}
