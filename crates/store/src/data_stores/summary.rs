//! What operators see of data stores: which there are, and what is in them.

use lockgate_core::clock::Timestamp;

use super::{EntryHead, HEAD, TABLE, decode_head};
use crate::error::Result;
use crate::query::Conditions;
use crate::tx::Tx;
use crate::value::params;
use crate::variables::Scope;

/// A data store: it is there as long as it has entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataStore {
    /// Who sees it.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// How many entries it has.
    pub entries: u64,
    /// How many of them should have been fetched.
    pub overdue: u64,
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this store.
    pub store: Option<(Scope, String)>,
    /// Only those that this message wrote.
    pub message: Option<String>,
    /// Only those that should have been fetched.
    pub only_overdue: bool,
}

impl Filter {
    fn conditions(self, now: Timestamp) -> Conditions {
        let mut conditions = Conditions::default();
        conditions.require("expires_at > ?", now);
        if let Some((scope, name)) = self.store {
            conditions.require("flow_id = ?", scope.flow_id());
            conditions.require("store = ?", name);
        }
        if let Some(message) = self.message {
            conditions.require("message_id = ?", message);
        }
        if self.only_overdue {
            conditions.require("due_at <= ?", now);
        }
        conditions
    }
}

/// Every data store, those of the tenant first.
///
/// # Errors
/// Those of the database.
pub async fn stores(tx: &mut Tx) -> Result<Vec<DataStore>> {
    let now = tx.now();
    tx.list(
        TABLE,
        "SELECT store, flow_id, COUNT(*) AS entries,
            CAST(SUM(CASE WHEN due_at <= $1 THEN 1 ELSE 0 END) AS BIGINT) AS overdue
        FROM data_store_entries WHERE expires_at > $1
        GROUP BY flow_id, store ORDER BY flow_id, store",
        params![now],
        |row| {
            Ok(DataStore {
                scope: Scope::of_flow_id(row.take("flow_id")?),
                name: row.take("store")?,
                entries: row.take("entries")?,
                overdue: row.take("overdue")?,
            })
        },
    )
    .await
}

/// What is known of entries, in the order of their stores and ids, from `offset` on.
///
/// # Errors
/// Those of the database.
pub async fn heads(tx: &mut Tx, filter: Filter, offset: u64, limit: u32) -> Result<Vec<EntryHead>> {
    let conditions = filter.conditions(tx.now());
    let order = "flow_id, store, id";
    let select = format!("SELECT {HEAD} FROM data_store_entries");
    let (sql, values) = conditions.page(&select, order, offset, limit);
    tx.list(TABLE, &sql, values, decode_head).await
}

/// How many entries there are.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx, filter: Filter) -> Result<u64> {
    let conditions = filter.conditions(tx.now());
    let (sql, values) = conditions.all("SELECT COUNT(*) AS entries FROM data_store_entries");
    tx.one(TABLE, &sql, values, |row| row.take("entries")).await
}

/// Deletes a data store with all its entries. Returns how many it had.
///
/// # Errors
/// Those of the database.
pub async fn delete_store(tx: &mut Tx, scope: &Scope, name: &str) -> Result<u64> {
    tx.execute(
        "DELETE FROM data_store_entries WHERE flow_id = $1 AND store = $2",
        params![scope.flow_id(), name],
    )
    .await
}
