//! Says that desired state changed, to this process and to others.
//!
//! Whoever changes what a server serves calls [`bump`] in the same transaction. Whoever serves it
//! holds a [`Follower`] and rebuilds its snapshot when told.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::driver::Dialect;
use crate::error::Result;
use crate::tx::Tx;
use crate::value::{params, words};

/// The PostgreSQL channel on which changes are announced.
pub(crate) const CHANNEL: &str = "lockgate_changes";
/// Reads every revision.
pub(crate) const LOAD: &str = "SELECT topic, revision FROM changes ORDER BY topic";
/// How long a commit waits for the followers of this process.
pub(crate) const APPLY: Duration = Duration::from_secs(5);

words! {
    /// What changed.
    pub enum Topic {
        /// Service instances or keys.
        Clients = "clients",
        /// Signing keys of tokens.
        SigningKeys = "signing_keys",
        /// Revoked tokens and ended sessions.
        Revocations = "revocations",
        /// Deployed flows.
        Flows = "flows",
        /// Credentials that flows use, and the keystore.
        Materials = "materials",
        /// Accounts, memberships or spaces.
        Accounts = "accounts",
        /// Authorities of client certificates.
        Trust = "trust",
        /// Kept messages that are to run again.
        Resends = "resends",
    }
}

/// How often each topic has changed. Numbers only rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revisions([i64; Topic::ALL.len()]);

impl Revisions {
    /// The revision of a topic; 0 when it never changed.
    #[must_use]
    pub fn of(&self, topic: Topic) -> i64 {
        self.0[topic as usize]
    }

    pub(crate) fn set(&mut self, topic: Topic, revision: i64) {
        self.0[topic as usize] = revision;
    }

    /// Takes over what is higher in `other`.
    pub(crate) fn raise(&mut self, other: &Self) {
        for (ours, theirs) in self.0.iter_mut().zip(other.0) {
            *ours = (*ours).max(theirs);
        }
    }

    fn covers(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(other.0)
            .all(|(ours, theirs)| *ours >= theirs)
    }
}

/// Records in `tx` that `topic` changes. Followers hear of it when `tx` is committed.
///
/// Changes of one topic are committed one after the other, so call it late in the transaction.
///
/// # Errors
/// Those of the database.
pub async fn bump(tx: &mut Tx, topic: Topic) -> Result<()> {
    let sql = "INSERT INTO changes (topic, revision) VALUES ($1, 1)
        ON CONFLICT (topic) DO UPDATE SET revision = changes.revision + 1
        RETURNING topic, revision";
    let revision = tx
        .one("changes", sql, params![topic], |row| row.take("revision"))
        .await?;
    if tx.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_notify($1, '')", params![CHANNEL])
            .await?;
    }
    let mut revisions = Revisions::default();
    revisions.set(topic, revision);
    tx.announce(&revisions);
    Ok(())
}

/// Reads every revision.
pub(crate) async fn load(tx: &mut Tx) -> Result<Revisions> {
    let found = tx
        .list("changes", LOAD, params![], |row| {
            Ok((row.take::<String>("topic")?, row.take("revision")?))
        })
        .await?;
    let mut revisions = Revisions::default();
    for (topic, revision) in found {
        // A topic of a newer version in another process is none of ours.
        if let Some(topic) = Topic::parse(&topic) {
            revisions.set(topic, revision);
        }
    }
    Ok(revisions)
}

/// Connects the transactions of one process with its followers.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    latest: watch::Sender<Revisions>,
    applied: watch::Sender<HashMap<u64, Revisions>>,
    followers: AtomicU64,
}

impl Hub {
    /// Makes revisions known; those already known or older change nothing.
    pub(crate) fn publish(&self, revisions: &Revisions) {
        self.latest.send_if_modified(|latest| {
            let before = *latest;
            latest.raise(revisions);
            *latest != before
        });
    }

    /// Waits for at most `patience` until every follower has applied `revisions`.
    pub(crate) async fn wait_applied(&self, revisions: &Revisions, patience: Duration) {
        let mut applied = self.applied.subscribe();
        let all = applied.wait_for(|applied| applied.values().all(|one| one.covers(revisions)));
        if timeout(patience, all).await.is_err() {
            tracing::warn!("a committed change is not served yet: a follower is slow or stuck");
        }
    }
}

/// Follows changes. Made by [`Store::follow`](crate::Store::follow).
///
/// Commits wait for it from its first [`Follower::changed`] on until it is dropped, so a task that
/// follows must not commit a [`bump`] itself before it has applied what it was told.
#[derive(Debug)]
pub struct Follower {
    id: u64,
    hub: Arc<Hub>,
    latest: watch::Receiver<Revisions>,
}

impl Follower {
    pub(crate) fn new(hub: &Arc<Hub>) -> Self {
        let mut latest = hub.latest.subscribe();
        latest.mark_changed();
        Self {
            id: hub.followers.fetch_add(1, Ordering::Relaxed),
            hub: Arc::clone(hub),
            latest,
        }
    }

    /// Waits for a change and returns the revisions reached. Returns at once the first time.
    ///
    /// State read from the store after this call is at least as new as these revisions. Cancelling
    /// it loses nothing.
    pub async fn changed(&mut self) -> Revisions {
        self.latest
            .changed()
            .await
            .expect("invariant: the follower keeps the sender alive");
        let id = self.id;
        self.hub.applied.send_if_modified(|applied| {
            applied.entry(id).or_default();
            false
        });
        *self.latest.borrow_and_update()
    }

    /// Says that this process now serves the state of `revisions`.
    pub fn applied(&self, revisions: &Revisions) {
        self.hub.applied.send_modify(|applied| {
            applied.entry(self.id).or_default().raise(revisions);
        });
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.hub.applied.send_modify(|applied| {
            applied.remove(&self.id);
        });
    }
}

#[cfg(test)]
mod tests;
