//! `lockgate user`, `org` and `space`, against a real server.

use serde_json::{Value, json};

use crate::server::{Server, text};

/// A text member of an answer.
#[track_caller]
fn member<'a>(answer: &'a Value, name: &str) -> &'a str {
    let found = answer.get(name).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[test]
fn people_and_tools_come_and_go() {
    let server = Server::start();
    let ann = server.json(&["user", "create", "ann"]);
    assert_eq!(member(&ann, "password").len(), 29);
    let ci = server.json(&["user", "create", "ci", "--tool", "--admin"]);
    assert_eq!(member(&ci, "secret").len(), 43);
    let rotated = server.json(&["user", "secret", "ci"]);
    assert_ne!(member(&ci, "secret"), member(&rotated, "secret"));
    let create = ["user", "create", "bob", "--password-stdin"];
    server.with_input(&create, "correct horse battery\n");
    let refused = server.output(&["user", "create", "x", "--tool", "--password-stdin"]);
    assert_eq!(refused.status.code(), Some(2));

    let shown = server.output(&["user", "password", "ann"]);
    assert!(text(&shown.stdout).contains("Password "));
    assert!(text(&shown.stderr).contains("shown this once"));
    server.json(&["user", "admin", "ann"]);
    server.json(&["user", "role", "add", "ann", "API.invoke"]);
    server.json(&["user", "role", "add", "ann", "ESBMessaging.send"]);
    let ann = server.json(&["user", "role", "remove", "ann", "API.invoke"]);
    assert_eq!(ann["roles"], json!(["ESBMessaging.send"]));
    assert_eq!(ann["admin"], true);
    let ann = server.json(&["user", "admin", "ann", "--remove"]);
    assert_eq!(ann["admin"], false);
    server.json(&["user", "rename", "bob", "robert"]);
    server.json(&["user", "delete", "ROBERT"]);
    let list = text(&server.output(&["user", "list"]).stdout);
    assert!(list.contains("ann") && list.contains("ci") && !list.contains("obert"));
}

#[test]
fn roles_are_given_and_taken_in_organizations_and_spaces() {
    let server = Server::start();
    server.json(&["user", "create", "ann"]);
    server.json(&["org", "create", "acme corp"]);
    server.json(&["space", "create", "dev", "--org", "acme corp"]);
    let grant = ["user", "grant", "ann", "developer", "--org", "acme corp"];
    let grant = [&grant[..], &["--space", "dev"]].concat();
    let given = server.json(&grant);
    assert_eq!(given["role"], "space_developer");
    let again = server.output(&grant);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("already has 'space_developer' role in space 'dev'"));

    let shown = text(&server.output(&["user", "show", "ann"]).stdout);
    for part in ["organization_user", "space_developer", "acme corp"] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
    let revoke = ["user", "revoke", "ann", "developer", "--org", "acme corp"];
    let missing = server.output(&revoke);
    assert!(text(&missing.stderr).contains("ann does not have the role organization_developer"));
    server.json(&[&revoke[..], &["--space", "dev"]].concat());
    server.json(&["user", "revoke", "ann", "user", "--org", "acme corp"]);
    let ann = server.json(&["user", "show", "ann"]);
    assert_eq!(ann["memberships"], json!([]));
}

#[test]
fn organizations_and_spaces_come_and_go() {
    let server = Server::start();
    server.json(&["org", "create", "acme"]);
    server.json(&["org", "rename", "acme", "Acme"]);
    assert_eq!(server.json(&["org", "suspend", "acme"])["suspended"], true);
    assert_eq!(server.json(&["org", "resume", "acme"])["suspended"], false);
    server.json(&["space", "create", "dev", "--org", "acme"]);
    server.json(&["space", "rename", "dev", "test", "--org", "acme"]);
    let list = text(&server.output(&["space", "list", "--org", "acme"]).stdout);
    assert!(list.contains("test") && !list.contains("default"), "{list}");
    let refused = server.output(&["org", "delete", "acme"]);
    assert!(text(&refused.stderr).contains("delete its spaces first"));
    server.json(&["space", "delete", "test", "--org", "acme"]);
    server.json(&["org", "delete", "acme"]);
    let list = server.json(&["org", "list"]);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_login_ends_when_an_operator_says_so() {
    let server = Server::start();
    let ann = server.json(&["user", "create", "ann"]);
    let form = [
        ("grant_type", "password"),
        ("username", "ann"),
        ("password", member(&ann, "password")),
    ];
    let login = server.call("POST", "/oauth/token").form(&form);
    let login = login.basic_auth("cf", Some("")).send().await.unwrap();
    let login: Value = serde_json::from_str(&login.text().await.unwrap()).unwrap();
    let organizations = async || {
        let call = server.call("GET", "/v3/organizations");
        let call = call.bearer_auth(member(&login, "access_token"));
        call.send().await.unwrap().status().as_u16()
    };
    assert_eq!(organizations().await, 200);
    let sessions = server.json(&["session", "list", "ann"]);
    let id = member(&sessions["items"][0], "id");
    server.json(&["session", "end", id]);
    assert_eq!(organizations().await, 401);
    assert_eq!(server.json(&["session", "list", "ann"])["items"], json!([]));
}
