//! The way in: open a database, begin transactions, follow changes.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use lockgate_core::clock::SharedClock;

use crate::changes::{self, Follower, Hub};
use crate::driver::{Database, Mode, migrate};
use crate::error::Result;
use crate::leases;
use crate::tx::Tx;

/// Where the data lives.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of this process alone. It and its folder are created when missing.
    Sqlite(PathBuf),
    /// A PostgreSQL connection string, as URL or as `key=value` pairs. The connection is not
    /// encrypted: use a local socket or a network you trust.
    Postgres(String),
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(***)"),
        }
    }
}

/// An open database. Cheap to clone; the last clone to go closes it.
#[derive(Clone, Debug)]
pub struct Store(Arc<Shared>);

/// What a store and its transactions have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) clock: SharedClock,
    pub(crate) hub: Arc<Hub>,
    /// How many audit events this process has recorded.
    pub(crate) events: AtomicU64,
}

impl Store {
    /// Opens the database at `location`, creates it when missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Locked`](crate::Error::Locked) when another process has the file open;
    /// [`Error::SchemaNewer`](crate::Error::SchemaNewer) when a newer Lockgate was here;
    /// [`Error::Unavailable`](crate::Error::Unavailable) when it cannot be reached.
    pub async fn open(location: &Location, clock: SharedClock) -> Result<Self> {
        let database = Database::open(location).await?;
        let hub = Arc::new(Hub::default());
        let store = Self(Arc::new(Shared {
            database,
            clock,
            hub,
            events: AtomicU64::new(0),
        }));
        let mut tx = store.begin().await?;
        migrate::run(&mut tx).await?;
        leases::forget_former_process(&mut tx).await?;
        let revisions = changes::load(&mut tx).await?;
        tx.commit().await?;
        store.0.hub.publish(&revisions);
        store.0.database.listen(&store.0.hub);
        Ok(store)
    }

    /// Begins a transaction that may write. On SQLite there is one at a time.
    ///
    /// # Errors
    /// [`Error::Busy`](crate::Error::Busy) when no turn came within
    /// [`WAIT_SECS`](crate::WAIT_SECS); [`Error::Unavailable`](crate::Error::Unavailable).
    pub async fn begin(&self) -> Result<Tx> {
        Tx::begin(&self.0, Mode::Write).await
    }

    /// The same before all others that wait, on SQLite: for the message log, which answered callers
    /// count on.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn begin_first(&self) -> Result<Tx> {
        Tx::begin(&self.0, Mode::WriteFirst).await
    }

    /// Begins a transaction that only reads, all of it from one state of the database.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn read(&self) -> Result<Tx> {
        Tx::begin(&self.0, Mode::Read).await
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) or [`Error::Busy`](crate::Error::Busy).
    pub async fn ping(&self) -> Result<()> {
        let mut tx = self.read().await?;
        tx.script("SELECT 1").await
    }

    /// Follows the changes of the desired state, made here or in other processes.
    #[must_use]
    pub fn follow(&self) -> Follower {
        Follower::new(&self.0.hub)
    }
}
