//! State that flows and workers share: leases, number ranges, variables.

use std::collections::BTreeSet;
use std::time::Duration;

use lockgate_store::leases::{self, Fence};
use lockgate_store::number_ranges::{self, NumberRange};
use lockgate_store::variables::{self, Scope};
use lockgate_store::{Error, Location, Store};

use crate::backend::{Backend, START, for_each_backend};

const TTL: Duration = Duration::from_secs(30);

async fn acquire(store: &Store, owner: &str, ttl: Duration) -> Option<Fence> {
    let mut tx = store.begin().await.unwrap();
    let fence = leases::acquire(&mut tx, "timer", owner, ttl).await.unwrap();
    tx.commit().await.unwrap();
    fence
}

#[tokio::test]
async fn a_lease_has_one_owner_until_it_ends() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        let first = acquire(store, "a", TTL).await.unwrap();
        assert_eq!(acquire(store, "b", TTL).await, None);
        assert_eq!(acquire(store, "a", TTL).await, None);

        let mut tx = store.begin().await.unwrap();
        assert!(
            leases::renew(&mut tx, "timer", "a", first, TTL)
                .await
                .unwrap()
        );
        assert!(
            !leases::renew(&mut tx, "timer", "b", first, TTL)
                .await
                .unwrap()
        );
        // Ends it now, by whichever clock counts.
        assert!(
            leases::renew(&mut tx, "timer", "a", first, Duration::ZERO)
                .await
                .unwrap()
        );
        assert!(
            !leases::renew(&mut tx, "timer", "a", first, TTL)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();

        let second = acquire(store, "b", TTL).await.unwrap();
        assert!(second > first);
        let mut tx = store.begin().await.unwrap();
        assert!(!leases::release(&mut tx, "timer", "a", first).await.unwrap());
        assert!(
            leases::release(&mut tx, "timer", "b", second)
                .await
                .unwrap()
        );
        assert!(
            !leases::release(&mut tx, "timer", "b", second)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        assert!(acquire(store, "a", TTL).await.unwrap() > second);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_one_gets_the_lease() {
    for_each_backend(async |backend| {
        let workers: Vec<_> = (0..6)
            .map(|worker| {
                let store = backend.store.clone();
                tokio::spawn(async move { acquire(&store, &format!("w{worker}"), TTL).await })
            })
            .collect();
        let mut fences = Vec::new();
        for worker in workers {
            fences.extend(worker.await.unwrap());
        }
        assert_eq!(fences, [Fence(1)]);
    })
    .await;
}

#[tokio::test]
async fn leases_of_the_former_process_on_a_file_are_free() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("test.db"));
    let backend = Backend::open(location.clone()).await;
    let first = acquire(&backend.store, "a", TTL).await.unwrap();
    drop(backend);
    let backend = Backend::open(location).await;
    assert!(acquire(&backend.store, "b", TTL).await.unwrap() > first);
}

fn range(max: i64, rotate: bool) -> NumberRange {
    NumberRange {
        name: "orders".to_owned(),
        min: 1,
        max,
        next: 1,
        length: 4,
        rotate,
    }
}

async fn define(store: &Store, range: &NumberRange) {
    let mut tx = store.begin().await.unwrap();
    number_ranges::define(&mut tx, range).await.unwrap();
    tx.commit().await.unwrap();
}

async fn draw(store: &Store, correlation: Option<&str>) -> String {
    let mut tx = store.begin().await.unwrap();
    let number = number_ranges::next(&mut tx, "orders", correlation)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    number
}

#[tokio::test]
async fn numbers_follow_each_other_and_end_or_rotate() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        define(store, &range(2, true)).await;
        for expected in ["0001", "0002", "0001"] {
            assert_eq!(draw(store, None).await, expected);
        }
        define(store, &range(1, false)).await;
        assert_eq!(draw(store, None).await, "0001");
        let mut tx = store.begin().await.unwrap();
        let error = number_ranges::next(&mut tx, "orders", None).await;
        assert!(matches!(error, Err(Error::Exhausted(name)) if name == "orders"));
        let missing = number_ranges::next(&mut tx, "bills", None).await;
        assert!(matches!(missing, Err(Error::NotFound { name, .. }) if name == "bills"));
        let expected = NumberRange {
            next: 2,
            ..range(1, false)
        };
        assert_eq!(number_ranges::list(&mut tx).await.unwrap(), [expected]);
    })
    .await;
}

#[tokio::test]
async fn a_correlation_value_keeps_its_number() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        define(store, &range(99, false)).await;
        assert_eq!(draw(store, Some("x")).await, "0001");
        assert_eq!(draw(store, Some("y")).await, "0002");
        assert_eq!(draw(store, Some("x")).await, "0001");
        let mut tx = store.begin().await.unwrap();
        let later = START.plus(Duration::from_secs(1));
        assert_eq!(number_ranges::purge_draws(&mut tx, START).await.unwrap(), 0);
        assert_eq!(number_ranges::purge_draws(&mut tx, later).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert_eq!(draw(store, Some("x")).await, "0003");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_draws_never_share_a_number() {
    async fn work(store: Store, worker: u32) -> (Vec<String>, Vec<String>) {
        let (mut own, mut shared) = (Vec::new(), Vec::new());
        for round in 0..10 {
            own.push(draw(&store, None).await);
            shared.push(draw(&store, Some(&format!("round {round}"))).await);
            if worker.is_multiple_of(2) {
                let mut tx = store.begin().await.unwrap();
                number_ranges::next(&mut tx, "orders", None).await.unwrap();
                drop(tx);
            }
        }
        (own, shared)
    }
    for_each_backend(async |backend| {
        define(&backend.store, &range(9_999, false)).await;
        let workers: Vec<_> = (0..5)
            .map(|worker| tokio::spawn(work(backend.store.clone(), worker)))
            .collect();
        let mut own = BTreeSet::new();
        let mut shared = BTreeSet::new();
        for worker in workers {
            let (numbers, correlated) = worker.await.unwrap();
            own.extend(numbers);
            shared.insert(correlated);
        }
        assert_eq!(own.len(), 50, "every draw has a number of its own");
        assert_eq!(
            shared.len(),
            1,
            "all workers got the same numbers per correlation value"
        );
        let correlated = shared.pop_first().unwrap();
        assert!(correlated.iter().all(|number| !own.contains(number)));
        // 50 draws, 10 correlation values; what was rolled back left no gap.
        assert_eq!(draw(&backend.store, None).await, "0061");
    })
    .await;
}

#[tokio::test]
async fn variables_belong_to_a_flow_or_to_all() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let local = Scope::Local("a".to_owned());
        let other = Scope::Local("b".to_owned());
        variables::set(&mut tx, &local, "last", b"1").await.unwrap();
        variables::set(&mut tx, &Scope::Global, "last", b"\xff")
            .await
            .unwrap();
        backend.clock.advance(Duration::from_secs(1));
        variables::set(&mut tx, &local, "last", b"2").await.unwrap();

        let found = variables::get(&mut tx, &local, "last")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.value, b"2");
        assert_eq!(found.updated_at, START.plus(Duration::from_secs(1)));
        assert_eq!(variables::get(&mut tx, &other, "last").await.unwrap(), None);
        let all = variables::list(&mut tx).await.unwrap();
        let scopes: Vec<_> = all.iter().map(|variable| &variable.scope).collect();
        assert_eq!(scopes, [&Scope::Global, &local]);
        assert_eq!(all[0].value, b"\xff");

        let purged = variables::purge(&mut tx, START.plus(Duration::from_secs(1))).await;
        assert_eq!(purged.unwrap(), 1);
        assert!(variables::delete(&mut tx, &local, "last").await.unwrap());
        assert!(!variables::delete(&mut tx, &local, "last").await.unwrap());
    })
    .await;
}
