//! Writes that wait for the end of a message.

use std::collections::HashMap;

use indexmap::IndexMap;
use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_store::data_stores::{self, Entry, EntryHead, EntryKey, NewEntry};
use lockgate_store::variables::{self, Scope};
use lockgate_store::{Store, Tx};

use super::{Aborted, VariableKey, Written};

/// What a write needs in memory besides its content.
const OVERHEAD: usize = 256;

/// Writes in their order, the latest for each key; `None` is a deletion.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    entries: IndexMap<EntryKey, Option<Put>>,
    variables: IndexMap<VariableKey, Option<Vec<u8>>>,
    /// What was fetched and goes, and when it had been written.
    fetched: HashMap<EntryKey, Timestamp>,
    /// The id that was taken when the message wanted it: nothing counts then.
    doomed: Option<String>,
    /// Bytes that everything ever written had, so that no sequence of writes grows beyond limits.
    bytes: usize,
}

/// An entry to be written.
#[derive(Clone, Debug)]
struct Put {
    entry: NewEntry,
    replace: bool,
    at: Timestamp,
}

impl Put {
    /// The entry as the message itself sees it.
    fn seen(&self) -> Entry {
        let entry = &self.entry;
        Entry {
            head: EntryHead {
                key: entry.key.clone(),
                message: entry.message.clone(),
                sealed: entry.content.sealed,
                size: entry.size,
                created_at: self.at,
                due_at: self.at.plus(entry.due_after),
                expires_at: self.at.plus(entry.expires_after),
            },
            content: entry.content.clone(),
        }
    }
}

impl Waiting {
    pub(super) fn doom(&mut self, key: &EntryKey) {
        self.doomed.get_or_insert_with(|| key.id.clone());
    }

    /// Keeps an entry that was fetched and has been written since.
    pub(super) fn keep(&mut self, key: &EntryKey) {
        self.fetched.remove(key);
    }

    pub(super) fn fetched(&mut self, head: &EntryHead) {
        self.fetched.insert(head.key.clone(), head.created_at);
    }

    /// What waits for an entry: `None` when nothing does.
    pub(super) fn entry(&self, key: &EntryKey) -> Option<Option<Entry>> {
        let waiting = self.entries.get(key)?;
        Some(waiting.as_ref().map(Put::seen))
    }

    /// Whether an entry will be there: `None` when nothing waits for it.
    pub(super) fn is_taken(&self, key: &EntryKey) -> Option<bool> {
        self.entries.get(key).map(Option::is_some)
    }

    /// What waits for the entries of a store.
    pub(super) fn of_store(&self, scope: &Scope, store: &str) -> Vec<(EntryKey, Option<Entry>)> {
        let of_store = self.entries.iter();
        of_store
            .filter(|(key, _)| key.scope == *scope && key.store == store)
            .map(|(key, put)| (key.clone(), put.as_ref().map(Put::seen)))
            .collect()
    }

    pub(super) fn variable(&self, key: &VariableKey) -> Option<Option<Vec<u8>>> {
        self.variables.get(key).cloned()
    }

    /// Whether so many more bytes may wait.
    fn takes(&mut self, bytes: usize) -> bool {
        let all = self.bytes.saturating_add(bytes).saturating_add(OVERHEAD);
        let takes = all <= limits::TRANSACTION;
        if takes {
            self.bytes = all;
        }
        takes
    }

    pub(super) fn put(&mut self, entry: NewEntry, replace: bool, at: Timestamp) -> Written {
        if !self.takes(usize::try_from(entry.size).unwrap_or(usize::MAX)) {
            return Written::TooMuch;
        }
        let key = entry.key.clone();
        self.keep(&key);
        // What replaces something of the same message replaces what that did.
        let former = self.entries.get(&key);
        let replace = replace || matches!(former, Some(Some(Put { replace: true, .. }) | None));
        let put = Put { entry, replace, at };
        self.entries.insert(key, Some(put));
        Written::Yes
    }

    pub(super) fn delete(&mut self, keys: &[EntryKey]) -> Written {
        for key in keys {
            if !self.takes(key.id.len()) {
                return Written::TooMuch;
            }
            self.entries.insert(key.clone(), None);
        }
        Written::Yes
    }

    pub(super) fn set_variables(
        &mut self,
        variables: Vec<(VariableKey, Option<Vec<u8>>)>,
    ) -> Written {
        for (key, value) in variables {
            let bytes = key.1.len() + value.as_ref().map_or(0, Vec::len);
            if !self.takes(bytes) {
                return Written::TooMuch;
            }
            self.variables.insert(key, value);
        }
        Written::Yes
    }

    /// Writes everything, or nothing.
    pub(super) async fn commit(self, store: &Store, has_completed: bool) -> Result<(), Aborted> {
        if let Some(id) = self.doomed {
            return Err(Aborted::Taken(id));
        }
        let mut fetched = match has_completed {
            true => self.fetched,
            false => HashMap::new(),
        };
        if self.entries.is_empty() && self.variables.is_empty() && fetched.is_empty() {
            return Ok(());
        }
        let mut tx = store.begin().await?;
        for (key, put) in self.entries {
            // Fetched after it was written: it never needs to be there.
            let put = put.filter(|_| fetched.remove(&key).is_none());
            write_entry(&mut tx, &key, put).await?;
        }
        for ((scope, name), value) in &self.variables {
            write_variable(&mut tx, scope, name, value.as_deref()).await?;
        }
        let fetched: Vec<_> = fetched.into_iter().collect();
        data_stores::delete_fetched(&mut tx, &fetched).await?;
        Ok(tx.commit().await?)
    }
}

async fn write_entry(tx: &mut Tx, key: &EntryKey, put: Option<Put>) -> Result<(), Aborted> {
    let Some(Put { entry, replace, .. }) = put else {
        data_stores::delete(tx, key).await?;
        return Ok(());
    };
    match data_stores::put(tx, entry, replace).await? {
        true => Ok(()),
        false => Err(Aborted::Taken(key.id.clone())),
    }
}

/// Writes a variable, or deletes it when it has no value.
pub(super) async fn write_variable(
    tx: &mut Tx,
    scope: &Scope,
    name: &str,
    value: Option<&[u8]>,
) -> lockgate_store::Result<()> {
    match value {
        Some(value) => variables::set(tx, scope, name, value).await,
        None => variables::delete(tx, scope, name).await.map(|_| ()),
    }
}
