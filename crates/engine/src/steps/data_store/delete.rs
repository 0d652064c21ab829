//! Data Store Delete. Deleting what is not there is no error.

use async_trait::async_trait;

use super::{DataStore, EntryId, OF_VARIABLES, done, failed};
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
        let transaction = visit.transaction;
        let deleted = if store.name == OF_VARIABLES {
            let keys = ids.into_iter().map(|id| ((store.scope.clone(), id), None));
            transaction.set_variables(keys.collect()).await
        } else {
            let keys: Vec<_> = ids.iter().map(|id| store.key(id)).collect();
            transaction.delete(&keys).await
        };
        done(deleted.map_err(|error| failed(&error))?)
    }
}
