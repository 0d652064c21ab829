//! Bundles and packages: archives within limits, damaged ones, and what is in them.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lockgate_core::limits;
use lockgate_flow::bundle::Bundle;
use lockgate_flow::package::{self, Archive, Package};
use lockgate_flow::{Code, Diagnostic};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::draft::Draft;

fn zip<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        writer
            .start_file(path, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const MANIFEST: (&str, &[u8]) = ("META-INF/MANIFEST.MF", b"Bundle-SymbolicName: A\r\n");

fn codes(result: Result<Bundle, Vec<Diagnostic>>) -> Vec<Code> {
    result
        .unwrap_err()
        .iter()
        .map(|problem| problem.code)
        .collect()
}

#[test]
fn a_folder_a_zip_and_a_zip_of_the_folder_are_the_same_bundle() {
    let bundle = Draft::new().bundle();
    let packed = bundle.to_zip().unwrap();
    assert_eq!(packed, Bundle::from_zip(&packed).unwrap().to_zip().unwrap());
    let reading = lockgate_flow::read(&Bundle::from_zip(&packed).unwrap(), &BTreeMap::new());
    assert!(reading.plan.is_some());
    assert_eq!(bundle.paths().next(), Some("META-INF/MANIFEST.MF"),);
    assert!(bundle.resource("/parameters.prop").is_some());
}

#[test]
fn paths_that_leave_the_bundle_are_refused() {
    for path in [
        "../x",
        "a/../../x",
        "/etc/x",
        "a//b",
        "./a",
        "C:/x",
        "a\\b",
        "a\u{1}b",
        "a/..",
    ] {
        let from_zip = Bundle::from_zip(&zip([MANIFEST, (path, b"x")]));
        assert_eq!(codes(from_zip), [Code::UnsafePath], "{path:?}");
        let files = [MANIFEST, (path, b"x")].map(|(p, c)| (p.to_owned(), c.to_vec()));
        assert_eq!(
            codes(Bundle::from_files(files)),
            [Code::UnsafePath],
            "{path:?}"
        );
    }
}

#[test]
fn duplicates_are_refused() {
    let mut bytes = zip([MANIFEST, ("a1", b"x"), ("a2", b"y")]);
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(2).position(|pair| pair == b"a2") {
        bytes[from + at + 1] = b'1';
        from += at + 1;
    }
    assert_eq!(codes(Bundle::from_zip(&bytes)), [Code::DuplicateFile]);
    let files = [MANIFEST, ("a", b"x"), ("a", b"y")].map(|(p, c)| (p.to_owned(), c.to_vec()));
    assert_eq!(codes(Bundle::from_files(files)), [Code::DuplicateFile]);
}

#[test]
fn sizes_counts_and_ratios_are_bounded() {
    let bomb = vec![0; 64 * 1024 * 1024];
    assert_eq!(
        codes(Bundle::from_zip(&zip([MANIFEST, ("a", &bomb)]))),
        [Code::TooLarge]
    );
    // Small files may be packed tightly.
    let zeros = vec![0; 1024 * 1024];
    assert!(Bundle::from_zip(&zip([MANIFEST, ("a", &zeros)])).is_ok());
    let upload = vec![0; limits::BUNDLE_UPLOAD + 1];
    assert_eq!(codes(Bundle::from_zip(&upload)), [Code::TooLarge]);
    let names: Vec<String> = (0..=limits::BUNDLE_FILES).map(|n| n.to_string()).collect();
    let many = names.iter().map(|name| (name.as_str(), &b""[..]));
    assert_eq!(
        codes(Bundle::from_zip(&zip(many.clone()))),
        [Code::TooLarge]
    );
    let many = many.map(|(path, content)| (path.to_owned(), content.to_vec()));
    assert_eq!(codes(Bundle::from_files(many)), [Code::TooLarge]);
}

#[test]
fn damage_is_reported_file_by_file() {
    assert_eq!(codes(Bundle::from_zip(b"not a zip")), [Code::DamagedZip]);
    assert_eq!(codes(Bundle::from_zip(b"")), [Code::DamagedZip]);
    let whole = zip([MANIFEST, ("a", b"hello")]);
    assert_eq!(
        codes(Bundle::from_zip(&whole[..whole.len() - 10])),
        [Code::DamagedZip]
    );
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in [MANIFEST, ("a", b"content one"), ("b", b"content two")] {
        writer.start_file(path, stored).unwrap();
        writer.write_all(content).unwrap();
    }
    let mut bytes = writer.finish().unwrap().into_inner();
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(8).position(|w| w == b"content ") {
        bytes[from + at] = b'X';
        from += at + 1;
    }
    let problems = Bundle::from_zip(&bytes).unwrap_err();
    assert_eq!(problems.len(), 2);
    assert!(
        problems[0].message.starts_with("'a' is damaged"),
        "{}",
        problems[0].message
    );
}

#[test]
fn a_bundle_needs_a_manifest_and_one_model() {
    assert_eq!(
        codes(Bundle::from_zip(&zip([("a", &b"x"[..])]))),
        [Code::Manifest]
    );
    let read = |files: Vec<(String, Vec<u8>)>| {
        let bundle = Bundle::from_files(files).unwrap();
        let reading = lockgate_flow::read(&bundle, &BTreeMap::new());
        assert!(reading.plan.is_none() && reading.model.is_none());
        reading.diagnostics[0].code
    };
    let mut files = Draft::new().files();
    files.pop();
    assert_eq!(read(files.clone()), Code::ModelFile);
    let two = ["a.iflw", "b.iflw"].map(|path| (path.to_owned(), Vec::new()));
    files.extend(two);
    assert_eq!(read(files.clone()), Code::ModelFile);
    files[0].1 = b"Bundle-SymbolicName: S\nSAP-BundleType: ScriptCollection\n".to_vec();
    assert_eq!(read(files), Code::NotAFlow);
}

#[test]
fn a_model_that_is_no_model_is_refused_quickly() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
    for model in ["", "<", "<a/>", "\u{0}", deep.as_str(), bomb] {
        let mut files = Draft::new().files();
        files[3].1 = model.as_bytes().to_vec();
        let reading = lockgate_flow::read(&Bundle::from_files(files).unwrap(), &BTreeMap::new());
        assert_eq!(reading.diagnostics[0].code, Code::ModelSyntax);
    }
}

#[test]
fn parameter_files_that_cannot_be_read_are_reported() {
    let mut files = Draft::new().files();
    files[1].1 = b"a=\\u12".to_vec();
    files[2].1 = b"<parameters>".to_vec();
    let reading = lockgate_flow::read(&Bundle::from_files(files).unwrap(), &BTreeMap::new());
    let codes: Vec<_> = reading
        .diagnostics
        .iter()
        .map(|d| (d.code, d.is_error()))
        .collect();
    assert_eq!(
        codes,
        [(Code::ParameterFile, true), (Code::ParameterFile, false)]
    );
}

fn package_of(resources: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let contents =
        BASE64_STANDARD.encode(format!("{{\"resources\":[{resources}],\"relations\":[]}}"));
    // Encoders break lines.
    let contents = format!("{}\r\n{}", &contents[..8], &contents[8..]);
    let mut all = vec![("resources.cnt", contents.as_bytes()), ("hash", b"[]")];
    all.extend_from_slice(files);
    zip(all)
}

fn resource(id: &str, kind: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"uniqueId\":\"{id}_name\",\"displayName\":\"{id} title\",\
         \"resourceType\":\"{kind}\",\"semanticVersion\":\"1.0.0\",\"extra\":null}}"
    )
}

fn open_package(bytes: &[u8]) -> Package {
    match package::open(bytes).unwrap() {
        Archive::Package(package) => package,
        Archive::Bundle(bundle) => panic!("{bundle:?}"),
    }
}

#[test]
fn a_damaged_artifact_leaves_the_others_of_a_package_alone() {
    let flow = Draft::new().bundle().to_zip().unwrap();
    let resources = [
        resource("p", "ContentPackage"),
        resource("a", "IFlow"),
        resource("b", "IFlow"),
        resource("c", "ScriptCollection"),
        resource("d", "Url"),
        resource("e", "ValueMapping"),
    ]
    .join(",");
    let files: [(&str, &[u8]); 3] = [
        ("a_content", b"damaged"),
        ("b_content", &flow),
        ("c_content", &flow),
    ];
    let package = open_package(&package_of(&resources, &files));
    assert_eq!(
        (package.id.as_str(), package.name.as_str()),
        ("p_name", "p title")
    );
    assert_eq!(package.version, "1.0.0");
    let outcome: Vec<_> = package
        .artifacts
        .iter()
        .map(|artifact| match &artifact.bundle {
            Ok(bundle) => format!("{} {}", artifact.id, bundle.manifest.symbolic_name),
            Err(problems) => format!("{} {}", artifact.id, problems[0].code),
        })
        .collect();
    assert_eq!(
        outcome,
        [
            "a_name LG-F0101",
            "b_name Draft",
            "c_name Draft",
            "e_name LG-F0108"
        ]
    );
}

#[test]
fn artifacts_of_a_package_share_one_budget() {
    let zeros = vec![0; 1024 * 1024];
    let names: Vec<String> = (0..70).map(|n| format!("f{n}")).collect();
    let files = names.iter().map(|name| (name.as_str(), zeros.as_slice()));
    let inner = zip(std::iter::once(MANIFEST).chain(files));
    let ids: Vec<String> = (0..5).map(|n| format!("i{n}")).collect();
    let resources: Vec<_> = ids.iter().map(|id| resource(id, "IFlow")).collect();
    let paths: Vec<_> = ids.iter().map(|id| format!("{id}_content")).collect();
    let files: Vec<_> = paths
        .iter()
        .map(|path| (path.as_str(), inner.as_slice()))
        .collect();
    let package = open_package(&package_of(&resources.join(","), &files));
    let read = package
        .artifacts
        .iter()
        .filter(|artifact| artifact.bundle.is_ok());
    assert_eq!(read.count(), 3, "256 MiB hold three times 70 MiB");
}

#[test]
fn a_broken_table_of_contents_is_one_error() {
    for contents in ["%%%", "bm90IGpzb24="] {
        let bytes = zip([("resources.cnt", contents.as_bytes())]);
        let problems = package::open(&bytes).unwrap_err();
        assert_eq!(problems[0].code, Code::Package);
    }
}

#[test]
fn a_bundle_is_opened_as_such() {
    let bytes = Draft::new().bundle().to_zip().unwrap();
    assert!(matches!(package::open(&bytes), Ok(Archive::Bundle(_))));
    assert_eq!(package::open(b"x").unwrap_err()[0].code, Code::DamagedZip);
}
