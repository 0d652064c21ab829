//! The message log.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::ids::MessageId;
use lockgate_store::changes::{self, Topic};
use lockgate_store::messages::{self, Condition, Filter, Message, Search};
use lockgate_store::payloads::{self, Payload, PayloadHead, PayloadKind};
use lockgate_store::resends::{self, Resend};
use lockgate_store::{audit, flows};

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

    /// Messages without their steps, by any condition and in any order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn search_messages(&self, search: &Search) -> Result<Vec<Message>> {
        Ok(messages::search(&mut self.store.read().await?, search).await?)
    }

    /// How many messages a condition holds for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_messages(&self, condition: &Condition) -> Result<u64> {
        Ok(messages::count(&mut self.store.read().await?, condition).await?)
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

    /// What is kept of the content of a message, without the contents, in the order of time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn payloads(&self, message: &MessageId) -> Result<Vec<PayloadHead>> {
        Ok(payloads::list(&mut self.store.read().await?, message).await?)
    }

    /// A kept content by its number.
    ///
    /// # Errors
    /// When there is none, or none any more.
    pub async fn payload(&self, id: i64) -> Result<Payload> {
        let found = payloads::find(&mut self.store.read().await?, id).await?;
        found.ok_or(Error::NoPayload(id))
    }

    /// Deletes a message that has ended, with everything kept of it.
    ///
    /// # Errors
    /// When the log has none of this id, or it is still under way.
    pub async fn delete_message(&self, actor: &Actor, id: &str) -> Result<()> {
        let message = self.message(id).await?;
        let mut tx = self.store.begin().await?;
        if !messages::delete(&mut tx, &message.id).await? {
            return Err(Error::MessageRuns(id.to_owned()));
        }
        let detail = format!("flow {}", message.flow_id);
        audit::record(&mut tx, actor, "message.delete", &target(&message), &detail).await?;
        tx.commit().await?;
        tracing::info!(message = id, "message deleted");
        Ok(())
    }

    /// Runs the flow again with what was kept of a message as it came in, as `actor`. Returns the id
    /// of the new message, which a server that runs the flow begins at once.
    ///
    /// # Errors
    /// When the log has none of this id, not enough of it was kept, or its flow is not deployed.
    pub async fn resend_message(&self, actor: &Actor, id: &str) -> Result<MessageId> {
        let message = self.message(id).await?;
        let mut tx = self.store.begin().await?;
        let kept = payloads::find_kind(&mut tx, &message.id, PayloadKind::Inbound).await?;
        let kept = kept.ok_or_else(|| Error::NotKept(id.to_owned()))?;
        if kept.is_cut() {
            return Err(Error::TooLargeToKeep {
                message: id.to_owned(),
                size: kept.head.size,
            });
        }
        let flow = flows::find_head(&mut tx, &message.flow_id).await?;
        flow.ok_or_else(|| Error::NoFlow(message.flow_id.clone()))?;
        let new = MessageId::generate(self.clock.as_ref(), self.random.as_ref());
        let resend = Resend {
            id: new.clone(),
            original: message.id.clone(),
            requested_by: actor.who.name().to_owned(),
        };
        resends::insert(&mut tx, &resend).await?;
        let detail = format!("flow {}; as {new}", message.flow_id);
        audit::record(&mut tx, actor, "message.resend", &target(&message), &detail).await?;
        changes::bump(&mut tx, Topic::Resends).await?;
        tx.commit().await?;
        tracing::info!(message = id, as_message = %new, "message sent again");
        Ok(new)
    }
}

/// The message in the audit log.
fn target(message: &Message) -> Target {
    Target::new("message", message.id.as_str(), &message.flow_name)
}
