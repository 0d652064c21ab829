//! How an exchange is admitted, driven and recorded.
//!
//! Admission takes a place among the running exchanges and a place in the message log; without
//! both nothing starts. An exchange that does not wait for anything runs where it arrived. As soon
//! as it waits it becomes a task of its own, so that a caller who goes away does not stop it.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use lockgate_core::ids::MessageId;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::MessageStatus;
use lockgate_store::resends::Resend;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep;

use super::{Runtime, Target, http};
use crate::access::Permit;
use crate::entry::{Inbound, Outcome, Refused};
use crate::error::{DUPLICATE_ENTRY, StepError};
use crate::exchange::{Body, Exchange};
use crate::journal::{Head, Open, Sender, Slot};
use crate::names;
use crate::run::{self, Aborted, Chain, Ending, Transaction};
use crate::value::Value;

/// An exchange that runs longer than this is shown in the message log before it ends.
const ANNOUNCE_AFTER: Duration = Duration::from_secs(1);

/// Where an exchange comes from. By default it begins a chain that nobody waits for; the chain is
/// named after its first message.
#[derive(Debug, Default)]
pub(super) struct Origin {
    pub(super) correlation: Option<Arc<str>>,
    pub(super) depth: usize,
    pub(super) synchronous: bool,
    pub(super) sender: Option<Sender>,
    /// The message that is sent again, and the id of the new one.
    pub(super) resend: Option<Resend>,
}

/// An exchange that may run.
#[derive(Debug)]
pub(super) struct Execution {
    pub(super) target: Target,
    pub(super) head: Arc<Head>,
    pub(super) chain: Chain,
    pub(super) exchange: Exchange,
    pub(super) slot: Slot,
}

/// An exchange that has run.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) id: MessageId,
    pub(super) target: Target,
    pub(crate) exchange: Exchange,
    pub(crate) ending: Ending,
}

impl Runtime {
    /// Runs an authorized call and answers it. The exchange goes on to its end even when the caller
    /// does not wait for the answer.
    ///
    /// # Errors
    /// Why nothing was run.
    pub async fn accept(&self, permit: Permit, inbound: Inbound<'_>) -> Result<Outcome, Refused> {
        let target = permit.endpoint().target().ok_or(Refused::FlowNotRunning)?;
        let (place, slot) = self.admit().await?;
        let correlation = http::correlation(&inbound);
        let exchange = http::exchange(&permit, inbound, &target.deployed.pipeline);
        let origin = Origin {
            correlation,
            depth: 0,
            synchronous: true,
            sender: Some(Sender::Caller(permit.identity().clone())),
            resend: None,
        };
        let execution = self.execution(target.clone(), exchange, origin, slot);
        let finished = self.drive(execution, place).await;
        Ok(http::outcome(finished))
    }

    /// Takes the two places that an exchange needs. Waits a moment for the one in the message log;
    /// whoever waits there has a place among the running exchanges, which bounds how many wait.
    pub(super) async fn admit(&self) -> Result<(OwnedSemaphorePermit, Slot), Refused> {
        if self.is_stopping() {
            return Err(Refused::Stopping);
        }
        let place = Arc::clone(&self.0.exchanges)
            .try_acquire_owned()
            .map_err(|_| Refused::Overloaded)?;
        let slot = self.0.journal.reserve(self.0.journal_wait).await;
        let slot = slot.ok_or(Refused::LogFull)?;
        if self.is_stopping() {
            return Err(Refused::Stopping);
        }
        Ok((place, slot))
    }

    /// Gives a message its identity: id, correlation, log level.
    pub(super) fn execution(
        &self,
        target: Target,
        mut exchange: Exchange,
        origin: Origin,
        slot: Slot,
    ) -> Execution {
        let (id, predecessor) = match origin.resend {
            Some(resend) => (resend.id, Some(resend.original)),
            None => {
                let id = MessageId::generate(self.clock().as_ref(), self.random().as_ref());
                (id, None)
            }
        };
        let started = self.clock().now();
        let logging = target.deployed.logging();
        let mut level = logging.level_at(started);
        if predecessor.is_some() {
            // Who sends a message again wants to see what becomes of it.
            level = level.max(LogLevel::Info);
        }
        let id_text: Arc<str> = id.as_str().into();
        let chain = Chain {
            correlation: origin.correlation.unwrap_or_else(|| Arc::clone(&id_text)),
            depth: origin.depth,
            synchronous: origin.synchronous,
        };
        let head = Arc::new(Head {
            id,
            correlation: Arc::clone(&chain.correlation),
            pipeline: Arc::clone(&target.deployed.pipeline),
            level,
            started,
            keep: logging.keep || level == LogLevel::Trace,
            sender: origin.sender,
            predecessor,
        });
        let id = Value::Text(id_text);
        let correlation = Value::Text(Arc::clone(&chain.correlation));
        exchange.properties.reserve(8);
        for (name, value) in [
            (names::MESSAGE_ID, id),
            (names::CORRELATION_ID, correlation),
        ] {
            exchange.set_property(name, value.clone());
            exchange.headers.set_static(name, value);
        }
        let level = Value::from(head.level.as_str());
        for name in names::LOG_LEVELS {
            exchange.set_property(name, level.clone());
        }
        Execution {
            target,
            head,
            chain,
            exchange,
            slot,
        }
    }

    /// Runs a process outside of any entry.
    #[cfg(test)]
    pub(crate) async fn run_for_test(
        &self,
        target: Target,
        exchange: Exchange,
        synchronous: bool,
    ) -> Finished {
        let (place, slot) = self.admit().await.expect("there is room");
        let origin = Origin {
            synchronous,
            ..Origin::default()
        };
        let execution = self.execution(target, exchange, origin, slot);
        self.drive(execution, place).await
    }

    /// Drives an exchange to its end: here while it does not wait, as a task once it does.
    pub(super) async fn drive(
        &self,
        execution: Execution,
        place: OwnedSemaphorePermit,
    ) -> Finished {
        let (head, target) = (Arc::clone(&execution.head), execution.target.clone());
        let runtime = self.clone();
        let mut work = Box::pin(async move {
            let finished = runtime.execute(execution).await;
            drop(place);
            finished
        });
        if let Poll::Ready(finished) = futures_util::poll!(work.as_mut()) {
            return finished;
        }
        self.0.tasks.spawn(work).await.unwrap_or_else(|_| {
            // Steps are guarded against panics, so this is the runtime being torn down.
            Finished {
                id: head.id.clone(),
                target,
                exchange: Exchange::default(),
                ending: Ending::Abandoned,
            }
        })
    }

    /// Executes an exchange and closes its record.
    pub(super) async fn execute(&self, execution: Execution) -> Finished {
        let Execution {
            target,
            head,
            chain,
            mut exchange,
            slot,
        } = execution;
        let keeping = self.0.journal.keeping();
        let mut open = Open::new(Arc::clone(&head), slot, Arc::clone(self.clock()), keeping);
        open.trail.note(&exchange);
        if head.keep {
            let process = &target.deployed.pipeline.processes[target.process].id;
            open.trail.inbound(process, head.started, &exchange);
        }
        if head.level >= LogLevel::Debug && matches!(head.sender, Some(Sender::Caller(_))) {
            http::tell(&mut exchange);
        }
        let waits = target.deployed.pipeline.processes[target.process].transactional;
        let transaction = Transaction::new(self.store().clone(), waits);
        let mut ending = {
            let trail = &mut open.trail;
            let mut work = pin!(run::run(
                self,
                &target,
                &mut exchange,
                &chain,
                &transaction,
                trail
            ));
            let mut announced = false;
            loop {
                tokio::select! {
                    biased;
                    ending = &mut work => break ending,
                    () = self.0.aborted.cancelled() => break Ending::Abandoned,
                    () = sleep(ANNOUNCE_AFTER), if !announced => {
                        announced = true;
                        Open::announce(&head, &self.0.journal);
                    }
                }
            }
        };
        if let Err(error) = Self::complete(&mut exchange, &ending, &chain, transaction).await {
            open.trail.error = Some((Arc::clone(&error), Arc::from("")));
            ending = Ending::Failed(error);
        }
        if let Ending::Failed(error) = &ending {
            // The text may hold data of the message; it is in the message log.
            tracing::info!(flow.id = %head.pipeline.id, message.id = %head.id, class = error.class, "a message failed");
        }
        open.close(match &ending {
            Ending::Completed => MessageStatus::Completed,
            Ending::Escalated => MessageStatus::Escalated,
            Ending::Failed(_) => MessageStatus::Failed,
            Ending::Abandoned => MessageStatus::Abandoned,
        });
        Finished {
            id: head.id.clone(),
            target,
            exchange,
            ending,
        }
    }
}

impl Runtime {
    /// Does what is left to do when a message has ended well. Boxed here, so that flows that call each
    /// other have no room for it on their stacks.
    fn complete<'a>(
        exchange: &'a mut Exchange,
        ending: &'a Ending,
        chain: &'a Chain,
        transaction: Transaction,
    ) -> BoxFuture<'a, Result<(), Arc<StepError>>> {
        Box::pin(async move {
            let has_completed = match ending {
                Ending::Completed => true,
                Ending::Escalated => false,
                Ending::Failed(_) | Ending::Abandoned => return Ok(()),
            };
            if has_completed && chain.synchronous {
                // A body that cannot be written in its character set fails the message, not the answer.
                exchange.body = Body::Bytes(exchange.body_bytes()?);
            }
            let committed = transaction.commit(has_completed).await;
            committed.map_err(|aborted| {
                let text = format!("The message ended well, but {aborted}.");
                Arc::new(match aborted {
                    Aborted::Taken(_) => StepError::of_class(DUPLICATE_ENTRY, text),
                    Aborted::Store(_) => StepError::new(text),
                })
            })
        })
    }
}

impl Finished {
    /// The body that the exchange ended with.
    pub(super) fn body(&self) -> Bytes {
        self.exchange.body_bytes().unwrap_or_default()
    }
}
