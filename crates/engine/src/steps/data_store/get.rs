//! Data Store Get: an entry becomes the body.

use async_trait::async_trait;
use lockgate_store::data_stores::Entry;

use super::{DataStore, EntryId, Named, failed, load};
use crate::error::StepError;
use crate::exchange::{Body, Exchange};
use crate::names;
use crate::run::Visit;
use crate::steps::AsyncStep;
use crate::value::Value;

#[derive(Debug)]
pub(super) struct Get {
    pub(super) store: DataStore,
    pub(super) id: EntryId,
    pub(super) delete: bool,
    pub(super) fail_if_missing: bool,
}

#[async_trait]
impl AsyncStep for Get {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let store = self.store.find(exchange, visit)?;
        let id = self
            .id
            .looked_for(exchange, visit)
            .await?
            .into_iter()
            .next();
        let found = match &id {
            Some(id) => visit.transaction.get(&store.key(id)).await,
            None => Ok(None),
        };
        let Some(entry) = found.map_err(|error| failed(&error))? else {
            if self.fail_if_missing {
                return Err(missing(&store, id.as_deref()));
            }
            exchange
                .headers
                .set_static(names::DATA_STORE_FOUND, "false");
            return Ok(());
        };
        self.take_over(entry, exchange, visit).await
    }
}

impl Get {
    async fn take_over(
        &self,
        entry: Entry,
        exchange: &mut Exchange,
        visit: &Visit<'_>,
    ) -> Result<(), StepError> {
        let Entry { head, content } = entry;
        let (key, vault) = (head.key.clone(), visit.runtime.vault().clone());
        let open = move || content.unpack(&key, &vault).map_err(|error| failed(&error));
        let plain = visit.compute(load(head.size), open).await?;
        for (name, value) in plain.headers.into_iter().flatten() {
            exchange.headers.set(name, value);
        }
        exchange.body = Body::Bytes(plain.body.into());
        let headers = &mut exchange.headers;
        headers.set_static(names::DATA_STORE_FOUND, "true");
        let (created, expires) = (head.created_at.millis(), head.expires_at.millis());
        headers.set_static(names::DATA_STORE_CREATED, Value::Int(created));
        headers.set_static(names::DATA_STORE_EXPIRES, Value::Int(expires));
        if self.delete {
            visit.transaction.delete_at_end(&head);
        }
        Ok(())
    }
}

fn missing(store: &Named, id: Option<&str>) -> StepError {
    let entry = match id {
        Some(id) => format!("no entry with the id {id:?}"),
        None => "no such entry: its id is empty or too long".to_owned(),
    };
    StepError::new(format!(
        "The data store {:?} has {entry}. Let the step go on when an entry is missing, if it may be.",
        store.name
    ))
}
