//! Scripts of a flow and of a collection behind an authorized endpoint, and on the command line.

use serde_json::Value;

use crate::odata::{Tool, tool};
use crate::server::{Credentials, Server, lockgate, root, text};

const ORDER: &str =
    r#"{"id":"4711","items":[{"price":1.50,"quantity":2},{"price":3,"quantity":1}]}"#;

async fn call(server: &Server, sender: &Credentials, order: &str) -> reqwest::Response {
    let request = server
        .call("POST", "/http/scripted")
        .header("authorization", sender.basic())
        .body(order.to_owned());
    request.send().await.unwrap()
}

/// The newest of so many messages, once all are in the log.
async fn newest(tool: &Tool<'_>, of: &str) -> Value {
    let path = "MessageProcessingLogs?$inlinecount=allpages&$orderby=LogStart+desc";
    let log = tool.until(path, |log| log["__count"] == of).await;
    log["results"][0].clone()
}

#[tokio::test]
async fn scripts_change_messages_tell_the_log_and_throw() {
    let server = Server::start();
    let shared = server.deploy("testdata/shared/common-scripts", &[]);
    assert_eq!(shared["shared"][0]["state"], "STARTED");
    assert_eq!(shared["diagnostics"], serde_json::json!([]));
    server.deploy("testdata/flows/scripted", &[]);

    server.json(&["role", "create", "Other.role"]);
    let stranger = server.sender("stranger", &["Other.role"]);
    assert_eq!(call(&server, &stranger, ORDER).await.status(), 403);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let answer = call(&server, &sender, ORDER).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["stamp"], "7b226964");
    let total = r#"{"id":"4711","items":[{"price":1.50,"quantity":2},{"price":3,"quantity":1}],"total":6.00}"#;
    assert_eq!(answer.text().await.unwrap(), total);

    let monitor = tool(
        &server,
        "monitor",
        &["MonitoringDataRead", "MessagePayloadsRead"],
    );
    let monitor = Tool::log_in(&server, &monitor).await;
    let message = newest(&monitor, "1").await;
    assert_eq!(message["Status"], "COMPLETED");
    let log = format!(
        "MessageProcessingLogs('{}')",
        message["MessageGuid"].as_str().unwrap()
    );
    let headers = monitor.get(&format!("{log}/CustomHeaderProperties")).await;
    let header = &headers["results"][0];
    assert_eq!(
        (&header["Name"], &header["Value"]),
        (&"OrderId".into(), &"4711".into())
    );
    let attachments = monitor.get(&format!("{log}/Attachments")).await;
    let attachment = &attachments["results"][0];
    assert_eq!(attachment["Name"], "Order as it came");
    let id = attachment["Id"].as_str().unwrap();
    let path = format!("MessageProcessingLogAttachments('{id}')/$value");
    let content = monitor.request("GET", &path).send().await.unwrap();
    assert_eq!(content.text().await.unwrap(), ORDER);

    let refused = call(&server, &sender, r#"{"id":"4712"}"#).await;
    assert_eq!(refused.status(), 400);
    let why = refused.text().await.unwrap();
    assert!(
        why.contains("java.lang.IllegalStateException: The order 4712 has no items.")
            && why.contains("line 7 in check.groovy"),
        "{why}"
    );
    assert_eq!(newest(&monitor, "2").await["CustomStatus"], "Rejected");
}

#[tokio::test]
async fn a_collection_that_is_missing_or_broken_is_told_of() {
    let server = Server::start();
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    server.deploy("testdata/flows/scripted", &[]);
    let answer = call(&server, &sender, ORDER).await.text().await.unwrap();
    assert!(
        answer.contains("Common_Scripts is not deployed"),
        "{answer}"
    );

    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    let manifest = "Bundle-SymbolicName: Common_Scripts\r\nBundle-Name: Common\r\n\
                    Bundle-Version: 1.0.0\r\nSAP-BundleType: ScriptCollection\r\n";
    put("META-INF/MANIFEST.MF", manifest);
    put("src/main/resources/script/bad.groovy", "def (");
    let path = folder.path().to_str().unwrap();
    let refused = server.output(&["deploy", path]);
    let told = text(&refused.stderr);
    assert!(
        !refused.status.success() && told.contains("LG-F0801"),
        "{told}"
    );
    // One that works is enough for the collection to be of use.
    put(
        "src/main/resources/script/stamp.groovy",
        "def stamp(m) { m }",
    );
    let deployed = server.json(&["deploy", path]);
    assert_eq!(deployed["shared"][0]["state"], "STARTED");
    let found = &deployed["diagnostics"][0];
    assert_eq!(found["severity"], "warning");
    let place = found["position"].as_str().unwrap();
    assert!(place.contains("bad.groovy:1"), "{place}");
    assert_eq!(call(&server, &sender, ORDER).await.status(), 200);
}

/// Runs a command that needs no server.
fn run(args: &[&str]) -> (bool, String, String) {
    let output = lockgate().args(args).current_dir(root()).output().unwrap();
    (
        output.status.success(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const CHECK: &str = "testdata/flows/scripted/src/main/resources/script/check.groovy";
const TOTAL: &str = "testdata/flows/scripted/src/main/resources/script/total.groovy";

#[test]
fn a_script_runs_without_a_server() {
    let body = format!("@{ORDER}");
    let (done, told, _) = run(&["script", "run", TOTAL, "--body", &body, "--json"]);
    assert!(done, "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told["body"].as_str().unwrap().ends_with(r#""total":6.00}"#));
    assert_eq!(
        told["headers"],
        serde_json::json!({ "Content-Type": "application/json" })
    );
    assert_eq!(told["log"][0]["name"], "OrderId");

    let (done, _, traced) = run(&["script", "run", TOTAL, "--body", &body, "--trace"]);
    let line = traced.lines().find(|line| line.starts_with("  13 "));
    assert!(
        done && line.is_some_and(|line| line.ends_with("Boolean true")),
        "{traced}"
    );

    let (done, told, why) = run(&["script", "run", CHECK, "--body", r#"@{"id":"1"}"#]);
    assert!(!done && told.contains(r#"{"id":"1"}"#), "{told}");
    for landmark in [
        "error: java.lang.IllegalStateException: The order 1 has no items.",
        "at check.groovy:7 in processData",
        "     7 |         throw new IllegalStateException(",
    ] {
        assert!(why.contains(landmark), "{landmark} is missing in:\n{why}");
    }
    let (done, _, why) = run(&["script", "run", CHECK, "--function", "other"]);
    assert!(!done && why.contains("has no function 'other'"), "{why}");
    let (done, _, why) = run(&["script", "run", CHECK, "--header", "x"]);
    assert!(!done && why.contains("NAME=VALUE"), "{why}");
}

#[test]
fn scripts_are_checked_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let put =
        |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    put("a.groovy", "def processData(m) {\n\tm\n}");
    let path = folder.path().to_str().unwrap();
    assert!(run(&["script", "check", path]).0);
    put("b.groovy", "new org.example.Missing()");
    put("c.gsh", "def a = 1\n\tfoo(a");
    let (clean, told, _) = run(&["script", "check", path]);
    assert!(!clean);
    for landmark in [
        "runs   a.groovy\n",
        "lacks  b.groovy  class org.example.Missing\n",
        "broken c.gsh",
        "(c.gsh:2:5)",
        "1 of 3 scripts have all they use",
    ] {
        assert!(told.contains(landmark), "{landmark} is missing in:\n{told}");
    }
    // The place is marked below its line.
    let script = folder.path().join("c.gsh");
    let (_, _, why) = run(&["script", "run", script.to_str().unwrap()]);
    assert!(
        why.contains("\n     2 |     foo(a\n                ^"),
        "{why}"
    );
}
