//! What is deployed is what runs.

use std::time::Duration;

use lockgate_engine::entry::Refused;
use lockgate_engine::runtime::Settings;
use lockgate_store::flows::{self, FlowState, LogLevel};
use lockgate_store::messages::MessageStatus;

use crate::models::Model;
use crate::worker::Worker;

async fn answer(worker: &Worker, path: &str) -> String {
    let outcome = worker.post(path, "").await.unwrap();
    String::from_utf8(outcome.body.to_vec()).unwrap()
}

#[tokio::test]
async fn flows_are_started_replaced_and_stopped() {
    let worker = Worker::start().await;
    assert!(!worker.runtime.is_ready());
    worker.deploy(&[Model::https("A", "/a").body("one")]).await;
    assert!(worker.runtime.is_ready());
    assert_eq!(
        worker.status("A").await,
        Some((FlowState::Started, String::new()))
    );
    assert_eq!(answer(&worker, "/A").await, "one");
    worker.deploy(&[Model::https("A", "/b").body("two")]).await;
    assert!(worker.runtime.endpoints().find("/a").is_none());
    assert_eq!(answer(&worker, "/b").await, "two");
    worker.undeploy("A").await;
    assert!(worker.runtime.endpoints().find("/b").is_none());
}

#[tokio::test]
async fn unchanged_flows_are_not_touched() {
    let worker = Worker::start().await;
    worker.deploy(&[Model::https("A", "/a").body("one")]).await;
    let endpoints = worker.runtime.endpoints();
    let before = endpoints.find("/a").unwrap().endpoint.clone();
    worker.clock.advance(Duration::from_secs(60));
    worker.deploy(&[Model::https("B", "/b")]).await;
    let mut tx = worker.store.read().await.unwrap();
    let status = flows::statuses(&mut tx, "A").await.unwrap().remove(0);
    assert_eq!(
        status.at,
        crate::worker::NOW,
        "nothing new was said about it"
    );
    assert_eq!(before.flow_id.as_ref(), "A");
}

#[tokio::test]
async fn the_second_flow_at_an_address_does_not_start_until_it_is_free() {
    let worker = Worker::start().await;
    worker
        .deploy(&[
            Model::https("First", "/Same").body("first"),
            Model::https("Second", "/same").body("second"),
            Model::https("Prefix", "/p/*"),
            Model::https("Below", "/p/x"),
            Model::direct("Direct1", "/d"),
            Model::direct("Direct2", "/d"),
            Model::direct("Other", "/D"),
        ])
        .await;
    for (flow, owner) in [
        ("Second", "First"),
        ("Below", "Prefix"),
        ("Direct2", "Direct1"),
    ] {
        let (state, detail) = worker.status(flow).await.unwrap();
        assert_eq!(state, FlowState::Error, "{flow}");
        assert!(detail.contains(owner), "{detail}");
    }
    assert_eq!(worker.status("Other").await.unwrap().0, FlowState::Started);
    assert_eq!(answer(&worker, "/same").await, "first");
    worker.undeploy("First").await;
    assert_eq!(
        worker.status("Second").await,
        Some((FlowState::Started, String::new()))
    );
    assert_eq!(answer(&worker, "/same").await, "second");
}

#[tokio::test]
async fn a_flow_that_cannot_run_says_why_and_refuses_calls() {
    let worker = Worker::start().await;
    worker
        .put("Broken", b"no zip".to_vec(), LogLevel::Info)
        .await;
    worker
        .deploy(&[Model::https("Invalid", "/invalid").call_peer("invalid")])
        .await;
    assert_eq!(worker.status("Broken").await.unwrap().0, FlowState::Error);
    let (state, detail) = worker.status("Invalid").await.unwrap();
    assert_eq!(state, FlowState::Error);
    assert!(detail.contains("httpAddressWithoutQuery"), "{detail}");
    assert_eq!(
        worker.post("/invalid", "").await.unwrap_err(),
        Refused::FlowNotRunning
    );
    assert!(
        !worker
            .runtime
            .endpoints()
            .find("/invalid")
            .unwrap()
            .endpoint
            .is_running()
    );
}

#[tokio::test]
async fn the_log_level_changes_without_a_restart() {
    let worker = Worker::start().await;
    worker
        .deploy(&[Model::https("A", "/a")
            .header("X-Secret-Token", "hunter2")
            .body("${body}!")])
        .await;
    for (level, traced) in [
        (LogLevel::Info, 0),
        (LogLevel::Debug, 0),
        (LogLevel::Trace, 7),
    ] {
        let mut tx = worker.store.begin().await.unwrap();
        flows::set_log_level(&mut tx, "A", level).await.unwrap();
        tx.commit().await.unwrap();
        worker.runtime.reconcile().await.unwrap();
        let outcome = worker.post("/a", "b").await.unwrap();
        let record = worker.message(&outcome.message_id).await;
        assert_eq!((record.log_level, record.steps.len()), (level, 3));
        assert_eq!(worker.payloads(&record.id).await.len(), traced, "{level}");
    }
}

#[tokio::test]
async fn the_levels_none_and_error_keep_less() {
    let worker = Worker::start().await;
    let good = Model::https("Good", "/good");
    let bad = Model::https("Bad", "/bad").ends("Error");
    for (level, kept) in [
        (LogLevel::None, [0, 0]),
        (LogLevel::Error, [0, 1]),
        (LogLevel::Info, [1, 2]),
    ] {
        worker.put("Good", good.zip(), level).await;
        worker.put("Bad", bad.zip(), level).await;
        worker.runtime.reconcile().await.unwrap();
        for path in ["/good", "/bad"] {
            worker.post(path, "").await.unwrap();
        }
        for (flow, count) in ["Good", "Bad"].into_iter().zip(kept) {
            assert_eq!(
                worker.messages(flow, count).await.len(),
                count,
                "{flow} at {level}"
            );
        }
    }
}

#[tokio::test]
async fn stopping_lets_messages_end_and_takes_no_new_ones() {
    let worker = Worker::start().await;
    worker
        .deploy(&[Model::https("Slow", "/slow").call_peer("wait")])
        .await;
    let call = worker.post("/slow", "x");
    let stop = async {
        crate::worker::eventually(|| async { (worker.runtime.running() == 1).then_some(()) }).await;
        let stop = worker.runtime.stop(Duration::from_secs(10));
        let refused = async {
            crate::worker::eventually(|| async { (!worker.runtime.is_ready()).then_some(()) })
                .await;
            assert_eq!(
                worker.post("/slow", "y").await.unwrap_err(),
                Refused::Stopping
            );
            worker.peer.0.go.notify_one();
        };
        tokio::join!(stop, refused);
    };
    let (outcome, ()) = tokio::join!(call, stop);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.status, 200);
    assert_eq!(
        worker.message(&outcome.message_id).await.status,
        MessageStatus::Completed
    );
    assert_eq!(worker.status("Slow").await, None);
}

#[tokio::test]
async fn what_does_not_end_in_time_is_abandoned() {
    let worker = Worker::start().await;
    worker
        .deploy(&[Model::https("Stuck", "/stuck").call_peer("wait")])
        .await;
    let call = worker.post("/stuck", "x");
    let stop = async {
        crate::worker::eventually(|| async { (worker.runtime.running() == 1).then_some(()) }).await;
        worker.runtime.stop(Duration::from_millis(50)).await;
    };
    let (outcome, ()) = tokio::join!(call, stop);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.status, 503);
    assert_eq!(
        worker.message(&outcome.message_id).await.status,
        MessageStatus::Abandoned
    );
}

#[tokio::test]
async fn more_than_the_allowed_exchanges_are_refused() {
    let settings = Settings {
        concurrent_exchanges: 1,
        ..Settings::of_worker("w1")
    };
    let worker = Worker::with(settings).await;
    worker
        .deploy(&[Model::https("Slow", "/slow").call_peer("wait")])
        .await;
    let second = async {
        crate::worker::eventually(|| async { (worker.runtime.running() == 1).then_some(()) }).await;
        assert_eq!(
            worker.post("/slow", "").await.unwrap_err(),
            Refused::Overloaded
        );
        worker.peer.0.go.notify_one();
    };
    let (first, ()) = tokio::join!(worker.post("/slow", "x"), second);
    assert_eq!(first.unwrap().status, 200);
    assert_eq!(worker.runtime.running(), 0);
}
