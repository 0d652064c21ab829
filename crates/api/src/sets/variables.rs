//! Variables that flows keep between messages.

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Key, List, Media, Operation, Property, Query, Reply, Result, Row,
};
use lockgate_operations::Operations;
use lockgate_store::variables::{self, Scope, Variable};

use super::archive;
use crate::failure::of_operations;
use crate::roles::{DATA_STORE_PAYLOADS_READ, DATA_STORES_DELETE};

static ENTITY: EntityType = EntityType::new(
    "Variable",
    &[
        Property::text("VariableName").key(),
        Property::text("IntegrationFlow").key(),
        Property::text("Visibility"),
        Property::time("UpdatedAt"),
        Property::time("RetainUntil"),
    ],
)
.media();

/// `Variables`
#[derive(Debug)]
pub(super) struct Variables(pub(super) Operations);

#[async_trait]
impl EntitySet for Variables {
    fn name(&self) -> &'static str {
        "Variables"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[DATA_STORE_PAYLOADS_READ],
            false => &[DATA_STORES_DELETE],
        }
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let variables = self.0.variables(None).await.map_err(of_operations)?;
        Ok(List::All(variables.iter().map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        Ok(Some(row(&self.find(key).await?)))
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let (scope, name) = (scope(key), key.text("VariableName"));
        let deleted = self.0.delete_variable(call.actor(), &scope, name).await;
        deleted.map_err(of_operations)?;
        Ok(Reply::accepted())
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let variable = self.find(key).await?;
        let file = format!("{}.zip", variable.name);
        // The value as the original hands it out: a property.
        let value = String::from_utf8_lossy(&variable.value).into_owned();
        let zip = archive::of(&[(variable.name, value)], None)?;
        Ok(Some(Media::new(zip, archive::CONTENT_TYPE).file(file)))
    }
}

impl Variables {
    async fn find(&self, key: &Key) -> Result<Variable> {
        let found = self.0.variable(&scope(key), key.text("VariableName")).await;
        found.map_err(of_operations)
    }
}

/// Whose something is, as keys say it.
pub(super) fn scope(key: &Key) -> Scope {
    match key.text("IntegrationFlow") {
        "" => Scope::Global,
        flow => Scope::Local(flow.to_owned()),
    }
}

/// Whose something is, as answers say it: the flow, and who sees it.
pub(super) fn visibility(scope: &Scope) -> (&str, &'static str) {
    match scope {
        Scope::Global => ("", "Global"),
        Scope::Local(flow) => (flow.as_str(), "Integration Flow"),
    }
}

fn row(variable: &Variable) -> Row {
    let (flow, visibility) = visibility(&variable.scope);
    Row::new()
        .with("VariableName", variable.name.as_str())
        .with("IntegrationFlow", flow)
        .with("Visibility", visibility)
        .with("UpdatedAt", variable.updated_at)
        .with("RetainUntil", variable.updated_at.plus(variables::KEPT))
}
