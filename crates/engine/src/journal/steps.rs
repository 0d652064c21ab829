//! What a message record tells about the way an exchange took.

use std::collections::VecDeque;
use std::sync::Arc;

use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{Attribute, Step};
use lockgate_store::payloads::PayloadKind;

use super::contents::{Contents, Keeping};
use crate::error::StepError;
use crate::exchange::Exchange;
use crate::log::{Entries, cut};
use crate::names;
use crate::pipeline::Node;
use crate::value::Value;

/// Notes taken while an exchange runs.
#[derive(Debug)]
pub(crate) struct Trail {
    level: LogLevel,
    keeping: Arc<Keeping>,
    /// The last steps, oldest first.
    executed: VecDeque<Executed>,
    count: u32,
    /// The latest error and the model element where it happened, even if it was handled.
    pub(crate) error: Option<(Arc<StepError>, Arc<str>)>,
    /// The category of the latest escalation and the model element where it happened.
    pub(crate) escalation: Option<(Arc<str>, Arc<str>)>,
    pub(super) notes: Notes,
    pub(super) told: Option<Box<Told>>,
    pub(super) contents: Option<Box<Contents>>,
}

/// What steps and adapters told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) custom_headers: Vec<(String, String)>,
    pub(super) attributes: Vec<Attribute>,
    attachments: usize,
}

/// An executed step, small until somebody wants to read it.
#[derive(Debug)]
struct Executed {
    /// Position of the node in the model.
    node: u32,
    started: Timestamp,
    ended: Timestamp,
    /// What few steps have.
    more: Option<Box<More>>,
}

#[derive(Debug)]
struct More {
    error: Option<String>,
    properties: Vec<(String, String)>,
}

/// Room for as many steps is made at once.
const USUAL_STEPS: usize = 8;

impl Trail {
    pub(crate) fn new(level: LogLevel, keeping: &Arc<Keeping>) -> Self {
        Self {
            level,
            keeping: Arc::clone(keeping),
            executed: VecDeque::new(),
            count: 0,
            error: None,
            escalation: None,
            notes: Notes::default(),
            told: None,
            contents: None,
        }
    }

    /// How much is kept.
    pub(super) fn keeping(&self) -> &Arc<Keeping> {
        &self.keeping
    }

    /// Whether steps are worth the time it takes to note them.
    pub(crate) fn wants_steps(&self) -> bool {
        self.level != LogLevel::None
    }

    /// Keeps what came in, so that it can be sent again.
    pub(crate) fn inbound(&mut self, process: &Arc<str>, at: Timestamp, exchange: &Exchange) {
        self.contents().inbound(process, at, exchange);
    }

    /// Notes that a step begins.
    pub(crate) fn begin(&mut self, node: &Node, now: Timestamp, exchange: &Exchange) {
        if self.level == LogLevel::Trace {
            let step = self.count;
            let contents = self.contents();
            contents.trace(PayloadKind::Before, step, &node.id, now, exchange);
        }
    }

    /// Notes that a step has ended. Only the last ones are kept.
    pub(crate) fn end(
        &mut self,
        node: &Node,
        (started, ended): (Timestamp, Timestamp),
        error: Option<&StepError>,
        exchange: &mut Exchange,
    ) {
        let properties = match exchange.log.take() {
            Some(entries) => self.take(*entries, ended),
            None => Vec::new(),
        };
        let kept = match self.level {
            LogLevel::None => return,
            LogLevel::Error => limits::LOG_STEPS_ERROR,
            LogLevel::Info => limits::LOG_STEPS_INFO,
            LogLevel::Debug | LogLevel::Trace => limits::LOG_STEPS,
        };
        if self.level == LogLevel::Trace {
            let step = self.count;
            let contents = self.contents();
            contents.trace(PayloadKind::After, step, &node.id, ended, exchange);
        }
        if self.executed.len() == kept {
            self.executed.pop_front();
        } else if self.executed.is_empty() {
            self.executed.reserve(USUAL_STEPS);
        }
        let more = (error.is_some() || !properties.is_empty()).then(|| {
            Box::new(More {
                error: error.map(|error| cut(&error.message, limits::LOG_ERROR_CHARS)),
                properties,
            })
        });
        self.count = self.count.wrapping_add(1);
        self.executed.push_back(Executed {
            node: node.position,
            started,
            ended,
            more,
        });
    }

    /// Takes over what a step told; gives the properties of the step, where the level keeps them.
    fn take(&mut self, entries: Entries, now: Timestamp) -> Vec<(String, String)> {
        let Entries {
            custom_headers,
            attributes,
            properties,
            attachments,
        } = entries;
        if self.level == LogLevel::None {
            return Vec::new();
        }
        let told = self.told.get_or_insert_default();
        extend(&mut told.custom_headers, custom_headers);
        extend(&mut told.attributes, attributes);
        if self.level >= LogLevel::Info {
            for attachment in attachments {
                let told = self.told.get_or_insert_default();
                if told.attachments < limits::LOG_ENTRIES {
                    told.attachments += 1;
                    self.contents().attachment(attachment, now);
                }
            }
        }
        match self.level {
            LogLevel::Debug | LogLevel::Trace => properties,
            LogLevel::None | LogLevel::Error | LogLevel::Info => Vec::new(),
        }
    }

    fn contents(&mut self) -> &mut Contents {
        let keeping = &self.keeping;
        self.contents
            .get_or_insert_with(|| Box::new(Contents::new(keeping)))
    }

    /// Notes what the exchange says about itself.
    pub(crate) fn note(&mut self, exchange: &Exchange) {
        self.notes.take(exchange);
    }

    /// The steps as the store keeps them.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let executed = std::mem::take(&mut self.executed);
        let first = self
            .count
            .wrapping_sub(u32::try_from(executed.len()).unwrap_or(u32::MAX));
        let step = |(seq, step): (u32, Executed)| {
            let (error, properties) = match step.more {
                Some(more) => (more.error, more.properties),
                None => (None, Vec::new()),
            };
            Step {
                seq,
                node: step.node,
                started_at: step.started,
                ended_at: step.ended,
                error,
                properties,
            }
        };
        (first..).zip(executed).map(step).collect()
    }
}

/// Adds entries while the record has room for them.
fn extend<T>(list: &mut Vec<T>, entries: Vec<T>) {
    let room = limits::LOG_ENTRIES.saturating_sub(list.len());
    list.extend(entries.into_iter().take(room));
}

/// What a message says about itself in headers and properties.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) custom_status: Option<String>,
    pub(super) application_id: Option<String>,
    pub(super) message_type: Option<String>,
    pub(super) sender: Option<String>,
    pub(super) receiver: Option<String>,
    latest_receiver: Option<String>,
}

/// Most characters of a custom status, an application id, a message type and a partner.
const STATUS_CHARS: usize = 40;
const APPLICATION_ID_CHARS: usize = 120;
const MESSAGE_TYPE_CHARS: usize = 100;
const PARTNER_CHARS: usize = 100;

impl Notes {
    fn take(&mut self, exchange: &Exchange) {
        let header = |name: &str, chars| text(exchange.headers.get(name)?, chars);
        let set = |note: &mut Option<String>, new: Option<String>| {
            if new.is_some() {
                *note = new;
            }
        };
        set(
            &mut self.application_id,
            header(names::APPLICATION_ID, APPLICATION_ID_CHARS),
        );
        set(
            &mut self.message_type,
            header(names::MESSAGE_TYPE, MESSAGE_TYPE_CHARS),
        );
        set(&mut self.sender, header(names::SENDER, PARTNER_CHARS));
        let status = exchange.properties.get(names::CUSTOM_STATUS);
        set(
            &mut self.custom_status,
            status.and_then(|status| text(status, STATUS_CHARS)),
        );
        if let Some(receiver) = header(names::RECEIVER, PARTNER_CHARS) {
            let overwrite = exchange
                .properties
                .get(names::RECEIVER_OVERWRITE)
                .and_then(Value::to_text);
            self.take_receiver(
                receiver,
                overwrite.is_some_and(|text| text.eq_ignore_ascii_case("true")),
            );
        }
    }

    /// Every change of the receiver is added to the list, unless the flow wants the last one only.
    fn take_receiver(&mut self, receiver: String, overwrite: bool) {
        if self.latest_receiver.as_ref() == Some(&receiver) {
            return;
        }
        match &mut self.receiver {
            Some(list) if !overwrite => {
                if list.chars().count() < limits::LOG_VALUE_CHARS {
                    list.push(',');
                    list.push_str(&receiver);
                }
            }
            note => *note = Some(receiver.clone()),
        }
        self.latest_receiver = Some(receiver);
    }
}

fn text(value: &Value, chars: usize) -> Option<String> {
    let text = value.to_text()?;
    (!text.is_empty()).then(|| cut(&text, chars))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_cut_and_receivers_are_listed() {
        let mut exchange = Exchange::default();
        let mut notes = Notes::default();
        exchange.headers.set("sap_applicationid", "x".repeat(200));
        exchange.headers.set("SAP_Receiver", "A");
        exchange.set_property("SAP_MessageProcessingLogCustomStatus", "y".repeat(50));
        notes.take(&exchange);
        notes.take(&exchange);
        exchange.headers.set("SAP_Receiver", "B");
        exchange.headers.remove("SAP_ApplicationID");
        notes.take(&exchange);
        assert_eq!(
            notes.application_id.as_deref(),
            Some("x".repeat(120).as_str())
        );
        assert_eq!(
            notes.custom_status.as_deref(),
            Some("y".repeat(40).as_str())
        );
        assert_eq!(notes.receiver.as_deref(), Some("A,B"));
        exchange.set_property("SAP_ReceiverOverwrite", "true");
        exchange.headers.set("SAP_Receiver", "C");
        notes.take(&exchange);
        assert_eq!(notes.receiver.as_deref(), Some("C"));
    }
}
