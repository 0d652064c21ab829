//! Deletes what is old: finished messages, refusals, audit events, variables nobody writes, number
//! draws, entries of data stores whose time is over.

use std::time::Duration;

use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_store::payloads::PayloadKind;
use lockgate_store::{
    Store, audit, data_stores, messages, number_ranges, payloads, refusals, resends, tasks,
    variables, workers,
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Variables are kept this long after they were last written, and correlated number draws too.
const UNUSED: Duration = variables::KEPT;

/// Requests to send a message again that no server could carry out are given up after this time.
const RESENDS: Duration = HOUR;

/// Deployments can be asked for this long, and servers that were killed are remembered.
const TASKS: Duration = DAY;

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retention {
    /// Finished messages and refused calls, in days.
    pub(super) messages: u32,
    /// Traces.
    pub(super) traces: Duration,
    /// Other contents of messages, in days; never longer than the messages.
    pub(super) contents: u32,
    /// Events of the audit log, in days.
    pub(super) audit: u32,
}

/// What is older than these instants goes.
#[derive(Clone, Copy, Debug)]
struct Ends {
    messages: Timestamp,
    traces: Timestamp,
    contents: Timestamp,
    resends: Timestamp,
    audit: Timestamp,
    unused: Timestamp,
    tasks: Timestamp,
    /// Entries of data stores say themselves when they go.
    entries: Timestamp,
}

/// Cleans up once an hour. Several servers may do so at the same time: deleting twice is harmless.
pub(super) async fn run(store: Store, clock: SharedClock, retention: Retention) {
    loop {
        match clean(&store, &clock, retention).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "old rows are deleted"),
            Err(error) => tracing::warn!(%error, "old rows could not be deleted"),
        }
        tokio::time::sleep(HOUR).await;
    }
}

/// Deletes in portions, each in a transaction of its own, so that other writers get their turn.
async fn clean(store: &Store, clock: &SharedClock, keep: Retention) -> lockgate_store::Result<u64> {
    let now = clock.now();
    let ends = Ends {
        messages: now.minus(DAY * keep.messages),
        traces: now.minus(keep.traces.min(DAY * keep.messages)),
        contents: now.minus(DAY * keep.contents.min(keep.messages)),
        resends: now.minus(RESENDS),
        audit: now.minus(DAY * keep.audit),
        unused: now.minus(UNUSED),
        tasks: now.minus(TASKS),
        entries: now,
    };
    let mut all = 0;
    loop {
        let portion = clean_portion(store, ends).await?;
        all += portion;
        if portion == 0 {
            return Ok(all);
        }
    }
}

async fn clean_portion(store: &Store, ends: Ends) -> lockgate_store::Result<u64> {
    let mut tx = store.begin().await?;
    let mut deleted = messages::purge(&mut tx, ends.messages).await?
        + refusals::purge(&mut tx, ends.messages).await?
        + audit::purge(&mut tx, ends.audit).await?
        + variables::purge(&mut tx, ends.unused).await?
        + data_stores::purge(&mut tx, ends.entries).await?
        + number_ranges::purge_draws(&mut tx, ends.unused).await?
        + resends::purge(&mut tx, ends.resends).await?
        + tasks::purge(&mut tx, ends.tasks).await?
        + workers::purge(&mut tx, ends.tasks).await?;
    for kind in PayloadKind::ALL {
        let end = if kind.is_traced() {
            ends.traces
        } else {
            ends.contents
        };
        deleted += payloads::purge(&mut tx, *kind, end).await?;
    }
    tx.commit().await?;
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lockgate_core::audit::{Actor, Target};
    use lockgate_core::clock::ManualClock;
    use lockgate_core::ids::MessageId;
    use lockgate_store::Location;
    use lockgate_store::audit::Filter;
    use lockgate_store::data_stores::{Content, EntryKey, NewEntry};
    use lockgate_store::payloads::{Payload, PayloadHead};
    use lockgate_store::variables::Scope;

    use super::*;

    #[tokio::test]
    async fn audit_events_are_kept_as_long_as_their_own_key_says() {
        let folder = tempfile::tempdir().unwrap();
        let start = Timestamp::from_secs(1_800_000_000);
        let manual = Arc::new(ManualClock::at(start));
        let clock: SharedClock = manual.clone();
        let location = Location::Sqlite(folder.path().join("test.db"));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let target = Target::new("role", "r", "r");
        audit::record(&mut tx, &Actor::SERVER, "role.create", &target, "")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let keep = Retention {
            messages: 30,
            traces: DAY,
            contents: 7,
            audit: 365,
        };
        for (days, left) in [(31, 1), (365 - 31, 1), (1, 0)] {
            manual.advance(DAY * days);
            clean(&store, &clock, keep).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let events = audit::list(&mut tx, &Filter::default()).await.unwrap();
            assert_eq!(events.len(), left, "{:?}", clock.now());
        }
    }

    #[tokio::test]
    async fn entries_of_data_stores_go_when_their_own_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let manual = Arc::new(ManualClock::at(Timestamp::from_secs(1_800_000_000)));
        let clock: SharedClock = manual.clone();
        let location = Location::Sqlite(folder.path().join("test.db"));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        for (id, hours) in [("a", 1), ("b", 2)] {
            let entry = NewEntry {
                key: EntryKey {
                    scope: Scope::Global,
                    store: "s".to_owned(),
                    id: id.to_owned(),
                },
                message: String::new(),
                content: Content {
                    sealed: false,
                    headers: None,
                    body: Vec::new(),
                },
                size: 0,
                due_after: HOUR,
                expires_after: HOUR * hours,
            };
            data_stores::put(&mut tx, entry, false).await.unwrap();
        }
        tx.commit().await.unwrap();
        let keep = Retention {
            messages: 30,
            traces: DAY,
            contents: 7,
            audit: 365,
        };
        for (hours, gone) in [(0, 0), (1, 1), (1, 1), (1, 0)] {
            manual.advance(HOUR * hours);
            assert_eq!(clean(&store, &clock, keep).await.unwrap(), gone);
        }
    }

    #[tokio::test]
    async fn traces_go_before_other_contents_and_those_before_messages() {
        let folder = tempfile::tempdir().unwrap();
        let manual = Arc::new(ManualClock::at(Timestamp::from_secs(1_800_000_000)));
        let clock: SharedClock = manual.clone();
        let location = Location::Sqlite(folder.path().join("test.db"));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        let message = MessageId::parse("m").unwrap();
        let kept = |kind| Payload {
            head: PayloadHead {
                id: 0,
                message: message.clone(),
                kind,
                step_seq: None,
                step_id: None,
                parent: None,
                name: None,
                kept_at: clock.now(),
                media_type: None,
                size: 1,
            },
            headers: Vec::new(),
            properties: Vec::new(),
            body: b"x".to_vec(),
        };
        let mut tx = store.begin().await.unwrap();
        let all = PayloadKind::ALL.iter().map(|kind| kept(*kind));
        let all: Vec<Payload> = all.collect();
        payloads::append(&mut tx, &all).await.unwrap();
        tx.commit().await.unwrap();
        let keep = Retention {
            messages: 30,
            traces: HOUR * 3,
            contents: 7,
            audit: 365,
        };
        for (hours, left) in [(3, 6), (1, 4), (7 * 24 - 4, 4), (1, 0)] {
            manual.advance(HOUR * hours);
            clean(&store, &clock, keep).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let kept = payloads::list(&mut tx, &message).await.unwrap();
            assert_eq!(kept.len(), left, "{:?}", clock.now());
        }
    }
}
