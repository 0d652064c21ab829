//! What is left to do when a message has completed, and is not done when it fails.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lockgate_core::clock::Timestamp;
use lockgate_store::Store;
use lockgate_store::data_stores::{self, EntryHead, EntryKey};

/// Entries of data stores that the message fetched and that go with it.
#[derive(Debug, Default)]
pub(crate) struct Completion(Mutex<HashMap<EntryKey, Timestamp>>);

impl Completion {
    /// Deletes an entry that was fetched.
    pub(crate) fn delete(&self, fetched: &EntryHead) {
        self.change(|entries| entries.insert(fetched.key.clone(), fetched.created_at));
    }

    /// Keeps an entry that the message has written since.
    pub(crate) fn keep(&self, written: &EntryKey) {
        self.change(|entries| entries.remove(written));
    }

    fn change<T>(&self, change: impl FnOnce(&mut HashMap<EntryKey, Timestamp>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does it. Entries that others have written since they were fetched stay.
    pub(crate) async fn carry_out(self, store: &Store) -> lockgate_store::Result<()> {
        let fetched = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        if fetched.is_empty() {
            return Ok(());
        }
        let fetched: Vec<_> = fetched.into_iter().collect();
        let mut tx = store.begin().await?;
        data_stores::delete_fetched(&mut tx, &fetched).await?;
        tx.commit().await
    }
}
