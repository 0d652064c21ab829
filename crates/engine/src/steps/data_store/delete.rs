//! Data Store Delete. Deleting what is not there is no error.

use async_trait::async_trait;
use lockgate_store::{data_stores, variables};

use super::{DataStore, EntryId, Named, OF_VARIABLES, failed};
use crate::error::StepError;
use crate::exchange::Exchange;
use crate::run::Visit;
use crate::steps::AsyncStep;

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) store: DataStore,
    pub(super) id: EntryId,
}

#[async_trait]
impl AsyncStep for Delete {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let store = self.store.find_any(exchange, visit)?;
        let ids = self.id.looked_for(exchange, visit).await?;
        if ids.is_empty() {
            return Ok(());
        }
        let deleted = delete(&store, &ids, visit).await;
        deleted.map_err(|error| failed(&error))
    }
}

/// Deletes all or none.
async fn delete(store: &Named, ids: &[String], visit: &Visit<'_>) -> lockgate_store::Result<()> {
    let mut tx = visit.runtime.store().begin().await?;
    for id in ids {
        if store.name == OF_VARIABLES {
            variables::delete(&mut tx, &store.scope, id).await?;
        } else {
            data_stores::delete(&mut tx, &store.key(id)).await?;
        }
    }
    tx.commit().await
}
