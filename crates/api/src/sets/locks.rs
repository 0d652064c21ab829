//! Locks of artifacts at design time.

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Error, Key, List, Operation, Property, Query, Reply, Result, Row,
};

use crate::roles::{ARTIFACT_LOCKS_DELETE, ARTIFACT_LOCKS_READ};

static ENTITY: EntityType = EntityType::new(
    "IntegrationDesigntimeLock",
    &[
        Property::text("ResourceId").key(),
        Property::text("ArtifactId").required(),
        Property::text("ArtifactName"),
        Property::text("ArtifactType"),
        Property::text("PackageId"),
        Property::text("PackageName"),
        Property::time("CreatedAt"),
        Property::text("CreatedBy"),
    ],
);

/// `IntegrationDesigntimeLocks`: every change is one request, so that nobody ever holds a lock.
#[derive(Debug)]
pub(super) struct Locks;

#[async_trait]
impl EntitySet for Locks {
    fn name(&self) -> &'static str {
        "IntegrationDesigntimeLocks"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[ARTIFACT_LOCKS_READ],
            false => &[ARTIFACT_LOCKS_DELETE],
        }
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        Ok(List::All(Vec::new()))
    }

    async fn get(&self, _: &Call, _: &Key) -> Result<Option<Row>> {
        Ok(None)
    }

    async fn delete(&self, _: &Call, _: &Key) -> Result<Reply> {
        Err(Error::not_found())
    }
}
