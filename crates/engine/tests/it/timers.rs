//! Timers fire once, on one worker, and not over themselves.

use std::time::Duration;

use lockgate_engine::runtime::{Settings, Timers};
use lockgate_store::flows::FlowState;
use lockgate_store::messages::MessageStatus;

use crate::models::Model;
use crate::worker::{Worker, eventually};

/// Every ten seconds.
const OFTEN: &str = "0/10+*+*+?+*+*+*&trigger.timeZone=UTC";

/// How often the peer was called with this body.
fn received(worker: &Worker, body: &str) -> usize {
    let received = worker.peer.0.received.lock().unwrap();
    received.iter().filter(|one| *one == body).count()
}

/// Moves the clock on, second by second, until the peers were called that often. Leases last for
/// thirty seconds of this clock and are renewed by another, so a test should not take many.
async fn tick_until(workers: &[&Worker], body: &str, count: usize) {
    let reached = || async {
        workers[0].clock.advance(Duration::from_secs(1));
        let sum: usize = workers.iter().map(|worker| received(worker, body)).sum();
        (sum >= count).then_some(())
    };
    eventually(reached).await;
}

#[tokio::test]
async fn a_timer_that_runs_once_does_so_for_each_deployment() {
    let worker = Worker::start().await;
    let other = worker.beside("w2").await;
    let model = Model::timer("Once", "fireNow=true")
        .body("once")
        .call_peer("note");
    worker.deploy(std::slice::from_ref(&model)).await;
    other.runtime.reconcile().await.unwrap();
    let record = worker.messages("Once", 1).await.remove(0);
    assert_eq!(record.status, MessageStatus::Completed);
    // Neither the other worker nor a restart fires again; a deployment does.
    let restarted = worker.beside("w3").await;
    restarted.runtime.reconcile().await.unwrap();
    worker.deploy(&[model]).await;
    assert_eq!(worker.messages("Once", 2).await.len(), 2);
    let fired = [&worker, &other, &restarted].map(|worker| received(worker, "once"));
    assert_eq!(fired.iter().sum::<usize>(), 2);
}

/// As when a flow is tried out: nobody waits for a schedule.
#[tokio::test]
async fn a_worker_may_fire_the_timers_of_one_flow_at_once_and_no_others() {
    let worker = Worker::with(Settings {
        timers: Timers::OnceOf("Nightly".to_owned()),
        ..Settings::of_worker("w1")
    })
    .await;
    let nightly = Model::timer("Nightly", OFTEN)
        .body("nightly")
        .call_peer("note");
    let once = Model::timer("Once", "fireNow=true")
        .body("once")
        .call_peer("note");
    worker.deploy(&[once, nightly]).await;
    worker.messages("Nightly", 1).await;
    worker.clock.advance(Duration::from_secs(3600));
    worker.runtime.stop(Duration::from_secs(5)).await;
    assert_eq!(received(&worker, "nightly"), 1);
    assert_eq!(received(&worker, "once"), 0);

    let still = Worker::with(Settings {
        timers: Timers::Never,
        ..Settings::of_worker("w2")
    })
    .await;
    let often = Model::timer("Often", OFTEN).body("often").call_peer("note");
    let witness = Model::https("Witness", "/witness").body("witness");
    still.deploy(&[often, witness]).await;
    still.post("/witness", "").await.unwrap();
    still.clock.advance(Duration::from_secs(3600));
    still.post("/witness", "").await.unwrap();
    still.runtime.stop(Duration::from_secs(5)).await;
    assert_eq!(received(&still, "often"), 0);
}

#[tokio::test]
async fn a_schedule_fires_on_one_worker_and_moves_to_another() {
    let worker = Worker::start().await;
    let other = worker.beside("w2").await;
    let model = Model::timer("Often", OFTEN).body("often").call_peer("note");
    worker.deploy(&[model]).await;
    other.runtime.reconcile().await.unwrap();
    tick_until(&[&worker, &other], "often", 1).await;
    let (first, second) = if received(&worker, "often") == 0 {
        (&other, &worker)
    } else {
        (&worker, &other)
    };
    assert_eq!(received(second, "often"), 0, "one worker has the lease");
    first.runtime.stop(Duration::from_secs(5)).await;
    tick_until(&[second], "often", 1).await;
}

#[tokio::test]
async fn a_run_is_skipped_while_the_previous_one_is_active() {
    let worker = Worker::start().await;
    let slow = Model::timer("Slow", OFTEN).body("slow").call_peer("wait");
    let witness = Model::timer("Witness", OFTEN)
        .body("witness")
        .call_peer("note");
    worker.deploy(&[slow, witness]).await;
    tick_until(&[&worker], "slow", 1).await;
    let before = received(&worker, "witness");
    tick_until(&[&worker], "witness", before + 2).await;
    assert_eq!(received(&worker, "slow"), 1);
    worker.peer.0.go.notify_one();
    tick_until(&[&worker], "slow", 2).await;
    // Undeployed, the timer stops and the run goes on to its end.
    worker.undeploy("Slow").await;
    worker.peer.0.go.notify_one();
    let records = worker.messages("Slow", 2).await;
    assert!(records.iter().all(|record| record.ended_at.is_some()));
    assert_eq!(records[0].status, MessageStatus::Completed);
}

#[tokio::test]
async fn an_expired_schedule_puts_the_flow_into_error() {
    let worker = Worker::start().await;
    let expired = "0+0+0+1+1+?+2020&trigger.timeZone=UTC";
    worker.deploy(&[Model::timer("Expired", expired)]).await;
    let (state, detail) = worker.status("Expired").await.unwrap();
    assert_eq!(state, FlowState::Error);
    assert!(detail.contains("expired"), "{detail}");
}
