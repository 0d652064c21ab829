//! Two servers on one PostgreSQL database.

use std::path::Path;
use std::time::Duration;

use lockgate_testkit::postgres::Database;
use serde_json::Value;
use tokio::time::Instant;

use crate::server::Server;
use crate::walkthrough::lists;

/// What the issue promises: a change is served elsewhere within two seconds.
const PROPAGATION: Duration = Duration::from_secs(2);

fn start(data: &Path, database: &str, master_key: &Path) -> Server {
    let env = [
        ("LOCKGATE__STORE__URL", database),
        // One name for both, as behind a load balancer: it is in the tokens.
        ("LOCKGATE__SERVER__PUBLIC_URL", "http://lockgate.example"),
        (
            "LOCKGATE__SECURITY__MASTER_KEY_FILE",
            master_key.to_str().unwrap(),
        ),
    ];
    Server::start_in(data, &env)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_see_each_others_changes() {
    let Some(database) = Database::create().await else {
        return;
    };
    let (a, b, key) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let master_key = key.path().join("master.key");
    let one = start(a.path(), database.url(), &master_key);
    let two = start(b.path(), database.url(), &master_key);

    one.deploy("testdata/flows/hello", &[]);
    let sender = one.sender("sender", &["ESBMessaging.send"]);
    assert!(lists(&two.json(&["instance", "list"]), "sender"));
    until(&two, &sender.basic(), 200).await;

    two.json(&["key", "delete", "sender", "key"]);
    until(&one, &sender.basic(), 401).await;
    let again = two.sender("again", &["ESBMessaging.send"]);
    until(&one, &again.basic(), 200).await;
    // A token of one server is good at the other: they share the signing key.
    until(&two, &again.bearer(&two).await, 200).await;
    until(&one, &again.bearer(&two).await, 200).await;
    two.json(&["undeploy", "Hello"]);
    until(&one, &again.basic(), 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_see_each_others_accounts() {
    let Some(database) = Database::create().await else {
        return;
    };
    let (a, b, key) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let master_key = key.path().join("master.key");
    let one = start(a.path(), database.url(), &master_key);
    let two = start(b.path(), database.url(), &master_key);

    let tool = one.json(&["user", "create", "pipeline", "--tool"]);
    let secret = tool["secret"].as_str().unwrap();
    let spaces = async |server: &Server, token: &str| {
        let call = server.call("GET", "/v3/spaces").bearer_auth(token);
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        (status, body["pagination"]["total_results"].as_u64())
    };
    let token = eventually(async || {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "pipeline"),
            ("client_secret", secret),
        ];
        let call = two.call("POST", "/oauth/token").form(&form);
        let answer = call.send().await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["access_token"].as_str().map(str::to_owned)
    })
    .await;
    assert_eq!(spaces(&two, &token).await, (200, Some(0)));
    let grant = [
        "user",
        "grant",
        "pipeline",
        "space_auditor",
        "--org",
        "default",
    ];
    one.json(&[&grant[..], &["--space", "default"]].concat());
    let sees = async || (spaces(&two, &token).await == (200, Some(1))).then_some(());
    eventually(sees).await;
    two.json(&["user", "delete", "pipeline"]);
    eventually(async || (spaces(&one, &token).await.0 == 401).then_some(())).await;
}

/// Asks until there is an answer; it must come within the promised time.
pub(crate) async fn eventually<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + PROPAGATION;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "the change does not arrive");
    }
}

/// Calls until the status comes; it must come within the promised time.
async fn until(server: &Server, authorization: &str, status: u16) {
    let deadline = Instant::now() + PROPAGATION;
    loop {
        let answer = server.hello(authorization).await;
        if answer.status() == status {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "still {} instead of {status}",
            answer.status()
        );
    }
}
