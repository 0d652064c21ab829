//! Data stores, in which flows keep messages.

pub(super) mod entries;

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Error, Key, List, Navigation, Operation, Property, Query, Reply,
    Result, Row,
};
use lockgate_operations::Operations;
use lockgate_store::data_stores::DataStore;

use super::variables::{scope, visibility};
use crate::failure::of_operations;
use crate::roles::{DATA_STORES_DELETE, DATA_STORES_READ};

static ENTITY: EntityType = EntityType::new(
    "DataStore",
    &[
        Property::text("DataStoreName").key(),
        Property::text("IntegrationFlow").key(),
        Property::text("Type").key(),
        Property::text("Visibility"),
        Property::int64("NumberOfMessages"),
        Property::int64("NumberOfOverdueMessages"),
    ],
)
.navigations(&[Navigation::many("Entries", entries::NAME)]);

/// `DataStores`: those that have entries.
#[derive(Debug)]
pub(super) struct DataStores(pub(super) Operations);

#[async_trait]
impl EntitySet for DataStores {
    fn name(&self) -> &'static str {
        "DataStores"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[DATA_STORES_READ],
            false => &[DATA_STORES_DELETE],
        }
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let mut stores = self.0.data_stores().await.map_err(of_operations)?;
        if only_overdue(call) {
            stores.retain(|store| store.overdue > 0);
        }
        Ok(List::All(stores.iter().map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        if is_of_system(key) {
            return Ok(None);
        }
        let (scope, name) = (scope(key), key.text("DataStoreName"));
        let store = self.0.data_store(&scope, name).await;
        Ok(Some(row(&store.map_err(of_operations)?)))
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        if is_of_system(key) {
            return Err(Error::not_found());
        }
        let (scope, name) = (scope(key), key.text("DataStoreName"));
        let deleted = self.0.delete_data_store(call.actor(), &scope, name).await;
        deleted.map_err(of_operations)?;
        Ok(Reply::accepted())
    }
}

/// Whether a key names a store of another type, such as those of adapters. There are none.
fn is_of_system(key: &Key) -> bool {
    !key.text("Type").is_empty()
}

/// Whether only what should have been fetched is asked for.
fn only_overdue(call: &Call) -> bool {
    call.parameter("overdueonly") == Some("true")
}

fn row(store: &DataStore) -> Row {
    let (flow, visibility) = visibility(&store.scope);
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Row::new()
        .with("DataStoreName", store.name.as_str())
        .with("IntegrationFlow", flow)
        .with("Type", "")
        .with("Visibility", visibility)
        .with("NumberOfMessages", count(store.entries))
        .with("NumberOfOverdueMessages", count(store.overdue))
}
