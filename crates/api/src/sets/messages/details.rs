//! What went wrong with a message.

use async_trait::async_trait;
use lockgate_odata::{Call, EntitySet, EntityType, Key, Media, Operation, Property, Result, Row};
use lockgate_operations::Operations;
use lockgate_store::messages::Message;

use super::message_of;
use crate::failure::of_operations;
use crate::roles::MONITORING_READ;

static ENTITY: EntityType = EntityType::new(
    "MessageProcessingLogErrorInformation",
    &[
        Property::text("MessageGuid").key(),
        Property::text("Type"),
        Property::text("LastErrorModelStepId"),
    ],
)
.media();

/// `MessageProcessingLogErrorInformations`
#[derive(Debug)]
pub(in crate::sets) struct ErrorInformations(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for ErrorInformations {
    fn name(&self) -> &'static str {
        "MessageProcessingLogErrorInformations"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let message = self.message(call, key).await?;
        Ok(message.error.is_some().then(|| {
            Row::new()
                .with("MessageGuid", message.id.to_string())
                .with("Type", "text/plain")
                .with("LastErrorModelStepId", message.error_step)
        }))
    }

    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        let error = self.message(call, key).await?.error;
        Ok(error.map(|error| Media::new(error, "text/plain;charset=utf-8")))
    }
}

impl ErrorInformations {
    async fn message(&self, call: &Call, key: &Key) -> Result<Message> {
        let id = match key.is_empty() {
            true => message_of(call.parent())?,
            false => key.text("MessageGuid"),
        };
        self.0.message(id).await.map_err(of_operations)
    }
}
