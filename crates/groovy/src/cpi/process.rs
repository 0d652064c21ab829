//! Calls the entry function of a script with a message.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{Content, LogEntry, Message, MessageLogFactory, Part};
use crate::data::Data;
use crate::host::Host;
use crate::limits::Limits;
use crate::program::Program;
use crate::run::Failure;
use crate::value::Value;

/// In which surroundings a script runs.
pub struct Setting {
    /// The world.
    pub host: Rc<dyn Host>,
    /// Bounds.
    pub limits: Limits,
    /// Whether the message has no log, so that `getMessageLog` gives `null`.
    pub silent: bool,
}

/// What became of a message. What is `None` was left alone.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The body: nothing, bytes or text.
    pub body: Option<Data>,
    /// All headers; a `null` is a header that is to go.
    pub headers: Option<Vec<(SmolStr, Data)>>,
    /// All properties.
    pub properties: Option<Vec<(SmolStr, Data)>>,
    /// All attachments.
    pub attachments: Option<Vec<Part>>,
}

/// How a call ended. What the script did before it failed is told as well.
#[derive(Debug)]
pub struct Outcome {
    /// What it did to the message.
    pub changes: Changes,
    /// What it wrote into the message log.
    pub log: Vec<LogEntry>,
    /// Whether it returned.
    pub result: Result<(), Failure>,
}

/// Calls `function` with a message. The function works on the message itself, so what it returns
/// does not matter.
#[must_use]
pub fn process(program: &Program, function: &str, content: Content, setting: Setting) -> Outcome {
    let log = MessageLogFactory::new(setting.silent);
    let message = Message::new(content);
    let mut run = program.run(setting.host, setting.limits);
    run.set_variable("messageLogFactory", Value::object(log.clone()));
    let called = run.call(function, &[Value::Object(message.clone())]);
    let (changes, told) = match message.changes(run.vm()) {
        Ok(changes) => (changes, Ok(())),
        Err(thrown) => (Changes::default(), Err(thrown)),
    };
    let result = called.map(drop).and(told);
    Outcome {
        changes,
        log: log.take(),
        result: result.map_err(|thrown| run.failure(thrown)),
    }
}
