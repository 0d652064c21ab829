//! The audit log.

use std::net::IpAddr;
use std::time::Duration;

use lockgate_core::audit::{Actor, Event, Outcome, Target, Who};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, CorrelationId, KeyId};
use lockgate_core::limits;
use lockgate_store::audit::{self, Filter};
use uuid::Uuid;

use crate::backend::{START, for_each_backend};

fn actor(name: &str) -> Actor {
    Actor {
        who: Who::Account {
            id: AccountId(Uuid::from_u128(1)),
            name: name.to_owned(),
        },
        source: Some(IpAddr::from([192, 0, 2, 1])),
        correlation: Some(CorrelationId(Uuid::from_u128(7))),
    }
}

/// A request that was refused `secs` after the start.
fn refused(id: u128, secs: u64) -> Event {
    Event {
        id: Uuid::from_u128(id),
        at: after(secs),
        actor: Actor {
            who: Who::Unknown {
                claimed: Some("eve".to_owned()),
            },
            source: "2001:db8::1".parse().ok(),
            correlation: Some(CorrelationId(Uuid::from_u128(id))),
        },
        action: "api.call".to_owned(),
        target_kind: "request".to_owned(),
        target_id: String::new(),
        target_name: "GET /v3/spaces".to_owned(),
        key: None,
        thumbprint: None,
        outcome: Outcome::Refused {
            status: 401,
            reason: "bad-credential".to_owned(),
        },
        detail: String::new(),
    }
}

fn after(secs: u64) -> Timestamp {
    START.plus(Duration::from_secs(secs))
}

#[tokio::test]
async fn an_event_is_kept_whole() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let key = KeyId(Uuid::from_u128(3));
        let thumbprint = Thumbprint::of(b"certificate");
        let target = Target::new("key", key, "main")
            .key(key)
            .thumbprint(thumbprint);
        let detail = format!("first line\nsecond{}", "x".repeat(limits::LOG_VALUE_CHARS));
        audit::record(&mut tx, &actor("ann"), "key.create", &target, &detail)
            .await
            .unwrap();
        audit::append(&mut tx, &[refused(1, 60)]).await.unwrap();
        audit::append(&mut tx, &[refused(1, 60)]).await.unwrap();

        let events = audit::list(&mut tx, &Filter::default()).await.unwrap();
        let [newest, oldest] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!(*newest, refused(1, 60));
        let expected = Event {
            id: oldest.id,
            at: START,
            actor: actor("ann"),
            action: "key.create".to_owned(),
            target_kind: "key".to_owned(),
            target_id: key.to_string(),
            target_name: "main".to_owned(),
            key: Some(key),
            thumbprint: Some(thumbprint),
            outcome: Outcome::Done,
            detail: detail.replace('\n', " ")[..limits::LOG_VALUE_CHARS].to_owned(),
        };
        assert_eq!(*oldest, expected);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_rolled_back_with_its_change() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let target = Target::new("flow", "f", "F");
        audit::record(&mut tx, &Actor::SERVER, "flow.deploy", &target, "")
            .await
            .unwrap();
        drop(tx);
        let mut tx = backend.store.begin().await.unwrap();
        let events = audit::list(&mut tx, &Filter::default()).await.unwrap();
        assert!(events.is_empty());
    })
    .await;
}

#[tokio::test]
async fn events_of_one_instant_are_told_apart_and_stay_in_order() {
    for_each_backend(async |backend| {
        let target = Target::new("variable", "v", "v");
        for detail in ["1", "2", "3"] {
            let mut tx = backend.store.begin().await.unwrap();
            audit::record(&mut tx, &Actor::SERVER, "variable.set", &target, detail)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = backend.store.begin().await.unwrap();
        let events = audit::list(&mut tx, &Filter::default()).await.unwrap();
        let details: Vec<_> = events.iter().map(|event| event.detail.as_str()).collect();
        assert_eq!(details, ["3", "2", "1"]);
    })
    .await;
}

#[tokio::test]
async fn events_are_found_by_each_of_their_parts() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let key = KeyId(Uuid::from_u128(3));
        let thumbprint = Thumbprint::of(b"certificate");
        let deleted = Target::new("key", "k2", "main");
        let named = [
            ("ann", "key.create", Target::new("key", "k1", "main")),
            ("bob", "key.delete", deleted.key(key).thumbprint(thumbprint)),
            ("ann", "keyring.x", Target::new("ring", "r", "k1")),
        ];
        for (who, action, target) in named {
            audit::record(&mut tx, &actor(who), action, &target, action)
                .await
                .unwrap();
        }
        audit::append(&mut tx, &[refused(1, 60)]).await.unwrap();
        let all = ["", "keyring.x", "key.delete", "key.create"];
        let text = |text: &str| Some(text.to_owned());
        let cases = [
            (Filter::default(), &all[..]),
            (
                filter(|f| f.who = text("ann")),
                &["keyring.x", "key.create"],
            ),
            (filter(|f| f.who = text("eve")), &[""]),
            (filter(|f| f.action = text("key")), &all[1..]),
            (filter(|f| f.action = text("key.")), &all[2..]),
            (filter(|f| f.action = text("KEY")), &[]),
            (
                filter(|f| f.target = text("k1")),
                &["keyring.x", "key.create"],
            ),
            (filter(|f| f.target = text("main")), &all[2..]),
            (filter(|f| f.target = Some(key.to_string())), &all[2..3]),
            (
                filter(|f| f.target = Some(thumbprint.to_string())),
                &all[2..3],
            ),
            (
                filter(|f| f.correlation = Some(CorrelationId(Uuid::from_u128(1)))),
                &[""],
            ),
            (filter(|f| f.refused = Some(true)), &[""]),
            (filter(|f| f.refused = Some(false)), &all[1..]),
            (filter(|f| f.since = Some(after(60))), &[""]),
            (filter(|f| f.until = Some(after(60))), &all[1..]),
            (filter(|f| f.limit = 2), &all[..2]),
        ];
        for (filter, expected) in cases {
            let found = audit::list(&mut tx, &filter).await.unwrap();
            let found: Vec<_> = found.iter().map(|event| event.detail.as_str()).collect();
            assert_eq!(found, expected, "{filter:?}");
        }
    })
    .await;
}

fn filter(set: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    set(&mut filter);
    filter
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        // Several in one instant, so that pages end within one.
        let events: Vec<_> = (0..20)
            .map(|n| refused(100 - n, 60 - n as u64 / 6))
            .collect();
        audit::append(&mut tx, &events).await.unwrap();
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = filter(|f| (f.before, f.limit) = (before, 7));
            let page = audit::list(&mut tx, &page).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.at, last.id));
            seen.extend(page);
        }
        assert_eq!(seen, events);
    })
    .await;
}

#[tokio::test]
async fn what_is_old_is_purged() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        audit::append(&mut tx, &[refused(1, 10), refused(2, 20)])
            .await
            .unwrap();
        assert_eq!(audit::purge(&mut tx, after(20)).await.unwrap(), 1);
        assert_eq!(audit::purge(&mut tx, after(20)).await.unwrap(), 0);
        let left = audit::list(&mut tx, &Filter::default()).await.unwrap();
        assert_eq!(left, [refused(2, 20)]);
    })
    .await;
}
