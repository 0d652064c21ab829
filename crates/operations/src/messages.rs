//! The message log.

use lockgate_core::ids::MessageId;
use lockgate_store::messages::{self, Filter, Message};

use crate::error::{Error, Result};
use crate::service::Operations;

impl Operations {
    /// Messages without their steps, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn messages(&self, filter: &Filter) -> Result<Vec<Message>> {
        Ok(messages::list(&mut self.store.read().await?, filter).await?)
    }

    /// A message with its steps.
    ///
    /// # Errors
    /// When the log has none of this id.
    pub async fn message(&self, id: &str) -> Result<Message> {
        let unknown = || Error::NoMessage(id.to_owned());
        let id = MessageId::parse(id).ok_or_else(unknown)?;
        let found = messages::find(&mut self.store.read().await?, &id).await?;
        found.ok_or_else(unknown)
    }
}
