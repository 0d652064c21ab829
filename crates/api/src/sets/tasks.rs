//! What became of deployments.

use async_trait::async_trait;
use lockgate_odata::{Call, EntitySet, EntityType, Key, Operation, Property, Result, Row};
use lockgate_operations::Operations;
use lockgate_operations::runtime::TaskState;

use crate::failure::of_operations;
use crate::roles::{ARTIFACTS_DEPLOY, MONITORING_READ, PACKAGES_READ};

static ENTITY: EntityType = EntityType::new(
    "BuildAndDeployStatus",
    &[Property::text("TaskId").key(), Property::text("Status")],
);

/// `BuildAndDeployStatus`
#[derive(Debug)]
pub(super) struct Tasks(pub(super) Operations);

#[async_trait]
impl EntitySet for Tasks {
    fn name(&self) -> &'static str {
        "BuildAndDeployStatus"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[ARTIFACTS_DEPLOY, MONITORING_READ, PACKAGES_READ]
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let id = key.text("TaskId");
        let Ok(task) = id.parse() else {
            return Ok(None);
        };
        let status = match self.0.task(task).await.map_err(of_operations)? {
            TaskState::Deploying => "DEPLOYING",
            TaskState::Success => "SUCCESS",
            TaskState::Fail => "FAIL",
        };
        Ok(Some(Row::new().with("TaskId", id).with("Status", status)))
    }
}
