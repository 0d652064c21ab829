//! What a message reads and writes in the store.
//!
//! A process is transactional or not. If not, each write counts at once. If it is, writes wait in
//! memory until the message has ended well and then count together, or not at all; until then the
//! message itself, and nobody else, sees them. No transaction of the database is open meanwhile.
//!
//! Entries that are fetched to be deleted go when the message has completed, either way.

mod waiting;

use std::sync::{Mutex, MutexGuard, PoisonError};

use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_store::data_stores::{self, Entry, EntryHead, EntryKey, NewEntry};
use lockgate_store::variables::{self, Scope};
use lockgate_store::{Result, Store};

use self::waiting::Waiting;

/// A variable's name, and who sees it.
pub(crate) type VariableKey = (Scope, String);

/// What a message reads and writes in the store.
#[derive(Debug)]
pub(crate) struct Transaction {
    store: Store,
    /// Whether writes wait.
    waits: bool,
    waiting: Mutex<Waiting>,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is written, or will be.
    Yes,
    /// There is an entry with this id already.
    Taken,
    /// More waits to be written than a message may hold in memory.
    TooMuch,
}

/// Why nothing of a transaction was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Aborted {
    /// Writing failed.
    #[error("what the message has written could not be committed: {0}")]
    Store(#[from] lockgate_store::Error),
    /// Another message has written an entry with the same id meanwhile, or this one had failed to.
    #[error("nothing that the message has written counts, because the id {0:?} was taken")]
    Taken(String),
}

impl Transaction {
    /// A transaction in which writes wait for the end, or count at once.
    pub(crate) fn new(store: Store, waits: bool) -> Self {
        Self {
            store,
            waits,
            waiting: Mutex::default(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes an entry; one that is there already stays unless `replace` is set.
    pub(crate) async fn put(
        &self,
        entry: NewEntry,
        replace: bool,
        now: Timestamp,
    ) -> Result<Written> {
        let key = entry.key.clone();
        if !self.waits {
            let mut tx = self.store.begin().await?;
            let written = data_stores::put(&mut tx, entry, replace).await?;
            tx.commit().await?;
            if !written {
                return Ok(Written::Taken);
            }
            self.waiting().keep(&key);
            return Ok(Written::Yes);
        }
        if !replace && self.is_taken(&key).await? {
            self.waiting().doom(&key);
            return Ok(Written::Taken);
        }
        Ok(self.waiting().put(entry, replace, now))
    }

    async fn is_taken(&self, key: &EntryKey) -> Result<bool> {
        if let Some(is_taken) = self.waiting().is_taken(key) {
            return Ok(is_taken);
        }
        let mut tx = self.store.read().await?;
        Ok(data_stores::head(&mut tx, key).await?.is_some())
    }

    /// An entry with its content.
    pub(crate) async fn get(&self, key: &EntryKey) -> Result<Option<Entry>> {
        if let Some(waiting) = self.waiting().entry(key) {
            return Ok(waiting);
        }
        data_stores::get(&mut self.store.read().await?, key).await
    }

    /// The entries of a store that were written first. `None` when they are too large together.
    pub(crate) async fn oldest(
        &self,
        scope: &Scope,
        store: &str,
        limit: u32,
    ) -> Result<Option<Vec<Entry>>> {
        const BYTES: u64 = limits::DATA_STORE_SELECTION;
        let own = self.waiting().of_store(scope, store);
        // As many more as may be gone or replaced.
        let wanted = limit.saturating_add(u32::try_from(own.len()).unwrap_or(u32::MAX));
        let mut tx = self.store.read().await?;
        let found = data_stores::oldest(&mut tx, scope, store, wanted, BYTES).await?;
        let Some(mut entries) = found else {
            return Ok(None);
        };
        entries.retain(|entry| !own.iter().any(|(key, _)| *key == entry.head.key));
        entries.extend(own.into_iter().filter_map(|(_, entry)| entry));
        entries.truncate(limit as usize);
        let size = entries.iter().map(|entry| entry.head.size).sum::<u64>();
        Ok(Some(entries).filter(|_| size <= BYTES))
    }

    /// Deletes entries; those that are not there do not matter.
    pub(crate) async fn delete(&self, keys: &[EntryKey]) -> Result<Written> {
        if self.waits {
            return Ok(self.waiting().delete(keys));
        }
        let mut tx = self.store.begin().await?;
        for key in keys {
            data_stores::delete(&mut tx, key).await?;
        }
        tx.commit().await?;
        Ok(Written::Yes)
    }

    /// Deletes an entry that was fetched, when the message has completed.
    pub(crate) fn delete_at_end(&self, fetched: &EntryHead) {
        self.waiting().fetched(fetched);
    }

    /// The value of a variable.
    pub(crate) async fn variable(&self, key: &VariableKey) -> Result<Option<Vec<u8>>> {
        if let Some(waiting) = self.waiting().variable(key) {
            return Ok(waiting);
        }
        let mut tx = self.store.read().await?;
        let found = variables::get(&mut tx, &key.0, &key.1).await?;
        Ok(found.map(|variable| variable.value))
    }

    /// Writes variables; those without a value are deleted.
    pub(crate) async fn set_variables(
        &self,
        variables: Vec<(VariableKey, Option<Vec<u8>>)>,
    ) -> Result<Written> {
        if self.waits {
            return Ok(self.waiting().set_variables(variables));
        }
        let mut tx = self.store.begin().await?;
        for ((scope, name), value) in &variables {
            waiting::write_variable(&mut tx, scope, name, value.as_deref()).await?;
        }
        tx.commit().await?;
        Ok(Written::Yes)
    }

    /// Ends the transaction of a message that ended well. What was fetched goes only if it has
    /// completed: an escalation is no success.
    pub(crate) async fn commit(self, has_completed: bool) -> Result<(), Aborted> {
        let waiting = self.waiting.into_inner();
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        waiting.commit(&self.store, has_completed).await
    }
}
