//! What a message record tells about the way an exchange took.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::Step;
use serde_json::{Map, json};

use super::record::cut;
use crate::error::StepError;
use crate::exchange::{Body, Exchange};
use crate::names;
use crate::pipeline::Pipeline;
use crate::value::Value;

/// Notes taken while an exchange runs.
#[derive(Debug)]
pub(crate) struct Trail {
    level: LogLevel,
    /// The last steps, oldest first.
    executed: VecDeque<Executed>,
    count: u32,
    /// Bytes that traces may still take.
    trace_left: usize,
    /// The latest error and the model element where it happened, even if it was handled.
    pub(crate) error: Option<(Arc<StepError>, Arc<str>)>,
    /// The category of the latest escalation and the model element where it happened.
    pub(crate) escalation: Option<(Arc<str>, Arc<str>)>,
    pub(super) notes: Notes,
}

/// An executed step, small until somebody wants to read it.
#[derive(Debug)]
pub(crate) struct Executed {
    pub(crate) process: usize,
    pub(crate) node: usize,
    pub(crate) started: Timestamp,
    pub(crate) ended: Timestamp,
    pub(crate) error: Option<Arc<StepError>>,
    /// What the exchange looked like before the step, when traced.
    pub(crate) before: Option<serde_json::Value>,
}

impl Trail {
    pub(crate) fn new(level: LogLevel) -> Self {
        Self {
            level,
            executed: VecDeque::new(),
            count: 0,
            trace_left: limits::LOG_TRACE_BYTES,
            error: None,
            escalation: None,
            notes: Notes::default(),
        }
    }

    /// Whether steps are worth the time it takes to note them.
    pub(crate) fn wants_steps(&self) -> bool {
        self.level != LogLevel::None
    }

    /// The exchange as it is now, when traced and while there is room.
    pub(crate) fn picture(&mut self, exchange: &Exchange) -> Option<serde_json::Value> {
        if self.level != LogLevel::Trace || self.trace_left == 0 {
            return None;
        }
        let picture = picture(exchange);
        self.trace_left = self.trace_left.saturating_sub(picture.to_string().len());
        Some(picture)
    }

    /// Notes a step. Only the last ones are kept.
    pub(crate) fn executed(&mut self, step: Executed) {
        let kept = match self.level {
            LogLevel::None => return,
            LogLevel::Error | LogLevel::Info => limits::LOG_STEPS_ON_FAILURE,
            LogLevel::Debug | LogLevel::Trace => limits::LOG_STEPS,
        };
        if self.executed.len() == kept {
            self.executed.pop_front();
        }
        self.count = self.count.wrapping_add(1);
        self.executed.push_back(step);
    }

    /// Notes what the exchange says about itself.
    pub(crate) fn note(&mut self, exchange: &Exchange) {
        self.notes.take(exchange);
    }

    /// Forgets steps that the level keeps for failed messages only.
    pub(super) fn settle(&mut self, failed: bool) {
        if !failed && self.level < LogLevel::Debug {
            self.executed.clear();
        }
    }

    /// The steps as the store keeps them.
    pub(super) fn steps(&mut self, pipeline: &Pipeline) -> Vec<Step> {
        let executed = std::mem::take(&mut self.executed);
        let first = self
            .count
            .wrapping_sub(u32::try_from(executed.len()).unwrap_or(u32::MAX));
        let step = |(seq, step): (u32, Executed)| {
            let node = &pipeline.processes[step.process].nodes[step.node];
            Step {
                seq,
                step_id: node.id.as_ref().to_owned(),
                name: node.name.as_ref().to_owned(),
                kind: node.kind.to_owned(),
                branch: String::new(),
                started_at: step.started,
                ended_at: Some(step.ended),
                error: step
                    .error
                    .map(|error| cut(&error.message, limits::LOG_ERROR_CHARS)),
                detail: step.before,
            }
        };
        (first..).zip(executed).map(step).collect()
    }
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

/// Headers, properties and the beginning of the body, without what looks like a secret.
fn picture(exchange: &Exchange) -> serde_json::Value {
    let shown = |name: &str, value: &Value| -> serde_json::Value {
        if is_secret(name) {
            return json!("***");
        }
        value.to_text().map_or(serde_json::Value::Null, |text| {
            json!(cut(&text, limits::LOG_TRACE_CHARS))
        })
    };
    let headers: Map<_, _> = exchange
        .headers
        .iter()
        .map(|(name, value)| (cut(name, limits::LOG_VALUE_CHARS), shown(name, value)))
        .collect();
    let mut properties: Vec<_> = exchange.properties.iter().collect();
    properties.sort_unstable_by_key(|(name, _)| *name);
    let properties: Map<_, _> = properties
        .into_iter()
        .map(|(name, value)| (cut(name, limits::LOG_VALUE_CHARS), shown(name, value)))
        .collect();
    let body = match &exchange.body {
        Body::Null => serde_json::Value::Null,
        Body::Text(text) => json!(cut(text, limits::LOG_TRACE_CHARS)),
        Body::Bytes(bytes) => json!(excerpt(bytes)),
    };
    json!({ "headers": headers, "properties": properties, "body": body, "body_bytes": exchange.body.size() })
}

fn excerpt(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(limits::LOG_TRACE_CHARS)];
    cut(&String::from_utf8_lossy(start), limits::LOG_TRACE_CHARS)
}

/// Words in the names of headers and properties whose values are not shown.
const SECRET_WORDS: [&str; 8] = [
    "authorization",
    "cookie",
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "credential",
];

fn is_secret(name: &str) -> bool {
    let plain: Cow<'_, str> = name.to_ascii_lowercase().replace(['-', '_'], "").into();
    SECRET_WORDS.iter().any(|word| plain.contains(word))
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

    #[test]
    fn traces_show_no_secrets_and_stay_small() {
        let mut exchange = Exchange {
            body: Body::Text("b\0".repeat(20_000).into()),
            ..Exchange::default()
        };
        for name in [
            "Authorization",
            "Set-Cookie",
            "X-API-Key",
            "x_csrf_token",
            "Plain",
        ] {
            exchange.headers.set(name, format!("value of {name}"));
        }
        exchange.set_property("dbPassword", "hunter2");
        let mut trail = Trail::new(LogLevel::Trace);
        let picture = trail.picture(&exchange).unwrap();
        assert_eq!(picture["headers"]["Plain"], "value of Plain");
        for name in ["Authorization", "Set-Cookie", "X-API-Key", "x_csrf_token"] {
            assert_eq!(picture["headers"][name], "***", "{name}");
        }
        assert_eq!(picture["properties"]["dbPassword"], "***");
        let body = picture["body"].as_str().unwrap();
        assert!(body.chars().count() <= limits::LOG_TRACE_CHARS && !body.contains('\0'));
        while trail.picture(&exchange).is_some() {}
        assert_eq!(trail.trace_left, 0);
    }
}
