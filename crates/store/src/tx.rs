//! A transaction, and the four things done with one.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lockgate_core::clock::Timestamp;

use crate::changes::{self, Revisions};
use crate::driver::{Dialect, Mode, Session};
use crate::error::{Error, Result};
use crate::store::Shared;
use crate::value::{Row, Unreadable, Value};

/// A transaction. Dropped without [`Tx::commit`] it is rolled back.
///
/// After a failed or cancelled statement a transaction only answers
/// [`Error::RolledBack`], on every database.
#[derive(Debug)]
pub struct Tx {
    session: Session,
    shared: Arc<Shared>,
    bumped: Revisions,
    broken: bool,
}

/// Reads one row as `T`.
pub(crate) type Decode<T> = fn(&mut Row) -> Result<T, Unreadable>;

impl Tx {
    pub(crate) async fn begin(shared: &Arc<Shared>, mode: Mode) -> Result<Self> {
        Ok(Self {
            session: shared.database.begin(mode).await?,
            shared: Arc::clone(shared),
            bumped: Revisions::default(),
            broken: false,
        })
    }

    /// Commits.
    ///
    /// When [`changes::bump`] was called, this process's
    /// [`Follower`](crate::Follower)s are woken and given five seconds to apply the change: when
    /// this returns, the process already serves the new state.
    ///
    /// # Errors
    /// Nothing was written, unless it is [`Error::Unavailable`]: then the connection broke and it
    /// is not known.
    pub async fn commit(mut self) -> Result<()> {
        self.usable()?;
        self.session.commit().await?;
        if self.bumped != Revisions::default() {
            let (hub, bumped) = (Arc::clone(&self.shared.hub), self.bumped);
            // Gives the connection back before waiting for followers, who need one to read.
            drop(self);
            hub.publish(&bumped);
            hub.wait_applied(&bumped, changes::APPLY).await;
        }
        Ok(())
    }

    /// The time by the store's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// A number that no other audit event of this process has.
    pub(crate) fn next_event(&self) -> u64 {
        self.shared.events.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    /// Remembers revisions to announce once they are committed.
    pub(crate) fn announce(&mut self, revisions: &Revisions) {
        self.bumped.raise(revisions);
    }

    /// Runs a statement and returns how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: &str, params: Vec<Value>) -> Result<u64> {
        self.usable()?;
        self.broken = true;
        let touched = self.session.execute(sql, params).await?;
        self.broken = false;
        Ok(touched)
    }

    /// Runs one statement once for each set of parameters.
    pub(crate) async fn execute_each(&mut self, sql: &str, rows: Vec<Vec<Value>>) -> Result<()> {
        self.usable()?;
        self.broken = true;
        self.session.execute_each(sql, rows).await?;
        self.broken = false;
        Ok(())
    }

    /// Runs a script of statements without parameters.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        self.usable()?;
        self.broken = true;
        self.session.script(sql).await?;
        self.broken = false;
        Ok(())
    }

    /// Every row of a query. The first column selected identifies the row in error messages.
    pub(crate) async fn list<T>(
        &mut self,
        table: &'static str,
        sql: &str,
        params: Vec<Value>,
        decode: Decode<T>,
    ) -> Result<Vec<T>> {
        self.usable()?;
        self.broken = true;
        let rows = self.session.query(sql, params).await?;
        self.broken = false;
        rows.into_iter()
            .map(|mut row| {
                let id = row.identity();
                decode(&mut row).map_err(|Unreadable { column, what }| Error::Inconsistent {
                    table,
                    id,
                    what: format!("column {column}: {what}"),
                })
            })
            .collect()
    }

    /// The row of a query that finds at most one.
    pub(crate) async fn find<T>(
        &mut self,
        table: &'static str,
        sql: &str,
        params: Vec<Value>,
        decode: Decode<T>,
    ) -> Result<Option<T>> {
        let mut rows = self.list(table, sql, params, decode).await?;
        Ok(rows.pop())
    }

    /// The row of a query that always finds one.
    pub(crate) async fn one<T>(
        &mut self,
        table: &'static str,
        sql: &str,
        params: Vec<Value>,
        decode: Decode<T>,
    ) -> Result<T> {
        let found = self.find(table, sql, params, decode).await?;
        found.ok_or_else(|| Error::Internal(format!("no row came back from {table}").into()))
    }

    fn usable(&self) -> Result<()> {
        if self.broken {
            return Err(Error::RolledBack);
        }
        Ok(())
    }
}
