//! Entries of data stores.

use async_trait::async_trait;
use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_odata::{
    Call, EntitySet, EntityType, Error, Key, List, Media, Operation, Property, Query, Reply,
    Result, Row,
};
use lockgate_operations::Operations;
use lockgate_store::data_stores::{EntryHead, EntryKey, Filter};

use super::{is_of_system, only_overdue};
use crate::failure::of_operations;
use crate::roles::{DATA_STORE_PAYLOADS_READ, DATA_STORES_DELETE, DATA_STORES_READ};
use crate::sets::archive;
use crate::sets::variables::{scope, visibility};

pub(super) const NAME: &str = "DataStoreEntries";

static ENTITY: EntityType = EntityType::new(
    "DataStoreEntry",
    &[
        Property::text("Id").key(),
        Property::text("DataStoreName").key(),
        Property::text("IntegrationFlow").key(),
        Property::text("Type").key(),
        Property::text("Status"),
        Property::text("MessageId"),
        Property::time("DueAt"),
        Property::time("CreatedAt"),
        Property::time("RetainUntil"),
    ],
)
.media();

/// `DataStoreEntries`
#[derive(Debug)]
pub(in crate::sets) struct Entries(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for Entries {
    fn name(&self) -> &'static str {
        NAME
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation {
            Operation::Read => &[DATA_STORES_READ],
            Operation::Media => &[DATA_STORE_PAYLOADS_READ],
            _ => &[DATA_STORES_DELETE],
        }
    }

    async fn list(&self, call: &Call, query: &Query) -> Result<List> {
        let store = match call.parent() {
            None => None,
            Some(parent) if is_of_system(&parent.key) => return Err(Error::not_found()),
            Some(parent) => {
                let (scope, name) = (scope(&parent.key), parent.key.text("DataStoreName"));
                let store = self.0.data_store(&scope, name).await;
                let store = store.map_err(of_operations)?;
                Some((store.scope, store.name))
            }
        };
        let filter = Filter {
            store,
            message: call.parameter("messageid").map(str::to_owned),
            only_overdue: only_overdue(call),
        };
        let is_page = query.filter.is_none() && query.order.is_empty();
        let (offset, limit) = match is_page {
            true => (query.offset(), query.limit()),
            false => (0, u64::from(limits::DATA_STORE_ENTRIES)),
        };
        let limit = u32::try_from(limit).unwrap_or(limits::DATA_STORE_ENTRIES);
        let found = self.0.data_store_entries(filter, offset, limit).await;
        let (heads, total) = found.map_err(of_operations)?;
        let now = self.0.clock().now();
        let rows: Vec<_> = heads.iter().map(|head| row(head, now)).collect();
        Ok(match is_page {
            true => List::Page {
                more: offset.saturating_add(rows.len() as u64) < total,
                rows,
                total: Some(total),
            },
            false => List::All(rows),
        })
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let head = self.0.data_store_entry(&entry_key(key)?).await;
        let head = head.map_err(of_operations)?;
        Ok(Some(row(&head, self.0.clock().now())))
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let key = entry_key(key)?;
        let deleted = self.0.delete_data_store_entry(call.actor(), &key).await;
        deleted.map_err(of_operations)?;
        Ok(Reply::accepted())
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let found = self.0.data_store_content(&entry_key(key)?).await;
        let (head, plain) = found.map_err(of_operations)?;
        let headers = plain.headers.unwrap_or_default();
        let zip = archive::of(&headers, Some(&plain.body))?;
        let file = format!("{}.zip", head.key.id);
        Ok(Some(Media::new(zip, archive::CONTENT_TYPE).file(file)))
    }
}

fn entry_key(key: &Key) -> Result<EntryKey> {
    if is_of_system(key) {
        return Err(Error::not_found());
    }
    Ok(EntryKey {
        scope: scope(key),
        store: key.text("DataStoreName").to_owned(),
        id: key.text("Id").to_owned(),
    })
}

fn row(head: &EntryHead, now: Timestamp) -> Row {
    let (flow, _) = visibility(&head.key.scope);
    let status = match head.due_at <= now {
        true => "Overdue",
        false => "Waiting",
    };
    Row::new()
        .with("Id", head.key.id.as_str())
        .with("DataStoreName", head.key.store.as_str())
        .with("IntegrationFlow", flow)
        .with("Type", "")
        .with("Status", status)
        .with("MessageId", head.message.as_str())
        .with("DueAt", head.due_at)
        .with("CreatedAt", head.created_at)
        .with("RetainUntil", head.expires_at)
}
