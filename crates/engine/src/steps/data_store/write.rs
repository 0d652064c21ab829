//! Data Store Write: the body becomes an entry.

use std::time::Duration;

use async_trait::async_trait;
use lockgate_core::limits;
use lockgate_flow::plan::DataStoreWrite as Spec;
use lockgate_store::data_stores::{NewEntry, Plain};

use super::{DataStore, EntryId, Named, done, failed, in_header, is_id, load};
use crate::error::{DUPLICATE_ENTRY, StepError};
use crate::exchange::Exchange;
use crate::names;
use crate::run::{Visit, Written};
use crate::steps::{AsyncStep, Preparation};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug)]
pub(super) struct Write {
    store: DataStore,
    id: EntryId,
    replace: bool,
    with_headers: bool,
    encrypt: bool,
    due_after: Duration,
    expires_after: Duration,
}

impl Write {
    pub(super) fn new(spec: &Spec, preparation: &Preparation<'_>) -> Result<Self, Vec<String>> {
        Ok(Self {
            store: DataStore::new(&spec.store),
            id: EntryId::new(&spec.id, preparation)?,
            replace: spec.replace,
            with_headers: spec.with_headers,
            encrypt: spec.encrypt,
            due_after: DAY * spec.due_days,
            expires_after: DAY * spec.expiry_days,
        })
    }

    /// The step's own id, else the header's, else a new one, which the header then says.
    async fn new_id(
        &self,
        exchange: &mut Exchange,
        visit: &Visit<'_>,
    ) -> Result<String, StepError> {
        let own = self.id.own(exchange, visit).await?.unwrap_or_default();
        let own = own.into_iter().next().filter(|id| !id.is_empty());
        let id = match own {
            Some(id) => id,
            None => match in_header(exchange)? {
                Some(id) => id,
                None => {
                    let id = visit.runtime.random().uuid().to_string();
                    exchange
                        .headers
                        .set_static(names::DATA_STORE_ID, id.clone());
                    id
                }
            },
        };
        if is_id(&id) {
            return Ok(id);
        }
        Err(StepError::new(format!(
            "The id of an entry has at most {} characters, but this one has {}.",
            limits::DATA_STORE_ENTRY_ID,
            id.chars().count()
        )))
    }

    fn content(&self, exchange: &Exchange) -> Result<Plain, StepError> {
        let headers = self.with_headers.then(|| headers(exchange)).transpose()?;
        let plain = Plain {
            headers,
            body: exchange.body_bytes()?.to_vec(),
        };
        if plain.size() > limits::DATA_STORE_ENTRY as u64 {
            return Err(StepError::new(format!(
                "The entry would have {} bytes; {} are allowed.",
                plain.size(),
                limits::DATA_STORE_ENTRY
            )));
        }
        Ok(plain)
    }
}

#[async_trait]
impl AsyncStep for Write {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let store = self.store.find(exchange, visit)?;
        let id = self.new_id(exchange, visit).await?;
        let plain = self.content(exchange)?;
        let (key, size) = (store.key(&id), plain.size());
        let vault = self.encrypt.then(|| visit.runtime.vault().clone());
        let sealing = {
            let key = key.clone();
            move || Ok(plain.pack(&key, vault.as_ref()))
        };
        let message = exchange.properties.get(names::MESSAGE_ID);
        let entry = NewEntry {
            content: visit.compute(load(size), sealing).await?,
            message: message
                .and_then(crate::value::Value::as_text)
                .unwrap_or_default()
                .to_owned(),
            key,
            size,
            due_after: self.due_after,
            expires_after: self.expires_after,
        };
        let now = visit.runtime.clock().now();
        let written = visit.transaction.put(entry, self.replace, now).await;
        match written.map_err(|error| failed(&error))? {
            Written::Taken => Err(duplicate(&store, &id)),
            written => done(written),
        }
    }
}

fn duplicate(store: &Named, id: &str) -> StepError {
    StepError::of_class(
        DUPLICATE_ENTRY,
        format!(
            "The data store {:?} has an entry with the id {id:?} already. Give it another id, or let the step overwrite existing entries.",
            store.name
        ),
    )
}

/// The headers that are kept: those of the flow, and none that says what this message is or who sent
/// it.
fn headers(exchange: &Exchange) -> Result<Vec<(String, String)>, StepError> {
    let mut kept = Vec::new();
    for (name, value) in exchange.headers.iter() {
        if is_own(name) {
            continue;
        }
        if let Some(text) = exchange.value_text(value)? {
            kept.push((name.to_owned(), text.into_owned()));
        }
    }
    Ok(kept)
}

fn is_own(name: &str) -> bool {
    const PREFIX: &[u8] = b"SAP_";
    let start = name.as_bytes().get(..PREFIX.len());
    names::is_internal(name)
        || start.is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
        || name.eq_ignore_ascii_case(names::USER_NAME)
}
