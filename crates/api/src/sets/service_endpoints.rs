//! Where flows can be called.

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Expanded, Key, List, Navigation, Operation, Property, Query,
    Result, Row,
};
use lockgate_operations::Operations;
use lockgate_operations::runtime::ServiceEndpoint;

use crate::failure::of_operations;
use crate::roles::MONITORING_READ;

static ENDPOINT: EntityType = EntityType::new(
    "ServiceEndpoint",
    &[
        Property::text("Id").key(),
        Property::text("Name"),
        Property::text("Title").required(),
        Property::text("Version").required(),
        Property::text("Summary").required(),
        Property::text("Description").required(),
        Property::time("LastUpdated"),
        Property::text("Protocol"),
    ],
)
.navigations(&[
    Navigation::many("EntryPoints", "EntryPoints"),
    Navigation::many("ApiDefinitions", "APIDefinitions"),
]);

static ENTRY_POINT: EntityType = EntityType::new(
    "EntryPoint",
    &[
        Property::text("Name").required(),
        Property::text("Url").key(),
        Property::text("Type"),
        Property::text("AdditionalInformation"),
    ],
);

static DEFINITION: EntityType = EntityType::new(
    "APIDefinition",
    &[
        Property::text("Url").key(),
        Property::text("Name").required(),
    ],
);

/// `ServiceEndpoints`
#[derive(Debug)]
pub(super) struct ServiceEndpoints(pub(super) Operations);

#[async_trait]
impl EntitySet for ServiceEndpoints {
    fn name(&self) -> &'static str {
        "ServiceEndpoints"
    }

    fn entity(&self) -> &'static EntityType {
        &ENDPOINT
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let all = self.0.service_endpoints().await.map_err(of_operations)?;
        Ok(List::All(all.iter().map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let all = self.0.service_endpoints().await.map_err(of_operations)?;
        let found = all.iter().find(|one| id(one) == key.text("Id"));
        Ok(found.map(row))
    }
}

/// `EntryPoints`
#[derive(Debug)]
pub(super) struct EntryPoints(pub(super) Operations);

#[async_trait]
impl EntitySet for EntryPoints {
    fn name(&self) -> &'static str {
        "EntryPoints"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTRY_POINT
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let mut all = self.0.service_endpoints().await.map_err(of_operations)?;
        if let Some(endpoint) = call.parent() {
            all.retain(|one| id(one) == endpoint.key.text("Id"));
        }
        Ok(List::All(all.iter().map(entry_point).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let all = self.0.service_endpoints().await.map_err(of_operations)?;
        let found = all.iter().find(|one| one.url == key.text("Url"));
        Ok(found.map(entry_point))
    }
}

/// `APIDefinitions`: flows that are called over HTTP do not describe what they take, so that there are
/// none.
#[derive(Debug)]
pub(super) struct Definitions;

#[async_trait]
impl EntitySet for Definitions {
    fn name(&self) -> &'static str {
        "APIDefinitions"
    }

    fn entity(&self) -> &'static EntityType {
        &DEFINITION
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        Ok(List::All(Vec::new()))
    }

    async fn get(&self, _: &Call, _: &Key) -> Result<Option<Row>> {
        Ok(None)
    }
}

fn id(endpoint: &ServiceEndpoint) -> String {
    let address = endpoint.endpoint.address();
    format!("{}$endpointAddress={address}", endpoint.flow.id)
}

fn row(endpoint: &ServiceEndpoint) -> Row {
    let flow = &endpoint.flow;
    Row::new()
        .with("Id", id(endpoint))
        .with("Name", flow.id.as_str())
        .with("Title", flow.name.as_str())
        .with("Version", flow.version.as_str())
        .with("LastUpdated", flow.deployed_at)
        .with("Protocol", "REST")
        .with_expanded("EntryPoints", Expanded::Many(vec![entry_point(endpoint)]))
}

fn entry_point(endpoint: &ServiceEndpoint) -> Row {
    Row::new()
        .with("Name", endpoint.flow.name.as_str())
        .with("Url", endpoint.url.as_str())
        .with("Type", "PROD")
}
