//! What steps keep from one message to the next: variables, and entries of data stores.

use serde::Serialize;

use super::{Datatype, ValueSource};
use crate::expr::Template;

/// Who sees a variable or a data store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum StoreScope {
    /// The flow.
    Flow,
    /// Every flow.
    Tenant,
}

/// A variable to be written.
#[derive(Clone, Debug, Serialize)]
pub struct VariableRow {
    /// Its name.
    pub name: Template,
    /// Where its value comes from.
    pub source: ValueSource,
    /// What the value is converted to.
    pub datatype: Datatype,
    /// Who sees it.
    pub scope: StoreScope,
}

/// A data store.
#[derive(Clone, Debug, Serialize)]
pub struct DataStore {
    /// Its name.
    pub name: Template,
    /// Who sees it.
    pub scope: StoreScope,
}

/// What is done with a data store.
#[derive(Clone, Debug, Serialize)]
pub enum DataStoreStep {
    /// The body becomes an entry.
    Write(DataStoreWrite),
    /// An entry becomes the body.
    Get {
        /// The store.
        store: DataStore,
        /// Which entry.
        id: EntryId,
        /// Whether the entry goes when the message has completed.
        delete: bool,
        /// Whether it is an error that there is none.
        fail_if_missing: bool,
    },
    /// Several entries become the body.
    Select {
        /// The store.
        store: DataStore,
        /// The most entries; a header may say another number.
        limit: u32,
        /// Whether the entries go when the message has completed.
        delete: bool,
    },
    /// Entries are deleted.
    Delete {
        /// The store.
        store: DataStore,
        /// Which entries.
        id: EntryId,
    },
}

/// How an entry is written.
#[derive(Clone, Debug, Serialize)]
pub struct DataStoreWrite {
    /// The store.
    pub store: DataStore,
    /// Its id.
    pub id: EntryId,
    /// Whether it replaces one with the same id, which is an error otherwise.
    pub replace: bool,
    /// Whether headers are kept with the body.
    pub with_headers: bool,
    /// Whether it is encrypted.
    pub encrypt: bool,
    /// After how many days it should have been fetched.
    pub due_days: u32,
    /// After how many days it is gone.
    pub expiry_days: u32,
}

/// Where the id of an entry comes from. Empty text means that the message says it.
#[derive(Clone, Debug, Serialize)]
pub enum EntryId {
    /// Simple template.
    Template(Template),
    /// XPath on the body.
    XPath(String),
}
