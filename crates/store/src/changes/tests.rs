use super::*;

fn revision(topic: Topic, revision: i64) -> Revisions {
    let mut revisions = Revisions::default();
    revisions.set(topic, revision);
    revisions
}

#[tokio::test]
async fn a_follower_is_told_at_once_and_then_of_each_change() {
    let hub = Arc::new(Hub::default());
    hub.publish(&revision(Topic::Flows, 3));
    let mut follower = Follower::new(&hub);
    assert_eq!(follower.changed().await.of(Topic::Flows), 3);
    hub.publish(&revision(Topic::Clients, 1));
    let both = follower.changed().await;
    assert_eq!((both.of(Topic::Flows), both.of(Topic::Clients)), (3, 1));
}

#[tokio::test]
async fn old_news_wake_nobody() {
    let hub = Arc::new(Hub::default());
    hub.publish(&revision(Topic::Flows, 3));
    let mut follower = Follower::new(&hub);
    follower.changed().await;
    hub.publish(&revision(Topic::Flows, 2));
    assert!(!follower.latest.has_changed().unwrap());
}

#[tokio::test]
async fn a_commit_waits_for_followers_that_are_at_work() {
    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);
    let hub = Arc::new(Hub::default());
    let idle = Follower::new(&hub);
    let mut busy = Follower::new(&hub);
    hub.publish(&revision(Topic::Flows, 1));
    let target = busy.changed().await;

    let applied = hub.applied.subscribe();
    hub.wait_applied(&target, SHORT).await;
    assert_eq!(
        applied
            .borrow()
            .values()
            .filter(|one| one.covers(&target))
            .count(),
        0,
        "the wait ended because it was bounded"
    );
    let waiting = hub.wait_applied(&target, LONG);
    tokio::pin!(waiting);
    assert!(timeout(SHORT, &mut waiting).await.is_err());
    busy.applied(&target);
    waiting.await;
    drop(idle);
}

#[tokio::test]
async fn nobody_waits_for_a_dropped_follower() {
    let hub = Arc::new(Hub::default());
    let mut follower = Follower::new(&hub);
    follower.changed().await;
    let target = revision(Topic::Flows, 1);
    let waiting = hub.wait_applied(&target, Duration::from_secs(60));
    tokio::pin!(waiting);
    assert!(
        timeout(Duration::from_millis(20), &mut waiting)
            .await
            .is_err()
    );
    drop(follower);
    waiting.await;
}
