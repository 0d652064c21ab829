//! Kept messages that an operator sends again.
//!
//! Requests are rows in the store. Whichever worker runs the flow takes one over by deleting its row,
//! in the transaction that shows the new message in the log; so it runs once, and a worker that dies
//! leaves an abandoned message rather than none.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use lockgate_core::clock::SharedClock;
use lockgate_core::ids::MessageId;
use lockgate_store::messages::{self, Message, MessageStatus};
use lockgate_store::payloads::{self, Payload, PayloadKind};
use lockgate_store::resends::{self, Resend};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep;

use super::accept::{Execution, Origin};
use super::{Runtime, Target, http};
use crate::exchange::{Body, Exchange};
use crate::journal::{Record, Sender, Slot};
use crate::names;
use crate::value::Value;

/// How soon a request is tried again when there is no place for another exchange, and how often.
const RETRY: (Duration, u32) = (Duration::from_millis(200), 250);

impl Runtime {
    /// Begins to run the kept messages that operators want to be sent again and that flows of this
    /// worker can take.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn resend_kept(&self) -> lockgate_store::Result<()> {
        let waiting = resends::list(&mut self.store().read().await?).await?;
        for resend in waiting {
            if self.is_stopping() || !self.resending(|ids| ids.insert(resend.id.clone())) {
                continue;
            }
            let runtime = self.clone();
            self.0.tasks.spawn(async move {
                if let Err(error) = runtime.resend(&resend).await {
                    let message = resend.original.as_str();
                    tracing::warn!(%error, message, "a kept message could not be sent again yet");
                }
                runtime.resending(|ids| ids.remove(&resend.id));
            });
        }
        Ok(())
    }

    fn resending<T>(&self, change: impl FnOnce(&mut HashSet<MessageId>) -> T) -> T {
        let ids = self.0.resending.lock();
        change(&mut ids.unwrap_or_else(PoisonError::into_inner))
    }

    async fn resend(&self, resend: &Resend) -> lockgate_store::Result<()> {
        let Some((original, kept)) = self.kept(resend).await? else {
            return self.give_up(resend).await;
        };
        let Some(target) = self.target(&original, &kept).await else {
            // Another worker may run the flow.
            return Ok(());
        };
        let Some((place, slot)) = self.room().await else {
            return Ok(());
        };
        let origin = Origin {
            correlation: Some(original.correlation_id.as_str().into()),
            sender: Some(Sender::Operator(resend.requested_by.as_str().into())),
            resend: Some(resend.clone()),
            ..Origin::default()
        };
        let exchange = exchange(&kept, &resend.requested_by);
        let execution = self.execution(target, exchange, origin, slot);
        if self.claim_resend(resend, &execution).await? {
            self.execute(execution).await;
        }
        drop(place);
        Ok(())
    }

    /// The message that is to be sent again, and what was kept of it.
    async fn kept(&self, resend: &Resend) -> lockgate_store::Result<Option<(Message, Payload)>> {
        let mut tx = self.store().read().await?;
        let original = messages::find(&mut tx, &resend.original).await?;
        let kept = payloads::find_kind(&mut tx, &resend.original, PayloadKind::Inbound).await?;
        Ok(original.zip(kept.filter(|kept| !kept.is_cut())))
    }

    /// Where the message entered the flow; the flow's only entry when it has changed since.
    async fn target(&self, original: &Message, kept: &Payload) -> Option<Target> {
        let deployments = self.0.deployments.lock().await;
        let deployed = Arc::clone(deployments.started(&original.flow_id)?);
        let pipeline = &deployed.pipeline;
        let entered = kept.head.step_id.as_deref();
        let mut entries = pipeline.entries.iter().map(|(process, _)| *process);
        let process = entries
            .clone()
            .find(|process| entered == Some(&*pipeline.processes[*process].id))
            .or_else(|| entries.next().filter(|_| pipeline.entries.len() == 1))?;
        Some(Target { deployed, process })
    }

    /// The places that an exchange needs; waits for them a while.
    async fn room(&self) -> Option<(OwnedSemaphorePermit, Slot)> {
        for _ in 0..RETRY.1 {
            match self.admit().await {
                Ok(room) => return Some(room),
                Err(_) if self.is_stopping() => return None,
                Err(_) => sleep(RETRY.0).await,
            }
        }
        None
    }

    async fn claim_resend(
        &self,
        resend: &Resend,
        execution: &Execution,
    ) -> lockgate_store::Result<bool> {
        let record = Record::running(&execution.head, self.0.journal.keeping());
        let (message, _) = record.into_message(&self.0.worker);
        let mut tx = self.store().begin().await?;
        if !resends::claim(&mut tx, &resend.id).await? {
            return Ok(false);
        }
        messages::append(&mut tx, &[message]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// What was kept is gone: the request is dropped, and its message says why it did not run.
    async fn give_up(&self, resend: &Resend) -> lockgate_store::Result<()> {
        let mut tx = self.store().begin().await?;
        if resends::claim(&mut tx, &resend.id).await?
            && let Some(original) = messages::find(&mut tx, &resend.original).await?
        {
            let failed = gone(original, resend, self.clock());
            messages::append(&mut tx, &[failed]).await?;
        }
        tx.commit().await
    }
}

/// The record of a message that could not be sent again.
fn gone(original: Message, resend: &Resend, clock: &SharedClock) -> Message {
    let now = clock.now();
    let error = format!(
        "What was kept of the message {} was deleted before it could be sent again.",
        resend.original
    );
    Message {
        id: resend.id.clone(),
        predecessor: Some(resend.original.clone()),
        status: MessageStatus::Failed,
        started_at: now,
        ended_at: Some(now),
        identity: Some(resend.requested_by.clone()),
        error: Some(error),
        error_step: None,
        intermediate_error: true,
        custom_headers: Vec::new(),
        attributes: Vec::new(),
        steps: Vec::new(),
        model: None,
        ..original
    }
}

/// The exchange as it came in, now from an operator.
fn exchange(kept: &Payload, by: &str) -> Exchange {
    let mut exchange = Exchange {
        body: Body::Bytes(kept.body.clone().into()),
        ..Exchange::default()
    };
    for (name, value) in &kept.headers {
        // What described the sender's request does not steer receivers this time either.
        match [names::PATH, names::QUERY]
            .iter()
            .find(|known| *known == name)
        {
            Some(known) => exchange.headers.set_received(known, value.as_str()),
            None => http::add(&mut exchange.headers, name, value),
        }
    }
    for (name, value) in &kept.properties {
        exchange.set_property(name.as_str(), Value::from(value.as_str()));
    }
    if exchange.headers.get(names::USER_NAME).is_some() {
        exchange.headers.set_static(names::USER_NAME, by);
    }
    exchange
}
