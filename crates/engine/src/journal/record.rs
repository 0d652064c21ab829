//! One message record, from the admission of its exchange to the store.

use std::sync::Arc;

use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_core::ids::MessageId;
use lockgate_core::limits;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{Message, MessageStatus};

use super::contents::{Contents, Keeping};
use super::steps::Trail;
use super::{Journal, Slot};
use crate::access::Identity;
use crate::log::cut;
use crate::pipeline::Pipeline;

/// What is known of a message when it is admitted.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) id: MessageId,
    pub(crate) correlation: Arc<str>,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) level: LogLevel,
    pub(crate) started: Timestamp,
    /// Whether what comes in is kept, so that it can be sent again.
    pub(crate) keep: bool,
    /// Who sent it, where somebody did.
    pub(crate) sender: Option<Sender>,
    /// The message that is sent again as this one.
    pub(crate) predecessor: Option<MessageId>,
}

/// Who sent a message.
#[derive(Clone, Debug)]
pub(crate) enum Sender {
    /// A caller.
    Caller(Identity),
    /// An operator, who sends it again.
    Operator(Arc<str>),
}

impl Sender {
    fn name(&self) -> String {
        match self {
            Self::Caller(identity) => identity.to_string(),
            Self::Operator(name) => name.as_ref().to_owned(),
        }
    }
}

/// A message record on its way to the store.
#[derive(Debug)]
pub(crate) struct Record {
    head: Arc<Head>,
    trail: Trail,
    status: MessageStatus,
    ended: Option<Timestamp>,
}

/// The record of a running exchange. Dropped before it is closed, it says that the exchange was
/// abandoned.
#[derive(Debug)]
pub(crate) struct Open {
    head: Arc<Head>,
    pub(crate) trail: Trail,
    slot: Option<Slot>,
    clock: SharedClock,
}

impl Open {
    pub(crate) fn new(
        head: Arc<Head>,
        slot: Slot,
        clock: SharedClock,
        keeping: &Arc<Keeping>,
    ) -> Self {
        Self {
            trail: Trail::new(head.level, keeping),
            head,
            slot: Some(slot),
            clock,
        }
    }

    /// Ends the record.
    pub(crate) fn close(mut self, status: MessageStatus) {
        self.finish(status);
    }

    /// Shows the exchange in the log while it runs.
    pub(crate) fn announce(head: &Arc<Head>, journal: &Journal) {
        if matches!(head.level, LogLevel::None | LogLevel::Error) {
            return;
        }
        journal.announce(Record::running(head, journal.keeping()));
    }

    fn finish(&mut self, status: MessageStatus) {
        let Some(slot) = self.slot.take() else {
            return;
        };
        let kept = match self.head.level {
            LogLevel::None => false,
            LogLevel::Error => status != MessageStatus::Completed,
            LogLevel::Info | LogLevel::Debug | LogLevel::Trace => true,
        };
        if !kept {
            return;
        }
        let empty = Trail::new(LogLevel::None, self.trail.keeping());
        let trail = std::mem::replace(&mut self.trail, empty);
        slot.fill(Record {
            head: Arc::clone(&self.head),
            trail,
            status,
            ended: Some(self.clock.now()),
        });
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.finish(MessageStatus::Abandoned);
    }
}

/// Handling that takes longer than this counts as an intermediate error.
const SLOW_SECS: u64 = 60;

impl Record {
    /// The record of an exchange that runs.
    pub(crate) fn running(head: &Arc<Head>, keeping: &Arc<Keeping>) -> Self {
        Self {
            head: Arc::clone(head),
            trail: Trail::new(LogLevel::None, keeping),
            status: MessageStatus::Processing,
            ended: None,
        }
    }

    /// The record as the store keeps it, and what is kept of the content.
    pub(crate) fn into_message(self, worker: &str) -> (Message, Option<Box<Contents>>) {
        let Self {
            head,
            mut trail,
            status,
            ended,
        } = self;
        let slow = ended.is_some_and(|ended| ended.since(head.started).as_secs() > SLOW_SECS);
        let steps = trail.steps();
        let contents = trail.contents.take();
        let told = trail.told.take().unwrap_or_default();
        let failed = trail.error.is_some();
        let (error, error_step) = match (trail.error, trail.escalation) {
            (Some((error, step)), _) => (
                Some(format!("{}: {}", error.class, error.message)),
                Some(step),
            ),
            (None, Some((category, step))) => (Some(format!("Escalation: {category}")), Some(step)),
            (None, None) => (None, None),
        };
        let message = Message {
            id: head.id.clone(),
            correlation_id: head.correlation.as_ref().to_owned(),
            predecessor: head.predecessor.clone(),
            flow_id: head.pipeline.id.as_ref().to_owned(),
            flow_name: head.pipeline.name.as_ref().to_owned(),
            status,
            custom_status: trail.notes.custom_status,
            application_id: trail.notes.application_id,
            message_type: trail.notes.message_type,
            sender: trail.notes.sender,
            receiver: trail.notes.receiver,
            started_at: head.started,
            ended_at: ended,
            identity: head.sender.as_ref().map(Sender::name),
            intermediate_error: failed || slow,
            error: error.map(|error| cut(&error, limits::LOG_ERROR_CHARS)),
            error_step: error_step.map(|step| step.as_ref().to_owned()),
            log_level: head.level,
            worker: worker.to_owned(),
            custom_headers: told.custom_headers,
            attributes: told.attributes,
            model: Some(Arc::clone(&head.pipeline.model)),
            steps,
        };
        (message, contents)
    }
}
