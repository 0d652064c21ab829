//! Data stores: what flows keep between messages. Operators look at entries and delete them; only flows
//! write them.

use lockgate_core::audit::{Actor, Target};
use lockgate_store::audit;
use lockgate_store::data_stores::{self, DataStore, EntryHead, EntryKey, Filter, Plain};
use lockgate_store::variables::Scope;

use crate::error::{Error, Result};
use crate::service::Operations;

impl Operations {
    /// Every data store that has entries, those of the tenant first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn data_stores(&self) -> Result<Vec<DataStore>> {
        Ok(data_stores::stores(&mut self.store.read().await?).await?)
    }

    /// A data store.
    ///
    /// # Errors
    /// When there is none of this name in the scope, because it has no entries.
    pub async fn data_store(&self, scope: &Scope, name: &str) -> Result<DataStore> {
        let all = self.data_stores().await?;
        let mut all = all.into_iter();
        let found = all.find(|one| one.scope == *scope && one.name == name);
        found.ok_or_else(|| Error::NoDataStore(name.to_owned()))
    }

    /// What is known of entries, from `offset` on, and how many there are.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn data_store_entries(
        &self,
        filter: Filter,
        offset: u64,
        limit: u32,
    ) -> Result<(Vec<EntryHead>, u64)> {
        let mut tx = self.store.read().await?;
        let all = data_stores::count(&mut tx, filter.clone()).await?;
        let heads = data_stores::heads(&mut tx, filter, offset, limit).await?;
        Ok((heads, all))
    }

    /// What is known of an entry.
    ///
    /// # Errors
    /// When there is none.
    pub async fn data_store_entry(&self, key: &EntryKey) -> Result<EntryHead> {
        let found = data_stores::head(&mut self.store.read().await?, key).await?;
        found.ok_or_else(|| Error::NoDataStoreEntry(key.id.clone()))
    }

    /// An entry with its content, opened if it was sealed.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub async fn data_store_content(&self, key: &EntryKey) -> Result<(EntryHead, Plain)> {
        let found = data_stores::get(&mut self.store.read().await?, key).await?;
        let found = found.ok_or_else(|| Error::NoDataStoreEntry(key.id.clone()))?;
        let plain = found.content.unpack(&found.head.key, &self.vault);
        let plain = plain.map_err(|_| Error::SealedEntry(key.id.clone()))?;
        Ok((found.head, plain))
    }

    /// Deletes an entry.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delete_data_store_entry(&self, actor: &Actor, key: &EntryKey) -> Result<()> {
        let mut tx = self.store.begin().await?;
        if !data_stores::delete(&mut tx, key).await? {
            return Err(Error::NoDataStoreEntry(key.id.clone()));
        }
        let store = path(&key.scope, &key.store);
        let target = Target::new("data-store-entry", format!("{store}/{}", key.id), &key.id);
        audit::record(&mut tx, actor, "data-store-entry.delete", &target, "").await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a data store with all its entries.
    ///
    /// # Errors
    /// When there is none of this name in the scope.
    pub async fn delete_data_store(&self, actor: &Actor, scope: &Scope, name: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let deleted = data_stores::delete_store(&mut tx, scope, name).await?;
        if deleted == 0 {
            return Err(Error::NoDataStore(name.to_owned()));
        }
        let target = Target::new("data-store", path(scope, name), name);
        let detail = format!("entries: {deleted}");
        audit::record(&mut tx, actor, "data-store.delete", &target, &detail).await?;
        Ok(tx.commit().await?)
    }
}

/// A data store in the audit log: says whose it is.
fn path(scope: &Scope, name: &str) -> String {
    match scope {
        Scope::Global => name.to_owned(),
        Scope::Local(flow) => format!("{flow}/{name}"),
    }
}
