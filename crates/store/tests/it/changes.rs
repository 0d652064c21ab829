//! Changes reach this process with the commit, and other processes soon after.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lockgate_store::changes::{self, Topic};
use lockgate_store::{Follower, Store, settings};
use tokio::time::timeout;

use crate::backend::{Backend, for_each_backend, for_postgres};

/// Generous, since the machine may be busy. What is promised is two seconds.
const DEADLINE: Duration = Duration::from_secs(10);

async fn bump(store: &Store, topic: Topic) {
    let mut tx = store.begin().await.unwrap();
    settings::set(&mut tx, "state", "new").await.unwrap();
    changes::bump(&mut tx, topic).await.unwrap();
    tx.commit().await.unwrap();
}

/// Waits until `follower` hears of `revision`, and applies it.
async fn hear(follower: &mut Follower, topic: Topic, revision: i64) {
    timeout(DEADLINE, async {
        loop {
            let revisions = follower.changed().await;
            follower.applied(&revisions);
            if revisions.of(topic) >= revision {
                return;
            }
        }
    })
    .await
    .expect("the change is heard of in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_commit_returns_the_new_state_is_served() {
    for_each_backend(async |backend| {
        let store = backend.store;
        let serves_new = Arc::new(AtomicBool::new(false));
        let (ready, started) = tokio::sync::oneshot::channel();
        let feed = tokio::spawn({
            let (store, serves_new) = (store.clone(), Arc::clone(&serves_new));
            let mut ready = Some(ready);
            async move {
                let mut follower = store.follow();
                loop {
                    let revisions = follower.changed().await;
                    let mut tx = store.read().await.unwrap();
                    let state = settings::get(&mut tx, "state").await.unwrap();
                    serves_new.store(state.is_some(), Ordering::SeqCst);
                    follower.applied(&revisions);
                    if let Some(ready) = ready.take() {
                        ready.send(()).unwrap();
                    }
                }
            }
        });
        started.await.unwrap();
        assert!(!serves_new.load(Ordering::SeqCst));
        bump(&store, Topic::Clients).await;
        assert!(serves_new.load(Ordering::SeqCst));
        feed.abort();
    })
    .await;
}

#[tokio::test]
async fn revisions_count_per_topic_and_survive_a_restart() {
    for_each_backend(async |backend| {
        bump(&backend.store, Topic::Clients).await;
        bump(&backend.store, Topic::Clients).await;
        bump(&backend.store, Topic::Flows).await;
        let Backend {
            store, location, ..
        } = backend;
        drop(store);
        let store = Backend::open(location).await.store;
        let revisions = store.follow().changed().await;
        let of = |topic| revisions.of(topic);
        assert_eq!((of(Topic::Clients), of(Topic::Flows)), (2, 1));
        assert_eq!(of(Topic::Materials), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_rolled_back_is_not_announced() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        changes::bump(&mut tx, Topic::Flows).await.unwrap();
        drop(tx);
        bump(&backend.store, Topic::Materials).await;
        let revisions = backend.store.follow().changed().await;
        assert_eq!(revisions.of(Topic::Flows), 0);
        assert_eq!(revisions.of(Topic::Materials), 1);
    })
    .await;
}

#[tokio::test]
async fn two_stores_on_one_postgres_hear_of_each_other() {
    for_postgres(async |backend| {
        let other = Backend::open(backend.location.clone()).await.store;
        let (mut here, mut there) = (backend.store.follow(), other.follow());
        bump(&other, Topic::Clients).await;
        hear(&mut here, Topic::Clients, 1).await;
        drop(here);
        bump(&backend.store, Topic::Flows).await;
        hear(&mut there, Topic::Flows, 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_without_notification_is_found_by_asking() {
    for_postgres(async |backend| {
        let mut follower = backend.store.follow();
        backend
            .raw("INSERT INTO changes (topic, revision) VALUES ('flows', 41)")
            .await;
        hear(&mut follower, Topic::Flows, 41).await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    for_postgres(async |backend| {
        let other = Backend::open(backend.location.clone()).await.store;
        let mut follower = backend.store.follow();
        bump(&other, Topic::Clients).await;
        hear(&mut follower, Topic::Clients, 1).await;
        backend
            .raw(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await;
        // The pools notice closed connections when they next hand one out, or fail once.
        while let Err(error) = other.ping().await {
            assert!(error.retryable(), "{error:?}");
        }
        bump(&other, Topic::Flows).await;
        hear(&mut follower, Topic::Flows, 1).await;
    })
    .await;
}
