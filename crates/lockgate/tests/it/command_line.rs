//! What the command line says when things are not as they should be, and for programs.

use std::process::Output;

use serde_json::Value;

use crate::server::{DEADLINE, Server, lockgate, root, text};

/// Runs a command that needs no server.
fn run(args: &[&str]) -> Output {
    lockgate().args(args).output().unwrap()
}

#[test]
fn the_demo_shows_what_it_promises() {
    let output = run(&["demo", "--once"]);
    let told = text(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", text(&output.stderr));
    for landmark in [
        "401",
        "403",
        "CSRF",
        "HT-1080",
        "Bearer",
        "COMPLETED",
        "Everything was as expected.",
    ] {
        assert!(told.contains(landmark), "{landmark} is missing in:\n{told}");
    }
    assert!(!told.contains('\u{1b}'), "colours belong on terminals");
}

#[test]
fn errors_say_what_happened_and_what_to_do() {
    let nobody = lockgate()
        .args(["flows", "--server", "http://127.0.0.1:1"])
        .env("LOCKGATE_TOKEN", "x")
        .output()
        .unwrap();
    assert!(
        text(&nobody.stderr).contains("lockgate serve"),
        "{}",
        text(&nobody.stderr)
    );
    let no_token = run(&["flows", "--token-file", "/nonexistent"]);
    assert!(
        text(&no_token.stderr).contains("LOCKGATE_TOKEN"),
        "{}",
        text(&no_token.stderr)
    );

    let server = Server::start();
    let bad = server.output(&[
        "instance",
        "create",
        "a",
        "-c",
        r#"{"token-validity":60,"roles":["no way"],"colour":1}"#,
    ]);
    assert_eq!(bad.status.code(), Some(1));
    let said = text(&bad.stderr);
    for field in [
        "parameters.token-validity",
        "parameters.roles[0]",
        "parameters.colour",
    ] {
        assert!(said.contains(field), "{field} is missing in: {said}");
    }
    let wrong = server.output(&["deploy", "README.md"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        text(&wrong.stderr).contains("not a readable zip"),
        "{}",
        text(&wrong.stderr)
    );
}

#[test]
fn the_embedded_defaults_are_a_valid_configuration() {
    let defaults = run(&["config", "default"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lockgate.toml");
    std::fs::write(&file, &defaults.stdout).unwrap();
    let checked = run(&["config", "check", "--config", file.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let outside = run(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(
        text(&outside.stderr).contains("behind-proxy"),
        "{}",
        text(&outside.stderr)
    );
}

#[test]
fn check_reports_readiness_for_people_and_programs() {
    let flows = root().join("testdata/flows");
    let flows = flows.to_str().unwrap();
    let people = run(&["check", flows]);
    assert!(people.status.success(), "{}", text(&people.stderr));
    assert!(
        text(&people.stdout).contains("Hello"),
        "{}",
        text(&people.stdout)
    );
    let programs = run(&["check", "--json", flows]);
    let report: Value = serde_json::from_slice(&programs.stdout).unwrap();
    assert!(report.is_object(), "{report}");
}

#[test]
fn signing_keys_are_listed_and_rotated() {
    let server = Server::start();
    let states = |answer: &Value| -> Vec<String> {
        let keys = answer["items"].as_array().unwrap();
        let states = keys.iter().map(|key| key["state"].as_str().unwrap());
        states.map(str::to_owned).collect()
    };
    // The first key is made while the server serves already.
    let deadline = tokio::time::Instant::now() + DEADLINE;
    let listed = loop {
        let listed = server.json(&["signing-key", "list"]);
        if states(&listed) == ["active"] {
            break listed;
        }
        assert!(tokio::time::Instant::now() < deadline, "{listed}");
    };
    let kid = listed["items"][0]["kid"].as_str().unwrap();
    let people = server.output(&["signing-key", "list"]);
    assert!(text(&people.stdout).contains(kid));
    let rotated = server.json(&["signing-key", "rotate"]);
    assert!(states(&rotated).contains(&"pending".to_owned()));
    let replaced = server.json(&["signing-key", "rotate", "--emergency"]);
    assert!(states(&replaced).contains(&"active".to_owned()));
    assert!(!replaced.to_string().contains(kid));
}

#[test]
fn programs_get_errors_as_json() {
    let server = Server::start();
    let refused = server.output(&["undeploy", "Nope", "--json"]);
    assert_eq!(refused.status.code(), Some(1));
    let error: Value = serde_json::from_slice(&refused.stderr).unwrap();
    assert_eq!(error["error"]["code"], "LG-FLOW");
    let nobody = run(&["flows", "--json", "--token-file", "/nonexistent"]);
    let error: Value = serde_json::from_slice(&nobody.stderr).unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("LOCKGATE_TOKEN"), "{message}");
    for command in ["default", "print", "check"] {
        let shown = run(&["config", command, "--json"]);
        let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert!(shown.is_object(), "{shown}");
    }
}
