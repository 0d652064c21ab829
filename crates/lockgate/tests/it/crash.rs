//! Ends that nobody planned.

use std::time::Duration;

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
    let answered_at = tokio::time::Instant::now();
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
