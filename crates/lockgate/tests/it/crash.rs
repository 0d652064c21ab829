//! Ends that nobody planned.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lockgate_flow::Bundle;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::odata::{self, Tool};
use crate::server::Server;
use crate::walkthrough::wait_for;

/// The window in which an answered message may be lost, as docs/operating.md states it.
const WINDOW: Duration = Duration::from_millis(200);

#[tokio::test]
async fn messages_answered_before_the_window_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    server.deploy("testdata/flows/hello", &[]);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let call = async || server.hello(&sender.basic()).await;
    for _ in 0..25 {
        assert_eq!(call().await.status(), 200);
    }
    // Calls go on until the window has passed for the first ones, then the server dies between calls.
    let answered_at = Instant::now();
    while answered_at.elapsed() < 2 * WINDOW {
        assert_eq!(call().await.status(), 200);
    }
    server.kill();

    let server = Server::start_in(folder.path(), &[]);
    let kept = server.json(&["messages", "--limit", "1000"])["items"]
        .as_array()
        .unwrap()
        .len();
    assert!(kept >= 25, "{kept} messages are left");
}

#[tokio::test]
async fn a_graceful_stop_writes_every_record() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    server.deploy("testdata/flows/hello", &[]);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    for _ in 0..40 {
        let answer = server.hello(&sender.basic()).await;
        assert_eq!(answer.status(), 200);
    }
    server.stop();
    let server = Server::start_in(folder.path(), &[]);
    let kept = wait_for(|| {
        server.json(&["messages", "--limit", "1000"])["items"]
            .as_array()
            .map(Vec::len)
    });
    assert_eq!(kept, 40);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start_in(folder.path(), &[]);
    let second = crate::server::lockgate()
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = crate::server::text(&second.stderr);
    assert!(said.contains("lockgate.db"), "{said}");
    drop(first);
}

/// What tools and senders were told before the server died.
#[derive(Debug, Default)]
struct Told {
    /// Flows whose upload was answered with 201.
    uploaded: Vec<usize>,
    /// Flows whose deployment was answered with 202.
    deployed: Vec<usize>,
    /// When messages were answered.
    messages: Vec<Instant>,
}

/// Work on a server whose end comes as a surprise.
struct Rush {
    client: reqwest::Client,
    url: String,
    bearer: String,
    sender: String,
    told: Mutex<Told>,
    answers: AtomicUsize,
}

impl Rush {
    /// What the server answers, unless it is gone.
    async fn post(&self, path: &str, authorization: &str, body: String) -> Option<u16> {
        let call = self.client.post(format!("{}{path}", self.url));
        let call = call.header("authorization", authorization);
        let answer = call.header("content-type", "application/json").body(body);
        let answer = answer.send().await.ok()?;
        let status = answer.status().as_u16();
        answer.bytes().await.ok()?;
        self.answers.fetch_add(1, Ordering::Relaxed);
        Some(status)
    }

    async fn upload_and_deploy(&self, number: usize, content: &str) {
        let id = format!("F{number}");
        let flow = json!({"Id": id, "Name": id, "PackageId": "rush", "ArtifactContent": content});
        let path = "/api/v1/IntegrationDesigntimeArtifacts";
        let Some(status) = self.post(path, &self.bearer, flow.to_string()).await else {
            return;
        };
        assert_eq!(status, 201);
        self.told.lock().unwrap().uploaded.push(number);
        let path =
            format!("/api/v1/DeployIntegrationDesigntimeArtifact?Id='{id}'&Version='active'");
        if let Some(status) = self.post(&path, &self.bearer, String::new()).await {
            assert_eq!(status, 202);
            self.told.lock().unwrap().deployed.push(number);
        }
    }

    async fn call(&self) {
        if let Some(status) = self
            .post("/http/orders", &self.sender, "x".to_owned())
            .await
        {
            assert_eq!(status, 200);
            self.told.lock().unwrap().messages.push(Instant::now());
        }
    }
}

/// Of a thousand requests at the same time, as many are answered when the server dies.
const ANSWERED: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_among_uploads_deployments_and_messages_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    server.deploy("testdata/flows/orders", &[]);
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let key = odata::tool(&server, "tool", &odata::ROLES);
    let tool = Tool::log_in(&server, &key).await;
    let package = json!({"Id": "rush", "Name": "Rush", "ShortText": "Rush"});
    tool.expect(201, "POST", "IntegrationPackages", package)
        .await;
    let rush = Arc::new(Rush {
        client: reqwest::Client::new(),
        url: server.url.clone(),
        bearer: key.bearer(&server).await,
        sender: sender.basic(),
        told: Mutex::default(),
        answers: AtomicUsize::new(0),
    });
    let mut tasks = JoinSet::new();
    for number in 0..333 {
        // An upload, then a deployment.
        let uploads = Arc::clone(&rush);
        let content = odata::orders_at(number);
        tasks.spawn(async move { uploads.upload_and_deploy(number, &content).await });
        let calls = Arc::clone(&rush);
        tasks.spawn(async move { calls.call().await });
    }
    while rush.answers.load(Ordering::Relaxed) < ANSWERED {
        tasks.join_next().await.unwrap().unwrap();
    }
    let killed_at = Instant::now();
    server.kill();
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let told = std::mem::take(&mut *rush.told.lock().unwrap());

    let server = Server::start_in(folder.path(), &[]);
    let tool = Tool::log_in(&server, &key).await;
    check_flows(&tool, &told).await;
    let kept = server.json(&["messages", "--limit", "1000"])["items"]
        .as_array()
        .unwrap()
        .len();
    // Three times as long, because everything here shares the processors.
    let before = |at: &&Instant| killed_at.duration_since(**at) > 3 * WINDOW;
    let safe = told.messages.iter().filter(before).count();
    assert!(kept >= safe, "{kept} of {safe} messages are left");
    assert!(!told.uploaded.is_empty() && !told.messages.is_empty());
}

/// Everything that was answered is there, and what is there is whole.
async fn check_flows(tool: &Tool<'_>, told: &Told) {
    let designed = tool
        .get("IntegrationPackages('rush')/IntegrationDesigntimeArtifacts")
        .await;
    let designed = ids(&designed);
    for number in &told.uploaded {
        assert!(
            designed.contains(&format!("F{number}")),
            "F{number} was uploaded"
        );
    }
    for id in &designed {
        let path = format!("IntegrationDesigntimeArtifacts(Id='{id}',Version='active')/$value");
        let answer = tool.request("GET", &path).send().await.unwrap();
        assert_eq!(
            answer.status(),
            200,
            "{id}: {}",
            answer.text().await.unwrap()
        );
        let bundle = Bundle::from_zip(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(bundle.manifest.symbolic_name, *id);
        assert_eq!(bundle.paths().count(), 4, "{id} is whole");
    }
    let running = tool.get("IntegrationRuntimeArtifacts").await;
    let rows = running["results"].as_array().unwrap();
    assert!(
        rows.iter().all(|row| row["Status"] == "STARTED"),
        "{running}"
    );
    for number in &told.deployed {
        assert!(
            ids(&running).contains(&format!("F{number}")),
            "F{number} was deployed"
        );
    }
}

fn ids(list: &serde_json::Value) -> BTreeSet<String> {
    let rows = list["results"].as_array().unwrap().iter();
    rows.map(|row| row["Id"].as_str().unwrap().to_owned())
        .collect()
}
