//! No message goes unrecorded.

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::ids::CorrelationId;
use lockgate_core::limits;
use lockgate_engine::entry::{Outcome, Refused};
use lockgate_engine::journal::Refusal;
use lockgate_engine::runtime::Settings;
use lockgate_store::messages::{self, Filter, MessageStatus};
use lockgate_store::{Tx, refusals, settings};
use tokio::task::JoinSet;
use tokio::time::interval;
use uuid::Uuid;

use crate::models::Model;
use crate::worker::{NOW, Worker, eventually};

#[tokio::test]
async fn a_burst_is_refused_rather_than_lost() {
    let worker = with_room_for_200(Duration::from_secs(1)).await;
    let mut blocker = worker.store.begin().await.unwrap();
    let outcomes = tokio::select! {
        outcomes = burst(&worker, 100_000) => outcomes,
        () = hold(&mut blocker) => unreachable!("it is held for ever"),
    };
    let (mut answered, mut refused) = (0u64, 0u64);
    for outcome in outcomes {
        match outcome {
            Ok(outcome) => {
                assert_eq!(outcome.status, 200);
                answered += 1;
            }
            Err(Refused::LogFull) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!((200..=700).contains(&answered), "{answered}");
    assert_eq!(answered + refused, 100_000);
    drop(blocker);
    let journal = worker.runtime.journal();
    eventually(|| async { (journal.written() == answered).then_some(()) }).await;
    let filter = Filter {
        limit: 1_000,
        ..Filter::default()
    };
    let mut tx = worker.store.read().await.unwrap();
    let found = messages::list(&mut tx, &filter).await.unwrap();
    assert_eq!(found.len() as u64, answered);
    drop(tx);
    assert_eq!(journal.pending(), 0);
    assert_eq!(worker.post("/burst", "").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_burst_waits_for_room_when_there_is_time() {
    let worker = with_room_for_200(Duration::from_secs(60)).await;
    let blocker = worker.store.begin().await.unwrap();
    let unblock = async {
        // All have a place among the running exchanges: those without one in the log wait.
        eventually(|| async { (worker.runtime.running() > 4_000).then_some(()) }).await;
        assert_eq!(worker.runtime.journal().pending(), 200);
        drop(blocker);
    };
    let (outcomes, ()) = tokio::join!(burst(&worker, 5_000), unblock);
    assert!(outcomes.into_iter().all(|outcome| outcome.is_ok()));
    let journal = worker.runtime.journal();
    eventually(|| async { (journal.written() == 5_000).then_some(()) }).await;
}

/// As many calls at the same time.
async fn burst(worker: &Arc<Worker>, calls: usize) -> Vec<Result<Outcome, Refused>> {
    let call = |_| {
        let worker = Arc::clone(worker);
        async move { worker.post("/burst", "").await }
    };
    (0..calls)
        .map(call)
        .collect::<JoinSet<_>>()
        .join_all()
        .await
}

/// Keeps everybody else from writing; a silent transaction would be rolled back.
async fn hold(blocker: &mut Tx) {
    let mut turns = interval(Duration::from_millis(500));
    loop {
        turns.tick().await;
        settings::get(blocker, "nothing").await.unwrap();
    }
}

/// A worker with a flow at `/burst`.
async fn with_room_for_200(wait: Duration) -> Arc<Worker> {
    let settings = Settings {
        concurrent_exchanges: 100_000,
        journal_buffer: 200,
        journal_wait: wait,
        ..Settings::of_worker("w1")
    };
    let worker = Worker::with(settings).await;
    worker
        .deploy(&[Model::https("Burst", "/burst").body("x")])
        .await;
    Arc::new(worker)
}

#[tokio::test]
async fn records_are_written_before_a_worker_ends() {
    let worker = Worker::start().await;
    worker.deploy(&[Model::https("A", "/a").body("x")]).await;
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(worker.post("/a", "").await.unwrap().message_id);
    }
    worker.runtime.stop(Duration::from_secs(10)).await;
    let mut tx = worker.store.read().await.unwrap();
    for id in ids {
        assert!(messages::find(&mut tx, &id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_long_message_is_seen_while_it_runs_and_abandoned_after_a_crash() {
    let worker = Worker::start().await;
    worker
        .deploy(&[Model::https("Long", "/long").call_peer("wait")])
        .await;
    let call = worker.post("/long", "x");
    let check = async {
        let record = worker.messages("Long", 1).await.remove(0);
        assert_eq!(
            (record.status, record.ended_at),
            (MessageStatus::Processing, None)
        );
        // Another process takes over under the same name, as after a crash.
        let next = worker.beside("w1").await;
        let record = next.message(&record.id).await;
        assert_eq!(record.status, MessageStatus::Abandoned);
        // This one was alive after all, and its record is final.
        worker.peer.0.go.notify_one();
    };
    let (outcome, ()) = tokio::join!(call, check);
    let id = outcome.unwrap().message_id;
    let completed = || async {
        let status = worker.message(&id).await.status;
        (status == MessageStatus::Completed).then_some(())
    };
    eventually(completed).await;
}

#[tokio::test]
async fn refusals_are_noted_as_far_as_there_is_room() {
    let worker = Worker::start().await;
    let id = |n: usize| CorrelationId(Uuid::from_u128(n as u128));
    // Nobody takes them while this task does not wait, so the last one finds no room.
    for n in 0..=limits::REFUSAL_BUFFER {
        worker.runtime.journal().refuse(refusal(id(n)));
    }
    let noted = eventually(|| async {
        let mut tx = worker.store.read().await.unwrap();
        refusals::find(&mut tx, id(limits::REFUSAL_BUFFER - 1))
            .await
            .unwrap()
    });
    assert_eq!(noted.await.status, 401);
    assert_eq!(worker.runtime.journal().refusals_dropped(), 1);
}

fn refusal(id: CorrelationId) -> Refusal {
    Refusal {
        id,
        at: NOW,
        source: "127.0.0.1".to_owned(),
        method: "POST".to_owned(),
        path: "/http/x".to_owned(),
        status: 401,
        reason: "no-credential".to_owned(),
        detail: "The call carried no credentials.".to_owned(),
        client_id: None,
        key_id: None,
        thumbprint: None,
        flow: None,
    }
}
