//! Configured parameters of flows.

use async_trait::async_trait;
use lockgate_design::{Configuration, Workspace};
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Operation, Property, Query, Reply, Result,
    Row,
};
use lockgate_store::artifacts::ArtifactKind;

use super::artifacts::parent;
use crate::failure::of_design;
use crate::roles::{PACKAGES_CONFIGURE, PACKAGES_READ};

static ENTITY: EntityType = EntityType::new(
    "Configuration",
    &[
        Property::text("ParameterKey").key(),
        Property::text("ParameterValue"),
        Property::text("DataType"),
        Property::text("Description"),
    ],
);

/// `Configurations`
#[derive(Debug)]
pub(super) struct Configurations(pub(super) Workspace);

#[async_trait]
impl EntitySet for Configurations {
    fn name(&self) -> &'static str {
        "Configurations"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[PACKAGES_READ],
            false => &[PACKAGES_CONFIGURE],
        }
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let all = self.all(call).await?;
        Ok(List::All(all.into_iter().map(row).collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let all = self.all(call).await?;
        let wanted = key.text("ParameterKey");
        let found = all.into_iter().find(|one| one.key == wanted);
        Ok(found.map(row))
    }

    async fn put_link(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let (id, version) = flow(call)?;
        let value = body.text_or_empty("ParameterValue")?;
        let key = key.text("ParameterKey");
        let configured = self.0.configure(call.actor(), id, version, key, &value);
        configured.await.map_err(of_design)?;
        Ok(Reply::accepted())
    }
}

impl Configurations {
    async fn all(&self, call: &Call) -> Result<Vec<Configuration>> {
        let (id, version) = flow(call)?;
        let all = self.0.configurations(id, version).await;
        all.map_err(of_design)
    }
}

/// The flow that has the parameters.
fn flow(call: &Call) -> Result<(&str, &str)> {
    match parent(call)? {
        (ArtifactKind::Flow, id, version) => Ok((id, version)),
        _ => Err(Error::not_found()),
    }
}

fn row(configuration: Configuration) -> Row {
    Row::new()
        .with("ParameterKey", configuration.key)
        .with("ParameterValue", configuration.value)
        .with("DataType", configuration.data_type)
        .with("Description", configuration.description)
}
