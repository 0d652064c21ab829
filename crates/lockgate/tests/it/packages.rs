//! A package between folders and a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::server::{Server, root, text};

const IFLOW: &str = "src/main/resources/scenarioflows/integrationflow/Orders.iflw";
const PARAMETERS: &str = "src/main/resources/parameters.prop";
const DETAILS: &str = r#"{"d": {"Id": "Shop", "Name": "The shop", "ShortText": "Sells things",
    "Description": "<p>All of it</p>", "Mode": "EDIT_ALLOWED"}}"#;
const VALUE_MAPPING: &str = "Manifest-Version: 1.0\nBundle-Name: Codes\n\
    Bundle-SymbolicName: Codes; singleton:=true\nBundle-Version: 1.0.0\n\
    SAP-BundleType: ValueMapping\n";

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A package in a folder: the flow `Orders` of the test data, and a value mapping.
fn package(folder: &Path) -> PathBuf {
    let shop = folder.join("Shop");
    write(&shop.join("Shop.json"), DETAILS);
    let orders = root().join("testdata/flows/orders");
    for path in [
        "META-INF/MANIFEST.MF",
        PARAMETERS,
        "src/main/resources/parameters.propdef",
        IFLOW,
    ] {
        write(
            &shop.join("Orders").join(path),
            fs::read(orders.join(path)).unwrap(),
        );
    }
    write(&shop.join("Codes/META-INF/MANIFEST.MF"), VALUE_MAPPING);
    mapping(&shop, "uno");
    shop
}

/// Makes the value mapping map to `value`.
fn mapping(shop: &Path, value: &str) {
    let entry = |agency: &str, value: &str| {
        format!("<entry><agency>{agency}</agency><schema>S</schema><value>{value}</value></entry>")
    };
    let (from, to) = (entry("A", "one"), entry("B", value));
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><vm version=\"2.0\"><group id=\"g\">{from}{to}</group></vm>"
    );
    write(
        &shop.join("Codes/src/main/resources/value_mapping.xml"),
        document,
    );
}

/// Changes a file of a package.
fn edit(file: &Path, from: &str, to: &str) {
    let before = fs::read_to_string(file).unwrap();
    assert!(before.contains(from), "{before}");
    fs::write(file, before.replace(from, to)).unwrap();
}

/// What `lockgate diff` says, which is also in its exit code.
fn diff(server: &Server, folder: &Path) -> Value {
    let output = server.output(&["diff", folder.to_str().unwrap(), "--json"]);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["same"], output.status.success(), "{said}");
    said
}

fn push(server: &Server, folder: &Path) -> Value {
    server.json(&["push", folder.to_str().unwrap()])
}

fn pull(server: &Server, folder: &Path) -> Value {
    server.json(&["pull", "Shop", "--to", folder.to_str().unwrap()])
}

#[test]
fn a_package_goes_from_one_folder_to_a_server_and_into_another_folder() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let shop = package(folder.path());
    let missing = diff(&server, &shop);
    assert_eq!(missing["on_server"], false);
    assert_eq!(missing["artifacts"][0]["state"], "only in the folder");

    let pushed = push(&server, &shop);
    let created = json!([{"id": "Codes", "done": "created"}, {"id": "Orders", "done": "created"}]);
    assert_eq!(
        (&pushed["done"], &pushed["artifacts"]),
        (&json!("created"), &created)
    );
    assert_eq!(diff(&server, &shop)["same"], true);

    let other = folder.path().join("other");
    let pulled = pull(&server, &other);
    let added = json!([{"id": "Codes", "done": "added"}, {"id": "Orders", "done": "added"}]);
    assert_eq!(pulled["artifacts"], added);
    for path in [
        &format!("Orders/{IFLOW}"),
        &format!("Orders/{PARAMETERS}"),
        "Codes/META-INF/MANIFEST.MF",
    ] {
        let read = |folder: &Path| fs::read(folder.join(path)).unwrap();
        assert_eq!(read(&shop), read(&other), "{path}");
    }
    assert_eq!(diff(&server, &other)["same"], true);
    let again = pull(&server, &other);
    assert_eq!(again["artifacts"][1]["done"], "unchanged");
}

#[test]
fn what_changes_is_shown_pushed_and_pulled() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let shop = package(folder.path());
    push(&server, &shop);
    let other = folder.path().join("other");
    pull(&server, &other);

    edit(&shop.join("Shop.json"), "The shop", "Shop");
    edit(&shop.join("Orders/META-INF/MANIFEST.MF"), "1.0.2", "1.0.3");
    let parameters = shop.join("Orders").join(PARAMETERS);
    edit(
        &parameters,
        "Answer=accepted",
        "Answer=a &amp; b <c> \\u00e4",
    );
    mapping(&shop, "due");
    write(&shop.join("Orders/src/main/resources/script/a.groovy"), "1");
    let shown = diff(&server, &shop);
    assert_eq!(shown["details"], json!(["Name"]));
    let expected = json!([
        {"id": "Codes", "state": "differs", "parameters": [], "files": [
            {"path": "src/main/resources/value_mapping.xml", "change": "modified"}]},
        {"id": "Orders", "state": "differs", "parameters": ["Answer"], "files": [
            {"path": "META-INF/MANIFEST.MF", "change": "modified"},
            {"path": "src/main/resources/script/a.groovy", "change": "added"}]},
    ]);
    assert_eq!(shown["artifacts"], expected);
    let people = server.output(&["diff", shop.to_str().unwrap()]);
    let people = text(&people.stdout);
    for landmark in ["Name", "Orders", "added", "a.groovy", "Answer"] {
        assert!(people.contains(landmark), "{landmark}: {people}");
    }
    assert!(!people.contains("amp;"), "values are not shown: {people}");

    let pushed = push(&server, &shop);
    let updated = json!([{"id": "Codes", "done": "updated"}, {"id": "Orders", "done": "updated"}]);
    assert_eq!(
        (&pushed["done"], &pushed["artifacts"]),
        (&json!("updated"), &updated)
    );
    assert_eq!(diff(&server, &shop)["same"], true);

    write(&other.join("Orders/tests/a/in.json"), "{}");
    let pulled = pull(&server, &other);
    assert_eq!(pulled["artifacts"][1]["done"], "updated");
    assert_eq!(diff(&server, &other)["same"], true);
    assert!(other.join("Orders/tests/a/in.json").exists());

    edit(&parameters, "Answer=", "Answer=no ");
    let pushed = push(&server, &shop);
    assert_eq!(pushed["artifacts"][1]["done"], "configured");
    pull(&server, &other);
    let pulled = fs::read_to_string(other.join("Orders").join(PARAMETERS)).unwrap();
    assert!(pulled.contains("Answer=no a &amp; b <c> ä\n"), "{pulled}");
    assert!(
        pulled.contains("User\\ Role=ESBMessaging.send\n"),
        "{pulled}"
    );
    assert_eq!(push(&server, &other)["artifacts"][1]["done"], "unchanged");
}

#[test]
fn nothing_is_deleted() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let shop = package(folder.path());
    push(&server, &shop);
    let codes = folder.path().join("Codes");
    fs::rename(shop.join("Codes"), &codes).unwrap();
    let shown = diff(&server, &shop);
    assert_eq!(shown["artifacts"][0]["state"], "only on the server");
    let pushed = push(&server, &shop);
    assert_eq!(pushed["artifacts"][0]["done"], "only on the server");
    assert_eq!(pull(&server, &shop)["artifacts"][0]["done"], "added");

    let manifest = VALUE_MAPPING.replace("Codes", "Mine");
    write(&shop.join("Mine/META-INF/MANIFEST.MF"), manifest);
    let pulled = pull(&server, &shop);
    assert_eq!(pulled["artifacts"][2]["done"], "only in the folder");
    assert!(shop.join("Mine").exists());
}

#[tokio::test]
async fn work_of_others_is_not_overwritten() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let shop = package(folder.path());
    push(&server, &shop);
    let token = fs::read_to_string(server.data().join("operator.token")).unwrap();
    let put = async |path: &str, body: Value| {
        let call = server.call("PUT", &format!("/api/v1/{path}"));
        let call = call.bearer_auth(token.trim()).json(&body);
        let status = call.send().await.unwrap().status();
        assert!(status.is_success(), "{status}");
    };
    let refused = |args: &[&str]| -> String {
        let output: Output = server.output(args);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stderr)
    };
    let dir = shop.to_str().unwrap();
    let flow = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')";
    put(flow, json!({"Name": "Renamed"})).await;
    edit(&shop.join("Orders/META-INF/MANIFEST.MF"), "1.0.2", "1.0.3");
    mapping(&shop, "due");
    let said = refused(&["push", dir]);
    assert!(
        said.contains("Orders") && said.contains("lockgate pull"),
        "{said}"
    );
    // Nor was anything else written.
    let shown = diff(&server, &shop);
    assert_eq!(shown["artifacts"][0]["id"], "Codes");

    let lock = json!({"Name": "The shop", "ShortText": "x", "Mode": "READ_ONLY"});
    put("IntegrationPackages('Shop')", lock).await;
    assert!(refused(&["push", dir]).contains("read-only"));
    assert!(refused(&["pull", "Shop", "--to", dir]).contains("configure only"));
}

#[test]
fn errors_say_what_to_do() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let refused = |args: &[&str]| {
        let output = server.output(args);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stderr)
    };
    let said = refused(&["pull", "O'Shop", "--to", dir]);
    assert!(
        said.contains("no package") && said.contains("lockgate push"),
        "{said}"
    );
    let said = refused(&["push", dir]);
    assert!(said.contains("<Id>.json"), "{said}");
    let shop = package(folder.path());
    let manifest = shop.join("Codes/META-INF/MANIFEST.MF");
    edit(&manifest, "ValueMapping", "DataType");
    let said = refused(&["push", shop.to_str().unwrap()]);
    assert!(
        said.contains("DataType") && said.contains("take it out"),
        "{said}"
    );
    edit(&manifest, "DataType", "ValueMapping");
    // Somebody else's package has the artifact.
    push(&server, &shop);
    fs::rename(shop.join("Shop.json"), shop.join("Copy.json")).unwrap();
    edit(&shop.join("Copy.json"), "\"Shop\"", "\"Copy\"");
    let said = refused(&["push", shop.to_str().unwrap()]);
    assert!(said.contains("already exists"), "{said}");
}
