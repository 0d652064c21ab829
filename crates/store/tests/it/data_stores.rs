//! Entries of data stores.

use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_store::data_stores::{self, Content, EntryKey, Filter, NewEntry};
use lockgate_store::variables::Scope;
use lockgate_store::{Store, Tx};

use crate::backend::{START, for_each_backend};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn flow() -> Scope {
    Scope::Local("f".to_owned())
}

fn key(scope: &Scope, id: &str) -> EntryKey {
    EntryKey {
        scope: scope.clone(),
        store: "orders".to_owned(),
        id: id.to_owned(),
    }
}

fn entry(scope: &Scope, id: &str, body: &str) -> NewEntry {
    NewEntry {
        key: key(scope, id),
        message: format!("message of {id}"),
        content: Content {
            sealed: false,
            headers: None,
            body: body.as_bytes().to_vec(),
        },
        size: body.len() as u64,
        due_after: 2 * DAY,
        expires_after: 30 * DAY,
    }
}

async fn put(store: &Store, entry: NewEntry, replace: bool) -> bool {
    let mut tx = store.begin().await.unwrap();
    let written = data_stores::put(&mut tx, entry, replace).await.unwrap();
    tx.commit().await.unwrap();
    written
}

async fn body(store: &Store, key: &EntryKey) -> Option<String> {
    let mut tx = store.read().await.unwrap();
    let found = data_stores::get(&mut tx, key).await.unwrap();
    found.map(|entry| String::from_utf8(entry.content.body).unwrap())
}

async fn ids(tx: &mut Tx, limit: u32, bytes: u64) -> Option<Vec<String>> {
    let found = data_stores::oldest(tx, &flow(), "orders", limit, bytes).await;
    let found = found.unwrap()?;
    Some(found.into_iter().map(|entry| entry.head.key.id).collect())
}

#[tokio::test]
async fn an_id_is_taken_until_its_entry_is_replaced_deleted_or_over() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        let own = key(&flow(), "1");
        assert!(put(store, entry(&flow(), "1", "a"), false).await);
        assert!(!put(store, entry(&flow(), "1", "b"), false).await);
        assert_eq!(body(store, &own).await.as_deref(), Some("a"));
        assert!(put(store, entry(&flow(), "1", "c"), true).await);
        assert_eq!(body(store, &own).await.as_deref(), Some("c"));
        // The same id in another scope is another entry.
        assert!(put(store, entry(&Scope::Global, "1", "tenant"), false).await);

        backend.clock.advance(30 * DAY);
        assert_eq!(body(store, &own).await, None);
        let mut tx = store.begin().await.unwrap();
        assert!(!data_stores::delete(&mut tx, &own).await.unwrap());
        drop(tx);
        // Nobody has purged it yet, and still its id is free.
        assert!(put(store, entry(&flow(), "1", "d"), false).await);
        assert_eq!(body(store, &own).await.as_deref(), Some("d"));
        let mut tx = store.begin().await.unwrap();
        assert!(data_stores::delete(&mut tx, &own).await.unwrap());
        assert!(!data_stores::delete(&mut tx, &own).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn an_entry_keeps_who_wrote_it_when_and_how() {
    for_each_backend(async |backend| {
        let new = NewEntry {
            content: Content {
                sealed: true,
                headers: Some(vec![0, 255]),
                body: vec![1, 0, 2],
            },
            size: 7,
            ..entry(&Scope::Global, "1", "")
        };
        assert!(put(&backend.store, new.clone(), false).await);
        let mut tx = backend.store.read().await.unwrap();
        let found = data_stores::get(&mut tx, &new.key).await.unwrap().unwrap();
        assert_eq!(found.content, new.content);
        let head = found.head;
        assert!(head.sealed);
        assert_eq!((head.message.as_str(), head.size), ("message of 1", 7));
        assert_eq!(head.created_at, START);
        assert_eq!(head.due_at, START.plus(2 * DAY));
        assert_eq!(head.expires_at, START.plus(30 * DAY));
        let known = data_stores::head(&mut tx, &new.key).await.unwrap();
        assert_eq!(known, Some(head));
    })
    .await;
}

#[tokio::test]
async fn the_oldest_come_first_unless_they_are_too_large_together() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        for id in ["c", "a", "b"] {
            put(store, entry(&flow(), id, "12345"), false).await;
            backend.clock.advance(Duration::from_secs(1));
        }
        put(store, entry(&Scope::Global, "x", "12345"), false).await;
        let mut tx = store.read().await.unwrap();
        assert_eq!(ids(&mut tx, 2, 10).await.unwrap(), ["c", "a"]);
        assert_eq!(ids(&mut tx, 9, 15).await.unwrap(), ["c", "a", "b"]);
        assert_eq!(ids(&mut tx, 9, 14).await, None);
        assert_eq!(ids(&mut tx, 0, 0).await.unwrap(), [] as [&str; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_was_written_since_it_was_fetched_stays() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        put(store, entry(&flow(), "1", "old"), false).await;
        put(store, entry(&flow(), "2", "old"), false).await;
        backend.clock.advance(Duration::from_micros(1));
        put(store, entry(&flow(), "2", "new"), true).await;
        let fetched = ["1", "2", "3"].map(|id| (key(&flow(), id), START));
        let mut tx = store.begin().await.unwrap();
        data_stores::delete_fetched(&mut tx, &fetched)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(body(store, &key(&flow(), "1")).await, None);
        assert_eq!(
            body(store, &key(&flow(), "2")).await.as_deref(),
            Some("new")
        );
    })
    .await;
}

#[tokio::test]
async fn stores_are_there_as_long_as_they_have_entries() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        put(store, entry(&flow(), "1", "a"), false).await;
        put(store, entry(&flow(), "2", "a"), false).await;
        put(store, entry(&Scope::Global, "3", "a"), false).await;
        backend.clock.advance(DAY);
        put(store, entry(&flow(), "4", "a"), false).await;
        backend.clock.advance(DAY);

        let mut tx = store.begin().await.unwrap();
        let stores = data_stores::stores(&mut tx).await.unwrap();
        let counted: Vec<_> = stores
            .iter()
            .map(|one| (&one.scope, one.entries, one.overdue))
            .collect();
        assert_eq!(counted, [(&Scope::Global, 1, 1), (&flow(), 3, 2)]);
        let deleted = data_stores::delete_store(&mut tx, &flow(), "orders").await;
        assert_eq!(deleted.unwrap(), 3);
        assert_eq!(data_stores::stores(&mut tx).await.unwrap().len(), 1);
        drop(tx);
        backend.clock.advance(28 * DAY);
        let mut tx = store.begin().await.unwrap();
        let left = data_stores::stores(&mut tx).await.unwrap();
        assert_eq!((left.len(), left[0].entries), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn entries_are_found_by_store_message_and_state() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        for id in ["1", "2", "3"] {
            put(store, entry(&flow(), id, "a"), false).await;
            backend.clock.advance(DAY);
        }
        put(store, entry(&Scope::Global, "4", "a"), false).await;
        let mut tx = store.read().await.unwrap();
        let of_flow = Filter {
            store: Some((flow(), "orders".to_owned())),
            ..Filter::default()
        };
        let of_message = Filter {
            message: Some("message of 2".to_owned()),
            ..Filter::default()
        };
        let overdue = Filter {
            only_overdue: true,
            ..of_flow.clone()
        };
        for (filter, offset, limit, expected) in [
            (Filter::default(), 0, 9, &["4", "1", "2", "3"][..]),
            (Filter::default(), 1, 2, &["1", "2"]),
            (of_flow, 2, 9, &["3"]),
            (of_message, 0, 9, &["2"]),
            (overdue, 0, 9, &["1", "2"]),
        ] {
            let count = data_stores::count(&mut tx, filter.clone()).await.unwrap();
            assert!(count >= offset + expected.len() as u64, "{filter:?}");
            let found = data_stores::heads(&mut tx, filter, offset, limit).await;
            let found: Vec<_> = found.unwrap().into_iter().map(|head| head.key.id).collect();
            assert_eq!(found, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_purge_frees_what_is_over_and_nothing_else() {
    for_each_backend(async |backend| {
        let store = &backend.store;
        put(store, entry(&flow(), "1", "a"), false).await;
        let mut tx = store.begin().await.unwrap();
        let before = Timestamp::from_micros(START.plus(30 * DAY).micros() - 1);
        assert_eq!(data_stores::purge(&mut tx, before).await.unwrap(), 0);
        let end = START.plus(30 * DAY);
        assert_eq!(data_stores::purge(&mut tx, end).await.unwrap(), 1);
        assert!(data_stores::stores(&mut tx).await.unwrap().is_empty());
    })
    .await;
}
